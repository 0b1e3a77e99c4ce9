"""The first five rows are those of full road tables, with less than half of the firms asked."""

from random import Random

import pytest

from .road_worlds import firms_at, first_rows, points, points_on_roads, roads_at

FIRMS = 200
ALL = 10**6


def shares(url, bases, places):
    """Compare the first rows with those of full tables; returns the mean share of asked firms."""
    firms = firms_at(Random(7), bases)
    asked = 0
    for at in places:
        # Each ranking has an engine of its own, so that it finds no answers of the other one.
        found, use = first_rows(firms, at, roads_at(url, timeout_s=10.0))
        full, of_all = first_rows(firms, at, roads_at(url, timeout_s=10.0), rows=ALL)
        assert use.failure == of_all.failure == ""
        assert found[:5] == full[:5]
        assert {source for *_, source in found[:5]} == {"osrm"}
        assert of_all.asked == len(firms)
        asked += use.asked
    return asked / len(firms) / len(places)


def test_first_rows_of_invented_roads(road_server):
    """On roads of any detour and speed, 50 incidents have the rows of all roads."""
    random = Random(19)
    share = shares(road_server.url, points(random, FIRMS), points(random, 50))
    # The roads are wilder than real ones, so that the bound rules out fewer firms.
    assert share < 0.75


@pytest.mark.ci
def test_first_rows_of_real_roads(osrm):
    """On the roads of Heidelberg, 500 incidents have the rows of all roads, at most 45 % asked."""
    random = Random(19)
    bases = points_on_roads(random, FIRMS, osrm)
    share = shares(osrm, bases, points_on_roads(random, 500, osrm))
    print(f"asked: {share:.1%} of {FIRMS} firms")
    assert share <= 0.45


@pytest.mark.ci
@pytest.mark.parametrize("place", [(49.39748, 8.63808), (49.41, 8.69)])
def test_first_rows_by_valhalla(osrm, valhalla, place):
    """Valhalla gives road minutes and lengths for the first rows as well."""
    firms = firms_at(Random(7), points_on_roads(Random(19), 60, osrm))
    roads = roads_at(valhalla, engine="valhalla", timeout_s=10.0)
    found, use = first_rows(firms, place, roads)
    full, _ = first_rows(
        firms, place, roads_at(valhalla, engine="valhalla", timeout_s=10.0), rows=ALL
    )
    assert use.failure == ""
    assert found[:5] == full[:5]
    assert {source for *_, source in found[:5]} == {"valhalla"}
