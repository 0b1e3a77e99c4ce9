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
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import typer
import typer.main
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from dispatch_cli.cases import case_deadlines, offer_table
from dispatch_cli.cases.intake_questions import QUESTIONS
from dispatch_cli.cli import app
from dispatch_cli.eligibility import gate_table
from dispatch_cli.messages import MONTHS, WEEKDAYS
from dispatch_cli.model import case as case_words
from dispatch_cli.model import case_parts, check, check_kinds, draft, provider, run_cards, words
from dispatch_cli.results import check_results, hand_over_results, report_results

try:
    from tools.package_sentences import PACKAGE, all_errors, sources, spoken_in
except ModuleNotFoundError:  # started as a script
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
        old = known.get(template)
        fresh.add(
            template,
            old.string if old is not None else "",
            locations=[(place, None) for place in sorted(places)[:3]],
        )
    text, binary = io.BytesIO(), io.BytesIO()
    write_po(text, fresh, width=100, ignore_obsolete=True, include_lineno=False)
    write_mo(binary, fresh)
    return {path: text.getvalue(), path.with_suffix(".mo"): binary.getvalue()}


def extracted() -> dict[str, set[str]]:
    """Return all sentences, words and help texts of the program, each with its modules."""
    found: dict[str, set[str]] = {}
    errors = all_errors()
    for name, source in sources().items():
        for spoken in spoken_in(source, errors):
            for template in filter(None, spoken.templates):
                found.setdefault(template, set()).add(name)
    for word in closed_words():
        found.setdefault(word, set()).add("model")
    for text in help_texts():
        found.setdefault(text, set()).add("help")
    return found


def closed_words() -> Iterator[str]:
    """Yield the words of closed sets that a screen shows, as they stand and with blanks."""
    sets: tuple[Iterable[str], ...] = (
        *(
            each
            for each in (
                words.EMERGENCY_SERVICES, words.SERVICES, words.VEHICLE_CLASSES, words.SPOTS,
                words.VEHICLE_STATES, words.EQUIPMENT, words.SPEAKERS, words.DECLINE_REASONS,
                words.CLIENT_KINDS, words.METHODS, words.COUNTRIES.values(), run_cards.BUILT_IN,
                WEEKDAYS, MONTHS, ("CET", "CEST"), case_words.CALLERS, check_kinds.CHECK_KINDS,
                offer_table.ACTIONS, case_deadlines.WHAT_IS_DUE,
                [each.reason for each in gate_table.GATES],
                (gate_table.BEYOND_FALLBACK,),
                draft.STATES, draft.WHAT_IS_DUE, [each.key for each in QUESTIONS],
                case_parts.UNDOABLE, hand_over_results.FOUND_BY, hand_over_results.PROMISED,
            )
        ),
        *(
            get_args(each)
            for each in (
                case_words.OfferState, case_words.ServiceState, case_words.EmergencyState,
                case_words.LastResortState, check.Fault, provider.OpenState, provider.CheckState,
                provider.AvailabilityState, provider.Source, check_results.Severity,
                report_results.Verdict,
            )
        ),
    )  # fmt: skip
    for each in sets:
        for word in each:
            if word:
                yield from {word, word.replace("_", " ")}


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
