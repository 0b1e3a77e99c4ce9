"""Read everything in the main file but the providers."""

from msgspec.structs import asdict

from ..model import Client, ControlCentre, LastResort, Place, Plan, Rules
from ..model.check import Checking
from ..model.words import LANGUAGES
from . import check_tables, rule_tables
from .findings import Findings, Owner, TomlFile
from .parsers import Parsers
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
    RawSay,
)
from .suggest import listed, quoted, unknown_key
from .tables import named_tables, numbered_tables, read_table

MAIN_KEYS = RawFile.__struct_fields__


def read_rules(file: TomlFile, parsers: Parsers, findings: Findings) -> Rules:
    """Make the rules of the main file; what is wrong in it is in the findings."""
    for key in file.top:
        if key not in MAIN_KEYS:
            findings.at(file, (key,), "", unknown_key(key, MAIN_KEYS))
    owner = Owner(findings, file, ("ranking",), "[ranking]", [])
    ranking = read_table(file.top.get("ranking", {}), RawRanking, owner)
    return Rules(
        settings=rule_tables.settings_of(ranking, owner),
        clients=_clients(file, findings),
        plans=_plans(file, findings),
        last_resorts=_last_resorts(file, parsers, findings),
        control_centres=_control_centres(file, parsers, findings),
        places=_places(file, parsers, findings),
        say=_say(file, findings),
    )


def read_checking(
    file: TomlFile, timezone: str, trust: check_tables.Trust, findings: Findings
) -> Checking:
    """Make what the main file says of checks; what is wrong in it is in the findings."""
    owner = Owner(findings, file, ("check",), "[check]", [])
    raw = read_table(file.top.get("check", {}), RawCheck, owner)
    wanted = Owner(findings, file, ("coverage",), "[coverage]", [])
    coverage = read_table(file.top.get("coverage", {}), RawCoverage, wanted)
    windows = (
        check_tables.maintenance_of(read_table(table, RawMaintenance, each), each, timezone)
        for table, each in numbered_tables(file, "maintenance", "text", findings)
    )
    return Checking(
        settings=check_tables.settings_of(raw, owner, trust),
        maintenance=tuple(window for window in windows if window is not None),
        coverage=check_tables.coverage_of(coverage, wanted),
    )


def _clients(file: TomlFile, findings: Findings) -> dict[str, Client]:
    return {
        name: rule_tables.client_of(name, read_table(table, RawClient, owner), owner)
        for name, table, owner in named_tables(file, "clients", "client", findings)
    }


def _plans(file: TomlFile, findings: Findings) -> dict[str, Plan]:
    from ..plans import BUILT_IN, CONDITIONS

    known = rule_tables.PlanWords(CONDITIONS, BUILT_IN)
    plans: dict[str, Plan] = {}
    owners: dict[str, Owner] = {}
    for name, table, owner in named_tables(file, "plans", "plan", findings):
        plans[name] = rule_tables.plan_of(name, read_table(table, RawPlan, owner), owner, known)
        owners[name] = owner
    rule_tables.check_words(plans, owners)
    return plans


def _last_resorts(file: TomlFile, parsers: Parsers, findings: Findings) -> dict[str, LastResort]:
    found = (
        rule_tables.last_resort_of(name, read_table(table, RawLastResort, owner), owner, parsers)
        for name, table, owner in named_tables(file, "last_resort", "last_resort", findings)
    )
    return dict(resort for resort in found if resort is not None)


def _control_centres(
    file: TomlFile, parsers: Parsers, findings: Findings
) -> tuple[ControlCentre, ...]:
    found = (
        rule_tables.control_centre_of(read_table(table, RawControlCentre, owner), owner, parsers)
        for table, owner in numbered_tables(file, "control_centre", "name", findings)
    )
    return tuple(centre for centre in found if centre is not None)


def _places(file: TomlFile, parsers: Parsers, findings: Findings) -> dict[str, Place]:
    places: dict[str, Place] = {}
    for name, table, owner in named_tables(file, "places", "place", findings):
        raw: str | RawPlace
        if isinstance(table, str):
            raw = table
        elif isinstance(table, dict):
            raw = read_table(table, RawPlace, owner)
        else:
            owner.wrong((), 'must be text or a table with at, such as { at = "86150" }')
            continue
        place = rule_tables.place_of(name, raw, owner, parsers)
        if place is not None:
            places[name.strip()] = place
    return places


def _say(file: TomlFile, findings: Findings) -> dict[str, dict[str, str]]:
    """The file's own texts, by language; what it leaves out is built in."""
    texts: dict[str, dict[str, str]] = {}
    for language, table, owner in named_tables(file, "say", "say", findings):
        if language not in LANGUAGES:
            owner.wrong((), f"unknown language {quoted(language)}: {listed(LANGUAGES)}")
        raw = read_table(table, RawSay, owner)
        texts[language] = {key: text for key, text in asdict(raw).items() if text is not None}
    return texts
