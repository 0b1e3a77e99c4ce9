"""From everything in the file but the providers to rules: what the keys mean."""

import re
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from ..model import (
    NO_CLIENT,
    Client,
    ControlCentre,
    LastResort,
    Place,
    Plan,
    PlanEntry,
    ServiceSettings,
    Settings,
)
from ..model.words import (
    CLIENT_KINDS,
    EMERGENCY_SERVICES,
    EQUIPMENT,
    METHODS,
    SERVICES,
    fold,
    lookup,
)
from .findings import Owner
from .parsers import Parsers
from .provider_tables import check_id, check_text, known_words
from .raw import (
    RawClient,
    RawControlCentre,
    RawLastResort,
    RawMinutes,
    RawPlace,
    RawPlan,
    RawPlanEntry,
    RawRanking,
)
from .shape import Path
from .suggest import all_words, did_you_mean, listed, quoted

MAX_HEAD_START_MIN = 15
_KIND = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_SLOW = ("heavy_recovery", "heavy_tow")
_SLOW_KMH = 40.0
_ENDLESS = float("inf")
_COPIED = ("fallback_min", "detour", "turnout_min", "answer_min", "acceptance", "job_min", "helped")


class PlanWords(Struct, frozen=True):
    """What a plan may refer to beside the services."""

    conditions: Collection[str]
    kinds: Collection[str]


def settings_of(raw: RawRanking, owner: Owner) -> Settings:
    """Make the settings: the file's, over those of slow services, over the built-in ones."""
    default = _service_settings(raw, ServiceSettings(), owner, ())
    slow = replace(default, speed=((_ENDLESS, _SLOW_KMH),))
    services = dict.fromkeys(_SLOW, slow)
    for word, table in (raw.service or {}).items():
        name = lookup(word, SERVICES)
        if name is None:
            hint = did_you_mean(word, all_words(SERVICES))
            owner.wrong(("service", word), f"unknown service {quoted(word)}{hint}")
        else:
            base = services.get(name, default)
            services[name] = _service_settings(table, base, owner, ("service", word))
    method = raw.method or Settings().method
    if method not in METHODS:
        hint = did_you_mean(method, METHODS)
        owner.wrong("method", f"unknown method {quoted(method)}: {listed(METHODS)}{hint}")
    given = {
        key: getattr(raw, key)
        for key in (
            "band_min",
            "fair_within_min",
            "busy_wait_min",
            "unknown_hours_night_factor",
            "truck_seats",
        )
        if getattr(raw, key) is not None
    }
    timezone = _timezone(raw.timezone, owner)
    return Settings(timezone=timezone, method=method, default=default, services=services, **given)


def _timezone(name: str | None, owner: Owner) -> str:
    """Check that a time zone exists; the default stands in for one that does not."""
    from zoneinfo import ZoneInfo

    if name is None:
        return Settings().timezone
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        owner.wrong("timezone", f'unknown time zone {quoted(name)}: one like "Europe/Berlin"')
        return Settings().timezone
    return name


def _service_settings(
    raw: RawMinutes, base: ServiceSettings, owner: Owner, path: Path
) -> ServiceSettings:
    """Put what a table says over what holds otherwise."""
    if raw.speed is not None and raw.speed_kmh is not None:
        owner.wrong((*path, "speed_kmh"), "both speed and speed_kmh: write one of them")
    given = {key: getattr(raw, key) for key in _COPIED if getattr(raw, key) is not None}
    if raw.speed is not None:
        ends = [km for km, _ in raw.speed]
        if any(later <= earlier for earlier, later in pairwise(ends)):
            owner.wrong((*path, "speed"), "the kilometres in speed must rise from entry to entry")
        given["speed"] = tuple(raw.speed)
    elif raw.speed_kmh is not None:
        given["speed"] = ((_ENDLESS, raw.speed_kmh),)
    return replace(base, **given)


def client_of(key: str, raw: RawClient, owner: Owner) -> Client:
    """Make a client; whether its providers exist is looked at when all files are read."""
    check_id(owner, (), key, "client")
    if key == NO_CLIENT:
        owner.wrong((), f'"{NO_CLIENT}" means nobody\'s customer and cannot be a client')
    prefer = raw.prefer
    head_start_min = (prefer.head_start_min if prefer else None) or 0.0
    preferred = [*((prefer.providers if prefer else None) or ())]
    preferred += (prefer.tags if prefer else None) or ()
    if head_start_min > MAX_HEAD_START_MIN:
        owner.warn(
            f"head_start_min {head_start_min:g} is above {MAX_HEAD_START_MIN}: "
            "motorists wait that much longer for a contract"
        )
    if head_start_min and not preferred:
        owner.warn("a head start for nobody: prefer names neither providers nor tags")
    kind = raw.kind or CLIENT_KINDS[0]
    if kind not in CLIENT_KINDS:
        hint = did_you_mean(kind, CLIENT_KINDS)
        owner.wrong("kind", f"unknown kind {quoted(kind)}: {listed(CLIENT_KINDS)}{hint}")
    if raw.only_strict and not raw.only:
        owner.wrong("only_strict", "only_strict needs a list in only")
    return Client(
        id=key,
        name=check_text(owner, "name", raw.name) or key,
        kind=kind,
        prefer=tuple(dict.fromkeys(preferred)),
        head_start_min=head_start_min,
        only=tuple(dict.fromkeys(raw.only or ())),
        only_strict=bool(raw.only_strict),
    )


def plan_of(key: str, raw: RawPlan, owner: Owner, known: PlanWords) -> Plan:
    """Make a plan; emergency services that a built-in plan has are kept in any case."""
    if not _KIND.fullmatch(key):
        owner.wrong(
            (), f'kind {quoted(key)} is not allowed: lower-case letters, digits, "_" and "-"'
        )
    if not raw.services and key not in known.kinds and not owner.is_faulty("services"):
        hint = did_you_mean(key, known.kinds)
        owner.wrong("services", f"services is missing: {quoted(key)} is not a built-in kind{hint}")
    for number, word in enumerate(raw.words or ()):
        if not word.strip():
            owner.wrong(("words", number), "a word is empty")
    entries = [
        entry
        for number, found in enumerate(raw.services or ())
        if (entry := _entry(found, ("services", number), owner, known)) is not None
    ]
    services = {entry.service for entry in entries}
    for entry in entries:
        if entry.after is not None and entry.after not in services - {entry.service}:
            owner.wrong(
                "services",
                f'{entry.service} comes after "{entry.after}", which is not another service '
                "of this plan",
            )
    return Plan(kind=key, entries=tuple(entries), words=tuple(raw.words or ()))


def _entry(raw: str | RawPlanEntry, path: Path, owner: Owner, known: PlanWords) -> PlanEntry | None:
    """Make one entry of a plan; a plain word is a service without conditions."""
    if isinstance(raw, str):
        raw = RawPlanEntry(service=raw)
    names = known_words(owner, path, [raw.service] if raw.service else [], SERVICES, "service")
    after = known_words(
        owner, (*path, "after"), None if raw.after is None else [raw.after], SERVICES, "service"
    )
    if after and after[0] in EMERGENCY_SERVICES:
        owner.wrong((*path, "after"), f"nothing waits for {after[0]}: it is called at once")
    for key, conditions in (("when", raw.when), ("unless", raw.unless)):
        for condition in conditions or ():
            if condition not in known.conditions:
                hint = did_you_mean(condition, known.conditions)
                owner.wrong((*path, key), f"unknown condition {quoted(condition)} in {key}{hint}")
    groups = [
        known_words(
            owner,
            (*path, "equipment"),
            [group] if isinstance(group, str) else group,
            EQUIPMENT,
            "equipment",
        )
        for group in raw.equipment or ()
    ]
    if not names:
        return None
    return PlanEntry(
        service=names[0],
        when=tuple(raw.when or ()),
        unless=tuple(raw.unless or ()),
        after=after[0] if after else None,
        equipment=tuple(group for group in groups if group),
    )


def place_of(key: str, raw: str | RawPlace, owner: Owner, parsers: Parsers) -> Place | None:
    """Make a named place; its label is its name."""
    if not key.strip():
        owner.wrong((), "a place without a name")
    at = raw if isinstance(raw, str) else raw.at
    if at is None:
        return None
    place = owner.read((), parsers.place, at)
    if place is None:
        return None
    named = replace(place, label=key.strip(), source="places")
    if isinstance(raw, str) or raw.uncertainty_km is None:
        return named
    from ..notation import possible_postcodes

    # The less is known of where it is, the more postcodes it may lie in.
    possible = possible_postcodes(place.lat, place.lon, raw.uncertainty_km)
    return replace(
        named,
        uncertainty_km=raw.uncertainty_km,
        postcodes=tuple(dict.fromkeys((*place.postcodes, *possible))),
    )


def last_resort_of(
    key: str, raw: RawLastResort, owner: Owner, parsers: Parsers
) -> tuple[str, LastResort] | None:
    """Make a last resort for a service, or for all that have none of their own."""
    name = "default" if fold(key) == "default" else lookup(key, SERVICES)
    if name is None:
        hint = did_you_mean(key, [*all_words(SERVICES), "default"])
        owner.wrong((), f"unknown service {quoted(key)}{hint}")
    phone = None if raw.phone is None else owner.read("phone", parsers.phone, raw.phone)
    text = check_text(owner, "text", raw.text)
    return (name, LastResort(phone[1], text)) if name and phone else None


def control_centre_of(
    raw: RawControlCentre, owner: Owner, parsers: Parsers
) -> ControlCentre | None:
    """Make a control centre's direct line."""
    name = check_text(owner, "name", raw.name)
    phone = None if raw.phone is None else owner.read("phone", parsers.phone, raw.phone)
    ranges = None
    if raw.postcodes is not None:
        ranges = owner.read("postcodes", parsers.ranges, tuple(raw.postcodes))
        if ranges is not None and not ranges:
            owner.wrong("postcodes", "postcodes is empty: name at least one")
    return ControlCentre(name=name, phone=phone[1], postcodes=ranges) if phone and ranges else None


def check_words(plans: Mapping[str, Plan], owners: Mapping[str, Owner]) -> None:
    """Report a word that two plans of the file claim."""
    claimed: dict[str, str] = {}
    for kind, plan in plans.items():
        for word in plan.words:
            other = claimed.setdefault(fold(word), kind)
            if other != kind:
                owners[kind].wrong("words", f'the word {quoted(word)} belongs to plan "{other}"')


def unknown_members(client: Client, members: Collection[str]) -> Sequence[str]:
    """List whom a client's contract names that is neither a provider's id nor a tag."""
    return [name for name in (*client.prefer, *client.only) if name not in members]
