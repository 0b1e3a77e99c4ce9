"""The worst state of each of the last 30 days, against a count of every minute."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch_cli.availability.day_states import day_states
from dispatch_cli.availability.hard_states import advance
from dispatch_cli.model.check import CheckSettings, Move, Reading, Watched
from dispatch_cli.results.check_results import DAYS

from .looks import NOON

BERLIN = ZoneInfo("Europe/Berlin")
NOW = NOON.astimezone(BERLIN)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LONG_AGO = NOON - 90 * DAY


def move(days: float, before: str, after: str, *, is_flapping: bool = False) -> Move:
    """Make a move some days ago."""
    return Move(
        provider="huber", at=NOON - days * DAY, before=before, after=after, is_flapping=is_flapping
    )


def test_a_quiet_month_is_up() -> None:
    """Without moves the current state holds since its beginning; before there is no look."""
    for since, expected in ((90, ("up",) * 30), (2, ("",) * 27 + ("up",) * 3)):
        watched = Watched(provider="huber", state="up", since=NOON - since * DAY)
        assert day_states(watched, (), NOW) == expected
    assert day_states(Watched(provider="huber"), (), NOW) == ("",) * DAYS


def test_an_outage_marks_each_of_its_days() -> None:
    """Down from three days ago until yesterday: three days are down, today is up."""
    found = day_states(
        Watched(provider="huber", state="up", since=NOON - DAY, first_at=LONG_AGO),
        (move(3, "up", "down"), move(1, "down", "up")), NOW,
    )  # fmt: skip
    assert found == ("up",) * 26 + ("down",) * 3 + ("up",)


def test_busy_units_leave_no_gap() -> None:
    """A firm that is busy and free again each day is up on each day since its first look."""
    watched = Watched(provider="huber", first_at=None)
    looked = [("up", 9.0), ("busy", 4.0), ("busy", 3.9), ("up", 0.2), ("up", 0.1)]
    for state, days in looked:
        sample = Reading(provider="huber", kind="http", at=NOON - days * DAY, state=state)
        watched, moved = advance(watched, sample, CheckSettings(), is_closed=False)
        assert moved is None
    assert watched.since == NOON - 0.1 * DAY
    assert day_states(watched, (), NOW) == ("",) * 20 + ("up",) * 10


def test_nothing_is_drawn_before_the_first_look() -> None:
    """A firm of last week that went down yesterday has no state in the weeks before."""
    watched = Watched(provider="huber", state="down", since=NOON - DAY, first_at=NOON - 6 * DAY)
    found = day_states(watched, [move(1, "up", "down")], NOW)
    assert found == ("",) * 23 + ("up",) * 5 + ("down",) * 2


def test_moves_from_before_the_first_look_are_drawn() -> None:
    """A firm that was out of the file for a time keeps what was found before."""
    watched = Watched(provider="huber", state="down", since=NOON - DAY, first_at=NOON - 2 * DAY)
    moves = [move(9, "up", "down"), move(8, "down", "up"), move(1, "up", "down")]
    assert day_states(watched, moves, NOW) == (
        ("",) * 20 + ("down",) * 2 + ("up",) * 6 + ("down",) * 2
    )


def test_flapping_counts_as_degraded_and_down_is_worse() -> None:
    """Flapping without single moves is degraded; an outage on the same day is down."""
    found = day_states(
        Watched(provider="huber", state="up", first_at=LONG_AGO),
        (
            move(4, "up", "up", is_flapping=True), move(2, "up", "up"),
            move(0.2, "up", "degraded"), move(0.1, "degraded", "down"),
        ), NOW,
    )  # fmt: skip
    assert found == ("up",) * 25 + ("degraded",) * 3 + ("up", "down")


def test_the_days_are_those_of_the_files_time_zone() -> None:
    """An outage of half an hour after midnight in Berlin is on that day only."""
    midnight = NOW.replace(hour=0, minute=0)
    moves = [
        Move(provider="huber", at=midnight + minutes * HOUR / 60, before=before, after=after)
        for minutes, before, after in ((5, "up", "down"), (35, "down", "up"))
    ]
    watched = Watched(provider="huber", state="up", first_at=LONG_AGO)
    assert day_states(watched, moves, NOW) == ("up",) * 29 + ("down",)


MOVES = st.lists(
    st.tuples(st.integers(0, 29 * 24 - 1), st.sampled_from(["up", "degraded", "down"])),
    max_size=12, unique_by=lambda each: each[0],
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(MOVES)
def test_any_moves_equal_a_count_of_every_hour(changes) -> None:
    """Each day has the worst of the states of its hours, computed one by one."""
    changes = sorted(changes, reverse=True)  # hours ago, the longest first
    before, moves = "up", []
    for hours, after in changes:
        moves.append(move(hours / 24, before, after))
        before = after
    worst: dict = {}
    order = ["up", "degraded", "down"]
    for hours in range(30 * 24, -1, -1):
        at = NOON - hours * HOUR
        state = next((one.after for one in reversed(moves) if one.at <= at), "up")
        day = at.astimezone(BERLIN).date()
        worst[day] = max(worst.get(day, "up"), state, key=order.index)
    expected = [worst[(NOW - n * DAY).date()] for n in range(DAYS - 1, -1, -1)]
    watched = Watched(provider="huber", state=before, first_at=LONG_AGO)
    found = day_states(watched, moves, NOW)
    assert list(found) == expected
