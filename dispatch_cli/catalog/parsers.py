"""Parse the texts of a provider file, each once: many providers share few spellings."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from functools import cache, partial
from zoneinfo import ZoneInfo

from ..errors import SentenceError
from ..model import Place
from ..model.sphere import great_circle_km
from .bare_values import date_in

Ranges = tuple[tuple[str, str], ...]


class Parsers:
    """The parsers of other packages with caches; they raise SentenceError or UsageError."""

    def __init__(self) -> None:
        from ..hours import parse_hours, parse_region
        from ..notation import parse_phone, parse_place, parse_postcode_ranges, place_at

        self.region: Callable[[str], str] = cache(parse_region)
        self.region_of: Callable[[Place], str] = cache(_region_of)
        self.hours: Callable[[str], str] = cache(parse_hours)
        self.phone: Callable[[str], tuple[str, str]] = cache(parse_phone)
        self.place: Callable[[str], Place] = cache(partial(parse_place, checks_town=False))
        self.point: Callable[[float, float], Place] = cache(place_at)
        self.ranges: Callable[[tuple[str, ...]], Ranges] = cache(parse_postcode_ranges)


def _region_of(place: Place) -> str:
    """Find the region whose public holidays apply at a place; "" for none.

    The nearest postcode of a position is an estimate: the holidays of a municipality apply only if
    the position lies within the radius of that postcode, and all postcodes in which it may lie
    belong to the municipality.
    """
    from ..hours import region_of
    from ..notation.centres import centres

    nearest = centres().area(place.postcode)
    if nearest is None:
        return place.land
    if not place.postcode_given:
        if great_circle_km(place.lat, place.lon, nearest.lat, nearest.lon) > nearest.radius_km:
            return place.land
        possible = [area for code in place.postcodes if (area := centres().area(code))]
        if any(area.municipality != nearest.municipality for area in possible):
            return place.land
    return region_of(nearest.municipality, place.land)


def parse_until(value: object, timezone: str) -> datetime:
    """Read the end of a hold: a date means its first minute; without offset it is local time."""
    match value:
        case datetime():
            moment = value
        case date():
            moment = datetime.combine(value, time())
        case str():
            instead = "2026-12-24"
            with suppress(ValueError):
                instead = date_in(value.strip()) or instead
            template = "must be a date or a date and time, without quotes, such as {instead}"
            raise SentenceError(template, instead=instead)
        case _:
            raise SentenceError("must be a date or a date and time, such as 2026-12-24")
    if moment.tzinfo is not None:
        return moment
    zone = ZoneInfo(timezone)
    first, second = (moment.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    before, after = (found.utcoffset() or timedelta() for found in (first, second))
    if before != after:
        raise SentenceError(
            "{moment} occurs twice in {timezone}: write {first} or {second}"
            if before > after
            else "{moment} does not exist in {timezone}: write {first} or {second}",
            moment=moment,
            timezone=timezone,
            first=first.isoformat(),
            second=second.isoformat(),
        )
    return first
