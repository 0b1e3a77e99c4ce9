"""Draw the firms of a sheet: areas, dots where they are, badges with ranks, labels, leaders."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from math import atan2, degrees, hypot

from msgspec import Struct
from msgspec.structs import replace

from ...results.map_scene import MapArea, MapCircle, MapFirm, MapIncident
from ..clean import clean
from ..page_text import text_html
from ..wording import say
from .map_words import COMING, NEAREST, REFUSED, label_of, tooltip_of
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

_EDGE = 32.0
_SIZE, _SMALL = 24.0, 22.0
_NAME_SIZE = 12.5
_NAME_WIDTH = 235.0


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
    is_far: bool = False
    """Whether the label does not stand beside the badge: then it begins with the rank."""

    @property
    def is_beyond(self) -> bool:
        """Whether the firm is not on the sheet."""
        return self.turn is not None


def fitted(text: str, width: float, size: float, *, bold: bool = False) -> str:
    """Shorten a text to a width in units of the drawing, as it is drawn: cleaned."""
    text = clean(text)
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
    size = _SMALL if 10 <= placed.firm.rank < 100 else _SIZE
    return replace(placed, badge=placement.badge(placed.anchor, size), size=size)


def _texts(placed: PlacedFirm, at: datetime) -> tuple[str, str, str]:
    """Return what a label has before the name of a firm, the name, and what stands behind it."""
    firm = placed.firm
    second = label_of(firm, at)
    if placed.is_beyond and firm.candidate is not None:
        far = say("{km:.0f} km away", km=firm.candidate.distance_km)
        second = f"{second}, {far}" if second else far
    first = f"{firm.rank} " if placed.is_far else ""
    return first, fitted(firm.name or firm.provider, _NAME_WIDTH, _NAME_SIZE), second


def _with_label(placed: PlacedFirm, placement: Placement, at: datetime) -> PlacedFirm:
    middle = placed.badge or placed.anchor
    for is_far in (False, True):
        wanted = replace(placed, is_far=is_far)
        first, name, second = _texts(wanted, at)
        bold = text_width(first + second, _NAME_SIZE, bold=True)
        width = text_width(f"{name}  ", _NAME_SIZE) + bold + 4
        label = placement.label(middle, width, 18, placed.size / 2 + 3, is_needed=is_far)
        if label is not None:
            return replace(wanted, label=label)
    return placed


def area_marks(view: View, firms: Sequence[MapFirm]) -> Iterator[str]:
    """Yield the areas of the ranked firms, the first ones on top.

    Equal areas are drawn once. An area whose edge is not on the sheet has nothing to show there.
    """
    seen: set[object] = set()
    marks: list[str] = []
    for firm in firms:
        area = firm.area
        if not firm.rank or area is None or firm.rank > MOST_BADGES or id(area.circles) in seen:
            continue
        if area.kind == "postcodes":  # firms with the same postcodes share them
            seen.add(id(area.circles))
        path = _area_path(view, area)
        if not path or path in seen:
            continue
        seen.add(path)
        top = " top" if firm.rank <= _TOP_AREAS else ""
        # Circles of postcodes are one area where they overlap; the holes of an outline are holes.
        rule = ' fill-rule="evenodd"' if area.polygons else ""
        kind = f"area {area.kind}{top}"
        marks.append(f'<path class="{kind}" data-area="{firm.rank}"{rule} d="{path}"/>')
    yield from reversed(marks)


def _area_path(view: View, area: MapArea) -> str:
    """Return the edges of an area that are on the sheet, as the data of a path."""
    rings = [ring_of(each, _corners(view, each)) for each in area.circles if _is_near(view, each)]
    rings += [ring for polygon in area.polygons for ring in polygon]
    drawn = (clipped_ring(thinned(view.at(*each) for each in ring), view) for ring in rings)
    return path_of((cut for cut in drawn if cut and not is_whole_sheet(cut, view)), closed=True)


def _is_near(view: View, circle: MapCircle) -> bool:
    """Return whether a circle may touch the sheet; its radius is taken a fifth too long."""
    radius = 1.2 * circle.radius_km * view.per_km()
    return view.holds(view.at(circle.lat, circle.lon), -radius)


def _corners(view: View, circle: MapCircle) -> int:
    """Return how many corners make a circle look round, from 24 to 240."""
    return max(24, min(240, int(0.6 * circle.radius_km * view.per_km())))


def excluded_marks(
    view: View, firms: Sequence[MapFirm], placement: Placement, at: datetime
) -> Iterator[str]:
    """Yield a small empty diamond for each excluded firm on the sheet.

    Where nobody is ranked, the first ones have their names.
    """
    shown = [
        (firm, point)
        for firm in firms
        if not firm.rank and view.holds(point := view.at(firm.lat, firm.lon))
    ]
    for _, point in shown:
        placement.take(Box.round(*point, 10, 10))
    is_anybody_ranked = any(firm.rank for firm in firms)
    for number, (firm, point) in enumerate(shown):
        label = ""
        if not is_anybody_ranked and number < NEAREST:
            label = _name_of(firm, point, placement)
        yield (
            f"{pin('excluded', point)}<title>{text_html(tooltip_of(firm, at))}</title>"
            f'<path class="out" d="M0-4.5L4.5 0 0 4.5-4.5 0Z"/>{label}</g>'
        )


def _name_of(firm: MapFirm, point: Point, placement: Placement) -> str:
    """Draw the name of a firm beside its mark, if there is room."""
    name = fitted(firm.name or firm.provider, _NAME_WIDTH, _NAME_SIZE)
    box = placement.label(point, text_width(name, _NAME_SIZE) + 4, 18, 8, is_needed=False)
    if box is None:
        return ""
    left, bottom = box.left + 2 - point[0], box.bottom - 5 - point[1]
    return f'<text class="name halo" x="{left:.1f}" y="{bottom:.1f}">{text_html(name)}</text>'


def firm_marks(placed: Sequence[PlacedFirm], at: datetime) -> Iterator[str]:
    """Yield the leaders of all firms, then the firms, the first rank on top."""
    yield from filter(None, map(_leader, reversed(placed)))
    for each in reversed(placed):
        yield _firm(each, at)


def _kinds(placed: PlacedFirm) -> str:
    """Return the classes of a firm's marks: how it stands in the order of the calls."""
    firm = placed.firm
    kinds = []
    if firm.state in REFUSED:
        kinds.append("ended")
    elif (firm.rank == 1 and not firm.state) or firm.state in COMING:
        kinds.append("best")
    if firm.candidate is not None and firm.candidate.outside_contract:
        kinds.append("outside")
    if placed.is_beyond:
        kinds.append("beyond")
    return " ".join(kinds)


def _leader(placed: PlacedFirm) -> str:
    """Draw a firm whose badge had to stand beside it: a dot, and a line to the badge."""
    x, y = placed.anchor
    badge = placed.badge
    if badge is None or placed.is_beyond or hypot(badge[0] - x, badge[1] - y) <= 1:
        return ""
    line = f'<path class="lead" d="M0 0L{badge[0] - x:.1f} {badge[1] - y:.1f}"/>'
    kinds = f"leader {_kinds(placed)}".rstrip()
    of_firm = f' data-of="{placed.firm.rank}"'
    return f"{pin(kinds, placed.anchor, of_firm)}{line}{_DOT}</g>"


_DOT = '<circle class="dot" r="3.5"/>'


def _firm(placed: PlacedFirm, at: datetime) -> str:
    firm, (x, y) = placed.firm, placed.anchor
    tooltip = text_html(tooltip_of(firm, at))
    more = (
        f' data-rank="{firm.rank}" data-provider="{text_html(firm.provider)}" tabindex="0"'
        f' role="img" aria-label="{tooltip}"'
    )
    kinds = f"firm {_kinds(placed)}".rstrip()
    parts = [pin(kinds, placed.anchor, more), f"<title>{tooltip}</title>"]
    if placed.is_beyond:
        parts.append(_arrow(placed))
    if placed.badge is None:
        parts.append(_DOT)
    else:
        right, down, radius = placed.badge[0] - x, placed.badge[1] - y, placed.size / 2 - 1
        size = 12 if firm.rank < 10 else 10.5 if firm.rank < 100 else 9
        parts.append(
            f'<circle class="badge" cx="{right:.1f}" cy="{down:.1f}" r="{radius:.1f}"/>'
            f'<text class="rank" x="{right:.1f}" y="{down + size * 0.36:.1f}" font-size="{size}">'
            f"{firm.rank}</text>"
        )
    if placed.label is not None:
        first, name, second = _texts(placed, at)
        number = f'<tspan class="mins">{first}</tspan>' if first else ""
        left, bottom = placed.label.left + 2 - x, placed.label.bottom - 5 - y
        parts.append(
            f'<text class="name halo" x="{left:.1f}" y="{bottom:.1f}">{number}{text_html(name)}'
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
