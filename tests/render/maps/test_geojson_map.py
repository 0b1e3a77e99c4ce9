"""GeoJSON of a map: valid by RFC 7946, with the facts of the JSON answer."""

import json
import math
from itertools import pairwise

import pytest
from msgspec.structs import replace

from dispatch_cli.messages import Message
from dispatch_cli.model import Circle, Polygon, Postcodes
from dispatch_cli.model.sphere import great_circle_km
from dispatch_cli.render.envelope import envelope
from dispatch_cli.render.maps.map_formats import map_text
from dispatch_cli.results.map_scene import CountCell, DotLayer, RoadLine

from ...map_worlds import AUGSBURG, firm, ranked, scattered, scene_of

SQUARE = ((48.0, 10.0), (48.0, 11.0), (49.0, 11.0), (49.0, 10.0))
HOLE = ((48.4, 10.4), (48.4, 10.6), (48.6, 10.6), (48.6, 10.4))


def read(scene):
    return json.loads(map_text(scene, ".geojson"), parse_constant=pytest.fail)


def of(collection, what):
    return [each for each in collection["features"] if each["properties"]["what"] == what]


def check_position(position):
    lon, lat = position
    assert -180 <= lon <= 180
    assert -90 <= lat <= 90
    assert round(lon, 6) == lon


def turn(ring):
    """Twice the area of a ring; above 0 against the clock."""
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(ring))


def check_polygon(rings):
    for number, ring in enumerate(rings):
        assert len(ring) >= 4
        assert ring[0] == ring[-1]
        assert (turn(ring) > 0) == (number == 0)
        for each in ring:
            check_position(each)


def check_geometry(geometry):
    """Hold a geometry against sections 3.1 and 4 of RFC 7946."""
    assert set(geometry) == {"type", "coordinates"}
    coordinates = geometry["coordinates"]
    match geometry["type"]:
        case "Point":
            check_position(coordinates)
        case "MultiPoint" | "LineString" as kind:
            assert kind == "MultiPoint" or len(coordinates) >= 2
            for each in coordinates:
                check_position(each)
        case "Polygon":
            check_polygon(coordinates)
        case "MultiPolygon":
            for each in coordinates:
                check_polygon(each)
        case other:
            pytest.fail(other)


def test_every_feature_is_valid():
    """Types, closed rings, their turn, longitude first, and no coordinate system but WGS 84."""
    firms = [
        firm(1, 48.40, 10.95, area=Circle(12.0)),
        firm(2, 48.36, 10.85, area=Polygon(((SQUARE, HOLE), (SQUARE[::-1],)), "a.geojson")),
        firm(3, 48.37, 10.90, area=Postcodes((("86150", "86161"),), "86150-86161")),
        firm(4, 48.38, 10.92, services=("lockout",)),
    ]
    road = RoadLine(points=((48.3, 10.7), (48.5, 11.0)), ref="A 8", kind="motorway")
    scene = scene_of(firms, explain=True, roads=[road, RoadLine(points=((48.4, 10.9),))])
    found = read(scene)
    assert found["type"] == "FeatureCollection"
    assert "crs" not in found
    for feature in found["features"]:
        assert set(feature) == {"type", "geometry", "properties"}
        assert feature["type"] == "Feature"
        check_geometry(feature["geometry"])
    counts = {what: len(of(found, what)) for what in ("firm", "excluded", "area", "road")}
    assert counts == {"firm": 3, "excluded": 1, "area": 3, "road": 1}
    assert len(of(found, "incident")) == len(of(found, "uncertainty")) == 1


def test_the_firms_are_those_of_the_json_answer():
    """Each firm has all fields of the JSON answer, unrounded, at the position of its base."""
    firms = scattered(12)
    answer, _ = ranked(firms)
    data = json.loads(envelope("dispatch.cascade/1", data=answer, status="success", exit_code=0))[
        "data"
    ]
    found = read(scene_of(firms))
    at = {each.id: [round(each.lon, 6), round(each.lat, 6)] for each in firms}
    [cascade] = data["cascades"]
    drawn = of(found, "firm")
    assert len(drawn) == len(cascade["candidates"]) == 12
    for feature, candidate in zip(drawn, cascade["candidates"], strict=True):
        properties = feature["properties"]
        assert {name: properties[name] for name in candidate} == candidate
        assert feature["geometry"]["coordinates"] == at[candidate["provider"]]
        assert properties["service"] == "tow"
    assert found["sheets"][0]["last_resort"] == cascade["last_resort"]


def test_the_excluded_are_those_of_the_json_answer():
    """With --explain each excluded firm has its reason and what would have to be true."""
    firms = [firm(1, 48.40, 10.95), firm(2, 48.38, 10.92, services=("lockout",))]
    answer, _ = ranked(firms, explain=True)
    [out] = answer.cascades[0].excluded
    [feature] = of(read(scene_of(firms, explain=True)), "excluded")
    properties = feature["properties"]
    assert (properties["reason"], properties["detail"]) == (out.reason, str(out.detail))
    assert properties["nearness_min"] is None  # infinite: no call can help


def test_circles_are_polygons_of_their_radius():
    """Every corner of an area and of the uncertainty has its distance from the middle."""
    [one] = [firm(1, 48.40, 10.95, area=Circle(12.5))]
    found = read(scene_of([one]))
    [area], [sure] = of(found, "area"), of(found, "uncertainty")
    assert area["properties"]["radius_km"] == 12.5
    for feature, lat, lon, km in (
        (area, one.lat, one.lon, 12.5),
        (sure, AUGSBURG.lat, AUGSBURG.lon, AUGSBURG.uncertainty_km),
    ):
        [ring] = feature["geometry"]["coordinates"]
        for x, y in ring:
            assert great_circle_km(lat, lon, y, x) == pytest.approx(km, abs=0.001)


def test_sources_title_and_time_are_foreign_members():
    """The collection says what it is, when, and where its data are from."""
    found = read(scene_of(scattered(2)))
    assert found["title"] == "TOW: near 86150 Augsburg, ± 1.3 km"
    assert found["time"].startswith("2026-11-27T")
    assert "OpenStreetMap contributors (ODbL)" in found["attribution"]
    assert any("delete the file" in note for note in found["notes"])


def test_places_and_cells_have_their_counts():
    """Places of one level are one feature with their postcodes; a cell has its counts by level."""
    scene = scene_of(scattered(1))
    dots = DotLayer(
        level="none", label=Message("no provider"), positions=((48.0, 11.0), (48.1, 11.1)),
        names=("86150", "86152"),
    )  # fmt: skip
    cell = CountCell(48.0, 11.0, {"best": 3, "none": 2})
    labels = {"best": Message("first to call"), "none": Message("no provider")}
    sheet = replace(scene.sheets[0], dots=(dots,), cells=(cell,), cell_labels=labels)
    found = read(replace(scene, sheets=(sheet,)))
    [places], [incidents] = of(found, "places"), of(found, "incidents")
    assert places["geometry"] == {"type": "MultiPoint", "coordinates": [[11.0, 48.0], [11.1, 48.1]]}
    assert places["properties"]["postcodes"] == ["86150", "86152"]
    assert incidents["properties"]["count"] == 5
    assert incidents["properties"]["levels"] == {"first to call": 3, "no provider": 2}


def test_infinite_minutes_are_null():
    """A number that JSON cannot hold is null, as in the answer."""
    firms = scattered(1)
    scene = scene_of(firms)
    [one] = scene.sheets[0].firms
    never = replace(one, candidate=replace(one.candidate, arrival_min=math.inf))
    sheet = replace(scene.sheets[0], firms=(never,))
    [feature] = of(read(replace(scene, sheets=(sheet,))), "firm")
    assert feature["properties"]["arrival_min"] is None
