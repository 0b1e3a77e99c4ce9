"""Make the road table of a map: carriageways with kilometre posts, exits and signs."""

from collections.abc import Iterable, Sequence

import msgspec
from msgspec import Struct

from ..model.road_table import Carriageway, Exit, Post, RoadTable, Sign, distances_m
from .carriageway_lines import Line, carriageway_lines
from .kilometre_posts import KilometrePost, kilometre_of, posts_on
from .map_objects import MapContent, MapNode
from .road_signs import signs_on

ATTRIBUTION = "© OpenStreetMap contributors, ODbL 1.0, https://www.openstreetmap.org/copyright"


class RoadSummary(Struct, frozen=True):
    """The content of a road table by number, and the nodes that are not in it.

    ``contradicting`` posts are on a motorway, but not where their kilometre can be.
    """

    roads: tuple[str, ...]
    carriageways: int
    posts: int
    exits: int
    off_motorways: int
    unreadable: int
    contradicting: int


def make_road_table(content: MapContent) -> tuple[RoadTable, RoadSummary]:
    """Make the road table of a map, the same for the same content, and count what is in it."""
    lines = carriageway_lines(content.ways)
    on_a_road = {node[0] for line in lines for node in line.nodes}
    milestones = [node for node in content.road_nodes if node.tags["highway"] == "milestone"]
    junctions = {
        node.id: node
        for node in content.road_nodes
        if node.tags["highway"] == "motorway_junction" and node.id in on_a_road
    }
    posts = [
        KilometrePost(node.id, node.lat, node.lon, km)
        for node in milestones
        if node.id in on_a_road and (km := kilometre_of(node.tags.get("distance", ""))) is not None
    ]
    signs = sorted(signs_on(lines, content.ways))
    carriageways = []
    for road in dict.fromkeys(line.road for line in lines):
        numbers = [number for number, line in enumerate(lines) if line.road == road]
        of_road = [lines[number] for number in numbers]
        nodes = {node[0] for line in of_road for node in line.nodes}
        sections = posts_on(of_road, [post for post in posts if post.id in nodes])
        for number, found in zip(numbers, sections, strict=True):
            named = [(position, town) for at, position, town in signs if at == number]
            carriageways.append(_carriageway(lines[number], found, junctions, named))
    table = RoadTable(ATTRIBUTION, content.as_of, tuple(carriageways))
    return table, _summary(table, lines, posts, milestones, on_a_road)


def _carriageway(
    line: Line,
    posts: tuple[tuple[Post, ...], ...],
    junctions: dict[int, MapNode],
    named: Iterable[tuple[int, str]],
) -> Carriageway:
    points = tuple((round(lat, 6), round(lon, 6)) for _, lat, lon in line.nodes)
    corners_m = distances_m(points)
    return Carriageway(
        road=line.road,
        signs=tuple(Sign(town, round(corners_m[position], 1)) for position, town in named),
        posts=tuple(
            tuple(Post(post.km, round(post.at_m, 1)) for post in section) for section in posts
        ),
        exits=tuple(
            Exit(
                " ".join(junctions[node].tags.get("ref", "").split()),
                " ".join(junctions[node].tags.get("name", "").split()),
                round(corners_m[position], 1),
            )
            for position, (node, _, _) in enumerate(line.nodes)
            if node in junctions
        ),
        line=points,
    )


def _summary(
    table: RoadTable,
    lines: Sequence[Line],
    posts: Sequence[KilometrePost],
    milestones: Sequence[MapNode],
    on_a_road: set[int],
) -> RoadSummary:
    kept = {
        (each.road, post.km) for each in table.carriageways for part in each.posts for post in part
    }
    roads_at: dict[int, set[str]] = {post.id: set() for post in posts}
    for line in lines:
        for node, _, _ in line.nodes:
            if node in roads_at:
                roads_at[node].add(line.road)
    used = sum(any((road, post.km) in kept for road in roads_at[post.id]) for post in posts)
    on_road = sum(node.id in on_a_road for node in milestones)
    return RoadSummary(
        roads=tuple(dict.fromkeys(each.road for each in table.carriageways)),
        carriageways=len(table.carriageways),
        posts=used,
        exits=sum(len(each.exits) for each in table.carriageways),
        off_motorways=len(milestones) - on_road,
        unreadable=on_road - len(posts),
        contradicting=len(posts) - used,
    )


def road_table_bytes(table: RoadTable) -> bytes:
    """Write a road table as JSON, with one carriageway in each line."""
    encode = msgspec.json.encode
    head = msgspec.structs.replace(table, carriageways=())
    start, end = encode(head).split(b"[]")
    rows = b",\n".join(map(encode, table.carriageways))
    return start + b"[\n" + rows + b"\n]" + end + b"\n"
