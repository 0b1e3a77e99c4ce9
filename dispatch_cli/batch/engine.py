"""Rank many incidents exactly like the desk, looking only at those who could stand in the order.

The scan does the arithmetic of ``geo`` and ``ranking`` in the same order of operations, so
that its minutes are theirs to the last bit, and leaves ties to ``ranking.tie``; bounds that are
proven (``tree``) end it early. What it does not know (a wish, another method than the index, the
full record) goes through ``desk.rank_need`` itself. tests/batch/test_engine.py holds both against
the desk and against the formula written down a second time.
"""

from collections.abc import Sequence
from operator import itemgetter
from typing import TYPE_CHECKING

from .. import cascade, desk
from ..eligibility import GATES, Look, Need, first_gate, phone_at, reasons_of
from ..model import Incident, Observations, PlanEntry, Provider
from ..ranking import COMPARED_STEPS_PER_MIN, tie
from .calendar import Calendar
from .offers import Offer, Offers, Shape, Side
from .ranks import Ranked, Ranks, rows_of
from .reach import MOST_LAT, Areas, Reachable
from .scan import NEAR_TIE_MIN, Found, Scan

if TYPE_CHECKING:
    from ..catalog import Catalog

MOST_SHAPES = 20_000
EXCLUSION_REASONS = reasons_of(GATES)


class Engine:
    """Ranks incidents against one provider file, which it reads once.

    Clients and ids of the incidents are those of the file: ``desk.check_names`` refuses others.
    """

    def __init__(
        self,
        catalog: "Catalog",
        *,
        holidays: desk.HolidayDates,
        top: int = 5,
        full: bool = False,
        observations: Observations = Observations(),
    ) -> None:
        self._rules = rules = catalog.rules
        self._full, self._observations = full, observations
        self._providers = catalog.all()
        # Nobody has more ranks than there are providers, whatever was asked for.
        self._top = max(1, min(top, len(self._providers)))
        self._numbers = {each.id: number for number, each in enumerate(self._providers)}
        self._calendar = Calendar(rules.settings.timezone, holidays)
        self._offers = Offers(self._providers, rules, observations, self._calendar)
        self._areas = Areas(self._providers)
        self._reachable: dict[str, Reachable] = {}
        self._shapes: dict[object, Shape] = {}

    def rank(self, incidents: Sequence[Incident]) -> list[tuple[Ranks, ...]]:
        """Rank each incident for each service of its plan, in the order of the plan."""
        return [self._of(incident) for incident in incidents]

    def _of(self, incident: Incident) -> tuple[Ranks, ...]:
        return tuple(self._ranks_of(incident, side) for side in self.shape_of(incident).sides)

    @property
    def is_scalar(self) -> bool:
        """Whether every row goes through the desk itself."""
        return self._full or self._rules.settings.method != "index"

    def _ranks_of(self, incident: Incident, side: Side) -> Ranks:
        is_odd = incident.wish is not None or abs(incident.place.lat) >= MOST_LAT
        if self.is_scalar or is_odd:
            return self._scalar(incident, side.entry)
        return self._scanned(incident, side)

    def shape_of(self, incident: Incident) -> Shape:
        """The shape of an incident, worked out once for all that are alike."""
        vehicle = incident.vehicle
        key = (
            incident.kind, incident.client, vehicle.kind, vehicle.is_heavy, vehicle.ev,
            vehicle.trailer, vehicle.state, incident.spot, incident.trapped, incident.injured > 0,
            bool(incident.hazard), incident.persons, incident.children, incident.pets,
        )  # fmt: skip
        shape = self._shapes.get(key)
        if shape is None:
            if len(self._shapes) >= MOST_SHAPES:
                self._shapes.clear()
            shape = self._shapes[key] = self._offers.shape(incident)
        return shape

    def _scanned(self, incident: Incident, side: Side) -> Ranks:
        service = side.entry.service
        settings = self._rules.settings.of(service)
        reachable = self.reachable(service)
        asked = frozenset(map(self._numbers.__getitem__, incident.asked))
        scan = Scan(incident, settings, asked)
        groups = reachable.by_bound(incident.place)
        found = scan.first(groups, side.out, side.head_starts, self._top)
        first = self._in_order(incident, side, found)
        if side.second is not None and len(first) < self._top:
            rest = self._top - len(first)
            groups = reachable.by_bound(incident.place)
            found = scan.first(groups, side.second, side.head_starts, rest)
            second = self._in_order(incident, side, found)[:rest]
        else:
            second = []
        if not first and not second:
            return Ranks(service=service, rows=(), reason=self._reason(incident, side))
        rows = [self._ranked(incident, side, each, is_outside=False) for each in first]
        rows += [self._ranked(incident, side, each, is_outside=True) for each in second]
        return Ranks(service=service, rows=tuple(rows))

    def reachable(self, service: str) -> Reachable:
        """The offers of a service by the places that they may reach, laid out once."""
        found = self._reachable.get(service)
        if found is None:
            settings, offers = self._rules.settings.of(service), self._offers.of(service)
            found = self._reachable[service] = Reachable(offers, self._areas, settings)
        return found

    def _in_order(self, incident: Incident, side: Side, found: list[Found]) -> list[Found]:
        """Sort what was found, compared in millionths, and break what ties that leaves."""
        found.sort(key=itemgetter(0))
        if len(found) < 2:
            return found
        last_min = found[min(self._top, len(found)) - 1][0] + NEAR_TIE_MIN
        kept = [each for each in found if each[0] <= last_min]
        steps = [round(each[0] * COMPARED_STEPS_PER_MIN) for each in kept]
        if len(set(steps)) < len(steps):
            need = self.need(incident, side.entry)
            by_tie = [
                (step, tie(self._providers[each[3].number].id, need), number)
                for number, (step, each) in enumerate(zip(steps, kept, strict=True))
            ]
            kept = [kept[number] for _, _, number in sorted(by_tie)]
        return kept[: self._top]

    def _ranked(self, incident: Incident, side: Side, found: Found, *, is_outside: bool) -> Ranked:
        order_min, distance_km, travel_min, offer = found
        provider = self._providers[offer.number]
        head_start_min = 0.0 if side.head_starts is None else side.head_starts[offer.number]
        arrival_min = max(0.0, offer.standing_min + travel_min + offer.late_min)
        return Ranked(
            provider.id,
            self.phone_of(offer, incident, side),
            order_min,
            arrival_min + offer.ask_min,
            arrival_min,
            offer.wait_min,
            offer.turnout_min,
            travel_min,
            offer.late_min,
            offer.answer_min,
            offer.acceptance,
            head_start_min,
            distance_km,
            is_outside,
        )

    @property
    def top(self) -> int:
        """How many ranks are said."""
        return self._top

    def offers_of(self, service: str) -> list[Offer]:
        """The offers of one service, in the file's order."""
        return self._offers.of(service)

    def provider_of(self, offer: Offer) -> Provider:
        """Whose offer it is."""
        return self._providers[offer.number]

    def firm_of(self, offer: Offer) -> tuple[str, str]:
        """The provider's id, and its first phone as it is shown."""
        provider = self._providers[offer.number]
        return provider.id, provider.phones[0].shown

    def phone_of(self, offer: Offer, incident: Incident, side: Side) -> str:
        """The number that is answered at the incident's time, as it is shown."""
        if offer.phone is not None:
            return offer.phone
        return phone_at(self._providers[offer.number], self.need(incident, side.entry)).shown

    def need(self, incident: Incident, entry: PlanEntry) -> Need:
        """What the scalar path is asked, with the hours of the batch."""
        return Need(
            incident=incident,
            entry=entry,
            settings=self._rules.settings,
            hours_of=self._calendar.around(incident.when),
            client=self._rules.clients.get(incident.client or ""),
            observations=self._observations,
        )

    def _scalar(self, incident: Incident, entry: PlanEntry) -> Ranks:
        """Rank one service through the desk itself."""
        need = self.need(incident, entry)
        place = incident.place
        if abs(place.lat) < MOST_LAT:
            near = [self._providers[number] for number in self._near(incident)]
        else:
            near = self._providers
        ranked = desk.rank_need(need, near)
        order = ranked.orders.asked
        reasons = [exclusion.reason for exclusion in ranked.excluded]
        if len(near) < len(self._providers):
            reasons.append("outside_area")
        reason = "" if order or not reasons else max(reasons, key=EXCLUSION_REASONS.index)
        rows = rows_of(order[: self._top], need)
        if not self._full:
            return Ranks(service=entry.service, rows=rows, reason=reason)
        counts: dict[str, int] = {}
        for exclusion in ranked.excluded:
            counts[exclusion.reason] = counts.get(exclusion.reason, 0) + 1
        others = len(self._providers) - len(near)
        if others:
            counts["outside_area"] = counts.get("outside_area", 0) + others
        chances = cascade.chances(order)
        return Ranks(
            service=entry.service,
            rows=rows,
            reason=reason,
            expected_min=cascade.expected_min(
                order, self._rules.settings.of(entry.service).fallback_min
            ),
            success_probability=chances[-1] if chances else 0.0,
            counts=counts,
        )

    def _near(self, incident: Incident) -> list[int]:
        """Number those whose area may hold a place, whatever they offer, in the file's order."""
        return sorted(offer.number for offer in self.reachable("").around(incident.place))

    def _reason(self, incident: Incident, side: Side) -> str:
        """Say which gate was the last that anybody came to, where nobody is left."""
        need = self.need(incident, side.entry)
        last = -1
        for offer in self.reachable(side.entry.service).around(incident.place):
            last = max(last, _stopped_at(Look(need, self._providers[offer.number])))
        if last > 0:
            return EXCLUSION_REASONS[last]
        fails_area = GATES[0].stops
        for number in self._near(incident):
            if not fails_area(Look(need, self._providers[number])):
                return "service_not_offered"
        return "outside_area" if self._providers else ""


def _stopped_at(look: Look) -> int:
    """The number of the first gate that stops a provider; that of the last resort if none does."""
    gate = first_gate(look)
    return len(EXCLUSION_REASONS) - 1 if gate is None else EXCLUSION_REASONS.index(gate.reason)
