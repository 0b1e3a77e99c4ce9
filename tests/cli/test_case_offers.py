"""``case offer`` and what becomes of a promise, from the command line."""

import io

import pytest

OPEN = ("case", "open", "tow", "--at", "86150", "--client", "adac")


@pytest.fixture
def opened(dispatch, firms):
    """A case that was opened at "86150"."""
    assert dispatch(*OPEN).code == 0


@pytest.mark.parametrize(
    ("option", "text", "says"),
    [
        ("--services", "", "--services '' has an empty name"),
        ("--services", " , ", "--services ' , ' has an empty name"),
        ("--services", "tow,", "--services 'tow,' has an empty name"),
        ("--service", "", "--service '' has an empty name"),
        ("--service", "tow,recovery", "--service 'tow,recovery' names several services"),
    ],
)
def test_the_services_of_a_call_are_never_guessed(dispatch, opened, option, text, says):
    """An empty name, or a list where one service is meant, is refused and places no call."""
    ran = dispatch("case", "offer", "1", option, text)
    assert (ran.code, says in ran.err) == (2, True)
    assert dispatch("case", "show", "1", "--json").envelope["data"]["case"]["offers"] == []
    assert dispatch("case", "offer", "1", "--services", " tow ").code == 0


def test_a_promise_that_cannot_be_kept_is_named_everywhere(dispatch, firms, monkeypatch):
    """After a booking gives way, list, audit, show and work show the due new time."""
    for case in ("1", "2"):
        dispatch(*OPEN)
        dispatch("case", "offer", case, "--provider", "lech", "--because", "x", "--decision")
    dispatch("case", "accept", "1.1", "--eta", "5")
    dispatch("case", "accept", "2.1", "--eta", "120")
    for case in ("1", "2"):
        dispatch("case", "told", case, "driver")
        dispatch("case", "told", case, "caller")
    assert dispatch("case", "audit").out == ""
    moved = dispatch("case", "eta", "1.1", "90")
    assert "warning: 2.1: its unit cannot set off before" in moved.err
    head, *lines = (line.split("\t") for line in dispatch("case", "list").out.splitlines())
    rows = [dict(zip(head, line, strict=True)) for line in lines]
    listed = {row["case"]: (row["due"], row["overdue"]) for row in rows}
    assert (listed["2"], listed["1"][0]) == (("new time", "true"), "tell caller")
    ran = dispatch("case", "audit")
    assert (ran.code, ran.out.startswith("case 2.1  ")) == (7, True)
    assert "new time due now: help cannot be there at" in ran.out
    assert "as promised, tell the motorist" in ran.out
    assert "089 99998-114  Abschlepp Lech" in ran.out
    [missed] = dispatch("case", "audit", "--json").envelope["data"]["overdue"]
    assert (missed["ref"], missed["is_broken"], missed["is_ahead"]) == ("2.1", True, False)
    acts = dispatch("case", "show", "2", "--log", "--json").envelope["data"]["log"]
    assert (acts[-1]["action"], acts[-1]["details"]["to"]) == ("give way", "1.1")
    monkeypatch.setattr("sys.stdin", io.StringIO())
    worked = " ".join(dispatch("case", "work").out.split())
    assert "case 2.1 new time due now: help cannot be there at" in worked
    dispatch("case", "eta", "2.1", "240")
    assert dispatch("case", "audit").out == ""
