"""Plan all demands together: who gets which slot, what each slot is worth, and how sure that is."""

from typing import NamedTuple

import numpy as np

from .assignment import best_edges
from .certificate import Proof, prove
from .demands import Demands, SlotTable
from .line_price import line_price
from .network import NO_SLOT, STEPS_PER_MIN, Array
from .pairing import Pairs, in_steps, make_pairs
from .slot_prices import slot_prices

WINDOW_MIN = 30.0
"""A firm that is free later is called later: until then, a unit nearer by may come back."""


class JointPlan(NamedTuple):
    """A plan: pair, candidate and slot of each demand, ``NO_SLOT`` for none.

    ``scarcity`` is the price of each slot, in thousandths of a minute of a demand of weight 1.
    """

    chosen: Array
    candidate: Array
    slot: Array
    scarcity: Array
    line_price: float
    pairs: Pairs
    proof: Proof


def plan_jointly(
    demands: Demands,
    slots: SlotTable,
    *,
    operators: int | None = None,
    window_min: float = WINDOW_MIN,
    kept: Array | None = None,
    keep_min: float = 0.0,
    known_calls: int | None = None,
) -> JointPlan:
    """Make the plan of least cost.

    The price of the lines depends on how many calls can be made now, which depends on the plan: it
    is made without that price first, unless ``known_calls`` gives the number of the plan before.
    """

    def planned(price: float) -> JointPlan:
        return plan_at_price(demands, slots, price, kept=kept, keep_min=keep_min)

    if known_calls is not None:
        return planned(line_price(known_calls, operators))
    plan = planned(0.0)
    price = line_price(int(calls_now(plan, slots, window_min).sum()), operators)
    return planned(price) if price else plan


def calls_now(plan: JointPlan, slots: SlotTable, window_min: float = WINDOW_MIN) -> Array:
    """Return for each demand whether its firm is to be called now: its slot begins soon."""
    is_served = plan.slot != NO_SLOT
    found: Array = is_served.copy()
    found[is_served] = slots.wait_min[plan.slot[is_served]] <= window_min
    return found


def plan_at_price(
    demands: Demands,
    slots: SlotTable,
    price: float,
    *,
    kept: Array | None = None,
    keep_min: float = 0.0,
) -> JointPlan:
    """Make the plan of least cost at a price of the lines."""
    pairs = make_pairs(demands, slots, price, kept=kept, keep_min=keep_min)
    network = pairs.network
    chosen = best_edges(network)
    scarcity = slot_prices(network, chosen)
    candidate = np.full(demands.size, NO_SLOT, np.int64)
    is_served = chosen != NO_SLOT
    candidate[is_served] = pairs.candidate[chosen[is_served]]
    return JointPlan(
        chosen, candidate, network.slots_of(chosen), scarcity, price, pairs,
        prove(network, chosen, scarcity, outside_steps(demands)),
    )  # fmt: skip


def outside_steps(demands: Demands) -> Array:
    """Return the least cost of each demand's candidates that were left out, in steps."""
    found = np.full(demands.size, np.iinfo(np.int64).max)
    is_cut = np.isfinite(demands.outside_min)
    found[is_cut] = in_steps(demands.outside_min[is_cut], demands.weight[is_cut])
    return found


def best_slots(plan: JointPlan, demands: Demands) -> tuple[Array, Array, Array]:
    """Find the best slot of each candidate with its price.

    Returns the candidates that have one, in the order of the demands, their slots, and the minutes
    that sort the cascade: with the price of the lines and the scarcity of the slot.
    """
    pairs = plan.pairs
    owner = demands.owner[pairs.candidate]
    scarcity = plan.scarcity[pairs.slot] / (demands.weight[owner] * STEPS_PER_MIN)
    paid = pairs.sort_min + scarcity
    order = np.lexsort((pairs.slot, paid, pairs.candidate))
    first = np.unique(pairs.candidate[order], return_index=True)[1]
    best = order[first]
    return pairs.candidate[best], pairs.slot[best], paid[best]
