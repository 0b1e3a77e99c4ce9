"""A plan is of least cost, and the price of a slot is what its loss would cost."""

import numpy as np
import pytest

pytest.importorskip("ortools", reason="the extra storm is not here")
pytest.importorskip("scipy", reason="scipy is not here")

from dispatch_cli.storm.assignment import best_edges
from dispatch_cli.storm.certificate import prove
from dispatch_cli.storm.network import NO_SLOT, Network
from dispatch_cli.storm.slot_prices import slot_prices

from .networks import least_cost, random_network, without_unit

WORLDS = [(seed, ties) for seed in range(20) for ties in (False, True)]


@pytest.mark.parametrize(("seed", "ties"), WORLDS)
def test_a_plan_costs_as_little_as_by_scipy_and_its_prices_prove_it(seed: int, ties: bool) -> None:
    """The total equals that of a dense solver, no slot is overfull, and the bound equals it."""
    network = random_network(seed, ties=ties)
    chosen = best_edges(network)
    assert (network.used(chosen) <= network.capacity).all()
    prices = slot_prices(network, chosen)
    proof = prove(network, chosen, prices, network.last_resort)
    assert proof.total == least_cost(network)
    assert proof.is_optimal


@pytest.mark.parametrize(("seed", "ties"), WORLDS[:16])
def test_the_price_of_a_slot_is_the_cost_of_losing_one_unit(seed: int, ties: bool) -> None:
    """Without one of its units, the best plan costs as much more as the price says."""
    network = random_network(seed, incidents=20, firms=12, ties=ties)
    chosen = best_edges(network)
    total = network.costs_of(chosen).sum()
    prices = slot_prices(network, chosen)
    for slot in np.flatnonzero(network.capacity):
        fewer = without_unit(network, slot)
        assert fewer.costs_of(best_edges(fewer)).sum() - total == prices[slot]


def test_an_incident_that_could_go_elsewhere_pays_no_more_than_that() -> None:
    """Two incidents want one unit: its price is the detour of the one that gives way.

    Incident 0: 10 minutes from slot 0, 30 from slot 1; incident 1: 12 from slot 0 alone, and the
    last resort takes 100. The best plan is 30 + 12. Without slot 0 it is 30 + 100, without slot 1
    it is 10 + 100.
    """
    network = Network(
        begin=np.array([0, 2, 3]),
        slot=np.array([0, 1, 0]),
        cost=np.array([10, 30, 12]),
        last_resort=np.array([100, 100]),
        capacity=np.array([1, 1]),
    )
    chosen = best_edges(network)
    assert network.slots_of(chosen).tolist() == [1, 0]
    assert slot_prices(network, chosen).tolist() == [88, 68]


def test_a_pair_that_was_left_out_and_would_help_is_told() -> None:
    """The control: where the list of pairs was cut too early, the proof names the incident."""
    network = Network(
        begin=np.array([0, 1, 2]),
        slot=np.array([0, 0]),
        cost=np.array([10, 12]),
        last_resort=np.array([100, 100]),
        capacity=np.array([1, 1]),
    )
    chosen = best_edges(network)
    prices = slot_prices(network, chosen)
    proof = prove(network, chosen, prices, np.array([200, 30]))
    assert proof.open.tolist() == [1]
    assert not proof.is_optimal
    assert prove(network, chosen, prices, np.array([200, 100])).is_optimal


def test_prices_of_a_plan_that_is_not_best_are_refused() -> None:
    """The control: a worse plan has a circle of moves that would make it cheaper."""
    network = Network(
        begin=np.array([0, 2, 4]),
        slot=np.array([0, 1, 0, 1]),
        cost=np.array([1, 50, 50, 1]),
        last_resort=np.array([100, 100]),
        capacity=np.array([1, 1]),
    )
    with pytest.raises(AssertionError, match="not of least cost"):
        slot_prices(network, np.array([1, 2]))


def test_without_any_pair_everybody_goes_to_the_last_resort() -> None:
    """A network without edges has a plan, at the cost of the last resort."""
    network = Network(
        begin=np.array([0, 0, 0]), slot=np.array([], int), cost=np.array([], int),
        last_resort=np.array([5, 7]), capacity=np.array([2]),
    )  # fmt: skip
    chosen = best_edges(network)
    assert chosen.tolist() == [NO_SLOT, NO_SLOT]
    assert network.costs_of(chosen).sum() == 12
