"""The places of a batch: exact up to a limit, then counted, in bounded memory."""

import json
from random import Random

import msgspec
import pytest

from dispatch_cli.batch.job import place_tally
from dispatch_cli.batch.job.batch_scene import LABELS, batch_scene
from dispatch_cli.batch.job.place_tally import LEVELS, PlaceTally, level_of
from dispatch_cli.batch.ranks import RankedProvider, ServiceRanks
from dispatch_cli.model import Place

from ..worlds import NOON


def ranks(service="tow", expected_min=20.0, served=True):
    values = dict.fromkeys(RankedProvider.__struct_fields__[2:-1], 1.0)
    one = RankedProvider("p", "110", outside_contract=False, **values)
    return ServiceRanks(service=service, rows=(one,) if served else (), expected_min=expected_min)


SOON, LATE, NOBODY = ranks(), ranks(expected_min=90.0), ranks(served=False)


def filled(count, seed=1):
    tally, random = PlaceTally(), Random(seed)
    for _ in range(count):
        place = Place(lat=random.uniform(47, 55), lon=random.uniform(6, 15))
        tally.count(place, (random.choice((SOON, LATE, NOBODY)),))
    return tally


def counts(scene):
    """Count the incidents of a scene by level."""
    [sheet] = scene.sheets
    found = dict.fromkeys(LEVELS, 0)
    for layer in sheet.dots:
        found[layer.level] += len(layer.positions)
    for cell in sheet.cells:
        for level, count in cell.counts.items():
            found[level] += count
    return found


@pytest.mark.parametrize(
    ("given", "level"),
    [
        ((SOON,), "best"),
        ((ranks(expected_min=30.0),), "best"),
        ((ranks(expected_min=30.1),), "slow"),
        ((LATE,), "late"),
        ((LATE, SOON), "best"),
        ((NOBODY, LATE), "late"),
        ((NOBODY, NOBODY), "none"),
        ((), "outside"),
    ],
)
def test_the_soonest_service_counts(given, level):
    """An incident is as well off as its fastest service; without any candidate nobody comes."""
    assert level_of(given) == level


def test_few_incidents_stand_where_they_are():
    """Up to the limit every incident has its own dot at its own place."""
    tally = filled(place_tally.MOST_POINTS)
    [sheet] = batch_scene(tally, NOON).sheets
    dots = [position for layer in sheet.dots for position in layer.positions]
    assert sorted(dots) == sorted((lat, lon) for lat, lon, _ in tally.points)
    assert len(dots) == place_tally.MOST_POINTS
    assert sheet.cells == ()


def test_one_more_incident_makes_cells_and_loses_none():
    """Beyond the limit the counts by level are the same as those of the dots plus one."""
    before = counts(batch_scene(filled(place_tally.MOST_POINTS), NOON))
    tally = filled(place_tally.MOST_POINTS)
    tally.count(Place(lat=48.0, lon=11.0), (NOBODY,))
    after = counts(batch_scene(tally, NOON))
    assert after == {**before, "none": before["none"] + 1}
    assert tally.points == []


def test_memory_is_bounded(monkeypatch):
    """More cells than allowed are joined; every incident is still counted once."""
    monkeypatch.setattr(place_tally, "MOST_CELLS", 50)
    tally = filled(5_000)
    assert len(tally.cells) <= 50
    assert tally.size > 1
    assert sum(counts(batch_scene(tally, NOON)).values()) == 5_000
    for lat, lon, _ in tally.middles():
        assert 46 < lat < 56
        assert 5 < lon < 16


def test_a_resumed_tally_is_the_same():
    """Through the checkpoint's JSON nothing changes, before and beyond the limit."""
    for count in (10, place_tally.MOST_POINTS + 10):
        tally = filled(count)
        stored = msgspec.json.encode(tally)
        assert msgspec.json.decode(stored, type=PlaceTally) == tally
        assert len(json.loads(stored)["cells"]) == len(tally.cells)


def test_an_empty_batch_has_a_map():
    """Without a ranked row the map has no place and says so by its counts."""
    scene = batch_scene(PlaceTally(), NOON)
    assert sum(counts(scene).values()) == 0
    assert str(scene.facts[0]) == "0 incidents: 0 served, 0 not served"
    assert scene.is_private is True
    assert set(LABELS) == set(LEVELS)
