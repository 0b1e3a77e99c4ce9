"""Say what a plan is worth: its cost, what is proved about it, and what is short."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ..messages import Message, Plural, joined
from ..results.storm_results import Shortage
from .network import NO_SLOT, STEPS_PER_MIN, Array
from .pairing import in_steps
from .sharper_proof import PlannedStorm

_REGION_DIGITS = 2
MOST_SHORTAGES = 3
"""Shortages that the sentence about the binding price names."""
_LEAST_LOST_MIN = 0.5
"""A smaller loss is shown as 0 minutes, and is none."""


class Worth(NamedTuple):
    """The cost of a plan, a lower bound of that of every plan, and the sentence about them."""

    total_min: float
    bound_min: float
    certificate: Message


def worth_of(found: PlannedStorm) -> Worth:
    """Compute what a plan costs, without the discount for proposals that are kept."""
    pairs, weight = found.plan.pairs, found.demands.weight
    steps: Array = pairs.network.last_resort.copy()
    at = np.flatnonzero(found.plan.chosen != NO_SLOT)
    steps[at] = np.maximum(0, in_steps(pairs.sort_min[found.plan.chosen[at]], weight[at]))
    total, bound = int(steps.sum()), found.bound
    if total == bound:
        words = Message("no plan is better, if nobody declines")
    else:
        percent = 100 * (total - bound) / max(1, bound)
        words = Message(
            "at most {percent:.2g} % from the best plan, if nobody declines", percent=percent
        )
    return Worth(total / STEPS_PER_MIN, bound / STEPS_PER_MIN, words)


def shortages_of(found: PlannedStorm) -> Iterator[Shortage]:
    """Yield where demands lose minutes to each other or get no unit, the worst region first."""
    lost = _lost_min(found)
    by_region: dict[tuple[str, str], list[int]] = {}
    for at, each in enumerate(found.ranked):
        postcode = each.demand.waiting.incident.place.postcode
        key = (each.demand.service, postcode[:_REGION_DIGITS])
        by_region.setdefault(key, []).append(at)
    rows = [
        Shortage(
            service=service,
            region=region,
            demands=len(numbers),
            without=int(_is_short(found, np.array(numbers)).sum()),
            lost_min=float(lost[numbers].mean()),
        )
        for (service, region), numbers in by_region.items()
    ]
    short = (each for each in rows if each.lost_min >= _LEAST_LOST_MIN)
    yield from sorted(short, key=lambda each: (-each.lost_min, each.service, each.region))


def _is_short(found: PlannedStorm, numbers: Array) -> Array:
    """Return which demands have pairs, but no slot in the plan."""
    has_pair = np.diff(found.plan.pairs.network.begin)[numbers] > 0
    is_short: Array = has_pair & (found.plan.slot[numbers] == NO_SLOT)
    return is_short


def _lost_min(found: PlannedStorm) -> Array:
    """Return how much longer each demand waits than if it were alone, in minutes."""
    pairs, demands = found.plan.pairs, found.demands
    begin = pairs.network.begin
    own = demands.fallback_min.copy()
    has_pair = np.flatnonzero(np.diff(begin) > 0)
    alone = own.copy()
    if len(has_pair):
        alone[has_pair] = np.minimum.reduceat(pairs.sort_min, begin[has_pair])
    at = np.flatnonzero(found.plan.chosen != NO_SLOT)
    own[at] = pairs.sort_min[found.plan.chosen[at]]
    lost: Array = np.maximum(0.0, own - alone)
    return lost


def binding_sentence(
    shortages: tuple[Shortage, ...], line_price: float, calls: int, operators: int | None
) -> Message:
    """Say in one sentence which of units and lines are short."""
    named = joined(map(_shortage_words, shortages[:MOST_SHORTAGES]), ", ")
    units = Message("units suffice")
    if shortages:
        units = Message("short of units: {where}", where=named)
    if operators is None:
        lines: Message = Message("lines not counted: --operators tells how many")
    elif line_price:
        lines = Message(
            "short of lines: {calls} for {operators}, each minute of a call costs the others"
            " {price_min:.1f} min",
            calls=Plural("{count} call", "{count} calls", calls),
            operators=Plural("{count} operator", "{count} operators", operators),
            price_min=line_price,
        )
    else:
        lines = Message("lines suffice")
    return Message("{units}; {lines}", units=units, lines=lines)


def _shortage_words(each: Shortage) -> Message:
    service = Message(each.service)
    if not each.region:
        return Message("{service} (+{lost_min:.0f} min)", service=service, lost_min=each.lost_min)
    return Message(
        "{service} in {region}… (+{lost_min:.0f} min)",
        service=service,
        region=each.region,
        lost_min=each.lost_min,
    )
