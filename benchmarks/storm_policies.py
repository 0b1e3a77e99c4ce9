"""The policies that a simulated centre compares: fixed orders, and the joint plans of the package.

The fixed orders call for the oldest incident. They ask no firm twice, no firm that is on the phone,
and none whose minutes are not below the last resort, as in a cascade.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable

import numpy as np

from benchmarks.storm_world import FALLBACK_MIN, JOB_MIN, NO_ANSWER, Centre, Policy, Step
from dispatch_cli.storm.call_order import CallOrder, aged_weight, next_calls, plan_in_front
from dispatch_cli.storm.demands import Demands, SlotTable
from dispatch_cli.storm.joint_plan import JointPlan, plan_jointly
from dispatch_cli.storm.line_price import line_price
from dispatch_cli.storm.network import Array

STORM = "joint + λ + window"
NEAREST = "nearest"
CANDIDATES = 20
"""Candidates of an incident in a plan. More make the days no shorter, and the plans slower."""
REPLAN_MIN = 1.0
"""A plan is made again after this time, if anything has changed."""
LOOK_MIN = 2.0
"""A plan is made again after this time in any case: a slot may begin soon now."""
CYCLE_MIN = JOB_MIN + 15
"""What a plan assumes from one setting off of a unit to the next."""
SLOTS = 3
_NEVER = 1e9


class Fixed:
    """Call for the oldest incident, in an order of the firms that a key gives."""

    def __init__(self, key: Callable[[Centre, int], Array]) -> None:
        self._key = key

    def step(self, centre: Centre) -> Step:
        """Choose the first firm that was not asked."""
        incident = min(centre.waiting)
        index_min = _arrival_min(centre, incident) + centre.world.ask_min
        is_open = (index_min < FALLBACK_MIN) & ~centre.asked[incident]
        if not is_open.any():
            return incident, NO_ANSWER
        is_open &= ~centre.on_phone
        if not is_open.any():
            return None
        return incident, int(np.where(is_open, self._key(centre, incident), np.inf).argmin())


def _arrival_min(centre: Centre, incident: int) -> Array:
    found: Array = centre.wait_min() + centre.world.travel_min[incident]
    return found


def _by_travel(centre: Centre, incident: int) -> Array:
    found: Array = centre.world.travel_min[incident]
    return found


def _by_arrival(centre: Centre, incident: int) -> Array:
    """Sort free firms by their travel, then the others by their arrival."""
    is_busy = centre.wait_min() > 0
    found: Array = _arrival_min(centre, incident) + np.where(is_busy, _NEVER, 0.0)
    return found


def _by_list(centre: Centre, _: int) -> Array:
    return centre.world.list_number


def _by_index(centre: Centre, incident: int) -> Array:
    found: Array = _arrival_min(centre, incident) + centre.world.ask_min
    return found


def _by_priced_index(centre: Centre, incident: int) -> Array:
    price = line_price(len(centre.waiting), centre.world.operators)
    found: Array = _arrival_min(centre, incident) + (1 + price) * centre.world.ask_min
    return found


class _Joint(ABC):
    """Make a plan when something has changed, and make its calls one after the other."""

    def __init__(self) -> None:
        self._planned_at, self._changes = -np.inf, -1
        self._calls: list[tuple[int, int]] = []

    def step(self, centre: Centre) -> Step:
        """Make the next call of the plan, or say when to look again."""
        again_min = REPLAN_MIN if centre.changes != self._changes else LOOK_MIN
        if centre.now_min >= self._planned_at + again_min:
            self._planned_at, self._changes = centre.now_min, centre.changes
            self._calls = self._plan(centre)
            again_min = LOOK_MIN
        self._calls = [call for call in self._calls if call[0] in centre.waiting]
        for number, (incident, firm) in enumerate(self._calls):
            if firm == NO_ANSWER or not centre.on_phone[firm]:
                del self._calls[number]
                return incident, firm
        return float(self._planned_at + again_min)

    @abstractmethod
    def _plan(self, centre: Centre) -> list[tuple[int, int]]:
        """Plan the calls of now: incident and firm, the first one first."""


class JointAlone(_Joint):
    """The plan that counts units only: no price of the lines, no window, no ageing."""

    def _plan(self, centre: Centre) -> list[tuple[int, int]]:
        incidents, slots = np.array(sorted(centre.waiting)), slots_of(centre)
        demands = demands_of(centre, incidents, np.ones(len(incidents)), 0.0)
        plan = plan_jointly(demands, slots, window_min=np.inf)
        order = next_calls(
            plan, demands, slots, window_min=np.inf, longest_wait_min=longest_of(centre, demands)
        )
        return calls_of(order, plan, demands, incidents)


class JointForLines(_Joint):
    """The plan of the command: with the price of the lines, the window and ageing."""

    def __init__(self) -> None:
        super().__init__()
        self._ready = 0

    def _plan(self, centre: Centre) -> list[tuple[int, int]]:
        world = centre.world
        incidents, slots = np.array(sorted(centre.waiting)), slots_of(centre)
        weight = aged_weight(
            np.ones(len(incidents)), centre.now_min - world.at_min[incidents],
            np.full(len(incidents), FALLBACK_MIN),
        )  # fmt: skip
        price = line_price(self._ready, world.operators)
        demands = demands_of(centre, incidents, weight, price)
        whole = plan_jointly(demands, slots, operators=world.operators, known_calls=self._ready)
        found = plan_in_front(whole, demands, slots, operators=world.operators)
        self._ready = found.ready
        order = next_calls(
            found.plan, found.demands, slots, longest_wait_min=longest_of(centre, found.demands)
        )
        return calls_of(order, found.plan, found.demands, incidents[found.numbers])


def longest_of(centre: Centre, demands: Demands) -> Array:
    """Return the longest wait allowed for each demand."""
    return np.full(demands.size, centre.longest_wait_min)


def calls_of(
    order: CallOrder, plan: JointPlan, demands: Demands, incidents: Array
) -> list[tuple[int, int]]:
    """List the incidents of the last resort, then those that are called, with their firms."""
    firms = demands.provider[plan.candidate[order.calls]].tolist()
    given_up = [(incident, NO_ANSWER) for incident in incidents[order.last_resort].tolist()]
    return given_up + list(zip(incidents[order.calls].tolist(), firms, strict=True))


def demands_of(centre: Centre, incidents: Array, weight: Array, price: float) -> Demands:
    """List the incidents with the firms of the least minutes that were not asked yet."""
    world, count = centre.world, len(incidents)
    index_min = world.travel_min[incidents] + world.ask_min
    paid_min = index_min + price * world.ask_min + centre.wait_min()
    paid_min[centre.asked[incidents]] = np.inf
    firms = np.argsort(paid_min, axis=1, kind="stable")[:, :CANDIDATES]
    is_open = np.isfinite(np.take_along_axis(paid_min, firms, axis=1))
    owner, firm = np.nonzero(is_open)[0], firms[is_open]
    return Demands(
        begin=np.searchsorted(owner, np.arange(count + 1)),
        provider=firm,
        order_min=index_min[owner, firm],
        index_min=index_min[owner, firm],
        ask_min=world.ask_min[firm],
        wait_min=np.zeros(len(firm)),
        way_min=world.travel_min[incidents[owner], firm],
        fallback_min=np.full(count, FALLBACK_MIN),
        weight=weight,
        age_min=centre.now_min - world.at_min[incidents],
        outside_min=np.full(count, np.inf),
    )


def slots_of(centre: Centre) -> SlotTable:
    """List the slots of each firm; one that is on the phone is counted as if it accepted."""
    wait_min = np.maximum(0.0, centre.free_min - centre.now_min)
    called = np.flatnonzero(centre.on_phone)
    wait_min[called, wait_min[called].argmin(axis=1)] += CYCLE_MIN
    starts = wait_min[:, :, None] + np.arange(SLOTS) * CYCLE_MIN
    starts = np.sort(starts.reshape(len(wait_min), -1), axis=1)
    is_used = starts < FALLBACK_MIN
    begin = np.concatenate([[0], np.cumsum(is_used.sum(axis=1))])
    return SlotTable(begin, starts[is_used], np.ones(begin[-1], np.int64))


POLICIES: dict[str, Callable[[], Policy]] = {
    NEAREST: lambda: Fixed(_by_travel),
    "nearest free": lambda: Fixed(_by_arrival),
    "list order": lambda: Fixed(_by_list),
    "index": lambda: Fixed(_by_index),
    "index + λ": lambda: Fixed(_by_priced_index),
    "joint": JointAlone,
    STORM: JointForLines,
}
