"""Small random networks, and their least cost by another way: scipy on single units."""

import numpy as np

from dispatch_cli.storm.network import Array, Network

NEVER = 10**13


def random_network(
    seed: int, *, incidents: int = 40, firms: int = 40, slots: int = 2, ties: bool = False
) -> Network:
    """Make a network on a plane; with ``ties`` many costs are equal."""
    random = np.random.default_rng(seed)
    count, places = random.integers(1, incidents + 1), random.integers(1, firms + 1)
    here, there = random.random((count, 2)) * 100, random.random((places, 2)) * 100
    minutes = np.sqrt(((here[:, None] - there) ** 2).sum(axis=2)) + random.random(places) * 10
    if ties:
        minutes = np.round(minutes / 15) * 15
    waits = np.arange(slots) * 45.0
    costs = np.round((minutes[:, :, None] + waits) * 1e6).astype(np.int64).reshape(count, -1)
    last_resort = np.full(count, int(random.integers(20, 150)) * 1_000_000)
    is_kept = (costs < last_resort[:, None]) & (random.random(costs.shape) < 0.8)
    return Network(
        begin=np.concatenate([[0], np.cumsum(is_kept.sum(axis=1))]),
        slot=np.nonzero(is_kept)[1],
        cost=costs[is_kept],
        last_resort=last_resort,
        capacity=random.integers(0, 4, places * slots),
    )


def least_cost(network: Network) -> int:
    """Return the least cost of a plan, by scipy on a dense matrix with a column for each unit."""
    from scipy.optimize import linear_sum_assignment

    dense = np.full((network.incidents, network.slots), NEVER)
    dense[network.owner, network.slot] = network.cost
    nobody = np.where(np.eye(network.incidents, dtype=bool), network.last_resort[:, None], NEVER)
    matrix = np.concatenate([np.repeat(dense, network.capacity, axis=1), nobody], axis=1)
    rows, columns = linear_sum_assignment(matrix)
    return int(matrix[rows, columns].sum())


def without_unit(network: Network, slot: int) -> Network:
    """Take one unit of a slot away."""
    capacity: Array = network.capacity.copy()
    capacity[slot] -= 1
    return network._replace(capacity=capacity)
