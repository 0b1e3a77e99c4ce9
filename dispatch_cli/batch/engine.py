"""Rank many incidents exactly like the desk, without rating every provider for each incident.

The kernel finds the first few offers of each order. Ties and equals are sorted here by exact
arithmetic and the tie rule. All other cases (a wish, another method than the index, the full
record, a row too close to a limit) are ranked by ``desk.rank_need`` itself.
"""

from collections.abc import Sequence
from functools import cached_property
from math import ceil, log2
from typing import TYPE_CHECKING, Any

from .. import cascade, chain, geo, incident_ranking
from ..availability import HolidayDates
from ..catalog.area_index import AreaIndex, make_area_index
from ..eligibility import GATES, Gate, Need, gate_facts, phone_at, reasons_of
from ..model import Incident, Observations, Place, PlanEntry
from ..ranking import COMPARED_STEPS_PER_MIN, equal_within_min, in_turn, is_night, tie
from . import kernel, offer_kernel
from .index.cells import CellLists, key_of
from .index.postcode_entries import all_codes, code_entries, numbers_of
from .kernel_tables import Backend, CodeEntries, OfferColumns, TaskResults, TaskTable
from .offers import EVERY_PROVIDER, StandingOffer, StandingOffers
from .ranks import RankedProvider, ServiceRanks
from .shapes import IncidentShapes, ServiceSide
from .side_tables import SideTables
from .time_steps import TimeSteps, lazy_stretch

if TYPE_CHECKING:
    from ..catalog import Catalog

MOST_LAT = 85.0
"""Nearer to a pole, cells are too narrow, and there are no roads."""


class Engine:
    """Rank incidents with one provider file, which is read once.

    The clients and ids of the incidents must be in the file, as ``desk.check_names`` ensures.
    Raises UnknownFormError or UnknownFactError for gates that it cannot evaluate.
    """

    kernel: Any = kernel
    backend = Backend()

    def __init__(
        self,
        catalog: "Catalog",
        *,
        holidays: HolidayDates,
        top: int = 5,
        full: bool = False,
        observations: Observations = Observations(),
        gates: Sequence[Gate] = GATES,
    ) -> None:
        self.rules = rules = catalog.rules
        self.gates, self._full, self._observations = gates, full, observations
        self.gate_facts = gate_facts(gates)
        self.providers = catalog.all()
        # There cannot be more ranks than providers.
        self.top = max(1, min(top, len(self.providers)))
        self._numbers = {each.id: number for number, each in enumerate(self.providers)}
        self.steps = TimeSteps(rules.settings, holidays, observations, gates)
        self.shapes = IncidentShapes(self.providers, rules, observations, gates)
        self.offers = StandingOffers(
            self.providers,
            rules,
            observations,
            steps=self.steps,
            gates=gates,
            largest_head_starts=self.shapes.largest_head_starts(),
        )
        self.reasons = reasons_of(gates)
        self._tables: dict[tuple[str, bool], OfferColumns] = {}
        self._cells: dict[tuple[str, float], CellLists] = {}
        self._coded: dict[str, CodeEntries] = {}
        self.sides = SideTables(self.backend, len(self.providers))
        self._hours = self.steps.lazy_hours()

    @cached_property
    def _index(self) -> AreaIndex:
        return make_area_index(self.providers)

    @property
    def is_scalar(self) -> bool:
        """Whether every row is ranked by the desk itself."""
        return self._full or self.rules.settings.method != "index"

    def rank(self, incidents: Sequence[Incident]) -> list[tuple[ServiceRanks, ...]]:
        """Rank each incident for each service of its plan, in the order of the plan."""
        return [self._rank_row(incident) for incident in incidents]

    def _rank_row(self, incident: Incident) -> tuple[ServiceRanks, ...]:
        """Rank one incident for each service of its plan."""
        sides = self.shapes.of(incident).sides
        if not self._full:
            return tuple(self._rank_side(incident, side) for side in sides)
        entries = {side.entry.service: side.entry for side in sides}
        found: dict[str, ServiceRanks] = {}

        def minutes_of(service: str, start_min: float) -> float:
            found[service] = self.by_desk(incident, entries[service], start_min)
            return (found[service].expected_min or 0.0) - start_min

        afters = {service: entry.after for service, entry in entries.items()}
        chain.linked(afters, minutes_of, self.rules.settings)
        return tuple(found[service] for service in entries)

    def _rank_side(self, incident: Incident, side: ServiceSide) -> ServiceRanks:
        """Rank one service of one incident."""
        place, service = incident.place, side.entry.service
        codes = self.codes_of(place)
        if self.is_for_desk(incident) or codes is None:
            return self.by_desk(incident, side.entry)
        rows, found = self._one_row(incident, side, codes), self._room()
        wide_km = rounded_up(place.uncertainty_km)

        at_night = self.is_night(incident)

        def arguments(name: str) -> tuple[Any, ...]:
            cells = self.cells(name, wide_km).single(key_of(place.lat, place.lon))
            table = self.table(name, at_night=at_night)
            return (table, self._hours, self.sides.one(side), cells, self.coded(name))

        kernel.rank(*arguments(service), rows, found, 0, 1, self.top)
        verdict = found.verdict[0]
        if verdict == kernel.UNSERVED:
            gates = [0]
            kernel.find_last_reason(*arguments(service), rows, (0,), gates)
            furthest = gates[0]
            if 0 <= furthest <= self.offers.reason_of_gate[self.offers.service_gate]:
                kernel.find_last_reason(*arguments(EVERY_PROVIDER), rows, (0,), gates)
                furthest = -1 if gates[0] < 0 else max(furthest, gates[0])
            if furthest >= 0:
                return ServiceRanks(service=service, rows=(), reason=self.reason_of(furthest))
            verdict = kernel.UNSURE
        if verdict == kernel.UNSURE:
            return self.by_desk(incident, side.entry)
        taken = range(found.count[0])
        order = [(found.offer[at], found.travel_min[at], found.distance_km[at]) for at in taken]
        return self.ranks_of(incident, side, order, found.listed[0], is_tied=verdict == kernel.TIED)

    def _one_row(self, incident: Incident, side: ServiceSide, codes: list[int]) -> TaskTable:
        place = incident.place
        need = self.need(incident, side.entry)
        asked = self.asked_of(incident)
        return TaskTable(
            lat=(place.lat,),
            lon=(place.lon,),
            uncertainty_km=(place.uncertainty_km,),
            foreign_km=(place.surely_abroad_km,),
            at_us=(incident.when.timestamp() * 1e6,),
            stretch=(lazy_stretch(incident.when),),
            limits=tuple(limit.asked(need) for *_, limit in self.offers.limits),
            side=(0,),
            cell=(0,),
            code_begin=(0,),
            code_end=(len(codes),),
            codes=codes,
            asked_begin=(0,),
            asked_end=(len(asked),),
            asked=asked,
        )

    def _room(self) -> TaskResults:
        offers, minutes = self.backend.empty(self.top + kernel.SPARE)
        return TaskResults(offers, minutes, [*minutes], [*minutes], [0], [0], [0])

    def is_for_desk(self, incident: Incident) -> bool:
        """Return whether an incident must be ranked by the desk."""
        return self.is_scalar or incident.wish is not None or abs(incident.place.lat) >= MOST_LAT

    def codes_of(self, place: Place) -> list[int] | None:
        """Return the numbers of a place's possible postcodes; None if one is unknown."""
        if not self.offers.needs_postcodes:
            return []
        return numbers_of((place.postcode, *place.postcodes))

    def asked_of(self, incident: Incident) -> list[int]:
        """Return the numbers of the providers that were asked already."""
        return [self._numbers[each] for each in incident.asked]

    def is_night(self, incident: Incident) -> bool:
        """Return whether it is night; False if no provider differs at night."""
        zone = self.rules.settings.timezone
        return self.offers.differ_at_night and is_night(incident.when, zone)

    def table(self, service: str, *, at_night: bool = False) -> OfferColumns:
        """Return the offers of a service in columns, made once."""
        key = (service, at_night)
        if key not in self._tables:
            self._tables[key] = self.offers.table(service, self.backend, at_night=at_night)
        return self._tables[key]

    def cells(self, service: str, wide_km: float) -> CellLists:
        """Return the cells of a service for places with an uncertainty up to ``wide_km``."""
        key = (service, wide_km)
        if key not in self._cells:
            table = self.table(service)
            measured = [at for at, kind in enumerate(table.area) if kind != offer_kernel.POSTCODES]
            self._cells[key] = CellLists(self.kernel, self.backend, table, measured, wide_km)
        return self._cells[key]

    def coded(self, service: str) -> CodeEntries:
        """Return the offers of a service by postcode, made once; none if no area has postcodes."""
        if service not in self._coded:
            offers = self.offers.of(service)
            self._coded[service] = code_entries(
                all_codes() if self.offers.needs_postcodes else (),
                [self.providers[offer.number] for offer in offers],
                [offer.rest_min for offer in offers],
                self.backend,
            )
        return self._coded[service]

    def reason_of(self, furthest: int) -> str:
        """Return the last reason that any provider reached, by its number; 0: none is near."""
        return self.reasons[max(furthest, 1) - 1] if self.providers else ""

    def ranks_of(
        self,
        incident: Incident,
        side: ServiceSide,
        order: Sequence[tuple[int, float, float]],
        listed: int,
        *,
        is_tied: bool,
    ) -> ServiceRanks:
        """Make the ranks of the offers that the kernel found, with travel_min and distance_km.

        The first ``listed`` offers are those on a client's list. Ties are sorted exactly.
        """
        offers = self.offers.of(side.entry.service, at_night=self.is_night(incident))
        found = [self._ranked(incident, side, offers[offer], *way) for offer, *way in order]
        parts = [found] if side.listed is None or listed >= self.top else [
            found[:listed], found[listed:]
        ]  # fmt: skip
        if is_tied:
            parts = [self._sort_exactly(incident, side, part) for part in parts]
        rows = [row for part in parts for row in part][: self.top]
        return ServiceRanks(service=side.entry.service, rows=tuple(rows))

    def _ranked(
        self,
        incident: Incident,
        side: ServiceSide,
        offer: StandingOffer,
        travel_min: float,
        distance_km: float,
    ) -> RankedProvider:
        head_start_min = 0.0 if side.head_starts is None else side.head_starts[offer.number]
        arrival_min = max(0.0, offer.standing_min + travel_min + offer.late_min)
        index_min = arrival_min + offer.ask_min
        return RankedProvider(
            offer.provider,
            self.phone_of(offer, incident, side.entry),
            index_min - head_start_min,
            index_min,
            arrival_min,
            offer.wait_min,
            offer.turnout_min,
            travel_min,
            offer.late_min,
            offer.answer_min,
            offer.acceptance,
            head_start_min,
            distance_km,
            side.listed is not None and not side.listed[offer.number],
        )

    def _sort_exactly(
        self, incident: Incident, side: ServiceSide, part: Sequence[RankedProvider]
    ) -> list[RankedProvider]:
        """Sort one part of the offers by exact minutes, as the desk does."""
        place, need = incident.place, self.need(incident, side.entry)
        settings = need.settings.of(side.entry.service)
        listed = self.offers.of(side.entry.service, at_night=self.is_night(incident))
        offers = {offer.provider: offer for offer in listed}
        exact = []
        for row in part:
            offer = offers[row.provider]
            base = self.providers[offer.number]
            km = geo.great_circle_km(base.lat, base.lon, place.lat, place.lon)
            travel_min = geo.crow_fly_min(km, settings)
            exact.append(self._ranked(incident, side, offer, travel_min, km))
        return in_turn(
            exact,
            lambda row: round(row.order_min * COMPARED_STEPS_PER_MIN),
            lambda row: equal_within_min(offers[row.provider].error_min, need.settings),
            lambda row: tie(row.provider, need),
        )

    def phone_of(self, offer: StandingOffer, incident: Incident, entry: PlanEntry) -> str:
        """Return the number that is answered at the incident's time, as it is shown."""
        if offer.phone is not None:
            return offer.phone
        return phone_at(self.providers[offer.number], self.need(incident, entry)).shown

    def need(self, incident: Incident, entry: PlanEntry) -> Need:
        """Make the need that the desk ranks, with the hours of the batch."""
        return Need(
            incident=incident,
            entry=entry,
            settings=self.rules.settings,
            hours_of=self.steps.around(incident.when),
            client=self.rules.clients.get(incident.client or ""),
            observations=self._observations,
        )

    def rank_some(
        self, incident: Incident, service: str, providers: Sequence[str]
    ) -> tuple[RankedProvider, ...]:
        """Rank some providers for one service by the desk; excluded ones are left out."""
        sides = self.shapes.of(incident).sides
        entry = next(side.entry for side in sides if side.entry.service == service)
        need = self.need(incident, entry)
        named = [self.providers[self._numbers[each]] for each in providers]
        order = incident_ranking.rank_need(need, named, self.gates).orders.asked
        return tuple(RankedProvider.of(rated, need) for rated in order)

    def by_desk(self, incident: Incident, entry: PlanEntry, start_min: float = 0.0) -> ServiceRanks:
        """Rank one service by the desk, if it starts ``start_min`` after the incident."""
        need = self.need(incident, entry)
        near = [self.providers[number] for number in self._index.near(incident.place)]
        ranked = incident_ranking.rank_need(need, near, self.gates)
        order = ranked.orders.asked
        counts = ranked.counts(self.gates, not_near=len(self.providers) - len(near))
        reason = "" if order or not counts else max(counts, key=self.reasons.index)
        rows = tuple(RankedProvider.of(rated, need) for rated in order[: self.top])
        if not self._full:
            return ServiceRanks(service=entry.service, rows=rows, reason=reason)
        chances = cascade.chances(order)
        fallback_min = self.rules.settings.of(entry.service).fallback_min
        return ServiceRanks(
            service=entry.service,
            rows=rows,
            reason=reason,
            expected_min=start_min + cascade.expected_min(order, fallback_min, start_min),
            success_probability=chances[-1] if chances else 0.0,
            counts=counts,
        )


def rounded_up(uncertainty_km: float) -> float:
    """Round up to 0 or a power of two, so that few lists are needed for all places."""
    return 2.0 ** ceil(log2(max(uncertainty_km, 1.0))) if uncertainty_km > 0 else 0.0
