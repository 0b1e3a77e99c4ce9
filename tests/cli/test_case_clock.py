"""A jump of the clock is reported once, recorded and shown; it stops erasure."""

from datetime import UTC, datetime, timedelta

import pytest

from dispatch_cli.cases import desk_views, view_case
from dispatch_cli.cases.clock_watch import _length
from dispatch_cli.cli import log_book
from dispatch_cli.cli.desk_options import DeskOptions
from dispatch_cli.cli.log_book import open_book

NOW = datetime.now(UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SET_BACK = "the clock was set back by 60 min"
TOO_FAR = "the clock was 365 days ahead of the last record"


@pytest.fixture
def at(dispatch, firms, monkeypatch):
    """Run a command of ``case`` while the clock of the machine shows a time."""

    def at(after: timedelta, *argv: str):
        monkeypatch.setattr(log_book, "now", lambda: NOW + after)
        return dispatch("case", *argv)

    return at


def journal(dispatch) -> list[tuple[int, str]]:
    """Case and action of every record."""
    from dispatch_cli.store import open_store

    path = dispatch("doctor").out.split("case log\t")[1].split(": sound")[0]
    with open_store(path, now=NOW).reading() as reader:
        return [(act.case_id, act.action) for act in reader.acts()]


def test_a_clock_set_back_hides_no_waiting_case(at, dispatch):
    """After a clock that was an hour fast is set right, audit reports it and the waiting case."""
    at(HOUR, "open", "tow", "--at", "86150")
    for minutes in (1, 10, 40):
        ran = at(timedelta(minutes=minutes), "audit")
        clock, waits = ran.out.splitlines()
        assert clock.startswith("the clock was set back by ")
        assert waits.startswith("case 1   next call due now: a clock that was ahead has set it to ")
        assert ran.code == 7
    listed = at(timedelta(minutes=10), "list", "--json").envelope["data"]["cases"][0]
    assert (listed["age_min"], listed["overdue"]) == (0.0, True)
    later = at(HOUR + timedelta(minutes=4), "audit")
    assert (later.code, later.out.count("\n")) == (7, 1)
    assert "next call overdue since" in later.out


def test_a_reminder_of_a_clock_ahead_is_due(at):
    """The motorist is called back at once, where a clock ahead has set the time: in each view."""
    at(0 * HOUR, "open", "tow", "--at", "86150")
    at(0 * HOUR, "offer", "1")
    at(HOUR, "callback", "1", "30")
    assert "case 1   call back due now" in at(timedelta(minutes=1), "audit").out
    view = at(timedelta(minutes=1), "show", "1", "--json").envelope["data"]["case"]
    assert (view["due"], view["overdue"]) == ("call back", True)
    [service] = view["services"]
    assert (service["due"], service["overdue"]) == ("call back", True)
    [listed] = at(timedelta(minutes=1), "list", "--json").envelope["data"]["cases"]
    assert (listed["due"], listed["overdue"]) == ("call back", True)
    [row] = desk_views.board(open_book(DeskOptions())).cases
    assert (row.due, row.overdue) == ("call back", True)
    at(timedelta(minutes=1), "callback", "1", "30")
    assert "call back" not in at(timedelta(minutes=2), "audit").out
    [listed] = at(timedelta(minutes=2), "list", "--json").envelope["data"]["cases"]
    assert not listed["overdue"]


def test_a_jump_is_reported_once_and_recorded(at, dispatch):
    """The first act after a jump warns of it and records it; later acts do not warn."""
    at(HOUR, "open", "tow", "--at", "86150")
    first = at(0 * HOUR, "offer", "1")
    assert first.code == 0
    assert first.err.count(SET_BACK) == 1
    again = at(timedelta(minutes=1), "accept", "1.1", "--eta", "20", "--json")
    assert again.envelope["warnings"] == []
    assert journal(dispatch) == [
        (1, "open"), (0, "clock jumped"), (1, "offer"), (1, "accept"),
    ]  # fmt: skip
    assert SET_BACK in at(timedelta(minutes=2), "audit").out
    assert "clock" not in at(HOUR + timedelta(minutes=1), "audit").out
    assert dispatch("log", "verify").code == 0


def test_a_report_warns_of_a_jump_and_records_it(at, dispatch):
    """A report by phone as the first act after a jump records it, so that forget finds it."""
    at(0 * HOUR, "open", "tow", "--at", "86150")
    at(0 * HOUR, "cancel", "1")
    at(365 * DAY, "list")
    told = dispatch("providers", "report", "lech", "--free", "2")
    assert (told.code, told.err.count(TOO_FAR)) == (0, 1)
    again = dispatch("providers", "report", "lech", "--free", "0", "--json")
    assert again.envelope["warnings"] == []
    assert journal(dispatch)[2:] == [(0, "clock jumped"), (0, "report"), (0, "report")]
    assert at(365 * DAY, "forget").code == 8
    assert at(365 * DAY, "forget", "--clock-is-right").code == 0
    assert at(365 * DAY, "forget").code == 0


@pytest.mark.parametrize("form", ["lines", "json", "quiet"])
def test_a_refused_act_warns_of_a_jump(at, dispatch, form):
    """A refused act records the jump and warns of it; --quiet suppresses the warning."""
    at(HOUR, "open", "tow", "--at", "86150")
    at(HOUR, "offer", "1")
    at(HOUR, "decline", "1.1", "--reason", "no_unit")
    options = [] if form == "lines" else [f"--{form}"]
    refused = at(0 * HOUR, "accept", "1.1", "--eta", "20", *options)
    assert refused.code == 8
    assert (0, "clock jumped") in journal(dispatch)
    first = refused.err.splitlines()[0]
    assert (first.startswith("warning: ") and SET_BACK in first) == (form != "quiet")
    if form == "json":
        [warning] = refused.envelope["warnings"]
        assert SET_BACK in warning


def test_an_interrupted_view_warns_of_a_jump(at, dispatch, monkeypatch):
    """Ctrl-C after the record of a personal view does not suppress the warning."""

    def interrupt(*_):
        raise KeyboardInterrupt

    at(HOUR, "open", "tow", "--at", "86150")
    monkeypatch.setattr(view_case, "show", interrupt)
    ran = at(0 * HOUR, "show", "1", "--personal")
    assert (ran.code, SET_BACK in ran.err) == (130, True)


def test_a_restore_records_a_jump_and_hides_none(at, dispatch, monkeypatch, tmp_path):
    """The restore compares the clock as every act does, and a jump stays in force after it."""
    copy = str(tmp_path / "copy")
    at(HOUR, "open", "tow", "--at", "86150")
    assert dispatch("log", "backup", copy).code == 0
    monkeypatch.setattr(log_book, "now", lambda: NOW)
    restored = dispatch("log", "restore", copy)
    assert (restored.code, restored.err.count(SET_BACK)) == (0, 1)
    assert journal(dispatch) == [(1, "open"), (0, "clock jumped"), (0, "restore")]
    assert SET_BACK in at(timedelta(minutes=2), "audit").out
    assert SET_BACK not in at(timedelta(minutes=2), "offer", "1").err
    assert at(timedelta(minutes=3), "forget").code == 8


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(59.8, "60 min"), (119, "119 min"), (119.9, "2 h"), (299, "5 h"), (47 * 60, "47 h"),
     (2 * 1440 + 1300, "3 days")],
)  # fmt: skip
def test_a_jump_is_rounded(minutes: float, said: str):
    """A clock set back from 14:46 to 09:47 was set back by 5 hours, not by 4."""
    assert str(_length(timedelta(minutes=minutes))) == said


def test_doctor_shows_a_jump(at, dispatch):
    """The line "clock" of doctor shows the size of a jump, or that the clock agrees."""
    at(0 * HOUR, "open", "tow", "--at", "86150")
    assert "clock\tagrees with the journal\tjournal" in dispatch("doctor").out
    at(-HOUR, "offer", "1")
    assert SET_BACK in dispatch("doctor").out


def test_nothing_is_erased_by_a_clock_that_has_jumped(at, dispatch):
    """``forget`` refuses a year ahead, also after acts of that time, until it is confirmed."""
    at(0 * HOUR, "open", "tow", "--at", "86150")
    at(0 * HOUR, "close", "1")
    year = 365 * DAY
    assert at(year, "forget", "--dry-run").out.count("would be erased") == 1
    refused = at(year, "forget")
    assert (refused.code, refused.out) == (8, "")
    assert TOO_FAR in refused.err
    assert "--clock-is-right" in refused.err
    said = at(year, "open", "tow", "--at", "86150")
    assert TOO_FAR in said.err
    assert at(year + HOUR, "forget").code == 8
    assert TOO_FAR in at(year + HOUR, "audit").out
    confirmed = at(year + HOUR, "forget", "--clock-is-right")
    assert confirmed.code == 0
    assert "erased" in confirmed.out
    assert at(year + 2 * HOUR, "forget").code == 0
    assert TOO_FAR not in at(year + 2 * HOUR, "audit").out
    assert (0, "clock is right") in journal(dispatch)


def test_a_clock_put_right_again_erases_when_it_has_caught_up(at):
    """After a clock was set back, ``forget`` refuses until the last record lies in the past."""
    at(HOUR, "open", "tow", "--at", "86150")
    at(HOUR, "close", "1")
    assert at(0 * HOUR, "forget", "--older-than", "0d").code == 8
    at(timedelta(minutes=1), "open", "tow", "--at", "86150")
    assert at(timedelta(minutes=2), "forget", "--older-than", "0d").code == 8
    assert at(HOUR + timedelta(minutes=2), "forget", "--older-than", "0d").code == 0


@pytest.mark.parametrize("stage", ["accepted", "arrived"])
def test_a_unit_booked_by_a_clock_ahead_is_asked_about(at, dispatch, stage):
    """Its firm is ranked as overdue, not as free, and audit names its case; closing frees it."""
    at(HOUR, "open", "tow", "--at", "86150")
    at(HOUR, "offer", "1", "--provider", "lech", "--because", "x", "--decision")
    at(HOUR, "accept", "1.1", "--eta", "20")
    if stage == "arrived":
        at(HOUR, "arrive", "1.1")
    minute = timedelta(minutes=1)
    due = at(minute, "audit").out
    assert ("arrival" if stage == "accepted" else "closing") + " due now" in due

    def lech(after):
        ran = at(after, "open", "tow", "--at", "86150", "--json")
        [cascade] = ran.envelope["data"]["answer"]["cascades"]
        [row] = [each for each in cascade["candidates"] if each["provider"] == "lech"]
        return row["state"], row["wait_min"]

    assert lech(2 * minute) == ("overdue", 0.0)
    at(3 * minute, "close", "1")
    assert lech(4 * minute) == ("up", 0.0)
