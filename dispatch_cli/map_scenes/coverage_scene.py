"""Make the scene of a report of coverage: the postcodes of each service, and who can come there."""

from collections.abc import Iterable, Iterator, Mapping

from ..messages import Clock, Message
from ..notation.centres import centres
from ..results.coverage_results import CoverageReport, CoveredPlaces
from ..results.map_scene import DotLayer, DotLevel, MapScene, MapSheet, Position, Roads
from .map_extent import box_of_dots
from .map_ground import ground_of

MOST_SERVICES = 12
"""The services on a map, those with most postcodes without any provider first."""


def coverage_scene(
    report: CoverageReport,
    places: Iterable[CoveredPlaces],
    *,
    roads: Roads = Roads(),
) -> MapScene:
    """Make the scene of a report; each postcode stands at its centre, which the report judges."""
    at = {code: (lat, lon) for code, lat, lon in centres().everything()}
    worst_first = sorted(places, key=lambda each: _badness(each, report.minimum))
    shown = worst_first[:MOST_SERVICES]
    sheets = tuple(_sheet(each, report.minimum, at) for each in shown)
    notes: list[Message | str] = [
        Message("Each mark is the centre of a postcode, with its worst moment in this time.")
    ]
    if len(worst_first) > len(shown):
        left_out = len(worst_first) - len(shown)
        notes.append(Message("{count} more services: name some with --service.", count=left_out))
    return MapScene(
        kind="coverage",
        at=report.start,
        sheets=sheets,
        ground=ground_of([sheet.box for sheet in sheets], roads),
        facts=(
            Message(
                "until {end}; a place needs {minimum} providers at all times",
                end=Clock(report.end, report.start),
                minimum=report.minimum,
            ),
        ),
        notes=tuple(notes),
        is_private=False,
    )


def _badness(places: CoveredPlaces, minimum: int) -> tuple[int, int, str]:
    """Sort by the postcodes without any provider at some time, then by those with too few."""
    short = sum(len(codes) for count, codes in places.by_count.items() if 0 <= count < minimum)
    return -len(places.by_count.get(0, ())), -short, places.service


def _sheet(places: CoveredPlaces, minimum: int, at: Mapping[str, Position]) -> MapSheet:
    layers = tuple(_layers(places, minimum, at))
    judged = [each for layer in layers if layer.level != "outside" for each in layer.positions]
    everywhere = [each for layer in layers for each in layer.positions]
    return MapSheet(service=places.service, box=box_of_dots(judged or everywhere), dots=layers)


def _layers(places: CoveredPlaces, minimum: int, at: Mapping[str, Position]) -> Iterator[DotLayer]:
    levels: list[tuple[DotLevel, Message, range]] = [
        ("none", Message("no provider at some time"), range(1)),
        (
            "slow",
            Message("fewer than {minimum} providers at some time", minimum=minimum),
            range(1, minimum),
        ),
        (
            "best",
            Message("{minimum} or more providers at all times", minimum=minimum),
            range(minimum, minimum + 1),
        ),
        ("outside", Message("outside all areas"), range(-1, 0)),
    ]
    for level, label, counts in levels:
        codes = [code for count in counts for code in places.by_count.get(count, ())]
        if codes:
            yield DotLayer(
                level=level,
                label=label,
                positions=tuple(at[code] for code in codes),
                names=tuple(codes),
            )
