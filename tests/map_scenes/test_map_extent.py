"""The part of the earth that a map shows."""

import math

import pytest

from dispatch_cli.map_scenes.map_extent import LEAST_KM, box_of_dots, box_round
from dispatch_cli.model.sphere import great_circle_km
from dispatch_cli.results.map_scene import KM_PER_DEGREE, MapBox

MIDDLE = (48.0, 11.0)


def north(km: float) -> tuple[float, float]:
    return MIDDLE[0] + km / KM_PER_DEGREE, MIDDLE[1]


def height_km(box: MapBox) -> float:
    return (box.north - box.south) * KM_PER_DEGREE


def test_a_far_firm_does_not_shrink_the_others() -> None:
    """Firms at 5 and 6 km choose the box, one at 130 km does not; three at 60 km all do."""
    assert height_km(box_round(MIDDLE, [north(5), north(6), north(130)])) == pytest.approx(6)
    assert height_km(box_round(MIDDLE, [north(5), north(60), north(130)])) == pytest.approx(130)


def test_the_only_firm_is_on_the_map() -> None:
    """One firm chooses the box, however far it is."""
    assert height_km(box_round(MIDDLE, [north(130)])) == pytest.approx(130)


def test_a_map_has_a_least_size() -> None:
    """A firm at the incident gives a box of four kilometres, not of none."""
    box = box_round(MIDDLE, [MIDDLE])
    assert height_km(box) == pytest.approx(LEAST_KM)
    width_km = great_circle_km(48.0, box.west, 48.0, box.east)
    assert width_km == pytest.approx(LEAST_KM, rel=0.001)


def test_the_uncertainty_is_on_the_map() -> None:
    """A place within 20 km is drawn with its whole circle."""
    assert height_km(box_round(MIDDLE, [north(1)], uncertainty_km=20)) == pytest.approx(40)


def test_the_180th_meridian_divides_no_map() -> None:
    """Two points on both sides of it give a narrow box."""
    box = box_round((0.0, 179.9), [(0.0, -179.9)])
    assert (box.west, box.east) == pytest.approx((179.9, 180.1))


def test_stray_dots_do_not_choose_the_box() -> None:
    """One incident at 0, 0 does not make a map of Africa."""
    dots = [north(number / 10) for number in range(100)]
    assert height_km(box_of_dots([*dots, (0.0, 0.0)])) == pytest.approx(9.9, rel=0.01)


def test_no_dots_have_a_box() -> None:
    """A batch without a ranked row gets the middle of Germany."""
    box = box_of_dots([])
    assert box.south < 51.0 < box.north
    assert box.west < 10.0 < box.east


def test_the_poles_are_no_error() -> None:
    """A box at a pole is finite."""
    box = box_round((89.9, 0.0), [(89.9, 90.0)], uncertainty_km=5)
    assert all(map(math.isfinite, (box.south, box.west, box.north, box.east)))
    grown = box.grown(0.5)
    assert grown.north <= 85.0
