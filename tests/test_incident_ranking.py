"""Rank all 6,218 real incidents by the library: accidents of Regensburg, calls of Montgomery."""

import csv
from collections import Counter
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from dispatch_cli import api
from dispatch_cli.errors import ExitCode
from dispatch_cli.notation import parse_place

ROOT = Path(__file__).resolve().parents[1]
INCIDENTS = ROOT.parent / "shared" / "data" / "incidents"
BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")

pytestmark = pytest.mark.skipif(
    not INCIDENTS.is_dir(), reason=f"the real incidents are not here: no folder {INCIDENTS.name}"
)
EVERY = [pytest.param(10, id="every tenth"), pytest.param(1, id="all", marks=pytest.mark.ci)]

KINDS = {
    "Traffic: DISABLED VEHICLE -": "breakdown",
    "Traffic: VEHICLE ACCIDENT -": "accident",
    "Traffic: VEHICLE FIRE -": "fire",
    "Traffic: ROAD OBSTRUCTION -": "obstruction",
}


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """Load the sample providers with a cache of this test's own."""
    now = datetime(2020, 12, 1, tzinfo=BERLIN)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
        yield api.load(ROOT / "providers.toml", now=now)


@pytest.mark.parametrize("step", EVERY)
def test_accidents_of_regensburg_all_find_a_truck(sample, step):
    """Every accident of Regensburg finds a tow; ambulances come first, no provider is missing."""
    path = INCIDENTS / "unfallatlas-regensburg-2016-2020.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert len(rows) == 3167
    first = Counter()
    for row in rows[::step]:
        lat, lon = (row[name].replace(",", ".") for name in ("lat", "lng"))
        when = datetime.fromisoformat(row["datetime"].rstrip("Z")).replace(tzinfo=BERLIN)
        incident = api.Incident(
            kind="accident",
            place=parse_place(f"{lat},{lon}"),
            when=when,
            injured=1,
            vehicle=api.Vehicle(kind="car" if row["car"] == "True" else None),
        )
        answer = api.rank(sample, incident)
        assert [call.dial for call in answer.emergency] == ["112", "112"]
        [tow] = answer.cascades
        assert tow.candidates, row
        assert tow.ranked_count + sum(tow.excluded_counts.values()) == sample.count
        assert 0 < tow.expected_min < tow.fallback_min
        assert tow.expected_min == pytest.approx(tow.neutral_expected_min)
        first[tow.candidates[0].provider] += 1
    assert sum(first.values()) == len(rows[::step])


@pytest.mark.parametrize("step", EVERY)
def test_calls_of_montgomery_find_no_provider_and_keep_the_emergency_line(sample, step):
    """6,000 km away no provider can come: exit 3, with 112 for every ambulance and fire call."""
    with (INCIDENTS / "montgomery-county-911.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 3051
    codes = Counter()
    for row in rows[::step]:
        kind = KINDS.get(row["title"])
        if kind is None:
            kind = {"EMS": "medical", "Fire": "fire"}.get(row["title"].split(":")[0], "other")
        answer = api.rank(
            sample,
            api.Incident(
                kind=kind,
                place=parse_place(f"{row['lat']},{row['lng']}"),
                when=datetime.fromisoformat(row["timeStamp"]).replace(tzinfo=NEW_YORK),
            ),
        )
        codes[answer.exit_code] += 1
        assert all(not cascade.candidates for cascade in answer.cascades)
        assert all(
            cascade.excluded_counts == {"outside_area": sample.count} for cascade in answer.cascades
        )
        # An incident that needs only 112 is served by the emergency line; all others are out of
        # reach.
        assert answer.exit_code == (ExitCode.NO_PROVIDER if answer.cascades else ExitCode.OK)
        if kind in ("medical", "fire"):
            assert answer.emergency[0].dial == "112"
        assert "outside Germany, nearest" in str(answer.warnings[0])
    assert codes[ExitCode.NO_PROVIDER] > 0
