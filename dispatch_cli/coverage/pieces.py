"""Find when each provider can come, as one bit for each piece of time.

Time is cut into pieces wherever a provider opens or closes. An integer holds one bit per piece, so
that one operation counts all pieces.
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
"""Returns the opening hours of a provider for the whole stretch."""


class Timelines(Struct, frozen=True):
    """The pieces of time in which each provider is open, or has unknown hours.

    ``cuts`` has the start of each piece and the end of the last one, in seconds since 1970. The
    lowest bit is the first piece.
    """

    providers: list[Provider]
    cuts: list[float]
    opened: list[int]
    unknown: list[int]

    @property
    def all_pieces(self) -> int:
        """The bits of all pieces."""
        return (1 << (len(self.cuts) - 1)) - 1


def timelines_of(
    providers: Iterable[Provider],
    stretch: Stretch,
    hours_of: HoursOf,
    availability: Mapping[str, Availability],
    gates: Sequence[Gate],
) -> Timelines:
    """Combine the gates of time and availability for every provider that has units."""
    first, last = stretch.start.timestamp(), stretch.end.timestamp()
    near = (stretch.start + timedelta(minutes=stretch.near_min)).timestamp()
    kept, tables, starts = [], [], []
    for provider in providers:
        if _is_stopped(provider, Availability(), gates):
            continue
        known = availability.get(provider.id)
        is_out_now = known is not None and _is_stopped(provider, known, gates)
        kept.append(provider)
        tables.append(tuple(_timetables(provider, hours_of, gates)))
        starts.append(near if is_out_now else first)
    points = {first, last, *starts}
    for table in {id(table): table for own in tables for table in own}.values():
        points.update(span.start for span in table.spans)
    cuts = sorted(point for point in points if first <= point <= last)
    masks: dict[tuple[object, ...], tuple[int, int]] = {}
    found = []
    for own, since in zip(tables, starts, strict=True):
        key = (since, *map(id, own))
        if key not in masks:
            masks[key] = _bits(own, since, cuts)
        found.append(masks[key])
    return Timelines(kept, cuts, [opened for opened, _ in found], [unknown for _, unknown in found])


def _is_stopped(provider: Provider, known: Availability, gates: Iterable[Gate]) -> bool:
    """Return whether an availability gate stops a provider in a given state."""
    return any(
        gate.fails(view("provider", gate.provider)(provider), known)
        for gate in gates
        if isinstance(gate, AvailabilityGate)
    )


def _timetables(
    provider: Provider, hours_of: HoursOf, gates: Iterable[Gate]
) -> Iterator[Timetable]:
    """Yield the timetable of each time gate that can stop a provider."""
    for gate in gates:
        if isinstance(gate, TimeGate):
            timetable = gate.timetable_of(provider, lambda: hours_of(provider))
            if timetable is not None:
                yield timetable


def _bits(tables: Iterable[Timetable], since: float, cuts: Sequence[float]) -> tuple[int, int]:
    """Return the pieces from ``since`` on in which every timetable is open, or some are unknown."""
    pieces = len(cuts) - 1
    all_open = possible = ((1 << pieces) - 1) & ~((1 << bisect_left(cuts, since)) - 1)
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
        all_open &= opened
        possible &= opened | unknown
    return all_open, possible & ~all_open
