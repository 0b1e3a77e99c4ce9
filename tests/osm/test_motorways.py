"""The motorways of a map: carriageways in one piece, posts on them, exits and signs."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
import pytest

from dispatch_cli.model.road_table import Carriageway, RoadTable, distances_m, point_along
from dispatch_cli.model.sphere import great_circle_km
from dispatch_cli.osm.carriageway_lines import carriageway_lines, destinations_of, roads_of
from dispatch_cli.osm.kilometre_posts import KilometrePost, kilometre_of, posts_on
from dispatch_cli.osm.map_file import read_map
from dispatch_cli.osm.map_kinds import WANTED
from dispatch_cli.osm.map_objects import MapContent, MapNode, MapWay
from dispatch_cli.osm.motorways import make_road_table, road_table_bytes

from .maps import (
    GAP,
    HEIDELBERG,
    KM,
    LON,
    Map,
    lat_of,
    needs_extracts,
    needs_osmium,
)

ROAD = {"highway": "motorway", "ref": "A 99", "oneway": "yes"}


def way(id: int, nodes: Iterable[int | None], **tags: str) -> MapWay:
    """Return a way whose node n lies n kilometres north of km 20."""
    found = tuple(None if n is None else (n, lat_of(20 - n), LON) for n in nodes)
    return MapWay(id, found, {**ROAD, **tags})


def ids(lines: Sequence[object]) -> list[list[int]]:
    """Return the nodes of each line."""
    return [[node[0] for node in line.nodes] for line in lines]  # type: ignore[attr-defined]


def post(id: int, km: float, *, east: float = 0.0) -> KilometrePost:
    """Return a post at node ``id`` of a way, with any kilometre."""
    return KilometrePost(id, lat_of(20 - id), LON + east, km)


def sections(*posts: KilometrePost) -> list[list[float]]:
    """Return the kilometres of each section of posts on a line of twenty kilometres."""
    line = carriageway_lines([way(1, range(21))])
    (found,) = posts_on(line, posts)
    return [[each.km for each in section] for section in found]


def table_of(found: Map, path: Path) -> RoadTable:
    """Return the road table of a map."""
    table, _ = make_road_table(read_map(found.write(path), WANTED, lambda share: None))
    return table


def test_refs_and_destinations_are_lists() -> None:
    """A way may belong to two motorways; other roads are left out."""
    assert roads_of("A 5;A 67") == ["A5", "A67"]
    assert roads_of("A5") == ["A5"]
    assert roads_of("B 3;A 05; E 35;") == ["A5"]
    assert destinations_of("Stuttgart; Karlsruhe;;Bad  Ort") == [
        "Stuttgart",
        "Karlsruhe",
        "Bad Ort",
    ]


@pytest.mark.parametrize(
    ("text", "km"),
    [("578.5", 578.5), ("578,5", 578.5), ("km 578.5", 578.5), ("578 km", 578.0), (" 7 ", 7.0),
     ("", None), ("Hamburg 12", None), ("-3", None), ("1e3", None), ("578.12345", None)],
)  # fmt: skip
def test_the_kilometre_of_a_post(text: str, km: float | None) -> None:
    """With point or comma; any other text is no kilometre."""
    assert kilometre_of(text) == km


def test_ways_are_joined_in_the_direction_of_travel() -> None:
    """In any order of the map, also one that is drawn against the traffic."""
    ways = [way(3, (4, 5, 6)), way(1, (0, 1, 2)), way(2, (4, 3, 2), oneway="-1")]
    assert ids(carriageway_lines(ways)) == [[0, 1, 2, 3, 4, 5, 6]]


def test_a_line_continues_straight_on() -> None:
    """Where two ways of one motorway begin, the one that bends less continues the line."""
    bend = MapWay(1, ((2, lat_of(18), LON), (9, lat_of(18), LON + 1)), ROAD)
    lines = carriageway_lines([bend, way(2, (0, 1, 2)), way(3, (2, 3, 4))])
    assert ids(lines) == [[0, 1, 2, 3, 4], [2, 9]]


def test_a_circle_and_a_cut_are_lines_as_well() -> None:
    """A ring road has no beginning; a node without position divides a way."""
    ring = [way(1, (0, 1, 2)), way(2, (2, 3, 0))]
    assert ids(carriageway_lines(ring)) == [[0, 1, 2, 3, 0]]
    assert ids(carriageway_lines([way(1, (0, 1, None, 3, 4, None, 6))])) == [[0, 1], [3, 4]]


def test_posts_divide_where_kilometres_and_distances_disagree() -> None:
    """A post that disagrees with both neighbours is left out; a jump of the kilometres divides."""
    good = [post(n, 40 - n) for n in range(0, 9, 2)]
    assert sections(*good) == [[40, 38, 36, 34, 32]]
    assert sections(*good, post(5, 99)) == [[40, 38, 36, 34, 32]]
    assert sections(*good, post(10, 70), post(12, 68)) == [[40, 38, 36, 34, 32], [70, 68]]
    assert sections(*good, post(5, 99), post(7, 1)) == [[40, 38, 36, 34, 32]]
    assert sections(post(0, 40), post(1, 99), post(2, 38)) == [[40, 38]]
    assert sections(post(3, 5)) == []
    assert sections(post(0, 20), post(2, 22), post(4, 24)) == [[20, 22, 24]]


def test_posts_of_the_other_carriageway_count_where_it_is_near() -> None:
    """20 m away they count at the nearest point of the line, 100 m away they do not."""
    assert sections(post(0, 20), post(10, 10), post(5, 15, east=GAP)) == [[20, 15, 10]]
    far = post(77, 15, east=5 * GAP)
    assert sections(post(0, 20), post(10, 10), KilometrePost(77, lat_of(15), far.lon, 15)) == [
        [20, 10]
    ]
    near = KilometrePost(77, lat_of(15), LON + GAP, 15)
    assert sections(post(0, 20), post(10, 10), near) == [[20, 15, 10]]


def test_a_node_far_away_does_not_fill_the_memory() -> None:
    """A segment across half of Germany, an error of the map, has no grid of its own."""
    nodes = ((1, 48.0, 11.0), (2, 53.0, 9.0), (3, 48.01, 11.0), (4, 48.02, 11.0))
    (line,) = carriageway_lines([MapWay(1, nodes, ROAD)])
    near = KilometrePost(77, 48.015, 11.0001, 3.0)
    assert posts_on([line], [near, KilometrePost(3, 48.01, 11.0, 2.4)])
    far = KilometrePost(78, 50.5, 10.0, 3.0)
    assert posts_on([line], [far]) == [()]


@needs_osmium
def test_the_table_of_the_small_map(small_map: Path) -> None:
    """Both carriageways with all posts, their exits, and the signs that lead along each."""
    content = read_map(small_map, WANTED, lambda share: None)
    table, summary = make_road_table(content)
    north, south = table.carriageways
    assert (north.road, south.road) == ("A99", "A99")
    assert (summary.posts, summary.exits, summary.carriageways) == (22, 4, 2)
    assert [each.km for each in north.posts[0]] == list(range(20, 9, -1))
    assert [each.km for each in south.posts[0]] == list(range(10, 21))
    assert {each.town for each in north.signs} == {"Nordstadt"}
    assert {each.town for each in south.signs} == {"Südstadt", "Salzburg"}
    assert [each.name for each in north.exits] == ["Kreuz Mitte", "Ober / Unterdorf"]
    assert [each.name for each in south.exits] == ["Ober / Unterdorf", "Kreuz Mitte"]
    assert north.exits[0].at_m == pytest.approx(4_300, abs=2)
    assert north.at_km(15) == pytest.approx(6_000, abs=2)
    assert north.at_km(20.5) is None
    content_again = msgspec.json.decode(road_table_bytes(table), type=RoadTable)
    assert content_again == table


def on_ramps(found: Map, *ramps: tuple[Sequence[int], str, str]) -> dict[str, set[str]]:
    """Add ramps with destination and destination:ref; returns the towns on each motorway."""
    for nodes, destination, ref in ramps:
        tags = {"highway": "motorway_link", "destination": destination, "destination:ref": ref}
        found.way(nodes, {key: value for key, value in tags.items() if value})
    return {}


@needs_osmium
def test_a_sign_counts_where_it_can_only_mean_one_carriageway(tmp_path: Path) -> None:
    """Not a sign for both directions, nor of the exit that is left, nor one that runs off the map.

    The two carriageways are A 1 to the north and A 1 to the south; ramps begin at a street.
    """
    found = Map()
    north = [found.node(lat_of(20 - n), LON + GAP) for n in range(4)]
    south = [found.node(lat_of(20 - n), LON) for n in range(3, -1, -1)]
    found.way(north, {"highway": "motorway", "ref": "A 1"})
    found.way(south, {"highway": "motorway", "ref": "A 1"})
    street, fork, off_map = (found.node(48.01, LON + 0.01 * n) for n in (1, 2, 3))
    ramps = [
        ([street, north[2]], "Nord", "A 1"),
        ([fork, north[3]], "", ""),
        ([fork, south[2]], "", ""),
        ([off_map, fork], "Beide", ""),
        ([south[1], street], "Ausfahrt", ""),
        ([street, off_map], "Nirgends", "A 1"),
        ([found.node(48.02, LON + 0.05), south[3]], "Anders", "B 7"),
        ([found.node(48.02, LON + 0.06), south[3]], "Süd", ""),
    ]
    on_ramps(found, *ramps)
    table = table_of(found, tmp_path / "ramps.osm")
    signs = [{each.town for each in line.signs} for line in table.carriageways]
    assert signs == [{"Nord"}, {"Süd"}]


@needs_osmium
def test_posts_that_are_not_used_are_counted(tmp_path: Path) -> None:
    """Off a motorway, without kilometre, or where their kilometre cannot be."""
    found = Map()
    nodes = [
        found.node(lat_of(20 - n), LON, {"highway": "milestone", "distance": str(km)})
        for n, km in ((0, 20), (1, 19), (2, 77), (3, 17), (4, "x"))
    ]
    found.node(48.5, 11.5, {"highway": "milestone", "distance": "3"})
    found.way(nodes, ROAD)
    content = read_map(found.write(tmp_path / "posts.osm"), WANTED, lambda share: None)
    _, summary = make_road_table(content)
    assert (summary.posts, summary.contradicting) == (3, 1)
    assert (summary.unreadable, summary.off_motorways) == (1, 1)


def test_a_map_without_motorways_has_an_empty_table() -> None:
    """A trunk road with a motorway's posts is none."""
    street = MapWay(1, ((1, 48.0, 11.0), (2, 48.1, 11.0)), {"highway": "motorway", "ref": "B 2"})
    node = MapNode(1, 48.0, 11.0, {"highway": "milestone", "distance": "5"})
    table, summary = make_road_table(MapContent("", (), (node,), (street,)))
    assert table.carriageways == ()
    assert summary.off_motorways == 1


def predicted_m(
    line: object, posts: Sequence[KilometrePost], left_out: KilometrePost
) -> float | None:
    """Return how far a post lies from where the other posts put its kilometre; None if nowhere."""
    (found,) = posts_on([line], posts)  # type: ignore[list-item]
    points = tuple(node[1:] for node in line.nodes)  # type: ignore[attr-defined]
    at_m = Carriageway("A5", (), found, (), points).at_km(left_out.km)
    if at_m is None:
        return None
    spot = point_along(points, distances_m(points), at_m)
    return 1000 * great_circle_km(*spot, left_out.lat, left_out.lon)


@needs_extracts
def test_every_interior_post_of_a_5_is_predicted_within_60_m() -> None:
    """Each post is left out once, with its twin on the other side, and lies where both others say.

    The first and the last kilometre have no neighbour on one side: there nothing is predicted.
    """
    content = read_map(HEIDELBERG, WANTED, lambda share: None)
    lines = [line for line in carriageway_lines(content.ways) if line.road == "A5"]
    on_a_5 = {node[0] for line in lines for node in line.nodes}
    posts = [
        KilometrePost(node.id, node.lat, node.lon, km)
        for node in content.road_nodes
        if node.id in on_a_5 and (km := kilometre_of(node.tags.get("distance", ""))) is not None
    ]
    assert len(posts) == 12
    first, last = min(post.km for post in posts), max(post.km for post in posts)
    away_m: dict[tuple[int, float], float] = {}
    for left_out in posts:
        others = [each for each in posts if each.km != left_out.km]
        (own,) = [line for line in lines if left_out.id in {node[0] for node in line.nodes}]
        found = predicted_m(own, others, left_out)
        assert (found is None) == (left_out.km in (first, last))
        if found is not None:
            away_m[left_out.id, left_out.km] = found
    assert len(away_m) == 10
    assert max(away_m.values()) <= 60, away_m
    # Control: with the kilometres of all others shifted, the same measure finds the fault.
    shifted = [KilometrePost(each.id, each.lat, each.lon, each.km + 0.2) for each in posts]
    middle = next(each for each in posts if each.km == 577.0)
    line = next(line for line in lines if middle.id in {node[0] for node in line.nodes})
    wrong = predicted_m(line, [each for each in shifted if each.id != middle.id], middle)
    assert wrong is not None
    assert wrong > 60
    assert KM > 0
