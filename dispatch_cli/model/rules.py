"""The rules of a centre: settings, clients, plans, last resorts, control centres."""

from collections.abc import Mapping

from msgspec import Struct, field

from ..messages import Message, marked
from .incident import Place
from .travel_engines import TravelSettings
from .words import CARRYING_SERVICES

JOB_MIN = 45.0
"""Default minutes from arrival until a unit is free again."""
LONGER_JOBS_MIN: Mapping[str, float] = {
    **dict.fromkeys(CARRYING_SERVICES, 75.0), "heavy_tow": 120.0, "heavy_recovery": 120.0,
}  # fmt: skip


class ServiceSettings(Struct, frozen=True, kw_only=True):
    """The default values of a service, for providers without values of their own.

    ``speed`` lists (km, km/h): the first ``km`` are driven at that speed, all beyond the last entry
    at its speed. Minutes therefore never decrease with distance.
    """

    fallback_min: float = 120.0
    detour: float = 1.3
    speed: tuple[tuple[float, float], ...] = ((float("inf"), 50.0),)
    turnout_min: float = 5.0
    answer_min: float = 3.0
    acceptance: float = 0.7
    job_min: float | None = None
    helped: float = 0.84
    """The chance that no further service is needed; 84 % at the largest German club."""


class Settings(Struct, frozen=True, kw_only=True):
    """``[ranking]``: the settings of all services, and those of single ones."""

    timezone: str = "Europe/Berlin"
    method: str = "index"
    band_min: float = 15.0
    fair_within_min: float = 3.0
    busy_wait_min: float = 30.0
    unknown_hours_night_factor: float = 0.5
    truck_seats: int = 2
    default: ServiceSettings = field(default_factory=ServiceSettings)
    services: dict[str, ServiceSettings] = {}

    def of(self, service: str) -> ServiceSettings:
        """Return the settings of a service."""
        return self.services.get(service, self.default)

    def job_min(self, service: str) -> float:
        """Return the minutes from arrival until the unit of a service is free again."""
        own = self.of(service).job_min
        return LONGER_JOBS_MIN.get(service, JOB_MIN) if own is None else own


class Client(Struct, frozen=True, kw_only=True):
    """A client (club, car maker or insurer of the caller) and the terms of its contract.

    ``prefer`` and ``only`` have ids or tags of providers; ``kind`` names the client on the screen.
    """

    id: str
    name: str
    kind: str = "club"
    prefer: tuple[str, ...] = ()
    head_start_min: float = 0.0
    only: tuple[str, ...] = ()
    only_strict: bool = False


class PlanEntry(Struct, frozen=True, kw_only=True):
    """One service of a plan.

    It is sent if any condition of ``when`` holds (or ``when`` is empty) and none of ``unless``.
    ``after`` names the service that must end unsuccessful first. The provider needs at least one
    item of each group in ``equipment``.
    """

    service: str
    when: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    after: str | None = None
    equipment: tuple[tuple[str, ...], ...] = ()


class Plan(Struct, frozen=True, kw_only=True):
    """The services that an incident kind needs; a fire service calls it a run card."""

    kind: str
    entries: tuple[PlanEntry, ...]
    words: tuple[str, ...] = ()


class LastResort(Struct, frozen=True):
    """The number to call when all providers have refused."""

    phone: str
    text: str

    @property
    def sentence(self) -> Message | str:
        """The text, which is a sentence of ours if the file has no last resort."""
        return Message(self.text) if self == NOBODY_LEFT else self.text


NOBODY_LEFT = LastResort("110", marked("police has the road cleared"))
"""The last resort if the file has none: every cascade ends with a number."""


class ControlCentre(Struct, frozen=True, kw_only=True):
    """The direct line of a control centre for some postcodes; shown after 112, never instead."""

    name: str
    phone: str
    postcodes: tuple[tuple[str, str], ...]


class DeskIdentity(Struct, frozen=True):
    """How the desk names itself to firms and callers, and the number under which it is called."""

    name: str = ""
    number: str = ""
    language: str = ""
    """Of the screens; empty: that of the locale."""
    bell: bool = True
    """Whether the desk rings for what is newly overdue."""


class Rules(Struct, frozen=True, kw_only=True):
    """The content of the provider file without the providers."""

    settings: Settings = field(default_factory=Settings)
    clients: dict[str, Client] = {}
    plans: dict[str, Plan] = {}
    last_resorts: dict[str, LastResort] = {}
    control_centres: tuple[ControlCentre, ...] = ()
    places: dict[str, Place] = {}
    say: dict[str, dict[str, str]] = {}
    """The file's own texts for callers and drivers, by language and key."""
    desk: DeskIdentity = DeskIdentity()
    roads: tuple[str, ...] = ()
    """The paths of the road tables, for kilometres and exits of motorways."""
    travel: TravelSettings = TravelSettings()

    @property
    def client_names(self) -> dict[str, str]:
        """The names of the clients by id, as screens and texts have them."""
        return {key: client.name for key, client in self.clients.items()}

    def last_resort(self, service: str) -> LastResort:
        """Return the last resort of a service."""
        return self.last_resorts.get(service) or self.last_resorts.get("default") or NOBODY_LEFT
