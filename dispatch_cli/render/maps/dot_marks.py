"""Draw places of one level as dots, and many places together as hexagons."""

from collections.abc import Iterable, Iterator, Mapping
from math import cos, log, pi, sin, sqrt

from ...messages import Message
from ...results.map_scene import CountCell, DotLayer, DotLevel
from ..figures import grouped
from ..page_text import text_html
from ..wording import say, worded
from .projection import Point, View

_ORDER: tuple[DotLevel, ...] = ("outside", "best", "slow", "late", "none")
"""The levels from below to above: a place without help is never covered."""

HEXAGON = 11.0
"""The radius of a hexagon, in units of the drawing."""

_STROKES: Mapping[DotLevel, str] = {
    "outside": "2.4", "best": "5", "slow": "5", "late": "2.2", "none": "2",
}  # fmt: skip


def dot_marks(view: View, layers: Iterable[DotLayer]) -> Iterator[str]:
    """Yield one path for each level: dots, squares, bars, and crosses for unserved incidents."""
    for layer in sorted(layers, key=lambda each: _ORDER.index(each.level)):
        points = [view.at(*each) for each in layer.positions]
        shown = [point for point in points if view.holds(point)]
        if shown:
            label = Message("{label}: {count}", label=layer.label, count=grouped(len(points)))
            yield (
                f'<path class="dots d-{layer.level}" data-count="{len(shown)}"'
                f"{stroke_of(layer.level)}"
                f' d="{"".join(dot_of(layer.level, *point) for point in shown)}">'
                f"<title>{text_html(label)}</title></path>"
            )


def stroke_of(level: DotLevel) -> str:
    """Return the attribute of a level's line width, for the map and the legend."""
    return f' stroke-width="{_STROKES[level]}"'


def dot_of(level: DotLevel, x: float, y: float) -> str:
    """Return the SVG path of one mark at a point of the sheet."""
    if level == "none":
        return f"M{x - 3.5:.1f} {y - 3.5:.1f}l7 7m0-7l-7 7"
    if level == "late":
        return f"M{x - 3.5:.1f} {y + 2.5:.1f}h7l-3.5-6z"
    return f"M{x:.1f} {y:.1f}h0"


def cell_marks(
    view: View, cells: Iterable[CountCell], labels: Mapping[DotLevel, Message]
) -> Iterator[str]:
    """Yield a hexagon for the places near each other: its size shows how many they are.

    Its colour is the level of the middle place; a cross stands on it if any has no help.
    """
    bins: dict[tuple[int, int], dict[DotLevel, int]] = {}
    for cell in cells:
        point = view.at(cell.lat, cell.lon)
        if view.holds(point):
            counts = bins.setdefault(_hexagon_at(point), {})
            for level, count in cell.counts.items():
                counts[level] = counts.get(level, 0) + count
    most = max((sum(counts.values()) for counts in bins.values()), default=1)
    for (row, column), counts in sorted(bins.items()):
        total = sum(counts.values())
        size = HEXAGON * (0.42 + 0.55 * log(1 + total) / log(1 + most))
        x, y = _middle(row, column)
        corners = "L".join(
            f"{x + size * sin(pi * side / 3):.1f} {y + size * cos(pi * side / 3):.1f}"
            for side in range(6)
        )
        parts = [say("{count} incidents", count=grouped(total))]
        parts += [
            f"{worded(label)}: {grouped(counts[level])}"
            for level, label in labels.items()
            if counts.get(level)
        ]
        level, title = _middle_level(counts), text_html(", ".join(parts))
        yield (
            f'<path class="cell c-{level}" data-count="{total}" d="M{corners}Z">'
            f"<title>{title}</title></path>"
        )
        if counts.get("none"):
            yield f'<path class="cross x-{level}" d="{dot_of("none", x, y)}"/>'


def _middle_level(counts: Mapping[DotLevel, int]) -> DotLevel:
    """Return the level of the middle one of all places, the worse one of two."""
    left = sum(counts.values()) // 2
    for level in _ORDER:
        left -= counts.get(level, 0)
        if left < 0:
            return level
    return "none"


def _hexagon_at(point: Point) -> tuple[int, int]:
    """Return row and column of the hexagon that holds a point."""
    x, y = point
    row = round(y / (1.5 * HEXAGON))
    found = []
    for near in (row - 1, row, row + 1):
        column = round(x / (sqrt(3) * HEXAGON) - near % 2 / 2)
        middle_x, middle_y = _middle(near, column)
        found.append(((middle_x - x) ** 2 + (middle_y - y) ** 2, near, column))
    _, row, column = min(found)
    return row, column


def _middle(row: int, column: int) -> Point:
    return (column + row % 2 / 2) * sqrt(3) * HEXAGON, row * 1.5 * HEXAGON
