"""Turn a joint plan into the answer: who is called first, for what, why, and what is short."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from msgspec import Struct

from .. import plans
from ..batch.ranks import RankedProvider
from ..messages import Message, Plural
from ..results.cascade_answer import ProviderSource
from ..results.storm_results import StormAct, StormCandidate, StormDemand, StormEmergency, StormPlan
from .call_order import CallOrder, CallPlan, first_to_last, gives_up, next_calls
from .candidate_columns import RankedDemand, longest_wait_min, planned_rows
from .demands import Demands
from .joint_plan import JointPlan, best_slots
from .network import NO_SLOT, STEPS_PER_MIN, Array
from .plan_storm import StormBasis
from .plan_worth import binding_sentence, shortages_of, worth_of
from .sharper_proof import PlannedStorm
from .waiting import StormSettings, Waiting

if TYPE_CHECKING:
    from ..catalog import Catalog

_MINUTE = timedelta(minutes=1)


def storm_answer(found: PlannedStorm, basis: StormBasis, storm: StormSettings) -> StormPlan:
    """Make the answer of a plan; first what is to do now, then what has time."""
    settings = basis.catalog.rules.settings
    longest = np.array(
        [longest_wait_min(each.demand.service, settings, storm) for each in found.ranked],
        np.float64,
    )
    calls = found.calls
    assert calls is not None  # noqa: S101 - plan_storm ends with it
    front = _Rows(found, basis, storm, PlanPart(calls.plan, calls.demands, calls.numbers))
    order = next_calls(
        calls.plan, calls.demands, found.slots,
        window_min=storm.window_min, longest_wait_min=longest[calls.numbers],
    )  # fmt: skip
    everybody = np.arange(found.demands.size)
    rest = _Rows(found, basis, storm, PlanPart(calls.whole, found.demands, everybody))
    queued, given_up = _behind(found, calls, longest)
    # Whom to call now is first; the others have time.
    demands = [
        *front.called(order), *front.given_up(order.last_resort), *rest.given_up(given_up),
        *front.put_off(order), *rest.queued(queued, len(order.calls)),
    ]  # fmt: skip
    shortages = tuple(shortages_of(found))
    worth, catalog = worth_of(found), basis.catalog
    return StormPlan(
        at=basis.now,
        demands=tuple(demands),
        incidents=len({each.demand.at for each in found.ranked}),
        called=len(order.calls),
        later=len(order.held),
        waiting=len(order.waiting),
        queued=len(queued),
        last_resort=len(order.last_resort) + len(given_up),
        waited_too_long=int((found.demands.age_min >= longest).sum()),
        total_min=worth.total_min,
        bound_min=worth.bound_min,
        certificate=worth.certificate,
        binding=binding_sentence(shortages, found.plan.line_price, calls.ready, storm.operators),
        line_price=found.plan.line_price,
        operators=storm.operators,
        shortages=shortages,
        provider_file=ProviderSource(str(catalog.path), catalog.source, catalog.count),
    )


def emergency_of(waiting: Sequence[Waiting], catalog: "Catalog") -> tuple[StormEmergency, ...]:
    """List the emergency calls of incidents, which no plan may delay."""
    return tuple(
        StormEmergency(each.ref, call.service, call.dial)
        for each in waiting
        for call in plans.emergency_calls(each.incident, catalog.rules)
    )


class _Shown(Struct, frozen=True):
    """A candidate of a demand with the slot that it would get, and the minutes that sort it."""

    candidate: int
    slot: int
    sort_min: float


class PlanPart(NamedTuple):
    """A plan of some demands; ``numbers`` are their numbers among all of the storm."""

    plan: JointPlan
    demands: Demands
    numbers: Array


def _behind(found: PlannedStorm, calls: CallPlan, longest: Array) -> tuple[Array, Array]:
    """Return the demands that no line can call yet, and those among them that give up waiting."""
    order = first_to_last(found.demands)
    order = order[~np.isin(order, calls.numbers)]
    is_over = gives_up(calls.whole, found.demands, longest)
    return order[~is_over[order]], order[is_over[order]]


class _Rows:
    """Demands of an answer, made of the columns of a plan."""

    def __init__(
        self, found: PlannedStorm, basis: StormBasis, storm: StormSettings, part: PlanPart
    ) -> None:
        self._found, self._basis, self._storm = found, basis, storm
        self._plan, self._demands, self._numbers = part
        candidates, slots, sort_min = best_slots(part.plan, part.demands)
        owner = part.demands.owner[candidates]
        self._begin = np.searchsorted(owner, np.arange(part.demands.size + 1))
        self._shown = [*map(_Shown, candidates.tolist(), slots.tolist(), sort_min.tolist())]

    def called(self, order: CallOrder) -> Iterator[StormDemand]:
        """Yield the demands whose firms are called now."""
        for number, at in enumerate(order.calls.tolist(), start=1):
            yield self._demand(at, "call", self._why_call(at, number), order=number)

    def put_off(self, order: CallOrder) -> Iterator[StormDemand]:
        """Yield the demands whose firms are called later, and those without a unit."""
        for at in order.held.tolist():
            wait_min = float(self._found.slots.wait_min[self._plan.slot[at]])
            why = Message("the unit is free in {wait_min:.0f} min", wait_min=wait_min)
            yield self._demand(at, "later", why)
        for at in order.waiting.tolist():
            yield self._demand(at, "wait", Message("all units help more elsewhere"))

    def queued(self, order: Array, calls: int) -> Iterator[StormDemand]:
        """Yield the demands behind those that the lines can call now."""
        for number, at in enumerate(order.tolist(), start=1):
            count = calls + number - 1
            why: Message = Plural("{count} call is before it", "{count} calls are before it", count)
            if self._ranked(at).demand.waiting.incident.in_danger:
                why = Message("person in danger, {why}", why=why)
            yield self._demand(at, "queue", why)

    def given_up(self, order: Array) -> Iterator[StormDemand]:
        """Yield the demands that go to the last resort."""
        for at in order.tolist():
            yield self._demand(at, "last_resort", self._why_last(at))

    def _ranked(self, at: int) -> RankedDemand:
        return self._found.ranked[int(self._numbers[at])]

    def _why_call(self, at: int, number: int) -> Message:
        waiting = self._ranked(at).demand.waiting
        age_min = float(self._demands.age_min[at])
        if waiting.incident.in_danger:
            return Message("person in danger")
        if waiting.weight != 1:
            return Message("priority {weight:g}, waits {age_min:.0f} min",
                           weight=waiting.weight, age_min=age_min)  # fmt: skip
        if number == 1 and age_min >= float(self._found.demands.age_min.max()):
            return Message("waits longest: {age_min:.0f} min", age_min=age_min)
        return Message("waits {age_min:.0f} min", age_min=age_min)

    def _why_last(self, at: int) -> Message:
        each, age_min = self._ranked(at), float(self._demands.age_min[at])
        settings = self._basis.catalog.rules.settings
        if each.rows and age_min >= longest_wait_min(each.demand.service, settings, self._storm):
            return Message("has waited {age_min:.0f} min", age_min=age_min)
        # A provider that came into the file after the case was ranked is not asked either.
        if self._demands.begin[at] == self._demands.begin[at + 1]:
            return Message("no provider can come")
        return Message("every unit is slower than the last resort")

    def _demand(self, at: int, act: StormAct, why: Message, order: int = 0) -> StormDemand:
        each, now, chosen = self._ranked(at), self._basis.now, int(self._plan.candidate[at])
        waiting = each.demand.waiting
        cascade = self._cascade(at, chosen)
        is_given = chosen != NO_SLOT and act in ("call", "later")
        first = cascade[0] if cascade and is_given else None
        resort = self._basis.catalog.rules.last_resort(each.demand.service)
        phone = resort.phone if act == "last_resort" else ""
        later = None
        if act == "later" and first is not None:
            later = now + max(0.0, first.wait_min - self._storm.window_min) * _MINUTE
        return StormDemand(
            order=order,
            ref=waiting.ref,
            service=each.demand.service,
            place=waiting.incident.place.label or waiting.incident.place.readback,
            waiting_min=float(self._demands.age_min[at]),
            weight=waiting.weight,
            act=act,
            why=why,
            provider=None if first is None else first.provider,
            phone=phone if first is None else first.phone,
            there_at=None if first is None else now + (first.arrival_min) * _MINUTE,
            call_at=later,
            candidates=cascade,
        )

    def _cascade(self, at: int, chosen: int) -> tuple[StormCandidate, ...]:
        """Sort the candidates of a demand with all prices; the chosen one wins a tie."""
        shown = self._shown[self._begin[at] : self._begin[at + 1]]
        if chosen != NO_SLOT:
            # Prices make slots of one provider equal, so that the best one may be another's.
            others = (each for each in shown if each.candidate != chosen)
            shown = [self._planned(at, chosen), *others]
        # Only rounding and proposals that were kept put another one before the planned one.
        shown.sort(
            key=lambda each: (each.candidate != chosen, round(each.sort_min * STEPS_PER_MIN))
        )
        rows = planned_rows(self._ranked(at))
        first = int(self._demands.begin[at])
        return tuple(
            self._candidate(rows[each.candidate - first], each, at)
            for each in shown[: self._storm.top]
        )

    def _planned(self, at: int, chosen: int) -> _Shown:
        """Return the planned candidate of a demand with the slot that the plan gives it."""
        plan, slot = self._plan, int(self._plan.slot[at])
        scarcity_min = plan.scarcity[slot] / (STEPS_PER_MIN * self._demands.weight[at])
        sort_min = float(plan.pairs.sort_min[plan.chosen[at]] + scarcity_min)
        return _Shown(chosen, slot, sort_min)

    def _candidate(self, row: RankedProvider, shown: _Shown, at: int) -> StormCandidate:
        plan, slots = self._plan, self._found.slots
        weight = float(self._demands.weight[at])
        wait_min = float(slots.wait_min[shown.slot])
        way_min = row.turnout_min + row.travel_min + row.late_min
        ask_min = row.answer_min / row.acceptance
        return StormCandidate(
            provider=row.provider,
            name=self._found.numbering.providers[row.provider].name,
            phone=row.phone,
            wait_min=wait_min,
            arrival_min=max(0.0, wait_min + way_min),
            call_min=ask_min - row.head_start_min,
            line_min=plan.line_price * ask_min,
            scarcity_min=float(plan.scarcity[shown.slot]) / STEPS_PER_MIN / weight,
            sort_min=shown.sort_min,
        )
