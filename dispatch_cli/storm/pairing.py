"""Pair each candidate with the slots of its provider, and price the pairs."""

from typing import NamedTuple

import numpy as np

from .demands import Demands, SlotTable
from .network import STEPS_PER_MIN, Array, Network


class Pairs(NamedTuple):
    """The pairs of a plan: those of a demand stand together, by candidate and slot.

    ``candidate`` and ``slot`` are the numbers behind each pair, ``sort_min`` its minutes with the
    price of the lines and without that of the slot.
    """

    network: Network
    candidate: Array
    slot: Array
    sort_min: Array


def in_steps(minutes: Array, weight: Array) -> Array:
    """Convert minutes to whole thousandths, multiplied by the weight of their demand."""
    steps: Array = np.rint(minutes * weight * STEPS_PER_MIN).astype(np.int64)
    return steps


def make_pairs(
    demands: Demands,
    slots: SlotTable,
    line_price: float,
    *,
    kept: Array | None = None,
    keep_min: float = 0.0,
) -> Pairs:
    """Make the network of all pairs that are sooner than the last resort.

    The stop rule is that of the cascade: the index, with the wait of the slot, is compared.
    ``kept`` is the candidate that each demand was given before, -1 for none; its pairs are
    ``keep_min`` cheaper, so that a plan moves it only for a larger gain.
    """
    counts = np.diff(slots.begin)[demands.provider]
    candidate = np.repeat(np.arange(len(demands.provider)), counts)
    first = np.repeat(slots.begin[demands.provider] - (np.cumsum(counts) - counts), counts)
    slot = first + np.arange(len(candidate))
    later = _later_min(demands, candidate, slots.wait_min[slot])
    owner = demands.owner[candidate]
    is_worth = demands.index_min[candidate] + later < demands.fallback_min[owner]
    candidate, slot, later, owner = (each[is_worth] for each in (candidate, slot, later, owner))
    sort_min = demands.order_min[candidate] + later + line_price * demands.ask_min[candidate]
    paid_min = sort_min
    if kept is not None:
        paid_min = sort_min - keep_min * (kept[owner] == candidate)
    weight = demands.weight
    # A head start may make the minutes of a pair negative; then it costs nothing.
    network = Network(
        begin=np.searchsorted(owner, np.arange(demands.size + 1)),
        slot=slot,
        cost=np.maximum(0, in_steps(paid_min, weight[owner])),
        last_resort=in_steps(demands.fallback_min, weight),
        capacity=slots.units,
    )
    return Pairs(network, candidate, slot, sort_min)


def _later_min(demands: Demands, candidate: Array, wait_min: Array) -> Array:
    """Return by how much a slot is later than the wait in the minutes of a candidate.

    No arrival is before the call, as in the cascade.
    """
    way = demands.way_min[candidate]
    before: Array = np.maximum(0.0, demands.wait_min[candidate] + way)
    later: Array = np.maximum(0.0, wait_min + way) - before
    return later
