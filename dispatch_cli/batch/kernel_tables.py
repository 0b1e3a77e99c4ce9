"""What the kernel looks at: named columns, as lists or as arrays.

All columns are flat. The kernel neither knows nor asks whether a column is a list or an array;
a ``Backend`` makes either kind.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

Column = Any
"""A list or a numpy array of numbers."""


class Table(NamedTuple):
    """The offers of one service, and the settings that turn kilometres into minutes.

    ``limits`` has ``len(limit_gates)`` values for each offer. ``opening`` numbers what the
    availability gates make of it over time, -1 if they never stop it. ``odd`` marks offers whose
    hours only the desk can work out. ``equal_min`` is the most that an offer may be behind another
    and take turns with it. Gates are numbered from 1 in their table; ``turns`` has the place of
    each gate's reason among all, that of the stop rule at the end.
    """

    number: Column
    phi: Column
    cosine: Column
    lon: Column
    x: Column
    y: Column
    z: Column
    radius_km: Column
    area: Column
    standing_min: Column
    late_min: Column
    ask_min: Column
    rest_min: Column
    odd: Column
    limits: Column
    opening: Column
    polygon_begin: Column
    ring_begin: Column
    corner_begin: Column
    corner_lat: Column
    corner_lon: Column
    leg_km: Column
    leg_kmh: Column
    limit_gates: Column
    turns: Column
    detour: float
    fallback_min: float
    equal_min: float
    asked_gate: int
    last_gate: int


class Hours(NamedTuple):
    """Spans of every opening in every stretch: those of opening o in stretch s at o * n + s.

    ``code`` is the number of the gate that stops the offer, or FOR_DESK.
    """

    begin: Column
    end: Column
    start_us: Column
    code: Column
    stretches: int


class Sides(NamedTuple):
    """What the sides of all shapes say of each provider: ``providers`` values for each side.

    ``failing`` is the number of the first static gate that fails, 0 if none does. ``list_of`` and
    ``head_of`` number rows of ``listed`` and ``heads``; -1 is none.
    """

    failing: Column
    list_of: Column
    listed: Column
    head_of: Column
    heads: Column
    providers: int


class CellEntries(NamedTuple):
    """The offers of each cell by their bound; short if those with the highest are cut off."""

    begin: Column
    offer: Column
    bound_min: Column
    short: Column


class CodeEntries(NamedTuple):
    """The offers of each postcode by their bound."""

    begin: Column
    offer: Column
    bound_min: Column


class Rows(NamedTuple):
    """What is asked: one task for each row and side.

    ``cell`` numbers the cell's entries, -1 where only the desk can rank; ``codes`` from
    ``code_begin`` to ``code_end`` are the postcodes in which the place may lie, ``asked`` likewise
    the providers that were asked already.
    """

    lat: Column
    lon: Column
    uncertainty_km: Column
    foreign_km: Column
    at_us: Column
    stretch: Column
    limits: Column
    side: Column
    cell: Column
    code_begin: Column
    code_end: Column
    codes: Column
    asked_begin: Column
    asked_end: Column
    asked: Column


class Found(NamedTuple):
    """What comes out: offers with their minutes in places of each task, and one verdict each.

    A task has ``top + kernel.SPARE`` places; ``count`` of them are taken, ``listed`` by the turn of
    a client's list.
    """

    offer: Column
    order_min: Column
    travel_min: Column
    distance_km: Column
    verdict: Column
    count: Column
    listed: Column


class Backend:
    """Makes columns: here lists, for the kernel in plain Python."""

    @staticmethod
    def whole(values: Iterable[int]) -> Column:
        """Make a column of whole numbers."""
        return list(values)

    @staticmethod
    def real(values: Iterable[float]) -> Column:
        """Make a column of real numbers."""
        return list(values)

    @staticmethod
    def small(values: Iterable[int]) -> Column:
        """Make a column of whole numbers from 0 to 255; bytes are one already."""
        return values if isinstance(values, bytes) else list(values)

    @staticmethod
    def empty(count: int) -> tuple[Column, Column]:
        """Make room for so many whole and as many real numbers."""
        return [0] * count, [0.0] * count

    @staticmethod
    def lowest(bounds: Column, most: int) -> Column:
        """The places of the lowest bounds in their order, at most so many."""
        return sorted(range(len(bounds)), key=bounds.__getitem__)[:most]

    @staticmethod
    def take(column: Column, places: Column) -> Column:
        """The values at some places."""
        return [column[place] for place in places]

    @staticmethod
    def take_bounds(bounds: Column, places: Column) -> Column:
        """The bounds at some places, never rounded up."""
        return [bounds[place] for place in places]

    @staticmethod
    def appended(column: Column, used: int, more: Sequence[Column]) -> Column:
        """Put columns behind the first ``used`` values of one, which may have room behind them."""
        return [*column[:used], *(value for each in more for value in each)]

    @staticmethod
    def joined(columns: Sequence[Column]) -> Column:
        """Put columns one behind the other."""
        return [value for column in columns for value in column]
