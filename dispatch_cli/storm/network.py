"""Define the network of a storm: incidents, slots of units, and the costs of the pairs."""

from typing import Any, NamedTuple

import numpy as np

Array = np.ndarray[Any, Any]

STEPS_PER_MIN = 1_000
"""Costs are whole thousandths of a minute; finer ones only cost the solver time."""

NO_SLOT = -1
"""In the place of an edge, a candidate or a slot: the plan gives none to the incident."""


class Network(NamedTuple):
    """The edges from incidents to slots, as columns.

    Those of incident ``i`` are at ``begin[i]`` to ``begin[i + 1]``. ``slot`` and ``cost`` have a
    value for each edge, ``last_resort`` the cost of each incident that gets no slot, ``capacity``
    the number of units of each slot. All costs are whole numbers: thousandths of a minute times the
    weight of the demand.
    """

    begin: Array
    slot: Array
    cost: Array
    last_resort: Array
    capacity: Array

    @property
    def incidents(self) -> int:
        """The number of incidents."""
        return len(self.last_resort)

    @property
    def slots(self) -> int:
        """The number of slots."""
        return len(self.capacity)

    @property
    def owner(self) -> Array:
        """The incident of each edge."""
        return np.repeat(np.arange(self.incidents), np.diff(self.begin))

    def costs_of(self, chosen: Array) -> Array:
        """Return the cost of each incident, if it gets the slot of its chosen edge."""
        is_served = chosen != NO_SLOT
        found = self.last_resort.copy()
        found[is_served] = self.cost[chosen[is_served]]
        return found

    def slots_of(self, chosen: Array) -> Array:
        """Return the slot of each incident, ``NO_SLOT`` for the last resort."""
        found = np.full(self.incidents, NO_SLOT, np.int64)
        is_served = chosen != NO_SLOT
        found[is_served] = self.slot[chosen[is_served]]
        return found

    def used(self, chosen: Array) -> Array:
        """Count the units of each slot that have an incident."""
        slots = self.slots_of(chosen)
        return np.bincount(slots[slots != NO_SLOT], minlength=self.slots)
