"""Compute distances, minutes, areas and gates of one offer for one task.

The formulas are those of ``geo`` and ``ranking``, in the same order of operations. ``kernel``
explains how the same source runs as Python and compiled.
"""

from math import asin, cos, radians, sin, sqrt
from typing import Any

from ..model.sphere import EARTH_RADIUS_KM

jit: Any = globals().get("jit", lambda function: function)

CIRCLE, POSTCODES, POLYGON, COUNTRY = range(4)
"""The kinds of areas."""
SLACK_MIN = SLACK_KM = 1e-6
"""More than the rounding error of bounds."""
FOR_DESK = 255
"""In the place of a gate: the offer can come after a wait, which only the desk computes."""
EDGE = 1e-6
"""Kilometres and minutes within which only the desk decides."""
_DIAMETER_KM = 2 * EARTH_RADIUS_KM
_KM_NORTH = radians(1.0) * EARTH_RADIUS_KM


@jit
def great_circle_km(phi1, cosine1, lon1, phi2, cosine2, lon2):
    """Compute ``sphere.great_circle_km`` from latitudes in radians and their cosines."""
    sin_lat, sin_lon = sin((phi2 - phi1) / 2), sin(radians(lon2 - lon1) / 2)
    chord = sin_lat * sin_lat + cosine1 * cosine2 * (sin_lon * sin_lon)
    return _DIAMETER_KM * asin(sqrt(min(1.0, chord)))


@jit
def point(lat, lon):
    """Return the point on the unit sphere."""
    phi, turn = radians(lat), radians(lon)
    return cos(phi) * cos(turn), cos(phi) * sin(turn), sin(phi)


@jit
def chord_km(table, offer, x, y, z):
    """Compute the distance through the earth: a fast lower bound of that on its surface.

    Coordinates are exact to a few 1e-16, and the chord to some 1e-11 km.
    """
    dx, dy, dz = table.x[offer] - x, table.y[offer] - y, table.z[offer] - z
    return EARTH_RADIUS_KM * sqrt(dx * dx + dy * dy + dz * dz)


@jit
def drive_min(km, table):
    """Compute ``geo.crow_fly_min``."""
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
    """Compute the index of ``ranking.rate``."""
    arrival_min = table.standing_min[offer] + travel_min + table.late_min[offer]
    return max(0.0, arrival_min) + table.ask_min[offer]


@jit
def least_bound_min(table, offer, least_km):
    """Return a lower bound of order_min from a distance on; 1e301 if the offer is never asked."""
    if table.rest_min[offer] > 1e300:
        return 1e301
    standing_min = table.standing_min[offer] + table.late_min[offer]
    arrival_min = max(0.0, standing_min + (drive_min(least_km, table) if least_km > 0 else 0.0))
    if arrival_min + table.ask_min[offer] > table.fallback_min + SLACK_MIN:
        return 1e301
    return table.rest_min[offer] + arrival_min - max(0.0, standing_min) - SLACK_MIN


@jit
def code_at(hours, opening, stretch, at_us):
    """Find by bisection the code of the availability gates at a moment of a stretch."""
    slot = opening * hours.stretches + stretch
    low = hours.begin[slot]
    high = hours.end[slot]
    while high - low > 1:
        middle = (low + high) // 2
        if hours.start_us[middle] <= at_us:
            low = middle
        else:
            high = middle
    return hours.code[low]


@jit
def _beyond_polygon_km(table, polygon, lat, lon):
    """Return the distance to the nearest edge of a polygon, negative inside.

    The formula is that of ``geo._outside_polygon_km``.
    """
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
    """Return the same angle between -180 and 180, so that a ring may cross the date line."""
    return (degrees + 180) % 360 - 180


@jit
def beyond_area_km(table, rows, task, offer, km):
    """Return by how many kilometres an area ends short of a place, minus its uncertainty.

    Negative if the place is inside. ``km`` is the distance from the base.
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
        if own_km <= -EDGE:
            return own_km
        beyond_km = min(beyond_km, max(0.0, own_km))
    return beyond_km - slack_km


@jit
def limit_gate(table, rows, task, offer):
    """Return the first limit gate that stops an offer, 0 if none does."""
    count = len(table.limit_gates)
    for limit in range(count):
        if rows.limits[task * count + limit] > table.limits[offer * count + limit]:
            return table.limit_gates[limit]
    return 0


@jit
def availability_gate(table, hours, rows, task, offer):
    """Return the first availability gate that stops an offer, 0 for none, FOR_DESK for a wait."""
    opening = table.opening[offer]
    return 0 if opening < 0 else code_at(hours, opening, rows.stretch[task], rows.at_us[task])


@jit
def is_asked(rows, task, number):
    """Return whether a provider was asked already for the row."""
    for at in range(rows.asked_begin[task], rows.asked_end[task]):
        if rows.asked[at] == number:
            return True
    return False


@jit
def first_gate(table, hours, sides, rows, task, offer, km):
    """Return the number of the first gate that stops an offer, 1 for the area; -1 if it is close.

    If all gates pass, it is the number after the last gate, which stands for the stop rule.
    """
    beyond_km = beyond_area_km(table, rows, task, offer, km)
    if abs(beyond_km) < EDGE or table.needs_desk[offer]:
        return -1
    if beyond_km > 0:
        return 1
    number = table.number[offer]
    first = _sooner(table.last_gate + 1, sides.failing[rows.side[task] * sides.providers + number])
    first = _sooner(first, limit_gate(table, rows, task, offer))
    if is_asked(rows, task, number):
        first = _sooner(first, table.asked_gate)
    gate = availability_gate(table, hours, rows, task, offer)
    if gate == FOR_DESK:
        return first if first <= table.last_gate else -1
    return _sooner(first, gate)


@jit
def _sooner(first, gate):
    """Return the smaller of two numbers of gates, where 0 means no gate."""
    return gate if 0 < gate < first else first
