"""Fit the table ``[ranking] speed`` to measured drives.

The minutes of the table are a sum over its legs of kilometres times minutes per kilometre, so that
the fit is linear in the latter. It minimises the sum of absolute errors (iteratively reweighted
least squares, Holland & Welsch 1977): a few odd drives do not move it.
"""

from collections.abc import Sequence
from math import inf

from msgspec import Struct

ENDS_KM = (3.0, 8.0, 20.0, 50.0, 120.0)
"""The ends of the legs, in kilometres of road; the last leg has none."""

_LEAST_DRIVES = 30
"""A leg needs so many drives that reach it."""
_SLOWEST_KMH, _FASTEST_KMH = 5.0, 130.0
_ROUNDS, _SWEEPS = 40, 60
_LEAST_ERROR_MIN = 0.05
_LAST_KM = 1000.0


class Drive(Struct, frozen=True):
    """A drive: the great circle between its ends, and its minutes by road."""

    distance_km: float
    minutes: float


def fit_speed(drives: Sequence[Drive], detour: float) -> tuple[tuple[float, float], ...]:
    """Return the table (km, km/h) that fits drives best; empty without enough of them.

    The speeds are rounded to a tenth.
    """
    if len(drives) < _LEAST_DRIVES:
        return ()
    roads = sorted(drive.distance_km * detour for drive in drives)
    begins = [0.0, *(end for end in ENDS_KM if end < roads[-_LEAST_DRIVES])]
    ends = [*begins[1:], inf]
    legs = [
        [
            max(0.0, min(drive.distance_km * detour, end) - begin)
            for begin, end in zip(begins, ends, strict=True)
        ]
        for drive in drives
    ]
    paces = _least_errors(legs, [drive.minutes for drive in drives])
    shown = [*ends[:-1], _LAST_KM]
    return tuple((end, round(60 / pace, 1)) for end, pace in zip(shown, paces, strict=True))


def _least_errors(legs: list[list[float]], minutes: list[float]) -> list[float]:
    """Return the minutes per kilometre of each leg with the smallest sum of errors."""
    count = len(legs[0])
    paces = [1.2] * count
    for _ in range(_ROUNDS):
        weights = [
            1 / max(_LEAST_ERROR_MIN, abs(wanted - _sum(row, paces)))
            for row, wanted in zip(legs, minutes, strict=True)
        ]
        squares = [
            [
                sum(w * row[i] * row[j] for w, row in zip(weights, legs, strict=True))
                for j in range(count)
            ]
            for i in range(count)
        ]
        sides = [
            sum(w * row[i] * wanted for w, row, wanted in zip(weights, legs, minutes, strict=True))
            for i in range(count)
        ]
        paces = _bounded_solution(squares, sides, paces)
    return paces


def _bounded_solution(
    squares: list[list[float]], sides: list[float], start: list[float]
) -> list[float]:
    """Solve the normal equations within the limits of speed, one unknown after the other."""
    found = list(start)
    for _ in range(_SWEEPS):
        for i, row in enumerate(squares):
            rest = sides[i] - sum(row[j] * found[j] for j in range(len(found)) if j != i)
            wanted = rest / row[i] if row[i] else found[i]
            found[i] = min(60 / _SLOWEST_KMH, max(60 / _FASTEST_KMH, wanted))
    return found


def _sum(row: list[float], paces: list[float]) -> float:
    return sum(km * pace for km, pace in zip(row, paces, strict=True))
