"""Who can come when: a stretch of time cut where anybody opens or closes, a bit per piece.

One integer says in which pieces somebody is open, so that all pieces are counted at once.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from math import inf

from msgspec import Struct

from ..model import Availability, Provider, Timetable
from .stretch import Stretch

HoursOf = Callable[[Provider], Timetable]
"""Works out the opening hours of a provider for all of the stretch."""


class Coming(Struct, frozen=True):
    """Who can come when: a bit per piece of time, the first piece lowest."""

    who: list[Provider]
    cuts: list[float]
    """Where the pieces begin, in seconds since the epoch, and where the last one ends."""
    sure: list[int]
    unknown: list[int]

    @property
    def everything(self) -> int:
        """All pieces."""
        return (1 << (len(self.cuts) - 1)) - 1


def coming_of(
    providers: Iterable[Provider],
    stretch: Stretch,
    hours_of: HoursOf,
    availability: Mapping[str, Availability],
) -> Coming:
    """Put hours, holds and states together for everybody who has a unit at all."""
    first, last = stretch.start.timestamp(), stretch.end.timestamp()
    near = (stretch.start + timedelta(minutes=stretch.near_min)).timestamp()
    who, tables, back = [], [], []
    for provider in providers:
        if provider.units > 0:
            who.append(provider)
            tables.append(hours_of(provider))
            back.append(_back_at(provider, availability.get(provider.id), first, near))
    points = {first, last, *back}
    for table in {id(table): table for table in tables}.values():
        points.update(span.start for span in table.spans)
    cuts = sorted(point for point in points if first <= point <= last)
    masks: dict[tuple[int, float], tuple[int, int]] = {}
    for table, since in zip(tables, back, strict=True):
        key = (id(table), since)
        if key not in masks:
            masks[key] = _bits(table, since, cuts)
    both = [masks[id(table), since] for table, since in zip(tables, back, strict=True)]
    return Coming(who, cuts, [sure for sure, _ in both], [unknown for _, unknown in both])


def _back_at(provider: Provider, known: Availability | None, first: float, near: float) -> float:
    """From when on nothing but the hours stands in somebody's way; infinite if never seen."""
    since = first
    if provider.on_hold is not None:
        until = provider.on_hold.until
        since = max(since, until.timestamp()) if until is not None else inf
    if known is not None and (known.state == "down" or known.has_no_unit):
        since = max(since, near)
    return since


def _bits(table: Timetable, since: float, cuts: Sequence[float]) -> tuple[int, int]:
    """The pieces in which somebody is open, and those in which nobody knows."""
    sure = unknown = 0
    pieces = len(cuts) - 1
    for span in table.spans:
        begin = min(bisect_left(cuts, max(span.start, since)), pieces)
        end = min(bisect_left(cuts, span.end), pieces)
        if begin < end and span.state != "closed":
            bits = (1 << end) - (1 << begin)
            if span.state == "open":
                sure |= bits
            else:
                unknown |= bits
    return sure, unknown
