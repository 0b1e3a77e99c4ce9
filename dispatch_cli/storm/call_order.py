"""Order the calls of a plan: the demands to call for now, later, or not at all."""

from typing import NamedTuple

import numpy as np

from .demands import Demands, SlotTable
from .joint_plan import WINDOW_MIN, JointPlan, calls_now, plan_jointly
from .network import NO_SLOT, Array

AGEING = 2.0
"""A demand that has waited as long as the last resort takes has this weight more than a new one."""


class CallOrder(NamedTuple):
    """The demands of a plan, each in exactly one of four lists of demand numbers.

    ``calls`` are called now, the first one first. ``held`` have a slot that begins later than the
    window, the soonest slot first: their firm is called later. ``waiting`` have candidates, but the
    plan gives their slots to others. ``last_resort`` have no candidate that is sooner than the last
    resort, or have waited for the longest time allowed. The last two begin with the demand that
    would be called first.
    """

    calls: Array
    held: Array
    waiting: Array
    last_resort: Array


class CallPlan(NamedTuple):
    """A plan for all demands, and one for those that the lines can call now.

    ``numbers`` are the demands in front, in the order of ``demands``, ``plan`` is theirs. ``ready``
    counts the calls of the whole plan that could be made now, if lines sufficed. If they suffice,
    all demands are in front, and both plans are the same.
    """

    whole: JointPlan
    plan: JointPlan
    demands: Demands
    numbers: Array
    ready: int


def aged_weight(
    priority: Array, age_min: Array, fallback_min: Array, ageing: float = AGEING
) -> Array:
    """Return the weights of demands that grow with their age, so that none waits for ever."""
    found: Array = priority * (1 + ageing * age_min / fallback_min)
    return found


def next_calls(
    plan: JointPlan,
    demands: Demands,
    slots: SlotTable,
    *,
    window_min: float = WINDOW_MIN,
    longest_wait_min: Array | None = None,
) -> CallOrder:
    """Return the demands in the order of the calls: the largest weight first, then the oldest.

    A demand that has waited ``longest_wait_min`` (a value for each demand, by default its
    ``fallback_min``) goes to the last resort, whatever the plan gives it. Equals keep the order of
    the demands, so that equal input gives an equal order.
    """
    longest = demands.fallback_min if longest_wait_min is None else longest_wait_min
    is_over = gives_up(plan, demands, longest)
    is_served, is_ready = plan.slot != NO_SLOT, calls_now(plan, slots, window_min)
    order = first_to_last(demands)
    held = order[(is_served & ~is_ready & ~is_over)[order]]
    return CallOrder(
        calls=order[(is_ready & ~is_over)[order]],
        held=held[np.argsort(slots.wait_min[plan.slot[held]], kind="stable")],
        waiting=order[(~is_served & ~is_over)[order]],
        last_resort=order[is_over[order]],
    )


def gives_up(plan: JointPlan, demands: Demands, longest_wait_min: Array) -> Array:
    """Return for each demand whether it goes to the last resort, whatever the plan gives it."""
    has_pair = np.diff(plan.pairs.network.begin) > 0
    is_over: Array = (demands.age_min >= longest_wait_min) | ~has_pair
    return is_over


def plan_in_front(
    whole: JointPlan,
    demands: Demands,
    slots: SlotTable,
    *,
    operators: int | None,
    window_min: float = WINDOW_MIN,
    kept: Array | None = None,
    keep_min: float = 0.0,
) -> CallPlan:
    """Plan the demands in front on their own, where lines are too short for the calls of a plan.

    A demand that no operator can call yet would only keep a unit from those that can be called. In
    front are all demands up to the call of the last operator, in the order of the calls.
    """
    is_ready = calls_now(whole, slots, window_min)
    ready = int(is_ready.sum())
    if not operators or ready <= operators:
        return CallPlan(whole, whole, demands, np.arange(demands.size), ready)
    order = first_to_last(demands)
    last = np.flatnonzero(is_ready[order])[operators - 1]
    numbers = np.sort(order[: last + 1])
    front = part_of(demands, numbers)
    plan = plan_jointly(
        front, slots, operators=operators, window_min=window_min, known_calls=ready,
        kept=None if kept is None else _moved(kept, demands, front, numbers), keep_min=keep_min,
    )  # fmt: skip
    return CallPlan(whole, plan, front, numbers, ready)


def part_of(demands: Demands, numbers: Array) -> Demands:
    """Take some demands with their candidates; ``numbers`` ascend."""
    counts = np.diff(demands.begin)[numbers]
    begin = np.concatenate([[0], np.cumsum(counts)])
    rows = np.repeat(demands.begin[numbers] - begin[:-1], counts) + np.arange(begin[-1])
    return Demands(
        begin,
        *(column[rows] for column in demands[1:7]),
        *(column[numbers] for column in demands[7:]),
    )


def first_to_last(demands: Demands) -> Array:
    """Return the numbers of the demands in the order of the calls."""
    found: Array = np.lexsort((-demands.age_min, -demands.weight))
    return found


def _moved(kept: Array, demands: Demands, front: Demands, numbers: Array) -> Array:
    """Renumber the candidates that were given before for the demands in front."""
    own = kept[numbers]
    shift = front.begin[:-1] - demands.begin[numbers]
    found: Array = np.where(own == NO_SLOT, NO_SLOT, own + shift)
    return found
