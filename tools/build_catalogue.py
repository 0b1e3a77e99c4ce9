"""Extract the sentences of the program into its catalogues, and compile these.

    python tools/build_catalogue.py [--check]

``dispatch_cli/locale/LANGUAGE/LC_MESSAGES/dispatch.po`` has the translations; new sentences are
added without one, and sentences that the program no longer has are deleted. ``dispatch.mo`` beside
it is what the program reads. With ``--check`` nothing is written: the exit code is 1 where a file
is not up to date.
"""

import argparse
import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import typer
import typer.main
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from dispatch_cli.cli import app
from dispatch_cli.messages import MONTHS, WEEKDAYS
from dispatch_cli.model.words import COUNTRIES

try:
    from tools.closed_words import closed_words
    from tools.package_sentences import PACKAGE, all_errors, sources, spoken_in
except ModuleNotFoundError:  # started as a script
    from closed_words import closed_words
    from package_sentences import PACKAGE, all_errors, sources, spoken_in

LOCALE = PACKAGE / "locale"
DOMAIN = "dispatch"


def main() -> int:
    """Write the catalogues of all languages, or name those that are not up to date."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    is_check = parser.parse_args().check
    stale = []
    for path in sorted(LOCALE.glob(f"*/LC_MESSAGES/{DOMAIN}.po")):
        for target, content in built(path).items():
            if is_check:
                if not target.exists() or target.read_bytes() != content:
                    stale.append(target)
            else:
                target.write_bytes(content)
    for target in stale:
        print(f"{target.relative_to(PACKAGE.parent)}: python tools/build_catalogue.py")
    return 1 if stale else 0


def built(path: Path) -> dict[Path, bytes]:
    """Return the content of a catalogue's two files."""
    language = path.parents[1].name
    with path.open("rb") as file:
        known = read_po(file, locale=language)
    fresh = Catalog(
        locale=language,
        project="dispatch",
        charset="utf-8",
        fuzzy=False,
        creation_date=datetime(2026, 1, 1, tzinfo=UTC),
        revision_date=datetime(2026, 1, 1, tzinfo=UTC),
        header_comment="# Sentences of dispatch; see tools/build_catalogue.py.",
    )
    for template, places in sorted(extracted().items()):
        context, _, words = template.rpartition("\x04")
        old = known.get(words, context or None)
        fresh.add(
            words,
            old.string if old is not None else "",
            locations=[(place, None) for place in sorted(places)[:3]],
            context=context or None,
        )
    text, binary = io.BytesIO(), io.BytesIO()
    write_po(text, fresh, width=100, ignore_obsolete=True, include_lineno=False)
    write_mo(binary, fresh)
    return {path: text.getvalue(), path.with_suffix(".mo"): binary.getvalue()}


@cache
def extracted() -> dict[str, set[str]]:
    """Return all sentences, words and help texts of the program, each with its modules.

    Cached, since each language has the same ones.
    """
    found: dict[str, set[str]] = {}
    errors = all_errors()
    for name, source in sources().items():
        for spoken in spoken_in(source, errors):
            for template in filter(None, spoken.templates):
                found.setdefault(template, set()).add(name)
    for word in (*closed_words(), *WEEKDAYS, *MONTHS, *COUNTRIES.values()):
        found.setdefault(word, set()).add("model")
    for text in help_texts():
        found.setdefault(text, set()).add("help")
    return found


def help_texts() -> Iterator[str]:
    """Yield the help of every command, argument and option."""
    command = typer.main.get_command(app)
    waiting = [(command, typer.Context(command, info_name="dispatch"))]
    while waiting:
        command, context = waiting.pop()
        yield from filter(None, (command.help, *(_help_of(each) for each in command.params)))
        for name in getattr(command, "list_commands", lambda _: ())(context):
            inner = command.get_command(context, name)
            waiting.append((inner, typer.Context(inner, parent=context, info_name=name)))


def _help_of(parameter: Any) -> str | None:
    found: str | None = getattr(parameter, "help", None)
    return found


if __name__ == "__main__":
    sys.exit(main())
