"""Find postcodes by position: the nearest, and all that may hold a place; read their ranges."""

import re
from collections.abc import Sequence
from functools import cache
from math import acos, asin, cos, degrees, floor, pi, radians, sin

from msgspec import Struct

from ..errors import SentenceError
from ..model.sphere import EARTH_RADIUS_KM, great_circle_km
from .centres import centres

FOREIGN_FROM_KM = 30.0
"""Farther than this from every known centre, a point is foreign."""

FARTHEST_RADII = 2.0
"""The largest distance, in radii, from a postcode's centre to a place in it; docs/places.md."""

_KM_PER_DEGREE = EARTH_RADIUS_KM * pi / 180
_FIRST = "01067"
"""The smallest postcode with an area."""

Vector = tuple[float, float, float]


class _CentreBlock(Struct, frozen=True):
    """The centres in a cell of one degree, its middle, and their largest angle from it."""

    middle: Vector
    reach: float
    members: list[tuple[float, float, float, str]]


@cache
def _blocks() -> tuple[_CentreBlock, ...]:
    """Group all centres, as points on the unit sphere, for points far away from all of them."""
    groups: dict[tuple[int, int], list[tuple[float, float, float, str]]] = {}
    for code, lat, lon in centres().everything():
        group = groups.setdefault((floor(lat), floor(lon)), [])
        group.append((*unit_vector(lat, lon), code))
    blocks = []
    for (south, west), members in groups.items():
        x, y, z = middle = unit_vector(south + 0.5, west + 0.5)
        reach = max(acos(min(1.0, x * a + y * b + z * c)) for a, b, c, _ in members)
        # The arc cosine of a number close to 1 is accurate to 1e-8 only.
        blocks.append(_CentreBlock(middle, reach + 1e-7, members))
    return tuple(blocks)


def _nearest_far_away(lat: float, lon: float) -> str:
    """Find the nearest of all centres; a block with a worse bound than the best one is skipped."""
    x, y, z = unit_vector(lat, lon)

    def bound(block: _CentreBlock) -> float:
        a, b, c = block.middle
        apart = acos(max(-1.0, min(1.0, x * a + y * b + z * c)))
        return cos(max(0.0, apart - block.reach))

    best = (-2.0, "")
    for at_most, block in sorted(
        ((bound(block), block) for block in _blocks()), key=lambda each: -each[0]
    ):
        if at_most < best[0] - 1e-12:
            break
        best = max(best, *((x * a + y * b + z * c, code) for a, b, c, code in block.members))
    return best[1]


def unit_vector(lat: float, lon: float) -> Vector:
    """Convert a point to the unit sphere: the dot product of two is the cosine of their angle."""
    phi, lam = radians(lat), radians(lon)
    return cos(phi) * cos(lam), cos(phi) * sin(lam), sin(phi)


def is_postcode(text: str) -> bool:
    """Return whether a text is a postcode with an area; P.O. boxes have none."""
    return centres().of(text) is not None


def centre_of(postcode: str) -> tuple[float, float]:
    """Return the centre of the area of a postcode, (lat, lon); raises ValueError if unknown."""
    centre = centres().of(postcode)
    if centre is None:
        raise SentenceError('postcode "{postcode}" is not known', postcode=postcode)
    return centre


def land_of(postcode: str) -> str:
    """Return the Land of a postcode (``"BY"``), also of one without an area; "" if none."""
    if len(postcode) != 5 or not (postcode.isascii() and postcode.isdigit()):
        return ""
    return centres().land(postcode) if postcode >= _FIRST else ""


def centres_within(lat: float, lon: float, km: float) -> list[tuple[float, str]]:
    """List all centres within a distance, as (km, postcode), the nearest first.

    A circle over a pole or the date line, which have no centre near them, is not cut exactly.
    """
    reach = km / _KM_PER_DEGREE + 1e-9
    spread = cos(radians(lat))
    turn = sin(radians(min(90.0, reach)))
    lon_reach = degrees(asin(turn / spread)) + 1e-9 if turn < spread else 180.0
    found = [
        (great_circle_km(lat, lon, centre_lat, centre_lon), code)
        for code, centre_lat, centre_lon in centres().within(
            lat - reach, lat + reach, lon - lon_reach, lon + lon_reach
        )
    ]
    return sorted(one for one in found if one[0] <= km)


def nearest_postcode(lat: float, lon: float) -> tuple[float, str]:
    """Find the nearest of all centres, as (km, postcode); of two equal ones the smaller code."""
    if 46 <= lat <= 57:
        for reach_km in (5.0, 15.0, FOREIGN_FROM_KM):
            near = centres_within(lat, lon, reach_km)
            if near:
                return near[0]
    code = _nearest_far_away(lat, lon)
    return great_circle_km(lat, lon, *centre_of(code)), code


def postcode_uncertainty_km(postcode: str) -> float:
    """Return the radius that holds nine of ten places in a postcode: at least 1 km.

    docs/places.md has the source of the radii. Raises KeyError for an unknown postcode.
    """
    return centres().radius_km(postcode)


def possible_postcodes(lat: float, lon: float, uncertainty_km: float) -> tuple[str, ...]:
    """List all postcodes that may hold a point, the nearest first; none far from all of them.

    Another centre counts if the border half way between it and the nearest one passes within the
    uncertainty, which is at least that of the nearest postcode itself. With ``a`` the nearest, the
    distance from the point to that border is (d_b² - d_a²) / (2 |ab|) in the plane. A centre does
    not count if its distance exceeds ``FARTHEST_RADII`` of its own radii by more than the
    uncertainty: hardly any place in its postcode lies so far out.
    """
    return postcodes_near(lat, lon, uncertainty_km, *nearest_postcode(lat, lon))


def postcodes_near(
    lat: float, lon: float, uncertainty_km: float, nearest_km: float, nearest: str
) -> tuple[str, ...]:
    """List the same as ``possible_postcodes``, if the nearest one is known already."""
    if nearest_km > FOREIGN_FROM_KM:
        return ()
    slack_km = max(uncertainty_km, postcode_uncertainty_km(nearest))
    own_lat, own_lon = centre_of(nearest)
    codes = [nearest]
    # With |ab| <= d_a + d_b the condition becomes d_b <= d_a + 2 slack, the radius of the search.
    for distance_km, code in centres_within(lat, lon, nearest_km + 2 * slack_km):
        apart_km = great_circle_km(own_lat, own_lon, *centre_of(code))
        is_behind = distance_km**2 - nearest_km**2 > 2 * apart_km * slack_km
        reach_km = FARTHEST_RADII * postcode_uncertainty_km(code) + uncertainty_km
        if code != nearest and not is_behind and distance_km <= reach_km:
            codes.append(code)
    return tuple(codes)


def parse_postcode_ranges(items: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Read postcodes and ranges of leading digits as inclusive ranges of five-digit codes.

    ``"860-865"`` gives ("86000", "86599"), ``"86720"`` gives ("86720", "86720"). Raises ValueError.
    """
    ranges = []
    for item in items:
        match = re.fullmatch(r"\s*([0-9]{1,5})(?:\s*[-–]\s*([0-9]{1,5}))?\s*", str(item))
        if match is None:
            raise SentenceError(
                '"{postcodes}" is not a postcode range; write "86150", "860" or "860-865"',
                postcodes=str(item)[:40],
            )
        first, last = match[1].ljust(5, "0"), (match[2] or match[1]).ljust(5, "9")
        if first > last:
            raise SentenceError(
                '"{postcodes}" ends before it begins; write the smaller postcode first',
                postcodes=item,
            )
        ranges.append((first, last))
    return tuple(ranges)
