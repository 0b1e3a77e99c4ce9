"""Plan all waiting incidents: rank them, plan jointly, and lengthen lists until the plan is proved.

Only the nearest candidates of each demand are planned at first. The proof finds the demands for
which a provider that was left out could be better; their lists are made longer, and the plan anew.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from ..model import Observations
from .candidate_columns import Numbering, RankedDemand, columns_of, slot_table
from .certificate import prove
from .demands import Demands, SlotTable
from .joint_plan import JointPlan, plan_jointly
from .left_out import OfferPlaces, SlotPrices, Spots, least_left_out
from .network import NOBODY, Array
from .waiting import StormSettings, Waiting, demands_of

if TYPE_CHECKING:
    from ..batch.engine import Engine
    from ..catalog import Catalog

FIRST_LISTED, TIMES_LONGER, MOST_ROUNDS = 32, 4, 4
"""Candidates of each demand at first, and how the lists of demands that need it grow."""

MakeEngine = Callable[[int], "Engine"]
"""Makes the engine that ranks the first N candidates of each demand."""


class PlannedStorm(Struct, frozen=True):
    """A plan with all that it was made of."""

    ranked: list[RankedDemand]
    demands: Demands
    slots: SlotTable
    numbering: Numbering
    plan: JointPlan
    now: datetime


class StormBasis(Struct, frozen=True, kw_only=True):
    """The provider file, its engine, and the observations at the moment of the plan."""

    catalog: "Catalog"
    make_engine: MakeEngine
    now: datetime
    observations: Observations = Observations()


def plan_storm(waiting: Sequence[Waiting], basis: StormBasis, storm: StormSettings) -> PlannedStorm:
    """Plan all demands of the waiting incidents; equal input gives an equal plan.

    Emergency services are never planned: they are called at once. The plan is of least cost, or
    its proof says how far from that it may be, after a few rounds with longer lists.
    """
    most = len(basis.catalog.ids())
    length = min(FIRST_LISTED, most)
    engine = basis.make_engine(length)
    ranked = _ranked(waiting, engine, length)
    for _ in range(MOST_ROUNDS):
        found = _with_sharper_proof(_planned(ranked, basis, storm), engine, basis)
        open_ones = found.plan.proof.open
        if not len(open_ones) or length == most:
            break
        length = min(length * TIMES_LONGER, most)
        longer = basis.make_engine(length)
        for at in open_ones.tolist():
            demand = ranked[at].demand
            alone = replace(demand.waiting, services=(demand.service,))
            ranked[at] = replace(_ranked([alone], longer, length)[0], demand=demand)
    return found


def _ranked(waiting: Sequence[Waiting], engine: "Engine", length: int) -> list[RankedDemand]:
    ranks = engine.rank([each.incident for each in waiting])
    by_service = [{found.service: found for found in each} for each in ranks]
    demands = demands_of(waiting, [list(each) for each in by_service])
    rows = [by_service[each.at][each.service].rows for each in demands]
    most = len(engine.providers)
    return [
        RankedDemand(demand, found, len(found) < length or length >= most)
        for demand, found in zip(demands, rows, strict=True)
    ]


def _planned(ranked: list[RankedDemand], basis: StormBasis, storm: StormSettings) -> PlannedStorm:
    settings, numbering = basis.catalog.rules.settings, Numbering()
    demands = columns_of(ranked, numbering, settings=settings, now=basis.now, storm=storm)
    jobs = np.zeros(len(numbering.ids))
    own_job = np.array([settings.job_min(each.demand.service) for each in ranked], np.float64)
    np.maximum.at(jobs, demands.provider, own_job[demands.owner])
    slots = slot_table(
        numbering, demands, dict(enumerate(jobs.tolist())),
        catalog=basis.catalog, observations=basis.observations, now=basis.now,
    )  # fmt: skip
    plan = plan_jointly(
        demands, slots, operators=storm.operators, window_min=storm.window_min,
        kept=_kept(ranked, demands, numbering, storm), keep_min=storm.keep_min,
    )  # fmt: skip
    return PlannedStorm(ranked, demands, slots, numbering, plan, basis.now)


def _kept(
    ranked: list[RankedDemand], demands: Demands, numbering: Numbering, storm: StormSettings
) -> Array | None:
    """Return the candidate that each demand had in the last plan, ``NOBODY`` for none."""
    if not storm.kept:
        return None
    found = np.full(demands.size, NOBODY, np.int64)
    for at, each in enumerate(ranked):
        provider = storm.kept.get((each.demand.waiting.ref, each.demand.service))
        begin, end = demands.begin[at], demands.begin[at + 1]
        for candidate in range(begin, end):
            if numbering.ids[demands.provider[candidate]] == provider:
                found[at] = candidate
    return found


def _with_sharper_proof(found: PlannedStorm, engine: "Engine", basis: StormBasis) -> PlannedStorm:
    """Prove a plan by the places of the providers left out, where the order of lists proves less.

    That bound costs more than the plan itself, so that it is computed for open demands alone.
    """
    plan, demands = found.plan, found.demands
    first = plan.proof.open
    if not len(first):
        return found
    outside = np.full(demands.size, np.iinfo(np.int64).max)
    services = [found.ranked[at].demand.service for at in first.tolist()]
    for service in sorted(set(services)):
        picked = first[np.array([each == service for each in services])]
        places = [found.ranked[at].demand.waiting.incident for at in picked.tolist()]
        at_night = engine.is_night(places[0])
        spots = Spots(
            picked,
            np.array([each.place.lat for each in places]),
            np.array([each.place.lon for each in places]),
        )
        outside[picked] = least_left_out(
            demands, SlotPrices(found.slots, plan.scarcity),
            _offers(engine, service, found.numbering, at_night=at_night), spots,
            basis.catalog.rules.settings.of(service),
        )  # fmt: skip
    proof = prove(plan.pairs.network, plan.chosen, plan.scarcity, outside)
    return replace(found, plan=plan._replace(proof=proof))


def _offers(engine: "Engine", service: str, numbering: Numbering, *, at_night: bool) -> OfferPlaces:
    offers = engine.offers.of(service, at_night=at_night)
    bases = [engine.providers[each.number] for each in offers]
    numbers = {name: number for number, name in enumerate(numbering.ids)}
    return OfferPlaces(
        np.array([numbers.get(each.provider, -1) for each in offers], np.int64),
        np.array([each.lat for each in bases], np.float64),
        np.array([each.lon for each in bases], np.float64),
        np.array(
            [each.rest_min + min(0.0, each.standing_min + each.late_min) for each in offers],
            np.float64,
        ),
    )
