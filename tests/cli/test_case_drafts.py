"""Calls that are not finished: kept at every question, shown to every operator, erased in time."""

import os
import re
import signal
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from dispatch_cli.cases import draft_calls
from dispatch_cli.cli import log_book
from dispatch_cli.cli.desk_options import DeskOptions
from dispatch_cli.cli.log_book import open_book

from ..terminal import Terminal

NUMBER = "0821 324-9999"
STEPS = [
    ("in danger?", "no"), ("Where are you?", "86150"), ("vehicle stand?", "garage"),
    ("line drops?", NUMBER), ("Is that right?", "yes"), ("at the vehicle?", "yes"),
    ("happened?", "breakdown"), ("What vehicle is it?", "van"), ("make and model?", "VW"),
    ("vehicle weigh?", "3"), ("the entrance?", "2"), ("wheel blocked?", "rolls"),
    ("trailer attached?", "no"), ("come along?", "2"), ("member of a club", "adac"),
    ("membership number?", "77"), ("be taken?", "Gersthofen"), ("be known?", "gate"),
]  # fmt: skip
"""The end of each question, and the answer."""

OPENED = re.compile(r"CASE 1\b")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch):
    """The clock that every command reads; a test moves it on."""

    class Clock:
        now = datetime.now(UTC)

    monkeypatch.setattr(log_book, "now", lambda: Clock.now)
    return Clock


def listed(dispatch, *options: str) -> tuple[list[dict], list[dict]]:
    """Return the parked calls and the cases of the list."""
    data = dispatch("case", "list", *options, "--json").envelope["data"]
    return data["drafts"], data["cases"]


def facts_of_draft(number: int) -> dict[str, str]:
    """Return the answers of a draft."""
    with open_book(DeskOptions()).store.reading() as reader:
        draft = reader.draft(number)
    assert draft is not None
    return draft.facts


@pytest.mark.parametrize(
    "end",
    [
        "kill -9",
        pytest.param("ctrl-c", marks=pytest.mark.ci),
        pytest.param("hang up", marks=pytest.mark.ci),
    ],
)
def test_a_dialogue_that_ends_at_any_question_is_parked(dispatch, firms, end):
    """At each question the program ends; the draft has every answer, and the next one goes on."""
    for place, (question, _) in enumerate(STEPS):
        argv = ["case", "resume", "G1"] if place > 1 else ["case", "open"]
        with Terminal(argv, columns=100) as terminal:
            if place == 1:
                terminal.wait_for(STEPS[0][0])
                terminal.press(STEPS[0][1] + "\r")
            elif place > 1:
                terminal.wait_for(STEPS[place - 1][0])
                terminal.press(STEPS[place - 1][1] + "\r")
            terminal.wait_for(question)
            if end == "ctrl-c":
                terminal.press("\x03")
                if place:
                    terminal.wait_for("hint: G1 is parked")
                assert terminal.ended() == 130
            else:
                terminal.kill(signal.SIGHUP if end == "hang up" else signal.SIGKILL)
        drafts, cases = listed(dispatch)
        assert cases == []
        if not place:
            assert drafts == []
            continue
        [draft] = drafts
        assert (draft["number"], draft["state"], draft["operator"]) == ("G1", "parked", "maria")
        assert draft["injured"] == 0
        assert len(facts_of_draft(1)) == place
    with Terminal(["case", "resume", "G1"], columns=100, rows=60) as terminal:
        terminal.wait_for(STEPS[-1][0])
        terminal.press(STEPS[-1][1] + "\r")
        terminal.wait_for("CASE 1")
        assert terminal.ended() == 0
    drafts, [case] = listed(dispatch)
    assert drafts == []
    assert case["id"] == 1
    acts = dispatch("case", "show", "1", "--log", "--json").envelope["data"]["log"]
    assert [act["action"] for act in acts] == ["open"]
    personal = dispatch("case", "export", "1", "--json").envelope["data"]
    assert (personal["call_back"], personal["note"], personal["to"]) == (
        NUMBER,
        "gate",
        "Gersthofen",
    )


def test_typed_facts_are_kept_before_the_first_answer(dispatch, firms):
    """With facts on the command line there is a draft at the first question."""
    with Terminal(["case", "open", "tow", "--at", "86150"]) as terminal:
        terminal.wait_for("in danger?")
        terminal.kill(signal.SIGKILL)
    [draft], _ = listed(dispatch)
    assert (draft["kind"], draft["area"], draft["injured"]) == ("tow", "86150", None)


def test_the_next_operator_sees_what_is_known(dispatch, firms):
    """A call that is resumed on a terminal shows its answers, also to another operator."""
    dispatch("case", "open", "--draft", "--call-back", NUMBER, "--at", "86150 Augsburg")
    with Terminal(["case", "resume", "G1", "--operator", "jan"], columns=100) as terminal:
        shown = terminal.wait_for("in danger?")
        assert NUMBER in shown
        assert "86150 Augsburg" in shown
    [draft], _ = listed(dispatch)
    assert (draft["operator"], draft["state"]) == ("jan", "parked")


def test_one_order_of_calls_and_cases(dispatch, firms, clock):
    """A call in danger is first, then what is overdue, then a caller on the line, then the rest."""
    dispatch("case", "open", "tow", "--at", "86150", "--injured", "0")
    dispatch("case", "open", "--draft", "--at", "86150", "--injured", "0")
    dispatch("case", "open", "--draft", "--at", "86150")
    dispatch("case", "open", "--draft", "--at", "86150", "--injured", "0")
    dispatch("case", "park", "G3", "--on-line")
    clock.now += timedelta(minutes=2.5)
    dispatch("case", "open", "--draft", "--at", "86150", "--injured", "2")
    rows = [line.split("\t")[0] for line in dispatch("case", "list").out.splitlines()[1:]]
    assert rows == ["G4", "G2", "G3", "1", "G1"]
    clock.now += timedelta(minutes=8)
    overdue = dispatch("case", "audit", "--json").envelope["data"]["overdue"]
    assert [each["ref"] for each in overdue] == ["G4", "G2", "1", "G1", "G3"]


def test_a_case_whose_caller_was_not_asked_says_so(dispatch, firms):
    """The list marks it; a case with an answer has its number."""
    dispatch("case", "open", "tow", "--at", "86150")
    dispatch("case", "open", "tow", "--at", "86199", "--injured", "0")
    dispatch("case", "open", "tow", "--at", "86199", "--spot", "lane")
    _, cases = listed(dispatch)
    assert {each["id"]: each["injured"] for each in cases} == {1: None, 2: 0, 3: 0}
    dispatch("case", "open", "tow", "--at", "86150")
    dispatch("case", "close", "4")
    dispatch("case", "forget", "--older-than", "0d")
    erased = dispatch("case", "show", "4", "--json").envelope["data"]["case"]
    assert (erased["injured"], erased["not_asked"]) == (None, ["injured"])
    dispatch("case", "amend", "1", "--injured", "0")
    _, cases = listed(dispatch, "--open")
    assert {each["id"]: each["injured"] for each in cases} == {1: 0, 2: 0, 3: 0}


def test_a_parked_call_is_found_when_the_caller_calls_again(dispatch, firms):
    """The number finds the call as it is dialled; what is found has no personal data."""
    dispatch("case", "open", "--draft", "--call-back", NUMBER, "--plate", "A-XY 12")
    dispatch("case", "open", "tow", "--at", "86150", "--call-back", NUMBER)
    ran = dispatch("case", "find", "+49 821 3249999", "--json")
    found = [(each["draft"], each["case_id"], each["by"]) for each in ran.envelope["data"]["cases"]]
    assert found == [("G1", 0, "number"), ("", 1, "number")]
    assert NUMBER not in ran.out
    for text, by in (("axy12", "plate"), ("g1", "call")):
        ran = dispatch("case", "find", text)
        assert ran.out.splitlines()[1].split("\t")[:2] == ["G1", by]
    dispatch("case", "discard", "G1", "--because", "x")
    assert len(dispatch("case", "find", NUMBER).out.splitlines()) == 2


def test_two_operators_want_the_same_call(dispatch, firms):
    """The second one is refused with the name of the first; with --take the first one is."""
    dispatch("case", "open", "--draft", "--call-back", NUMBER)
    with Terminal(["case", "resume", "G1"], columns=100) as first:
        first.wait_for("in danger?")
        [draft], _ = listed(dispatch)
        assert (draft["state"], draft["operator"]) == ("held", "maria")
        for argv in (
            ("resume", "G1", "--operator", "jan"),
            ("resume", "G1", "tow", "--injured", "0", "--at", "86150", "--operator", "jan"),
            ("park", "G1", "--operator", "jan"),
            ("discard", "G1", "--because", "x", "--operator", "jan"),
        ):
            ran = dispatch("case", *argv)
            assert (ran.code, "maria has G1 since" in ran.err) == (8, True), argv
        ran = dispatch(
            "case", "resume", "G1", "tow", "--at", "86150", "--take", "--operator", "jan"
        )
        assert ran.code == 2
        first.press("no\r")
        first.wait_for("jan has taken G1")
        assert first.ended() == 8
    assert facts_of_draft(1) == {"call_back": NUMBER, "kind": "tow", "at": "86150"}
    assert dispatch("case", "resume", "G1", "--injured", "0").code == 0
    ran = dispatch("case", "resume", "G1")
    assert (ran.code, "G1 is case 1" in ran.err) == (8, True)


def test_verbs_for_scripts(dispatch, firms):
    """A call is parked with a number, refused without one, resumed in steps, or discarded."""
    ran = dispatch("case", "open", "--draft", "--at", "86150 Augsburg", "--json")
    assert (ran.code, ran.envelope["data"]["draft"]["number"]) == (0, "G1")
    assert "no call-back number" in ran.envelope["warnings"][0]
    assert ran.envelope["data"]["draft"]["missing"] == ["injured", "kind"]
    ran = dispatch("case", "park", "G1")
    assert (ran.code, "--on-line" in ran.err) == (2, True)
    ran = dispatch("case", "park", "G1", "--call-back", "0821")
    assert (ran.code, "cannot be dialled" in ran.err) == (2, True)
    assert dispatch("case", "park", "--on-line").code == 0
    [draft], _ = listed(dispatch)
    assert (draft["on_line"], draft["has_number"]) == (True, False)
    assert dispatch("case", "park", "g1", "--call-back", NUMBER).code == 0
    ran = dispatch("case", "resume", "G1", "breakdown", "--json")
    assert (ran.code, ran.envelope["status"]) == (2, "error")
    assert ran.envelope["errors"][0]["text"] == "G1 is still parked; missing: --injured N"
    assert ran.envelope["data"] == {"recorded": ["G1: new facts"]}
    [draft], _ = listed(dispatch)
    assert (draft["kind"], draft["due"]) == ("breakdown", "safety question")
    ran = dispatch("case", "resume", "G1", "--vehicle", "car", "--quiet")
    assert (ran.code, ran.out, ran.err.splitlines()) == (2, "", [
        "recorded: G1: new facts", "error: G1 is still parked; missing: --injured N",
    ])  # fmt: skip
    ran = dispatch("case", "resume", "G1", "--json")
    assert (ran.code, ran.envelope["data"]) == (2, {})
    ran = dispatch("case", "resume", "G1", "--injured", "1", "--json")
    assert ran.code == 0
    assert ran.envelope["schema"] == "dispatch.case.resume/1"
    assert ran.envelope["data"]["answer"]["emergency"]
    assert (listed(dispatch)[0], len(listed(dispatch)[1])) == ([], 1)
    dispatch("case", "open", "--draft", "--call-back", NUMBER)
    ran = dispatch("case", "discard", "G2", "--because", "")
    assert (ran.code, "needs its reason" in ran.err) == (2, True)
    assert dispatch("case", "discard", "G2", "--because", "wrong number", "--json").code == 0
    for argv in (("resume", "G2"), ("park", "G2"), ("discard", "G2", "--because", "x")):
        ran = dispatch("case", *argv)
        assert (ran.code, "maria discarded G2 at" in ran.err) == (8, True)
    for argv in (("resume", "G9"), ("resume", "17"), ("discard", "x", "--because", "x"), ("park",)):
        assert dispatch("case", *argv).code == 2
    assert "Traceback" not in dispatch("case", "resume", f"G{10**18}").err


def test_parked_calls_have_deadlines(dispatch, firms, clock):
    """Two minutes without the safety question, ten after it; list and audit show both."""
    dispatch("case", "open", "--draft", "--call-back", NUMBER)
    dispatch("case", "open", "--draft", "--at", "86150", "--injured", "0")
    for minutes, expected in ((1.9, []), (2.1, ["safety question"]), (9.9, ["safety question"])):
        clock.now += timedelta(minutes=minutes) - (clock.now - _opened(dispatch))
        overdue = dispatch("case", "audit", "--json").envelope["data"]["overdue"]
        assert [each["what"] for each in overdue] == expected
    clock.now += timedelta(minutes=0.2)
    ran = dispatch("case", "audit")
    assert ran.code == 7
    assert [line.split(" overdue")[0] for line in ran.out.splitlines()] == [
        "G1   safety question", "G2   parked call",
    ]  # fmt: skip
    drafts, _ = listed(dispatch, "--open")
    assert [(each["number"], each["overdue"]) for each in drafts] == [("G1", True), ("G2", True)]
    assert listed(dispatch, "--all")[0] == drafts
    dispatch("case", "park", "G1", "--on-line")
    assert [each["number"] for each in listed(dispatch)[0] if each["overdue"]] == ["G2"]
    table = dispatch("case", "list").out
    assert table.splitlines()[1].split("\t")[0] == "G2"
    assert dispatch("case", "list", "--all").out == table


def _opened(dispatch) -> datetime:
    drafts, _ = listed(dispatch)
    return min(datetime.fromisoformat(each["opened_at"]) for each in drafts)


def _bytes(folder: Path) -> bytes:
    return b"\0".join(each.read_bytes() for each in folder.rglob("*") if each.is_file())


def test_an_erased_draft_leaves_no_byte(dispatch, firms, clock, tmp_path, monkeypatch):
    """A day after its end a draft is overdue until it is erased; then no file has a mark of it."""
    marks = {
        name: f"Canary{name.title().replace('_', '')}"
        for name in ("caller", "plate", "ref", "to", "note", "where", "brand", "hazard")
    }
    options = [word for name, mark in marks.items() for word in (f"--{name}", mark)]
    number = "0821 8765431"
    for _ in range(3):
        dispatch("case", "open", "--draft", "--call-back", number, *options)
    shown = ""
    for number_of, text in ((1, "first"), (2, "second"), (3, "third")):
        ran = dispatch("case", "resume", f"G{number_of}", "--language", f"Canary{text}" * 40)
        shown += ran.out + ran.err
    for argv in (
        ("list",), ("list", "--json"), ("audit",), ("park", "G3", "--on-line"),
        ("discard", "G1", "--because", "CanaryReason"),
        ("resume", "G2", "tow", "--injured", "0", "--at", "48.36731,10.89213", "--json"),
    ):  # fmt: skip
        ran = dispatch("case", *argv)
        shown += ran.err + ("" if argv[0] == "resume" else ran.out)
    assert "Canary" not in shown
    assert number not in shown
    acts = dispatch("case", "show", "1", "--log", "--json").out
    assert "Canary" not in acts
    dispatch("case", "close", "1")
    folder = tmp_path / "state"
    before = _bytes(folder)
    assert [mark for mark in (*marks.values(), "CanaryReason") if mark.encode() not in before] == []
    clock.now += timedelta(hours=23)
    assert dispatch("case", "forget", "--json").envelope["data"]["drafts"] == []
    clock.now += timedelta(hours=1, minutes=1)
    due = dispatch("case", "audit", "--json").envelope["data"]["overdue"]
    assert [(each["ref"], each["what"]) for each in due if each["what"] == "erasure"] == [
        ("G1", "erasure"), ("G2", "erasure"),
    ]  # fmt: skip
    ran = dispatch("case", "forget", "--older-than", "0d", "--dry-run", "--json")
    assert ran.envelope["data"]["drafts"] == ["G1", "G2"]
    ran = dispatch("case", "forget", "--older-than", "0d", "--clock-is-right", "--json")
    assert ran.envelope["data"]["drafts"] == ["G1", "G2"]
    due = dispatch("case", "audit", "--json").envelope["data"]["overdue"]
    assert [each["ref"] for each in due if each["ref"].startswith("G")] == ["G3"]
    assert dispatch("case", "discard", "G3", "--because", "CanaryReason").code == 0
    clock.now += timedelta(hours=24, minutes=1)
    ran = dispatch("case", "forget", "--older-than", "0d", "--clock-is-right", "--json")
    assert ran.envelope["data"]["drafts"] == ["G3"]
    left = _bytes(folder)
    found = [mark for mark in (*marks.values(), "Canary", number) if mark.encode() in left]
    assert found == []
    assert dispatch("log", "verify").code == 0


def test_a_number_is_not_used_again(dispatch, firms, clock):
    """G1 of today is another call than G1 of yesterday, so that there is no second G1."""
    dispatch("case", "open", "--draft", "--call-back", NUMBER)
    dispatch("case", "discard", "G1", "--because", "x")
    clock.now += timedelta(days=2)
    assert "G1\terased" in dispatch("case", "forget", "--clock-is-right").out
    ran = dispatch("case", "open", "--draft", "--call-back", NUMBER, "--json")
    assert ran.envelope["data"]["draft"]["number"] == "G2"
    assert "there is no parked call G1" in dispatch("case", "resume", "G1").err


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no start times of processes")
@pytest.mark.parametrize("end", ["zombie", "reused"])
def test_a_process_that_has_ended_asks_nothing(dispatch, firms, end):
    """A zombie, and another process with the same id, leave the call free."""
    process = subprocess.Popen(["sleep", "60"])
    try:
        book = open_book(DeskOptions())
        draft = draft_calls.start(book, {"call_back": NUMBER}, holder=process.pid)
        assert [each["state"] for each in listed(dispatch)[0]] == ["held"]
        assert dispatch("case", "park", "G1").code == 8
        if end == "zombie":
            process.kill()
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        else:
            with book.store.deciding() as tx:
                tx.save_draft(replace(draft, holder_started="1"))
        assert [each["state"] for each in listed(dispatch)[0]] == ["parked"]
        assert dispatch("case", "park", "G1").code == 0
    finally:
        process.kill()
        process.wait()
