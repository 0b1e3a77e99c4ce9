"""The plan of a storm in random worlds: of least cost, proved, and a plain sort for each demand."""

import msgspec
import pytest

pytest.importorskip("ortools", reason="the extra storm is not here")
pytest.importorskip("scipy", reason="scipy is not here")

from dispatch_cli import incident_ranking
from dispatch_cli.storm.candidate_columns import LIKELY
from dispatch_cli.storm.network import NO_SLOT, STEPS_PER_MIN
from dispatch_cli.storm.plan_storm import plan_storm
from dispatch_cli.storm.plan_worth import worth_of
from dispatch_cli.storm.storm_answer import storm_answer
from dispatch_cli.storm.waiting import StormSettings

from ..batch.random_worlds import holidays
from .networks import least_cost
from .storms import Storm, plain_storm, total_in_turn, whole_network

SEEDS = range(12)
SEARCHED = [*SEEDS, *(pytest.param(seed, marks=pytest.mark.ci) for seed in range(12, 40))]


@pytest.mark.parametrize("seed", SEARCHED)
def test_a_plan_of_short_lists_costs_as_little_as_one_of_whole_lists(seed: int) -> None:
    """The total equals that of a dense solver over all pairs, and the proof says so."""
    storm = Storm(seed, in_turn=False)
    found = storm.plan()
    whole = whole_network(storm.waiting, storm.basis(), StormSettings())
    assert found.plan.proof.total == least_cost(whole)
    assert found.plan.proof.is_optimal


@pytest.mark.ci
@pytest.mark.parametrize("seed", range(40, 230))
def test_many_plans_cost_as_little_as_by_a_dense_solver(seed: int) -> None:
    """The same in 190 more worlds of up to 120 incidents, with ageing off."""
    storm = Storm(seed, incidents=20 + seed % 100, in_turn=False)
    settings = StormSettings(ageing=0.0)
    found = plan_storm(storm.waiting, storm.basis(), settings)
    assert found.plan.proof.is_optimal
    assert found.plan.proof.total == least_cost(
        whole_network(storm.waiting, storm.basis(), settings)
    )


@pytest.mark.ci
@pytest.mark.parametrize(("incidents", "firms"), [(300, 600), (1000, 400), (2000, 1000)])
def test_large_plans_cost_as_little_as_by_a_dense_solver(incidents: int, firms: int) -> None:
    """The same in large plain worlds, in which units are plenty, short and very short."""
    waiting, basis = plain_storm(incidents, firms)
    settings = StormSettings(ageing=0.0)
    found = plan_storm(waiting, basis, settings)
    assert found.plan.proof.is_optimal
    assert found.plan.proof.total == least_cost(whole_network(waiting, basis, settings))


def test_providers_of_several_rounds_keep_their_own_minutes() -> None:
    """Each candidate costs its own minutes, in whatever round the proof has named it."""
    waiting, basis = plain_storm(200, 80)
    found = plan_storm(waiting, msgspec.structs.replace(basis, listed=LIKELY), StormSettings())
    own = [row.order_min for each in found.ranked for row in each.rows]
    assert any(len(each.rows) > LIKELY + 1 for each in found.ranked)
    assert found.demands.order_min.tolist() == own


@pytest.mark.parametrize("asked", range(6))
def test_a_question_takes_the_soonest_slot_that_is_left(asked: int) -> None:
    """Two units with two jobs each: each of the first four questions takes one of the slots."""
    waiting, basis = plain_storm(30, 1)
    firm = basis.catalog.ids()[0]
    basis.catalog.providers = [msgspec.structs.replace(basis.catalog.find(firm), units=2)]
    basis = msgspec.structs.replace(basis, asked={firm: asked}, listed=LIKELY)
    units = plan_storm(waiting, basis, StormSettings()).slots.units.tolist()
    whole = [2] * len(units)
    assert len(whole) == 2
    assert sum(whole) - sum(units) == min(asked, sum(whole))
    assert units == sorted(units)


def test_the_proof_tells_plans_of_lists_that_were_cut_too_early() -> None:
    """The control: with short lists alone some plan costs more, and none of these is proved."""
    worse = 0
    for seed in SEEDS:
        storm = Storm(seed, in_turn=False)
        short = plan_storm(storm.waiting, storm.basis(rounds=1), StormSettings()).plan.proof
        best = storm.whole().plan.proof.total
        assert short.bound <= best <= short.total
        assert not short.is_optimal or short.total == best
        worse += short.total > best
    assert worse > 0


@pytest.mark.parametrize("seed", SEARCHED)
def test_a_plan_is_never_worse_than_first_come_first_served(seed: int) -> None:
    """The same slots, taken in turn, cost at least as much."""
    whole = Storm(seed).whole()
    assert whole.plan.proof.total <= total_in_turn(whole.plan.pairs.network)


@pytest.mark.parametrize("seed", SEARCHED)
def test_the_planned_slot_is_the_first_of_a_plain_sort(seed: int) -> None:
    """With its prices no other slot of a demand is cheaper, and nobody beats the last resort."""
    found = Storm(seed).whole()
    network, plan = found.plan.pairs.network, found.plan
    paid = network.cost + plan.scarcity[network.slot]
    for demand in range(network.incidents):
        edges = slice(network.begin[demand], network.begin[demand + 1])
        least = min(paid[edges].min(initial=10**15), network.last_resort[demand])
        chosen = plan.chosen[demand]
        own = network.last_resort[demand] if chosen == NO_SLOT else paid[chosen]
        assert own == least


@pytest.mark.parametrize("seed", SEARCHED)
def test_without_prices_each_list_is_the_cascade_of_today(seed: int) -> None:
    """A single incident has the order of its own cascade, as far as firms are asked first."""
    storm = Storm(seed, incidents=3)
    for each in storm.waiting:
        alone = Storm(seed, incidents=3)
        alone.waiting = [each]
        basis = alone.basis(listed=60)
        settings = StormSettings(top=60, longest_wait_min=1e6)
        answer = storm_answer(alone.whole(settings), basis, settings)
        today = incident_ranking.rank_incident(
            storm.catalog, each.incident, holidays=holidays, observations=storm.observations
        )
        by_service = {found.service: found.candidates for found in today.cascades}
        for demand in answer.demands:
            expected = [found.provider for found in by_service[demand.service]]
            got = [found.provider for found in demand.candidates]
            if all(found.scarcity_min == 0 for found in demand.candidates):
                assert got == expected[: len(got)]


def test_a_proposal_moves_only_for_more_minutes_than_are_kept() -> None:
    """Over many worlds: what moves to another firm saves more than ``keep_min``; some do not."""
    moved = stayed = 0
    for seed in SEEDS:
        storm = Storm(seed)
        first = storm.whole()
        kept = {
            (str(each.demand.waiting.ref), each.demand.service): first.numbering.ids[
                first.demands.provider[first.plan.candidate[at]]
            ]
            for at, each in enumerate(first.ranked)
            if first.plan.candidate[at] != NO_SLOT
        }
        storm.waiting = storm.waiting[1:]
        free = storm.whole(StormSettings())
        held = storm.whole(StormSettings(kept=kept, keep_min=10.0))
        changes_free, changes_held = _moves(free, kept), _moves(held, kept)
        assert changes_held <= changes_free
        lost = _minutes(held) - _minutes(free)
        # Each proposal that stays costs at most the minutes that are kept, times its weight.
        heaviest = sorted(held.demands.weight, reverse=True)[: changes_free - changes_held]
        assert -1 <= lost <= sum(heaviest) * 10 * STEPS_PER_MIN + len(kept)
        moved, stayed = moved + changes_held, stayed + changes_free - changes_held
    assert stayed > 0


def _moves(found, kept) -> int:
    count = 0
    for at, each in enumerate(found.ranked):
        before = kept.get((each.demand.waiting.ref, each.demand.service))
        candidate = found.plan.candidate[at]
        now = (
            None if candidate == NO_SLOT else found.numbering.ids[found.demands.provider[candidate]]
        )
        count += before is not None and before != now
    return count


def _minutes(found) -> int:
    pairs = found.plan.pairs
    weight = found.demands.weight
    total = 0.0
    for at, chosen in enumerate(found.plan.chosen):
        own = found.demands.fallback_min[at] if chosen == NO_SLOT else pairs.sort_min[chosen]
        total += own * weight[at]
    return round(total * STEPS_PER_MIN)


def test_nobody_waits_longer_than_the_longest_wait() -> None:
    """Who has waited that long goes to the last resort and is counted; the control waits on."""
    controls = 0
    for seed in SEEDS:
        storm = Storm(seed)
        settings = StormSettings(longest_wait_min=20.0)
        answer = storm_answer(storm.plan(settings), storm.basis(), settings)
        old = [each for each in answer.demands if each.waiting_min >= 20]
        assert all(each.act == "last_resort" for each in old)
        assert answer.waited_too_long == len(old)
        without = StormSettings(longest_wait_min=1e6)
        control = storm_answer(storm.plan(without), storm.basis(), without)
        assert control.waited_too_long == 0
        controls += sum(each.act == "wait" for each in control.demands if each.waiting_min >= 20)
    assert controls > 0


def test_the_firm_of_a_wish_is_planned_while_it_can_come() -> None:
    """A wished firm is the only candidate of its incident, also where another one is nearer."""
    wished = 0
    for seed in SEEDS:
        storm = Storm(seed)
        found = storm.whole()
        for at, each in enumerate(found.ranked):
            wish = each.demand.waiting.incident.wish
            if wish is None or not each.rows or each.rows[0].provider != wish:
                continue
            begin, end = found.demands.begin[at], found.demands.begin[at + 1]
            names = [found.numbering.ids[one] for one in found.demands.provider[begin:end]]
            assert names == [wish]
            wished += 1
    assert wished > 0


def test_equal_storms_give_equal_plans() -> None:
    """Two plans of the same storm have the same answer."""
    for seed in range(5):
        answers = [
            storm_answer(Storm(seed).plan(), Storm(seed).basis(), StormSettings()) for _ in range(2)
        ]
        assert answers[0] == answers[1]


def test_a_plan_made_again_is_proved_without_its_discount() -> None:
    """The same storm with its own proposals kept costs the same, and is still the best plan."""
    for seed in SEEDS:
        storm = Storm(seed, in_turn=False)
        first = storm.whole()
        kept = {
            (each.demand.waiting.ref, each.demand.service): first.numbering.ids[
                first.demands.provider[first.plan.candidate[at]]
            ]
            for at, each in enumerate(first.ranked)
            if first.plan.candidate[at] != NO_SLOT
        }
        again = storm.whole(StormSettings(kept=kept))
        assert worth_of(again) == worth_of(first)
        assert worth_of(first).total_min == worth_of(first).bound_min
