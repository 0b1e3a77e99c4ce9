"""Small worlds with distances that one can check by hand, and random ones for properties."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from math import radians

from hypothesis import strategies as st

from dispatch_cli.eligibility import Need
from dispatch_cli.model import (
    Circle,
    Client,
    Country,
    Incident,
    Known,
    Observations,
    Phone,
    Place,
    PlanEntry,
    Postcodes,
    Provider,
    Rules,
    ServiceSettings,
    Settings,
    Span,
    Timetable,
    Vehicle,
)
from dispatch_cli.model.check import Checking, Watched
from dispatch_cli.model.provider import CheckState
from dispatch_cli.model.sphere import EARTH_RADIUS_KM

NOON = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
ALWAYS = Timetable((Span(0, 4102444800, "open"),))
MIDDLE = Place(lat=48.0, lon=11.0, label="middle", postcode="86150", postcodes=("86150",))
KM_PER_DEGREE = radians(1) * EARTH_RADIUS_KM


def provider(provider_id: str, *, north_km: float = 0.0, **facts: object) -> Provider:
    """Make a provider that passes every gate: always open, all of Germany, due north of MIDDLE."""
    number = f"+4989999980{sum(provider_id.encode()) % 100:02d}"
    defaults: dict[str, object] = {
        "name": provider_id.title(),
        "phones": (Phone(number, number),),
        "services": ("tow",),
        "lat": MIDDLE.lat + north_km / KM_PER_DEGREE,
        "lon": MIDDLE.lon,
        "area": Country(),
        "hours": "24/7",
        "timetable": ALWAYS,
    }
    return Provider(id=provider_id, **{**defaults, **facts})


def incident(**facts: object) -> Incident:
    """Make an incident in the MIDDLE at NOON that needs a tow and says nothing else."""
    return Incident(**{"kind": "tow", "place": MIDDLE, "when": NOON, **facts})


def no_holidays(region: str, years: Sequence[int]) -> tuple[()]:
    """Return no public holidays."""
    return ()


def looked_at(state: CheckState, *, at: datetime = NOON, **facts: object) -> Known:
    """Return the knowledge of a provider whose last check was at ``at``."""
    return Known(watched=Watched(provider="", state=state, seen_at=at, **facts))


def observed(now: datetime = NOON, **known: Known) -> Observations:
    """Return observations that know only these providers, by their ids."""
    return Observations(now=now, known=known)


class MemoryCatalog:
    """A provider file that was never on a disk; every provider is near."""

    def __init__(self, providers: Iterable[Provider], rules: Rules | None = None) -> None:
        self.providers = list(providers)
        self.rules = rules or Rules()
        self.count = len(self.providers)
        self.path, self.source = "memory.toml", "option"
        self.warnings: tuple[str, ...] = ()
        self.digest = "memory"
        self.checks = Checking()

    def checking(self) -> Checking:
        return self.checks

    def near(self, place: Place) -> list[Provider]:
        return self.providers

    def all(self) -> list[Provider]:
        return self.providers

    def ids(self) -> list[str]:
        return [each.id for each in self.providers]

    def find(self, provider_id: str) -> Provider | None:
        return next((each for each in self.providers if each.id == provider_id), None)


def need(
    of: Incident | None = None,
    *,
    settings: Settings | None = None,
    client: Client | None = None,
    observations: Observations | None = None,
    entry: PlanEntry | None = None,
) -> Need:
    """Make what one tow asks of a provider, with timetables as the providers carry them."""
    return Need(
        incident=of or incident(),
        entry=entry or PlanEntry(service="tow"),
        settings=settings or Settings(),
        hours_of=lambda whose, region: whose.timetable or ALWAYS,
        client=client,
        observations=observations or Observations(),
    )


MINUTES = st.floats(0, 60, allow_nan=False)
ACCEPTANCE = st.one_of(st.sampled_from([0.0, 1.0]), st.floats(0.01, 1.0))
ANSWER = st.one_of(st.just(0.0), st.floats(0.0, 10.0))


@st.composite
def minutes_worlds(draw: st.DrawFn, most: int = 7) -> list[Provider]:
    """Providers at the incident itself, so that the turnout alone makes the arrival."""
    count = draw(st.integers(0, most))
    return [
        provider(
            f"p{number}",
            turnout_min=draw(MINUTES),
            acceptance=draw(ACCEPTANCE),
            answer_min=draw(ANSWER),
            tags=draw(st.sampled_from([(), ("own",)])),
        )
        for number in range(count)
    ]


FALLBACK = st.floats(20, 200)


def settings_with(fallback_min: float, method: str = "index") -> Settings:
    """Settings with one fallback for every service."""
    return Settings(method=method, default=ServiceSettings(fallback_min=fallback_min))


@st.composite
def gated_worlds(draw: st.DrawFn, most: int = 12) -> tuple[list[Provider], Incident]:
    """Providers with limits of every kind, and an incident that meets some of them."""
    day = st.sampled_from(["open", "closed", "unknown"])
    later = int(NOON.timestamp()) + 3600
    providers = []
    for number in range(draw(st.integers(0, most))):
        state = draw(day)
        timetable = Timetable(
            (
                Span(0, later, state),
                Span(later, 4102444800, "open" if state != "open" else "closed"),
            )
        )
        providers.append(
            provider(
                f"p{number}",
                north_km=draw(st.floats(0, 80)),
                area=draw(
                    st.sampled_from(
                        [
                            Circle(20.0),
                            Circle(60.0),
                            Country(),
                            Postcodes((("86000", "86599"),), "860-865"),
                            Postcodes((("10000", "10999"),), "10"),
                        ]
                    )
                ),
                services=draw(st.sampled_from([("tow",), ("tow", "recovery"), ("taxi",)])),
                clients=draw(st.sampled_from([None, ("adac",), ("avd",)])),
                vehicle_classes=draw(st.sampled_from([None, ("car",), ("truck", "bus")])),
                max_weight_t=draw(st.sampled_from([None, 1.5, 2.8, 40.0])),
                max_height_m=draw(st.sampled_from([None, 2.0, 4.0])),
                height_m=draw(st.sampled_from([None, 1.9, 3.2])),
                equipment=draw(st.sampled_from([None, (), ("flatbed",), ("dollies", "winch")])),
                units=draw(st.sampled_from([0, 1, 3])),
                timetable=timetable,
                acceptance=draw(ACCEPTANCE),
                turnout_min=draw(st.one_of(st.none(), MINUTES)),
                tags=draw(st.sampled_from([(), ("own",)])),
            )
        )
    vehicle = Vehicle(
        kind=draw(st.sampled_from([None, "car", "truck"])),
        weight_t=draw(st.sampled_from([None, 1.5, 1.6, 3.1])),
        height_m=draw(st.sampled_from([None, 1.5, 2.4])),
        state=draw(st.sampled_from([None, "blocked", "rolls"])),
        ev=draw(st.booleans()),
    )
    return providers, incident(
        client=draw(st.sampled_from([None, "adac", "none"])),
        vehicle=vehicle,
        clearance_m=draw(st.sampled_from([None, 2.0, 4.0])),
        asked=tuple(draw(st.sets(st.sampled_from(["p0", "p1", "p2"])))),
    )
