"""The cells once more, compiled: lists of offers by their bound, each from a wider one."""

from math import inf

import numpy as np

from .cells import SLACK_KM, SLACK_MIN
from .kernel import chord_km, drive_min, jit, point
from .layout import ASK, LATE, RADIUS, REST, STANDING

_ROUNDING_MIN = 1e-3
"""More than what four-byte floats lose of any bound below the last resort."""


@jit
def _least_bound(table, offer, least_km):
    """The least order_min of an offer in a cell, as ``Cells`` has it."""
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
    are, also where ``offers`` has no room for them.
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
            if written < len(offers):
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
