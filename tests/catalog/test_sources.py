"""Included files and polygons are found in order, and only in the folder of the main file."""

import json
from pathlib import Path

import pytest
from hypothesis import strategies as st

from dispatch_cli.catalog.geojson import parse_polygon
from dispatch_cli.errors import BadDataError
from dispatch_cli.model import Polygon

from ..tiers import searched
from .files import HUBER, open_file, open_text, problems_of, write

RING = [[10, 48], [12, 48], [12, 49], [10, 49], [10, 48]]
RINGS = (((48.0, 10.0), (48.0, 12.0), (49.0, 12.0), (49.0, 10.0)),)


def named(name: str) -> str:
    """Return a provider with another id."""
    return HUBER.replace("huber", name)


def test_order_of_includes(tmp_path: Path) -> None:
    """The main file is first, then the sorted files of each pattern, each file once."""
    for name in ("b", "a", "c"):
        write(tmp_path, named(name), f"sub/{name}.toml")
    write(tmp_path, named("deep"), "sub/x/y/d.toml")
    (tmp_path / "sub/folder.toml").mkdir()
    patterns = '["*.toml", "sub/c.toml", "sub/*.toml", "sub/**/*.toml"]'
    catalog = open_text(tmp_path, f"include = {patterns}\n{HUBER}")
    assert catalog.ids() == ["huber", "c", "a", "b", "deep"]
    assert not [warning for warning in catalog.warnings if "include" in str(warning)]


def test_pattern_without_match(tmp_path: Path) -> None:
    """A pattern that matches no file gives a warning."""
    catalog = open_text(tmp_path, f'include = ["bavaria/*.toml"]\n{HUBER}')
    assert 'providers.toml: include "bavaria/*.toml" matches no file' in map(str, catalog.warnings)


def test_only_providers_in_included_files(tmp_path: Path) -> None:
    """An included file with includes, settings or unknown keys is an error."""
    write(tmp_path, 'include = ["x"]\nprovders = []\nranking = {}\nprice = 1\n', "sub/a.toml")
    only = "belongs in the main file: an included file contains [[provider]] only"
    assert problems_of(tmp_path, f'include = ["sub/*"]\n{HUBER}') == [
        f"sub/a.toml:1: include {only}",
        'sub/a.toml:2: unknown key "provders" (did you mean "provider"?)',
        f"sub/a.toml:3: ranking {only}",
        'sub/a.toml:4: "price": price has no place in the ranking: remove this key',
    ]


def test_links_out_of_the_folder(tmp_path: Path) -> None:
    """A link that leads out of the folder is refused, for included files and for polygons."""
    write(tmp_path, named("out"), "out/a.toml")
    write(tmp_path, json.dumps({"type": "Polygon", "coordinates": [RING]}), "out/p.json")
    inside = tmp_path / "in"
    inside.mkdir()
    (inside / "sub").symlink_to(tmp_path / "out")
    (inside / "p.json").symlink_to(tmp_path / "out/p.json")
    text = f'include = ["sub/*.toml"]\n{HUBER}'.replace("radius_km = 30", 'polygon = "p.json"')
    assert problems_of(inside, text) == [
        'providers.toml:1: include: "sub/a.toml" leads out of the folder of the main file',
        'providers.toml:9: provider "huber": polygon: "p.json" leads out of the folder of the '
        "main file",
    ]


def test_main_file_may_be_a_link(tmp_path: Path) -> None:
    """The main file itself may be a link; its folder is the one in which it is named."""
    real = write(tmp_path, f'include = ["sub/*.toml"]\n{HUBER}', "real/p.toml")
    write(tmp_path, named("a"), "here/sub/a.toml")
    (tmp_path / "here/providers.toml").symlink_to(real)
    assert open_file(tmp_path / "here/providers.toml").ids() == ["huber", "a"]


@pytest.mark.parametrize(
    "shape",
    [
        {"type": "Polygon", "coordinates": [RING]},
        {"type": "MultiPolygon", "coordinates": [[RING]]},
        {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [RING]}},
        {
            "type": "FeatureCollection",
            "features": [
                {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [RING]}}
            ],
        },
        {"type": "Polygon", "coordinates": [[[*point, 500.0] for point in RING]]},
    ],
)
def test_polygon_shapes(tmp_path: Path, shape: object) -> None:
    """Every GeoJSON form of an area is read; corners become (lat, lon), heights are left out."""
    write(tmp_path, json.dumps(shape), "p.json")
    catalog = open_text(tmp_path, HUBER.replace("radius_km = 30", 'polygon = "p.json"'))
    assert catalog.all()[0].area == Polygon((RINGS,), "p.json")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "not valid JSON"),
        ("[]", "type is 'None', allowed is Polygon, MultiPolygon, Feature or FeatureCollection"),
        ('{"type": "Point"}', "type is 'Point'"),
        ('{"type": "Polygon"}', "coordinates must be a list"),
        ('{"type": "Polygon", "coordinates": []}', "it contains no polygon"),
        ('{"type": "Polygon", "coordinates": [[[1,2],[3,4],[1,2]]]}', "has 3 points"),
        ('{"type": "Polygon", "coordinates": [[[1,2],[3,4],[5,6],[7,8]]]}', "is not closed"),
        ('{"type": "Polygon", "coordinates": [[[1,2],["x",4],[5,6],[1,2]]]}', "[lon, lat]"),
        ('{"type": "Polygon", "coordinates": [[[1,95],[3,4],[5,6],[1,95]]]}', "GeoJSON is [lon"),
        ('{"type": "Polygon", "coordinates": [[[1,NaN],[3,4],[5,6],[1,2]]]}', "not valid JSON"),
        (f'{{"type": "Polygon", "coordinates": [[[1,{10**400}]]]}}', "is out of range"),
        ("[" * 40, "nested deeper than 32 levels"),
        (
            json.dumps({"type": "Polygon", "coordinates": [[[b, a] for a, b in RING]]}),
            "its points look like [lat, lon]: [48, 10] would be in Germany the other way round; "
            "GeoJSON is [lon, lat]",
        ),
        (
            json.dumps({"type": "Polygon", "coordinates": [RING * 20_001]}),
            "more than 100,000 points",
        ),
    ],
)
def test_bad_polygons(content: str, said: str) -> None:
    """A file that is not a polygon in GeoJSON is refused with the reason."""
    with pytest.raises(BadDataError) as caught:
        parse_polygon(content.encode(), shown="p.json")
    assert said in str(caught.value)
    assert str(caught.value).startswith("p.json")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.sampled_from(["type", "coordinates", "geometry", "features"]), inner)
    ),
)


@searched(
    200,
    st.sampled_from(["Polygon", "MultiPolygon", "Feature", "FeatureCollection"]),
    json_values,
)
def test_any_json(kind: str, value: object) -> None:
    """Any JSON becomes rings with an area, or BadDataError names the file."""
    shape = {"type": kind, "coordinates": value, "geometry": value, "features": value}
    try:
        polygons = parse_polygon(json.dumps(shape).encode(), shown="p.json")
    except BadDataError as error:
        files = [problem.file for problem in error.problems]
        assert files == ["p.json"]
    else:
        assert polygons
        assert all(len(set(ring)) >= 3 for polygon in polygons for ring in polygon)
