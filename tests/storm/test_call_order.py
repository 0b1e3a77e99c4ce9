"""Who is called next, who later, and who goes to the last resort, against a plain loop."""

from itertools import chain

import numpy as np
import pytest

pytest.importorskip("ortools", reason="the extra storm is not here")

from dispatch_cli.storm.call_order import (
    AGEING,
    CallOrder,
    aged_weight,
    next_calls,
    part_of,
    plan_in_front,
)
from dispatch_cli.storm.demands import Demands, SlotTable
from dispatch_cli.storm.joint_plan import JointPlan, calls_now, plan_jointly
from dispatch_cli.storm.line_price import line_price
from dispatch_cli.storm.network import NO_SLOT

from .plan_worlds import demand_alone, random_demands

SEEDS = range(60)
WINDOW_MIN = 30.0


def by_hand(
    plan: JointPlan, demands: Demands, slots: SlotTable, longest_min: float
) -> dict[str, list[int]]:
    """Put each demand into its list, and sort the lists by tuples."""
    found: dict[str, list[int]] = {name: [] for name in CallOrder._fields}
    for number in range(demands.size):
        candidates = range(int(demands.begin[number]), int(demands.begin[number + 1]))
        can_go = any(
            demands.index_min[row] + slots.wait_min[slot] < demands.fallback_min[number]
            for row in candidates
            for slot in range(
                int(slots.begin[demands.provider[row]]), int(slots.begin[demands.provider[row] + 1])
            )
        )
        slot = plan.slot[number]
        if demands.age_min[number] >= longest_min or not can_go:
            name = "last_resort"
        elif slot == NO_SLOT:
            name = "waiting"
        else:
            name = "calls" if slots.wait_min[slot] <= WINDOW_MIN else "held"
        found[name].append(number)
    for name, numbers in found.items():
        numbers.sort(
            key=lambda number: (
                slots.wait_min[plan.slot[number]] if name == "held" else 0,
                -demands.weight[number], -demands.age_min[number], number,
            )
        )  # fmt: skip
    return found


@pytest.mark.parametrize("longest_min", [100.0, np.inf])
def test_each_demand_is_in_the_list_and_at_the_place_that_a_loop_finds(longest_min: float) -> None:
    """In 60 random worlds the four lists are those of a loop, and each of them is used."""
    used = dict.fromkeys(CallOrder._fields, 0)
    for seed in SEEDS:
        demands, slots = random_demands(seed)
        plan = plan_jointly(demands, slots)
        longest = None if longest_min == 100.0 else np.full(demands.size, longest_min)
        order = next_calls(plan, demands, slots, longest_wait_min=longest)
        found = {name: numbers.tolist() for name, numbers in order._asdict().items()}
        assert found == by_hand(plan, demands, slots, longest_min)
        assert sorted(chain.from_iterable(found.values())) == list(range(demands.size))
        for name, numbers in found.items():
            used[name] += len(numbers) > 1
    assert min(used.values()) > 2, used


@pytest.mark.parametrize("operators", [None, 1, 3])
def test_only_the_demands_up_to_the_last_operator_are_planned_again(operators: int | None) -> None:
    """The demands in front are the first in the order that hold as many calls as operators."""
    cut = 0
    for seed in SEEDS:
        demands, slots = random_demands(seed)
        whole = plan_jointly(demands, slots, operators=operators)
        found = plan_in_front(whole, demands, slots, operators=operators)
        is_ready = calls_now(found.whole, slots)
        assert found.ready == is_ready.sum()
        order = sorted(
            range(demands.size), key=lambda n: (-demands.weight[n], -demands.age_min[n], n)
        )
        front: list[int] = []
        for number in order:
            if operators and is_ready[front].sum() == operators < found.ready:
                break
            front.append(number)
        assert found.numbers.tolist() == sorted(front)
        if len(front) == demands.size and found.plan is found.whole:
            continue
        cut += 1
        again = plan_jointly(found.demands, slots, operators=operators, known_calls=found.ready)
        assert found.plan.candidate.tolist() == again.candidate.tolist()
        assert found.plan.line_price == line_price(found.ready, operators) > 0
    assert (cut > 10) == (operators is not None)


def test_a_part_of_the_demands_has_their_candidates() -> None:
    """A part equals the demands that were cut out row by row, one after the other."""
    for seed in SEEDS:
        demands, _ = random_demands(seed)
        numbers = np.flatnonzero(np.random.default_rng(seed).random(demands.size) < 0.5)
        part = part_of(demands, numbers)
        assert part.size == len(numbers)
        for place, number in enumerate(numbers):
            one, other = demand_alone(part, place), demand_alone(demands, int(number))
            for mine, theirs in zip(one, other, strict=True):
                assert mine.tolist() == theirs.tolist()


def test_a_proposal_that_is_kept_stays_with_its_demand_in_front() -> None:
    """With a large gain to beat, the demands in front keep the candidates they were given."""
    kept_ones = moved = 0
    for seed in SEEDS:
        demands, slots = random_demands(seed)
        whole = plan_jointly(demands, slots, operators=1)
        first = plan_in_front(whole, demands, slots, operators=1)
        if first.plan is first.whole:
            continue
        other = demands._replace(order_min=demands.order_min[::-1].copy())
        whole = plan_jointly(other, slots, operators=1)
        found, free = (
            plan_in_front(
                whole, other, slots, operators=1, kept=first.whole.candidate, keep_min=gain
            )
            for gain in (1000.0, 0.0)
        )
        before = first.whole.candidate[found.numbers]
        after = demands.begin[found.numbers] + found.plan.candidate - found.demands.begin[:-1]
        is_both = (before != NO_SLOT) & (found.plan.candidate != NO_SLOT)
        kept_ones += (before == after)[is_both].sum()
        assert (before == after)[is_both].all()
        moved += free.plan.candidate.tolist() != found.plan.candidate.tolist()
    assert kept_ones > 10
    assert moved > 10, "the control: without the gain, proposals move"


def test_weights_grow_with_age() -> None:
    """A new demand has its priority; one as old as the last resort takes has AGEING times more."""
    weight = aged_weight(np.array([1.0, 2.0, 1.0]), np.array([0.0, 60.0, 120.0]), np.full(3, 120.0))
    assert weight.tolist() == [1.0, 2.0 * (1 + AGEING / 2), 1 + AGEING]
