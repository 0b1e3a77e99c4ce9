"""Write the tables of the desk's keys from the program: docs/desk.md and docs/de/tasten.md.

    python tools/build_key_tables.py [--check]

With ``--check`` nothing is written: the exit code is 1 where a table is not what the program says.
"""

import argparse
import sys
from pathlib import Path

from dispatch_cli.cli import screen_language
from dispatch_cli.desk_app.key_table import KEYS, as_markdown
from dispatch_cli.render.wording import worded

DOCS = Path(__file__).resolve().parents[1] / "docs"
BEGIN, END = "<!-- keys -->\n", "<!-- end -->"
PAGES = {"desk.md": "en", "de/tasten.md": "de"}

_HEADS = "| Taste | was sie tut | wo | Befehl |"
_PLACES = {
    "everywhere": "überall",
    "everywhere but the board": "überall außer auf der Tafel",
    "card": "Karte",
    "board": "Tafel",
    "plan": "Plan",
    "intake": "neuer Anruf",
    "next": "nächster Anruf",
    "rings back": "Firma ruft zurück",
    "asking": "Firma ist gefragt",
    "accepted": "angenommen",
    "arrived": "vor Ort",
    "exhausted": "keine Firma mehr",
    "idle": "kein Anruf nötig",
    "ended": "beendet",
}
"""The German names of the screens; their English names are in the table of the program."""


def main() -> int:
    """Write the tables into their pages, or say which of them is not what the program says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    is_check = parser.parse_args().check
    stale = []
    for name, language in PAGES.items():
        path = DOCS / name
        page = path.read_text(encoding="utf-8")
        fresh = with_table(page, table(language))
        if not is_check:
            path.write_text(fresh, encoding="utf-8")
        elif fresh != page:
            stale.append(name)
    for name in stale:
        print(f"docs/{name} has old keys: python tools/build_key_tables.py")
    return 1 if stale else 0


def with_table(page: str, rows: str) -> str:
    """Return a page with the table between its markers."""
    before, after = page.split(BEGIN)
    return f"{before}{BEGIN}{rows}{END}{after.split(END, 1)[1]}"


def table(language: str) -> str:
    """Return the table of the keys in a language."""
    english = as_markdown()
    return english if language == "en" else _in_german(english)


def _in_german(english: str) -> str:
    """Translate the table of the program: labels by the catalogue, the rest by words of this page.

    Raises KeyError for a screen without a German name.
    """
    _, rule, *rows = english.splitlines()
    lines = [_HEADS, rule]
    screen_language.set_from(["--lang", "de"])
    try:
        for key, row in zip(KEYS, rows, strict=True):
            _, name, _, where, verb, _ = row.split("|")
            places = ", ".join(_PLACES[each] for each in where.strip().split(", "))
            lines.append(f"|{name}| {worded(key.label)} | {places} |{verb}|")
    finally:
        screen_language.set_from(["--lang", "en"])
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
