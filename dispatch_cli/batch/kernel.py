"""The scan once more, compiled by numba for columns; the extra ``batch`` brings it.

The formulas are those of ``scan``, in the same order of operations. Compiled sines
may on some machines differ from Python's in the last bits, so that a row is only taken from here
where no such difference could matter: its flag says otherwise wherever two orders, a radius, the
last resort or a hold are within the slack, and for what is not known here. Flagged rows are ranked
by ``scan``.
"""

from math import asin, cos, radians, sin, sqrt

from numba import njit

from ..model.sphere import EARTH_RADIUS_KM
from .layout import (
    ASK,
    CLEARANCE,
    COSINE,
    FLAGGED,
    HEIGHT,
    HEIGHT_M,
    HOLD,
    LAT_AT,
    LATE,
    LON,
    LON_AT,
    NOBODY,
    PHI,
    RADIUS,
    SERVED,
    STANDING,
    UNCERTAINTY,
    UNIT,
    WEIGHT,
    WEIGHT_T,
    X,
    Y,
    Z,
)
from .scan import NEAR_TIE_MIN
from .tree import SLACK_MIN

_DIAMETER_KM = 2 * EARTH_RADIUS_KM
SPARE = 6
"""Places beside the first N, for those who may tie with the last."""
_CLOSE_MIN = NEAR_TIE_MIN + 2 * SLACK_MIN
_EDGE = 1e-6
_HOLD_US = 7.2e9
"""Two hours: round a change of clocks, local times of one zone are compared as they are written."""
_SERVICE, _CLIENT, _CLASS, _WEIGHT, _HEIGHT, _UNIT = 1, 2, 3, 4, 5, 6
_EQUIPMENT, _HELD, _CLOSED, _BEYOND = 7, 8, 9, 13

# Division as numpy has it: no exceptions, which cost half of the time; no speed is nought.
jit = njit(cache=True, nogil=True, error_model="numpy")


@jit
def distance_km(facts, offer, phi, cosine, lon):
    """Measure from an offer's base, as ``sphere.great_circle_km`` does."""
    sin_lat = sin((phi - facts[offer, PHI]) / 2)
    sin_lon = sin(radians(lon - facts[offer, LON]) / 2)
    chord = sin_lat * sin_lat + facts[offer, COSINE] * cosine * (sin_lon * sin_lon)
    return _DIAMETER_KM * asin(sqrt(min(1.0, chord)))


@jit
def great_circle_km(lat1, lon1, lat2, lon2):
    """Measure between two points, as ``sphere.great_circle_km`` does."""
    phi1, phi2 = radians(lat1), radians(lat2)
    sin_lat, sin_lon = sin((phi2 - phi1) / 2), sin(radians(lon2 - lon1) / 2)
    chord = sin_lat * sin_lat + cos(phi1) * cos(phi2) * (sin_lon * sin_lon)
    return _DIAMETER_KM * asin(sqrt(min(1.0, chord)))


@jit
def point(lat, lon):
    """The point on the unit sphere."""
    phi, turn = radians(lat), radians(lon)
    return cos(phi) * cos(turn), cos(phi) * sin(turn), sin(phi)


@jit
def chord_km(facts, offer, x, y, z):
    """Measure straight through the earth: never more than the way round it, and soon worked out.

    Coordinates are good to a few 1e-16, the chord therefore to some 1e-11 km.
    """
    dx, dy, dz = facts[offer, X] - x, facts[offer, Y] - y, facts[offer, Z] - z
    return EARTH_RADIUS_KM * sqrt(dx * dx + dy * dy + dz * dz)


@jit
def drive_min(km, table):
    """Drive as ``geo.crow_fly_min`` does."""
    left_km = km * table.detour
    begin_km = minutes = 0.0
    last = len(table.leg_km) - 1
    for leg in range(last):
        leg_km = min(left_km, table.leg_km[leg] - begin_km)
        minutes += leg_km / table.leg_kmh[leg] * 60
        left_km -= leg_km
        begin_km = table.leg_km[leg]
        if left_km <= 0:
            return minutes
    return minutes + left_km / table.leg_kmh[last] * 60


@jit
def is_closed(hours, opening, stretch, at_us):
    """Whether an opening is closed at a moment of a stretch."""
    slot = opening * hours.stretches + stretch
    low, high = hours.begin[slot], hours.begin[slot + 1]
    while high - low > 1:
        middle = (low + high) // 2
        if hours.start_us[middle] <= at_us:
            low = middle
        else:
            high = middle
    return hours.closed[low]


@jit
def _fact_gate(out, facts, offer, rows, task):
    """The first gate of mere facts that stops an offer, 0 if none does."""
    if out & 9:
        return _CLIENT
    if out & 2:
        return _CLASS
    if rows.numbers[task, WEIGHT_T] > facts[offer, WEIGHT]:
        return _WEIGHT
    if rows.numbers[task, HEIGHT_M] > facts[offer, HEIGHT]:
        return _HEIGHT
    if facts[offer, UNIT] > rows.numbers[task, CLEARANCE]:
        return _UNIT
    return _EQUIPMENT if out & 4 else 0


@jit
def _scan(table, hours, sides, lists, coded, rows, found, task, out, first, top):  # noqa: PLR0912, PLR0915 - calls cost
    """Fill the places of a task from ``first`` on; return how many, or -1 to flag the task.

    First whose area lies round the place, then whose postcodes hold it.
    """
    facts = table.facts
    lat, lon = rows.numbers[task, LAT_AT], rows.numbers[task, LON_AT]
    phi, cosine = radians(lat), cos(radians(lat))
    x, y, z = point(lat, lon)
    reach_km = rows.numbers[task, UNCERTAINTY]
    side, cell = rows.side[task], rows.cell[task]
    head_of, most = sides.head_of[side], top + SPARE
    stop_min, last, count = 1e300, first + top - 1, first
    is_short = lists.short[cell]
    begin, end = lists.begin[cell], lists.begin[cell + 1]
    own = rows.coded[task]
    coded_begin, coded_end = coded.begin[own], coded.begin[own + 1]
    step, total = 0, end - begin + coded_end - coded_begin
    while step < total:
        is_coded = step >= end - begin
        if is_coded:
            at = coded_begin + step - (end - begin)
            offer, bound_min = coded.offer[at], coded.bound_min[at]
        else:
            at = begin + step
            offer, bound_min = lists.offer[at], lists.bound_min[at]
        step += 1
        if bound_min > stop_min:
            if is_coded:
                break
            step, is_short = end - begin, False  # what was cut off has a higher bound still
            continue
        number = table.number[offer]
        if _fact_gate(out[side, number], facts, offer, rows, task):
            continue
        least_km = chord_km(facts, offer, x, y, z) - _EDGE
        if not is_coded and least_km - facts[offer, RADIUS] > reach_km:
            continue
        head_min = sides.heads[head_of, number] if head_of >= 0 else 0.0
        if _index_min(table, offer, max(0.0, least_km)) - head_min > stop_min:
            continue
        if is_held(facts[offer, HOLD], rows.at_us[task]):
            continue
        if is_closed(hours, table.opening[offer], rows.stretch[task], rows.at_us[task]):
            continue
        km = distance_km(facts, offer, phi, cosine, lon)
        beyond_km = -1.0 if is_coded else km - facts[offer, RADIUS] - reach_km
        index_min = _index_min(table, offer, km)
        order_min = index_min - head_min
        if beyond_km > _EDGE or index_min > table.fallback_min + _EDGE or order_min > stop_min:
            continue
        if (
            table.odd[offer]
            or beyond_km > -_EDGE
            or index_min > table.fallback_min - _EDGE
            or abs(facts[offer, HOLD] - rows.at_us[task]) < _HOLD_US
        ):
            return -1
        count = _place(found, task, first, count, min(first + most, found.offer.shape[1]),
                       offer, order_min, km)  # fmt: skip
        if count > last:
            stop_min = found.order_min[task, last] + _CLOSE_MIN
    return -1 if is_short else count


@jit
def _index_min(table, offer, km):
    """The minutes of ``ranking.rate``."""
    facts = table.facts
    arrival_min = facts[offer, STANDING] + drive_min(km, table) + facts[offer, LATE]
    return max(0.0, arrival_min) + facts[offer, ASK]


@jit
def is_held(until_us, at_us):
    """Whether a hold lasts; what is within two hours of its end is flagged elsewhere."""
    return at_us < until_us


@jit
def _place(found, task, first, count, most, offer, order_min, km):
    """Put one in order among those found so far; whoever has no place any more is dropped."""
    at = count if count < most else most - 1
    if count >= most and order_min >= found.order_min[task, at]:
        return count
    while at > first and found.order_min[task, at - 1] > order_min:
        found.offer[task, at] = found.offer[task, at - 1]
        found.order_min[task, at] = found.order_min[task, at - 1]
        found.distance_km[task, at] = found.distance_km[task, at - 1]
        at -= 1
    found.offer[task, at] = offer
    found.order_min[task, at] = order_min
    found.distance_km[task, at] = km
    return min(count + 1, most)


@jit
def _is_close(found, task, first, count, top):
    """Whether two who stand next to each other are too close for this arithmetic."""
    for at in range(first, min(count, first + top + 1) - 1):
        if found.order_min[task, at + 1] - found.order_min[task, at] < NEAR_TIE_MIN:
            return True
    return False


@jit
def _last_gate(table, hours, sides, lists, coded, rows, task):
    """The last gate that anybody who offers the service came to; -1 to flag the task."""
    cell, side = rows.cell[task], rows.side[task]
    if lists.short[cell] or table.has_odd:
        return -1
    facts = table.facts
    lat, lon = rows.numbers[task, LAT_AT], rows.numbers[task, LON_AT]
    phi, cosine = radians(lat), cos(radians(lat))
    furthest = 0
    begin, end = lists.begin[cell], lists.begin[cell + 1]
    own = rows.coded[task]
    coded_begin, coded_end = coded.begin[own], coded.begin[own + 1]
    for step in range(end - begin + coded_end - coded_begin):
        if step >= end - begin:
            offer, beyond_km = coded.offer[coded_begin + step - (end - begin)], -1.0
        else:
            offer = lists.offer[begin + step]
            km = distance_km(facts, offer, phi, cosine, lon)
            beyond_km = km - facts[offer, RADIUS] - rows.numbers[task, UNCERTAINTY]
        is_ending = abs(facts[offer, HOLD] - rows.at_us[task]) < _HOLD_US
        if is_ending or abs(beyond_km) < _EDGE:
            return -1
        if beyond_km < 0:
            out = sides.out[side, table.number[offer]] & 7  # a later turn is no refusal
            gate = _fact_gate(out, facts, offer, rows, task)
            if gate == 0:
                gate = _late_gate(table, hours, rows, offer, task)
            furthest = max(furthest, gate)
    return furthest


@jit
def find_inside(table, lists, coded, rows, tasks, verdicts):
    """Say of some tasks whether the area of anybody holds the place: 1, 0, or -1 if that is close.

    Only where a list is long enough to be cut may a 0 be wrong, which is then a -1, too.
    """
    for at in range(len(tasks)):
        task = tasks[at]
        if coded.begin[rows.coded[task] + 1] > coded.begin[rows.coded[task]]:
            verdicts[at] = 1
            continue
        cell = rows.cell[task]
        lat, lon = rows.numbers[task, LAT_AT], rows.numbers[task, LON_AT]
        phi, cosine = radians(lat), cos(radians(lat))
        verdict = -1 if lists.short[cell] else 0
        for entry in range(lists.begin[cell], lists.begin[cell + 1]):
            offer = lists.offer[entry]
            km = distance_km(table.facts, offer, phi, cosine, lon)
            beyond_km = km - table.facts[offer, RADIUS] - rows.numbers[task, UNCERTAINTY]
            if beyond_km < -_EDGE and not table.odd_area[offer]:
                verdict = 1
                break
            if beyond_km <= _EDGE:
                verdict = -1
        verdicts[at] = verdict


@jit
def _late_gate(table, hours, rows, offer, task):
    """The gate after those of mere facts that stops an offer; it is known that one does."""
    at_us = rows.at_us[task]
    if is_held(table.facts[offer, HOLD], at_us):
        return _HELD
    if is_closed(hours, table.opening[offer], rows.stretch[task], at_us):
        return _CLOSED
    return table.stopped[offer] or _BEYOND


@jit
def rank(table, hours, sides, lists, coded, rows, found, begin, end, top):
    """Rank the tasks from ``begin`` to ``end``."""
    for task in range(begin, end):
        if rows.cell[task] < 0:
            found.verdict[task] = FLAGGED
            continue
        count = _scan(table, hours, sides, lists, coded, rows, found, task, sides.out, 0, top)
        side = rows.side[task]
        is_flagged = count < 0 or _is_close(found, task, 0, count, top)
        found.first[task] = top
        if not is_flagged and sides.has_second[side] and count < top:
            found.first[task] = count
            rest = top - count
            count = _scan(
                table, hours, sides, lists, coded, rows, found, task, sides.second, count, rest
            )
            is_flagged = count < 0 or _is_close(found, task, found.first[task], count, rest)
        if count == 0 and not is_flagged:
            gate = _last_gate(table, hours, sides, lists, coded, rows, task)
            is_flagged = gate < 0
            found.gate[task] = gate
        found.verdict[task] = FLAGGED if is_flagged else (NOBODY if count == 0 else SERVED)
        for at in range(max(0, min(count, top)), top):
            found.offer[task, at] = -1
