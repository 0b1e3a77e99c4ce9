"""A random place in Germany, written in each notation, is read back."""

import random
from collections.abc import Callable
from math import cos, radians, sin, sqrt, tan

import pytest
from openlocationcode import openlocationcode

from dispatch_cli.model.sphere import great_circle_km
from dispatch_cli.notation import parse_place


def sexagesimal(degrees: float, digits: int) -> tuple[int, int, str]:
    """Degrees, minutes and seconds, the seconds rounded without ever reaching 60."""
    total = round(degrees * 3600, digits)
    whole, rest = divmod(total, 3600)
    minutes, seconds = divmod(rest, 60)
    return int(whole), int(minutes), f"{min(seconds, 60 - 10**-digits):.{digits}f}"


def dms(lat: float, lon: float) -> str:
    """Degrees, minutes and tenths of seconds with letters."""
    return " ".join(
        f"{d}°{m:02}'{s}\"{letter}"
        for (d, m, s), letter in ((sexagesimal(lat, 1), "N"), (sexagesimal(lon, 1), "E"))
    )


def german_dms(lat: float, lon: float) -> str:
    """Return the same with words and decimal commas."""
    return ", ".join(
        f"{d} Grad {m} Minuten {s} Sekunden {word}".replace(".", ",")
        for (d, m, s), word in ((sexagesimal(lat, 1), "Nord"), (sexagesimal(lon, 1), "Ost"))
    )


def minutes(lat: float, lon: float) -> str:
    """Degrees and minutes with three decimals."""
    return " ".join(
        f"{letter} {int(one)}° {min((one % 1) * 60, 59.999):.3f}'"
        for one, letter in ((lat, "N"), (lon, "E"))
    )


def utm(lat: float, lon: float) -> str:
    """UTM by Snyder's series (Map Projections, USGS 1395, 8-9 to 8-15), not by the library."""
    zone = int((lon + 180) // 6) + 1
    a, e2, k0 = 6378137.0, 0.00669437999014, 0.9996
    phi, e4, e6 = radians(lat), e2**2, e2**3
    ep2 = e2 / (1 - e2)
    n = a / sqrt(1 - e2 * sin(phi) ** 2)
    t, c = tan(phi) ** 2, ep2 * cos(phi) ** 2
    w = radians(lon - (zone * 6 - 183)) * cos(phi)
    m = a * (
        (1 - e2 / 4 - 3 * e4 / 64 - 5 * e6 / 256) * phi
        - (3 * e2 / 8 + 3 * e4 / 32 + 45 * e6 / 1024) * sin(2 * phi)
        + (15 * e4 / 256 + 45 * e6 / 1024) * sin(4 * phi)
        - 35 * e6 / 3072 * sin(6 * phi)
    )
    east = w + (1 - t + c) * w**3 / 6 + (5 - 18 * t + t * t + 72 * c - 58 * ep2) * w**5 / 120
    north = m + n * tan(phi) * (
        w**2 / 2
        + (5 - t + 9 * c + 4 * c * c) * w**4 / 24
        + (61 - 58 * t + t * t + 600 * c - 330 * ep2) * w**6 / 720
    )
    return f"{zone}N {k0 * n * east + 500_000:.1f} {k0 * north:.1f}"


def decimal_commas(lat: float, lon: float) -> str:
    """German decimals, which make the separating comma ambiguous."""
    return f"{lat:.5f}, {lon:.5f}".replace(".", ",")


WRITERS: dict[str, tuple[Callable[[float, float], str], float]] = {
    "decimal": (lambda lat, lon: f"{lat:.6f},{lon:.6f}", 0.001),
    "commas": (decimal_commas, 0.002),
    "letters": (lambda lat, lon: f"{lon:.5f}E {lat:.5f}N", 0.002),
    "dms": (dms, 0.005),
    "german dms": (german_dms, 0.005),
    "minutes": (minutes, 0.005),
    "geo": (lambda lat, lon: f"geo:{lat:.6f},{lon:.6f};u=5", 0.001),
    "plus code": (openlocationcode.encode, 0.012),
    "long plus code": (lambda lat, lon: openlocationcode.encode(lat, lon, 11), 0.003),
    "utm": (utm, 0.003),
    "google": (lambda lat, lon: f"https://maps.google.com/?q={lat:.6f},{lon:.6f}", 0.001),
    "pin": (
        lambda lat, lon: f"https://google.de/maps/place/X/@49,10,9z/data=!3d{lat:.6f}!4d{lon:.6f}",
        0.001,
    ),
    "osm": (lambda lat, lon: f"https://www.openstreetmap.org/#map=15/{lat:.5f}/{lon:.5f}", 0.002),
    "bing": (lambda lat, lon: f"https://www.bing.com/maps?cp={lat:.6f}~{lon:.6f}&lvl=16", 0.001),
    "aml": (lambda lat, lon: f"lt={lat:.5f} lg={lon:.5f} rd=20", 0.002),
}  # fmt: skip


@pytest.mark.parametrize("count", [40, pytest.param(2_000, marks=pytest.mark.ci)])
@pytest.mark.parametrize("notation", WRITERS)
def test_a_place_comes_back_from_every_notation(notation: str, count: int) -> None:
    """The place read differs from the place written by no more than the rounding."""
    write, tolerance_km = WRITERS[notation]
    dice = random.Random(notation)
    for _ in range(count):
        lat, lon = dice.uniform(47.4, 54.9), dice.uniform(6.0, 14.9)
        place = parse_place(write(lat, lon))
        assert great_circle_km(lat, lon, place.lat, place.lon) <= tolerance_km, write(lat, lon)


@pytest.mark.parametrize("count", [40, pytest.param(2_000, marks=pytest.mark.ci)])
@pytest.mark.parametrize("digits", [3, 4, 5])
def test_an_mgrs_square_holds_the_place_it_was_made_of(digits: int, count: int) -> None:
    """The place is within the uncertainty of its square's middle, for 100 m, 10 m and 1 m."""
    import mgrs

    dice = random.Random(digits)
    for _ in range(count):
        lat, lon = dice.uniform(47.4, 54.9), dice.uniform(6.0, 14.9)
        place = parse_place(mgrs.MGRS().toMGRS(lat, lon, MGRSPrecision=digits))
        away_km = great_circle_km(lat, lon, place.lat, place.lon)
        # The writer rounds to whole metres first; the sphere is up to 0.6 % off the ellipsoid.
        assert away_km <= place.uncertainty_km * 1.01 + 0.001


@pytest.mark.parametrize("count", [40, pytest.param(2_000, marks=pytest.mark.ci)])
def test_a_short_plus_code_comes_back_with_its_postcode(count: int) -> None:
    """The nearest postcode of a place completes its short code to the full one."""
    dice = random.Random(7)
    for _ in range(count):
        lat, lon = dice.uniform(48, 54), dice.uniform(7.5, 12)
        full = openlocationcode.encode(lat, lon)
        place = parse_place(full)
        if place.foreign_km:
            continue
        short = parse_place(f"{full[4:]} {place.postcode}")
        assert (short.lat, short.lon) == pytest.approx((place.lat, place.lon))
