"""Outages to remind of: after the time, not while acknowledged, closed or flapping."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from dispatch_cli.reminders import (
    ReportedProblem,
    ReportedState,
    due_reminders,
    without,
)
from dispatch_cli.results.check_results import HardState

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DOWN = HardState(provider="huber", name="Huber", phone="1", state="down", at=NOON)


def reminded(*states: HardState, again_after: timedelta = HOUR) -> list[bool]:
    """Add one run each half hour; return which of them sends a reminder."""
    known: dict[str, ReportedProblem] = {}
    found = []
    for number, state in enumerate(states):
        due, known = due_reminders(
            known, [state], NOON + number * HOUR / 2, again_after=again_after
        )
        found.append(bool(due))
    return found


def test_a_lasting_outage_is_repeated_after_the_time() -> None:
    """The run that finds it reports a change; then there is a reminder each hour."""
    assert reminded(*[DOWN] * 6) == [False, False, True, False, True, False]
    assert reminded(*[DOWN] * 6, again_after=timedelta(days=36_500)) == [False] * 6


@pytest.mark.parametrize(
    "silent",
    [
        replace(DOWN, acknowledged_until=NOON + 9 * HOUR), replace(DOWN, is_closed=True),
    ],
)  # fmt: skip
def test_a_known_or_closed_one_waits(silent: HardState) -> None:
    """The reminder comes in the first run after the silence."""
    assert reminded(DOWN, *[silent] * 4, DOWN, DOWN) == [False] * 5 + [True, False]


def test_another_outage_begins_anew() -> None:
    """A provider that is up, or down since another moment, has no old reminder."""
    up, later = replace(DOWN, state="up"), replace(DOWN, at=NOON + HOUR)
    assert reminded(DOWN, up, later, later, later) == [False, False, False, False, True]
    assert reminded(DOWN, later, later, later) == [False, False, False, True]


def test_flapping_has_no_reminder() -> None:
    """A provider that flaps is reported at its beginning and end only."""
    assert reminded(*[replace(DOWN, is_flapping=True)] * 4) == [False] * 4


def test_a_clock_set_back_hides_no_reminder() -> None:
    """A last report in the future does not silence an outage."""
    ahead = {"huber": ReportedProblem(NOON, NOON + 9 * HOUR, DOWN.at.isoformat())}
    assert due_reminders(ahead, [DOWN], NOON, again_after=HOUR)[0] == [DOWN]


def test_a_failed_report_leaves_the_reported_state_as_it_was() -> None:
    """A change whose report failed is reported again; the states of other providers are new."""
    down, busy = ReportedState("down"), ReportedState("busy")
    before = {"huber": down, "maier": down}
    after = {"huber": busy, "maier": busy, "new": down}
    assert without(before, after, ["huber", "new"]) == {"huber": down, "maier": busy}
