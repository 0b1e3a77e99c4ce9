"""Define what is needed in a storm, and who could come, as columns.

A demand is one service of one incident. All times are minutes from the moment of the plan.
"""

from typing import NamedTuple

import numpy as np

from .network import Array


class Demands(NamedTuple):
    """The demands, and the candidates of each in the order of its cascade.

    The candidates of demand ``i`` are at ``begin[i]`` to ``begin[i + 1]``. ``provider`` is the
    number of each candidate's provider. ``order_min`` are the minutes that sort the cascade,
    ``index_min`` those that are compared with the last resort, ``ask_min`` the expected minutes of
    asking (part of both), ``wait_min`` the wait of the provider (part of both) and ``way_min`` the
    minutes from setting off to arrival. ``fallback_min``, ``weight`` and ``age_min`` have a value
    for each demand, and so has ``outside_min``: no candidate that was left out has a lower
    ``order_min``; infinity, if none was.
    """

    begin: Array
    provider: Array
    order_min: Array
    index_min: Array
    ask_min: Array
    wait_min: Array
    way_min: Array
    fallback_min: Array
    weight: Array
    age_min: Array
    outside_min: Array

    @property
    def size(self) -> int:
        """The number of demands."""
        return len(self.fallback_min)

    @property
    def owner(self) -> Array:
        """The demand of each candidate."""
        return np.repeat(np.arange(self.size), np.diff(self.begin))


class SlotTable(NamedTuple):
    """The slots of all providers, as columns, the soonest of each provider first.

    The slots of provider ``p`` are at ``begin[p]`` to ``begin[p + 1]``; ``wait_min`` is the wait of
    each from now, ``units`` the number of units that can set off then.
    """

    begin: Array
    wait_min: Array
    units: Array

    @property
    def size(self) -> int:
        """The number of slots."""
        return len(self.units)

    @property
    def owner(self) -> Array:
        """The provider of each slot."""
        return np.repeat(np.arange(len(self.begin) - 1), np.diff(self.begin))
