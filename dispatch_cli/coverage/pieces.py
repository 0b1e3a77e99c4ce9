"""Find when each provider can come, as one bit for each piece of time.

Time is cut into pieces wherever the availability of a provider changes. An integer holds one bit
per piece, so that one operation counts all pieces.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from ..availability import AvailabilityBasis, availability_at, changes, facts_behind
from ..eligibility import AvailabilityGate, Gate
from ..eligibility.facts import values_of, view
from ..model import Availability, Provider
from .scope import CoverageScope

_Pieces = tuple[tuple[float, bool, bool], ...]
"""The start of each piece in seconds since 1970, whether the provider can come, and whether only
its hours are unknown."""


class Timelines(Struct, frozen=True):
    """The pieces of time when each provider can come, or has unknown hours.

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
    scope: CoverageScope,
    basis: AvailabilityBasis,
    gates: Iterable[Gate],
) -> Timelines:
    """Compute the availability of every provider wherever it may change."""
    kept = list(providers)
    asked = [gate for gate in gates if isinstance(gate, AvailabilityGate)]
    values = values_of("provider", tuple(name for gate in asked for name in gate.provider))
    known: dict[tuple[object, ...], _Pieces] = {}
    found = []
    for provider in kept:
        key = (*facts_behind(provider, basis.observations), values(provider))
        if key not in known:
            known[key] = tuple(_pieces(provider, scope, basis, asked))
        found.append(known[key])
    first, last = scope.start.timestamp(), scope.end.timestamp()
    cuts = sorted({first, last, *(start for own in known.values() for start, *_ in own)})
    masks = {own: _bits(own, cuts) for own in set(found)}
    return Timelines(kept, cuts, [masks[own][0] for own in found], [masks[own][1] for own in found])


def _pieces(
    provider: Provider,
    scope: CoverageScope,
    basis: AvailabilityBasis,
    gates: Sequence[AvailabilityGate],
) -> Iterator[tuple[float, bool, bool]]:
    """Yield the availability after each moment that may change it."""
    moments = [each for each in changes(provider, basis) if scope.start < each < scope.end]
    for moment in (scope.start, *moments):
        stands = availability_at(provider, moment, basis)
        can_come = not _is_stopped(provider, stands, gates)
        is_unknown = can_come and stands.hours.state == "unknown"
        yield moment.timestamp(), can_come and not is_unknown, is_unknown


def _is_stopped(
    provider: Provider, stands: Availability, gates: Iterable[AvailabilityGate]
) -> bool:
    """Return whether an availability gate stops a provider."""
    return any(gate.fails(view("provider", gate.provider)(provider), stands) for gate in gates)


def _bits(pieces: _Pieces, cuts: Sequence[float]) -> tuple[int, int]:
    """Return the pieces of all cuts when a provider can come, or has unknown hours."""
    begins = [bisect_left(cuts, start) for start, *_ in pieces]
    opened = unknown = 0
    for begin, end, (_, can_come, is_unknown) in zip(
        begins, [*begins[1:], len(cuts) - 1], pieces, strict=True
    ):
        bits = (1 << end) - (1 << begin)
        opened |= bits if can_come else 0
        unknown |= bits if is_unknown else 0
    return opened, unknown
