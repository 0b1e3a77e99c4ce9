"""The map is true: its layers are those of the contract, and every file that it names exists."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
MODULE = re.compile(r"[a-z_]+(?: \| [a-z_]+)*")


def test_the_layers_are_those_of_the_contract() -> None:
    """The page has the layers of the contract, in the same order, with the same neighbours."""
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    [layers] = [each["layers"] for each in contract["tool"]["importlinter"]["contracts"]
                if each["type"] == "layers"]  # fmt: skip
    picture = re.search(r"## Layers.*?```\n(.*?)```", PAGE, re.DOTALL)[1]
    found = [match[0] for line in picture.splitlines() if (match := MODULE.match(line))]
    # Parentheses mark a layer that only the build writes.
    assert found == [each.strip("()") for each in layers if each != "__main__"]


def test_every_file_that_the_map_names_exists() -> None:
    """Every file that the page names exists, and its table has at least 20 rows."""
    table = PAGE.split("## To change X, open Y")[1]
    named = [
        name for name in re.findall(r"`([a-z_./]+)`", PAGE) if "/" in name or name.endswith(".py")
    ]
    assert len(named) > 40
    places = (ROOT / "dispatch_cli", ROOT)
    assert [name for name in named if not any((each / name).exists() for each in places)] == []
    assert table.count("\n| ") > 20
