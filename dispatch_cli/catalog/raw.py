"""The tables and keys of the provider file, with their types and limits.

``provider_tables`` and ``rule_tables`` check the meaning of the values (a known service, a valid
phone number). Every key has a default, so that a missing one is reported together with all other
problems; ``REQUIRED`` has the required ones. Editors show the descriptions.
"""

from typing import Annotated, Any

from msgspec import Meta, Struct

from ..model.check import MOST_BUDGET_S, MOST_NAMED
from .raw_notify import RawNotify
from .raw_texts import RawDesk, RawSay
from .raw_texts import documented as _doc
from .raw_travel import RawTravel

Share = Annotated[float, Meta(ge=0, le=1)]
Minutes = Annotated[float, Meta(ge=0, lt=1440)]
"""Below one day, because help that takes longer does not count as help."""
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


class RawMinutes(Struct, forbid_unknown_fields=True, kw_only=True):
    """Settings for all services in [ranking], and for one in [ranking.service.NAME]."""

    fallback_min: Annotated[Fallback | None, _doc("Minutes until the last resort helps.")] = None
    detour: Annotated[Detour | None, _doc("Road length divided by great circle.")] = None
    speed_kmh: Annotated[Speed | None, _doc("Driving speed in km/h.")] = None
    speed: Annotated[
        SpeedTable | None, _doc("[[km, km/h], …]: the speed up to each number of km of road.")
    ] = None
    turnout_min: Annotated[Minutes | None, _doc("Minutes from acceptance to departure.")] = None
    answer_min: Annotated[Minutes | None, _doc("Mean minutes of a call.")] = None
    acceptance: Annotated[Share | None, _doc("Share of calls that are accepted, 0 to 1.")] = None
    job_min: Annotated[
        Annotated[float, Meta(ge=1, lt=1440)] | None,
        _doc("Minutes from arrival until the unit is free again."),
    ] = None
    helped: Annotated[Share | None, _doc("Share of motorists who can drive on, 0 to 1.")] = None


class RawRanking(RawMinutes, forbid_unknown_fields=True, kw_only=True):
    """Settings of the ranking; all have defaults."""

    timezone: Annotated[str | None, _doc("IANA zone of times without an offset.")] = None
    method: Annotated[str | None, _doc("index, time-bands or nearest.")] = None
    band_min: Annotated[
        Annotated[float, Meta(gt=0, lt=1440)] | None, _doc("Width of a time band in minutes.")
    ] = None
    fair_within_min: Annotated[
        Minutes | None, _doc("Largest difference in minutes of learned values that count as equal.")
    ] = None
    busy_wait_min: Annotated[
        Minutes | None, _doc("Minutes until a busy unit is free, if its end is unknown.")
    ] = None
    unknown_hours_night_factor: Annotated[
        Annotated[float, Meta(gt=0, le=1)] | None,
        _doc("Factor of the acceptance of a firm without hours, from 20 to 6 o'clock."),
    ] = None
    truck_seats: Annotated[
        Annotated[int, Meta(ge=0, le=100)] | None, _doc("Seats of a truck by default.")
    ] = None
    service: Annotated[
        dict[str, RawMinutes] | None, _doc("Settings of single services, by their name.")
    ] = None


class RawPrefer(Struct, forbid_unknown_fields=True, kw_only=True):
    """The providers with a head start for a client."""

    providers: Annotated[list[str] | None, _doc("Ids of providers.")] = None
    tags: Annotated[list[str] | None, _doc("Tags of providers.")] = None
    head_start_min: Annotated[Minutes | None, _doc("Minutes; more than 15 give a warning.")] = None


class RawClient(Struct, forbid_unknown_fields=True, kw_only=True):
    """A club, maker or insurer whose customers call."""

    name: Annotated[str | None, _doc("Name as it is shown; default: the id.")] = None
    kind: Annotated[
        str | None,
        _doc('What it is, for the screen ("own maker: -5.0"); default: club.'),
    ] = None
    prefer: Annotated[RawPrefer | None, _doc("The providers with a head start.")] = None
    only: Annotated[list[str] | None, _doc("Ids and tags of those called first.")] = None
    only_strict: Annotated[bool | None, _doc("Call no provider that is not in only.")] = None


class RawPlanEntry(Struct, forbid_unknown_fields=True, kw_only=True):
    """One service of a plan, with its conditions."""

    service: Annotated[str | None, _doc("The service, in English or German.")] = None
    after: Annotated[str | None, _doc("Only after this other service has failed.")] = None
    when: Annotated[list[str] | None, _doc("Only if one of these conditions is true.")] = None
    unless: Annotated[list[str] | None, _doc("Not if one of these conditions is true.")] = None
    equipment: Annotated[
        list[str | list[str]] | None, _doc("Required equipment; an inner list: one of these.")
    ] = None


class RawPlan(Struct, forbid_unknown_fields=True, kw_only=True):
    """The services that a kind of incident needs."""

    words: Annotated[list[str] | None, _doc("More words for the kind.")] = None
    services: Annotated[list[str | RawPlanEntry] | None, _doc("Services, in order.")] = None


class RawPlace(Struct, forbid_unknown_fields=True, kw_only=True):
    """A named place."""

    at: Annotated[str | None, _doc("Coordinates, postcode, plus code, … as in --at.")] = None
    uncertainty_km: Annotated[
        Annotated[float, Meta(ge=0, le=1000)] | None, _doc("Uncertainty of the position, in km.")
    ] = None


class RawLastResort(Struct, forbid_unknown_fields=True, kw_only=True):
    """The number to call when all providers have refused."""

    phone: Annotated[str | None, _doc("The number.")] = None
    text: Annotated[str | None, _doc("Name or task of the last resort.")] = None


class RawControlCentre(Struct, forbid_unknown_fields=True, kw_only=True):
    """A control centre's direct line; shown after 112, never instead of it."""

    name: Annotated[str | None, _doc("Name as it is shown.")] = None
    phone: Annotated[str | None, _doc("The direct line.")] = None
    postcodes: Annotated[list[str] | None, _doc('Its postcodes, like ["860-865"].')] = None


class RawPhone(Struct, forbid_unknown_fields=True, kw_only=True):
    """One of several numbers."""

    number: Annotated[str | None, _doc("The number.")] = None
    label: Annotated[str | None, _doc("Label of the number, like night.")] = None
    hours: Annotated[str | None, _doc("When it is answered; default: always.")] = None


class RawPoint(Struct, forbid_unknown_fields=True, kw_only=True):
    """A position in decimal degrees (WGS 84)."""

    lat: Annotated[Latitude | None, _doc("Latitude in degrees, north is positive.")] = None
    lon: Annotated[Longitude | None, _doc("Longitude in degrees, east is positive.")] = None


class RawArea(Struct, forbid_unknown_fields=True, kw_only=True):
    """The area of a provider: exactly one of the three keys."""

    radius_km: Annotated[Kilometres | None, _doc("Distance from the base in km.")] = None
    postcodes: Annotated[list[str] | None, _doc('Like ["860-865", "86720"].')] = None
    polygon: Annotated[str | None, _doc("A GeoJSON file in or below this folder.")] = None


class RawHold(Struct, forbid_unknown_fields=True, kw_only=True):
    """A hold: the provider is not called."""

    reason: Annotated[str | None, _doc("Why.")] = None
    until: Annotated[Any, _doc("Date or date and time; absent: until further notice.")] = None


class RawProbe(Struct, forbid_unknown_fields=True, kw_only=True):
    """One check whether a provider can be reached."""

    kind: Annotated[str | None, _doc("Kind of check.")] = None
    url: Annotated[str | None, _doc("http: the URL to fetch; sip: sip:NUMBER@HOST.")] = None
    host: Annotated[str | None, _doc("tcp, tls, sip: the name or address.")] = None
    port: Annotated[Port | None, _doc("tcp: required; tls: 443; sip: 5060.")] = None
    command: Annotated[
        Annotated[list[str], Meta(min_length=1, max_length=100)] | None,
        _doc("command: the program by its full path, and its arguments; no shell."),
    ] = None
    status: Annotated[
        Annotated[list[Status], Meta(min_length=1, max_length=100)] | None,
        _doc("http: answers that mean up; default: 200 to 299."),
    ] = None
    capacity: Annotated[
        bool | None, _doc("http: the answer is JSON with free, as_of, valid_until, wait_min.")
    ] = None
    headers: Annotated[
        dict[str, str] | None, _doc("http: headers of the request; secrets as env:NAME, file:PATH.")
    ] = None
    contains: Annotated[
        Annotated[str, Meta(min_length=1, max_length=200)] | None,
        _doc("content: a text that the page must have."),
    ] = None
    addresses: Annotated[
        Annotated[list[str], Meta(min_length=1, max_length=50)] | None,
        _doc("dns: addresses to which the name may resolve; absent: any."),
    ] = None
    every_min: Annotated[
        Annotated[float, Meta(ge=1, le=10_080)] | None,
        _doc("Minutes between two looks; absent: a look in every run."),
    ] = None
    timeout_s: Annotated[
        Annotated[float, Meta(gt=0, le=60)] | None, _doc("Longest wait in seconds; default 10.")
    ] = None
    certificate_days: Annotated[
        Annotated[int, Meta(ge=0, le=1000)] | None,
        _doc("http, tls: a certificate with fewer days left is degraded; default 14."),
    ] = None
    allow_private: Annotated[bool | None, _doc("Allow private and loopback addresses.")] = None


class RawProvider(Struct, forbid_unknown_fields=True, kw_only=True):
    """A firm or public service that can be sent."""

    id: Annotated[str | None, _doc("Unique: a-z, 0-9, '-', '_', '.'; at most 64.")] = None
    name: Annotated[str | None, _doc("Name as it is shown.")] = None
    phone: Annotated[str | None, _doc("The one number.")] = None
    phones: Annotated[list[str | RawPhone] | None, _doc("Numbers, instead of phone.")] = None
    services: Annotated[list[str] | None, _doc("Services, in English or German.")] = None
    base: Annotated[
        str | RawPoint | None, _doc("Its base: coordinates, postcode or plus code.")
    ] = None
    area: Annotated[str | RawArea | None, _doc('Its area; "country": all of Germany.')] = None
    hours: Annotated[str | None, _doc("Opening hours; absent: unknown.")] = None
    region: Annotated[
        str | None, _doc("Region of its public holidays; default: that of the base.")
    ] = None
    units: Annotated[Number | None, _doc("Vehicles with crew; default 1.")] = None
    vehicle_classes: Annotated[list[str] | None, _doc("Classes it can help; absent: any.")] = None
    max_weight_t: Annotated[Tonnes | None, _doc("Heaviest vehicle, in tonnes.")] = None
    max_height_m: Annotated[Metres | None, _doc("Highest vehicle, in metres.")] = None
    height_m: Annotated[Metres | None, _doc("The truck's own height, in metres.")] = None
    seats: Annotated[Annotated[int, Meta(ge=0, le=100)] | None, _doc("Seats for passengers.")] = (
        None
    )
    pets: Annotated[bool | None, _doc("Whether it transports animals.")] = None
    equipment: Annotated[list[str] | None, _doc("Equipment of its units; absent: unknown.")] = None
    clients: Annotated[
        list[str] | None,
        _doc("Clients that it serves; none: without client; absent: all."),
    ] = None
    turnout_min: Annotated[Minutes | None, _doc("Minutes from acceptance to departure.")] = None
    acceptance: Annotated[Share | None, _doc("Share of calls that it accepts, 0 to 1.")] = None
    answer_min: Annotated[Minutes | None, _doc("Mean minutes of a call.")] = None
    tags: Annotated[list[str] | None, _doc("Groups of providers that clients can prefer.")] = None
    on_hold: Annotated[RawHold | None, _doc("The provider is not called.")] = None
    check: Annotated[
        Annotated[list[RawProbe], Meta(max_length=8)] | None,
        _doc("Checks whether it can be reached."),
    ] = None
    notes: Annotated[str | None, _doc("Notes for the operator.")] = None


class RawCheck(Struct, forbid_unknown_fields=True, kw_only=True):
    """How checks decide on states, and how a run of checks works; all have defaults."""

    failures: Annotated[Samples | None, _doc("Failed checks until down; default 3.")] = None
    successes: Annotated[Samples | None, _doc("Good checks until up again; default 2.")] = None
    apart_s: Annotated[
        Annotated[float, Meta(ge=0, le=3600)] | None,
        _doc("Seconds within which failed checks count as one; default 30."),
    ] = None
    stale_min: Annotated[
        Annotated[float, Meta(gt=0, le=10_080)] | None,
        _doc("Minutes until a check is stale; default 30."),
    ] = None
    budget_s: Annotated[
        Annotated[float, Meta(gt=0, le=MOST_BUDGET_S)] | None,
        _doc("Seconds for a run, fewer than between two runs; default 120."),
    ] = None
    concurrency: Annotated[
        Annotated[int, Meta(ge=1, le=1000)] | None, _doc("Concurrent checks; default 200.")
    ] = None
    near_min: Annotated[
        Annotated[float, Meta(ge=0, le=10_080)] | None,
        _doc("Minutes from now within which states count for an incident; default 60."),
    ] = None
    remind_min: Annotated[Minutes | None, _doc("Minutes until --quiet repeats; default 60.")] = None
    reference: Annotated[str | None, _doc("HOST:PORT, reached if this machine is online.")] = None
    heartbeat: Annotated[
        str | None, _doc("URL to call at the start and end of each run; or env:NAME, file:PATH.")
    ] = None


class RawMaintenance(Struct, forbid_unknown_fields=True, kw_only=True, rename={"from_": "from"}):
    """A period without changes of states by checks."""

    from_: Annotated[Any, _doc("Date or date and time.")] = None
    until: Annotated[Any, _doc("Date or date and time.")] = None
    providers: Annotated[list[str] | None, _doc("Ids and tags; absent: all providers.")] = None
    text: Annotated[str | None, _doc("Why.")] = None


class RawCoverage(Struct, forbid_unknown_fields=True, kw_only=True):
    """The number of providers that must be able to come at any time to any place."""

    minimum: Annotated[
        Annotated[int, Meta(ge=1, le=MOST_NAMED)] | None,
        _doc("Fewer providers are reported, exit 7."),
    ] = None
    services: Annotated[list[str] | None, _doc("Services; absent: all.")] = None
    regions: Annotated[
        list[str] | None, _doc('Leading digits of postcodes, like ["86"]; absent: all.')
    ] = None


class RawFile(Struct, forbid_unknown_fields=True, kw_only=True):
    """The main file. An included one has [[provider]] and roads only."""

    include: Annotated[
        list[str] | None, _doc('More files in or below this folder, like ["bavaria/*.toml"].')
    ] = None
    roads: Annotated[list[str] | None, _doc("Road tables, beside this file: osm import.")] = None
    ranking: RawRanking | None = None
    clients: dict[str, RawClient] | None = None
    plans: dict[str, RawPlan] | None = None
    places: dict[str, str | RawPlace] | None = None
    say: dict[str, RawSay] | None = None
    desk: RawDesk | None = None
    travel: RawTravel | None = None
    last_resort: dict[str, RawLastResort] | None = None
    control_centre: list[RawControlCentre] | None = None
    check: RawCheck | None = None
    maintenance: list[RawMaintenance] | None = None
    coverage: RawCoverage | None = None
    notify: Annotated[list[RawNotify], Meta(max_length=16)] | None = None
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
    RawNotify: ("name", "url"),
    RawProvider: ("id", "name", "services", "base", "area"),
}
