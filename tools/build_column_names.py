"""Write the table of the columns of a list of firms from the program: docs/provider-file.md.

    python tools/build_column_names.py [--check]

With ``--check`` nothing is written: the exit code is 1 if the table is not that of the program.
"""

import argparse
import sys
from pathlib import Path

from dispatch_cli.provider_lists.usual_columns import SHOWN_NAMES, UNITS

PAGE = Path(__file__).resolve().parents[1] / "docs" / "provider-file.md"
BEGIN, END = "<!-- columns -->\n", "<!-- end -->"


def main() -> int:
    """Write the table into its page, or say that it is not what the program says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    is_check = parser.parse_args().check
    page = PAGE.read_text(encoding="utf-8")
    fresh = with_table(page, table())
    if not is_check:
        PAGE.write_text(fresh, encoding="utf-8")
    elif fresh != page:
        print("docs/provider-file.md has old columns: python tools/build_column_names.py")
        return 1
    return 0


def with_table(page: str, rows: str) -> str:
    """Return a page with the table between its markers."""
    before, after = page.split(BEGIN)
    return f"{before}{BEGIN}{rows}{END}{after.split(END, 1)[1]}"


def table() -> str:
    """Return the table: the usual names of each key, and the units behind a name or a number."""
    lines = ["| names of columns | key | units |", "|---|---|---|"]
    for key, names in SHOWN_NAMES.items():
        units = ", ".join(UNITS.get(key, ()))
        lines.append(f"| {', '.join(names)} | `{key}` | {units} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
