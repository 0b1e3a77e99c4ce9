"""``dispatch providers``: list, show, check and start the provider file."""

import sys
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar

import typer
from msgspec.structs import asdict

from ..messages import Message, Plural
from .completion import complete_services
from .lazy import LazyGroup, group
from .options import (
    DbOnNetworkOption,
    DbOption,
    DebugOption,
    JsonOption,
    ProvidersOption,
    QuietOption,
    complete_providers,
)
from .outcome import Outcome, emit

if TYPE_CHECKING:
    from ..model import Provider
    from ..model.provider import Area, Hold
    from ..results.report_results import ServiceExperience


class ProviderCommands(LazyGroup):
    """The commands for the provider file."""

    package = "dispatch_cli.cli"
    commands_at: ClassVar = {
        "list": "providers:list_providers",
        "show": "providers:show",
        "report": "providers_report:report",
        "validate": "providers:validate",
        "schema": "providers:schema",
        "init": "provider_init:init",
        "add": "provider_add:add",
    }


app = group(
    "List, show, check and start the provider file; record reports of providers.", ProviderCommands
)


READ_COLUMNS = ("provider", "what", "shown", "read_as")

MOST_IDS = 5
"""The largest number of providers that a terminal lists for a holiday region, without -v."""

_EMPTY: Collection[object] = (None, "", [], ())
"""Values of a provider that its file does not have."""

LIST_COLUMNS = ("id", "phone", "name", "base", "services")


def list_providers(
    service: Annotated[
        str | None,
        typer.Option(
            metavar="SERVICE",
            help="List only providers of this service.",
            autocompletion=complete_services,
        ),
    ] = None,
    providers: ProvidersOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> Outcome:
    """List the providers of the file."""
    from ..errors import UsageError
    from ..model.words import SERVICES, lookup
    from .open_files import open_catalog
    from .result_output import streamed

    wanted = None if service is None else lookup(service, SERVICES)
    if service is not None and wanted is None:
        raise UsageError(
            "unknown service {service!r}",
            service=service,
            hint='"dispatch kinds" lists kinds, services and words',
        )
    found = (
        provider
        for provider in open_catalog(providers).each()
        if wanted is None or wanted in provider.services
    )
    return streamed(
        "dispatch.providers.list/1", LIST_COLUMNS, map(_row, found),
        json=json, key="providers", items=found,
    )  # fmt: skip


def _row(provider: "Provider") -> tuple[str, ...]:
    return (
        provider.id,
        provider.phones[0].shown,
        provider.name,
        f"{provider.lat:.4f}, {provider.lon:.4f}",
        ", ".join(provider.services),
    )


def show(
    provider_id: Annotated[
        str,
        typer.Argument(metavar="ID", help="The provider.", autocompletion=complete_providers),
    ],
    *,
    db: DbOption = None,
    db_on_network: DbOnNetworkOption = False,
    providers: ProvidersOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> Outcome:
    """Show the entry of a provider, and its values learned from the case log."""
    from .. import incident_ranking
    from ..cases.experience import experience_of
    from .open_files import now, open_catalog, store_at
    from .result_output import listing

    clock = now()
    catalog = open_catalog(providers, clock)
    provider = incident_ranking.find_provider(catalog, provider_id)
    log = store_at(db, clock, on_network=db_on_network)
    with log, log.reading() as reader:
        learned = experience_of(reader, provider, catalog.rules.settings, clock)
    from .provider_page import provider_sections

    facts = _facts_of(provider, catalog.rules.settings.timezone)
    return listing(
        "dispatch.providers.show/1",
        ("key", "value"),
        [*facts, *map(_learned_row, learned)],
        json=json,
        data={"provider": provider, "experience": learned},
        sections=lambda: provider_sections(
            provider, dict(facts), [(each.service, _learned_text(each)) for each in learned]
        ),
    )


def _learned_row(learned: "ServiceExperience") -> tuple[Message, Message]:
    """Return the row of a service: values of the file, learned values, counts."""
    name = Message("learned {service}", service=Message(learned.service))
    return name, _learned_text(learned)


def _learned_text(learned: "ServiceExperience") -> Message:
    low, high = learned.interval
    if not learned.offers:
        return Message(
            "nothing yet: accepts {acceptance:.0%}, answers in {answer_min:.1f} min",
            acceptance=learned.acceptance,
            answer_min=learned.answer_min,
        )
    return Message(
        "accepts {prior_acceptance:.0%} -> {acceptance:.0%} ({low:.0%} to {high:.0%};"
        " {accepted} of {offers}), answers in {prior_answer_min:.1f} -> {answer_min:.1f} min,"
        " late by {late_min:.1f} min ({promise_late_min:.1f} by its own promises)",
        low=low,
        high=high,
        **{name: value for name, value in asdict(learned).items() if name != "interval"},
    )


def _facts_of(provider: "Provider", timezone: str) -> "list[tuple[str, Message | str]]":
    """Return the provider's keys and values as in the file, without missing ones."""
    from msgspec import to_builtins

    facts = to_builtins(provider)
    facts["phones"] = [
        " ".join(filter(None, (phone.shown, phone.label, phone.hours))) for phone in provider.phones
    ]
    facts["area"] = _area(provider.area)
    facts["on_hold"] = None if provider.on_hold is None else _hold(provider.on_hold, timezone)
    facts.pop("timetable")
    return [(key, _written(value)) for key, value in facts.items() if value not in _EMPTY]


def _written(value: object) -> Message | str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return value if isinstance(value, Message) else str(value)


def _area(area: "Area") -> Message:
    """Describe the area of a provider as its file has it."""
    from ..model.provider import Circle, Country, Postcodes

    match area:
        case Circle(radius_km=radius_km):
            return Message("within {radius_km:g} km of the base", radius_km=radius_km)
        case Postcodes(text=text):
            return Message("postcodes {postcodes}", postcodes=text)
        case Country():
            return Message("all of Germany")
    return Message("polygon {polygon}", polygon=area.text)


def _hold(hold: "Hold", timezone: str) -> Message:
    from zoneinfo import ZoneInfo

    if hold.until is None:
        return Message("{reason}, until further notice", reason=hold.reason)
    until = hold.until.astimezone(ZoneInfo(timezone))
    return Message("{reason}, until {until:%Y-%m-%d %H:%M}", reason=hold.reason, until=until)


def validate(
    verbose: Annotated[
        bool,
        typer.Option("--verbose", "-v", help="Also list how phone numbers and hours are read."),
    ] = False,
    providers: ProvidersOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> Outcome:
    """Check the provider file and list all its problems; show the regions of public holidays.

    dispatch providers validate --verbose
    """
    from ..places.road_index import check_roads
    from .open_files import open_catalog

    catalog = open_catalog(providers)
    check_roads(catalog.rules.roads)
    count, clients = catalog.count, len(catalog.rules.clients)
    regions: dict[str, list[str]] = {}
    for provider in catalog.each():
        regions.setdefault(provider.region, []).append(provider.id)

    def understood() -> Iterator[tuple[str, ...]]:
        return (row for provider in catalog.each() for row in _read_values(provider))

    def show_result() -> None:
        if json:
            data: dict[str, object] = {
                "path": str(catalog.path),
                "providers": count,
                "clients": clients,
                "holiday_regions": dict(sorted(regions.items())),
            }
            if verbose:
                data["read"] = [dict(zip(READ_COLUMNS, row, strict=True)) for row in understood()]
            emit("dispatch.providers.validate/1", data, warnings=catalog.warnings)
            return
        from ..render import stderr_lines
        from ..render.listing import print_listing
        from ..render.wording import say

        if not quiet:
            stderr_lines.print_warnings(catalog.warnings, stream=sys.stderr)
            providers = Plural("{count} provider", "{count} providers", count)
            named = Plural("{count} client", "{count} clients", clients)
            print(say("ok: {providers}, {clients}", providers=providers, clients=named))
            for region, ids in sorted(regions.items()):
                is_short = sys.stdout.isatty() and not verbose
                _print_line(_holidays_of(region, ids, MOST_IDS if is_short else len(ids)))
        if verbose:
            print_listing(READ_COLUMNS, understood(), stream=sys.stdout)

    return Outcome(show_result)


def _print_line(text: str) -> None:
    """Print a sentence; on a terminal it is wrapped at blanks, so that no id is broken."""
    if not sys.stdout.isatty():
        print(text)
        return
    from ..render.console import screen_of
    from ..render.layout import wrap

    print("\n".join(wrap(text, screen_of(sys.stdout).width, rest="  ")))


def _holidays_of(region: str, ids: Sequence[str], most: int) -> str:
    """Write the first providers whose hours follow the public holidays of a region."""
    from ..render.wording import say

    more = len(ids) - most
    return say(
        "holidays of {region}: {providers}"
        if more <= 0
        else "holidays of {region}: {providers} and {count} more",
        region=region or Message("no region"),
        providers=", ".join(ids[:most]),
        count=more,
    )


def _read_values(provider: "Provider") -> Iterator[tuple[str, str, str, str]]:
    """Yield the numbers of a provider, as shown and as dialled, and its hours as evaluated."""
    for phone in provider.phones:
        yield provider.id, "phone", phone.shown, phone.number
    if provider.hours is not None:
        yield provider.id, "hours", "", provider.hours


def schema(debug: DebugOption = False) -> Outcome:
    """Print the JSON Schema of the provider file, for editors."""
    import json

    from ..catalog.schema import json_schema

    text = json.dumps(json_schema(), indent=2, ensure_ascii=False)
    return Outcome(lambda: print(text))
