"""German postcodes as points: the centres of their areas, and how far an area may reach."""

import re
from collections.abc import Sequence
from functools import cache
from math import acos, asin, cos, degrees, floor, pi, radians, sin

from msgspec import Struct

from ..errors import SentenceError
from ..model.sphere import EARTH_RADIUS_KM, great_circle_km
from .centres import centres

FOREIGN_FROM_KM = 30.0
"""Farther than this from every known centre, a point is foreign, also where no place is near."""

FARTHEST_RADII = 2.0
"""A place may lie in a postcode whose centre is so many radii away; docs/places.md."""

_KM_PER_DEGREE = EARTH_RADIUS_KM * pi / 180


Vector = tuple[float, float, float]


class _Block(Struct, frozen=True):
    """The centres of one degree by one degree: a point amid them, how far they reach, and all."""

    middle: Vector
    reach: float
    members: list[tuple[float, float, float, str]]


@cache
def _blocks() -> tuple[_Block, ...]:
    """Every centre as a point on the unit sphere, for points far away from all of them."""
    groups: dict[tuple[int, int], list[tuple[float, float, float, str]]] = {}
    for code, lat, lon in centres().everything():
        group = groups.setdefault((floor(lat), floor(lon)), [])
        group.append((*unit_vector(lat, lon), code))
    blocks = []
    for (south, west), members in groups.items():
        x, y, z = middle = unit_vector(south + 0.5, west + 0.5)
        reach = max(acos(min(1.0, x * a + y * b + z * c)) for a, b, c, _ in members)
        # The arc cosine of what is nearly 1 is right to 1e-8 only.
        blocks.append(_Block(middle, reach + 1e-7, members))
    return tuple(blocks)


def _nearest_far_away(lat: float, lon: float) -> str:
    """The nearest centre of all; a block is left out if even its rim is farther than another's."""
    x, y, z = unit_vector(lat, lon)

    def bound(block: _Block) -> float:
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
    """Put a point on the unit sphere: the dot product of two is the cosine of their angle."""
    phi, lam = radians(lat), radians(lon)
    return cos(phi) * cos(lam), cos(phi) * sin(lam), sin(phi)


def is_postcode(text: str) -> bool:
    """Whether it is a postcode with an area; codes of P.O. boxes and bulk receivers are not."""
    return centres().of(text) is not None


def centre_of(postcode: str) -> tuple[float, float]:
    """The centre of a postcode's area, (lat, lon); raises ValueError for an unknown one."""
    centre = centres().of(postcode)
    if centre is None:
        raise SentenceError('postcode "{postcode}" is not known', postcode=postcode)
    return centre


def centres_within(lat: float, lon: float, km: float) -> list[tuple[float, str]]:
    """All centres within a distance, as (km, postcode), the nearest first.

    Meant for distances of the size of Germany: a circle over a pole or the date line is not cut
    right, and there is no centre near either.
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
    """The nearest centre of all, as (km, postcode); of two equally near ones the smaller code."""
    if 46 <= lat <= 57:
        for reach_km in (5.0, 15.0, FOREIGN_FROM_KM):
            near = centres_within(lat, lon, reach_km)
            if near:
                return near[0]
    code = _nearest_far_away(lat, lon)
    return great_circle_km(lat, lon, *centre_of(code)), code


def postcode_uncertainty_km(postcode: str) -> float:
    """How far from its centre nine of ten places in a postcode lie: at least 1 km.

    From the table; docs/places.md says where the radii come from. Raises KeyError.
    """
    return centres().radius_km(postcode)


def possible_postcodes(lat: float, lon: float, uncertainty_km: float) -> tuple[str, ...]:
    """All postcodes in which a point may lie, the nearest first; empty far from all of them.

    Another centre counts if the border half way between it and the nearest one passes within the
    uncertainty, which is at least that of the nearest postcode itself. With ``a`` the nearest, the
    way from the point to that border is (d_b² - d_a²) / (2 |ab|) in the plane. A centre does not
    count if it is farther, by more than the uncertainty, than ``FARTHEST_RADII`` of its own radii:
    so far out hardly a place in it lies.
    """
    return postcodes_near(lat, lon, uncertainty_km, *nearest_postcode(lat, lon))


def postcodes_near(
    lat: float, lon: float, uncertainty_km: float, nearest_km: float, nearest: str
) -> tuple[str, ...]:
    """The same as ``possible_postcodes`` where the nearest one is known already."""
    if nearest_km > FOREIGN_FROM_KM:
        return ()
    slack_km = max(uncertainty_km, postcode_uncertainty_km(nearest))
    own_lat, own_lon = centre_of(nearest)
    codes = [nearest]
    # |ab| <= d_a + d_b turns the condition into d_b <= d_a + 2 slack: nobody is farther out.
    for distance_km, code in centres_within(lat, lon, nearest_km + 2 * slack_km):
        apart_km = great_circle_km(own_lat, own_lon, *centre_of(code))
        is_behind = distance_km**2 - nearest_km**2 > 2 * apart_km * slack_km
        reach_km = FARTHEST_RADII * postcode_uncertainty_km(code) + uncertainty_km
        if code != nearest and not is_behind and distance_km <= reach_km:
            codes.append(code)
    return tuple(codes)


def parse_postcode_ranges(items: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Read postcodes and ranges of leading digits as inclusive ranges of five-digit codes.

    ``"860-865"`` is ("86000", "86599"), ``"86720"`` is itself. Raises ValueError.
    """
    ranges = []
    for item in items:
        match = re.fullmatch(r"\s*([0-9]{1,5})(?:\s*[-–]\s*([0-9]{1,5}))?\s*", str(item))
        if match is None:
            raise SentenceError(
                '"{item}" is not a postcode range: write "86150", "860" or "860-865"',
                item=str(item)[:40],
            )
        first, last = match[1].ljust(5, "0"), (match[2] or match[1]).ljust(5, "9")
        if first > last:
            raise SentenceError(
                '"{item}" ends before it begins: write the smaller postcode first', item=item
            )
        ranges.append((first, last))
    return tuple(ranges)
