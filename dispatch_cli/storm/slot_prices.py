"""Compute what each slot is worth: the cost that the plan would gain if one unit of it vanished.

OR-tools gives no prices of a flow (its issue 3321), so they are computed from the plan itself. The
price of a slot with a free unit is 0. That of a full one is the cheapest way to move one of its
incidents elsewhere: to the last resort, or to another slot, at whose price an incident there is
moved on. These are lengths of shortest paths, found by the sweeps of Bellman and Ford over whole
columns. They are the largest prices that prove the plan, and therefore unique.
"""

import numpy as np

from .network import NO_SLOT, Array, Network

_NONE = np.iinfo(np.int64).max // 4
"""More than any price."""


def slot_prices(network: Network, chosen: Array) -> Array:
    """Compute the price of each slot in a plan of least cost, in the unit of the costs."""
    slots = network.slots_of(chosen)
    is_served = slots != NO_SLOT
    own_slot, own_cost = slots[is_served], network.cost[chosen[is_served]]
    is_full = network.used(chosen) >= network.capacity
    prices = np.where(is_full, _NONE, 0)
    served = _Rows(network, np.flatnonzero(is_served))
    # A shortest path passes no slot twice; the sweep behind the last slot changes nothing.
    for _ in range(network.slots + 1):
        moved = served.least(prices) - own_cost
        lower = prices.copy()
        np.minimum.at(lower, own_slot, moved)
        if np.array_equal(lower, prices):
            return prices
        prices = lower
    raise AssertionError("the plan is not of least cost: a circle of moves would make it cheaper")


def incident_prices(network: Network, prices: Array) -> Array:
    """Compute the least that each incident would pay: a slot with its price, or the last resort."""
    return _Rows(network, np.arange(network.incidents)).least(prices)


class _Rows:
    """The edges of some incidents, one after the other."""

    def __init__(self, network: Network, incidents: Array) -> None:
        counts = np.diff(network.begin)[incidents]
        self._has_edges = counts > 0
        starts = np.cumsum(counts) - counts
        edges = np.repeat(network.begin[incidents] - starts, counts) + np.arange(counts.sum())
        self._slot, self._cost = network.slot[edges], network.cost[edges]
        self._starts = starts[self._has_edges]
        self._last_resort = network.last_resort[incidents]

    def least(self, prices: Array) -> Array:
        """Return the least sum of cost and price of each incident, or its last resort."""
        found = self._last_resort.copy()
        if len(self._starts):
            least = np.minimum.reduceat(self._cost + prices[self._slot], self._starts)
            found[self._has_edges] = np.minimum(found[self._has_edges], least)
        return found
