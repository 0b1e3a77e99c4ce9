"""Questions take minutes in which colleagues work: what follows counts from the last answer."""

import sys
from datetime import UTC, datetime, timedelta

import pytest

from dispatch_cli.cases import answer_call
from dispatch_cli.cli import log_book
from dispatch_cli.cli.desk_options import DeskOptions
from dispatch_cli.cli.log_book import open_book

MINUTE = timedelta(minutes=1)


class Clock:
    """The clock of the machine, which a test moves on."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def move(self, minutes: float) -> None:
        """Let so many minutes pass."""
        self.now += minutes * MINUTE


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock that every command of a case reads."""
    clock = Clock()
    monkeypatch.setattr(log_book, "now", lambda: clock.now)
    return clock


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch):
    """Answer every question on the terminal; before each something may happen."""

    def answers(texts, before=lambda text: None) -> None:
        left = list(texts)

        class Operator:
            def isatty(self) -> bool:
                return True

            def readline(self) -> str:
                before(left[0])
                return left.pop(0) + "\n"

        monkeypatch.setattr(DeskOptions, "is_asking", property(lambda self: True))
        monkeypatch.setattr(sys, "stdin", Operator())

    return answers


def journal() -> list[tuple[datetime, str]]:
    """Return the time and the action of each record."""
    with open_book(DeskOptions()).store.reading() as reader:
        return [(act.at, act.action) for act in reader.acts()]


def test_a_booking_of_a_colleague_is_no_clock_ahead(dispatch, firms, clock, answers):
    """A unit that a colleague has booked during the interview is busy until its job is done.

    The new case, its ranking and its deadlines begin after the last answer.
    """
    dispatch("case", "open", "tow", "--at", "86150")
    dispatch("case", "offer", "1", "--provider", "lech", "--because", "x", "--decision")
    began = clock.now

    def colleague(text: str) -> None:
        clock.move(2)
        if text == "gate":
            there_at = clock.now + 5 * MINUTE
            answer_call.accept(open_book(DeskOptions()), "1.1", there_at)
            clock.move(1)

    texts = ["no", "86150", "", "", "", "tow", "", "", "", "", "", "", "", "gate"]
    answers(texts, colleague)
    opened = dispatch("case", "open", "--json").envelope["data"]
    [cascade] = opened["answer"]["cascades"]
    [row] = [each for each in cascade["candidates"] if each["provider"] == "lech"]
    assert (row["state"], row["wait_min"]) == ("busy", 5 + 75 - 1)
    assert clock.now - began == (2 * len(texts) + 1) * MINUTE
    assert datetime.fromisoformat(opened["case"]["opened_at"]) == clock.now
    assert datetime.fromisoformat(opened["answer"]["incident"]["when"]) == clock.now
    assert opened["case"]["age_min"] == 0
    assert journal()[-1] == (clock.now, "open")


@pytest.mark.parametrize(
    "asked",
    [
        (("accept", "1.1", "--eta", "90"), ["n"], "accept"),
        (("accept", "1.1", "--eta", "90"), ["y"], "decline"),
        (("offer", "1", "--provider", "lech", "--because", "-", "--wish"), ["y", "x"], "offer"),
        (("note", "1", "-"), ["a dog"], "note"),
    ],
    ids=["accept", "eta too long", "out of order", "note"],
)
def test_an_act_is_recorded_after_its_questions(dispatch, firms, clock, answers, asked):
    """The time of an act is that of the last answer, not of the start of the program."""
    argv, texts, action = asked
    firms.write_text(firms.read_text().replace("Mo-Fr 08:00-18:00", "24/7"))
    dispatch("case", "open", "tow", "--at", "86150")
    dispatch("case", "offer", "1")
    if action == "offer":
        dispatch("case", "decline", "1.1", "--reason", "no_unit")
    began = clock.now
    answers(texts, lambda text: clock.move(3))
    ran = dispatch("case", *argv)
    assert ran.code == 0, ran.err
    assert clock.now - began == 3 * len(texts) * MINUTE
    assert journal()[-1] == (clock.now, action)
