"""The fit of ``[ranking] speed``: a table that made the drives is found again."""

from random import Random

import pytest

from dispatch_cli import geo
from dispatch_cli.model import ServiceSettings
from dispatch_cli.speed_fit import Drive, fit_speed

TABLE = ((3.0, 25.0), (8.0, 40.0), (20.0, 60.0), (float("inf"), 90.0))
TRUE = ServiceSettings(detour=1.3, speed=TABLE)


def drives(count: int, *, odd: float = 0.0) -> list[Drive]:
    """Make drives by the table; a share of them takes an hour longer."""
    random = Random(1)
    found = []
    for _ in range(count):
        km = random.uniform(0.2, 35)
        late_min = 60 if random.random() < odd else 0
        found.append(Drive(km, geo.crow_fly_min(km, TRUE) + late_min))
    return found


@pytest.mark.parametrize("odd", [0.0, 0.1], ids=["exact drives", "a tenth an hour late"])
def test_the_table_is_found_again(odd):
    """The speeds are those that made the drives, also if a tenth of the drives is odd."""
    speed = fit_speed(drives(600, odd=odd), 1.3)
    assert [km for km, _ in speed] == [3.0, 8.0, 20.0, 1000.0]
    assert [kmh for _, kmh in speed] == pytest.approx([25, 40, 60, 90], rel=0.03)


def test_short_drives_make_a_short_table():
    """A leg that too few drives reach is not in the table."""
    short = [each for each in drives(600) if each.distance_km < 5]
    assert [km for km, _ in fit_speed(short, 1.3)] == [3.0, 1000.0]
    assert fit_speed(short[:29], 1.3) == ()


def test_speeds_stay_within_limits():
    """Drives that take no time, or days, give the fastest and the slowest speed."""
    fast = [Drive(float(km), 0.0) for km in range(1, 60)]
    slow = [Drive(float(km), 9000.0) for km in range(1, 60)]
    assert {kmh for _, kmh in fit_speed(fast, 1.3)} == {130.0}
    assert {kmh for _, kmh in fit_speed(slow, 1.3)} == {5.0}
