"""Prove that a plan is of least cost, also against the pairs that were left out of its network."""

import numpy as np
from msgspec import Struct

from .network import Array, Network
from .slot_prices import incident_prices


class Proof(Struct, frozen=True):
    """What the prices prove about a plan.

    ``total`` is the cost of the plan, ``bound`` a lower bound of the cost of every plan. ``open``
    lists the incidents for which a pair that was left out could still be cheaper.
    """

    total: int
    bound: int
    open: Array

    @property
    def is_optimal(self) -> bool:
        """Whether no plan is cheaper."""
        return self.total == self.bound and not len(self.open)

    @property
    def within(self) -> float:
        """By which share of the bound a cheaper plan could be better, at most."""
        return (self.total - self.bound) / self.bound if self.bound else 0.0


def prove(network: Network, chosen: Array, prices: Array, least_outside: Array) -> Proof:
    """Compare a plan with the bound that its prices give.

    ``least_outside`` is a lower bound of the cost of each incident's pairs that are not in the
    network. No price is negative, so that such a pair helps nobody who pays no more than it. The
    bound counts an incident with open pairs as if the cheapest of them were free.
    """
    pays = incident_prices(network, prices)
    open_ones = np.flatnonzero(least_outside < pays)
    bound = int(np.minimum(pays, least_outside).sum() - (prices * network.capacity).sum())
    return Proof(total=int(network.costs_of(chosen).sum()), bound=bound, open=open_ones)
