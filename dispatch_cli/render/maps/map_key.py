"""The legend of a sheet: the marks that stand on it and no others."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from ...messages import Message, Plural
from ...results.map_scene import DotLevel, MapFirm, MapIncident, MapScene, MapSheet
from ..wording import number, worded
from .dot_marks import dot_of, stroke_of
from .firm_marks import area_marks
from .map_words import COMING, REFUSED
from .projection import View
from .sheet_drawing import view_of


class KeyEntry(Struct, frozen=True):
    """An entry of the legend: a drawing round 0, 0 in a square of 28 units, and its meaning."""

    drawing: str
    text: str


def key_of(scene: MapScene, sheet: MapSheet) -> list[KeyEntry]:
    """Return the legend of a sheet."""
    entries = [
        *_of_place(scene.incident),
        *_of_firms(view_of(sheet), sheet.firms),
        *_of_dots(sheet),
    ]
    return [KeyEntry(drawing, worded(text)) for drawing, text in entries]


_Entry = tuple[str, Message | str]


def _of_place(incident: MapIncident | None) -> Iterator[_Entry]:
    if incident is None:
        return
    if not incident.is_rough:
        yield (
            '<g class="incident"><path d="M0-11V-5M0 11V5M-11 0H-5M11 0H5"/><circle r="8"/>'
            '<circle class="core" r="3"/></g>',
            Message("incident"),
        )
    if incident.uncertainty_km > 0:
        km = number(incident.uncertainty_km, ".2g")
        yield '<circle class="sure" r="10"/>', Message("the place is known to ± {km} km", km=km)


def _of_firms(view: View, firms: Sequence[MapFirm]) -> Iterator[_Entry]:
    ranked = [firm for firm in firms if firm.rank]
    areas = list(area_marks(view, firms))
    waiting = [firm for firm in ranked if firm.state not in REFUSED | COMING]
    badges: list[tuple[bool, str, Message]] = [
        (
            any(f.rank == 1 and not f.state for f in ranked),
            _badge("1", " best"),
            Message("first to call"),
        ),
        (any(f.state in COMING for f in ranked), _badge("1", " best"), Message("has accepted")),
        (any(f.state in REFUSED for f in ranked), _badge("2", " ended"), Message("will not come")),
        (any(f.rank > 1 for f in waiting), _badge("2"), Message("next to call, by rank")),
        (
            any(f.candidate and f.candidate.outside_contract for f in ranked),
            _badge("3", " outside"),
            Message("outside the contract"),
        ),
        (
            any(not view.holds(view.at(f.lat, f.lon), 4) for f in ranked),
            '<path class="arrow" d="M-4-7L8 0-4 7Z"/>',
            Message("farther away, in this direction"),
        ),
        (
            any('"area postcodes' not in each for each in areas),
            '<path class="area top" d="M-12 8A20 20 0 0 1 12-4"/>',
            Message("edge of an area, dashed for the first three"),
        ),
        (
            any('"area postcodes' in each for each in areas),
            '<path class="area postcodes on" d="M-12 0a7 7 0 1 1 14 0 5 5 0 1 1 0 4z"/>',
            Message("postcodes of an area, as discs that hold nine of ten addresses"),
        ),
    ]
    yield from ((drawing, text) for is_shown, drawing, text in badges if is_shown)
    shown = sum(view.holds(view.at(f.lat, f.lon)) for f in firms if not f.rank)
    if shown:
        many = Plural("{count} excluded provider", "{count} excluded providers", shown)
        yield (
            '<path class="out" d="M0-5L5 0 0 5-5 0Z"/>',
            many if ranked else Message("?: nearest to possible, ask anyway"),
        )


def _of_dots(sheet: MapSheet) -> Iterator[_Entry]:
    for layer in sheet.dots:
        if layer.positions:
            yield _dots(layer.level), layer.label
    for level, label in sheet.cell_labels.items():
        yield _hexagon(level), label
    if "none" in sheet.cell_labels:
        some = Message("with a cross: some of its incidents have no provider")
        yield _hexagon("best", is_crossed=True), some


def _hexagon(level: DotLevel, *, is_crossed: bool = False) -> str:
    drawn = f'<path class="cell c-{level}" d="M0-9L8-4.5 8 4.5 0 9-8 4.5-8-4.5Z"/>'
    if is_crossed or level == "none":
        drawn += f'<path class="cross x-{level}" d="{dot_of("none", 0, 0)}"/>'
    return drawn


def _badge(rank: str, kind: str = "") -> str:
    return (
        f'<g class="firm{kind}"><circle class="badge" r="10"/>'
        f'<text class="rank" y="4.3" font-size="12">{rank}</text></g>'
    )


def _dots(level: DotLevel) -> str:
    return f'<path class="dots d-{level}"{stroke_of(level)} d="{dot_of(level, 0, 0)}"/>'
