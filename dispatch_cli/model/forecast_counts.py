"""The counts of forecasts and their outcomes, without places and persons."""

from msgspec import Struct

TENTHS = 10
MILLION = 1_000_000
"""Chances are added up in whole millionths, so that no sum depends on the order of its terms."""

BANDS_MIN = (0, 15, 30, 60)
"""The lower ends of the bands of forecast arrivals, in minutes; the last band has no end."""


class ChanceCount(Struct, frozen=True, kw_only=True):
    """The offers to a provider in a month with a forecast acceptance in one tenth.

    ``month`` is "2026-11", in UTC. Tenth 7 is a forecast from 0.7 to below 0.8; a forecast of
    exactly 1 counts in tenth 9.
    """

    month: str
    provider: str
    service: str
    tenth: int
    asked: int
    accepted: int


class ArrivalCount(Struct, frozen=True, kw_only=True):
    """The arrivals of a provider in a month with a forecast in one band, by one travel source.

    ``band_min`` is the lower end of the band; ``observed_min`` is the sum of the whole minutes from
    acceptance to arrival.
    """

    month: str
    provider: str
    service: str
    travel_source: str
    band_min: int
    arrived: int
    observed_min: int


class ChanceSum(Struct, frozen=True, kw_only=True):
    """The sum of the forecast acceptances of a provider's offers in a year, in whole millionths."""

    year: str
    provider: str
    asked: int
    millionths: int


def tenth_of(chance: float) -> int:
    """Return the tenth of a chance: 7 for 0.7 to below 0.8, and 9 for exactly 1."""
    return min(TENTHS - 1, int(chance * TENTHS))


def band_of(minutes: float) -> int:
    """Return the lower end, in minutes, of the band of a forecast arrival."""
    return max((begin for begin in BANDS_MIN if begin <= minutes), default=BANDS_MIN[0])
