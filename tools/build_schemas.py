"""Write the JSON Schemas of all answers from the program: docs/schema/*.json.

    python tools/build_schemas.py [--check]

With ``--check`` nothing is written: the exit code is 1 where a file is not what the program says.
"""

import argparse
import json
import sys
from pathlib import Path

from dispatch_cli.cli.answer_schemas import answer_schema, schema_names

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "schema"


def main() -> int:
    """Write the files, or say which of them is not what the program says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    if parser.parse_args().check:
        found = stale()
        for name in found:
            print(f"docs/schema/{name} is stale: python tools/build_schemas.py")
        return 1 if found else 0
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.json"):
        old.unlink()
    for name, text in files().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    return 0


def files() -> dict[str, str]:
    """Return the text of each file by its name."""
    return {
        f"{name.replace('/', '-')}.json": f"{json.dumps(answer_schema(name), indent=1)}\n"
        for name in schema_names()
    }


def stale() -> list[str]:
    """Return the names of the files that the program would write in another way, or not at all."""
    fresh = files()
    kept = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")}
    return sorted(name for name in fresh.keys() | kept if fresh.get(name) != kept.get(name))


if __name__ == "__main__":
    sys.exit(main())
