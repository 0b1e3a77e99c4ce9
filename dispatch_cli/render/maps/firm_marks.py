"""Draw the firms of a sheet: areas, dots where they are, badges with ranks, labels, leaders."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from math import atan2, degrees, hypot

from msgspec import Struct
from msgspec.structs import replace

from ...results.map_scene import MapCircle, MapFirm, MapIncident
from ..page_text import text_html
from ..wording import say
from .map_words import COMING, REFUSED, label_of, tooltip_of
from .placement import Box, Placement, text_width
from .projection import (
    Point,
    View,
    clipped_ring,
    is_whole_sheet,
    path_of,
    pin,
    ring_of,
    thinned,
)

MOST_NAMED = 10
"""The ranks that have a label on the map; all others have it in their tooltip."""

MOST_BADGES = 60
"""The ranks that have a badge; all others are dots."""

_TOP_AREAS = 3
"""The ranks whose areas have a strong edge."""

_CORNERS = 240
_EDGE = 32.0
_SIZE, _SMALL = 24.0, 20.0
_NAME_SIZE = 12.5
_NAME_WIDTH = 190.0


class PlacedFirm(Struct, frozen=True, kw_only=True):
    """A ranked firm with the places of its parts.

    ``anchor`` is where the firm is. For a firm that is not on the sheet it is the point of the edge
    towards it, and ``turn`` the direction in degrees, clockwise from the right. Without a badge the
    firm is a dot.
    """

    firm: MapFirm
    anchor: Point
    turn: float | None = None
    badge: Point | None = None
    size: float = _SIZE
    label: Box | None = None

    @property
    def is_beyond(self) -> bool:
        """Whether the firm is not on the sheet."""
        return self.turn is not None


def fitted(text: str, width: float, size: float, *, bold: bool = False) -> str:
    """Shorten a text to a width in units of the drawing."""
    if text_width(text, size, bold=bold) <= width:
        return text
    while text and text_width(text + "…", size, bold=bold) > width:
        text = text[:-1]
    return text.rstrip() + "…"


def place_firms(
    view: View, firms: Sequence[MapFirm], placement: Placement, at: datetime
) -> list[PlacedFirm]:
    """Find a place for the badges of all ranked firms, then for the labels of the first ten."""
    found = [_anchored(view, firm) for firm in firms if firm.rank]
    with_badge = [
        _with_badge(each, placement) if number < MOST_BADGES else each
        for number, each in enumerate(found)
    ]
    for each in with_badge:
        placement.take(Box.round(*each.anchor, 7, 7))
    return [
        _with_label(each, placement, at) if number < MOST_NAMED else each
        for number, each in enumerate(with_badge)
    ]


def _anchored(view: View, firm: MapFirm) -> PlacedFirm:
    x, y = view.at(firm.lat, firm.lon)
    if view.holds((x, y), 4):
        return PlacedFirm(firm=firm, anchor=(x, y))
    middle_x, middle_y = view.width / 2, view.height / 2
    right, down = x - middle_x, y - middle_y
    share = min(
        (middle_x - _EDGE) / abs(right) if right else 1.0,
        (middle_y - _EDGE) / abs(down) if down else 1.0,
    )
    at_edge = middle_x + right * share, middle_y + down * share
    return PlacedFirm(firm=firm, anchor=at_edge, turn=degrees(atan2(down, right)))


def _with_badge(placed: PlacedFirm, placement: Placement) -> PlacedFirm:
    size = _SIZE if placed.firm.rank < 10 else _SMALL + (2 if placed.firm.rank > 99 else 0)
    return replace(placed, badge=placement.badge(placed.anchor, size), size=size)


def _texts(placed: PlacedFirm, at: datetime) -> tuple[str, str]:
    """Return the name of a firm as its label has it, and what stands behind it."""
    firm = placed.firm
    second = label_of(firm, at)
    if placed.is_beyond and firm.candidate is not None:
        far = say("{km:.0f} km away", km=firm.candidate.distance_km)
        second = f"{second}, {far}" if second else far
    return fitted(firm.name or firm.provider, _NAME_WIDTH, _NAME_SIZE), second


def _with_label(placed: PlacedFirm, placement: Placement, at: datetime) -> PlacedFirm:
    name, second = _texts(placed, at)
    width = text_width(f"{name}  ", _NAME_SIZE) + text_width(second, _NAME_SIZE, bold=True)
    middle = placed.badge or placed.anchor
    label = placement.label(middle, width + 4, 18, placed.size / 2 + 3, is_needed=True)
    return replace(placed, label=label)


def area_marks(view: View, firms: Sequence[MapFirm]) -> Iterator[str]:
    """Yield the areas of the ranked firms, the first ones on top.

    Equal areas are drawn once. An area whose edge is not on the sheet has nothing to show there.
    """
    seen: set[str] = set()
    marks: list[str] = []
    for firm in firms:
        area = firm.area
        if not firm.rank or area is None or firm.rank > MOST_BADGES:
            continue
        rings = [ring_of(circle, _CORNERS) for circle in area.circles]
        rings += [ring for polygon in area.polygons for ring in polygon]
        drawn = [
            cut
            for ring in rings
            if (cut := clipped_ring(thinned(view.at(*each) for each in ring), view))
            and not is_whole_sheet(cut, view)
        ]
        path = path_of(drawn, closed=True)
        if not path or path in seen:
            continue
        seen.add(path)
        top = " top" if firm.rank <= _TOP_AREAS else ""
        # Circles of postcodes are one area where they overlap; the holes of an outline are holes.
        rule = ' fill-rule="evenodd"' if area.polygons else ""
        kind = f"area {area.kind}{top}"
        marks.append(f'<path class="{kind}" data-area="{firm.rank}"{rule} d="{path}"/>')
    yield from reversed(marks)


def excluded_marks(view: View, firms: Sequence[MapFirm], at: datetime) -> Iterator[str]:
    """Yield a small empty diamond for each excluded firm on the sheet."""
    for firm in firms:
        point = view.at(firm.lat, firm.lon)
        if firm.rank or not view.holds(point):
            continue
        yield (
            f"{pin('excluded', point)}<title>{text_html(tooltip_of(firm, at))}</title>"
            '<path class="out" d="M0-4.5L4.5 0 0 4.5-4.5 0Z"/></g>'
        )


def firm_marks(placed: Sequence[PlacedFirm], at: datetime) -> Iterator[str]:
    """Yield the leaders of all firms, then the firms, the first rank on top."""
    for each in reversed(placed):
        yield from _leaders(each)
    for each in reversed(placed):
        yield _firm(each, at)


def _leaders(placed: PlacedFirm) -> Iterator[str]:
    """Yield lines from a firm to its badge, and from the badge to a label that is far from it."""
    x, y = placed.anchor
    lines = []
    middle = placed.badge or placed.anchor
    if hypot(middle[0] - x, middle[1] - y) > 1 and not placed.is_beyond:
        lines.append(f"M0 0L{middle[0] - x:.1f} {middle[1] - y:.1f}")
    if placed.label is not None:
        near = _nearest_point(placed.label, middle)
        if hypot(near[0] - middle[0], near[1] - middle[1]) > placed.size / 2 + 8:
            start = f"M{middle[0] - x:.1f} {middle[1] - y:.1f}"
            lines.append(f"{start}L{near[0] - x:.1f} {near[1] - y:.1f}")
    if lines:
        yield f'{pin("leader", placed.anchor)}<path class="lead" d="{"".join(lines)}"/></g>'


def _nearest_point(box: Box, to: Point) -> Point:
    x, y = to
    return max(box.left, min(box.right, x)), max(box.top, min(box.bottom, y))


def _firm(placed: PlacedFirm, at: datetime) -> str:
    firm, (x, y) = placed.firm, placed.anchor
    kinds = ["firm"]
    if firm.state in REFUSED:
        kinds.append("ended")
    elif (firm.rank == 1 and not firm.state) or firm.state in COMING:
        kinds.append("best")
    if firm.candidate is not None and firm.candidate.outside_contract:
        kinds.append("outside")
    if placed.is_beyond:
        kinds.append("beyond")
    tooltip = text_html(tooltip_of(firm, at))
    more = (
        f' data-rank="{firm.rank}" data-provider="{text_html(firm.provider)}" tabindex="0"'
        f' role="img" aria-label="{tooltip}"'
    )
    parts = [pin(" ".join(kinds), placed.anchor, more), f"<title>{tooltip}</title>"]
    if placed.is_beyond:
        parts.append(_arrow(placed))
    else:
        parts.append('<circle class="dot" r="3.5"/>')
    if placed.badge is not None:
        right, down, radius = placed.badge[0] - x, placed.badge[1] - y, placed.size / 2 - 1
        size = 12 if firm.rank < 10 else 11 if firm.rank < 100 else 9.5
        parts.append(
            f'<circle class="badge" cx="{right:.1f}" cy="{down:.1f}" r="{radius:.1f}"/>'
            f'<text class="rank" x="{right:.1f}" y="{down + size * 0.36:.1f}" font-size="{size}">'
            f"{firm.rank}</text>"
        )
    if placed.label is not None:
        name, second = _texts(placed, at)
        left, bottom = placed.label.left + 2 - x, placed.label.bottom - 5 - y
        parts.append(
            f'<text class="name halo" x="{left:.1f}" y="{bottom:.1f}">{text_html(name)}'
            f' <tspan class="mins">{text_html(second)}</tspan></text>'
        )
    return "".join(parts) + "</g>"


def _arrow(placed: PlacedFirm) -> str:
    """Draw a triangle beside the badge that points to a firm beyond the edge."""
    x, y = placed.anchor
    badge = placed.badge or placed.anchor
    return (
        f'<path class="arrow" d="M{placed.size / 2:.0f}-7l12 7-12 7Z" transform="translate('
        f'{badge[0] - x:.1f} {badge[1] - y:.1f}) rotate({placed.turn or 0:.0f})"/>'
    )


def incident_marks(view: View, incident: MapIncident, placement: Placement) -> tuple[str, str]:
    """Return the uncertainty of a place as a circle, and the mark of the place itself.

    A rough place has a circle alone.
    """
    x, y = view.at(incident.lat, incident.lon)
    placement.take(Box.round(x, y, 26, 26))
    circle = ""
    if incident.uncertainty_km > 0:
        ring = ring_of(MapCircle(incident.lat, incident.lon, incident.uncertainty_km))
        path = path_of([clipped_ring([view.at(*each) for each in ring], view)], closed=True)
        words = text_html(say("the place lies within {km:.2g} km", km=incident.uncertainty_km))
        circle = f'<path class="sure" d="{path}"><title>{words}</title></path>' if path else ""
    if incident.is_rough:
        return circle, ""
    place = text_html(incident.place)
    mark = (
        f"{pin('place', (x, y))}<title>{place}</title>"
        '<g class="incident"><path d="M0-13V-5M0 13V5M-13 0H-5M13 0H5"/><circle r="9"/>'
        '<circle class="core" r="3.2"/></g></g>'
    )
    return circle, mark
