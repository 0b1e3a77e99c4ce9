"""The guided loop key by key, in this process; ``test_case_work`` has it on a real terminal."""

from datetime import UTC, datetime, timedelta

import pytest

from dispatch_cli.cli import log_book
from dispatch_cli.cli.case.loop import Loop
from dispatch_cli.cli.desk_options import DeskOptions
from dispatch_cli.cli.keys import ENTER, ESCAPE, TAB, Gone
from dispatch_cli.cli.log_book import open_book
from dispatch_cli.render.case_loop import loop_lines
from dispatch_cli.render.layout import Screen, line_text

from .loop_steps import OTHER_KEYS, REPAIR_FAILS, TO_THE_END, TOW_DECLINES

NAMES = {"\r": ENTER, "\t": TAB, "\x1b": ESCAPE}
TWO = """
[[provider]]
id = "anna"
name = "Anna"
phone = "089 99998-201"
services = ["tow", "roadside_repair"]
base = "86150"
area = { radius_km = 30 }
hours = "24/7"

[[provider]]
id = "bert"
name = "Bert"
phone = "089 99998-202"
services = ["tow", "roadside_repair"]
base = "86150"
area = { radius_km = 30 }
hours = "24/7"
turnout_min = 1
"""
GIVES_WAY = "2.1: its unit cannot set off before"


class Typist:
    """Presses the keys of some steps, and checks the screen after each."""

    def __init__(self, steps) -> None:
        self._steps = list(steps)
        self._keys: list[str] = []
        self._expected = ""
        self.shown = ""

    def draw(self, page, now) -> None:
        self.shown = "\n".join(line_text(line) for line in loop_lines(page, Screen(100, 40), now))

    def key(self, timeout_s: float) -> str | None:
        if not self._keys:
            assert self._expected in self.shown
            if not self._steps:
                raise Gone
            keys, self._expected = self._steps.pop(0)
            self._keys = list(keys)
        character = self._keys.pop(0)
        return NAMES.get(character, character)

    def line(self, changed) -> str | None:
        text = ""
        changed(text)
        while (key := self.key(0)) != ENTER:
            if key == ESCAPE:
                return None
            text += key
            changed(text)
        return text


@pytest.fixture
def two(home) -> None:
    """A provider file with Anna and Bert, who is sooner."""
    (home / "providers.toml").write_text(TWO)


@pytest.mark.parametrize(
    ("kind", "steps", "states"),
    [
        ("tow", OTHER_KEYS, ["corrected", "failed", "wrong_equipment"]),
        ("tow", TO_THE_END, ["declined", "arrived"]),
        ("breakdown", [*REPAIR_FAILS, *TOW_DECLINES], ["unsuccessful", "declined"]),
    ],
    ids=["other keys", "to the end", "the next service"],
)
def test_each_key_does_the_same_as_its_command(dispatch, two, kind, steps, states):
    """After each key the screen shows the act, and the log has it."""
    dispatch("case", "open", kind, "--at", "86150")
    typist = Typist(steps)
    desk = DeskOptions()
    Loop(desk, open_book(desk), 1, ("a warning",)).work_with(typist, typist)
    case = dispatch("case", "show", "1", "--json").envelope["data"]["case"]
    assert [offer["state"] for offer in case["offers"]] == states


def named(minutes: float) -> str:
    """Make a moment after now as the options take it."""
    return (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat(timespec="seconds")


def booked_twice(dispatch) -> None:
    """Anna's only unit is on its way to case 1 and promised to case 2 in two hours."""
    dispatch("case", "open", "breakdown", "--at", "86150")
    dispatch("case", "offer", "1", "--provider", "anna", "--because", "x", "--decision")
    dispatch("case", "accept", "1.1", "--eta", "10")
    dispatch("case", "open", "breakdown", "--at", "86150", "--when", named(120))
    dispatch("case", "offer", "2", "--provider", "anna", "--because", "x", "--decision")
    assert dispatch("case", "accept", "2.1", "--eta", named(130)).code == 0


def worked(case_id: int, steps) -> None:
    """Press the keys of some steps on a case."""
    typist, desk = Typist(steps), DeskOptions()
    Loop(desk, open_book(desk), case_id, ()).work_with(typist, typist)


@pytest.mark.parametrize(
    ("minutes", "keys"),
    [(100, [("r", "r again"), ("r", GIVES_WAY)]), (0, [("t", "new time"), ("100\r", GIVES_WAY)])],
    ids=["arrival", "new time"],
)
def test_a_job_that_gives_way_is_named(dispatch, two, monkeypatch, minutes, keys):
    """The screen names the later job whose unit sets off later because of a key."""
    booked_twice(dispatch)
    pressed_at = datetime.now(UTC) + timedelta(minutes=minutes)
    monkeypatch.setattr(log_book, "now", lambda: pressed_at)
    worked(1, keys)


def test_unfinished_services_are_named_at_the_closing(dispatch, two):
    """After the second k the screen names each unfinished service."""
    dispatch("case", "open", "tow", "--at", "86150")
    worked(1, [("k", "k again: close with tow: waiting"), ("k", "closed with tow: waiting")])


def test_facts_taken_back_bring_their_advice_back(dispatch, two):
    """After z the screen has the advice for the facts that hold again, as after m."""
    dispatch("case", "open", "tow", "--at", "86150", "--injured", "1", "--spot", "shoulder")
    worked(1, [
        ("m", "what has changed"), ("injured 0 spot parking\r", "ranked again"),
        ("z", "Behind the barrier, vest on"),
    ])  # fmt: skip


def test_a_refusal_without_a_reason_has_a_key(dispatch, two):
    """Enter instead of a digit records that no reason was given; z takes it back."""
    dispatch("case", "open", "tow", "--at", "86150")
    dispatch("case", "offer", "1")
    steps = [("d", "Enter none given"), ("\r", "Bert declined"), ("z", "undone: decline of 1.1")]
    typist = Typist(steps)
    Loop(DeskOptions(), open_book(DeskOptions()), 1, ()).work_with(typist, typist)
    case = dispatch("case", "show", "1", "--json").envelope["data"]["case"]
    assert [each["state"] for each in case["offers"]] == ["open"]


def test_taking_up_a_case_asks_what_became_of_the_open_offer(dispatch, two):
    """The call that was placed before is there; another service's missed deadline, too."""
    dispatch("case", "open", "tow", "--at", "86150")
    dispatch("case", "offer", "1")
    dispatch("case", "callback", "1", "0")
    typist = Typist([])
    desk = DeskOptions()
    Loop(desk, open_book(desk), 1, ()).work_with(typist, typist)
    assert "What became of it?" in typist.shown
    assert "call back MISSED since" in typist.shown
