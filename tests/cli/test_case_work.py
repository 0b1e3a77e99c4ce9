"""The guided loop on a real pseudo-terminal: one key per answer, and nothing is lost."""

import os
import signal
import subprocess
import sys

import pytest

from ..terminal import Terminal
from .loop_steps import REPAIR_FAILS, TOW_DECLINES

BOTTOM = "! emergency  Enter call placed"


@pytest.fixture
def opened(dispatch, firms):
    """A case with a caller, opened at "86150"."""
    argv = ("--caller", "Canary-Name", "--call-back", "089 99998-555", "--persons", "2")
    assert dispatch("case", "open", "tow", "--at", "86150", "--client", "adac", *argv).code == 0


def offers(dispatch) -> list[tuple[str, str]]:
    """Provider and state of every offer of case 1, in order."""
    found = dispatch("case", "show", "1", "--json").envelope["data"]["case"]["offers"]
    return [(offer["provider"], offer["state"]) for offer in found]


def test_from_open_to_closed_with_undo_and_amend(dispatch, opened):
    """A whole case: refused by mistake, undone, accepted, amended, a new time, arrived, closed."""
    with Terminal(["case", "work", "1", "--plain"]) as terminal:
        shown = terminal.wait_for(BOTTOM)
        assert "NEXT  Abschlepp Lech" in shown
        assert "      089 99998-114" in shown.splitlines()
        assert "Canary-Name" not in shown
        terminal.press("\r")
        shown = terminal.wait_for("answer due in 2:")
        assert "      089 99998-114" in shown.splitlines()
        terminal.press("d")
        terminal.wait_for("1 no_unit")
        terminal.press("1")
        terminal.wait_for("declined: no_unit")
        terminal.press("z")
        terminal.wait_for("undone: decline of 1.1")
        terminal.press("a")
        terminal.wait_for("there in how many minutes")
        terminal.press("26\x7f5\r")
        shown = terminal.wait_for("GIVE THE DRIVER")
        assert "TELL THE CALLER" in shown
        assert "Canary-Name" in shown
        assert "089 99998-555" in shown
        terminal.press("m")
        terminal.wait_for("what has changed")
        terminal.press("injured 1 trailer\r")
        terminal.wait_for("ranked again")
        assert terminal.shown.startswith("EMERGENCY  112")
        terminal.press("t")
        terminal.wait_for("new time")
        terminal.press("40\r")
        terminal.wait_for("now promises")
        terminal.press("r")
        terminal.wait_for("r again")
        terminal.press("r")
        terminal.wait_for("arrived at")
        terminal.press("k")
        terminal.wait_for("closed; q leaves")
        terminal.press("q")
        assert terminal.ended() == 0
        assert terminal.settings == terminal.before
    assert offers(dispatch) == [("lech", "arrived")]
    case = dispatch("case", "show", "1", "--json").envelope["data"]["case"]
    assert case["state"] == "closed"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGHUP, signal.SIGTERM, signal.SIGINT])
def test_a_killed_loop_can_be_continued(dispatch, opened, number):
    """After any end of the loop the open offer is still there, and the terminal is restored."""
    with Terminal(["case", "work", "--plain"]) as terminal:
        terminal.wait_for(BOTTOM)
        terminal.press("\r")
        terminal.wait_for("the call is placed")
        terminal.press("d")
        terminal.wait_for("1 no_unit")
        terminal.kill(number)
        if number != signal.SIGKILL:
            assert terminal.settings == terminal.before
    assert offers(dispatch) == [("lech", "open")]
    with Terminal(["case", "work", "--plain"]) as terminal:
        terminal.wait_for("What became of it?")
        terminal.press("n")
        terminal.wait_for("did not answer")
        terminal.press("q")
        assert terminal.ended() == 0
    assert offers(dispatch) == [("lech", "no_answer")]


def test_ctrl_c_leaves_with_130(dispatch, opened):
    """Ctrl-C on the keyboard ends the loop; the terminal is as it was."""
    with Terminal(["case", "work", "1", "--plain"]) as terminal:
        terminal.wait_for(BOTTOM)
        terminal.press("\x03")
        assert terminal.ended() == 130
        assert terminal.settings == terminal.before


def test_every_other_key(dispatch, opened):
    """Each further key shows its act: unreachable, wrong equipment, call back, note, cancel."""
    with Terminal(["case", "work", "1", "--plain"]) as terminal:
        terminal.wait_for(BOTTOM)
        terminal.press("a")
        terminal.wait_for("nobody has been called yet")
        terminal.press("y")
        terminal.wait_for("is no key here")
        terminal.press("z")
        terminal.wait_for("no act to undo")
        terminal.press("\x1b[A")
        terminal.press("c")
        terminal.wait_for("call back when")
        terminal.press("40\r")
        terminal.wait_for("call the motorist back at")
        terminal.press("z")
        terminal.wait_for("undone: callback")
        terminal.press("i")
        terminal.wait_for("note:")
        terminal.press("by the gate\r")
        terminal.wait_for("noted")
        terminal.press("!")
        terminal.wait_for("PLACE  near 86150")
        terminal.press("\r")
        terminal.wait_for("the call is placed")
        terminal.press("e")
        terminal.wait_for("lacks the right equipment")
        terminal.press("x")
        terminal.wait_for("x again")
        terminal.press("n")
        terminal.wait_for("nothing recorded")
        terminal.press("x")
        terminal.wait_for("x again")
        terminal.press("x")
        terminal.wait_for("cancelled by the motorist")
        terminal.press("\r")
        terminal.wait_for("was cancelled at")
        terminal.press("q")
        assert terminal.ended() == 0
    log = dispatch("case", "show", "1", "--log", "--json").envelope["data"]["log"]
    assert "personal emergency" in [act["action"] for act in log]


def test_open_asks_and_goes_straight_to_the_desk(dispatch, firms):
    """The operator's daily line: what is missing is asked in order, Enter takes the default."""
    with Terminal(["case", "open", "--work"]) as terminal:
        for question, answer in (
            ("in danger?", "2 shoulder"),
            ("EMERGENCY  112", ""),
            ("Where are you?", "nowhere9"),
            ("error: ", "86150"),
            ("blue sign?", "A8 towards M"),
            ("pass last?", "Adelsried"),
            ("line drops?", "089 99998-555"),
            ("I repeat your number: 089 99998-555.", "yes"),
            ("at the vehicle?", ""),
            ("Enter: accident", ""),
            ("What vehicle", ""),
            ("make and model", ""),
            ("wheel blocked", ""),
            ("trailer attached", ""),
            ("come along", ""),
            ("member of a club", "adac"),
            ("membership number", ""),
            ("be taken", ""),
            ("to be known", "Canary-Note"),
        ):
            terminal.wait_for(question)
            if question != "EMERGENCY  112":
                terminal.press(f"{answer}\n")
        shown = terminal.wait_for("Enter call placed")
        assert "CASE 1  tow  next call" in shown
        assert "CONFIRM  near 86150" in shown
        assert "A8 towards M, letzte Ausfahrt Adelsried, bei 86150" in " ".join(shown.split())
        terminal.press("\x1b[20~")
        terminal.wait_for("A8 towards M  last exit Adelsried")
        terminal.press("\x11")
        assert terminal.ended() == 0
    personal = dispatch("case", "show", "1", "--personal", "--json").envelope["data"]["personal"]
    assert (personal["call_back"], personal["note"]) == ("089 99998-555", "Canary-Note")
    case = dispatch("case", "show", "1", "--json").envelope["data"]["case"]
    assert (case["kind"], case["client"]) == ("accident", "adac")


def test_accept_asks_about_a_provider_that_comes_sooner(dispatch, home):
    """On a terminal ``accept`` asks once; "y" records the refusal as eta_too_long instead."""
    firm = (
        '[[provider]]\nid = "{0}"\nname = "{0}"\nphone = "089 99998-20{1}"\nservices = ["tow"]\n'
        'base = "86150"\narea = {{ radius_km = 30 }}\nhours = "24/7"\n'
    )
    (home / "providers.toml").write_text(firm.format("anna", 1) + firm.format("bert", 2))
    dispatch("case", "open", "tow", "--at", "86150")
    dispatch("case", "open", "tow", "--at", "86150")
    dispatch("case", "offer", "2")
    with Terminal(["case", "accept", "2.1", "--eta", "90"]) as terminal:
        terminal.wait_for("decline as eta_too_long? [y/N]")
        terminal.press("n\n")
        assert terminal.ended() == 0
        assert terminal.shown.count("eta_too_long") == 1
    dispatch("case", "cancel", "2")
    dispatch("case", "offer", "1")
    with Terminal(["case", "accept", "1.1", "--eta", "90"]) as terminal:
        terminal.wait_for("decline as eta_too_long? [y/N]")
        terminal.press("y\n")
        assert terminal.ended() == 0
    assert [state for _, state in offers(dispatch)] == ["declined"]
    dispatch("case", "offer", "1")
    ran = dispatch("case", "accept", "1.2", "--eta", "90")
    assert (ran.code, "would be there" in ran.err) == (0, False)


def test_plain_prompts_on_a_dumb_terminal(dispatch, opened):
    """TERM=dumb: the same keys, each on a line of its own, and no control sequence."""
    with Terminal(["case", "work", "1"], rows=60, env={"TERM": "dumb"}) as terminal:
        terminal.wait_for("key:")
        terminal.press("\n")
        terminal.wait_for("1.1 Abschlepp Lech: the call is placed")
        terminal.press("a\n")
        terminal.wait_for("there in how many minutes")
        terminal.press("10\n")
        terminal.wait_for("TELL THE CALLER")
        terminal.press("q\n")
        assert terminal.ended() == 0
    assert offers(dispatch) == [("lech", "accepted")]


def test_plain_prompts_without_a_terminal(dispatch, opened):
    """From a pipe: keys by line, and the end of the input leaves."""
    ran = subprocess.run(
        [sys.executable, "-m", "dispatch_cli", "case", "work", "1"],
        input="\nu\ntab\nz\nd\n1\n",
        text=True, capture_output=True, check=False, env=dict(os.environ),
    )  # fmt: skip
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "Abschlepp Lech cannot be reached" in ran.stdout
    assert "\x1b" not in ran.stdout
    # The call is running again, and "d" answers it.
    assert offers(dispatch) == [("lech", "declined")]


def test_nothing_to_work_on(dispatch, firms):
    """Without an open case the command prints that there is none."""
    assert dispatch("case", "work").out == "no open case\n"


def follow(terminal: Terminal, steps: list[tuple[str, str]]) -> None:
    """Press keys, and wait after each for a text on the screen."""
    for keys, text in steps:
        terminal.press(keys)
        terminal.wait_for(text)


def test_a_service_that_did_not_help_opens_the_next(dispatch, firms):
    """Repair comes, cannot help: the tow planned after it begins; Tab goes there."""
    dispatch("case", "open", "breakdown", "--at", "86150", "--client", "adac")
    with Terminal(["case", "work", "1", "--plain"]) as terminal:
        assert ">roadside_repair: waiting    tow: later" in terminal.wait_for(BOTTOM)
        follow(terminal, REPAIR_FAILS)
        follow(terminal, TOW_DECLINES)
        terminal.press("q")
        assert terminal.ended() == 0
    assert [state for _, state in offers(dispatch)] == ["unsuccessful", "declined"]


def test_an_exhausted_service_shows_the_last_resort(dispatch, opened, firms):
    """After all refusals the loop shows the last resort's number and stays usable."""
    for number, reason in ((1, "no_unit"), (2, "weather")):
        dispatch("case", "offer", "1")
        dispatch("case", "decline", f"1.{number}", "--reason", reason)
    with Terminal(["case", "work", "--plain"]) as terminal:
        shown = terminal.wait_for(BOTTOM)
        assert "NO PROVIDER LEFT TO ASK" in shown
        assert "      110" in shown.splitlines()
        terminal.press("\r")
        terminal.wait_for("nobody is left to ask")
        terminal.press("q")
        assert terminal.ended() == 0


def test_the_verbs_on_a_terminal(dispatch, opened):
    """Each verb has a screen: the opening, the card, the blocks, list, show, audit, report."""
    said = {
        ("case", "open", "tow", "--at", "86150", "--client", "adac", "--quiet"): "CASE 2",
        ("case", "offer", "1"): "CALL  Abschlepp Lech",
        ("case", "accept", "1.1", "--eta", "9"): "GIVE THE DRIVER",
        ("case", "callback", "1", "0"): "case 1: call back",
        ("case", "list"): "since",
        ("case", "amend", "1", "--injured", "1", "--at", "86150"): "CONFIRM  near 86150",
        ("case", "list", "--open"): "emergency call",
        ("case", "show", "1", "--log", "--personal"): "PERSONAL",
        ("case", "audit"): "call back overdue",
        ("case", "export", "1"): "Canary-Name",
        ("case", "forget", "--older-than", "1d"): "no case is due for erasure",
        ("report", "fairness", "--since", "2020-01-01"): "Provider",
        ("report", "forecast"): "with a forecast",
        ("log", "verify"): "ok: ",
        ("log", "head"): ":",
    }  # fmt: skip
    for argv, text in said.items():
        with Terminal(argv, rows=60) as terminal:
            terminal.wait_for(text)
            assert terminal.ended() in (0, 7)
