"""Make entries of the provider file from the objects of a map."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from unicodedata import category, normalize

from msgspec import Struct

from ..errors import SentenceError
from ..hours import HoursError, parse_hours
from ..messages import Message
from ..model.sphere import great_circle_km
from ..model.words import EMERGENCY_NUMBERS, composed, fold
from ..notation import parse_phone, place_at
from .map_kinds import KINDS, MORE_SERVICES, MapKind, kind_of, lacks
from .map_objects import MapObject, Tags

_PHONES = (
    "phone", "contact:phone", "mobile", "contact:mobile", "phone:mobile", "contact:phone:mobile",
)  # fmt: skip
_CLOSED = ("closed", "off")
_LONGEST_NAME = 120
_LONGEST_NOTE = 500
_MOST_PHONES = 5
_ONE_FIRM_KM = 0.3
Entry = dict[str, Any]

NO_POSITION = Message("no position: an open line or a group of objects")
NO_PHONE = Message("no phone number")
BAD_PHONE = Message("no valid phone number")
CLOSED = Message("closed for good")
TWICE = Message("on the map twice")


class SkippedObject(Struct, frozen=True):
    """An object that becomes no provider, and why."""

    id: str
    name: str
    reason: Message


class MapFirm(Struct, frozen=True):
    """An object as an entry of the provider file.

    ``bad_phones`` and ``bad_hours`` are texts of the map that cannot be read; the hours stand in
    the notes of the entry.
    """

    kind: MapKind
    entry: Entry
    bad_phones: tuple[str, ...] = ()
    bad_hours: str = ""


def firms_on(
    objects: Iterable[MapObject], radius_km: float
) -> tuple[list[MapFirm], list[SkippedObject]]:
    """Make the entries of all objects, in the order of the kinds; returns also those skipped.

    The map has no areas of firms: each one gets a circle of ``radius_km`` round its position.
    """
    found: list[MapFirm] = []
    by_number: dict[str, list[MapFirm]] = defaultdict(list)
    skipped: list[SkippedObject] = []
    for each in sorted(objects, key=_order):
        kind = kind_of(each.tags)
        if kind is None:
            continue
        firm = _firm(each, kind, radius_km)
        if isinstance(firm, MapFirm) and _is_known(firm, by_number):
            firm = TWICE
        if isinstance(firm, MapFirm):
            found.append(firm)
            for number in _numbers(firm.entry):
                by_number[number].append(firm)
        else:
            skipped.append(SkippedObject(f"osm-{each.id}", _own_name(each.tags), firm))
    found.sort(key=lambda firm: KINDS.index(firm.kind))
    return found, skipped


def _order(each: MapObject) -> tuple[str, int]:
    return each.id[0], int(each.id[1:])


def _firm(each: MapObject, kind: MapKind, radius_km: float) -> MapFirm | Message:
    """Make the entry of one object, or return why it has none."""
    tags = each.tags
    if kind.why_not is not None and lacks(kind, tags):
        return kind.why_not
    if each.lat is None or each.lon is None:
        return NO_POSITION
    hours = _clean(tags.get("opening_hours", ""))
    if hours.casefold() in _CLOSED:
        return CLOSED
    bad_hours = ""
    bad_phones: list[str] = []
    if kind.emergency_number:
        phones, hours = [kind.emergency_number], ""
    else:
        phones, bad_phones = _phones(tags)
        if not phones:
            return BAD_PHONE if bad_phones else NO_PHONE
        try:
            if hours:
                parse_hours(hours)
        except HoursError:
            hours, bad_hours = "", hours
    entry: Entry = {
        "id": f"osm-{each.id}",
        "name": _own_name(tags) or _made_name(each.lat, each.lon, kind, tags),
        **({"phone": phones[0]} if len(phones) == 1 else {"phones": phones}),
        "services": list(_services(kind, tags)),
        "base": f"{each.lat:.6f},{each.lon:.6f}",
        "area": {"radius_km": int(radius_km) if radius_km == int(radius_km) else radius_km},
        "hours": hours,
        "vehicle_classes": list(kind.vehicle_classes),
        "tags": _tags(kind, tags),
        "on_hold": {"reason": kind.hold} if kind.hold else None,
        "notes": _notes(tags, bad_hours),
    }
    entry = {key: value for key, value in entry.items() if value}
    return MapFirm(kind, entry, tuple(bad_phones), bad_hours)


def _clean(text: str) -> str:
    """Return a text of the map in one line, without control characters."""
    plain = "".join(" " if category(each)[0] in "CZ" else each for each in composed(text))
    return " ".join(plain.split())


def _own_name(tags: Tags) -> str:
    for key in ("name", "brand", "operator"):
        if name := _clean(tags.get(key, ""))[:_LONGEST_NAME].strip():
            return name
    return ""


def _made_name(lat: float, lon: float, kind: MapKind, tags: Tags) -> str:
    """Name an object by its kind and street, else by the nearest postcode."""
    where = _clean(tags.get("addr:street", "")) or place_at(lat, lon).postcode or f"{lat:.3f}"
    return f"{kind.noun} {where}"[:_LONGEST_NAME].strip()


def _phones(tags: Tags) -> tuple[list[str], list[str]]:
    """Read all numbers of an object as E.164; returns also the texts that are none."""
    numbers: list[str] = []
    bad: list[str] = []
    for key in _PHONES:
        for part in filter(None, map(_clean, tags.get(key, "").split(";"))):
            try:
                number, _ = parse_phone(part)
            except SentenceError:
                bad.append(part)
                continue
            if number in EMERGENCY_NUMBERS.values():
                bad.append(part)  # a firm is not called by 112
            elif number not in numbers:
                numbers.append(number)
    return numbers[:_MOST_PHONES], bad


def _services(kind: MapKind, tags: Tags) -> Iterator[str]:
    yield from kind.services
    if kind.vehicle_classes:
        more = (services for (key, value), services in MORE_SERVICES.items()
                if tags.get(key) == value)  # fmt: skip
        yield from dict.fromkeys(each for found in more for each in found)


def _tags(kind: MapKind, tags: Tags) -> list[str]:
    """Return the kind and the brands as tags, by which clients can prefer providers."""
    brands = (_slug(part) for part in tags.get("brand", "").split(";"))
    return list(dict.fromkeys(filter(None, (kind.name, *brands))))


def _slug(brand: str) -> str:
    plain = normalize("NFKD", fold(brand)).encode("ascii", "ignore").decode()
    return re.sub("[^a-z0-9]+", "-", plain).strip("-")[:40].rstrip("-")


def _notes(tags: Tags, bad_hours: str) -> str:
    street = " ".join(filter(None, (tags.get("addr:street"), tags.get("addr:housenumber"))))
    town = " ".join(filter(None, (tags.get("addr:postcode"), tags.get("addr:city"))))
    parts = [
        ", ".join(filter(None, (street, town))),
        tags.get("website") or tags.get("contact:website") or "",
        f"opening_hours: {bad_hours}" if bad_hours else "",
    ]
    return "; ".join(filter(None, map(_clean, parts)))[:_LONGEST_NOTE]


def _is_known(firm: MapFirm, by_number: Mapping[str, Sequence[MapFirm]]) -> bool:
    """Return whether a firm near by has the same name and number: a building and a point in it."""
    if firm.kind.emergency_number:
        return False
    return any(
        fold(each.entry["name"]) == fold(firm.entry["name"])
        and great_circle_km(*_point(each.entry), *_point(firm.entry)) <= _ONE_FIRM_KM
        for number in _numbers(firm.entry)
        for each in by_number.get(number, ())
    )


def _numbers(entry: Entry) -> list[str]:
    return [*entry.get("phones", ()), *([entry["phone"]] if "phone" in entry else ())]


def _point(entry: Entry) -> tuple[float, float]:
    lat, lon = entry["base"].split(",")
    return float(lat), float(lon)
