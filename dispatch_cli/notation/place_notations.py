"""Read a place in any notation; each gives the same value."""

import re
from collections.abc import Callable, Iterable
from math import isfinite
from typing import TYPE_CHECKING

from ..errors import SentenceError, UsageError
from ..model import Place
from ..model.sphere import great_circle_km
from .borders import BorderSide, side_of, surely_german_km
from .centres import centres
from .position import LONGEST_TEXT, Position, clean_text, place_error
from .postcode_search import (
    FOREIGN_FROM_KM,
    centre_of,
    is_postcode,
    land_of,
    nearest_postcode,
    postcode_uncertainty_km,
    postcodes_near,
)

if TYPE_CHECKING:
    from .addresses import Address

MOST_UNCERTAIN_KM = 50.0
"""A place with more uncertainty does not tell which providers are near."""


KnownTowns = Callable[[str], Iterable[str]]


def no_towns(_postcode: str) -> Iterable[str]:
    """List no more names than the package has."""
    return ()


def parse_place(text: str, *, checks_town: bool = True) -> Place:
    """Read a place in a notation that needs neither a gazetteer nor the names of a provider file.

    Raises UsageError with the text and the allowed notations, and, if ``checks_town``, for a town
    that is certainly not that of its postcode. A point abroad is a foreign place.
    """
    place = recognise_place(text, checks_town=checks_town)
    if place is None:
        from .plus_codes import split_short_code

        short = split_short_code(text)
        reason = "write the postcode behind a short plus code" if short else "not understood"
        raise place_error(
            clean_text(text),
            reason,
            hint='write a position ("48.3705, 10.8978"), a postcode, a plus code or a map link',
        )
    return place


def recognise_place(
    text: str, known: KnownTowns = no_towns, *, checks_town: bool = True
) -> Place | None:
    """Read a place as ``parse_place``, but return None for a text that may be a name.

    ``known`` lists more names of the places in a postcode than the package has.
    """
    text = clean_text(text)
    if not text or len(text) > LONGEST_TEXT:
        if not text:
            raise UsageError("place: empty")
        raise UsageError("place: over {longest} characters", longest=LONGEST_TEXT)
    if len(text) == 5 and text.isascii() and text.isdigit() and is_postcode(text):
        return place_of_postcode(text)
    if "://" not in text:
        text = re.sub("%2b", "+", text, flags=re.I)
    reading = _read_plain_pair(text) or _read_link(text) or _read_device(text)
    if reading:
        return place_of(reading, text)
    from .roads import refuse_roads

    refuse_roads(text)
    if "+" in text:
        short = _short_code_with_postcode(text)
        if short:
            return short
    from .addresses import read_address

    address = read_address(text)
    if address:
        return _place_of_address(address, known, checks_town=checks_town)
    reading = _read_plus_code(text) or _read_grid(text) or _read_degrees(text)
    return place_of(reading, text) if reading else None


def place_of(reading: Position, text: str) -> Place:
    """Make the place of a position; ``text`` is quoted in the error if that is impossible."""
    try:
        return place_at(
            reading.lat, reading.lon, uncertainty_km=reading.uncertainty_km, source=reading.source
        )
    except ValueError as error:
        raise place_error(text, "{problem}", problem=error) from None


def place_at(
    lat: float, lon: float, *, uncertainty_km: float = 0.0, source: str = "coordinate"
) -> Place:
    """Make a place from coordinates: with the nearest postcode (an estimate) and Land, or foreign.

    Raises ValueError for coordinates out of range, an uncertainty over 50 km, and a latitude and
    longitude that are clearly swapped.
    """
    if not (isfinite(lat) and abs(lat) <= 90):
        raise SentenceError("latitude {lat} is not between -90 and 90", lat=lat)
    if not (isfinite(lon) and abs(lon) <= 180):
        raise SentenceError("longitude {lon} is not between -180 and 180", lon=lon)
    if not 0 <= uncertainty_km <= MOST_UNCERTAIN_KM:
        raise SentenceError(
            "the uncertainty {uncertainty_km:.4g} km is not between 0 and {most_km:g} km",
            uncertainty_km=uncertainty_km,
            most_km=MOST_UNCERTAIN_KM,
        )
    lat, lon = lat + 0.0, lon + 0.0  # no negative zero
    distance_km, postcode = nearest_postcode(lat, lon)
    if distance_km > surely_german_km(centres().border_km(postcode)):
        side = side_of(lat, lon)
        if side.beyond_km or distance_km > FOREIGN_FROM_KM:
            if distance_km > FOREIGN_FROM_KM:
                _refuse_swapped(lat, lon)
            return _foreign_place(
                lat, lon, uncertainty_km=uncertainty_km, source=source, side=side, nearest=postcode
            )
    return Place(
        lat=lat,
        lon=lon,
        uncertainty_km=uncertainty_km,
        label=postcode,
        source=source,
        postcode=postcode,
        postcodes=postcodes_near(lat, lon, uncertainty_km, distance_km, postcode),
        land=land_of(postcode),
    )


def _foreign_place(
    lat: float, lon: float, *, uncertainty_km: float, source: str, side: BorderSide, nearest: str
) -> Place:
    """Make a foreign place; it has no postcode, only the nearest one and its distance.

    The border is an estimate from the places around it. Therefore a place that is beyond it by no
    more than the uncertainty of the nearest postcode may still lie in that postcode.
    """
    nearest_km = great_circle_km(lat, lon, *centre_of(nearest))
    foreign_km = max(side.beyond_km, nearest_km - FOREIGN_FROM_KM)
    is_near = foreign_km <= max(uncertainty_km, postcode_uncertainty_km(nearest))
    return Place(
        lat=lat,
        lon=lon,
        uncertainty_km=uncertainty_km,
        source=source,
        postcodes=postcodes_near(lat, lon, uncertainty_km, nearest_km, nearest) if is_near else (),
        foreign_km=foreign_km,
        country=side.country if side.beyond_km else "",
        nearest_postcode=nearest,
        nearest_km=nearest_km,
    )


def place_of_postcode(postcode: str, town: str = "") -> Place:
    """Make the place of a postcode: the centre of its area; the town is only a label.

    Raises ValueError for a code without an area.
    """
    lat, lon = centre_of(postcode)
    return Place(
        lat=lat,
        lon=lon,
        uncertainty_km=postcode_uncertainty_km(postcode),
        label=f"{postcode} {town}".strip(),
        source="postcode",
        postcode=postcode,
        postcode_given=True,
        postcodes=(postcode,),
        land=land_of(postcode),
    )


def _place_of_address(
    address: "Address", known: KnownTowns = no_towns, *, checks_town: bool = True
) -> Place:
    """Make the place of an address; its label has no street, since offers show it as the area."""
    code, town = address.postcode, address.town
    if town:
        from .town_check import refuse_other_town, town_before_street

        if checks_town:
            refuse_other_town(code, town, tuple(known(code)))
        if address.has_street:
            town = town_before_street(code, town)
    return place_of_postcode(code, town)


def _refuse_swapped(lat: float, lon: float) -> None:
    # Germany lies between 5° and 16° east: only such a latitude can be a swapped longitude.
    if 5 <= lat <= 16 and 46 <= lon <= 56:
        distance_km, postcode = nearest_postcode(lon, lat)
        if distance_km <= FOREIGN_FROM_KM:
            raise SentenceError(
                "far from Germany, but {lon:g}, {lat:g} is near {postcode}: are latitude and"
                " longitude swapped?",
                lon=lon,
                lat=lat,
                postcode=postcode,
            )


def place_of_short_code(code: str, near: Place) -> Place:
    """Make the place of a short plus code: the nearest of the many that it fits."""
    from .plus_codes import read_short_code

    return place_of(read_short_code(code, near), code)


def _short_code_with_postcode(text: str) -> Place | None:
    from .addresses import read_address
    from .plus_codes import split_short_code

    short = split_short_code(text)
    address = read_address(short[1]) if short else None
    if short is None or address is None:
        return None
    return place_of_short_code(short[0], _place_of_address(address))


# Each notation is imported at its first use: compiling all patterns at once would take as long as
# the rest of the reading.


def _read_plain_pair(text: str) -> Position | None:
    """Read ``48.3705,10.8978``, the most frequent notation, without a regular expression."""
    first, _, second = text.partition(",")
    parts = (first.strip(), second.strip())
    for part in parts:
        whole, _, fraction = part.removeprefix("-").partition(".")
        digits = whole + fraction
        if not (whole and fraction and digits.isascii() and digits.isdigit() and len(digits) < 30):
            return None
    return Position(float(parts[0]), float(parts[1]))


def _read_link(text: str) -> Position | None:
    if "/" not in text and not text[:4].lower().startswith(("www.", "what")):
        return None
    from .links import read_link

    return read_link(text)


def _read_device(text: str) -> Position | None:
    if "=" not in text and text[:4].lower() != "geo:":
        return None
    from .devices import read_device

    return read_device(text)


def _read_plus_code(text: str) -> Position | None:
    if "+" not in text:
        return None
    from .plus_codes import read_plus_code

    return read_plus_code(text)


def _read_grid(text: str) -> Position | None:
    from .grids import read_grid

    return read_grid(text)


def _read_degrees(text: str) -> Position | None:
    from .degrees import read_degrees

    return read_degrees(text)
