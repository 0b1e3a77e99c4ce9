"""Everything about providers that depends on neither place nor time of an incident.

An ``Offer`` is a provider's standing minutes for one service, taken from ``ranking.rate`` itself
with no way to drive. A ``Shape`` is what incidents of the same kind, client and vehicle share: the
services of their plan, and of each who is out by the gates that only look at such facts.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from math import cos, inf, radians, sin
from typing import Any, NamedTuple

from msgspec import Struct

from .. import desk, plans, ranking
from ..candidates import Rated
from ..eligibility import GATES, Eligible, HoursOf, Look, Need, is_on_list, reasons_of
from ..model import (
    Area,
    Availability,
    Circle,
    Hold,
    Incident,
    Observations,
    Place,
    PlanEntry,
    Provider,
    Rules,
    Span,
    Timetable,
)
from ..results import EmergencyCall
from .calendar import Calendar, Opening

_FAILS = {
    reason: lambda look, reason=reason: any(
        gate.stops(look) for gate in GATES if gate.reason == reason
    )
    for reason in reasons_of(GATES)
}
_PLAIN = Incident(kind="", place=Place(lat=0.0, lon=0.0), when=datetime(2000, 1, 1, tzinfo=UTC))
_ALWAYS = Span(0, 0, "open")


_NEVER = (inf, inf, 0.0, 0.0, 0.0, 0.0)
_Facts = tuple[Any, ...]
"""The first fields of an offer."""


class Offer(NamedTuple):
    """A provider's way to one service. Limits that the file does not say are infinite.

    ``rest_min`` is the least that order_min can be: nothing to drive and the largest head start.
    """

    number: int
    lat: float
    phi: float
    cosine: float
    lon: float
    point: tuple[float, float, float]
    radius_km: float
    area: Area | None
    max_weight_t: float
    max_height_m: float
    height_m: float
    hold: Hold | None
    opening: Opening
    stopped_by: str
    phone: str | None
    standing_min: float
    late_min: float
    ask_min: float
    rest_min: float
    wait_min: float
    turnout_min: float
    answer_min: float
    acceptance: float


CLIENT, VEHICLE, EQUIPMENT, LATER = 1, 2, 4, 8


def point_of(lat: float, lon: float) -> tuple[float, float, float]:
    """The point on the unit sphere: the way through the earth is never more than that round it.

    Coordinates are good to a few 1e-16, so that a chord is good to some 1e-11 km.
    """
    phi, turn = radians(lat), radians(lon)
    return cos(phi) * cos(turn), cos(phi) * sin(turn), sin(phi)


class Side(Struct, frozen=True):
    """One service of a shape. ``out`` is 0 for whoever no gate of these facts stops.

    Else it is the sum of CLIENT, VEHICLE, EQUIPMENT and, for those who come in their turn after a
    client's list, LATER. ``second`` is None, or ``out`` for that turn. ``head_starts`` is None
    where nobody has one.
    """

    entry: PlanEntry
    out: bytes
    second: bytes | None
    head_starts: tuple[float, ...] | None


class Shape(Struct, frozen=True):
    """The sides of an incident's plan, and whom to dial before everything."""

    sides: tuple[Side, ...]
    emergency: tuple[EmergencyCall, ...]


class Offers:
    """The providers of a file as the engine looks at them."""

    def __init__(
        self,
        providers: Sequence[Provider],
        rules: Rules,
        observations: Observations,
        calendar: Calendar,
    ) -> None:
        self.providers, self.rules, self.observations = providers, rules, observations
        self.calendar = calendar
        self._by_service: dict[str, list[Offer]] = {}
        self._masks: dict[object, int] = {}
        self._no_units = b""
        self._known_facts: list[_Facts] = []
        self._heads: dict[str, tuple[float, ...] | None] = {}
        self._most_heads: tuple[float, ...] | None = None

    def of(self, service: str) -> list[Offer]:
        """List whoever offers a service, in the file's order; everybody for an empty name.

        Nobody is ranked for an empty name: those offers have a place and no minutes.
        """
        if service not in self._by_service:
            if not service:
                found = [Offer._make((*facts, 0.0, 0.0, *_NEVER)) for facts in self._facts()]
            else:
                found = self._rated(service)
            self._by_service[service] = found
        return self._by_service[service]

    def _rated(self, service: str) -> list[Offer]:
        need = _stand_in(self.rules, PlanEntry(service=service), _PLAIN, self.observations)
        standing, heads, facts = _Standing(need), self.most_head_starts(), self._facts()
        offers = []
        for number, provider in enumerate(self.providers):
            if service not in provider.services:
                continue
            found = standing.of(provider)
            standing_min, late_min = found.wait_min + found.turnout_min, found.late_min
            ask_min = found.answer_min / found.acceptance if found.acceptance > 0 else inf
            rest_min = max(0.0, standing_min + late_min) + ask_min - heads[number]
            offers.append(
                Offer._make(
                    (
                        *facts[number],
                        standing_min,
                        late_min,
                        ask_min,
                        inf if facts[number][-2] else rest_min,
                        found.wait_min,
                        found.turnout_min,
                        found.answer_min,
                        found.acceptance,
                    )
                )
            )
        return offers

    def _facts(self) -> list[_Facts]:
        """What holds for all of a provider's offers, up to ``phone``."""
        if not self._known_facts:
            stopped_by, names = self._stopped(), ("", "no_unit", "down", "no_unit")
            self._known_facts = [
                (number, *_place_of(each), _limit(each.max_weight_t, inf),
                 _limit(each.max_height_m, inf), _limit(each.height_m, -inf), each.on_hold,
                 self.calendar.opening(each, each.region), names[stopped_by[number]],
                 each.phones[0].shown if each.phones[0].hours is None else None)
                for number, each in enumerate(self.providers)
            ]  # fmt: skip
        return self._known_facts

    def most_head_starts(self) -> tuple[float, ...]:
        """The largest head start that any client gives each provider."""
        if self._most_heads is None:
            found = [heads for client in self.rules.clients if (heads := self._head_starts(client))]
            none = (0.0,) * len(self.providers)
            self._most_heads = tuple(map(max, none, *found)) if found else none
        return self._most_heads

    def _head_starts(self, client_id: str | None) -> tuple[float, ...] | None:
        """The minutes that a client's contract gives each provider; None: nobody has any."""
        client = self.rules.clients.get(client_id or "")
        if client is None or not client.head_start_min:
            return None
        if client.id not in self._heads:
            self._heads[client.id] = tuple(
                client.head_start_min if is_on_list(each, client.prefer) else 0.0
                for each in self.providers
            )
        return self._heads[client.id]

    def shape(self, incident: Incident) -> Shape:
        """Work out the plan of an incident, and who is out of each service by its facts."""
        entries = plans.services_for(incident, self.rules)
        return Shape(
            tuple(self._side(incident, entry) for entry in entries),
            plans.emergency_calls(incident, self.rules),
        )

    def _side(self, incident: Incident, entry: PlanEntry) -> Side:
        need = _stand_in(self.rules, entry, incident, self.observations)
        client = need.client
        out = (
            CLIENT * self._mask("client_not_served", need, incident.client, incident.in_danger)
            | VEHICLE * self._mask("vehicle_class", need, incident.vehicle.kind)
            | EQUIPMENT * self._mask("equipment_missing", need, need.equipment)
        )
        second = None
        if client is not None and client.only and not (incident.in_danger or client.only_strict):
            on_list = self._listed(client.only)
            everybody = (1 << 8 * len(self.providers)) // 255
            out, second = out | LATER * (everybody ^ on_list), self._bytes(out | LATER * on_list)
        heads = None if incident.in_danger else self._head_starts(incident.client)
        return Side(entry, self._bytes(out), second, heads)

    def _bytes(self, mask: int) -> bytes:
        return mask.to_bytes(len(self.providers), "little")

    def _mask(self, reason: str, need: Need, *facts: object) -> int:
        """Ask one gate of everybody, once for each combination of what it looks at."""
        key = (reason, *facts)
        if key not in self._masks:
            fails = _FAILS[reason]
            known: dict[object, int] = {}
            found = bytearray(len(self.providers))
            strict = need.client is not None and need.client.only_strict
            is_by_provider = strict and reason == "client_not_served"
            availability = self.observations.availability
            for number, provider in enumerate(self.providers):
                about = _ABOUT[reason](provider, availability)
                verdict = known.get(about)
                if verdict is None or is_by_provider:
                    verdict = known[about] = int(fails(Look(need, provider)))
                found[number] = verdict
            self._masks[key] = int.from_bytes(found, "little")
        return self._masks[key]

    def _stopped(self) -> bytes:
        """Who has nothing to send whatever is asked: 1 without a unit, 2 down, 3 both."""
        if not self._no_units:
            need = _stand_in(self.rules, PlanEntry(service=""), _PLAIN, self.observations)
            mask = self._mask("no_unit", need) | 2 * self._mask("down", need)
            self._no_units = self._bytes(mask)
        return self._no_units

    def _listed(self, names: tuple[str, ...]) -> int:
        if names not in self._masks:
            listed = bytes(is_on_list(each, names) for each in self.providers)
            self._masks[names] = int.from_bytes(listed, "little")
        return self._masks[names]


# What of a provider each gate looks at, but for a strict list, which may name it or its tags.
_ABOUT: dict[str, Callable[[Provider, dict[str, Availability]], object]] = {
    "client_not_served": lambda provider, _: provider.clients,
    "vehicle_class": lambda provider, _: provider.vehicle_classes,
    "equipment_missing": lambda provider, _: provider.equipment,
    "no_unit": lambda provider, seen: (provider.units, seen.get(provider.id)),
    "down": lambda provider, seen: seen.get(provider.id),
}


class _Standing:
    """The standing minutes of providers, each set of values rated once."""

    def __init__(self, need: Need) -> None:
        self._need = need
        self._known: dict[object, Rated] = {}

    def of(self, provider: Provider) -> Rated:
        need = self._need
        seen = need.observations
        availability = seen.availability.get(provider.id)
        if (provider.id, need.entry.service) in seen.summaries:
            return self._rated(provider, availability)
        key = (provider.turnout_min, provider.answer_min, provider.acceptance, availability)
        if key not in self._known:
            self._known[key] = self._rated(provider, availability)
        return self._known[key]

    def _rated(self, provider: Provider, availability: Availability | None) -> Rated:
        eligible = Eligible(
            provider=provider,
            phone=provider.phones[0],
            distance_km=0.0,
            span=_ALWAYS,
            open_until=None,
            availability=availability or Availability(),
            area_edge=False,
            ask=(),
        )
        if not self._need.observations.summaries:
            return ranking.rate(eligible, self._need, 0.0)
        experienced, late_min = desk.with_experience(eligible, self._need)
        return ranking.rate(experienced, self._need, 0.0, late_min)


def _place_of(provider: Provider) -> _Facts:
    area, phi = provider.area, radians(provider.lat)
    is_circle = isinstance(area, Circle)
    return (
        provider.lat,
        phi,
        cos(phi),
        provider.lon,
        point_of(provider.lat, provider.lon),
        area.radius_km if isinstance(area, Circle) else inf,
        None if is_circle else area,
    )


def _limit(value: float | None, unlimited: float) -> float:
    return unlimited if value is None else value


def _no_hours(whose: object, region: str) -> Timetable:
    raise AssertionError("no gate of these facts looks at hours")


def _stand_in(
    rules: Rules, entry: PlanEntry, incident: Incident, observations: Observations
) -> Need:
    hours_of: HoursOf = _no_hours
    return Need(
        incident=incident,
        entry=entry,
        settings=rules.settings,
        hours_of=hours_of,
        client=rules.clients.get(incident.client or ""),
        observations=observations,
    )
