"""Plan all waiting incidents: rank them, plan jointly, and lengthen lists until the plan is proved.

Only the first candidates of each demand are planned at first. The proof finds the providers left
out that could make the plan cheaper; they are ranked as well, and the plan is made anew.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from math import inf
from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from ..model import Incident, Observations
from ..model.stamps import EPOCH
from .call_order import plan_in_front
from .candidate_columns import Numbering, RankedDemand, columns_of, slot_table
from .demands import Demands, SlotTable
from .joint_plan import plan_at_price, plan_jointly
from .network import NO_SLOT, Array
from .sharper_proof import PlannedStorm, prove_sharper
from .waiting import Demand, StormSettings, Waiting, demands_of

if TYPE_CHECKING:
    from ..batch.engine import Engine
    from ..catalog import Catalog

FIRST_LISTED, LISTED_OF_MANY, MANY = 32, 64, 2_000
"""Candidates of each demand at first; more of them for many incidents, where rounds are slow."""
MOST_ROUNDS = 12


class StormBasis(Struct, frozen=True, kw_only=True):
    """The provider file, the moment of the plan, and the observations at that moment.

    ``make_engine`` makes the engine that ranks the first N candidates of each demand, at first
    ``listed``, at least ``LIKELY``; None: as many as are fast. Lists are made longer at most
    ``rounds`` - 1 times. ``asked`` counts the questions that each provider has not answered yet.
    """

    catalog: "Catalog"
    make_engine: Callable[[int], "Engine"]
    now: datetime
    observations: Observations = Observations()
    asked: Mapping[str, int] = {}
    listed: int | None = None
    rounds: int = MOST_ROUNDS


def plan_storm(
    waiting: Sequence[Waiting],
    basis: StormBasis,
    storm: StormSettings,
    *,
    before: PlannedStorm | None = None,
) -> PlannedStorm:
    """Plan all demands of the waiting incidents; equal input gives an equal plan.

    Emergency services are never planned: they are called at once. The plan is of least cost, or
    its proof says how far from that it may be. ``before`` is a plan of a moment ago with the same
    provider file: incidents that are the same, but for their time, are not ranked again.
    """
    few = FIRST_LISTED if len(waiting) < MANY else LISTED_OF_MANY
    engine = basis.make_engine(few if basis.listed is None else basis.listed)
    ranked = rank_demands(waiting, engine, before)
    numbering = before.numbering if before is not None else Numbering(engine.providers)
    for left in reversed(range(basis.rounds)):
        found = _planned(ranked, numbering, basis, storm)
        left_out = prove_sharper(found, engine)
        found = replace(found, plan=found.plan._replace(proof=left_out.proof))
        if not left_out.pairs or not left:
            break
        _rank_pairs(ranked, left_out.pairs, engine)
    calls = plan_in_front(
        found.plan, found.demands, found.slots,
        operators=storm.operators, window_min=storm.window_min,
        kept=_kept(ranked, found.demands, numbering, storm), keep_min=storm.keep_min,
    )  # fmt: skip
    return replace(found, calls=calls, bound=_bound(found, engine, storm))


def _bound(found: PlannedStorm, engine: "Engine", storm: StormSettings) -> int:
    """Return a lower bound of the cost of every plan, without the discount of kept proposals."""
    if not storm.kept:
        return found.plan.proof.bound
    free = plan_at_price(found.demands, found.slots, found.plan.line_price)
    return prove_sharper(replace(found, plan=free), engine).proof.bound


def rank_demands(
    waiting: Sequence[Waiting], engine: "Engine", before: PlannedStorm | None = None
) -> list[RankedDemand]:
    """Rank the first candidates of each demand, but for those that ``before`` has already."""
    known = {_same(each.demand): each for each in before.ranked} if before is not None else {}
    needed = [_needed_now(each.incident, engine) for each in waiting]
    demands = demands_of(waiting, needed)
    new = sorted({each.at for each in demands if _same(each) not in known})
    ranks = engine.rank([waiting[at].incident for at in new])
    by_service = {
        at: {found.service: found for found in each} for at, each in zip(new, ranks, strict=True)
    }
    is_cut = engine.top < len(engine.providers)
    ranked = []
    for demand in demands:
        old = known.get(_same(demand))
        if old is not None:
            ranked.append(old if old.demand == demand else replace(old, demand=demand))
            continue
        rows = by_service[demand.at][demand.service].rows
        has_more = is_cut and len(rows) == engine.top
        outside_min = rows[-1].order_min if has_more else inf
        ranked.append(RankedDemand(demand, rows, outside_min, len(rows)))
    return ranked


def _same(demand: Demand) -> tuple[object, ...]:
    """Return what a ranking depends on, but for the time."""
    waiting = demand.waiting
    incident = replace(waiting.incident, when=EPOCH)
    return waiting.ref, demand.service, waiting.can_ask, incident


def _needed_now(incident: Incident, engine: "Engine") -> list[str]:
    """Return the services of a plan, without those that are needed if another one has failed."""
    sides = engine.shapes.of(incident).sides
    return [side.entry.service for side in sides if side.entry.after is None]


def laid_out(
    ranked: list[RankedDemand], numbering: Numbering, basis: StormBasis, storm: StormSettings
) -> tuple[Demands, SlotTable]:
    """Lay out ranked demands as columns, and the slots of their providers."""
    settings = basis.catalog.rules.settings
    demands = columns_of(ranked, numbering, settings=settings, now=basis.now, storm=storm)
    services = {each.demand.service for each in ranked}
    jobs = numbering.longest_jobs({service: settings.job_min(service) for service in services})
    slots = slot_table(
        numbering, demands, jobs,
        observations=basis.observations, asked=basis.asked, now=basis.now,
    )  # fmt: skip
    return demands, slots


def _planned(
    ranked: list[RankedDemand], numbering: Numbering, basis: StormBasis, storm: StormSettings
) -> PlannedStorm:
    demands, slots = laid_out(ranked, numbering, basis, storm)
    plan = plan_jointly(
        demands, slots, operators=storm.operators, window_min=storm.window_min,
        kept=_kept(ranked, demands, numbering, storm), keep_min=storm.keep_min,
    )  # fmt: skip
    return PlannedStorm(ranked, demands, slots, numbering, plan)


def _kept(
    ranked: list[RankedDemand], demands: Demands, numbering: Numbering, storm: StormSettings
) -> Array | None:
    """Return the candidate that each demand had in the last plan, ``NO_SLOT`` for none."""
    if not storm.kept:
        return None
    kept = (storm.kept.get((each.demand.waiting.ref, each.demand.service), "") for each in ranked)
    provider = np.array([numbering.known(each) for each in kept], np.int64)
    owner = demands.owner
    at = np.flatnonzero(demands.provider == provider[owner])
    found = np.full(demands.size, NO_SLOT, np.int64)
    found[owner[at]] = at
    return found


def _rank_pairs(ranked: list[RankedDemand], pairs: list[tuple[int, str]], engine: "Engine") -> None:
    """Rank single providers for demands as the desk does, and append them to their lists."""
    by_demand: dict[int, list[str]] = {}
    for at, provider in pairs:
        by_demand.setdefault(at, []).append(provider)
    for at, providers in by_demand.items():
        each = ranked[at]
        rows = engine.rank_some(each.demand.waiting.incident, each.demand.service, providers)
        accepted = {row.provider for row in rows}
        added = sorted((*each.rows[each.listed :], *rows), key=lambda row: row.order_min)
        ranked[at] = replace(
            each,
            rows=(*each.rows[: each.listed], *added),
            refused=(*each.refused, *(one for one in providers if one not in accepted)),
        )
