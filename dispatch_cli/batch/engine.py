"""Rank many incidents exactly like the desk, looking only at offers that could stand in the order.

The kernel finds the first few of each order. What it leaves open is settled here: ties and equals
by exact arithmetic and the tie rule, everything else (a wish, another method than the index, the
full record, a row too close to a limit) by ``desk.rank_need`` itself.
"""

from collections.abc import Sequence
from functools import cached_property
from math import ceil, log2
from typing import TYPE_CHECKING, Any

from .. import cascade, chain, desk, geo
from ..availability import HolidayDates
from ..catalog.area_index import AreaIndex, make_area_index
from ..eligibility import GATES, Gate, Need, gate_facts, phone_at, reasons_of
from ..model import Incident, Observations, Place, PlanEntry
from ..ranking import COMPARED_STEPS_PER_MIN, equal_within_min, in_turn, is_night, tie
from . import kernel, offer_kernel
from .index.cells import CellLists, key_of
from .index.postcode_entries import all_codes, code_entries, numbers_of
from .kernel_tables import Backend, CodeEntries, Found, Rows, Table
from .offers import EVERY_PROVIDER, Offer, Offers
from .ranks import Ranked, Ranks
from .shapes import Shapes, Side
from .side_columns import SideColumns
from .time_steps import TimeSteps, lazy_stretch

if TYPE_CHECKING:
    from ..catalog import Catalog

MOST_LAT = 85.0
"""Beyond it cells are no good, and there are no roads."""


class Engine:
    """Ranks incidents against one provider file, which it reads once.

    Clients and ids of the incidents are those of the file: ``desk.check_names`` refuses others.
    Raises UnknownFormError or UnknownFactError for a table of gates that it cannot honour.
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
        # There are no more ranks than providers, whatever was asked for.
        self.top = max(1, min(top, len(self.providers)))
        self._numbers = {each.id: number for number, each in enumerate(self.providers)}
        self.steps = TimeSteps(rules.settings, holidays, observations, gates)
        self.shapes = Shapes(self.providers, rules, observations, gates)
        self.offers = Offers(
            self.providers,
            rules,
            observations,
            steps=self.steps,
            gates=gates,
            most_head_starts=self.shapes.most_head_starts(),
        )
        self.reasons = reasons_of(gates)
        self._tables: dict[tuple[str, bool], Table] = {}
        self._cells: dict[tuple[str, float], CellLists] = {}
        self._coded: dict[str, CodeEntries] = {}
        self.sides = SideColumns(self.backend, len(self.providers))
        self._hours = self.steps.lazy_hours()

    @cached_property
    def _index(self) -> AreaIndex:
        return make_area_index(self.providers)

    @property
    def is_scalar(self) -> bool:
        """Whether every row goes through the desk itself."""
        return self._full or self.rules.settings.method != "index"

    def rank(self, incidents: Sequence[Incident]) -> list[tuple[Ranks, ...]]:
        """Rank each incident for each service of its plan, in the order of the plan."""
        return [self._rank_row(incident) for incident in incidents]

    def _rank_row(self, incident: Incident) -> tuple[Ranks, ...]:
        """Rank one incident for each service of its plan."""
        sides = self.shapes.of(incident).sides
        if not self._full:
            return tuple(self._rank_side(incident, side) for side in sides)
        entries = {side.entry.service: side.entry for side in sides}
        found: dict[str, Ranks] = {}

        def minutes_of(service: str, start_min: float) -> float:
            found[service] = self.by_desk(incident, entries[service], start_min)
            return (found[service].expected_min or 0.0) - start_min

        afters = {service: entry.after for service, entry in entries.items()}
        chain.linked(afters, minutes_of, self.rules.settings)
        return tuple(found[service] for service in entries)

    def _rank_side(self, incident: Incident, side: Side) -> Ranks:
        """Rank one service of one incident."""
        place, service = incident.place, side.entry.service
        codes = self.codes_of(place)
        if self.is_for_desk(incident) or codes is None:
            return self.by_desk(incident, side.entry)
        rows, found = self._one_row(incident, side, codes), self._room()
        wide_km = rounded_up(place.uncertainty_km)

        at_night = self.is_night(incident)

        def asked(name: str) -> tuple[Any, ...]:
            cells = self.cells(name, wide_km).single(key_of(place.lat, place.lon))
            table = self.table(name, at_night=at_night)
            return (table, self._hours, self.sides.one(side), cells, self.coded(name))

        kernel.rank(*asked(service), rows, found, 0, 1, self.top)
        verdict = found.verdict[0]
        if verdict == kernel.NOBODY:
            gates = [0]
            kernel.find_furthest(*asked(service), rows, (0,), gates)
            furthest = gates[0]
            if 0 <= furthest <= self.offers.turns[self.offers.service_gate]:
                kernel.find_furthest(*asked(EVERY_PROVIDER), rows, (0,), gates)
                furthest = -1 if gates[0] < 0 else max(furthest, gates[0])
            if furthest >= 0:
                return Ranks(service=service, rows=(), reason=self.reason_of(furthest))
            verdict = kernel.UNSURE
        if verdict == kernel.UNSURE:
            return self.by_desk(incident, side.entry)
        taken = range(found.count[0])
        order = [(found.offer[at], found.travel_min[at], found.distance_km[at]) for at in taken]
        return self.ranks_of(incident, side, order, found.listed[0], is_tied=verdict == kernel.TIED)

    def _one_row(self, incident: Incident, side: Side, codes: list[int]) -> Rows:
        place = incident.place
        need = self.need(incident, side.entry)
        asked = self.asked_of(incident)
        return Rows(
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

    def _room(self) -> Found:
        offers, minutes = self.backend.empty(self.top + kernel.SPARE)
        return Found(offers, minutes, [*minutes], [*minutes], [0], [0], [0])

    def is_for_desk(self, incident: Incident) -> bool:
        """Whether only the desk knows how to rank an incident."""
        return self.is_scalar or incident.wish is not None or abs(incident.place.lat) >= MOST_LAT

    def codes_of(self, place: Place) -> list[int] | None:
        """The numbers of the postcodes in which a place may lie; None if one is not known."""
        if not self.offers.needs_postcodes:
            return []
        return numbers_of((place.postcode, *place.postcodes))

    def asked_of(self, incident: Incident) -> list[int]:
        """The numbers of the providers that have been asked."""
        return [self._numbers[each] for each in incident.asked]

    def is_night(self, incident: Incident) -> bool:
        """Whether it is night, and that makes a difference to any provider."""
        zone = self.rules.settings.timezone
        return self.offers.differ_at_night and is_night(incident.when, zone)

    def table(self, service: str, *, at_night: bool = False) -> Table:
        """The offers of a service as columns, laid out once."""
        key = (service, at_night)
        if key not in self._tables:
            self._tables[key] = self.offers.table(service, self.backend, at_night=at_night)
        return self._tables[key]

    def cells(self, service: str, wide_km: float) -> CellLists:
        """The cells of a service for rows that are no more uncertain than ``wide_km``."""
        key = (service, wide_km)
        if key not in self._cells:
            table = self.table(service)
            measured = [at for at, kind in enumerate(table.area) if kind != offer_kernel.POSTCODES]
            self._cells[key] = CellLists(self.kernel, self.backend, table, measured, wide_km)
        return self._cells[key]

    def coded(self, service: str) -> CodeEntries:
        """The offers of a service by postcode, laid out once; none if no row has postcodes."""
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
        """The furthest reason that any provider came to, by its place; 0: no provider is near."""
        return self.reasons[max(furthest, 1) - 1] if self.providers else ""

    def ranks_of(
        self,
        incident: Incident,
        side: Side,
        order: Sequence[tuple[int, float, float]],
        listed: int,
        *,
        is_tied: bool,
    ) -> Ranks:
        """Make the ranks of what the kernel has found: offers with travel_min and distance_km.

        The first ``listed`` are those of a client's list, where it has one. Ties are settled.
        """
        offers = self.offers.of(side.entry.service, at_night=self.is_night(incident))
        found = [self._ranked(incident, side, offers[offer], *way) for offer, *way in order]
        turns = [found] if side.listed is None or listed >= self.top else [
            found[:listed], found[listed:]
        ]  # fmt: skip
        if is_tied:
            turns = [self._settled(incident, side, turn) for turn in turns]
        rows = [row for turn in turns for row in turn][: self.top]
        return Ranks(service=side.entry.service, rows=tuple(rows))

    def _ranked(
        self, incident: Incident, side: Side, offer: Offer, travel_min: float, distance_km: float
    ) -> Ranked:
        head_start_min = 0.0 if side.head_starts is None else side.head_starts[offer.number]
        arrival_min = max(0.0, offer.standing_min + travel_min + offer.late_min)
        index_min = arrival_min + offer.ask_min
        return Ranked(
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

    def _settled(self, incident: Incident, side: Side, turn: Sequence[Ranked]) -> list[Ranked]:
        """Sort one turn by exact minutes, as the desk does."""
        place, need = incident.place, self.need(incident, side.entry)
        settings = need.settings.of(side.entry.service)
        listed = self.offers.of(side.entry.service, at_night=self.is_night(incident))
        offers = {offer.provider: offer for offer in listed}
        exact = []
        for row in turn:
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

    def phone_of(self, offer: Offer, incident: Incident, entry: PlanEntry) -> str:
        """The number that is answered at the incident's time, as it is shown."""
        if offer.phone is not None:
            return offer.phone
        return phone_at(self.providers[offer.number], self.need(incident, entry)).shown

    def need(self, incident: Incident, entry: PlanEntry) -> Need:
        """What the desk is asked, with the hours of the batch."""
        return Need(
            incident=incident,
            entry=entry,
            settings=self.rules.settings,
            hours_of=self.steps.around(incident.when),
            client=self.rules.clients.get(incident.client or ""),
            observations=self._observations,
        )

    def by_desk(self, incident: Incident, entry: PlanEntry, start_min: float = 0.0) -> Ranks:
        """Rank one service through the desk itself, asked for so long after the incident."""
        need = self.need(incident, entry)
        near = [self.providers[number] for number in self._index.near(incident.place)]
        ranked = desk.rank_need(need, near, self.gates)
        order = ranked.orders.asked
        counts = ranked.counts(self.gates, not_near=len(self.providers) - len(near))
        reason = "" if order or not counts else max(counts, key=self.reasons.index)
        rows = tuple(Ranked.of(rated, need) for rated in order[: self.top])
        if not self._full:
            return Ranks(service=entry.service, rows=rows, reason=reason)
        chances = cascade.chances(order)
        fallback_min = self.rules.settings.of(entry.service).fallback_min
        return Ranks(
            service=entry.service,
            rows=rows,
            reason=reason,
            expected_min=start_min + cascade.expected_min(order, fallback_min, start_min),
            success_probability=chances[-1] if chances else 0.0,
            counts=counts,
        )


def rounded_up(uncertainty_km: float) -> float:
    """Nought or the next power of two, so that few lists serve all places."""
    return 2.0 ** ceil(log2(max(uncertainty_km, 1.0))) if uncertainty_km > 0 else 0.0
