"""Who can come when: a stretch of time cut where anybody opens or closes, a bit per piece.

One integer says in which pieces somebody is open, so that all pieces are counted at once.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta

from msgspec import Struct

from ..eligibility import Gate
from ..eligibility.facts import view
from ..eligibility.gate_forms import AvailabilityGate, TimeGate
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
    gates: Sequence[Gate],
) -> Coming:
    """Put the gates of time and availability together for every provider that has a unit at all."""
    first, last = stretch.start.timestamp(), stretch.end.timestamp()
    near = (stretch.start + timedelta(minutes=stretch.near_min)).timestamp()
    who, tables, back = [], [], []
    for provider in providers:
        if _is_stopped(provider, Availability(), gates):
            continue
        known = availability.get(provider.id)
        is_out_now = known is not None and _is_stopped(provider, known, gates)
        who.append(provider)
        tables.append(tuple(_timetables(provider, hours_of, gates)))
        back.append(near if is_out_now else first)
    points = {first, last, *back}
    for table in {id(table): table for own in tables for table in own}.values():
        points.update(span.start for span in table.spans)
    cuts = sorted(point for point in points if first <= point <= last)
    masks: dict[tuple[object, ...], tuple[int, int]] = {}
    found = []
    for own, since in zip(tables, back, strict=True):
        key = (since, *map(id, own))
        if key not in masks:
            masks[key] = _bits(own, since, cuts)
        found.append(masks[key])
    return Coming(who, cuts, [sure for sure, _ in found], [unknown for _, unknown in found])


def _is_stopped(provider: Provider, known: Availability, gates: Iterable[Gate]) -> bool:
    """Whether the provider has no unit to send, by its own facts and what is known of it."""
    return any(
        gate.fails(view("provider", gate.provider)(provider), known)
        for gate in gates
        if isinstance(gate, AvailabilityGate)
    )


def _timetables(
    provider: Provider, hours_of: HoursOf, gates: Iterable[Gate]
) -> Iterator[Timetable]:
    """When the gates of time are closed to a provider; those that never are have none."""
    for gate in gates:
        if isinstance(gate, TimeGate):
            facts = view("provider", gate.provider)(provider)
            timetable = gate.timetable(facts, lambda: hours_of(provider))
            if timetable is not None:
                yield timetable


def _bits(tables: Iterable[Timetable], since: float, cuts: Sequence[float]) -> tuple[int, int]:
    """The pieces in which every timetable is open, and those in which some are only unknown."""
    pieces = len(cuts) - 1
    ahead = ((1 << pieces) - 1) & ~((1 << bisect_left(cuts, since)) - 1)
    sure = possible = ahead
    for table in tables:
        opened = unknown = 0
        for span in table.spans:
            begin = min(bisect_left(cuts, span.start), pieces)
            end = min(bisect_left(cuts, span.end), pieces)
            if begin < end and span.state != "closed":
                bits = (1 << end) - (1 << begin)
                if span.state == "open":
                    opened |= bits
                else:
                    unknown |= bits
        sure &= opened
        possible &= opened | unknown
    return sure, possible & ~sure
