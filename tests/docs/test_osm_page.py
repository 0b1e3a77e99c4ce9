"""The page about maps has the table of kinds, the fields of the JSON, and the printed report."""

import re
from pathlib import Path

import msgspec

from dispatch_cli.osm.map_kinds import BRAND, KINDS
from dispatch_cli.provider_lists.import_map import import_map
from dispatch_cli.render.osm_report import report_lines
from dispatch_cli.results.osm_results import ImportReport, RoadReport

from ..osm.maps import HEIDELBERG, needs_extracts

PAGE = (Path(__file__).resolve().parents[2] / "docs/osm.md").read_text("utf-8")


def test_the_table_of_kinds_is_that_of_the_program() -> None:
    """Each kind with its tags, services, and vehicle classes, hold or number, in the same order."""
    section = PAGE.split("## What becomes a provider")[1].split("\n## ")[0]
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in section.splitlines()
        if line.startswith("| ") and not line.startswith("| kind ")
    ]
    assert [row[0] for row in rows] == [kind.name.replace("_", " ") for kind in KINDS]
    for kind, (_, tags, services, further) in zip(KINDS, rows, strict=True):
        shown = re.findall(r"`(\w+)=(\w+)`", tags.partition(" without ")[0])
        assert tuple(shown) == kind.tags
        assert ("brand" in tags) == (BRAND in kind.needs)
        assert ("repairs" in tags) == bool(kind.needs)
        assert re.findall(r"`(\w+)=(\w+)`", tags.partition(" without ")[2]) == list(kind.unless)
        assert services == ", ".join(kind.services)
        on_hold = "on hold" if kind.hold else ""
        assert further == (", ".join(kind.vehicle_classes) or kind.emergency_number or on_hold)


def test_every_field_of_the_json_is_described() -> None:
    """The fields of the report and of its road table, and no others in the first column."""
    section = PAGE.split("## JSON")[1]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert named == set(ImportReport.__struct_fields__)
    for field in RoadReport.__struct_fields__:
        assert f"`{field}`" in section


@needs_extracts
def test_the_report_on_the_page_is_what_is_printed(tmp_path: Path) -> None:
    """Line by line, of the shared extract."""
    report = import_map(
        HEIDELBERG, tmp_path / "heidelberg.toml", radius_km=30, elsewhere={}, progress=print
    )
    assert report.roads is not None
    report = msgspec.structs.replace(
        report,
        path="heidelberg.toml",
        roads=msgspec.structs.replace(report.roads, path="heidelberg.roads.json"),
    )
    shown = re.findall(r"^    (.*)$", PAGE.split("## Get an extract")[0], re.MULTILINE)
    assert shown == [str(line) for line in report_lines(report)]
