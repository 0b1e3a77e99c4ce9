"""The counts of forecasts and their outcomes, which tell neither a place nor a person."""

from msgspec import Struct

TENTHS = 10
MILLION = 1_000_000
"""Exact chances are added up in whole millionths: no sum depends on the order of its terms."""

BANDS_MIN = (0, 15, 30, 60)
"""Where the bands of a forecast arrival begin; the last one has no end."""


class ChanceCount(Struct, frozen=True, kw_only=True):
    """How often a provider was asked in a month with a chance in one tenth, and accepted.

    ``month`` is "2026-11", in UTC. ``tenth`` 7 is a forecast acceptance from 0.7 to below 0.8;
    exactly 1 counts in tenth 9.
    """

    month: str
    provider: str
    service: str
    tenth: int
    asked: int
    accepted: int


class ArrivalCount(Struct, frozen=True, kw_only=True):
    """How often a provider came in a month after a forecast in one band, and after how long.

    ``band_min`` is where the band of the forecast arrival begins; ``observed_min`` is the sum of
    the whole minutes from acceptance to arrival.
    """

    month: str
    provider: str
    service: str
    band_min: int
    arrived: int
    observed_min: int


class ChanceSum(Struct, frozen=True, kw_only=True):
    """The chances of a provider's offers of a year, added up in whole millionths."""

    year: str
    provider: str
    asked: int
    millionths: int


def tenth_of(chance: float) -> int:
    """Return the tenth in which a chance lies: 0.7 to below 0.8 is 7, and 1 counts in 9."""
    return min(TENTHS - 1, int(chance * TENTHS))


def band_of(minutes: float) -> int:
    """Return where the band begins in which a forecast arrival lies."""
    return max((begin for begin in BANDS_MIN if begin <= minutes), default=BANDS_MIN[0])
