"""From ``[[provider]]`` as it is written to a provider: what the keys mean."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC
from functools import partial

from msgspec import Struct

from ..geo import fit
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
from ..model.provider import Ring
from ..model.words import EQUIPMENT, SERVICES, VEHICLE_CLASSES, fold, lookup
from .findings import Owner
from .parsers import Parsers, parse_until
from .raw import RawArea, RawHold, RawPoint, RawProvider
from .shape import Path
from .suggest import all_words, did_you_mean, quoted

MAX_TEXT = 5000
_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_AREA_KEYS = ("radius_km", "postcodes", "polygon")
_AREA_WORDS = "radius_km, postcodes and polygon"
_ONE_OF = "a table with radius_km, postcodes or polygon"
Words = Mapping[str, tuple[str, ...]]


class Known(Struct, frozen=True):
    """What a provider's table refers to."""

    parsers: Parsers
    clients: Collection[str]
    timezone: str
    polygon: Callable[[str], tuple[tuple[Ring, ...], ...]]
    """Reads a polygon file by its path in the folder; raises BadDataError."""


def is_id(text: str) -> bool:
    """Whether a text may be an id or a tag."""
    return _ID.fullmatch(text) is not None


def check_id(owner: Owner, key: str | Path, text: str, what: str) -> None:
    """Report an id or tag that has other characters than allowed, or is too long."""
    if not is_id(text):
        owner.wrong(
            key,
            f'{what} {quoted(text)} is not allowed: lower-case letters, digits, "-", "_" and ".", '
            "at most 64, a letter or digit first",
        )


def known_words(
    owner: Owner, key: str | Path, found: Sequence[str] | None, words: Words, what: str
) -> tuple[str, ...] | None:
    """Translate English and German words of a closed set, each once."""
    if found is None:
        return None
    names: dict[str, None] = {}
    before = key if isinstance(key, tuple) else (key,)
    for number, word in enumerate(found):
        name = word if word in words else lookup(word, words)
        if name is None:
            hint = did_you_mean(word, all_words(words))
            owner.wrong((*before, number), f"unknown {what} {quoted(word)}{hint}")
        else:
            names[name] = None
    return tuple(names)


def check_text(owner: Owner, key: str, text: str | None) -> str:
    """Report a text that is blank or longer than anybody reads."""
    if text is not None and not text.strip():
        owner.wrong(key, f"{key} is empty")
    if text is not None and len(text) > MAX_TEXT:
        owner.wrong(key, f"{key} has {len(text)} characters, allowed are {MAX_TEXT}")
    return (text or "").strip()


def provider_of(raw: RawProvider, owner: Owner, known: Known) -> Provider | None:
    """Make a provider, or report all that is wrong; the timetables are worked out later."""
    if raw.id is not None:
        check_id(owner, "id", raw.id, "id")
    for number, tag in enumerate(raw.tags or ()):
        check_id(owner, ("tags", number), tag, "tag")
    if raw.services is not None and not raw.services:
        owner.wrong("services", "services is empty: name at least one")
    name = check_text(owner, "name", raw.name)
    notes = check_text(owner, "notes", raw.notes or None)
    services = known_words(owner, "services", raw.services, SERVICES, "service")
    classes = known_words(
        owner, "vehicle_classes", raw.vehicle_classes, VEHICLE_CLASSES, "vehicle class"
    )
    equipment = known_words(owner, "equipment", raw.equipment, EQUIPMENT, "equipment")
    clients = _clients(raw.clients, owner, known.clients)
    phones = _phones(raw, owner, known.parsers)
    base = _base(raw.base, owner, known.parsers)
    area = _area(raw.area, owner, known)
    hours = _hours(raw.hours, "hours", owner, known.parsers)
    region = _region(raw.region, base, owner, known.parsers)
    hold = _hold(raw.on_hold, owner, known.timezone)
    if base is None or area is None or not raw.id:
        return None
    if fit(area, base.lat, base.lon, base)[0] == "outside":
        owner.warn("its area does not contain its base")
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


def _phones(raw: RawProvider, owner: Owner, parsers: Parsers) -> tuple[Phone, ...]:
    """Read the one number or the several; a provider without any cannot be asked."""
    if raw.phone is not None and raw.phones is not None:
        owner.wrong("phones", "both phone and phones: write one of them")
    elif raw.phone is None and not raw.phones and not owner.is_faulty("phone", "phones"):
        owner.wrong("phones", "phone is missing: a provider needs at least one number")
    phones: list[Phone] = []
    if raw.phone is not None:
        found = owner.read("phone", parsers.phone, raw.phone, what="phone")
        phones += [Phone(*found)] if found else []
    for number, entry in enumerate(raw.phones or ()):
        if entry.number is None:
            continue  # reported as missing
        found = owner.read(("phones", number, "number"), parsers.phone, entry.number, what="phone")
        hours = _hours(entry.hours, ("phones", number, "hours"), owner, parsers)
        phones += [Phone(*found, (entry.label or "").strip(), hours)] if found else []
    return tuple(phones)


def _hours(text: str | None, key: str | Path, owner: Owner, parsers: Parsers) -> str | None:
    return None if text is None else owner.read(key, parsers.hours, text, what="hours")


def _base(raw: str | RawPoint | None, owner: Owner, parsers: Parsers) -> Place | None:
    """Read where a provider starts, with the postcode and Land of that point."""
    if isinstance(raw, RawPoint):
        if raw.lat is None or raw.lon is None:
            return None  # reported as missing or wrong
        return owner.read("base", lambda at: parsers.point(*at), (raw.lat, raw.lon), what="base")
    return None if raw is None else owner.read("base", parsers.place, raw, what="base")


def _area(raw: str | RawArea | None, owner: Owner, known: Known) -> Area | None:
    """Read where a provider goes: one of radius, postcodes and polygon, or the whole country."""
    if raw is None:
        return None
    if isinstance(raw, str):
        if fold(raw) in ("country", "germany", "deutschland"):
            return Country()
        owner.wrong("area", f'area {quoted(raw)} is unknown: "country", or {_ONE_OF}')
        return None
    given = [key for key in _AREA_KEYS if getattr(raw, key) is not None]
    if len(given) != 1:
        found = " and ".join(given) or "none of them"
        if given or not owner.is_faulty("area"):
            owner.wrong("area", f"area needs exactly one of {_AREA_WORDS}, not {found}")
        return None
    if raw.radius_km is not None:
        return Circle(raw.radius_km)
    if raw.postcodes is not None:
        if not raw.postcodes:
            owner.wrong(("area", "postcodes"), "postcodes is empty: name at least one")
            return None
        ranges = owner.read(
            ("area", "postcodes"), known.parsers.ranges, tuple(raw.postcodes), what="postcodes"
        )
        return Postcodes(ranges, ", ".join(raw.postcodes)) if ranges else None
    assert raw.polygon is not None  # noqa: S101  # it is the only one left
    polygons = owner.read(("area", "polygon"), known.polygon, raw.polygon, what="polygon")
    return Polygon(polygons, raw.polygon) if polygons else None


def _region(text: str | None, base: Place | None, owner: Owner, parsers: Parsers) -> str:
    """Read whose public holidays count.

    By default those of the base's municipality, where it has some of its own, else those of its
    Land.
    """
    if text is None:
        return parsers.region_of(base) if base else ""
    return owner.read("region", parsers.region, text) or ""


def _clients(
    found: Sequence[str] | None, owner: Owner, clients: Collection[str]
) -> tuple[str, ...] | None:
    """Check whose customers a provider serves."""
    for number, client in enumerate(found or ()):
        if client != NO_CLIENT and client not in clients:
            hint = did_you_mean(client, [*clients, NO_CLIENT])
            owner.wrong(("clients", number), f"unknown client {quoted(client)}{hint}")
    return None if found is None else tuple(dict.fromkeys(found))


def _hold(raw: RawHold | None, owner: Owner, timezone: str) -> Hold | None:
    """Read why a provider is not to be asked, and until when (UTC)."""
    if raw is None:
        return None
    until = None
    if raw.until is not None:
        parse = partial(parse_until, timezone=timezone)
        until = owner.read(("on_hold", "until"), parse, raw.until, what="until")
    return Hold((raw.reason or "").strip(), until and until.astimezone(UTC))
