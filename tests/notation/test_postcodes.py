"""Centres, uncertainty and possible postcodes, compared with a scan of all centres."""

import math
import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dispatch_cli.model.sphere import great_circle_km
from dispatch_cli.model.words import LAENDER
from dispatch_cli.notation import (
    centre_of,
    is_postcode,
    land_of,
    parse_postcode_ranges,
    place_at,
    place_of_postcode,
    possible_postcodes,
    postcode_uncertainty_km,
)
from dispatch_cli.notation.centres import centres
from dispatch_cli.notation.postcode_search import nearest_postcode

COORDINATES = {code: (lat, lon) for code, lat, lon in centres().everything()}
GEONAMES = Path(__file__).resolve().parents[2].parent / "shared/data/places/zipcodes.de.csv.gz"


def by_distance(lat: float, lon: float) -> list[tuple[float, str]]:
    """List all centres, the nearest first."""
    return sorted(
        (great_circle_km(lat, lon, *centre), code) for code, centre in COORDINATES.items()
    )


def some_points(count: int) -> Sequence[tuple[float, float]]:
    """Return random points in and round Germany, the same in every run."""
    dice = random.Random(2026)
    return [(dice.uniform(46.5, 56), dice.uniform(4, 16.5)) for _ in range(count)]


@pytest.mark.parametrize("count", [40, pytest.param(400, marks=pytest.mark.ci)])
def test_nearest_centre_is_the_nearest_of_all(count: int) -> None:
    """The nearest centre is that of a scan, also outside Germany, where the search is another."""
    far = [(0.0, 0.0), (40.1, -75.3), (-33.9, 151.2), (89.9, 10.0), (-90.0, 0.0), (50.0, 179.9)]
    for lat, lon in [*some_points(count), *far]:
        assert nearest_postcode(lat, lon) == pytest.approx(by_distance(lat, lon)[0])


@pytest.mark.parametrize("count", [40, pytest.param(400, marks=pytest.mark.ci)])
@pytest.mark.parametrize("uncertainty_km", [0.0, 0.5, 8.0])
def test_possible_postcodes_are_those_whose_border_is_within_reach(
    count: int, uncertainty_km: float
) -> None:
    """All others stand behind a border that is farther away than the place is uncertain.

    Or their centre is farther away than twice their radius.
    """
    for lat, lon in some_points(count):
        order = by_distance(lat, lon)
        nearest_km, nearest = order[0]
        if nearest_km > 30:
            assert possible_postcodes(lat, lon, uncertainty_km) == ()
            continue
        slack_km = max(uncertainty_km, postcode_uncertainty_km(nearest))
        expected = [nearest] + [
            code
            for km, code in order[1:]
            if (km**2 - nearest_km**2)
            / (2 * great_circle_km(*COORDINATES[nearest], *COORDINATES[code]))
            <= slack_km
            and km <= 2 * postcode_uncertainty_km(code) + uncertainty_km
        ]
        assert list(possible_postcodes(lat, lon, uncertainty_km)) == expected


def test_own_postcode_stands_first() -> None:
    """The nearest postcode is the first possible one; a typed postcode is the only one."""
    place = place_at(48.3705, 10.8978)
    assert place.postcode == place.label == place.postcodes[0] == "86153"
    assert (place.postcode_given, place.land) == (False, "BY")
    assert len(place.postcodes) > 1
    given = place_of_postcode("86150", "Augsburg")
    assert (given.postcodes, given.postcode_given) == (("86150",), True)
    assert (given.lat, given.lon) == centre_of("86150")
    assert str(given.readback) == "near 86150 Augsburg, ± 1.3 km"


def test_at_sea_foreign_begins_thirty_kilometres_from_the_last_centre() -> None:
    """West of Heligoland no place is near: 29.9 km are at home and 30.1 km are 100 m abroad."""
    lat, lon = COORDINATES["27498"]
    degree_km = 111.195 * math.cos(math.radians(lat))
    inside, outside = (place_at(lat, lon - km / degree_km) for km in (29.9, 30.1))
    assert (inside.postcode, inside.foreign_km) == ("27498", 0)
    assert outside.foreign_km == pytest.approx(0.1, abs=0.01)
    assert (outside.postcode, outside.postcodes, outside.land) == ("", (), "")
    assert str(outside.readback).endswith("(outside Germany, nearest 27498, 30 km)")


def test_unknown_postcodes_raise() -> None:
    """A code without an area has no centre."""
    assert is_postcode("86150")
    assert not is_postcode("86151")
    with pytest.raises(ValueError, match="86151"):
        centre_of("86151")


def test_postcode_ranges() -> None:
    """Leading digits stand for all codes that begin with them."""
    assert parse_postcode_ranges(["860-865", "86720", "86", " 0 - 1 ", "86150–86199"]) == (
        ("86000", "86599"),
        ("86720", "86720"),
        ("86000", "86999"),
        ("00000", "19999"),
        ("86150", "86199"),
    )
    assert parse_postcode_ranges([]) == ()


@pytest.mark.parametrize("item", ["", "-", "860-", "861500", "865-860", "86x", "86,87", "٨٦"])
def test_malformed_postcode_ranges_raise(item: str) -> None:
    """A text other than one or two runs of up to five digits is refused."""
    with pytest.raises(ValueError, match=r"postcode range|ends before"):
        parse_postcode_ranges([item])


@pytest.mark.parametrize(
    ("postcode", "land"),
    [
        ("86150", "BY"), ("10115", "BE"), ("14467", "BB"), ("01067", "SN"), ("99974", "TH"),
        ("89231", "BY"), ("89073", "BW"), ("69434", "HE"), ("20095", "HH"), ("28195", "HB"),
        ("66111", "SL"), ("86135", "BY"), ("99998", "TH"), ("00999", ""), ("8615", ""),
        ("86١50", ""), ("abcde", ""), ("", ""),
    ],
)  # fmt: skip
def test_land_of_a_postcode(postcode: str, land: str) -> None:
    """Every code has its Land, also one without an area; other texts have none."""
    assert land_of(postcode) == land


@pytest.mark.skipif(not GEONAMES.exists(), reason="the shared GeoNames file is not here")
def test_land_table_agrees_with_geonames() -> None:
    """The Land of every delivery code is that of most of its places."""
    import csv
    import gzip
    from collections import Counter

    keys = {
        "01": "SH", "02": "HH", "03": "NI", "04": "HB", "05": "NW", "06": "HE", "07": "RP",
        "08": "BW", "09": "BY", "10": "SL", "11": "BE", "12": "BB", "13": "MV", "14": "SN",
        "15": "ST", "16": "TH",
    }  # fmt: skip
    lands: dict[str, Counter[str]] = {}
    with gzip.open(GEONAMES, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["zipcode"] in COORDINATES:
                land = keys[row["community_code"][:2]]
                lands.setdefault(row["zipcode"], Counter())[land] += 1
    assert len(lands) == 8_156
    assert set(keys.values()) == set(LAENDER)
    for postcode, counts in lands.items():
        assert counts[land_of(postcode)] == max(counts.values()), postcode


@settings(deadline=None)
@given(st.floats(-90, 90), st.floats(-180, 180))
@example(40.1, -75.3)
@example(90.0, 0.0)
@example(-51.0, -170.0)
def test_far_away_the_nearest_is_the_nearest_of_all(lat, lon):
    """The search that skips whole degrees finds the same centre as a scan."""
    found_km, _ = nearest_postcode(lat, lon)
    everybody = (great_circle_km(lat, lon, *each[1:]) for each in centres().everything())
    assert found_km == pytest.approx(min(everybody), abs=1e-3)
