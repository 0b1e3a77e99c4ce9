"""Free units at a moment: situations by hand, and a count minute by minute."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from dispatch_cli.availability import Fleet
from dispatch_cli.availability.fleet import FleetState
from dispatch_cli.model.case import Booking

NOON = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def booking(unit: int, begin: int, end: int) -> Booking:
    """Make a booking in minutes after noon."""
    return Booking(provider="huber", unit=unit, case_id=1, offer=1, begin=NOON + begin * MINUTE,
                   end=NOON + end * MINUTE)  # fmt: skip


def at(units: int, *bookings: Booking, moment: int = 0, now: int = 0) -> FleetState:
    """Return the state of a fleet, in minutes after noon."""
    return Fleet(units, NOON + now * MINUTE, bookings).at(NOON + moment * MINUTE)


def wait_min(found: FleetState, moment: int = 0) -> float:
    """Return the minutes from a moment until a unit is free."""
    assert found.free_at is not None
    return (found.free_at - NOON) / MINUTE - moment


def test_a_job_for_christmas_takes_no_unit_today() -> None:
    """Before and after its booking the unit is free, and its next job is known."""
    christmas = booking(1, 38_000, 38_100)
    assert at(1, christmas) == FleetState(free=1, next_at=christmas.begin)
    assert at(1, christmas, moment=38_000) == FleetState(free=0, free_at=christmas.end)
    assert at(1, christmas, moment=38_100) == FleetState(free=1)


def test_the_wait_is_that_from_the_incident_on() -> None:
    """A unit that is free at 11:46 gives a wait of 45 minutes at 11:01 and of 43 at 11:03."""
    taken = booking(1, -109, -14)
    for moment, expected in ((-59, 45.0), (-57, 43.0)):
        found = at(1, taken, moment=moment, now=-119)
        assert (found.free, wait_min(found, moment)) == (0, expected)


def test_a_unit_that_should_be_back_is_overdue() -> None:
    """After the end of its booking a unit that was not reported back is overdue."""
    taken = booking(1, -100, -5)
    assert at(1, taken) == FleetState(free=0, free_at=NOON, overdue=taken)
    # Whose end passes between now and a later incident is free by then.
    assert at(1, taken, moment=0, now=-6) == FleetState(free=1)
    # A free unit comes before an overdue one.
    assert at(2, taken) == FleetState(free=1)
    assert at(2, taken, booking(2, -10, 50)).overdue == taken
    # Of two overdue units the one that was due first.
    assert at(2, taken, booking(2, -100, -6)).overdue == booking(2, -100, -6)
    # The next job of an overdue unit is known as well.
    assert at(1, taken, booking(1, 30, 60)).next_at == NOON + 30 * MINUTE


def test_bookings_back_to_back_are_one() -> None:
    """The unit is free after the last of several adjacent bookings."""
    assert at(1, booking(1, -10, 20), booking(1, 20, 65)).free_at == NOON + 65 * MINUTE
    assert at(1, booking(1, -10, 20), booking(1, 21, 65)).free_at == NOON + 20 * MINUTE


def test_the_next_job_is_that_of_the_last_free_unit() -> None:
    """There is no next job as long as a unit has no booking."""
    assert at(2, booking(1, 30, 60)) == FleetState(free=2)
    both = booking(1, 30, 60), booking(2, 40, 70)
    assert at(2, *both) == FleetState(free=2, next_at=NOON + 40 * MINUTE)


def test_an_extra_unit_takes_none_of_the_known_ones() -> None:
    """A booking of --extra-unit occupies no unit of the file."""
    assert at(1, booking(2, -10, 50)) == at(1) == FleetState(free=1)


@pytest.mark.parametrize("seed", range(60))
def test_free_units_and_waits_equal_a_count_minute_by_minute(seed: int) -> None:
    """Free units, state and wait of random bookings are right at every minute."""
    random = Random(seed)
    units = random.randint(1, 3)
    bookings: list[Booking] = []
    for unit in range(1, units + 1):
        minute = random.randint(-120, 0)
        while minute < 120:
            end = minute + random.randint(1, 60)
            if random.random() < 0.7:
                bookings.append(booking(unit, minute, end))
            minute = end + random.choice([0, 0, 10])
    if not bookings:
        return
    busy = {
        (each.unit, NOON + minute * MINUTE): True
        for each in bookings
        for minute in range(-200, 400)
        if each.begin <= NOON + minute * MINUTE < each.end
    }
    for moment in range(-60, 130, 7):
        when, known = NOON + moment * MINUTE, range(1, units + 1)
        late = {each.unit for each in bookings if each.end <= min(NOON, when)}
        idle = [unit for unit in known if (unit, when) not in busy]
        found = at(units, *bookings, moment=moment)
        if free := [unit for unit in idle if unit not in late]:
            assert (found.free, found.overdue) == (len(free), None)
        elif idle:
            assert (found.free, found.overdue in bookings) == (0, True)
        else:
            waits = [
                next(n for n in range(400) if (unit, when + n * MINUTE) not in busy)
                for unit in known
            ]
            assert (found.free, found.overdue) == (0, None)
            assert wait_min(found, moment) == min(waits)
