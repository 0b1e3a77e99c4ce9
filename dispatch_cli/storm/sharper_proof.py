"""Prove a plan by the places of the providers that were left out of its lists."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from msgspec import Struct

from .call_order import CallPlan
from .candidate_columns import Numbering, RankedDemand
from .certificate import Proof, prove
from .demands import Demands, SlotTable
from .joint_plan import JointPlan, outside_steps
from .left_out import OfferPlaces, SlotPrices, Spots, least_left_out
from .network import Array
from .slot_prices import incident_prices

if TYPE_CHECKING:
    from ..batch.engine import Engine
    from ..batch.offers import StandingOffer


class PlannedStorm(Struct, frozen=True):
    """A plan with all that it was made of.

    ``calls`` is the plan of the demands that the lines can call now; None while lists grow.
    ``bound`` is a lower bound of the cost of every plan, in steps.
    """

    ranked: list[RankedDemand]
    demands: Demands
    slots: SlotTable
    numbering: Numbering
    plan: JointPlan
    calls: CallPlan | None = None
    bound: int = 0


class LongerLists(NamedTuple):
    """The proof of a plan, and the pairs (demand, provider) that could make it cheaper."""

    proof: Proof
    pairs: list[tuple[int, str]]


def prove_sharper(found: PlannedStorm, engine: "Engine") -> LongerLists:
    """Prove a plan by the places of the providers left out, where the order of lists proves less.

    That bound costs more than the plan itself, so that it is computed for open demands alone.
    """
    plan, demands = found.plan, found.demands
    network = plan.pairs.network
    pays = incident_prices(network, plan.scarcity)
    listed = outside_steps(demands)
    outside = np.full(demands.size, np.iinfo(np.int64).max)
    pairs: list[tuple[int, str]] = []
    by_service: dict[tuple[str, bool], list[int]] = {}
    for at in plan.proof.open.tolist():
        demand = found.ranked[at].demand
        key = (demand.service, engine.is_night(demand.waiting.incident))
        by_service.setdefault(key, []).append(at)
    for (service, at_night), numbers in by_service.items():
        offers = engine.offers.of(service, at_night=at_night)
        column_of = {each.provider: column for column, each in enumerate(offers)}
        picked = np.array(numbers)
        places = [found.ranked[at].demand.waiting.incident.place for at in numbers]
        left_out = least_left_out(
            Spots(
                demand=picked,
                lat=np.array([each.lat for each in places]),
                lon=np.array([each.lon for each in places]),
                weight=demands.weight[picked],
                pays=pays[picked],
                outside=listed[picked],
                known=[_columns(found.ranked[at], column_of) for at in numbers],
            ),
            _places(offers, engine, found.numbering),
            SlotPrices(found.slots, plan.scarcity),
            engine.rules.settings.of(service),
        )
        outside[picked] = left_out.bound
        pairs += [(at, offers[column].provider) for at, column in left_out.pairs]
    return LongerLists(prove(network, plan.chosen, plan.scarcity, outside), pairs)


def _columns(ranked: RankedDemand, column_of: dict[str, int]) -> Array:
    known = (*(row.provider for row in ranked.rows), *ranked.refused)
    return np.array([column_of[each] for each in known], np.int64)


def _places(
    offers: "Sequence[StandingOffer]", engine: "Engine", numbering: Numbering
) -> OfferPlaces:
    bases = [engine.providers[each.number] for each in offers]
    return OfferPlaces(
        np.array([numbering.known(each.provider) for each in offers], np.int64),
        np.array([each.lat for each in bases], np.float64),
        np.array([each.lon for each in bases], np.float64),
        np.array(
            [each.rest_min + min(0.0, each.standing_min + each.late_min) for each in offers],
            np.float64,
        ),
    )
