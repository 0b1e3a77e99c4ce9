"""Lay out the ranked providers of the demands as columns, and the slots of these providers."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct

from ..availability import Fleet
from ..model import Observations, Provider, Settings
from .call_order import aged_weight
from .demands import Demands, SlotTable
from .network import STEPS_PER_MIN, Array
from .slots import slots_of

if TYPE_CHECKING:
    from ..batch.ranks import RankedProvider
    from .waiting import Demand, StormSettings, Waiting

LIKELY = 5
"""Places in a cascade from which a provider is likely to be sent."""
IN_DANGER = 10_000.0
"""Factor for incidents with a person in danger, which no weight and no age outweighs."""
_STEP = 1 / STEPS_PER_MIN


class RankedDemand(Struct, frozen=True):
    """A demand with its ranked providers: the first ``listed`` in the order of the cascade.

    Those that were added later follow by their minutes. No provider that is neither in ``rows`` nor
    in ``refused`` has a lower ``order_min`` than ``outside_min``; infinity, if there is none.
    """

    demand: "Demand"
    rows: "tuple[RankedProvider, ...]"
    outside_min: float
    listed: int
    refused: tuple[str, ...] = ()


class Numbering:
    """The providers of a plan by number, in the order of their first appearance.

    It keeps the columns of each demand, so that a further round lays out only longer lists.
    """

    def __init__(self, providers: Iterable[Provider]) -> None:
        self.providers = {each.id: each for each in providers}
        self.ids: list[str] = []
        self._numbers: dict[str, int] = {}
        self._columns: dict[int, tuple[RankedDemand, Array, Array]] = {}

    def columns(self, at: int, ranked: "RankedDemand") -> tuple[Array, Array]:
        """Return the providers of a demand's candidates, and a row of minutes for each."""
        known = self._columns.get(at)
        if known is None or known[0] is not ranked:
            rows = planned_rows(ranked)
            providers = np.array([self.number(row.provider) for row in rows], np.int64)
            minutes = [
                (order, row.index_min, row.answer_min / row.acceptance, row.wait_min,
                 row.turnout_min + row.travel_min + row.late_min)
                for order, row in zip(rising([row.order_min for row in rows]), rows, strict=True)
            ]  # fmt: skip
            laid_out = np.array(minutes, np.float64).reshape(-1, 5)
            known = self._columns[at] = ranked, providers, laid_out
        return known[1:]

    def number(self, provider: str) -> int:
        """Return the number of a provider, a new one at its first appearance."""
        found = self._numbers.get(provider)
        if found is None:
            found = self._numbers[provider] = len(self.ids)
            self.ids.append(provider)
        return found

    def longest_jobs(self, job_min: Mapping[str, float]) -> Array:
        """Return the longest job of each provider among some services, in minutes at the place.

        Its services in the file decide, not the lists in which it stands: those grow.
        """
        own = (self.providers[each].services for each in self.ids)
        return np.array(
            [max((job_min[one] for one in each if one in job_min), default=0.0) for each in own],
            np.float64,
        )

    def known(self, provider: str) -> int:
        """Return the number of a provider, -1 for one that has not appeared."""
        return self._numbers.get(provider, -1)


def planned_rows(each: RankedDemand) -> "list[RankedProvider]":
    """Return the rows of a demand that a plan may choose from.

    A motorist's own choice is asked first in every cascade, and so are the firms on a client's
    list. Until all of them have declined, no other firm is planned.
    """
    waiting, rows = each.demand.waiting, list(each.rows)
    if waiting.can_ask is not None:
        rows = [row for row in rows if row.provider in waiting.can_ask]
    if rows and rows[0].provider == waiting.incident.wish:
        return rows[:1]
    return [row for row in rows if not row.outside_contract] or rows


def rising(order_min: "Sequence[float]") -> list[float]:
    """Return minutes that rise in the order of a cascade, in which equals take turns.

    A provider that stands behind a slower one, because both count as equal, gets its minutes.
    """
    found: list[float] = []
    for each in order_min:
        found.append(found[-1] + _STEP if found and each < found[-1] else each)
    return found


def columns_of(
    ranked: "Sequence[RankedDemand]",
    numbering: Numbering,
    *,
    settings: Settings,
    now: datetime,
    storm: "StormSettings",
) -> Demands:
    """Make the columns of all demands; one that has waited too long gets no candidates."""
    counts = [0]
    provider, minutes = [np.zeros(0, np.int64)], [np.zeros((0, 5))]
    outside, ages, fallbacks = [], [], []
    for at, each in enumerate(ranked):
        demand = each.demand
        fallback_min = settings.of(demand.service).fallback_min
        age_min = demand.waiting.age_min(now)
        has_time = age_min < longest_wait_min(demand.service, settings, storm)
        providers, rows = numbering.columns(at, each)
        if has_time:
            provider.append(providers)
            minutes.append(rows)
        counts.append(len(rows) if has_time else 0)
        # The others follow those that are asked first, and are not planned.
        is_whole = not has_time or len(rows) < len(each.rows)
        outside.append(np.inf if is_whole else each.outside_min)
        ages.append(age_min)
        fallbacks.append(fallback_min)
    order_min, index_min, ask_min, wait_min, way_min = np.concatenate(minutes).T
    age, fallback = np.array(ages, np.float64), np.array(fallbacks, np.float64)
    weight = np.array([_priority(each.demand.waiting) for each in ranked], np.float64)
    return Demands(
        begin=np.cumsum(counts), provider=np.concatenate(provider), order_min=order_min,
        index_min=index_min, ask_min=ask_min, wait_min=wait_min, way_min=way_min,
        fallback_min=fallback, weight=aged_weight(weight, age, fallback, storm.ageing), age_min=age,
        outside_min=np.array(outside, np.float64),
    )  # fmt: skip


def _priority(waiting: "Waiting") -> float:
    """Return the weight of an incident before ageing; with a person in danger it precedes all."""
    if waiting.incident.in_danger:
        return IN_DANGER * max(1.0, waiting.weight)
    return waiting.weight


def longest_wait_min(service: str, settings: Settings, storm: "StormSettings") -> float:
    """Return after how many minutes a demand goes to the last resort."""
    own = storm.longest_wait_min
    return settings.of(service).fallback_min if own is None else own


def slot_table(
    numbering: Numbering,
    demands: Demands,
    job_min: Array,
    *,
    observations: Observations,
    asked: Mapping[str, int],
    now: datetime,
) -> SlotTable:
    """Make the slots of the numbered providers.

    A job lasts as long as the way and the time at the place. ``asked`` has the number of questions
    that a provider has not answered yet: each counts as if it were accepted.
    """
    count = len(numbering.ids)
    waits = _least(demands.wait_min, demands.provider, count)
    ways = _usual_ways(demands, count)
    horizon_min = float(demands.fallback_min.max(initial=0.0))
    begin, wait_min, units = [0], list[float](), list[int]()
    for number, provider_id in enumerate(numbering.ids):
        known = observations.known.get(provider_id)
        fleet = Fleet(numbering.providers[provider_id].units, now, known.bookings if known else ())
        found = slots_of(
            fleet, float(job_min[number] + ways[number]),
            wait_min=float(waits[number]), horizon_min=horizon_min,
        )  # fmt: skip
        _take_soonest(found, asked.get(provider_id, 0))
        wait_min += found
        units += found.values()
        begin.append(len(units))
    return SlotTable(np.array(begin), np.array(wait_min, np.float64), np.array(units, np.int64))


def _take_soonest(units: dict[float, int], jobs: int) -> None:
    """Take a slot for each job; more jobs than units at first also take the next ones."""
    for wait, free in units.items():
        taken = min(free, jobs)
        units[wait], jobs = free - taken, jobs - taken


def _usual_ways(demands: Demands, count: int) -> Array:
    """Return the mean minutes on the way of each provider to demands that it is likely to get.

    These are the ones for which it is among the first few, so that longer lists change nothing;
    for a provider without any, the mean of all others counts.
    """
    place = np.arange(len(demands.provider)) - demands.begin[demands.owner]
    is_likely = place < LIKELY
    provider, way = demands.provider[is_likely], demands.way_min[is_likely]
    sums, uses = np.bincount(provider, way, count), np.bincount(provider, minlength=count)
    usual = float(way.mean()) if len(way) else 0.0
    found: Array = np.where(uses > 0, sums / np.maximum(1, uses), usual)
    return found


def _least(values: Array, group: Array, count: int) -> Array:
    found = np.full(count, np.inf)
    np.minimum.at(found, group, values)
    return found
