"""Who can reach a stretch of ground, the soonest possible first, compiled.

A cell is a box of latitude and longitude. For an offer whose base is ``d`` from the middle of a
cell that reaches ``r`` from there to its corners, no place in the cell is nearer than ``d - r``
(triangle inequality on the sphere; the corners are farthest, since along a meridian and along a
parallel the distance from the middle only grows). The way through the earth stands for ``d``: it
is soon worked out and never more. The minutes of ``d - r`` bound the order from below, as in
``tree``. Whoever cannot reach the cell is left out of it; whoever cannot be there before the last
resort stands at the end. The list of a cell is made from that of a wider one in which it lies.
"""

from math import inf

import numpy as np

from .kernel import chord_km, drive_min, jit, point
from .layout import ASK, LATE, RADIUS, REST, STANDING
from .tree import SLACK_KM, SLACK_MIN

_ROUNDING_MIN = 1e-3
"""More than what four-byte floats lose of any bound below the last resort."""


@jit
def _least_bound(table, offer, least_km):
    """The least order_min of an offer in a cell; infinite for whoever is never asked there.

    Whoever is never asked stays in the list, because the reason may be asked for.
    """
    facts = table.facts
    if facts[offer, REST] == inf:
        return inf
    standing_min = facts[offer, STANDING] + facts[offer, LATE]
    arrival_min = max(0.0, standing_min + (drive_min(least_km, table) if least_km > 0 else 0.0))
    if arrival_min + facts[offer, ASK] > table.fallback_min + SLACK_MIN:
        return inf
    return facts[offer, REST] + arrival_min - max(0.0, standing_min) - SLACK_MIN


@jit
def refine(table, above, parent, middles, wide_km, begin, end, offers, bounds, begins):
    """Fill the lists of some cells from those of the wider cells in which they lie.

    ``middles`` has latitude, longitude and the way to the corners. Returns how many entries there
    are.
    """
    written = 0
    for cell in range(begin, end):
        begins[cell] = written
        lat, lon, corner_km = middles[cell, 0], middles[cell, 1], middles[cell, 2]
        x, y, z = point(lat, lon)
        for at in range(above.begin[parent[cell]], above.begin[parent[cell] + 1]):
            offer = above.offer[at]
            km = chord_km(table.facts, offer, x, y, z) - SLACK_KM
            if km > table.facts[offer, RADIUS] + corner_km + wide_km:
                continue
            bound_min = _least_bound(table, offer, km - corner_km)
            if bound_min == inf and table.odd[offer]:
                continue  # never asked here; and the reason is never said here, either
            offers[written], bounds[written] = offer, bound_min
            written += 1
    begins[end] = written
    return written


@jit
def sort_and_cut(lists, most, offers, bounds, begins, short):
    """Sort each list by its bounds and keep the first ``most``; bounds may be rounded down."""
    written = 0
    for cell in range(len(lists.begin) - 1):
        first, last = lists.begin[cell], lists.begin[cell + 1]
        kept = min(most, last - first)
        begins[cell], short[cell] = written, last - first > kept
        if last - first > 2 * most:
            lowest = np.partition(lists.bound_min[first:last], most)[most]
            among = np.flatnonzero(lists.bound_min[first:last] <= lowest)
        else:
            among = np.arange(last - first)
        order = among[np.argsort(lists.bound_min[first:last][among])]
        for at in range(kept):
            offers[written] = lists.offer[first + order[at]]
            bounds[written] = lists.bound_min[first + order[at]] - _ROUNDING_MIN
            written += 1
    begins[len(lists.begin) - 1] = written
    return written


@jit
def sorted_by(cells, count):
    """The positions of some numbers below ``count`` in their order, equal ones as they stand."""
    ends = np.zeros(count + 1, np.int64)
    for cell in cells:
        ends[cell + 1] += 1
    for cell in range(count):
        ends[cell + 1] += ends[cell]
    order = np.empty(len(cells), np.int64)
    for at in range(len(cells)):
        order[ends[cells[at]]] = at
        ends[cells[at]] += 1
    return order
