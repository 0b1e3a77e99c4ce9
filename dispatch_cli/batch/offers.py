"""List the providers that offer each service, with the minutes that depend on no incident.

The standing minutes of an offer are those of ``ranking.rate`` with a drive of 0 minutes.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cached_property
from math import cos, inf, radians
from typing import NamedTuple
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from .. import incident_ranking, ranking
from ..candidates import RatedProvider
from ..eligibility import (
    EligibleProvider,
    Gate,
    LimitGate,
    Need,
    StaticGate,
    reasons_of,
    without_hours,
)
from ..eligibility.facts import view
from ..eligibility.gate_forms import AskedGate
from ..model import (
    Availability,
    Country,
    Incident,
    Observations,
    Place,
    PlanEntry,
    Postcodes,
    Provider,
    Rules,
    ServiceSettings,
)
from ..ranking import NIGHT_BEGINS, NIGHT_ENDS
from . import offer_kernel
from .areas import AreaCorners, bounding_radius_km, kind_of
from .kernel_tables import Backend, OfferColumns
from .limits import LimitColumns, limit_columns
from .time_steps import TimeSteps

EVERY_PROVIDER = ""
"""Used as a service that every provider offers; its minutes have no meaning."""
_ANY = Incident(kind="", place=Place(lat=0.0, lon=0.0), when=datetime(2000, 1, 1, tzinfo=UTC))


class StandingOffer(NamedTuple):
    """A provider for one service, with the values that depend on no incident.

    ``rest_min`` is the lower bound of order_min: without a drive, with the largest head start.
    ``phone`` is None if the time decides which number is answered. ``wait_min`` is 0: offers with
    a wait are ranked by the desk.
    """

    number: int
    provider: str
    phone: str | None
    first_phone: str
    wait_min: float
    turnout_min: float
    late_min: float
    answer_min: float
    acceptance: float
    ask_min: float
    rest_min: float
    error_min: float

    @property
    def standing_min(self) -> float:
        """The minutes from acceptance to departure."""
        return self.wait_min + self.turnout_min


class StandingOffers:
    """The providers of a file by service, in the form that the engines read."""

    def __init__(
        self,
        providers: Sequence[Provider],
        rules: Rules,
        observations: Observations,
        *,
        steps: TimeSteps,
        gates: Sequence[Gate],
        largest_head_starts: Sequence[float],
    ) -> None:
        self._providers, self._rules, self._observations = providers, rules, observations
        self._steps, self._gates, self._heads = steps, gates, largest_head_starts
        numbered = list(enumerate(gates, start=1))
        self.limits: list[tuple[int, LimitGate, LimitColumns]] = [
            (number, gate, limit_columns(gate))
            for number, gate in numbered
            if isinstance(gate, LimitGate)
        ]
        self._openings = [steps.opening(provider) for provider in providers]
        self._asked_gate = next((n for n, gate in numbered if isinstance(gate, AskedGate)), 0)
        self.service_gate = next(
            (n for n, gate in numbered if (gate.incident, gate.provider) == _OFFERS), 0
        )
        """The number of the gate that stops providers without the service; 0 if no gate does."""
        reasons = reasons_of(gates)
        self.reason_of_gate = [0, *(reasons.index(gate.reason) + 1 for gate in gates), len(reasons)]
        """The number of each gate's reason, from 1; the last is that of the stop rule."""
        settings = rules.settings
        self.differ_at_night = settings.unknown_hours_night_factor < 1 and any(
            provider.hours is None for provider in providers
        )
        """Whether any provider accepts less often at night, because its hours are unknown."""
        self._known: dict[tuple[str, bool], list[StandingOffer]] = {}
        self._offered: dict[tuple[str, tuple[str, ...]], bool] = {}

    def of(self, service: str, *, at_night: bool = False) -> list[StandingOffer]:
        """List the offers of a service in the file's order; EVERY_PROVIDER lists all providers."""
        key = (service, at_night)
        if key not in self._known:
            entry = PlanEntry(service=service)
            hour = NIGHT_BEGINS if at_night else NIGHT_ENDS
            when = datetime(2000, 1, 1, hour, tzinfo=ZoneInfo(self._rules.settings.timezone))
            need = without_hours(replace(_ANY, when=when), entry, self._rules, self._observations)
            rated = _StandingRater(need)
            self._known[key] = [
                self._offer(number, provider, rated)
                for number, provider in enumerate(self._providers)
                if service == EVERY_PROVIDER or self._is_offered(need, provider)
            ]
        return self._known[key]

    def _is_offered(self, need: Need, provider: Provider) -> bool:
        if not self.service_gate:
            return True
        key = (need.entry.service, provider.services)
        if key not in self._offered:
            gate = self._gates[self.service_gate - 1]
            assert isinstance(gate, StaticGate)  # noqa: S101 - no other form reads these facts
            show = view("provider", gate.provider)
            fails = gate.fails(view("incident", gate.incident)(need), show(provider))
            self._offered[key] = not fails
        return self._offered[key]

    def _offer(self, number: int, provider: Provider, rated: "_StandingRater") -> StandingOffer:
        found, phone = rated.of(provider), provider.phones[0]
        standing_min = found.wait_min + found.turnout_min
        ask_min = found.answer_min / found.acceptance if found.acceptance > 0 else inf
        rest_min = max(0.0, standing_min + found.late_min) + ask_min - self._heads[number]
        return StandingOffer(
            number=number,
            provider=provider.id,
            phone=None if _depends_on_time(provider) else phone.shown,
            first_phone=phone.shown,
            wait_min=found.wait_min,
            turnout_min=found.turnout_min,
            late_min=found.late_min,
            answer_min=found.answer_min,
            acceptance=found.acceptance,
            ask_min=ask_min,
            rest_min=rest_min,
            error_min=found.error_min,
        )

    @cached_property
    def needs_postcodes(self) -> bool:
        """Whether any area depends on a place's postcodes or its distance abroad."""
        return any(isinstance(each.area, Postcodes | Country) for each in self._providers)

    def table(self, service: str, backend: Backend, *, at_night: bool) -> OfferColumns:
        """Make the columns of a service's offers for the kernel."""
        offers = self.of(service, at_night=at_night)
        who = [self._providers[offer.number] for offer in offers]
        openings = [self._openings[offer.number] for offer in offers]
        all_settings = self._rules.settings
        equal_min = [ranking.equal_within_min(each.error_min, all_settings) for each in offers]
        settings: ServiceSettings = all_settings.of(service)
        points = [point_of(one.lat, one.lon) for one in who]
        areas = AreaCorners(one.area for one in who)
        real, whole = backend.real, backend.whole
        return OfferColumns(
            number=whole(offer.number for offer in offers),
            phi=real(radians(one.lat) for one in who),
            cosine=real(cos(radians(one.lat)) for one in who),
            lon=real(one.lon for one in who),
            x=real(x for x, _, _ in points),
            y=real(y for _, y, _ in points),
            z=real(z for _, _, z in points),
            radius_km=real(map(bounding_radius_km, who)),
            area=backend.small(kind_of(one.area) for one in who),
            standing_min=real(offer.standing_min for offer in offers),
            late_min=real(offer.late_min for offer in offers),
            ask_min=real(offer.ask_min for offer in offers),
            rest_min=real(offer.rest_min for offer in offers),
            needs_desk=backend.small(map(self._steps.needs_desk, openings)),
            limits=real(limit.allowed(one) for one in who for *_, limit in self.limits),
            opening=whole(openings),
            polygon_begin=whole(areas.polygon_begin),
            ring_begin=whole(areas.ring_begin),
            corner_begin=whole(areas.corner_begin),
            corner_lat=real(lat for lat, _ in areas.corners),
            corner_lon=real(lon for _, lon in areas.corners),
            leg_km=real(km for km, _ in settings.speed),
            leg_kmh=real(kmh for _, kmh in settings.speed),
            limit_gates=whole(number for number, *_ in self.limits),
            reason_of=whole(self.reason_of_gate),
            detour=settings.detour,
            fallback_min=settings.fallback_min,
            equal_min=max(equal_min, default=0.0),
            asked_gate=self._asked_gate,
            last_gate=len(self._gates),
        )


_OFFERS = (("service",), ("services",))
"""The facts of the gate that decides whether a provider offers a service."""


def point_of(lat: float, lon: float) -> tuple[float, float, float]:
    """Return the point on the unit sphere."""
    found: tuple[float, float, float] = offer_kernel.point(lat, lon)
    return found


class _StandingRater:
    """Rate providers without a drive, each set of values once."""

    def __init__(self, need: Need) -> None:
        self._need = need
        self._known: dict[object, RatedProvider] = {}

    def of(self, provider: Provider) -> RatedProvider:
        """Rate a provider with a drive of 0 minutes."""
        if (provider.id, self._need.entry.service) in self._need.observations.summaries:
            return self._rate(provider)
        key = (
            provider.turnout_min, provider.answer_min, provider.acceptance, provider.hours is None
        )  # fmt: skip
        if key not in self._known:
            self._known[key] = self._rate(provider)
        return self._known[key]

    def _rate(self, provider: Provider) -> RatedProvider:
        eligible = EligibleProvider(
            provider=provider,
            phone=provider.phones[0],
            distance_km=0.0,
            availability=Availability(),
            area_edge=False,
            ask=(),
        )
        experienced, late_min, error_min = incident_ranking.with_experience(eligible, self._need)
        return ranking.rate(experienced, self._need, 0.0, late_min, error_min)


def _depends_on_time(provider: Provider) -> bool:
    """Return whether the time decides which number of a provider is answered first."""
    return len(provider.phones) > 1 and any(phone.hours for phone in provider.phones)
