"""The distance between two points on the ground."""

from math import asin, cos, radians, sin, sqrt

EARTH_RADIUS_KM = 6371.0088
"""Mean earth radius R1 of the IUGG (Moritz, Geodetic Reference System 1980)."""


def great_circle_km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Measure the great circle between two points (haversine; within 0.6 % of the ellipsoid)."""
    phi1, phi2 = radians(lat1), radians(lat2)
    # Squares are products, because a power may differ in the last bit.
    lat, lon = sin((phi2 - phi1) / 2), sin(radians(lon2 - lon1) / 2)
    chord = lat * lat + cos(phi1) * cos(phi2) * (lon * lon)
    # Rounding can make the chord of antipodes slightly longer than 1.
    return 2 * EARTH_RADIUS_KM * asin(sqrt(min(1.0, chord)))
