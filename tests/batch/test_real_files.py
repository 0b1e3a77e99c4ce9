"""Rank both real files as published."""

import csv
import json
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
INCIDENTS = ROOT.parent / "shared" / "data" / "incidents"

pytestmark = pytest.mark.skipif(
    not INCIDENTS.is_dir(), reason=f"the real incidents are not here: no folder {INCIDENTS.name}"
)

KINDS = """\
[kinds]
"Traffic: DISABLED VEHICLE -" = "breakdown"
"Traffic: VEHICLE ACCIDENT -" = "accident"
"Traffic: ROAD OBSTRUCTION -" = "obstruction"
"Traffic: VEHICLE FIRE -" = "fire"
"EMS*" = "medical"
"Fire*" = "fire"
"*" = "other"
"""
EVERY = [pytest.param(10, id="every tenth"), pytest.param(1, id="all", marks=pytest.mark.ci)]


def some_of(source: Path, target: Path, step: int) -> int:
    """Copy the header and every n-th line, byte by byte; returns the number of rows."""
    header, *lines = source.read_bytes().splitlines(keepends=True)
    taken = lines[::step]
    target.write_bytes(header + b"".join(taken))
    return len(taken)


@pytest.mark.parametrize("step", EVERY)
def test_regensburg_straight_from_the_file(dispatch, home, step):
    """Semicolons and decimal commas: no row is rejected, and each finds a truck."""
    source = INCIDENTS / "unfallatlas-regensburg-2016-2020.csv"
    count = some_of(source, home / "in.csv", step)
    found = dispatch(
        "batch", "in.csv", "--columns", "id=id,lat=lat,lon=lng,when=datetime", "--kind", "accident",
        "--providers", str(ROOT / "providers.toml"), "--output", "out.csv", "--keep", "severity",
    )  # fmt: skip
    assert found.code == 0, found.err
    assert (home / "out.csv.rejects").read_bytes() == b""
    with (home / "out.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    first = {line["row"] for line in lines if line["service"] == "tow" and line["rank"] == "1"}
    assert first == {str(number) for number in range(1, count + 1)}
    assert count == (3167 if step == 1 else 317)
    assert {line["severity"] for line in lines} <= {"Leicht", "Schwer", "Toedlich"}


@pytest.mark.parametrize("step", EVERY)
def test_montgomery_straight_from_the_file(dispatch, home, step):
    """A foreign zone and other words: no row is rejected, no provider can come."""
    count = some_of(INCIDENTS / "montgomery-county-911.csv", home / "in.csv", step)
    (home / "kinds.toml").write_text(KINDS)
    found = dispatch(
        "batch", "in.csv", "--columns", "lat=lat,lon=lng,kind=title,when=timeStamp",
        "--map-kinds", "kinds.toml", "--timezone", "America/New_York",
        "--providers", str(ROOT / "providers.toml"), "--output", "out.jsonl",
    )  # fmt: skip
    with (home / "out.jsonl").open() as file:
        lines = [json.loads(line) for line in file]
    with (home / "out.jsonl.rejects").open() as file:
        rejects = [json.loads(line) for line in file]
    assert len(lines) + len(rejects) == count == (3051 if step == 1 else 306)
    # Only a time that the clock change makes twice or never keeps a call out.
    assert {each["reason"] for each in rejects} <= {"time_twice", "time_never"}
    assert found.code == (6 if rejects else 0)
    kinds = Counter(line["kind"] for line in lines)
    assert kinds["medical"] > kinds["breakdown"] > 0
    for line in lines:
        assert all(not cascade["candidates"] for cascade in line["cascades"])
        assert {cascade["reason"] for cascade in line["cascades"]} <= {"outside_area"}
        if line["kind"] in ("medical", "fire"):
            assert line["emergency"][0]["dial"] == "112"
