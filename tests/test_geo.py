"""Distances, areas and crow-fly minutes, against arithmetic that one can do by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch_cli import geo
from dispatch_cli.model import Circle, Country, Place, Polygon, Postcodes, ServiceSettings

from .worlds import KM_PER_DEGREE, MIDDLE

LAT, LON = st.floats(-90, 90), st.floats(-180, 180)


def test_known_distances():
    """A degree of latitude, a quarter of the globe, and Augsburg to München."""
    assert geo.great_circle_km(48, 11, 49, 11) == pytest.approx(111.195, abs=0.001)
    assert geo.great_circle_km(0, 0, 0, 180) == pytest.approx(20015.1, abs=0.1)
    assert geo.great_circle_km(48.3705, 10.8978, 48.1372, 11.5756) == pytest.approx(56.5, abs=0.3)


@given(LAT, LON, LAT, LON)
def test_distance_is_symmetric_and_bounded(lat1, lon1, lat2, lon2):
    """There and back are equally far, and nothing is further than half the globe."""
    there = geo.great_circle_km(lat1, lon1, lat2, lon2)
    assert there == pytest.approx(geo.great_circle_km(lat2, lon2, lat1, lon1), abs=1e-6)
    assert 0 <= there <= 20015.2


def test_minutes_of_one_speed():
    """Ten kilometres of crow-fly distance are 13 of road, at 50 km/h 15.6 minutes."""
    assert geo.crow_fly_min(10, ServiceSettings()) == pytest.approx(15.6)


def test_minutes_leg_by_leg():
    """The first 10 km at 30 km/h, the next 40 at 60, the rest at 120: 20 + 40 + 5 minutes."""
    table = ServiceSettings(detour=1.0, speed=((10, 30), (50, 60), (1000, 120)))
    assert geo.crow_fly_min(60, table) == pytest.approx(65)
    assert geo.crow_fly_min(10, table) == pytest.approx(20)
    assert geo.crow_fly_min(5, table) == pytest.approx(10)
    assert geo.crow_fly_min(2000, table) == pytest.approx(20 + 40 + 1950 / 2)


@given(
    st.lists(st.tuples(st.floats(0.1, 50), st.floats(5, 130)), min_size=1, max_size=5),
    st.floats(0, 500),
    st.floats(0, 500),
)
def test_minutes_never_fall_with_distance(legs, one_km, other_km):
    """With any speed table, a longer distance never takes fewer minutes."""
    ends, speed = 0.0, []
    for leg_km, speed_kmh in legs:
        ends += leg_km
        speed.append((ends, speed_kmh))
    table = ServiceSettings(speed=tuple(speed))
    near, far = sorted((one_km, other_km))
    assert geo.crow_fly_min(near, table) <= geo.crow_fly_min(far, table) + 1e-9


def test_circle_edges():
    """Inside, within the uncertainty, and short by what is left."""
    at = Place(lat=48 + 25 / KM_PER_DEGREE, lon=11, uncertainty_km=3.0)
    assert geo.fit(Circle(26), 48, 11, at) == ("inside", 0.0)
    assert geo.fit(Circle(23), 48, 11, at) == ("edge", 0.0)
    fit, short_km = geo.fit(Circle(20), 48, 11, at)
    assert (fit, short_km) == ("outside", pytest.approx(2.0, abs=1e-6))


SQUARE = ((47.9, 10.9), (47.9, 11.1), (48.1, 11.1), (48.1, 10.9), (47.9, 10.9))
HOLE = ((47.99, 10.99), (47.99, 11.01), (48.01, 11.01), (48.01, 10.99))


def test_polygon_with_a_hole():
    """Inside the square is in, inside its hole is out by the way to the hole's nearest edge."""
    ring = Polygon(((SQUARE,),))
    holed = Polygon(((SQUARE, HOLE),))
    assert geo.fit(ring, 0, 0, MIDDLE) == ("inside", 0.0)
    fit, short_km = geo.fit(holed, 0, 0, MIDDLE)
    assert fit == "outside"
    # The nearest edges are those in the east and west: 0.01 degrees of longitude at 48 north.
    assert short_km == pytest.approx(0.744, abs=0.002)


@given(st.floats(-0.5, 0.5), st.floats(-0.5, 0.5))
def test_polygon_equals_a_box(north, east):
    """A square polygon says the same as comparing its corners."""
    place = Place(lat=48 + north, lon=11 + east)
    inside = abs(north) < 0.1 and abs(east) < 0.1
    assert (geo.fit(Polygon(((SQUARE,),)), 0, 0, place)[0] == "inside") == inside or (
        min(abs(abs(north) - 0.1), abs(abs(east) - 0.1)) < 1e-9
    )


def test_polygon_across_the_date_line():
    """A ring may cross the line where longitudes jump."""
    ring = Polygon(((((-1, 179), (-1, -179), (1, -179), (1, 179)),),))
    assert geo.fit(ring, 0, 0, Place(lat=0, lon=179.9))[0] == "inside"
    assert geo.fit(ring, 0, 0, Place(lat=0, lon=-179.9))[0] == "inside"
    assert geo.fit(ring, 0, 0, Place(lat=0, lon=178))[0] == "outside"


def test_a_degenerate_ring_is_a_point():
    """A ring of one repeated corner has no inside and measures as a point."""
    point = Polygon(((((48.1, 11.0), (48.1, 11.0)),),))
    assert geo.fit(point, 0, 0, MIDDLE)[1] == pytest.approx(11.12, abs=0.01)


def test_postcodes_and_country():
    """Whole postcodes are yes, maybe or no; Germany ends where a place is foreign."""
    area = Postcodes((("86000", "86599"),), "860-865")
    assert geo.fit(area, 0, 0, MIDDLE) == ("inside", 0.0)
    assert (
        geo.fit(area, 0, 0, Place(lat=0, lon=0, postcode="86600", postcodes=("86600",)))[0]
        == "outside"
    )
    assert geo.fit(area, 0, 0, Place(lat=0, lon=0)) == ("outside", float("inf"))
    maybe = Place(lat=0, lon=0, postcode="86600", postcodes=("86600", "86599"))
    assert geo.fit(area, 0, 0, maybe) == ("edge", 0.0)
    assert geo.fit(Country(), 0, 0, MIDDLE) == ("inside", 0.0)
    assert geo.fit(Country(), 0, 0, Place(lat=0, lon=0, foreign_km=99.0)) == ("outside", 99.0)
    doubtful = Place(lat=0, lon=0, foreign_km=1.5, postcodes=("86599",))
    assert geo.fit(Country(), 0, 0, doubtful) == ("edge", 0.0)


def test_a_polygon_on_the_other_side_of_the_earth_holds_nothing():
    """A polygon is measured whole on both sides of the date line."""
    ring = tuple(
        (lat, lon) for lat, lon in ((48.0, 10.6), (48.0, 11.3), (48.8, 11.3), (48.8, 10.6))
    )
    area = Polygon(((ring,),))
    for lon in (-169.4, -169.1, -168.7, -169.05):
        found, short_km = geo.fit(area, 48.4, 10.9, Place(lat=48.37, lon=lon))
        assert found == "outside"
        assert short_km > 10_000
    assert geo.fit(area, 48.4, 10.9, Place(lat=48.37, lon=10.9))[0] == "inside"
