"""Find the possible postcodes of places in columns, as ``notation.postcode_search`` does.

The formulas are those of ``possible_postcodes``. If the last bits of compiled sines could decide a
comparison, the row is left to the desk. A row that may be beyond the border is read with
``place_at``.
"""

from functools import cache
from math import acos, cos, radians, sqrt
from typing import NamedTuple

import numpy as np

from ...model import Place
from ...model.sphere import EARTH_RADIUS_KM
from ...notation.borders import side_of, surely_german_km
from ...notation.centres import centres
from ...notation.place_notations import place_at
from ...notation.postcode_search import FARTHEST_RADII, FOREIGN_FROM_KM
from ..index.postcode_entries import all_codes, number_of
from .arrays import Array, compiled_kernel, jit

MOST_CODES = 32
"""A place with more possible postcodes is left to the desk."""
_EDGE = 1e-6
_SLACK_DEG = 1e-9
_KM_PER_DEGREE = EARTH_RADIUS_KM * acos(-1.0) / 180


class PlaceCodes(NamedTuple):
    """For each place up to MOST_CODES numbers of postcodes, and their number in ``counts``.

    ``is_decided`` is false for a row for the desk. ``foreign_km`` is the least distance beyond the
    border, infinite without a near centre.
    """

    codes: Array
    counts: Array
    is_decided: Array
    foreign_km: Array


class _CentreColumns(NamedTuple):
    """All centres by latitude.

    ``slack_km`` is the uncertainty of a place in the area; within ``german_km`` all are German.
    """

    lat: Array
    lon: Array
    phi: Array
    cosine: Array
    points: Array
    number: Array
    slack_km: Array
    german_km: Array


@cache
def _all_centres() -> _CentreColumns:
    table = centres()
    everything = sorted((lat, lon, code) for code, lat, lon in table.everything())
    number = {code: at for at, code in enumerate(all_codes())}
    lat, lon = (np.array([each[axis] for each in everything]) for axis in (0, 1))
    phi = np.radians(lat)
    turn = np.radians(lon)
    points = np.stack([np.cos(phi) * np.cos(turn), np.cos(phi) * np.sin(turn), np.sin(phi)], axis=1)
    return _CentreColumns(
        lat, lon, phi, np.cos(phi), points,
        np.array([number[code] for *_, code in everything], np.int64),
        np.array([table.radius_km(code) for *_, code in everything]),
        np.array([surely_german_km(table.border_km(code)) for *_, code in everything]),
    )  # fmt: skip


def find_codes(lat: Array, lon: Array, uncertainty_km: Array) -> PlaceCodes:
    """Find the possible postcodes of each place."""
    made, count = _all_centres(), len(lat)
    nearest, km = np.empty(count, np.int64), np.empty(count)
    _find_nearest(lat, lon, made, FOREIGN_FROM_KM, nearest, km)
    found = PlaceCodes(
        np.zeros((count, MOST_CODES), np.int64),
        np.zeros(count, np.int64),
        nearest != _CLOSE,
        np.maximum(0.0, km - FOREIGN_FROM_KM),
    )
    _gather(lat, lon, uncertainty_km, made, nearest, km, FARTHEST_RADII, *found[:3])
    is_foreign = (nearest == _FOREIGN) & np.isfinite(km)
    for row in np.flatnonzero((nearest >= 0) & (km > made.german_km[nearest] - _EDGE)).tolist():
        is_foreign[row] = side_of(lat[row], lon[row]).beyond_km > 0
    for row in np.flatnonzero(is_foreign).tolist():
        _look_up(row, place_at(lat[row], lon[row], uncertainty_km=uncertainty_km[row]), found)
    return found


def _look_up(row: int, place: Place, found: PlaceCodes) -> None:
    """Store the postcodes of a place that was read separately, and its distance abroad."""
    found.foreign_km[row] = place.surely_abroad_km
    found.counts[row] = len(place.postcodes)
    if len(place.postcodes) > MOST_CODES:
        found.is_decided[row] = False
        return
    for at, code in enumerate(place.postcodes):
        found.codes[row, at] = number_of(code)


_FOREIGN, _CLOSE = -2, -1
_point = compiled_kernel().point
_great_circle_km = compiled_kernel().great_circle_km


@jit
def _find_nearest(lats, lons, made, foreign_from_km, nearest, found_km):
    """Find the nearest centre of each place within ``foreign_from_km``."""
    reach = foreign_from_km / _KM_PER_DEGREE + _SLACK_DEG
    # Slightly more than the square of the chord of that distance.
    most = foreign_from_km / EARTH_RADIUS_KM
    for row in range(len(lats)):
        lat, lon = lats[row], lons[row]
        x, y, z = _point(lat, lon)
        best, second, own = (most * 1.01) ** 2, 4.0, _FOREIGN
        at = np.searchsorted(made.lat, lat - reach)
        while at < len(made.lat) and made.lat[at] <= lat + reach:
            dx, dy, dz = made.points[at, 0] - x, made.points[at, 1] - y, made.points[at, 2] - z
            chord = dx * dx + dy * dy + dz * dz
            if chord < best:
                best, second, own = chord, best if own >= 0 else second, at
            elif chord < second:
                second = chord
            at += 1
        nearest[row], found_km[row] = own, np.inf
        if own >= 0:
            phi = radians(lat)
            km = _great_circle_km(
                phi, cos(phi), lon, made.phi[own], made.cosine[own], made.lon[own]
            )
            found_km[row] = km
            is_close = EARTH_RADIUS_KM * (sqrt(second) - sqrt(best)) < _EDGE
            if is_close or abs(km - foreign_from_km) < _EDGE:
                nearest[row] = _CLOSE
            elif km > foreign_from_km:
                nearest[row] = _FOREIGN


@jit
def _gather(
    lats, lons, uncertain_km, made, nearest, nearest_km, farthest_radii, codes, counts, decided
):
    """List the centres whose area may contain each place."""
    for row in range(len(lats)):
        own = nearest[row]
        if own < 0:
            continue
        lat, lon = lats[row], lons[row]
        phi = radians(lat)
        cosine = cos(phi)
        slack_km = max(uncertain_km[row], made.slack_km[own])
        limit_km = nearest_km[row] + 2 * slack_km
        reach = limit_km / _KM_PER_DEGREE + _SLACK_DEG
        wide = reach / max(1e-9, cosine) * 1.01
        count = 0
        at = np.searchsorted(made.lat, lat - reach)
        while at < len(made.lat) and made.lat[at] <= lat + reach:
            if abs(made.lon[at] - lon) <= wide:
                is_in = at == own
                if not is_in:
                    km = _great_circle_km(
                        phi, cosine, lon, made.phi[at], made.cosine[at], made.lon[at]
                    )
                    apart_km = _great_circle_km(
                        made.phi[own], made.cosine[own], made.lon[own],
                        made.phi[at], made.cosine[at], made.lon[at],
                    )  # fmt: skip
                    over = km * km - nearest_km[row] * nearest_km[row] - 2 * apart_km * slack_km
                    left_km = farthest_radii * made.slack_km[at] + uncertain_km[row] - km
                    if km <= limit_km + _EDGE and min(abs(over), abs(left_km)) < _EDGE:
                        decided[row] = False
                    is_in = km <= limit_km and over <= 0 and left_km >= 0
                if is_in:
                    if count == codes.shape[1]:
                        decided[row] = False
                        break
                    codes[row, count] = made.number[at]
                    count += 1
            at += 1
        counts[row] = count
