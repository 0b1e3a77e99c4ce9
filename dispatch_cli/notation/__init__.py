"""Text to values: every way in which people write a place, a phone number, a weight, a moment.

Nothing is imported until it is used: each name is fetched from its module on first access.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .amounts import parse_metres, parse_weight_t
    from .dialling import is_same_number, line_of
    from .laender import LAENDER, land_of
    from .phones import parse_phone
    from .place import (
        parse_place,
        place_at,
        place_of_postcode,
        place_of_short_code,
        recognise_place,
    )
    from .plus_codes import split_short_code
    from .postcodes import (
        centre_of,
        is_postcode,
        parse_postcode_ranges,
        possible_postcodes,
        postcode_uncertainty_km,
    )
    from .said_moments import ClockChangeError, parse_since, parse_when

_HOMES = {
    "ClockChangeError": "said_moments",
    "LAENDER": "laender",
    "centre_of": "postcodes",
    "is_postcode": "postcodes",
    "is_same_number": "dialling",
    "land_of": "laender",
    "line_of": "dialling",
    "parse_metres": "amounts",
    "parse_phone": "phones",
    "parse_place": "place",
    "parse_postcode_ranges": "postcodes",
    "parse_weight_t": "amounts",
    "parse_since": "said_moments",
    "parse_when": "said_moments",
    "place_at": "place",
    "place_of_postcode": "place",
    "place_of_short_code": "place",
    "possible_postcodes": "postcodes",
    "postcode_uncertainty_km": "postcodes",
    "recognise_place": "place",
    "split_short_code": "plus_codes",
}

__all__ = [
    "LAENDER",
    "ClockChangeError",
    "centre_of",
    "is_postcode",
    "is_same_number",
    "land_of",
    "line_of",
    "parse_metres",
    "parse_phone",
    "parse_place",
    "parse_postcode_ranges",
    "parse_since",
    "parse_weight_t",
    "parse_when",
    "place_at",
    "place_of_postcode",
    "place_of_short_code",
    "possible_postcodes",
    "postcode_uncertainty_km",
    "recognise_place",
    "split_short_code",
]


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
