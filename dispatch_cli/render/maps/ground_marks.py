"""Draw the ground of a sheet: roads or a graticule, towns, scale bar and north arrow."""

from collections.abc import Iterator
from math import ceil, floor

from msgspec import Struct

from ...messages import Message
from ...results.map_scene import MapGround, RoadLine
from ..page_text import text_html
from ..wording import number, say, worded
from .placement import Box, Placement, text_width
from .projection import Point, View, path_of, pin, round_length, thinned

_ROAD_ORDER = ("other", "primary", "trunk", "motorway")
"""The kinds of roads, the most important one last, so that it lies above the others."""

_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)
"""The steps of a graticule in degrees."""

_MOST_LINES, _MOST_COLUMNS = 7, 9
_BAR = 180.0
MOST_NAMED_TOWNS = 14
_MOST_REFS = 8


def ground_marks(view: View, ground: MapGround) -> Iterator[str]:
    """Yield the roads; without any, lines of latitude and longitude."""
    if ground.roads.lines:
        yield from _roads(view, ground)
    else:
        grid = _graticule(view)
        lines = [[(0.0, y := view.at(row, view.lon)[1]), (view.width, y)] for row in grid.rows]
        lines += [[(x := view.at(view.lat, lon)[0], 0.0), (x, view.height)] for lon in grid.columns]
        yield f'<path class="grid" d="{path_of(lines, closed=False)}"/>'


def _roads(view: View, ground: MapGround) -> Iterator[str]:
    for kind in _ROAD_ORDER:
        of_kind = [road for road in ground.roads.lines if road.kind == kind]
        runs = [run for road in of_kind for run in _visible_runs(view, road)]
        if runs:
            yield f'<path class="road {kind}" d="{path_of(runs, closed=False)}"/>'


def _visible_runs(view: View, road: RoadLine) -> Iterator[list[Point]]:
    """Yield the parts of a road that touch the sheet, without points too close to be seen apart."""
    run: list[Point] = []
    points = thinned(view.at(*each) for each in road.points)
    seen = [view.holds(point, -20.0) for point in points]
    for place, point in enumerate(points):
        if any(seen[max(0, place - 1) : place + 2]):
            run.append(point)
        elif run:
            yield run
            run = []
    if len(run) > 1:
        yield run


class _Graticule(Struct, frozen=True):
    """The latitudes and longitudes of the lines, at round numbers, and their steps in degrees."""

    rows: list[float]
    columns: list[float]
    step: float
    wide: float


def _graticule(view: View) -> _Graticule:
    box = view.box()
    step = _step(box.north - box.south, _MOST_LINES)
    wide = _step(box.east - box.west, _MOST_COLUMNS)
    rows = range(ceil(box.south / step), floor(box.north / step) + 1)
    columns = range(ceil(box.west / wide), floor(box.east / wide) + 1)
    return _Graticule([row * step for row in rows], [each * wide for each in columns], step, wide)


def _step(degrees: float, most: int) -> float:
    return next((step for step in _STEPS if degrees / step <= most), _STEPS[-1])


def graticule_texts(view: View, placement: Placement) -> Iterator[str]:
    """Yield the numbers of the graticule for which there is room, at the left and below."""
    lines = _graticule(view)
    for lat in lines.rows:
        shown = _degrees(lat, lines.step)
        north = Message("{degrees}° N", degrees=shown)
        south = Message("{degrees}° S", degrees=shown)
        y = view.at(lat, view.lon)[1]
        yield _grid_text(4, y - 3, north if lat >= 0 else south, placement)
    for column in lines.columns:
        lon = (column + 180) % 360 - 180
        shown = _degrees(lon, lines.wide)
        east, west = Message("{degrees}° E", degrees=shown), Message("{degrees}° W", degrees=shown)
        x = view.at(view.lat, column)[0]
        yield _grid_text(x + 3, view.height - 4, east if lon >= 0 else west, placement)


def _degrees(value: float, step: float) -> str:
    decimals = 0 if step >= 1 else 1 if step >= 0.1 else 2
    return number(abs(value), f".{decimals}f")


def _grid_text(x: float, y: float, text: Message, placement: Placement) -> str:
    box = Box(x, y - 10, x + text_width(worded(text), 10), y + 1)
    if not placement.is_free(box):
        return ""
    placement.take(box)
    return f'<text class="gridtext" x="{x:.1f}" y="{y:.1f}">{text_html(text)}</text>'


def bearing_marks(view: View, placement: Placement) -> Iterator[str]:
    """Yield the scale bar and the north arrow, in the corners below; they keep their places."""
    per_km = view.per_km()
    km = round_length(_BAR / per_km)
    length = km * per_km
    text = say("{km} km", km=number(km, "g")) if km >= 1 else say("{m} m", m=number(km * 1000, "g"))
    right, y = view.width - 16.0, view.height - 30.0
    width = max(length, text_width(text, 11)) + 12
    placement.take(Box(right - width, y - 18, right + 6, y + 8))
    left = right - length
    yield f'<path class="scale" d="M{left:.1f} {y - 5:.1f}V{y:.1f}H{right:.1f}V{y - 5:.1f}"/>'
    yield (
        f'<text class="scaletext halo" x="{right:.1f}" y="{y - 8:.1f}" text-anchor="end">'
        f"{text_html(text)}</text>"
    )
    x = view.width - 26.0
    placement.take(Box(x - 12, 10, x + 12, 50))
    yield f'<path class="scale" d="M{x:.1f} 46V20M{x - 5:.1f} 28L{x:.1f} 18L{x + 5:.1f} 28"/>'
    north = text_html(Message("N"))
    yield f'<text class="scaletext" x="{x + 8:.1f}" y="28">{north}</text>'


def town_marks(view: View, ground: MapGround, placement: Placement) -> Iterator[str]:
    """Yield the names of towns and the numbers of roads for which there is room."""
    yield from _road_refs(view, ground, placement)
    named = 0
    for town in sorted(ground.towns, key=lambda each: -each.inhabitants):
        at = view.at(town.lat, town.lon)
        if named == MOST_NAMED_TOWNS:
            break
        if not view.holds(at, 8) or not placement.is_free(Box.round(*at, 5, 5)):
            continue
        width = text_width(town.name, 11)
        box = placement.label(at, width + 4, 15, 5, is_needed=False)
        if box is None:
            continue
        named += 1
        x, y = at
        yield (
            f'{pin("town-of-map", at)}<circle class="spot" r="1.8"/><text class="town halo"'
            f' x="{box.left + 2 - x:.1f}" y="{box.bottom - 4 - y:.1f}">'
            f"{text_html(town.name)}</text></g>"
        )


def _road_refs(view: View, ground: MapGround, placement: Placement) -> Iterator[str]:
    """Yield the number of each motorway and trunk road once, in the middle of a visible part."""
    named: set[str] = set()
    for road in sorted(ground.roads.lines, key=lambda each: -_ROAD_ORDER.index(each.kind)):
        if len(named) == _MOST_REFS or road.kind not in ("motorway", "trunk"):
            break
        if not road.ref or road.ref in named:
            continue
        points = [point for each in road.points if view.holds(point := view.at(*each), 24)]
        if len(points) < 2:
            continue
        x, y = points[len(points) // 2]
        box = Box.round(x, y, text_width(road.ref, 11, bold=True) + 6, 15)
        if placement.is_free(box):
            placement.take(box)
            named.add(road.ref)
            yield (
                f'{pin("road-number", (x, y))}<text class="town halo mins" y="4"'
                f' text-anchor="middle">{text_html(road.ref)}</text></g>'
            )
