"""Draw one sheet of a map: the one drawing that SVG and HTML show."""

from collections.abc import Iterator

from ...results.map_scene import MapScene, MapSheet
from .dot_marks import cell_marks, dot_marks
from .firm_marks import area_marks, excluded_marks, firm_marks, incident_marks, place_firms
from .ground_marks import bearing_marks, graticule_texts, ground_marks, town_marks
from .placement import Box, Placement
from .projection import View, fit_view

WIDTH, HEIGHT = 960.0, 600.0
"""The size of a sheet in units of the drawing."""

MARGIN = 48.0
"""The room between the box of a sheet and its edge, for badges and labels."""


BUTTONS = Box(0, 0, 128, 50)
"""The corner where a page has its buttons."""


MOST_AVOIDED = 1_500


def view_of(sheet: MapSheet) -> View:
    """Return how a sheet projects positions."""
    return fit_view(sheet.box, WIDTH, HEIGHT, MARGIN)


def sheet_marks(scene: MapScene, sheet: MapSheet) -> Iterator[str]:
    """Yield the elements of a sheet, those below first."""
    view = view_of(sheet)
    placement = Placement(WIDTH, HEIGHT)
    yield f'<rect class="ground" width="{WIDTH:.0f}" height="{HEIGHT:.0f}"/>'
    yield from ground_marks(view, scene.ground)
    yield from area_marks(view, sheet.firms)
    placement.take(BUTTONS)
    bearing = list(bearing_marks(view, placement))
    place = ""
    if scene.incident is not None:
        circle, place = incident_marks(view, scene.incident, placement)
        yield circle
    placed = place_firms(view, sheet.firms, placement, scene.at)
    if not scene.ground.roads.lines:
        yield from graticule_texts(view, placement)
    yield from excluded_marks(view, sheet.firms, placement, scene.at)
    yield from dot_marks(view, [layer for layer in sheet.dots if layer.level != "none"])
    yield from cell_marks(view, sheet.cells, sheet.cell_labels)
    _take_dots(view, sheet, placement)
    yield from town_marks(view, scene.ground, placement)
    yield from dot_marks(view, [layer for layer in sheet.dots if layer.level == "none"])
    yield from firm_marks(placed, scene.at)
    yield place
    yield from bearing
    yield f'<rect class="frame" x=".5" y=".5" width="{WIDTH - 1:.0f}" height="{HEIGHT - 1:.0f}"/>'


def _take_dots(view: View, sheet: MapSheet, placement: Placement) -> None:
    """Keep the names of towns off the dots, as long as there are not too many of them."""
    points = [
        point
        for layer in sheet.dots
        if layer.level != "outside"
        for each in layer.positions
        if view.holds(point := view.at(*each))
    ]
    if len(points) <= MOST_AVOIDED:
        for x, y in points:
            placement.take(Box.round(x, y, 6, 6))
