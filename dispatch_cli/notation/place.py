"""One place from a text: whichever notation it is in, the same value comes out."""

from math import isfinite

from ..errors import SentenceError, UsageError
from ..model import Place
from ..model.sphere import great_circle_km
from .borders import Side, side_of, surely_german_km
from .centres import centres
from .laender import land_of
from .postcodes import (
    FOREIGN_FROM_KM,
    centre_of,
    is_postcode,
    nearest_postcode,
    postcode_uncertainty_km,
    postcodes_near,
)
from .reading import LONGEST_TEXT, Reading, cleaned, refused

MOST_UNCERTAIN_KM = 50.0
"""Beyond it a place does not say who is near."""


def parse_place(text: str) -> Place:
    """Read a place in any notation that needs neither a gazetteer nor a file's own names.

    Raises UsageError, which says what was found and what is allowed. A point beyond the border is
    foreign and is not refused.
    """
    place = recognise_place(text)
    if place is None:
        from .plus_codes import split_short_code

        short = split_short_code(text)
        raise refused(
            cleaned(text),
            "the town of a short plus code must be a postcode here" if short else "not understood",
            hint='write a position ("48.3705, 10.8978"), a postcode, a plus code or a map link',
        )
    return place


def recognise_place(text: str) -> Place | None:
    """Read a place as `parse_place` does, but return None for what may be a name."""
    text = cleaned(text)
    if not text or len(text) > LONGEST_TEXT:
        raise UsageError("place: empty" if not text else f"place: over {LONGEST_TEXT} characters")
    if len(text) == 5 and text.isascii() and text.isdigit() and is_postcode(text):
        return place_of_postcode(text)
    reading = _read_plain_pair(text) or _read_link(text) or _read_device(text)
    if reading:
        return place_of(reading, text)
    from .roads import NO_KILOMETRES, is_road_kilometre

    if is_road_kilometre(text):
        raise UsageError(NO_KILOMETRES)
    if "+" in text:
        short = _short_code_with_postcode(text)
        if short:
            return short
    from .addresses import read_address

    address = read_address(text)
    if address:
        return place_of_postcode(*address)
    reading = _read_plus_code(text) or _read_grid(text) or _read_degrees(text)
    return place_of(reading, text) if reading else None


def place_of(reading: Reading, text: str) -> Place:
    """Find the surroundings of a reading; ``text`` is quoted if it is refused."""
    try:
        return place_at(
            reading.lat, reading.lon, uncertainty_km=reading.uncertainty_km, source=reading.source
        )
    except ValueError as error:
        raise refused(text, str(error)) from None


def place_at(
    lat: float, lon: float, *, uncertainty_km: float = 0.0, source: str = "coordinate"
) -> Place:
    """Make a place of coordinates: nearest postcode (an estimate), Land, or how far abroad.

    Raises ValueError for what is not on the globe, for more than 50 km of uncertainty, and where
    latitude and longitude are clearly swapped.
    """
    if not (isfinite(lat) and abs(lat) <= 90):
        raise SentenceError("latitude {lat} is not between -90 and 90", lat=lat)
    if not (isfinite(lon) and abs(lon) <= 180):
        raise SentenceError("longitude {lon} is not between -180 and 180", lon=lon)
    if not 0 <= uncertainty_km <= MOST_UNCERTAIN_KM:
        raise SentenceError(
            "± {uncertainty_km:.4g} km is too vague: at most {most_uncertain_km:g}",
            uncertainty_km=uncertainty_km,
            most_uncertain_km=MOST_UNCERTAIN_KM,
        )
    lat, lon = lat + 0.0, lon + 0.0  # no negative nought
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
    lat: float, lon: float, *, uncertainty_km: float, source: str, side: Side, nearest: str
) -> Place:
    """Make a place beyond the border; it has no postcode, only the nearest one and how far it is.

    The border is only known as well as the places around it. Not farther beyond it than a place in
    the nearest postcode is uncertain, a provider of that postcode is therefore not ruled out.
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
    """The place that a postcode stands for: its area's centre; the town is only the label.

    Raises ValueError for a code that no area has.
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
    """Complete a short plus code to the nearest of the many places that it fits."""
    from .plus_codes import read_short_code

    return place_of(read_short_code(code, near), code)


def _short_code_with_postcode(text: str) -> Place | None:
    from .addresses import read_address
    from .plus_codes import split_short_code

    short = split_short_code(text)
    address = read_address(short[1]) if short else None
    if short is None or address is None:
        return None
    return place_of_short_code(short[0], place_of_postcode(*address))


# Each notation is imported when a text comes this far: compiling all their patterns at once would
# cost as much as the rest of the reading.


def _read_plain_pair(text: str) -> Reading | None:
    """``48.3705,10.8978``, the commonest of all, without any pattern."""
    first, _, second = text.partition(",")
    parts = (first.strip(), second.strip())
    for part in parts:
        whole, _, fraction = part.removeprefix("-").partition(".")
        digits = whole + fraction
        if not (whole and fraction and digits.isascii() and digits.isdigit() and len(digits) < 30):
            return None
    return Reading(float(parts[0]), float(parts[1]))


def _read_link(text: str) -> Reading | None:
    if "/" not in text and not text[:4].lower().startswith(("www.", "what")):
        return None
    from .links import read_link

    return read_link(text)


def _read_device(text: str) -> Reading | None:
    if "=" not in text and text[:4].lower() != "geo:":
        return None
    from .devices import read_device

    return read_device(text)


def _read_plus_code(text: str) -> Reading | None:
    if "+" not in text:
        return None
    from .plus_codes import read_plus_code

    return read_plus_code(text)


def _read_grid(text: str) -> Reading | None:
    from .grids import read_grid

    return read_grid(text)


def _read_degrees(text: str) -> Reading | None:
    from .degrees import read_degrees

    return read_degrees(text)
