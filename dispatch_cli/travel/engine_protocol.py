"""What every travel engine does: give the road times from some bases to one place."""

from collections.abc import Callable, Sequence
from typing import Protocol

from msgspec import Struct

from ..messages import Message
from ..model.sphere import great_circle_km
from ..model.travel_engines import UnitKind

Point = tuple[float, float]
"""A position as (lat, lon)."""

Send = Callable[[str, bytes | None], tuple[int, bytes]]
"""Sends a request to a path below the engine's address, with a JSON body as POST; returns status
and body of the answer. Raises CallError."""


class EngineError(Exception):
    """An answer that no road table can be; ``why`` is the sentence for it."""

    def __init__(self, why: Message) -> None:
        super().__init__(str(why))
        self.why = why


class Leg(Struct, frozen=True, array_like=True):
    """The road from one base, as the engine says it; ``seconds`` None: it knows none.

    ``snap_m`` is the distance from the base to the road on which the engine has put it, None if the
    engine does not say; ``straight_m`` is the great circle between the two points on the roads.
    """

    seconds: float | None
    metres: float
    snap_m: float | None
    straight_m: float


class Legs(Struct, frozen=True, kw_only=True):
    """The legs in the order of the bases, how far the place is from its road, the data version."""

    legs: tuple[Leg, ...]
    place_snap_m: float | None = None
    data_version: str = ""


class Engine(Protocol):
    """A travel engine; ``legs`` may send several requests. Raises EngineError and CallError."""

    def profile(self, unit: UnitKind) -> str:
        """Name everything but the ends on which the times depend."""
        ...

    def legs(self, bases: Sequence[Point], place: Point, unit: UnitKind, send: Send) -> Legs:
        """Return the roads from (lat, lon) of each base to the place."""
        ...


def metres_between(one: Point, other: Point) -> float:
    """Measure the great circle between two points."""
    return great_circle_km(*one, *other) * 1000


def leg_of(
    seconds: float | None,
    metres: float,
    base: Point,
    place: Point,
    *,
    on_roads: tuple[Point, Point] | None,
    said_m: float = 0.0,
) -> Leg:
    """Make a leg from the answer of an engine; ``on_roads`` are the two points on its roads.

    ``said_m`` is the engine's own distance of the base from its road; the larger one counts.
    """
    if on_roads is None:
        return Leg(seconds, metres, None, metres_between(base, place))
    snap_m = max(said_m, metres_between(base, on_roads[0]))
    return Leg(seconds, metres, snap_m, metres_between(*on_roads))
