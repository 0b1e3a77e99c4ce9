"""Order the calls of a plan: who is called now or later, who waits, and who gives up waiting."""

from typing import NamedTuple

import numpy as np

from .demands import Demands, SlotTable
from .joint_plan import WINDOW_MIN, JointPlan, calls_now
from .network import NOBODY, Array


class CallOrder(NamedTuple):
    """The demands of a plan, each in exactly one of four lists of demand numbers.

    ``calls`` are called now, the first one first. ``held`` have a slot that begins later than the
    window, the soonest slot first: their firm is called later. ``waiting`` have candidates, but the
    plan gives their slots to others. ``last_resort`` have no candidate that is sooner than the last
    resort, or have waited for the longest time allowed. The last two begin with the oldest demand.
    """

    calls: Array
    held: Array
    waiting: Array
    last_resort: Array


def next_calls(
    plan: JointPlan,
    demands: Demands,
    slots: SlotTable,
    *,
    window_min: float = WINDOW_MIN,
    longest_wait_min: Array | None = None,
) -> CallOrder:
    """Return who is called next: the largest weight first, then the oldest.

    A demand that has waited ``longest_wait_min`` (a value for each demand, by default its
    ``fallback_min``) goes to the last resort, whatever the plan gives it. Equals keep the order of
    the demands, so that equal input gives an equal order.
    """
    longest = demands.fallback_min if longest_wait_min is None else longest_wait_min
    has_pair = np.diff(plan.pairs.network.begin) > 0
    is_over = (demands.age_min >= longest) | ~has_pair
    is_served, is_ready = plan.slot != NOBODY, calls_now(plan, slots, window_min)
    oldest = np.lexsort((-demands.age_min, -demands.weight))
    held = oldest[(is_served & ~is_ready & ~is_over)[oldest]]
    return CallOrder(
        calls=oldest[(is_ready & ~is_over)[oldest]],
        held=held[np.argsort(slots.wait_min[plan.slot[held]], kind="stable")],
        waiting=oldest[(~is_served & ~is_over)[oldest]],
        last_resort=oldest[is_over[oldest]],
    )
