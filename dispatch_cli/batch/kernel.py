"""Choose the first few offers for each task, and the offers of a cell.

The same source runs in two ways. Imported directly, the functions are Python over lists; loaded by
``compiled.arrays``, which replaces ``jit`` by numba's decorator, they are compiled for arrays.
Compiled sines may differ from Python's in the last bits. If the result of a task could depend on
that, its verdict says what the caller must do:

- ``TIED``: sort the offers found again by exact arithmetic; also if equals may take turns
- ``UNSURE``: let the desk rank the task

All columns are flat: the values of item ``i`` with ``n`` each begin at ``i * n``.
"""

from math import cos, radians
from typing import Any

from . import offer_kernel
from .offer_kernel import EDGE, FOR_DESK, POSTCODES, SLACK_KM, SLACK_MIN

jit: Any = globals().get("jit", lambda function: function)
# Compiled functions call compiled ones.
_offers: Any = globals().get("offers", offer_kernel)
great_circle_km, chord_km, point = _offers.great_circle_km, _offers.chord_km, _offers.point
drive_min, index_min = _offers.drive_min, _offers.index_min
least_bound_min, beyond_area_km = _offers.least_bound_min, _offers.beyond_area_km
limit_gate, is_asked, first_gate = _offers.limit_gate, _offers.is_asked, _offers.first_gate
availability_gate = _offers.availability_gate

SERVED, UNSERVED, TIED, UNSURE = range(4)
"""The verdicts on a task."""
ALL, LISTED, OTHERS = range(3)
"""The part of the providers: all, those on a client's list, or those not on it."""

SPARE = 6
"""The number of places behind the first N, for candidates that may tie with the N-th."""
NEAR_TIE_MIN = 1e-6 + 2 * SLACK_MIN
"""Minutes with a larger difference are never equal in millionths, despite the error of bounds."""
_CLOSE_MIN = NEAR_TIE_MIN + 2 * SLACK_MIN


@jit
def _consider(table, hours, sides, rows, found, task, part, offer, here, room, stop_min):  # noqa: PLR0912 - a row of early returns
    """Insert an offer among those found if it may belong there.

    ``room`` has three indices: of the first place, behind the last filled place and behind the last
    place. Returns the new index behind the last filled place, or -1 if the desk must decide.
    """
    first, count, most = room
    phi, cosine, lon, x, y, z = here
    number, side = table.number[offer], rows.side[task]
    if sides.failing[side * sides.providers + number]:
        return count
    if part != ALL:
        is_listed = sides.listed[sides.list_of[side] * sides.providers + number] != 0
        if is_listed != (part == LISTED):
            return count
    if limit_gate(table, rows, task, offer):
        return count
    least_km = max(0.0, chord_km(table, offer, x, y, z) - EDGE)
    if least_km - table.radius_km[offer] > rows.uncertainty_km[task]:
        return count
    head_of = sides.head_of[side]
    head_min = sides.heads[head_of * sides.providers + number] if head_of >= 0 else 0.0
    if index_min(table, offer, drive_min(least_km, table)) - head_min > stop_min:
        return count
    if table.asked_gate and is_asked(rows, task, number):
        return count
    gate = FOR_DESK
    if not table.needs_desk[offer]:
        gate = availability_gate(table, hours, rows, task, offer)
        if gate not in (0, FOR_DESK):
            return count
    km = great_circle_km(table.phi[offer], table.cosine[offer], table.lon[offer], phi, cosine, lon)
    travel_min = drive_min(km, table)
    index = index_min(table, offer, travel_min)
    order_min = index - head_min
    if index > table.fallback_min + EDGE or order_min > stop_min:
        return count
    beyond_km = beyond_area_km(table, rows, task, offer, km)
    if beyond_km > EDGE:
        return count
    if beyond_km > -EDGE or gate == FOR_DESK or index > table.fallback_min - EDGE:
        return -1
    at = count if count < most else most - 1
    if count >= most and order_min >= found.order_min[at]:
        return count
    if table.area[offer] == POSTCODES:
        for place in range(first, count):
            if found.offer[place] == offer:
                return count  # the offer was inserted by another postcode of the place
    while at > first and found.order_min[at - 1] > order_min:
        found.offer[at] = found.offer[at - 1]
        found.order_min[at] = found.order_min[at - 1]
        found.travel_min[at] = found.travel_min[at - 1]
        found.distance_km[at] = found.distance_km[at - 1]
        at -= 1
    found.offer[at], found.order_min[at] = offer, order_min
    found.travel_min[at], found.distance_km[at] = travel_min, km
    return min(count + 1, most)


@jit
def _scan(table, hours, sides, lists, coded, rows, found, task, part, begin, filled, top):
    """Fill the places of a task behind the first ``filled``; returns how many are filled, or -1.

    Only providers of one ``part`` are considered. The offers of the cell come first, then those of
    each postcode. Both lists are sorted by lower bound, so a scan ends at the first bound that
    exceeds the minutes of the last place.
    """
    lat, lon = rows.lat[task], rows.lon[task]
    phi = radians(lat)
    x, y, z = point(lat, lon)
    here = (phi, cos(phi), lon, x, y, z)
    first, most = begin + filled, begin + top + SPARE
    last, count, stop_min = begin + top - 1, first, 1e300
    cell = rows.cell[task]
    is_short, is_coded = lists.short[cell] != 0, False
    entry, end = lists.begin[cell], lists.begin[cell + 1]
    code_at = rows.code_begin[task]
    while True:
        is_over = entry == end
        if not is_over:
            offer = coded.offer[entry] if is_coded else lists.offer[entry]
            bound_min = coded.bound_min[entry] if is_coded else lists.bound_min[entry]
            if bound_min > stop_min:
                is_over = True
                is_short = is_short and is_coded  # offers that were cut off have higher bounds
        if is_over:
            if code_at == rows.code_end[task]:
                break
            code, is_coded = rows.codes[code_at], True
            entry, end = coded.begin[code], coded.begin[code + 1]
            code_at += 1
            continue
        entry += 1
        count = _consider(table, hours, sides, rows, found, task, part, offer, here,
                          (first, count, most), stop_min)  # fmt: skip
        if count < 0:
            return -1
        if count > last:
            stop_min = found.order_min[last] + _CLOSE_MIN + table.equal_min
    return -1 if is_short else count - begin


@jit
def _is_tied(found, first, last, end, near_min):
    """Return whether two offers in sequence, up to the last and its next, differ too little."""
    for at in range(first, min(end, last + 2) - 1):
        if found.order_min[at + 1] - found.order_min[at] < near_min:
            return True
    return False


@jit
def _has_tie_at_end(found, last, end, most, near_min):
    """Return whether offers without a place may tie with the last one."""
    return end == most and found.order_min[end - 1] - found.order_min[last] < near_min


@jit
def rank(table, hours, sides, lists, coded, rows, found, begin, end, top):
    """Rank the tasks from ``begin`` to ``end``."""
    width, near_min = top + SPARE, NEAR_TIE_MIN + table.equal_min
    for task in range(begin, end):
        if rows.cell[task] < 0:
            found.verdict[task] = UNSURE
            continue
        base = task * width
        last = base + top - 1
        part = LISTED if sides.list_of[rows.side[task]] >= 0 else ALL
        count = listed = 0
        is_tied = is_unsure = False
        while True:
            first = count
            count = _scan(
                table, hours, sides, lists, coded, rows, found, task, part, base, first, top
            )
            is_unsure = count < 0 or _has_tie_at_end(
                found, last, base + count, base + width, near_min
            )
            if is_unsure:
                break
            is_tied = is_tied or _is_tied(found, base + first, last, base + count, near_min)
            if part != LISTED:
                break
            listed = count
            if count >= top:
                break
            part = OTHERS
        found.listed[task] = listed
        found.count[task] = count
        if is_unsure:
            found.verdict[task] = UNSURE
        elif count == 0:
            found.verdict[task] = UNSERVED
        else:
            found.verdict[task] = TIED if is_tied else SERVED


@jit
def find_last_reason(table, hours, sides, lists, coded, rows, tasks, gates):
    """Find for each task the number of the last reason that an offer reached; 0: none is near.

    It is -1 if the decision is close, or if a list was cut off.
    """
    for at in range(len(tasks)):
        task = tasks[at]
        cell = rows.cell[task]
        phi, lon = radians(rows.lat[task]), rows.lon[task]
        cosine = cos(phi)
        furthest = -1 if lists.short[cell] else 0
        entry, end, is_coded = lists.begin[cell], lists.begin[cell + 1], False
        code_at = rows.code_begin[task]
        while furthest >= 0:
            if entry == end:
                if code_at == rows.code_end[task]:
                    break
                code, is_coded = rows.codes[code_at], True
                entry, end = coded.begin[code], coded.begin[code + 1]
                code_at += 1
                continue
            offer = coded.offer[entry] if is_coded else lists.offer[entry]
            entry += 1
            km = great_circle_km(
                table.phi[offer], table.cosine[offer], table.lon[offer], phi, cosine, lon
            )
            gate = first_gate(table, hours, sides, rows, task, offer, km)
            furthest = -1 if gate < 0 else max(furthest, table.reason_of[gate])
        gates[at] = furthest


@jit
def refine(table, above, lat, lon, corner_km, wide_km, offers, bounds):
    """List the offers of a cell from those of a wider one; returns their number.

    ``corner_km`` is the distance from the middle of the cell to its farthest corner, ``wide_km``
    the largest uncertainty of a place in it.
    """
    x, y, z = point(lat, lon)
    count = 0
    for at in range(len(above)):
        offer = above[at]
        km = chord_km(table, offer, x, y, z) - SLACK_KM
        if km > table.radius_km[offer] + corner_km + wide_km:
            continue
        offers[count] = offer
        bounds[count] = least_bound_min(table, offer, km - corner_km)
        count += 1
    return count
