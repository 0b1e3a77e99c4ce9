"""Make rules of all tables but the providers: check and convert the meaning of their keys."""

import re
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from ..messages import Message, quoted
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
from ..model.near_words import did_you_mean
from ..model.words import (
    CLIENT_KINDS,
    EMERGENCY_SERVICES,
    EQUIPMENT,
    METHODS,
    SERVICES,
    fold,
    lookup,
)
from .parsers import Parsers
from .problem_collector import TableReporter
from .provider_tables import check_id, check_text, known_words, read_postcodes, warn_of_town
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
from .table_conversion import Path
from .unknown_keys import guess_or_words

MAX_HEAD_START_MIN = 15
_KIND = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_SLOW = ("heavy_recovery", "heavy_tow")
_SLOW_KMH = 40.0
_ENDLESS = float("inf")
_COPIED = ("fallback_min", "detour", "turnout_min", "answer_min", "acceptance", "job_min", "helped")


class PlanWords(Struct, frozen=True):
    """The conditions and built-in kinds that a plan may name."""

    conditions: Collection[str]
    kinds: Collection[str]


def make_settings(raw: RawRanking, reporter: TableReporter) -> Settings:
    """Make the settings: those of the file, then of slow services, then the built-in ones."""
    default = _service_settings(raw, ServiceSettings(), reporter, ())
    slow = replace(default, speed=((_ENDLESS, _SLOW_KMH),))
    services = dict.fromkeys(_SLOW, slow)
    for word, table in (raw.service or {}).items():
        name = lookup(word, SERVICES)
        if name is None:
            guess = guess_or_words(word, SERVICES)
            _report_unknown_service(("service", word), word, guess, reporter)
        else:
            base = services.get(name, default)
            services[name] = _service_settings(table, base, reporter, ("service", word))
    method = Settings().method if raw.method is None else raw.method
    if method not in METHODS:
        reporter.report(
            "method",
            "unknown method {method}: {allowed}{guess}",
            method=quoted(method),
            allowed=", ".join(METHODS),
            guess=did_you_mean(method, METHODS),
        )
    minutes = {
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
    timezone = _timezone(raw.timezone, reporter)
    return Settings(timezone=timezone, method=method, default=default, services=services, **minutes)


def _report_unknown_service(
    path: Path, word: str, guess: Message | str, reporter: TableReporter
) -> None:
    reporter.report(path, "unknown service {word}{guess}", word=quoted(word), guess=guess)


def _timezone(name: str | None, reporter: TableReporter) -> str:
    """Check that a time zone exists; returns the default for one that does not."""
    from zoneinfo import ZoneInfo

    if name is None:
        return Settings().timezone
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        template = 'unknown time zone {zone}: write one like "Europe/Berlin"'
        reporter.report("timezone", template, zone=quoted(name))
        return Settings().timezone
    return name


def _service_settings(
    raw: RawMinutes, base: ServiceSettings, reporter: TableReporter, path: Path
) -> ServiceSettings:
    """Replace the settings of ``base`` that a table has."""
    if raw.speed is not None and raw.speed_kmh is not None:
        reporter.report((*path, "speed_kmh"), "both speed and speed_kmh: write one of them")
    changes = {key: getattr(raw, key) for key in _COPIED if getattr(raw, key) is not None}
    if raw.speed is not None:
        ends = [km for km, _ in raw.speed]
        if any(later <= earlier for earlier, later in pairwise(ends)):
            template = "the kilometres in speed must rise from entry to entry"
            reporter.report((*path, "speed"), template)
        changes["speed"] = tuple(raw.speed)
    elif raw.speed_kmh is not None:
        changes["speed"] = ((_ENDLESS, raw.speed_kmh),)
    return replace(base, **changes)


def make_client(key: str, raw: RawClient, reporter: TableReporter) -> Client:
    """Make a client; its providers are checked when all files are read."""
    check_id(reporter, (), key, Message("client"))
    if key == NO_CLIENT:
        reporter.report(
            (), '"{client}" means no client and cannot be the id of one', client=NO_CLIENT
        )
    prefer = raw.prefer
    head_start_min = (prefer.head_start_min if prefer else None) or 0.0
    preferred = [*((prefer.providers if prefer else None) or ())]
    preferred += (prefer.tags if prefer else None) or ()
    if head_start_min > MAX_HEAD_START_MIN:
        reporter.warn(
            "head_start_min {head_start_min:g} is above {most_min}: "
            "motorists wait that much longer for a contract",
            head_start_min=head_start_min,
            most_min=MAX_HEAD_START_MIN,
        )
    if head_start_min and not preferred:
        reporter.warn("head_start_min has no effect: prefer names neither providers nor tags")
    kind = CLIENT_KINDS[0] if raw.kind is None else raw.kind
    if kind not in CLIENT_KINDS:
        reporter.report(
            "kind",
            "unknown kind {kind}: {allowed}{guess}",
            kind=quoted(kind),
            allowed=", ".join(CLIENT_KINDS),
            guess=did_you_mean(kind, CLIENT_KINDS),
        )
    if raw.only_strict and not raw.only:
        reporter.report("only_strict", "only_strict needs a list in only")
    return Client(
        id=key,
        name=check_text(reporter, "name", raw.name) or key,
        kind=kind,
        prefer=tuple(dict.fromkeys(preferred)),
        head_start_min=head_start_min,
        only=tuple(dict.fromkeys(raw.only or ())),
        only_strict=bool(raw.only_strict),
    )


def make_plan(key: str, raw: RawPlan, reporter: TableReporter, known: PlanWords) -> Plan:
    """Make a plan; it cannot remove the emergency services of a built-in plan."""
    if not _KIND.fullmatch(key):
        template = 'kind {kind} is not allowed: lower-case letters, digits, "_" and "-"'
        reporter.report((), template, kind=quoted(key))
    if not raw.services and key not in known.kinds and not reporter.is_faulty("services"):
        reporter.report(
            "services",
            "services is missing: {kind} is not a built-in kind{guess}",
            kind=quoted(key),
            guess=did_you_mean(key, known.kinds),
        )
    for number, word in enumerate(raw.words or ()):
        if not word.strip():
            reporter.report(("words", number), "a word is empty")
    entries = [
        entry
        for number, found in enumerate(raw.services or ())
        if (entry := _entry(found, ("services", number), reporter, known)) is not None
    ]
    _report_waits(entries, reporter)
    return Plan(kind=key, entries=tuple(entries), words=tuple(raw.words or ()))


def _report_waits(entries: Sequence[PlanEntry], reporter: TableReporter) -> None:
    """Report services that wait for one that is not in the plan, or always for each other."""
    services = {entry.service for entry in entries}
    for entry in entries:
        if entry.after is not None and entry.after not in services - {entry.service}:
            reporter.report(
                "services",
                '{service} comes after "{after}", which is not another service of this plan',
                service=entry.service,
                after=entry.after,
            )
    always = {each.service: each.after for each in entries if not each.when and not each.unless}
    for start in always:
        chain = [start]
        while (after := always.get(chain[-1])) and after not in chain:
            chain.append(after)
        if after == start and len(chain) > 1:
            reporter.report(
                "services",
                "these services wait for each other, so that none is ever offered: {services}",
                services=", ".join(chain),
            )
            return


def _entry(
    raw: str | RawPlanEntry, path: Path, reporter: TableReporter, known: PlanWords
) -> PlanEntry | None:
    """Make one entry of a plan; a text is a service without conditions."""
    if isinstance(raw, str):
        raw = RawPlanEntry(service=raw)
    names = known_words(
        reporter, path, [] if raw.service is None else [raw.service], SERVICES, Message("service")
    )
    after = known_words(
        reporter,
        (*path, "after"),
        None if raw.after is None else [raw.after],
        SERVICES,
        Message("service"),
    )
    if after and after[0] in EMERGENCY_SERVICES:
        template = "no service comes after {service}, which is called at once"
        reporter.report((*path, "after"), template, service=after[0])
    for key, conditions in (("when", raw.when), ("unless", raw.unless)):
        for condition in conditions or ():
            if condition not in known.conditions:
                reporter.report(
                    (*path, key),
                    "unknown condition {condition} in {key}{guess}",
                    condition=quoted(condition),
                    key=key,
                    guess=did_you_mean(condition, known.conditions),
                )
    groups = [
        known_words(
            reporter,
            (*path, "equipment"),
            [group] if isinstance(group, str) else group,
            EQUIPMENT,
            Message("piece of equipment"),
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


def make_place(
    key: str, raw: str | RawPlace, reporter: TableReporter, parsers: Parsers
) -> Place | None:
    """Make a named place; its label is its name."""
    if not key.strip():
        reporter.report((), "the name of the place is empty")
    at = raw if isinstance(raw, str) else raw.at
    if at is None:
        return None
    place = reporter.read((), parsers.place, at)
    if place is None:
        return None
    warn_of_town(place, reporter)
    named = replace(place, label=key.strip(), source="places")
    if isinstance(raw, str) or raw.uncertainty_km is None:
        return named
    from ..notation import possible_postcodes

    # With more uncertainty it may lie in more postcodes.
    possible = possible_postcodes(place.lat, place.lon, raw.uncertainty_km)
    return replace(
        named,
        uncertainty_km=raw.uncertainty_km,
        postcodes=tuple(dict.fromkeys((*place.postcodes, *possible))),
    )


def make_last_resort(
    key: str, raw: RawLastResort, reporter: TableReporter, parsers: Parsers
) -> tuple[str, LastResort] | None:
    """Make the last resort of a service, or of all services without one of their own."""
    name = "default" if fold(key) == "default" else lookup(key, SERVICES)
    if name is None:
        guess = guess_or_words(key, {**SERVICES, "default": ()})
        _report_unknown_service((), key, guess, reporter)
    phone = None if raw.phone is None else reporter.read("phone", parsers.phone, raw.phone)
    text = check_text(reporter, "text", raw.text)
    return (name, LastResort(phone[1], text)) if name and phone else None


def make_control_centre(
    raw: RawControlCentre, reporter: TableReporter, parsers: Parsers
) -> ControlCentre | None:
    """Make the direct line of a control centre."""
    name = check_text(reporter, "name", raw.name)
    phone = None if raw.phone is None else reporter.read("phone", parsers.phone, raw.phone)
    ranges = None
    if raw.postcodes is not None:
        ranges = read_postcodes(reporter, ("postcodes",), raw.postcodes, parsers)
    return ControlCentre(name=name, phone=phone[1], postcodes=ranges) if phone and ranges else None


def check_words(plans: Mapping[str, Plan], reporters: Mapping[str, TableReporter]) -> None:
    """Report a word that two plans of the file have."""
    kind_of: dict[str, str] = {}
    for kind, plan in plans.items():
        for word in plan.words:
            other = kind_of.setdefault(fold(word), kind)
            if other != kind:
                template = 'the word {word} belongs to plan "{other}"'
                reporters[kind].report("words", template, word=quoted(word), other=other)


def unknown_members(client: Client, members: Collection[str]) -> Sequence[str]:
    """List the names in the contract of a client that are neither ids nor tags of providers."""
    return [name for name in (*client.prefer, *client.only) if name not in members]
