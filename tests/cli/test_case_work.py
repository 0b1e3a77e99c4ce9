"""The desk in lines on a real pseudo-terminal and in a pipe, and the verbs on a terminal."""

import os
import signal
import subprocess
import sys

import pytest

from ..terminal import Terminal


@pytest.fixture
def opened(dispatch, firms):
    """A case with a caller, opened at "86150"."""
    argv = ("--caller", "Canary-Name", "--call-back", "089 99998-555", "--persons", "2")
    assert dispatch("case", "open", "tow", "--at", "86150", "--client", "adac", *argv).code == 0


def offers(dispatch) -> list[tuple[str, str]]:
    """Provider and state of every offer of case 1, in order."""
    found = dispatch("case", "show", "1", "--json").envelope["data"]["case"]["offers"]
    return [(offer["provider"], offer["state"]) for offer in found]


def follow(terminal: Terminal, steps: list[tuple[str, str]]) -> None:
    """Enter lines, and wait after each for a text on the screen."""
    for line, text in steps:
        terminal.press(f"{line}\n")
        terminal.wait_for(text)


TO_THE_END = [
    ("", "1.1 Abschlepp Lech: the call is placed"), ("d", "1 no unit"), ("1", "declined: no_unit"),
    ("z", "press z again"), ("z", "undone: decline of 1.1"), ("a", "there in minutes"),
    ("25", "089 99998-555"), ("m", "what has changed?"), ("injured 1 trailer", "EMERGENCY  112"),
    ("t", "new time"), ("40", "now promises"), ("r", "press r again"), ("r", "on the scene"),
    ("k", "press k again"), ("k", "closed"),
]  # fmt: skip


def test_from_open_to_closed_with_undo_and_amend(dispatch, lech_alone, opened):
    """A whole case: refused by mistake, undone, accepted, amended, a new time, arrived, closed."""
    with Terminal(["case", "work", "1", "--plain"], rows=60) as terminal:
        shown = terminal.wait_for("F9 emergency")
        assert "CALL     Abschlepp Lech" in shown
        assert "         089 99998-114" in shown.splitlines()
        assert "Canary-Name" not in shown
        follow(terminal, TO_THE_END)
        terminal.press("\x04")
        assert terminal.ended() == 0
        assert terminal.settings == terminal.before
    assert offers(dispatch) == [("lech", "arrived")]
    case = dispatch("case", "show", "1", "--json").envelope["data"]["case"]
    assert case["state"] == "closed"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGHUP, signal.SIGTERM, signal.SIGINT])
def test_killed_lines_can_be_continued(dispatch, opened, number):
    """After any end of the dialogue the open offer is still there, and is asked about."""
    with Terminal(["case", "work", "--plain"]) as terminal:
        terminal.wait_for("F9 emergency")
        follow(terminal, [("", "the call is placed"), ("d", "1 no unit")])
        terminal.kill(number)
        assert terminal.settings == terminal.before
    assert offers(dispatch) == [("lech", "open")]
    with Terminal(["case", "work", "--plain"]) as terminal:
        terminal.wait_for("What has become of it?")
        follow(terminal, [("n", "did not answer")])
        terminal.press("\x04")
        assert terminal.ended() == 0
    assert offers(dispatch) == [("lech", "no_answer")]


def test_ctrl_c_leaves_with_130_and_parks_the_call(dispatch, opened):
    """Ctrl-C in the middle of a new call leaves it parked, with what was answered so far."""
    with Terminal(["desk", "--plain"], rows=60) as terminal:
        terminal.wait_for("F9 emergency")
        follow(terminal, [("f2", "in one line"), ("86150 abschleppen", "hurt or in danger?")])
        terminal.press("\x03")
        assert terminal.ended() == 130
    [draft] = dispatch("case", "list", "--json").envelope["data"]["drafts"]
    assert (draft["state"], draft["area"], draft["kind"]) == ("parked", "86150", "tow")


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
        said = " ".join(shown.split())
        assert (
            "86150, A8 towards M, letzte Ausfahrt Adelsried, auf dem Standstreifen, hatte" in said
        )
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
        terminal.wait_for(" min sooner. Decline")
        terminal.press("n\n")
        assert terminal.ended() == 0
        assert terminal.shown.count(" min sooner. Decline") == 1
    dispatch("case", "cancel", "2")
    dispatch("case", "offer", "1")
    with Terminal(["case", "accept", "1.1", "--eta", "90"]) as terminal:
        terminal.wait_for(" min sooner. Decline")
        terminal.press("y\n")
        assert terminal.ended() == 0
    assert [state for _, state in offers(dispatch)] == ["declined"]
    dispatch("case", "offer", "1")
    ran = dispatch("case", "accept", "1.2", "--eta", "90")
    assert (ran.code, "would be there" in ran.err) == (0, False)


@pytest.mark.parametrize("command", [["case", "work", "1"], ["desk", "1"]])
def test_lines_on_a_dumb_terminal(dispatch, opened, command):
    """TERM=dumb: the same keys, each on a line of its own, and no control sequence."""
    with Terminal(command, rows=60, env={"TERM": "dumb"}) as terminal:
        terminal.wait_for("F9 emergency")
        follow(terminal, [
            ("", "1.1 Abschlepp Lech: the call is placed"), ("a", "there in minutes"),
            ("10", "TELL THE CALLER"),
        ])  # fmt: skip
        terminal.press("\x04")
        assert terminal.ended() == 0
    assert offers(dispatch) == [("lech", "accepted")]


def test_lines_without_a_terminal(dispatch, opened):
    """From a pipe: keys by line, and the end of the input leaves."""
    ran = subprocess.run(
        [sys.executable, "-m", "dispatch_cli", "case", "work", "1"],
        input="\nu\ntab\nz\nz\nd\n1\n",
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
