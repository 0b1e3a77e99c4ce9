"""Make a provider of ``[[provider]]``: check and convert the meaning of its keys."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC
from functools import partial

from msgspec import Struct

from ..geo import fit
from ..messages import Message, quoted
from ..model import (
    NO_CLIENT,
    Area,
    Circle,
    Country,
    Hold,
    Phone,
    Place,
    Polygon,
    Postcodes,
    Provider,
)
from ..model.near_words import did_you_mean
from ..model.provider import Ring
from ..model.words import EQUIPMENT, SERVICES, VEHICLE_CLASSES, fold, lookup
from .parsers import Parsers, Ranges, parse_until
from .problem_collector import TableReporter
from .raw import RawArea, RawHold, RawPhone, RawPoint, RawProvider
from .table_conversion import Path
from .unknown_keys import guess_or_words

MAX_TEXT = 5000
ID_PATTERN = r"[a-z0-9][a-z0-9._-]{0,63}"
COUNTRY_WORDS = ("country", "germany", "deutschland")
_ID = re.compile(ID_PATTERN)
EMPTY = "{key} is empty: name at least one"
_AREA_KEYS = ("radius_km", "postcodes", "polygon")
Words = Mapping[str, tuple[str, ...]]


class ProviderContext(Struct, frozen=True):
    """The parsers, and the parts of other files and tables, that a provider refers to."""

    parsers: Parsers
    clients: Collection[str]
    timezone: str
    polygon: Callable[[str], tuple[tuple[Ring, ...], ...]]
    """Reads a polygon file by its path in the main folder; raises BadDataError."""


def is_id(text: str) -> bool:
    """Return whether a text may be an id or a tag."""
    return _ID.fullmatch(text) is not None


def check_id(reporter: TableReporter, key: str | Path, text: str, what: Message) -> None:
    """Report an id or tag with characters that are not allowed, or too many."""
    if not is_id(text):
        reporter.report(
            key,
            '{what} {text} is not allowed: lower-case letters, digits, "-", "_" and ".", '
            "at most 64, a letter or digit first",
            what=what,
            text=quoted(text),
        )


def known_words(
    reporter: TableReporter,
    key: str | Path,
    found: Sequence[str] | None,
    words: Words,
    what: Message,
) -> tuple[str, ...] | None:
    """Translate English and German words of a closed set to its names, each once."""
    if found is None:
        return None
    names: dict[str, None] = {}
    before = key if isinstance(key, tuple) else (key,)
    for number, word in enumerate(found):
        name = word if word in words else lookup(word, words)
        if name is None:
            reporter.report(
                (*before, number),
                "unknown {what} {word}{guess}",
                what=what,
                word=quoted(word),
                guess=guess_or_words(word, words),
            )
        else:
            names[name] = None
    return tuple(names)


def check_text(reporter: TableReporter, key: str, text: str | None) -> str:
    """Report a blank text, or one over ``MAX_TEXT`` characters."""
    if text is not None and not text.strip():
        reporter.report(key, "{key} is empty", key=key)
    if text is not None and len(text) > MAX_TEXT:
        template = "{key} has {found} characters, allowed are {most}"
        reporter.report(key, template, key=key, found=len(text), most=MAX_TEXT)
    return (text or "").strip()


def make_provider(
    raw: RawProvider, reporter: TableReporter, context: ProviderContext
) -> Provider | None:
    """Make a provider without timetables, or report all its problems."""
    parsers = context.parsers
    if raw.id is not None:
        check_id(reporter, "id", raw.id, Message("id"))
    for number, tag in enumerate(raw.tags or ()):
        check_id(reporter, ("tags", number), tag, Message("tag"))
    if raw.services is not None and not raw.services:
        reporter.report("services", EMPTY, key="services")
    name = check_text(reporter, "name", raw.name)
    notes = check_text(reporter, "notes", raw.notes or None)
    services = known_words(reporter, "services", raw.services, SERVICES, Message("service"))
    classes = known_words(
        reporter, "vehicle_classes", raw.vehicle_classes, VEHICLE_CLASSES, Message("vehicle class")
    )
    equipment = known_words(
        reporter, "equipment", raw.equipment, EQUIPMENT, Message("piece of equipment")
    )
    clients = _clients(raw.clients, reporter, context.clients)
    phones = _phones(raw, reporter, parsers)
    base = _base(raw.base, reporter, parsers)
    area = _area(raw.area, reporter, context)
    hours = _hours(raw.hours, "hours", reporter, parsers)
    region = _region(raw.region, base, reporter, parsers)
    hold = _hold(raw.on_hold, reporter, context.timezone)
    if base is None or area is None or not raw.id:
        return None
    if fit(area, base.lat, base.lon, base)[0] == "outside":
        reporter.warn("its area does not contain its base")
    return Provider(
        id=raw.id,
        name=name,
        phones=phones,
        services=services or (),
        lat=base.lat,
        lon=base.lon,
        area=area,
        hours=hours,
        region=region,
        units=1 if raw.units is None else raw.units,
        vehicle_classes=classes,
        max_weight_t=raw.max_weight_t,
        max_height_m=raw.max_height_m,
        height_m=raw.height_m,
        seats=raw.seats,
        pets=raw.pets,
        equipment=equipment,
        clients=clients,
        turnout_min=raw.turnout_min,
        acceptance=raw.acceptance,
        answer_min=raw.answer_min,
        on_hold=hold,
        tags=tuple(dict.fromkeys(raw.tags or ())),
        notes=notes,
    )


def _phones(raw: RawProvider, reporter: TableReporter, parsers: Parsers) -> tuple[Phone, ...]:
    """Read the number or the numbers; a provider without any is reported."""
    if raw.phone is not None and raw.phones is not None:
        reporter.report("phones", "both phone and phones: write one of them")
    elif raw.phone is None and not raw.phones and not reporter.is_faulty("phone", "phones"):
        reporter.report("phones", "phone is missing: a provider needs at least one number")
    phones: list[Phone] = []
    if raw.phone is not None:
        found = reporter.read("phone", parsers.phone, raw.phone, what="phone")
        phones += [Phone(*found)] if found else []
    for number, given in enumerate(raw.phones or ()):
        entry = RawPhone(number=given) if isinstance(given, str) else given
        if entry.number is None:
            continue  # reported as missing
        key = ("phones", number) if isinstance(given, str) else ("phones", number, "number")
        found = reporter.read(key, parsers.phone, entry.number, what="phone")
        hours = _hours(entry.hours, ("phones", number, "hours"), reporter, parsers)
        phones += [Phone(*found, (entry.label or "").strip(), hours)] if found else []
    return tuple(phones)


def _hours(
    text: str | None, key: str | Path, reporter: TableReporter, parsers: Parsers
) -> str | None:
    return None if text is None else reporter.read(key, parsers.hours, text, what="hours")


def _base(raw: str | RawPoint | None, reporter: TableReporter, parsers: Parsers) -> Place | None:
    """Read the base of a provider, with its postcode and Land."""
    if isinstance(raw, RawPoint):
        if raw.lat is None or raw.lon is None:
            return None  # reported as missing or wrong
        return reporter.read("base", lambda at: parsers.point(*at), (raw.lat, raw.lon), what="base")
    base = None if raw is None else reporter.read("base", parsers.place, raw, what="base")
    warn_of_town(base, reporter)
    return base


def warn_of_town(place: Place | None, reporter: TableReporter) -> None:
    """Warn of a town that is certainly not that of its postcode; a file stays valid with it."""
    if place is not None and " " in place.label:
        from ..notation.town_check import town_contradiction

        finding = town_contradiction(place)
        if finding:
            reporter.warn("{finding}", finding=finding)


def _area(
    raw: str | RawArea | None, reporter: TableReporter, context: ProviderContext
) -> Area | None:
    """Read the area of a provider: one of radius, postcodes and polygon, or the whole country."""
    if raw is None:
        return None
    if isinstance(raw, str):
        if fold(raw) in COUNTRY_WORDS:
            return Country()
        reporter.report(
            "area",
            'area {area} is unknown: "country", or a table with radius_km, postcodes or polygon',
            area=quoted(raw),
        )
        return None
    keys = [key for key in _AREA_KEYS if getattr(raw, key) is not None]
    if len(keys) > 1 or not (keys or reporter.is_faulty("area")):
        reporter.report(
            "area",
            "area needs exactly one of radius_km, postcodes and polygon, not {found}",
            found=" and ".join(keys) or Message("none of them"),
        )
    # Each of several keys is checked, so that their faults are reported in one run.
    found: list[Area] = [] if raw.radius_km is None else [Circle(raw.radius_km)]
    if raw.postcodes is not None:
        key = ("area", "postcodes")
        ranges = read_postcodes(reporter, key, raw.postcodes, context.parsers, what="postcodes")
        found += [Postcodes(ranges, ", ".join(raw.postcodes))] if ranges else []
    if raw.polygon is not None:
        polygons = reporter.read(("area", "polygon"), context.polygon, raw.polygon, what="polygon")
        found += [Polygon(polygons, raw.polygon)] if polygons else []
    return found[0] if len(keys) == len(found) == 1 else None


def read_postcodes(
    reporter: TableReporter, key: Path, texts: Sequence[str], parsers: Parsers, *, what: str = ""
) -> Ranges | None:
    """Read postcodes and ranges of them; each entry that is neither is reported."""
    if not texts and not reporter.is_faulty(str(key[0])):
        reporter.report(key, EMPTY, key=str(key[-1]))
    found = [
        reporter.read((*key, number), parsers.ranges, (text,), what=what)
        for number, text in enumerate(texts)
    ]
    ranges = tuple(each for ranges in found if ranges for each in ranges)
    return ranges if texts and all(found) else None


def _region(text: str | None, base: Place | None, reporter: TableReporter, parsers: Parsers) -> str:
    """Read the holiday region; default: that of the municipality or Land of the base."""
    if text is None:
        return parsers.region_of(base) if base else ""
    return reporter.read("region", parsers.region, text) or ""


def _clients(
    found: Sequence[str] | None, reporter: TableReporter, clients: Collection[str]
) -> tuple[str, ...] | None:
    """Check the clients whose customers a provider serves."""
    for number, client in enumerate(found or ()):
        if client != NO_CLIENT and client not in clients:
            reporter.report(
                ("clients", number),
                "unknown client {client}{guess}",
                client=quoted(client),
                guess=did_you_mean(client, [*clients, NO_CLIENT]),
            )
    return None if found is None else tuple(dict.fromkeys(found))


def _hold(raw: RawHold | None, reporter: TableReporter, timezone: str) -> Hold | None:
    """Read the reason and the end (UTC) of a hold."""
    if raw is None:
        return None
    until = None
    if raw.until is not None:
        parse = partial(parse_until, timezone=timezone)
        until = reporter.read(("on_hold", "until"), parse, raw.until, what="until")
    return Hold((raw.reason or "").strip(), until and until.astimezone(UTC))
