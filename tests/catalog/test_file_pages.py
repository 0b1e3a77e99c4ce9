"""The reference page names every key of the file, in its own section, and its example loads."""

import re
from pathlib import Path

import pytest
from msgspec import Struct

import dispatch_cli
from dispatch_cli.catalog import raw

from .files import open_text

PAGE = (Path(dispatch_cli.__file__).parent.parent / "docs/provider-file.md").read_text("utf-8")
SECTIONS: dict[type[Struct], tuple[str, str]] = {
    raw.RawFile: ("Top level", "key"),
    raw.RawRanking: ("[ranking]", "key"),
    raw.RawMinutes: ("[ranking]", "key"),
    raw.RawClient: ("[clients.ID]", "key"),
    raw.RawPrefer: ("[clients.ID]", "key in `prefer`"),
    raw.RawPlan: ("[plans.KIND]", "key"),
    raw.RawPlanEntry: ("[plans.KIND]", "key in an entry"),
    raw.RawPlace: ("[places]", "key"),
    raw.RawSay: ("[say.LANGUAGE]", "key"),
    raw.RawDesk: ("[desk]", "key"),
    raw.RawLastResort: ("[last_resort.SERVICE]", "key"),
    raw.RawControlCentre: ("[[control_centre]]", "key"),
    raw.RawProvider: ("[[provider]]", "key"),
    raw.RawPhone: ("[[provider]]", "key in `phones`"),
    raw.RawPoint: ("[[provider]]", "key in `base`"),
    raw.RawArea: ("[[provider]]", "key in `area`"),
    raw.RawHold: ("[[provider]]", "key in `on_hold`"),
    raw.RawProbe: ("[[provider.check]]", "key"),
    raw.RawCheck: ("[check]", "key"),
    raw.RawMaintenance: ("[[maintenance]]", "key"),
    raw.RawCoverage: ("[coverage]", "key"),
    raw.RawNotify: ("[[notify]]", "key"),
    raw.RawTravel: ("[travel]", "key"),
}


def test_every_table_is_looked_at() -> None:
    """No struct of the file is missing from the list above."""
    structs = {
        value for value in vars(raw).values()
        if isinstance(value, type) and issubclass(value, Struct) and value is not Struct
    }  # fmt: skip
    assert structs == set(SECTIONS)


@pytest.mark.parametrize("shape", SECTIONS)
def test_every_key_is_documented(shape: type[Struct]) -> None:
    """Each key has a row in the table of its section, and each row is a key."""
    section, head = SECTIONS[shape]
    text = PAGE.split(f"## `{section}`" if "[" in section else f"## {section}")[1].split("\n## ")[0]
    tables = [part for part in text.split("\n\n") if part.startswith(f"| {head} |")]
    documented = re.findall(r"^\| `(\w+)` \|", "\n".join(tables), re.MULTILINE)
    keys = set(shape.__struct_encode_fields__)
    assert keys <= set(documented)
    if shape is not raw.RawMinutes:  # its keys stand beside those of [ranking]
        assert set(documented) == keys


def test_example_loads(tmp_path: Path) -> None:
    """The example of the page is a provider file."""
    example = PAGE.split("```toml\n")[1].split("```")[0]
    catalog = open_text(tmp_path, example)
    assert catalog.ids() == ["huber"]
    assert catalog.rules.clients["adac"].head_start_min == 8
