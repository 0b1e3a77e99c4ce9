"""The index names every provider whose area may hold a place, without reading the areas."""

from collections.abc import Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dispatch_cli.catalog.area_index import make_area_index
from dispatch_cli.geo import fit
from dispatch_cli.model import Area, Circle, Country, Phone, Place, Polygon, Postcodes, Provider

from ..tiers import searched

CODES = st.sampled_from(["01067", "10115", "80331", "86150", "86161", "86720", "99998"])
LATS = st.floats(-90, 90) | st.floats(47, 55) | st.sampled_from([-90.0, 0.0, 89.995, 90.0])
LONS = st.floats(-180, 180) | st.floats(6, 15) | st.sampled_from([-180.0, 0.0, 180.0, 179.9])
POINTS = st.tuples(LATS, LONS)
circles = st.builds(Circle, st.floats(0.001, 1000) | st.sampled_from([1.0, 30.0, 1000.0]))
polygons = st.builds(
    Polygon, st.lists(st.lists(POINTS, min_size=3, max_size=6).map(tuple), min_size=1, max_size=2)
    .map(lambda rings: (tuple(rings),))
)  # fmt: skip
ranges = st.lists(st.tuples(CODES, CODES).map(sorted).map(tuple), min_size=1, max_size=3).map(tuple)
areas: st.SearchStrategy[Area] = (
    circles | circles | polygons | st.builds(Postcodes, ranges) | st.just(Country())
)
places = st.builds(
    Place,
    lat=LATS,
    lon=LONS,
    uncertainty_km=st.just(0.0) | st.floats(0, 50) | st.floats(0, 30_000),
    postcode=st.just("") | CODES,
    postcodes=st.lists(CODES, max_size=3).map(tuple),
)


def provider(number: int, lat: float, lon: float, area: Area) -> Provider:
    """Make a provider with an area."""
    phones = (Phone("112", "112"),)
    return Provider(
        id=f"p{number}", name="P", phones=phones, services=("tow",), lat=lat, lon=lon, area=area
    )


def plain_scan(providers: Sequence[Provider], place: Place) -> list[int]:
    """Check every area, as the gates do."""
    return [
        number
        for number, one in enumerate(providers)
        if fit(one.area, one.lat, one.lon, place)[0] != "outside"
    ]


@searched(250, st.lists(st.tuples(LATS, LONS, areas), max_size=8), places)
@example([(89.9, 0.0, Circle(30.0))], Place(lat=89.95, lon=180.0))
@example([(0.0, 179.9, Circle(50.0))], Place(lat=0.0, lon=-179.9))
@example(
    [(0.0, 0.0, Polygon(((((-1.0, 179.0), (-1.0, -179.0), (1.0, -179.0), (1.0, 179.0)),),)))],
    Place(lat=0.0, lon=180.0),
)
def test_superset_of_plain_scan(rows: list[tuple[float, float, Area]], place: Place) -> None:
    """All providers whose area holds the place within its uncertainty are found, also at poles."""
    providers = [provider(number, *row) for number, row in enumerate(rows)]
    found = make_area_index(providers).near(place)
    assert found == sorted(set(found))
    assert set(plain_scan(providers, place)) <= set(found)


@settings(max_examples=200, deadline=None)
@given(POINTS, st.floats(0.01, 1000), st.floats(0, 360), st.floats(0, 50))
def test_circle_edges(
    base: tuple[float, float], radius_km: float, bearing: float, uncertainty_km: float
) -> None:
    """A place just inside the edge of a circle, in any direction, is found."""
    from math import asin, atan2, cos, degrees, radians, sin

    angle = (radius_km + uncertainty_km) * 0.999999 / 6371.0088
    lat, turn = radians(base[0]), radians(bearing)
    sine = sin(lat) * cos(angle) + cos(lat) * sin(angle) * cos(turn)
    there = asin(max(-1.0, min(1.0, sine)))
    east = atan2(sin(turn) * sin(angle) * cos(lat), cos(angle) - sin(lat) * sine)
    lon = (base[1] + degrees(east) + 180) % 360 - 180
    place = Place(lat=degrees(there), lon=lon, uncertainty_km=uncertainty_km)
    one = provider(0, *base, Circle(radius_km))
    assert set(make_area_index([one]).near(place)) >= set(plain_scan([one], place))


def test_index_prunes() -> None:
    """In a row of circles along a parallel only the few that reach the place are found."""
    row = [provider(number, 50.0, 6 + number / 10, Circle(10.0)) for number in range(90)]
    # 10 km are 0.14 degrees of longitude here: those at 9.9, 10.0 and 10.1 reach 10.0.
    assert make_area_index(row).near(Place(lat=50.0, lon=10.0)) == [39, 40, 41]


@pytest.mark.parametrize(
    ("place", "found"),
    [
        (Place(lat=48.3, lon=10.9, postcode="86150"), [0, 2]),
        (Place(lat=48.3, lon=10.9, postcode="80331", postcodes=("80331", "86720")), [1, 2]),
        (Place(lat=40.0, lon=-75.0), [2]),
    ],
)
def test_postcodes_and_country(place: Place, found: list[int]) -> None:
    """Areas of postcodes are found by the codes of the place, whole countries always."""
    providers = [
        provider(0, 0, 0, Postcodes((("86000", "86599"), ("10000", "10999")))),
        provider(1, 0, 0, Postcodes((("86720", "86720"),))),
        provider(2, 0, 0, Country()),
    ]
    assert make_area_index(providers).near(place) == found
