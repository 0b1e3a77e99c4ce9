"""Read all tables of the main file but the providers."""

from msgspec.structs import asdict

from .. import translations
from ..messages import Message, quoted
from ..model import Client, ControlCentre, DeskIdentity, LastResort, Place, Plan, Rules
from ..model.check import Channel, Checking
from ..model.travel_engines import TravelSettings
from ..model.words import LANGUAGES
from . import check_tables, rule_tables
from .parsers import Parsers
from .problem_collector import ProblemCollector, TableReporter, TomlFile
from .provider_tables import check_text
from .raw import (
    RawCheck,
    RawClient,
    RawControlCentre,
    RawCoverage,
    RawFile,
    RawLastResort,
    RawMaintenance,
    RawPlace,
    RawPlan,
    RawRanking,
)
from .raw_notify import RawNotify
from .raw_texts import RawDesk, RawSay
from .raw_travel import RawTravel
from .tables import named_tables, numbered_tables, read_table
from .travel_tables import make_travel
from .unknown_keys import unknown_key

MAIN_KEYS = RawFile.__struct_fields__


def read_rules(
    file: TomlFile, parsers: Parsers, trust: check_tables.Trust, collector: ProblemCollector
) -> Rules:
    """Make the rules of the main file; its problems are in the collector."""
    for key in file.top:
        if key not in MAIN_KEYS:
            collector.at(file, (key,), "", unknown_key(key, MAIN_KEYS))
    reporter = TableReporter(collector, file, ("ranking",), "[ranking]")
    ranking = read_table(file.top.get("ranking", {}), RawRanking, reporter)
    return Rules(
        settings=rule_tables.make_settings(ranking, reporter),
        clients=_clients(file, collector),
        plans=_plans(file, collector),
        last_resorts=_last_resorts(file, parsers, collector),
        control_centres=_control_centres(file, parsers, collector),
        places=_places(file, parsers, collector),
        say=_say(file, collector),
        desk=_desk(file, parsers, collector),
        travel=_travel(file, trust, collector),
    )


def read_checking(
    file: TomlFile, timezone: str, trust: check_tables.Trust, collector: ProblemCollector
) -> Checking:
    """Make the settings of checks in the main file; its problems are in the collector."""
    reporter = TableReporter(collector, file, ("check",), "[check]")
    raw = read_table(file.top.get("check", {}), RawCheck, reporter)
    on_coverage = TableReporter(collector, file, ("coverage",), "[coverage]")
    coverage = read_table(file.top.get("coverage", {}), RawCoverage, on_coverage)
    windows = (
        check_tables.make_maintenance(read_table(table, RawMaintenance, each), each, timezone)
        for table, each in numbered_tables(file, "maintenance", "text", collector)
    )
    return Checking(
        settings=check_tables.make_check_settings(raw, reporter, trust),
        maintenance=tuple(window for window in windows if window is not None),
        coverage=check_tables.make_coverage(coverage, on_coverage),
        notify=_channels(file, trust, collector),
    )


def _channels(
    file: TomlFile, trust: check_tables.Trust, collector: ProblemCollector
) -> tuple[Channel, ...]:
    """Make the channels of ``[[notify]]``; two with one name are reported."""
    found: dict[str, Channel] = {}
    for table, reporter in numbered_tables(file, "notify", "name", collector):
        channel = check_tables.make_channel(read_table(table, RawNotify, reporter), reporter, trust)
        if channel is None:
            continue
        if channel.name in found:
            reporter.report("name", "name {name} occurs twice", name=quoted(channel.name))
        found[channel.name] = channel
    return tuple(found.values())


def _clients(file: TomlFile, collector: ProblemCollector) -> dict[str, Client]:
    return {
        name: rule_tables.make_client(name, read_table(table, RawClient, reporter), reporter)
        for name, table, reporter in named_tables(file, "clients", Message("client"), collector)
    }


def _plans(file: TomlFile, collector: ProblemCollector) -> dict[str, Plan]:
    from ..plans import BUILT_IN, CONDITIONS

    known = rule_tables.PlanWords(CONDITIONS, BUILT_IN)
    plans: dict[str, Plan] = {}
    reporters: dict[str, TableReporter] = {}
    for name, table, reporter in named_tables(file, "plans", Message("plan"), collector):
        raw = read_table(table, RawPlan, reporter)
        plans[name] = rule_tables.make_plan(name, raw, reporter, known)
        reporters[name] = reporter
    rule_tables.check_words(plans, reporters)
    return plans


def _last_resorts(
    file: TomlFile, parsers: Parsers, collector: ProblemCollector
) -> dict[str, LastResort]:
    resorts: dict[str, LastResort] = {}
    for name, table, reporter in named_tables(file, "last_resort", "last_resort", collector):
        raw = read_table(table, RawLastResort, reporter)
        resort = rule_tables.make_last_resort(name, raw, reporter, parsers)
        if resort is not None:
            resorts[resort[0]] = resort[1]
    return resorts


def _control_centres(
    file: TomlFile, parsers: Parsers, collector: ProblemCollector
) -> tuple[ControlCentre, ...]:
    centres: list[ControlCentre] = []
    for table, reporter in numbered_tables(file, "control_centre", "name", collector):
        raw = read_table(table, RawControlCentre, reporter)
        centre = rule_tables.make_control_centre(raw, reporter, parsers)
        if centre is not None:
            centres.append(centre)
    return tuple(centres)


def _places(file: TomlFile, parsers: Parsers, collector: ProblemCollector) -> dict[str, Place]:
    places: dict[str, Place] = {}
    for name, table, reporter in named_tables(file, "places", Message("place"), collector):
        raw: str | RawPlace
        if isinstance(table, str):
            raw = table
        elif isinstance(table, dict):
            raw = read_table(table, RawPlace, reporter)
        else:
            template = 'must be text or a table with at, such as {{ at = "86150" }}'
            reporter.report((), template)
            continue
        place = rule_tables.make_place(name, raw, reporter, parsers)
        if place is not None:
            places[name.strip()] = place
    return places


def _say(file: TomlFile, collector: ProblemCollector) -> dict[str, dict[str, str]]:
    """Read the texts of the file by language; they replace the built-in ones."""
    texts: dict[str, dict[str, str]] = {}
    for language, table, reporter in named_tables(file, "say", "say", collector):
        if language not in LANGUAGES:
            reporter.report(
                (),
                "unknown language {language}: {allowed}",
                language=quoted(language),
                allowed=", ".join(LANGUAGES),
            )
        raw = read_table(table, RawSay, reporter)
        texts[language] = {key: text for key, text in asdict(raw).items() if text is not None}
    return texts


def _travel(
    file: TomlFile, trust: check_tables.Trust, collector: ProblemCollector
) -> TravelSettings:
    """Read the travel engine, its address and its limits."""
    reporter = TableReporter(collector, file, ("travel",), "[travel]")
    raw = read_table(file.top.get("travel", {}), RawTravel, reporter)
    return make_travel(raw, reporter, trust)


def _desk(file: TomlFile, parsers: Parsers, collector: ProblemCollector) -> DeskIdentity:
    """Read how the desk names itself to providers and callers."""
    reporter = TableReporter(collector, file, ("desk",), "[desk]")
    raw = read_table(file.top.get("desk", {}), RawDesk, reporter)
    name = check_text(reporter, "name", raw.name)
    phone = None if raw.number is None else reporter.read("number", parsers.phone, raw.number)
    if raw.language is not None and raw.language not in translations.available():
        reporter.report(
            "language",
            "unknown language {language}: {allowed}",
            language=quoted(raw.language),
            allowed=", ".join(translations.available()),
        )
    return DeskIdentity(name, phone[1] if phone else "", raw.language or "", raw.bell is not False)
