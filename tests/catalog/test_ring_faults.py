"""Polygons without an area are refused with the point; valid ones of any size are accepted."""

import json
import math
from fractions import Fraction
from itertools import combinations, pairwise

import pytest
from hypothesis import strategies as st

from dispatch_cli.catalog import ring_faults as module
from dispatch_cli.catalog.geojson import parse_polygon
from dispatch_cli.catalog.ring_faults import ring_faults
from dispatch_cli.errors import BadDataError

from ..tiers import searched
from .files import HUBER, open_text, problems_of, write

SQUARE = [(10, 48), (11, 48), (11, 49), (10, 49)]


def faults(*rings):
    """List the faults of rings of (lon, lat), as in a file, without the repeated last corner."""
    swapped = [tuple((float(lat), float(lon)) for lon, lat in ring) for ring in rings]
    return [str(each) for each in ring_faults(swapped)]


WRONG = [
    ([[(10, 48), (11, 49), (11, 48), (10, 49)]], "crosses itself at lon 10.5, lat 48.5"),
    (
        [[(10, 48), (10.5, 48.5), (10, 49), (11, 49), (10.5, 48.5), (11, 48)]],
        "the outer ring goes twice through the point lon 10.5, lat 48.5",
    ),
    ([[(10, 48), (11, 48), (11, 49), (10.5, 48), (10, 49)]], "touches itself at lon 10.5, lat 48"),
    ([[(10, 48), (11, 48), (12, 48), (11, 48), (11, 49), (10, 49)]], "twice through the point"),
    ([[(10, 48), (12, 48), (11, 48), (11, 49), (10, 49)]], "runs twice along the same line at"),
    ([[(10, 48), (11, 49), (12, 50)]], "the outer ring has no area: all its points lie on one"),
    ([[(10, 48), (10, 49), (10, 50), (10, 49.5)]], "has no area"),
    ([[(10, 48)] * 3], "has no area: all its points lie on one line, at lon 10, lat 48"),
    ([[(10, 48), (11, 49), (10, 48)]], "has no area"),
    ([SQUARE, [(12, 48), (12.4, 48), (12.4, 48.4)]], "hole 1 lies outside the outer ring, at lon"),
    ([SQUARE, [(10.2, 48.2), (11.4, 48.2), (10.4, 48.4)]], "hole 1 crosses the outer ring at lon"),
    ([SQUARE, [(10, 48), (11, 49), (11.5, 47)]], "hole 1 crosses the outer ring at lon 10, lat"),
    ([SQUARE, [(10.5, 48), (10.6, 48.2), (10.5, 47.5)]], "hole 1 crosses the outer ring"),
    ([SQUARE, [(10, 48), (9.5, 47.5), (10, 47)]], "hole 1 lies outside the outer ring"),
    ([SQUARE, [(10.2, 48), (10.6, 48), (10.5, 48.5)]], "hole 1 runs along the outer ring at"),
    ([SQUARE, SQUARE], "hole 1 runs along the outer ring"),
    ([[(10.2, 48.2), (10.4, 48.2), (10.4, 48.4)], SQUARE], "hole 1 lies outside the outer ring"),
    (
        [SQUARE, [(10.1, 48.1), (10.6, 48.1), (10.6, 48.6)], [(10.3, 48.2), (10.8, 48.2),
         (10.8, 48.3)]],
        "hole 2 crosses hole 1",
    ),
    ([[(179, 10), (-179, 12), (-179, 10), (179, 12)]], "crosses itself at lon 180, lat 11"),
    (
        [[(10, 48), (11, 49), (12, 50)], [(10, 48), (10, 48), (10, 48)]],
        "hole 1 has no area: all its points lie on one line",
    ),
]  # fmt: skip

RIGHT = {
    "square": [SQUARE],
    "the other way round": [SQUARE[::-1]],
    "a corner in a straight line": [[(10, 48), (10.5, 48), (11, 48), (11, 49), (10, 49)]],
    "equal neighbours": [[(10, 48), (10, 48), (11, 48), (11, 49), (11, 49), (10, 49), (10, 48)]],
    "hole": [SQUARE, [(10.2, 48.2), (10.4, 48.2), (10.4, 48.4)]],
    "hole touches a corner": [SQUARE, [(10, 48), (10.4, 48.2), (10.2, 48.4)]],
    "hole touches an edge": [SQUARE, [(10.5, 48), (10.6, 48.2), (10.4, 48.2)]],
    "corner of the ring on a hole": [
        [*SQUARE, (10.5, 48.5)], [(10.5, 48.25), (10.5, 48.75), (10.8, 48.5)]
    ],
    "two holes with a common corner": [
        SQUARE, [(10.1, 48.1), (10.5, 48.5), (10.1, 48.5)],
        [(10.5, 48.5), (10.8, 48.3), (10.8, 48.8)],
    ],
    "date line": [[(179, 10), (-179, 10), (-179, 12), (179, 12)], [(179.5, 11), (-179.5, 11),
                  (179.9, 11.5)]],
    "narrow": [[(10, 48), (11, 48), (11, 48.0000001)]],
}  # fmt: skip


@pytest.mark.parametrize(("rings", "said"), WRONG)
def test_rings_that_are_no_area(rings, said):
    """Each fault is named with its point in the order of GeoJSON."""
    assert any(said in each for each in faults(*rings)), faults(*rings)


@pytest.mark.parametrize("name", RIGHT)
def test_right_rings_have_no_fault(name):
    """Common corners of different rings, and a corner that is repeated at once, are valid."""
    assert faults(*RIGHT[name]) == []


def test_several_faults_are_named_at_once(tmp_path):
    """Every polygon of a file has its own sentence, with its number, up to five."""
    bow = [[10, 48], [11, 49], [11, 48], [10, 49], [10, 48]]
    flat = [[10, 48], [11, 48], [12, 48], [10, 48]]
    square = [*map(list, SQUARE), [10, 48]]
    write(tmp_path, json.dumps({"type": "MultiPolygon", "coordinates": [[bow], [square], [flat]]}),
          "p.json")  # fmt: skip
    text = HUBER.replace("radius_km = 30", 'polygon = "p.json"')
    (found,) = problems_of(tmp_path, text)
    assert found == (
        'providers.toml:8: provider "huber": polygon: p.json: not a polygon in GeoJSON: '
        "polygon 1: the outer ring crosses itself at lon 10.5, lat 48.5; "
        "polygon 3: the outer ring has no area: all its points lie on one line, at lon 10, lat 48"
    )
    write(tmp_path, json.dumps({"type": "MultiPolygon", "coordinates": [[flat]] * 9}), "p.json")
    (found,) = problems_of(tmp_path, text)
    assert found.count("has no area") == 5
    assert found.endswith("; and 4 more")


def test_rings_that_cannot_be_read_are_named_together():
    """A ring with too few points and one that is not closed are one problem with two sentences."""
    rings = [[[1, 2]], [[1, 2], [3, 4], [5, 6], [7, 8]]]
    with pytest.raises(BadDataError) as caught:
        parse_polygon(json.dumps({"type": "Polygon", "coordinates": rings}).encode(), shown="p")
    said = str(caught.value)
    assert "a ring has 1 points, it needs at least 4; a ring is not closed" in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"type" "Polygon"}', 'p:1: not valid JSON, column 9: " is not expected here'),
        ('{"type":\n "Polygon"', "p:2: not valid JSON, column 11: the end of the line is not"),
        ("{type: 1}", "p:1: not valid JSON, column 2: t is not expected here"),
        ("<html>", "p:1: not valid JSON but a web page: save the file itself"),
        (" ", "p: not valid JSON: the file is empty"),
        ('{"a": NaN}', "p: not valid JSON: it contains NaN or Infinity"),
        ('{"type": "Feature", "geometry": null}', "a Feature has no geometry, and so no area"),
        ('{"type": "FeatureCollection", "features": []}', "it contains no polygon"),
        ('{"type": "Polygon", "coordinates": [[]]}', "a ring has 0 points, it needs at least 4"),
    ],
)
def test_a_file_that_holds_no_polygon(text, said):
    """The place at which JSON ends, or the part that is missing, in words of our own."""
    with pytest.raises(BadDataError) as caught:
        parse_polygon(text.encode(), shown="p")
    assert said in str(caught.value)
    assert "malformed" not in str(caught.value)


def test_neighbouring_polygons_share_their_border(tmp_path):
    """Two polygons of one file may share edges and overlap: the area is both."""
    ring = [*map(list, SQUARE), [10, 48]]
    east = [[lon + 1, lat] for lon, lat in ring]
    write(tmp_path, json.dumps({"type": "MultiPolygon", "coordinates": [[ring], [east], [ring]]}),
          "p.json")  # fmt: skip
    catalog = open_text(tmp_path, HUBER.replace("radius_km = 30", 'polygon = "p.json"'))
    assert catalog.count == 1


# An independent brute force: every pair of edges, every crossing point, every piece of a hole.


def _turn(a, b, c):
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _on(a, b, point):
    return _turn(a, b, point) == 0 and min(a, b) <= point <= max(a, b)


def _common(a, b, c, d):
    """Return the common points of two edges: none, one, or the ends of a common line."""
    ends = {p for p in (a, b) if _on(c, d, p)} | {p for p in (c, d) if _on(a, b, p)}
    if ends:
        return ends
    down = (b[0] - a[0]) * (d[1] - c[1]) - (b[1] - a[1]) * (d[0] - c[0])
    if down == 0:
        return set()
    along = Fraction(_turn(c, d, a), -_turn(c, d, b) + _turn(c, d, a))
    point = (a[0] + along * (b[0] - a[0]), a[1] + along * (b[1] - a[1]))
    return {point} if 0 <= along <= 1 and _on(c, d, point) else set()


def _edges(ring):
    return list(pairwise([*ring, ring[0]]))


def _distinct(ring):
    kept = [point for point, after in _edges(ring) if point != after]
    return kept or ring[:1]


def _own_fault(ring):
    edges = _edges(ring)
    if len(ring) < 3:
        return True
    for (one, (a, b)), (other, (c, d)) in combinations(enumerate(edges), 2):
        allowed = {b} if other == one + 1 else {a} if (one, other) == (0, len(edges) - 1) else set()
        if _common(a, b, c, d) - allowed:
            return True
    return False


def _inside(ring, point):
    """Return 1 inside, 0 on the ring, -1 outside, by winding numbers."""
    winding = 0
    for a, b in _edges(ring):
        if _on(a, b, point):
            return 0
        if a[1] <= point[1] < b[1] and _turn(a, b, point) > 0:
            winding += 1
        elif b[1] <= point[1] < a[1] and _turn(a, b, point) < 0:
            winding -= 1
    return 1 if winding else -1


def _pair_fault(outer, hole, *, is_hole_pair=False):
    """Return whether a piece of a hole's edge leaves the ring, or lies on it."""
    sides = set()
    for a, b in _edges(hole):
        cuts = {a, b}.union(*(_common(a, b, c, d) for c, d in _edges(outer)))
        for one, other in pairwise(sorted(cuts)):
            middle = (Fraction(one[0] + other[0]) / 2, Fraction(one[1] + other[1]) / 2)
            sides.add(_inside(outer, middle))
    if is_hole_pair:
        return 0 in sides or len(sides) > 1
    return sides != {1}


GRID = st.tuples(st.integers(0, 5), st.integers(0, 5))
RINGS = st.lists(GRID, min_size=3, max_size=8)


@searched(600, RINGS)
def test_one_ring_against_brute_force(ring):
    """On a small grid, where nearly all points meet, the sweep finds what all pairs find."""
    assert bool(faults(ring)) == _own_fault(_distinct(ring)), ring


TRIANGLES = st.lists(GRID, min_size=3, max_size=4).filter(lambda r: not _own_fault(_distinct(r)))
OUTER = st.sampled_from([
    [(0, 0), (5, 0), (5, 5), (0, 5)],
    [(0, 0), (5, 0), (5, 5), (3, 2), (2, 5), (0, 5)],
    [(0, 0), (5, 0), (4, 2), (5, 4), (2, 5), (0, 3), (2, 2)],
    [(1, 1), (4, 1), (4, 2), (2, 2), (2, 3), (4, 3), (4, 4), (1, 4)],
])  # fmt: skip


@searched(600, OUTER, TRIANGLES)
def test_a_hole_against_brute_force(outer, hole):
    """A hole has a fault if and only if a piece of its edges is not inside the outer ring."""
    assert bool(faults(outer, hole)) == _pair_fault(outer, _distinct(hole)), (outer, hole)


@searched(400, TRIANGLES, TRIANGLES)
def test_two_holes_against_brute_force(one, other):
    """Two holes have a fault if and only if one has pieces on both sides of the other."""
    outer = [(-1, -1), (7, -1), (7, 7), (-1, 7)]
    is_wrong = _pair_fault(_distinct(one), _distinct(other), is_hole_pair=True)
    assert bool(faults(outer, one, other)) == is_wrong, (one, other)


def _circle(count, radius=lambda number: 1.0):
    angles = [2 * math.pi * number / count for number in range(count)]
    return [
        (10 + radius(n) * math.cos(angle), 48 + radius(n) * math.sin(angle))
        for n, angle in enumerate(angles)
    ]


COMB = [(10 + n / 10_000, 48 + n % 2) for n in range(9998)] + [(12, 47), (9, 47)]
LARGE = {
    "circle": [_circle(10_000)],
    "star": [_circle(10_000, lambda n: 0.5 + n % 2 / 2)],
    "comb": [COMB],
    "leaning comb": [[(x * 0.6 - y * 0.8 + 40, x * 0.8 + y * 0.6) for x, y in COMB]],
    "many holes": [
        _circle(5_000),
        *([(9.5 + i / 40 + x, 47.5 + j / 40 + y) for x, y in ((0, 0), (0.01, 0), (0, 0.01))]
          for i in range(40) for j in range(41)),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", LARGE)
def test_ten_thousand_points_take_no_quadratic_time(name, monkeypatch):
    """Rings of ten thousand points need a hundred comparisons a point, not one for each pair."""
    turns = 0

    def counted(*points):
        nonlocal turns
        turns += 1
        return turn(*points)

    turn = module._turn
    monkeypatch.setattr(module, "_turn", counted)
    assert faults(*LARGE[name]) == []
    assert 10_000 < turns < 1_000_000
    crossed = [list(LARGE[name][0]), *LARGE[name][1:]]
    crossed[0][20], crossed[0][24] = crossed[0][24], crossed[0][20]
    assert faults(*crossed) != []
