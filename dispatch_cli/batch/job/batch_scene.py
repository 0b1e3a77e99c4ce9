"""Make the scene of the map of a batch: its incidents, by whether and how soon help comes."""

from collections.abc import Mapping
from datetime import datetime
from typing import cast

from ...map_scenes.cascade_scene import HAS_A_PLACE
from ...map_scenes.map_extent import box_of_dots
from ...map_scenes.map_ground import ground_of
from ...messages import Message
from ...results.map_scene import CountCell, DotLayer, DotLevel, MapScene, MapSheet, Roads
from .place_tally import LATE_MIN, LEVELS, MOST_POINTS, SOON_MIN, PlaceTally

LABELS: Mapping[DotLevel, Message] = {
    "best": Message("help expected within {minutes} min", minutes=SOON_MIN),
    "slow": Message("{from_min} to {to_min} min", from_min=SOON_MIN, to_min=LATE_MIN),
    "late": Message("more than {minutes} min", minutes=LATE_MIN),
    "none": Message("no provider"),
    "outside": Message("only the emergency number"),
}


def batch_scene(tally: PlaceTally, at: datetime, *, roads: Roads = Roads()) -> MapScene:
    """Make the scene of a batch as of ``at``; many incidents are counted in cells."""
    cells = tuple(_cell(*each) for each in tally.middles())
    positions = [(lat, lon) for lat, lon, _ in tally.points]
    box = box_of_dots(positions or [(cell.lat, cell.lon) for cell in cells])
    sums = dict.fromkeys(LEVELS, 0)
    for _, _, level in tally.points:
        sums[LEVELS[level]] += 1
    for cell in cells:
        for name, count in cell.counts.items():
            sums[name] += count
    sheet = MapSheet(
        box=box,
        dots=() if cells else tuple(_layers(tally)),
        cells=cells,
        cell_labels={level: LABELS[level] for level in LABELS if sums[level]} if cells else {},
        notes=_notes(is_counted=bool(cells)),
    )
    return MapScene(
        kind="batch",
        at=at,
        sheets=(sheet,),
        ground=ground_of([box], roads),
        facts=(
            Message(
                "{count:,} incidents: {served:,} served, {unserved:,} not served",
                count=tally.total,
                served=tally.total - sums["none"],
                unserved=sums["none"],
            ),
        ),
        notes=(HAS_A_PLACE,),
    )


def _layers(tally: PlaceTally) -> list[DotLayer]:
    found = []
    for level, label in LABELS.items():
        number = LEVELS.index(level)
        positions = tuple((lat, lon) for lat, lon, of in tally.points if of == number)
        if positions:
            found.append(DotLayer(level=level, label=label, positions=positions))
    return found


def _cell(lat: float, lon: float, counts: list[int]) -> CountCell:
    by_level = {
        cast("DotLevel", name): count for name, count in zip(LEVELS, counts, strict=True) if count
    }
    return CountCell(lat, lon, by_level)


def _notes(*, is_counted: bool) -> tuple[Message, ...]:
    notes = [
        Message(
            "The minutes are expected ones, refusals included, of the service with the fewest of"
            " each incident."
        )
    ]
    if is_counted:
        notes.append(
            Message(
                "More than {most:,} incidents: a hexagon stands for all incidents inside it. The"
                " more they are, the larger it is; its colour is that of the middle one.",
                most=MOST_POINTS,
            )
        )
    return tuple(notes)
