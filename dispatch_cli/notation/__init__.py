"""Read places, phone numbers, weights, lengths and moments from text, in all usual notations.

Each name is imported from its module on first access.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .amounts import parse_metres, parse_weight_t
    from .dialling import is_same_number, line_of
    from .moments import ClockChangeError, parse_since, parse_when, time_form
    from .phones import parse_phone
    from .place_notations import (
        parse_place,
        place_at,
        place_of_postcode,
        place_of_short_code,
        recognise_place,
    )
    from .plus_codes import split_short_code
    from .postcode_search import (
        centre_of,
        is_postcode,
        land_of,
        parse_postcode_ranges,
        possible_postcodes,
        postcode_uncertainty_km,
    )

_HOMES = {
    "ClockChangeError": "moments",
    "centre_of": "postcode_search",
    "is_postcode": "postcode_search",
    "is_same_number": "dialling",
    "land_of": "postcode_search",
    "line_of": "dialling",
    "parse_metres": "amounts",
    "parse_phone": "phones",
    "parse_place": "place_notations",
    "parse_postcode_ranges": "postcode_search",
    "parse_weight_t": "amounts",
    "parse_since": "moments",
    "parse_when": "moments",
    "time_form": "moments",
    "place_at": "place_notations",
    "place_of_postcode": "place_notations",
    "place_of_short_code": "place_notations",
    "possible_postcodes": "postcode_search",
    "postcode_uncertainty_km": "postcode_search",
    "recognise_place": "place_notations",
    "split_short_code": "plus_codes",
}

__all__ = [
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
    "time_form",
]


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
