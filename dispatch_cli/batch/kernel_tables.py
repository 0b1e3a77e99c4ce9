"""Define the columns that the kernel reads and writes, as lists or as arrays.

All columns are flat. The kernel works with lists and arrays alike; a ``Backend`` makes one kind.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

Column = Any
"""A list or a numpy array of numbers."""


class OfferColumns(NamedTuple):
    """The offers of one service, and the settings that turn kilometres into minutes.

    ``limits`` has ``len(limit_gates)`` values for each offer. ``opening`` is the number of the
    offer's opening in ``TimeSteps``, -1 if no availability gate ever stops it. ``needs_desk`` marks
    offers whose hours only the desk can compute. ``equal_min`` is the largest difference of offers
    that take turns. Gates are numbered from 1 in their table; ``reason_of`` has the number of each
    gate's reason, and at its end that of the stop rule.
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
    needs_desk: Column
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
    reason_of: Column
    detour: float
    fallback_min: float
    equal_min: float
    asked_gate: int
    last_gate: int


class HoursTable(NamedTuple):
    """The spans of every opening in every stretch of time: opening o in stretch s at o * n + s.

    ``code`` is the number of the gate that stops the offer, or FOR_DESK.
    """

    begin: Column
    end: Column
    start_us: Column
    code: Column
    stretches: int


class SideTable(NamedTuple):
    """The services of all incident shapes, with ``providers`` values for each.

    ``failing`` is the number of the first static gate that fails, 0 if none does. ``list_of`` and
    ``head_of`` are row numbers in ``listed`` and ``heads``, or -1.
    """

    failing: Column
    list_of: Column
    listed: Column
    head_of: Column
    heads: Column
    providers: int


class CellEntries(NamedTuple):
    """The offers of each cell by their bound; ``short`` marks lists that were cut off."""

    begin: Column
    offer: Column
    bound_min: Column
    short: Column


class CodeEntries(NamedTuple):
    """The offers of each postcode by their bound."""

    begin: Column
    offer: Column
    bound_min: Column


class TaskTable(NamedTuple):
    """The input of the kernel: one task for each row and service.

    ``cell`` is the number of a cell, or -1 for a task for the desk. The possible postcodes of the
    place are ``codes`` from ``code_begin`` to ``code_end``; the providers that were asked already
    are in ``asked`` by the same rule.
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


class TaskResults(NamedTuple):
    """The output of the kernel: the offers found for each task with their minutes, and a verdict.

    A task has ``top + kernel.SPARE`` places, of which ``count`` are filled, ``listed`` of them by
    providers on a client's list.
    """

    offer: Column
    order_min: Column
    travel_min: Column
    distance_km: Column
    verdict: Column
    count: Column
    listed: Column


class Backend:
    """Make columns as lists, for the kernel in Python."""

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
        """Make a column of whole numbers from 0 to 255; bytes are returned unchanged."""
        return values if isinstance(values, bytes) else list(values)

    @staticmethod
    def empty(count: int) -> tuple[Column, Column]:
        """Make a column of whole numbers and one of real numbers, to be filled."""
        return [0] * count, [0.0] * count

    @staticmethod
    def lowest(bounds: Column, most: int) -> Column:
        """Return the indexes of the lowest bounds in ascending order, at most ``most``."""
        return sorted(range(len(bounds)), key=bounds.__getitem__)[:most]

    @staticmethod
    def take(column: Column, places: Column) -> Column:
        """Return the values at some indexes."""
        return [column[place] for place in places]

    @staticmethod
    def take_bounds(bounds: Column, places: Column) -> Column:
        """Return the bounds at some indexes, never rounded up."""
        return [bounds[place] for place in places]

    @staticmethod
    def appended(column: Column, used: int, more: Sequence[Column]) -> Column:
        """Append columns behind the first ``used`` values of another one."""
        return [*column[:used], *(value for each in more for value in each)]

    @staticmethod
    def joined(columns: Sequence[Column]) -> Column:
        """Join columns."""
        return [value for column in columns for value in column]
