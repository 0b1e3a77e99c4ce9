"""The arithmetic of a ranked row: limits, times, areas, distances and the first few of an order.

The same source runs in two ways. Imported as it is, the functions are plain Python over lists;
where ``compiled.arrays`` has put numba's decorator in the place of ``jit``, they are compiled for
arrays. The formulas are those of ``geo`` and ``ranking``, in the same order of operations. Compiled
sines may differ from Python's in the last bits, so a row is only taken from here where no such
difference could matter: its verdict is ``TIED`` where exact arithmetic has to sort those found, and
``UNSURE`` where the desk has to rank it.

All columns are flat: the values of item ``i`` with ``n`` each begin at ``i * n``.
"""

from math import asin, cos, radians, sin, sqrt
from typing import Any

from ..model.sphere import EARTH_RADIUS_KM

jit: Any = globals().get("jit", lambda function: function)

SERVED, NOBODY, TIED, UNSURE = range(4)
"""The verdicts on a task."""
EVERYBODY, LISTED, OTHERS = range(3)
"""Whom a turn asks: everybody, those on a client's list, or those not on it."""
CIRCLE, POSTCODES, POLYGON, COUNTRY = range(4)
"""The kinds of areas."""

SPARE = 6
"""Places beside the first N, for candidates that may tie with the last."""
SLACK_MIN = SLACK_KM = 1e-6
"""More than what bounds may lose by rounding."""
NEAR_TIE_MIN = 1e-6 + 2 * SLACK_MIN
"""Minutes this far apart are never equal in millionths, whatever the bounds have lost."""
_CLOSE_MIN = NEAR_TIE_MIN + 2 * SLACK_MIN
_EDGE = 1e-6
_DIAMETER_KM = 2 * EARTH_RADIUS_KM
_KM_NORTH = radians(1.0) * EARTH_RADIUS_KM


@jit
def great_circle_km(phi1, cosine1, lon1, phi2, cosine2, lon2):
    """Measure as ``sphere.great_circle_km`` does, from latitudes in radians and their cosines."""
    sin_lat, sin_lon = sin((phi2 - phi1) / 2), sin(radians(lon2 - lon1) / 2)
    chord = sin_lat * sin_lat + cosine1 * cosine2 * (sin_lon * sin_lon)
    return _DIAMETER_KM * asin(sqrt(min(1.0, chord)))


@jit
def point(lat, lon):
    """The point on the unit sphere."""
    phi, turn = radians(lat), radians(lon)
    return cos(phi) * cos(turn), cos(phi) * sin(turn), sin(phi)


@jit
def chord_km(table, offer, x, y, z):
    """Measure straight through the earth: never more than the way round it, and soon worked out.

    Coordinates are good to a few 1e-16, the chord therefore to some 1e-11 km.
    """
    dx, dy, dz = table.x[offer] - x, table.y[offer] - y, table.z[offer] - z
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
def index_min(table, offer, travel_min):
    """The minutes of ``ranking.rate``."""
    arrival_min = table.standing_min[offer] + travel_min + table.late_min[offer]
    return max(0.0, arrival_min) + table.ask_min[offer]


@jit
def is_closed(hours, opening, stretch, at_us):
    """Whether a time gate is closed at a moment of a stretch, by bisection."""
    slot = opening * hours.stretches + stretch
    low = hours.begin[slot]
    high = hours.end[slot]
    while high - low > 1:
        middle = (low + high) // 2
        if hours.start_us[middle] <= at_us:
            low = middle
        else:
            high = middle
    return hours.closed[low]


@jit
def _beyond_polygon_km(table, polygon, lat, lon):
    """Measure to the nearest edge of one polygon, negative inside: ``geo._outside_polygon_km``."""
    km_east = _KM_NORTH * cos(radians(lat))
    inside, nearest2 = False, 1e300
    for ring in range(table.ring_begin[polygon], table.ring_begin[polygon + 1]):
        first, last = table.corner_begin[ring], table.corner_begin[ring + 1]
        turn = _wrapped(table.corner_lon[first] - lon)
        x0, y0 = turn * km_east, (table.corner_lat[first] - lat) * _KM_NORTH
        x1, y1 = x0, y0
        for corner in range(first + 1, last + 1):
            x2, y2 = x0, y0
            if corner < last:
                turn += _wrapped(table.corner_lon[corner] - table.corner_lon[corner - 1])
                x2 = turn * km_east
                y2 = (table.corner_lat[corner] - lat) * _KM_NORTH
            if (y1 > 0) != (y2 > 0) and x1 + (x2 - x1) * (0 - y1) / (y2 - y1) > 0:
                inside = not inside
            dx, dy = x2 - x1, y2 - y1
            length2 = dx * dx + dy * dy
            along = 0.0 if length2 == 0 else max(0.0, min(1.0, -(x1 * dx + y1 * dy) / length2))
            nearest2 = min(nearest2, (x1 + along * dx) ** 2 + (y1 + along * dy) ** 2)
            x1, y1 = x2, y2
    return -sqrt(nearest2) if inside else sqrt(nearest2)


@jit
def _wrapped(degrees):
    """The same angle between -180 and 180, so that a ring may cross the date line."""
    return (degrees + 180) % 360 - 180


@jit
def _beyond_area_km(table, rows, task, offer, km):
    """By how many kilometres an area ends short of a place, its uncertainty taken off.

    Negative where the place is inside. ``km`` is the distance from the base.
    """
    kind, slack_km = table.area[offer], rows.uncertainty_km[task]
    if kind == CIRCLE:
        return km - table.radius_km[offer] - slack_km
    if kind == COUNTRY:
        foreign_km = rows.foreign_km[task]
        return -1.0 if foreign_km == 0 else foreign_km - slack_km
    if kind == POSTCODES:
        return -1.0
    lat, lon = rows.lat[task], rows.lon[task]
    beyond_km = 1e300
    for polygon in range(table.polygon_begin[offer], table.polygon_begin[offer + 1]):
        own_km = _beyond_polygon_km(table, polygon, lat, lon)
        if own_km <= -_EDGE:
            return own_km
        beyond_km = min(beyond_km, max(0.0, own_km))
    return beyond_km - slack_km


@jit
def _limit_gate(table, rows, task, offer):
    """The first limit gate that stops an offer, 0 if none does."""
    count = len(table.limit_gates)
    for limit in range(count):
        if rows.limits[task * count + limit] > table.limits[offer * count + limit]:
            return table.limit_gates[limit]
    return 0


@jit
def _time_gate(table, hours, rows, task, offer):
    """The first time gate that is closed, 0 if none is."""
    count = len(table.time_gates)
    for time in range(count):
        opening = table.openings[offer * count + time]
        if opening >= 0 and is_closed(hours, opening, rows.stretch[task], rows.at_us[task]):
            return table.time_gates[time]
    return 0


@jit
def _is_asked(rows, task, number):
    """Whether a provider is among those that the row names as asked."""
    for at in range(rows.asked_begin[task], rows.asked_end[task]):
        if rows.asked[at] == number:
            return True
    return False


@jit
def _first_gate(table, hours, sides, rows, task, offer, km):
    """The number of the first gate that stops an offer, the area's being 1; -1 where it is close.

    One behind the last gate if all let it pass: then the stop rule has stopped it.
    """
    beyond_km = _beyond_area_km(table, rows, task, offer, km)
    if abs(beyond_km) < _EDGE or table.odd[offer]:
        return -1
    if beyond_km > 0:
        return 1
    number = table.number[offer]
    first = _sooner(table.last_gate + 1, sides.failing[rows.side[task] * sides.providers + number])
    first = _sooner(first, _limit_gate(table, rows, task, offer))
    first = _sooner(first, _time_gate(table, hours, rows, task, offer))
    if _is_asked(rows, task, number):
        first = _sooner(first, table.asked_gate)
    return _sooner(first, table.out[offer])


@jit
def _sooner(first, gate):
    """The smaller of two numbers of gates; 0 is no gate."""
    return gate if 0 < gate < first else first


@jit
def _consider(table, hours, sides, rows, found, task, turn, offer, here, room, stop_min):  # noqa: PLR0912 - a row of early returns
    """Put an offer among those found if it may stand there.

    ``room`` is where its places begin, how many are taken and where they end. Returns how many are
    taken then, or -1 where only the desk can tell.
    """
    first, count, most = room
    phi, cosine, lon, x, y, z = here
    number, side = table.number[offer], rows.side[task]
    if sides.failing[side * sides.providers + number] or table.out[offer]:
        return count
    if turn != EVERYBODY:
        is_listed = sides.listed[sides.list_of[side] * sides.providers + number] != 0
        if is_listed != (turn == LISTED):
            return count
    if _limit_gate(table, rows, task, offer):
        return count
    least_km = max(0.0, chord_km(table, offer, x, y, z) - _EDGE)
    if least_km - table.radius_km[offer] > rows.uncertainty_km[task]:
        return count
    head_of = sides.head_of[side]
    head_min = sides.heads[head_of * sides.providers + number] if head_of >= 0 else 0.0
    if index_min(table, offer, drive_min(least_km, table)) - head_min > stop_min:
        return count
    if table.asked_gate and _is_asked(rows, task, number):
        return count
    if not table.odd[offer] and _time_gate(table, hours, rows, task, offer):
        return count
    km = great_circle_km(table.phi[offer], table.cosine[offer], table.lon[offer], phi, cosine, lon)
    travel_min = drive_min(km, table)
    index = index_min(table, offer, travel_min)
    order_min = index - head_min
    if index > table.fallback_min + _EDGE or order_min > stop_min:
        return count
    beyond_km = _beyond_area_km(table, rows, task, offer, km)
    if beyond_km > _EDGE:
        return count
    if beyond_km > -_EDGE or table.odd[offer] or index > table.fallback_min - _EDGE:
        return -1
    at = count if count < most else most - 1
    if count >= most and order_min >= found.order_min[at]:
        return count
    if table.area[offer] == POSTCODES:
        for place in range(first, count):
            if found.offer[place] == offer:
                return count  # another postcode of the place has brought it already
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
def _scan(table, hours, sides, lists, coded, rows, found, task, turn, begin, taken, top):
    """Fill the places of a task from ``taken`` on, for one turn; returns the taken, or -1.

    First the offers of the cell, then those of the postcodes, each by their bounds: what comes
    behind a bound that passes the last place cannot stand among the first.
    """
    lat, lon = rows.lat[task], rows.lon[task]
    phi = radians(lat)
    x, y, z = point(lat, lon)
    here = (phi, cos(phi), lon, x, y, z)
    first, most = begin + taken, begin + top + SPARE
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
                is_short = is_short and is_coded  # what was cut off has a higher bound still
        if is_over:
            if code_at == rows.code_end[task]:
                break
            code, is_coded = rows.codes[code_at], True
            entry, end = coded.begin[code], coded.begin[code + 1]
            code_at += 1
            continue
        entry += 1
        count = _consider(table, hours, sides, rows, found, task, turn, offer, here,
                          (first, count, most), stop_min)  # fmt: skip
        if count < 0:
            return -1
        if count > last:
            stop_min = found.order_min[last] + _CLOSE_MIN
    return -1 if is_short else count - begin


@jit
def _is_tied(found, first, last, end):
    """Whether two neighbours are too close for this arithmetic, up to the first behind the last."""
    for at in range(first, min(end, last + 2) - 1):
        if found.order_min[at + 1] - found.order_min[at] < NEAR_TIE_MIN:
            return True
    return False


@jit
def _has_tie_at_end(found, last, end, most):
    """Whether candidates that found no place any more may tie with the last."""
    return end == most and found.order_min[end - 1] - found.order_min[last] < NEAR_TIE_MIN


@jit
def rank(table, hours, sides, lists, coded, rows, found, begin, end, top):
    """Rank the tasks from ``begin`` to ``end``."""
    width = top + SPARE
    for task in range(begin, end):
        if rows.cell[task] < 0:
            found.verdict[task] = UNSURE
            continue
        base = task * width
        last = base + top - 1
        turn = LISTED if sides.list_of[rows.side[task]] >= 0 else EVERYBODY
        count = listed = 0
        is_tied = is_unsure = False
        while True:
            first = count
            count = _scan(
                table, hours, sides, lists, coded, rows, found, task, turn, base, first, top
            )
            is_unsure = count < 0 or _has_tie_at_end(found, last, base + count, base + width)
            if is_unsure:
                break
            is_tied = is_tied or _is_tied(found, base + first, last, base + count)
            if turn != LISTED:
                break
            listed = count
            if count >= top:
                break
            turn = OTHERS
        found.listed[task] = listed
        found.count[task] = count
        if is_unsure:
            found.verdict[task] = UNSURE
        elif count == 0:
            found.verdict[task] = NOBODY
        else:
            found.verdict[task] = TIED if is_tied else SERVED


@jit
def find_furthest(table, hours, sides, lists, coded, rows, tasks, gates):
    """Say of some tasks which reason was the furthest that any offer came to; 0: none is near.

    -1 where that is close, or where a list was cut.
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
            gate = _first_gate(table, hours, sides, rows, task, offer, km)
            furthest = -1 if gate < 0 else max(furthest, table.turns[gate])
        gates[at] = furthest


@jit
def least_bound_min(table, offer, least_km):
    """The least order_min of an offer at no less than a distance; infinite if it is never asked."""
    if table.rest_min[offer] > 1e300:
        return 1e301
    standing_min = table.standing_min[offer] + table.late_min[offer]
    arrival_min = max(0.0, standing_min + (drive_min(least_km, table) if least_km > 0 else 0.0))
    if arrival_min + table.ask_min[offer] > table.fallback_min + SLACK_MIN:
        return 1e301
    return table.rest_min[offer] + arrival_min - max(0.0, standing_min) - SLACK_MIN


@jit
def refine(table, above, lat, lon, corner_km, wide_km, offers, bounds):
    """List the offers of a cell from those of a wider one; returns how many there are.

    ``corner_km`` is the way from the middle of the cell to its farthest corner, ``wide_km`` the
    most that a place in it is uncertain.
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
