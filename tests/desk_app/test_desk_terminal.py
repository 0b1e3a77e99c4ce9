"""The desk on a real pseudo-terminal: from the first screen to the end, and two desks at once."""

import json
import os
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
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "providers.toml").write_text(TWO_FIRMS)
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
