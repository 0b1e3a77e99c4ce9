"""The desk on a real pseudo-terminal: from the first screen to the end, and two desks at once."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest

from ..cli.conftest import TWO_FIRMS
from ..terminal import Terminal

F2, F4, F10 = "\x1bOQ", "\x1bOS", "\x1b[21~"
LEAVE = "\x11"
DROPPED_S = 0.6
"""Longer than the time in which a recording key is dropped."""


@pytest.fixture
def firms(tmp_path, monkeypatch):
    """A home of its own with two firms and a case log."""
    for name in ("DATA", "CONFIG", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("DISPATCH_OPERATOR", "AK")
    for name in ("NO_COLOR", "COLUMNS", "LINES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "providers.toml").write_text(TWO_FIRMS.replace("Mo-Fr 08:00-18:00", "24/7"))
    return tmp_path


def dispatch(*argv: str) -> dict:
    """Run a command of the program and return its JSON."""
    ran = subprocess.run(
        [sys.executable, "-m", "dispatch_cli", *argv, "--json"],
        capture_output=True, check=True, env=dict(os.environ),
    )  # fmt: skip
    return json.loads(ran.stdout)["data"]


def promised_in() -> int:
    """Return in how many whole minutes the first firm of case 1 comes."""
    [offer] = dispatch("case", "show", "1")["case"]["offers"]
    there = datetime.fromisoformat(offer["promised_at"])
    return int((there - datetime.now(UTC)).total_seconds() / 60)


def states() -> list[str]:
    """Return the states of the offers of case 1."""
    return [each["state"] for each in dispatch("case", "show", "1")["case"]["offers"]]


def test_a_call_from_f2_to_the_acceptance(firms):
    """The desk opens, takes a call, places it, records the acceptance, and gives the terminal back.

    Its screen is redrawn when the terminal becomes smaller, and pasted text goes nowhere.
    """
    with Terminal(["desk"], columns=140, rows=40) as terminal:
        terminal.wait_for("BOARD  all open: 0")
        terminal.press(F2)
        terminal.wait_for("in one line")
        terminal.press("\x1b[200~86150 abschleppen 0171 2345678\x1b[201~")
        terminal.wait_for("0171 2345678")
        terminal.press("\r")
        terminal.wait_for("Is anybody hurt")
        terminal.press("n\r")
        terminal.wait_for("> Spot")
        terminal.press(F10)
        terminal.wait_for("CASE 1  tow  next call")
        terminal.press("\x1b[200~nnxx\x1b[201~")
        terminal.wait_for("pasted text was dropped")
        time.sleep(DROPPED_S)
        terminal.press("\r")
        terminal.wait_for("answer due in")
        terminal.wait_for("answer due in 2:58")
        terminal.press("a36\x7f5\r")
        terminal.wait_for(" min sooner.")
        time.sleep(DROPPED_S)
        terminal.press("a")
        terminal.wait_for("GIVE THE DRIVER")
        assert promised_in() in (34, 35)
        terminal.resize(80, 24)
        shown = terminal.wait_for("s no success")
        assert all(len(each) <= 80 for each in shown.splitlines())
        terminal.press(F4)
        terminal.wait_for("BOARD  all open: 1")
        terminal.press(LEAVE)
        assert terminal.ended() == 0
        assert terminal.settings == terminal.before
    assert states() == ["accepted"]


def test_two_desks_on_one_log(firms):
    """Within seconds the second desk has the case, its call, and a line that says who did what."""
    with (
        Terminal(["desk", "--operator", "AK"]) as one,
        Terminal(["desk", "--operator", "MB"]) as two,
    ):
        one.wait_for("BOARD")
        two.wait_for("BOARD  all open: 0")
        dispatch("case", "open", "tow", "--at", "86150")
        one.wait_for("next call due", timeout_s=10)
        two.wait_for("next call due", timeout_s=10)
        one.press("\r")
        one.wait_for("CASE 1  tow  next call")
        time.sleep(DROPPED_S)
        one.press("\r")
        one.wait_for("answer due in 2:5")
        two.wait_for("case 1: call 1.1 placed (AK)", timeout_s=10)
        assert "asks 1. Abschlepp" in two.shown
        one.kill(signal.SIGKILL)
        two.press("\r")
        two.wait_for("answer due in")
        time.sleep(DROPPED_S)
        two.press("n")
        two.wait_for("did not answer")
        two.press(F4)
        two.wait_for("BOARD")
        two.press(LEAVE)
        assert two.ended() == 0
    assert states() == ["no_answer"]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_a_killed_desk_loses_nothing(firms, number):
    """A desk that ends in the middle of a call leaves it parked, and gives the terminal back."""
    with Terminal(["desk"]) as terminal:
        terminal.wait_for("BOARD")
        terminal.press(F2)
        terminal.wait_for("in one line")
        terminal.press("86150 abschleppen 0171 2345678\r")
        terminal.wait_for("Is anybody hurt")
        terminal.press("2")
        code = terminal.kill(number)
        if number != signal.SIGKILL:
            assert code == 128 + number
            assert terminal.settings == terminal.before
    [draft] = dispatch("case", "list")["drafts"]
    assert (draft["state"], draft["area"], draft["kind"]) == ("parked", "86150", "tow")
    with Terminal(["desk"]) as terminal:
        terminal.wait_for("PARKED")
        terminal.press("\r")
        terminal.wait_for("Is anybody hurt")
        terminal.press("n\r")
        terminal.wait_for("> Spot")
        terminal.press(F10)
        terminal.wait_for("CASE 1  tow  next call")
        terminal.press(LEAVE)
        assert terminal.ended() == 0


def test_work_opens_the_desk(firms):
    """``case work`` is the desk on a terminal; ``--json`` is refused."""
    dispatch("case", "open", "tow", "--at", "86150")
    with Terminal(["case", "work", "1"]) as terminal:
        terminal.wait_for("CASE 1  tow  next call")
        terminal.kill(signal.SIGTERM)
    ran = subprocess.run(
        [sys.executable, "-m", "dispatch_cli", "desk", "--json"],
        input="", text=True, capture_output=True, check=False, env=dict(os.environ),
    )  # fmt: skip
    assert ran.returncode == 2
    assert "is a dialogue without --json" in ran.stdout


CALL = [
    (F2, "in one line"),
    ("86150 abschleppen 0171 2345678", "0171 2345678"),
    ("\r", "Is anybody hurt"),
    ("n\r", "> Spot"),
    ("\r", "> Number repeated"),
    ("y\r", "> At the vehicle"),
    (F10, "CASE 1  tow  next call"),
    ("\r", "answer due in 2:5"),
    ("d", "1 no unit"),
    ("1", "declined: no_unit"),
    ("\r", "answer due in 2:5"),
    ("a", "in minutes, or at what time"),
    ("35", "35"),
    ("\r", "GIVE THE DRIVER"),
    ("g", "the driver knows"),
    ("b", "the caller knows"),
]
"""The keys of the commonest call, each with what stands on the screen after it."""

RECORDED = {3: "draft", 7: "case", 8: "open", 10: "declined", 11: "open", 14: "accepted"}
"""After so many steps the log has this for good."""


def recorded() -> str:
    """Return how far the only call has come in the log."""
    listed = dispatch("case", "list")
    if not listed["cases"]:
        return "draft" if listed["drafts"] else ""
    return (states() or ["case"])[-1]


@pytest.mark.parametrize(
    "steps",
    [pytest.param(n, marks=() if n in (4, 9, 13) else pytest.mark.ci) for n in range(1, 17)],
)
def test_killed_at_any_key_the_log_has_what_was_shown(firms, steps):
    """After kill -9 behind any key of a call the log has every answer, and a new desk goes on."""
    with Terminal(["desk"]) as terminal:
        terminal.wait_for("BOARD")
        for key, shown in CALL[:steps]:
            time.sleep(DROPPED_S if key in "\rd1abg" else 0)
            terminal.press(key)
            terminal.wait_for(shown)
        terminal.kill(signal.SIGKILL)
    expected = next((RECORDED[n] for n in sorted(RECORDED, reverse=True) if n <= steps), "")
    assert recorded() == expected
    with Terminal(["desk"]) as terminal:
        terminal.wait_for("BOARD")
        terminal.press("\r")
        texts = {"": "no case", "draft": "NEW CALL  draft G1"}
        terminal.wait_for(texts.get(expected, "CASE 1"))
        terminal.press(LEAVE)
        assert terminal.ended() == 0


NEW = (F2, "NEW CALL  draft -")
BACK = [NEW, (F4, "BOARD")]
FROM_EVERY_SCREEN = [
    ("", "BOARD"), NEW, (F4, "BOARD"),
    *CALL[:3], *BACK, ("\r", "NEW CALL  draft G1"), ("n\r", "> Spot"), ("half a", "half a"), *BACK,
    ("\r", "NEW CALL  draft G1"), (F10, "CASE 1  tow  next call"), *BACK,
    ("\r", "CASE 1  tow  next call"), ("\r", "answer due in"), *BACK,
    ("\r", "answer due in"), ("d", "1 no unit"), *BACK,
    ("\r", "answer due in"), ("a", "in minutes, or at what time"), ("3", "3"), *BACK,
    ("\r", "answer due in"), ("a", "in minutes, or at what time"), ("9\r", "GIVE THE DRIVER"), NEW,
]  # fmt: skip


def test_f2_takes_the_next_call_from_every_screen(firms):
    """F2 on the board, in a question, in a text field and on a card of any state: a new call."""
    with Terminal(["desk"]) as terminal:
        for key, shown in FROM_EVERY_SCREEN:
            time.sleep(DROPPED_S if key in ("\r", "d", "a") else 0)
            terminal.press(key)
            terminal.wait_for(shown)
        terminal.press(LEAVE)
        assert terminal.ended() == 0
    assert states() == ["accepted"]


def wait_for_clock_at(terminal: Terminal, column: int) -> None:
    """Wait until the first line ends with the clock at a column, as it does when redrawn."""
    end = time.monotonic() + 10
    while not re.fullmatch(rf".{{{column - 8}}}\d\d:\d\d:\d\d.*", terminal.shown.splitlines()[0]):
        assert time.monotonic() < end, terminal.shown
        terminal.read_for(0.2)


def test_the_screen_fits_while_the_terminal_shrinks(firms):
    """From 140 to 80 to 40 columns and back the clock ends the line, and the number is whole."""
    dispatch("case", "open", "tow", "--at", "86150")
    with Terminal(["desk", "1"], columns=140, rows=40) as terminal:
        terminal.wait_for("089 99998-114")
        for columns, rows in ((80, 24), (40, 24), (140, 40)):
            terminal.resize(columns, rows)
            # At 140 columns the board stands beside the card, with 59 columns.
            wait_for_clock_at(terminal, columns if columns < 140 else 81)
            terminal.wait_for("089 99998-114")
            terminal.wait_for("F2 new call")
            assert "F2" in terminal.shown.splitlines()[-1]
        terminal.press(LEAVE)
        assert terminal.ended() == 0
