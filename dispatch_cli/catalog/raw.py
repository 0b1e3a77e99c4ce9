"""The provider file as it is written: every table, every key, its shape and its limits.

The structs say what a key may look like; what it may *mean* (a known service, a number that can
be dialled) is checked in ``provider_tables`` and ``rule_tables``. Every key has a default, so that
a missing one is reported beside everything else and not instead of it; ``REQUIRED`` has those that
must be there. The descriptions are what an editor shows while the file is written.
"""

from typing import Annotated, Any

from msgspec import Meta, Struct

from ..model.check import MOST_BUDGET_S, MOST_NAMED

Share = Annotated[float, Meta(ge=0, le=1)]
Minutes = Annotated[float, Meta(ge=0, lt=1440)]
"""Less than a day: whatever takes longer is no help at the roadside."""
Fallback = Annotated[float, Meta(gt=0, le=10_000)]
Speed = Annotated[float, Meta(gt=0, le=300)]
SpeedTable = Annotated[
    list[tuple[Annotated[float, Meta(gt=0, le=20_000)], Speed]], Meta(min_length=1, max_length=100)
]
Detour = Annotated[float, Meta(ge=1, le=10)]
Metres = Annotated[float, Meta(gt=0, le=20)]
Tonnes = Annotated[float, Meta(gt=0, le=1000)]
Kilometres = Annotated[float, Meta(gt=0, le=1000)]
Latitude = Annotated[float, Meta(ge=-90, le=90)]
Longitude = Annotated[float, Meta(ge=-180, le=180)]
Number = Annotated[int, Meta(ge=0, le=1000)]
Port = Annotated[int, Meta(ge=1, le=65535)]
Status = Annotated[int, Meta(ge=100, le=599)]
Samples = Annotated[int, Meta(ge=1, le=20)]


def _says(text: str) -> Meta:
    return Meta(description=text)


class RawMinutes(Struct, forbid_unknown_fields=True, kw_only=True):
    """What may be set for all services in [ranking] and for one in [ranking.service.NAME]."""

    fallback_min: Annotated[Fallback | None, _says("Minutes that the last resort takes.")] = None
    detour: Annotated[Detour | None, _says("Road length divided by great circle.")] = None
    speed_kmh: Annotated[Speed | None, _says("Driving speed in km/h.")] = None
    speed: Annotated[
        SpeedTable | None, _says("[[km, km/h], …]: up to so many km of road at that speed.")
    ] = None
    turnout_min: Annotated[Minutes | None, _says("Minutes from yes to wheels rolling.")] = None
    answer_min: Annotated[Minutes | None, _says("Minutes that asking takes on average.")] = None
    acceptance: Annotated[Share | None, _says("Share of asks that are accepted, 0 to 1.")] = None
    job_min: Annotated[
        Annotated[float, Meta(ge=1, lt=1440)] | None,
        _says("Minutes from arrival until the unit is free again."),
    ] = None
    helped: Annotated[Share | None, _says("Share of motorists who drive on after it, 0 to 1.")] = (
        None
    )


class RawRanking(RawMinutes, forbid_unknown_fields=True, kw_only=True):
    """Settings of the ranking; all have defaults."""

    timezone: Annotated[str | None, _says("IANA zone of times without an offset.")] = None
    method: Annotated[str | None, _says("index, time-bands or nearest.")] = None
    band_min: Annotated[
        Annotated[float, Meta(gt=0, lt=1440)] | None, _says("Width of a time band in minutes.")
    ] = None
    fair_within_min: Annotated[
        Minutes | None, _says("Most minutes between learned values that count as equal.")
    ] = None
    busy_wait_min: Annotated[
        Minutes | None, _says("Wait until a busy unit is free, where no end is said.")
    ] = None
    unknown_hours_night_factor: Annotated[
        Annotated[float, Meta(gt=0, le=1)] | None,
        _says("How much of its acceptance a firm without hours keeps from 20 to 6."),
    ] = None
    truck_seats: Annotated[
        Annotated[int, Meta(ge=0, le=100)] | None, _says("Seats in a truck that says none.")
    ] = None
    service: Annotated[
        dict[str, RawMinutes] | None, _says("Settings of single services, by their name.")
    ] = None


class RawPrefer(Struct, forbid_unknown_fields=True, kw_only=True):
    """Providers to whom a client gives a head start."""

    providers: Annotated[list[str] | None, _says("Ids of providers.")] = None
    tags: Annotated[list[str] | None, _says("Tags of providers.")] = None
    head_start_min: Annotated[Minutes | None, _says("Minutes; above 15 is warned about.")] = None


class RawClient(Struct, forbid_unknown_fields=True, kw_only=True):
    """A club, maker or insurer whose customers call."""

    name: Annotated[str | None, _says("Name as it is shown; default: the id.")] = None
    kind: Annotated[
        str | None,
        _says('What it is, for the screen ("own maker: -5.0"); default: club.'),
    ] = None
    prefer: Annotated[RawPrefer | None, _says("Who is given a head start.")] = None
    only: Annotated[list[str] | None, _says("Ids and tags that are asked first.")] = None
    only_strict: Annotated[bool | None, _says("End with the list of only.")] = None


class RawPlanEntry(Struct, forbid_unknown_fields=True, kw_only=True):
    """One service of a plan, with its conditions."""

    service: Annotated[str | None, _says("The service, in English or German.")] = None
    after: Annotated[str | None, _says("Only after this service of the plan has failed.")] = None
    when: Annotated[list[str] | None, _says("Only if one of these holds.")] = None
    unless: Annotated[list[str] | None, _says("Not if one of these holds.")] = None
    equipment: Annotated[
        list[str | list[str]] | None, _says("What is needed; a list inside: one of these.")
    ] = None


class RawPlan(Struct, forbid_unknown_fields=True, kw_only=True):
    """What a kind of incident needs."""

    words: Annotated[list[str] | None, _says("More words for the kind.")] = None
    services: Annotated[list[str | RawPlanEntry] | None, _says("Services, in the order shown.")] = (
        None
    )


class RawPlace(Struct, forbid_unknown_fields=True, kw_only=True):
    """A named place."""

    at: Annotated[str | None, _says("Coordinates, postcode, plus code, … as in --at.")] = None
    uncertainty_km: Annotated[
        Annotated[float, Meta(ge=0, le=1000)] | None, _says("How well the place is known, in km.")
    ] = None


class RawLastResort(Struct, forbid_unknown_fields=True, kw_only=True):
    """Whom to call when everybody has refused."""

    phone: Annotated[str | None, _says("The number.")] = None
    text: Annotated[str | None, _says("Who answers there, or what they do.")] = None


class RawControlCentre(Struct, forbid_unknown_fields=True, kw_only=True):
    """A control centre's direct line; shown after 112, never instead of it."""

    name: Annotated[str | None, _says("Name as it is shown.")] = None
    phone: Annotated[str | None, _says("The direct line.")] = None
    postcodes: Annotated[list[str] | None, _says('Where it is in charge, like ["860-865"].')] = None


class RawPhone(Struct, forbid_unknown_fields=True, kw_only=True):
    """One of several numbers."""

    number: Annotated[str | None, _says("The number.")] = None
    label: Annotated[str | None, _says("What the number is, like night.")] = None
    hours: Annotated[str | None, _says("When it is answered; default: always.")] = None


class RawPoint(Struct, forbid_unknown_fields=True, kw_only=True):
    """A position in decimal degrees (WGS 84)."""

    lat: Annotated[Latitude | None, _says("Latitude in degrees, north is positive.")] = None
    lon: Annotated[Longitude | None, _says("Longitude in degrees, east is positive.")] = None


class RawArea(Struct, forbid_unknown_fields=True, kw_only=True):
    """Where a provider goes: exactly one of the three."""

    radius_km: Annotated[Kilometres | None, _says("Distance from the base in km.")] = None
    postcodes: Annotated[list[str] | None, _says('Like ["860-865", "86720"].')] = None
    polygon: Annotated[str | None, _says("A GeoJSON file in or below this folder.")] = None


class RawHold(Struct, forbid_unknown_fields=True, kw_only=True):
    """Why a provider is not asked for now."""

    reason: Annotated[str | None, _says("Why.")] = None
    until: Annotated[Any, _says("Date or date and time; absent: until further notice.")] = None


class RawProbe(Struct, forbid_unknown_fields=True, kw_only=True):
    """One way to find out whether a provider can be reached."""

    kind: Annotated[str | None, _says("How it looks.")] = None
    url: Annotated[str | None, _says("http: what is fetched; sip: sip:NUMBER@HOST.")] = None
    host: Annotated[str | None, _says("tcp, tls, sip: the name or address.")] = None
    port: Annotated[Port | None, _says("tcp: required; tls: 443; sip: 5060.")] = None
    command: Annotated[
        Annotated[list[str], Meta(min_length=1, max_length=100)] | None,
        _says("command: the program by its full path, and its arguments; no shell."),
    ] = None
    status: Annotated[
        Annotated[list[Status], Meta(min_length=1, max_length=100)] | None,
        _says("http: answers that mean up; default: 200 to 299."),
    ] = None
    capacity: Annotated[
        bool | None, _says("http: the answer is JSON with free, as_of, valid_until, wait_min.")
    ] = None
    headers: Annotated[
        dict[str, str] | None, _says("http: what is sent along; secrets as env:NAME, file:PATH.")
    ] = None
    timeout_s: Annotated[
        Annotated[float, Meta(gt=0, le=60)] | None, _says("Longest wait in seconds; default 10.")
    ] = None
    certificate_days: Annotated[
        Annotated[int, Meta(ge=0, le=1000)] | None,
        _says("http, tls: fewer days left than this are degraded; default 14."),
    ] = None
    allow_private: Annotated[
        bool | None, _says("Private and loopback addresses may be asked, too.")
    ] = None


class RawProvider(Struct, forbid_unknown_fields=True, kw_only=True):
    """A firm or public service that can be sent."""

    id: Annotated[str | None, _says("Unique: a-z, 0-9, '-', '_', '.'; at most 64.")] = None
    name: Annotated[str | None, _says("Name as it is shown.")] = None
    phone: Annotated[str | None, _says("The one number.")] = None
    phones: Annotated[list[RawPhone] | None, _says("Several numbers, instead of phone.")] = None
    services: Annotated[list[str] | None, _says("What it offers, in English or German.")] = None
    base: Annotated[
        str | RawPoint | None, _says("Where it starts: coordinates, postcode or plus code.")
    ] = None
    area: Annotated[str | RawArea | None, _says('Where it goes; "country": all of Germany.')] = None
    hours: Annotated[str | None, _says("Opening hours; absent: unknown.")] = None
    region: Annotated[
        str | None, _says("Whose public holidays count; default: as at the base's postcode.")
    ] = None
    units: Annotated[Number | None, _says("Vehicles with crew; default 1.")] = None
    vehicle_classes: Annotated[list[str] | None, _says("Classes it can help; absent: any.")] = None
    max_weight_t: Annotated[Tonnes | None, _says("Heaviest vehicle, in tonnes.")] = None
    max_height_m: Annotated[Metres | None, _says("Highest vehicle, in metres.")] = None
    height_m: Annotated[Metres | None, _says("The truck's own height, in metres.")] = None
    seats: Annotated[
        Annotated[int, Meta(ge=0, le=100)] | None, _says("Seats for the people it takes along.")
    ] = None
    pets: Annotated[bool | None, _says("Whether it takes animals along.")] = None
    equipment: Annotated[list[str] | None, _says("What its units carry; absent: unknown.")] = None
    clients: Annotated[
        list[str] | None, _says("Whose customers it serves, none for nobody's; absent: all.")
    ] = None
    turnout_min: Annotated[Minutes | None, _says("Minutes from yes to wheels rolling.")] = None
    acceptance: Annotated[Share | None, _says("Share of asks that it accepts, 0 to 1.")] = None
    answer_min: Annotated[Minutes | None, _says("Minutes that asking it takes.")] = None
    tags: Annotated[list[str] | None, _says("Names of groups that clients prefer.")] = None
    on_hold: Annotated[RawHold | None, _says("Not to be asked for now.")] = None
    check: Annotated[
        Annotated[list[RawProbe], Meta(max_length=8)] | None,
        _says("How to find out whether it can be reached."),
    ] = None
    notes: Annotated[str | None, _says("Whatever the operator should know.")] = None


class RawSay(Struct, forbid_unknown_fields=True, kw_only=True):
    """Texts to say in one language, in place of the built-in ones; {name} stands for a value."""

    ask: Annotated[str | None, _says("The question that ends the call to a provider.")] = None
    area: Annotated[str | None, _says("Where, before anybody has accepted: {area}.")] = None
    persons: Annotated[str | None, _says("How many come along: {count}.")] = None
    tell: Annotated[str | None, _says("To the caller: {name}, {clock}.")] = None
    tell_late: Annotated[str | None, _says("To the caller of a new time: {name}, {clock}.")] = None
    drive: Annotated[str | None, _says("To the driver: {call_back}.")] = None


class RawCheck(Struct, forbid_unknown_fields=True, kw_only=True):
    """How looks add up to states, and how a run of checks behaves; all have defaults."""

    failures: Annotated[Samples | None, _says("Failed looks until down; default 3.")] = None
    successes: Annotated[Samples | None, _says("Good looks until up again; default 2.")] = None
    stale_min: Annotated[
        Annotated[float, Meta(gt=0, le=10_080)] | None,
        _says("Minutes after which a look says nothing any more; default 30."),
    ] = None
    budget_s: Annotated[
        Annotated[float, Meta(gt=0, le=MOST_BUDGET_S)] | None,
        _says("Seconds for a whole run, fewer than between two; default 120."),
    ] = None
    concurrency: Annotated[
        Annotated[int, Meta(ge=1, le=1000)] | None, _says("Looks at once; default 200.")
    ] = None
    near_min: Annotated[
        Annotated[float, Meta(ge=0, le=10_080)] | None,
        _says("Minutes from now within which states count; default 60."),
    ] = None
    remind_min: Annotated[Minutes | None, _says("Minutes until --quiet says it again: 60.")] = None
    reference: Annotated[
        str | None, _says("HOST:PORT that answers whenever this machine is online.")
    ] = None
    heartbeat: Annotated[
        str | None, _says("URL told of each run's start and end; or env:NAME, file:PATH.")
    ] = None


class RawMaintenance(Struct, forbid_unknown_fields=True, kw_only=True, rename={"from_": "from"}):
    """A time in which no look changes a state."""

    from_: Annotated[Any, _says("Date or date and time.")] = None
    until: Annotated[Any, _says("Date or date and time.")] = None
    providers: Annotated[list[str] | None, _says("Ids and tags; absent: everybody.")] = None
    text: Annotated[str | None, _says("Why.")] = None


class RawCoverage(Struct, forbid_unknown_fields=True, kw_only=True):
    """How many must be able to come, at any time, to any place."""

    minimum: Annotated[
        Annotated[int, Meta(ge=1, le=MOST_NAMED)] | None,
        _says("Fewer than this are reported, exit 7."),
    ] = None
    services: Annotated[list[str] | None, _says("For which; absent: all.")] = None
    regions: Annotated[
        list[str] | None, _says('Leading digits of postcodes, like ["86"]; absent: all.')
    ] = None


class RawFile(Struct, forbid_unknown_fields=True, kw_only=True):
    """The main file. An included one has [[provider]] only."""

    include: Annotated[
        list[str] | None, _says('More files in or below this folder, like ["bavaria/*.toml"].')
    ] = None
    ranking: RawRanking | None = None
    clients: dict[str, RawClient] | None = None
    plans: dict[str, RawPlan] | None = None
    places: dict[str, str | RawPlace] | None = None
    say: dict[str, RawSay] | None = None
    last_resort: dict[str, RawLastResort] | None = None
    control_centre: list[RawControlCentre] | None = None
    check: RawCheck | None = None
    maintenance: list[RawMaintenance] | None = None
    coverage: RawCoverage | None = None
    provider: list[RawProvider] | None = None


REQUIRED: dict[type[Struct], tuple[str, ...]] = {
    RawPlanEntry: ("service",),
    RawPlace: ("at",),
    RawLastResort: ("phone", "text"),
    RawControlCentre: ("name", "phone", "postcodes"),
    RawPhone: ("number",),
    RawPoint: ("lat", "lon"),
    RawHold: ("reason",),
    RawProbe: ("kind",),
    RawMaintenance: ("from", "until"),
    RawProvider: ("id", "name", "services", "base", "area"),
}
