"""The columns that the compiled parts look at."""

from typing import Any, NamedTuple

import numpy as np

Array = np.ndarray[Any, Any]

# The columns of Table.facts.
X, Y, Z, RADIUS, STANDING, LATE, ASK, WEIGHT, HEIGHT, UNIT, HOLD, REST, PHI, COSINE, LON = range(15)
FACTS = 15
# The columns of Rows.numbers.
LAT_AT, LON_AT, UNCERTAINTY, WEIGHT_T, HEIGHT_M, CLEARANCE = range(6)
SERVED, NOBODY, FLAGGED = range(3)
"""The verdicts on a task."""


class Table(NamedTuple):
    """The offers of one service, and the settings that turn kilometres into minutes.

    ``odd`` marks whom only ``scan`` can judge; ``stopped`` is the gate of who has nothing to send.
    """

    facts: Array
    number: Array
    opening: Array
    odd: Array
    odd_area: Array
    has_odd: bool
    stopped: Array
    leg_km: Array
    leg_kmh: Array
    detour: float
    fallback_min: float


class Hours(NamedTuple):
    """Spans of every opening in every stretch: those of opening o in stretch s are at o * n + s."""

    begin: Array
    start_us: Array
    closed: Array
    stretches: int


class Sides(NamedTuple):
    """The sides of all shapes: gates by provider, the later turn, rows of head starts or -1."""

    out: Array
    second: Array
    has_second: Array
    head_of: Array
    heads: Array


class Lists(NamedTuple):
    """The entries of each cell: offers by their bound; short if those with the highest are cut."""

    begin: Array
    offer: Array
    bound_min: Array
    short: Array


class Rows(NamedTuple):
    """What is asked: one task for each row and side; ``cell`` and ``coded`` number lists."""

    numbers: Array
    at_us: Array
    stretch: Array
    side: Array
    cell: Array
    coded: Array


class Found(NamedTuple):
    """What comes out: offers (-1: none), their minutes, and one verdict for each task."""

    offer: Array
    order_min: Array
    distance_km: Array
    verdict: Array
    gate: Array
    first: Array


class Lines(NamedTuple):
    """What comes out, line by line; -1 is none. ``firm`` is a provider with its phone."""

    row: Array
    service: Array
    rank: Array
    offer: Array
    firm: Array
    order_min: Array
    travel_min: Array
    head_min: Array
    reason: Array


class Texts(NamedTuple):
    """Many texts in one."""

    begin: Array
    text: Array


class Cells(NamedTuple):
    """The cells that are copied from each row, as places in one text: its id, then others."""

    text: Array
    begin: Array
    end: Array
