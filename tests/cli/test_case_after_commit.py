"""After a commit nothing makes an act a failure: every verb, every fact, both languages."""

import io
import os
import subprocess
import sys

import pytest

from dispatch_cli.cases import call_texts, driver_texts
from dispatch_cli.cli.case import CaseCommands
from dispatch_cli.cli.case.motorist import MotoristOptions
from dispatch_cli.cli.incident_options import IncidentOptions

from .late_mistakes import assert_fact_first, copied, emptied, failing

FACTS = {
    "at": "86150", "client": "none", "vehicle": "car", "brand": "Opel", "ev": True,
    "trailer": True, "weight_t": "1.6", "height_m": "1.9", "state": "rolls", "spot": "shoulder",
    "clearance_m": "2.4", "where": "A8 towards München", "last_exit": "Dasing", "injured": "1",
    "trapped": True, "hazard": "fuel", "persons": "3", "children": "1", "pets": "1",
    "language": "en", "note": "key is lost", "wish": "lech", "asked": "nobody-else", "when": "",
}  # fmt: skip
MOTORIST = {
    "caller": "Canary", "call_back": "089 99998-555", "plate": "A-CA 1", "ref": "M 17",
    "to": "86199",
}  # fmt: skip
NOT_ON_A_CASE = ("asked", "when")
"""A firm that has been asked would leave none, and an appointment has no deadlines today."""

ACTS = (
    ("emergency", "1", "--called-by", "caller"),
    ("line", "1"),
    ("offer", "1", "--provider", "lech", "--because", "they asked", "--wish"),
    ("later", "1.1", "--until", "5"),
    ("decline", "1.1", "--reason", "other", "--text", "no fuel"),
    ("correct", "1.1", "--outcome", "accepted", "--because", "wrong line", "--eta", "20"),
    ("told", "1", "driver"),
    ("told", "1.2", "caller"),
    ("eta", "1.2", "25", "--speaker", "driver"),
    ("arrive", "1.2"),
    ("unsuccessful", "1.2", "--text", "too heavy"),
    ("open", "tow", "--at", "86199"),
    ("offer", "2", "--services", "tow"),
    ("no-answer", "2"),
    ("correct", "2.1", "--outcome", "open", "--because", "they called back"),
    ("accept", "2", "--eta", "30", "--extra-unit"),
    ("fail", "2.2", "--text", "broke down"),
    ("correct", "2.2", "--outcome", "open", "--because", "wrong firm"),
    ("unreachable", "2"),
    ("correct", "2.3", "--outcome", "open", "--because", "wrong number"),
    ("wrong-equipment", "2"),
    ("amend", "2", "--persons", "4", "--caller", "Canary", "--trailer"),
    ("rerank", "2"),
    ("note", "2", "has a dog"),
    ("callback", "2", "30"),
    ("open", "tow", "--at", "86199"),
    ("offer", "3"),
    ("decline", "3.1", "--reason", "no_unit"),
    ("offer", "3"),
    ("decline", "3.2", "--reason", "no_unit"),
    ("last-resort", "3", "--called-by", "desk"),
    ("cancel", "2"),
    ("open", "tow", "--at", "86199"),
    ("offer", "4"),
    ("cancel", "4"),
    ("called-off", "4"),
    ("hand-over", "--to", "MB"),
    ("take", "1", "--reason", "agreed"),
    ("open", "tow", "--at", "86199"),
    ("merge", "3", "5", "--yes"),
    ("note", "3", "a cat"),
    ("undo", "3"),
    ("close", "1"),
    ("hold", "2", "--until", "2099-01-01"),
    ("open", "--draft", "--call-back", "089 99998-555"),
    ("park", "G1", "--on-line"),
    ("resume", "G1", "tow", "--injured", "0", "--at", "86199"),
    ("open", "--draft", "--caller", "Canary"),
    ("discard", "G2", "--because", "wrong number"),
    ("forget", "--older-than", "0d"),
)  # fmt: skip
LOOKS = (
    ("show", "1", "--log", "--personal"), ("list",), ("list", "--open"), ("audit",),
    ("export", "1"), ("find", "86199"),
)  # fmt: skip


@pytest.fixture
def firms(home):
    """Two firms that can do all jobs of these cases."""
    for name, number in (("lech", 114), ("wertach", 207)):
        with (home / "providers.toml").open("a") as file:
            file.write(
                f'[[provider]]\nid = "{name}"\nname = "Abschlepp {name.title()}"\n'
                f'phone = "089 99998-{number}"\nservices = ["tow", "taxi", "recovery"]\n'
                'base = "86150"\narea = { radius_km = 30 }\nhours = "24/7"\n'
            )


def opening(facts=FACTS, motorist=MOTORIST):
    """Return the command line that opens a case with every fact that it may have."""
    words = ["open", "tow"]
    for name, value in {**facts, **motorist}.items():
        if name not in NOT_ON_A_CASE:
            words += [f"--{name.replace('_', '-')}", *([] if value is True else [value])]
    return words


def test_every_fact_is_driven():
    """A fact, an option of the motorist's or a verb that is new must be added to these tests."""
    assert {"kind", *FACTS} == set(IncidentOptions.__struct_fields__)
    assert set(MOTORIST) == set(MotoristOptions.__struct_fields__)
    driven = {each[0] for each in (*ACTS, *LOOKS)} | {"work"}
    assert driven == set(CaseCommands.commands_at)


@pytest.mark.parametrize(
    ("language", "form"),
    [("de", ()), pytest.param("en", ("--json",), marks=pytest.mark.ci)],
)
def test_every_verb_with_every_fact(dispatch, firms, home, language, form):
    """No verb dies of a fact that is set: with all of them each act succeeds.

    In both languages and both forms; what is said is made in the language, before its form.
    """
    say_in = ("--say", language, *form)
    assert dispatch("case", *opening(), *say_in).code == 0
    for argv in ACTS:
        ran = dispatch("case", *argv, *say_in)
        assert ran.code == 0, (argv, ran.err)
        assert "unexpected" not in ran.err
        if argv[0] != "forget":
            for look in LOOKS:
                assert dispatch("case", *look, *say_in).code in (0, 7), (argv, look)


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_desk_with_every_fact(dispatch, firms, monkeypatch, language):
    """Placing the call and accepting it at the desk gives the driver every fact of the motorist."""
    dispatch("case", *opening())
    monkeypatch.setattr("sys.stdin", io.StringIO("\na\n30\na\nt\n40\nr\nr\n"))
    ran = dispatch("case", "work", "1", "--say", language)
    assert ran.code == 0
    assert {"de": "spricht Englisch", "en": "speaks English"}[language] in ran.out
    assert "unexpected" not in ran.out + ran.err


def test_a_placeholder_may_have_any_name():
    """A text of the file may use every word that the built-in texts have, also {language}."""
    named = {"texts": "a", "language": "b", "key": "c", "template": "d", "words": "e"}
    own = {"en": {"speaks": "".join(f"{{{name}}}" for name in named)}}
    assert call_texts.text(own, "en", "speaks", **named) == "abcde"


@pytest.mark.parametrize(
    ("module", "name"), [(driver_texts, "to_driver"), (call_texts, "to_caller")]
)
@pytest.mark.parametrize("is_corrected", [False, True], ids=["accept", "correct"])
def test_an_acceptance_without_its_texts_is_not_recorded(
    dispatch, firms, module, name, is_corrected
):
    """If a text for caller or driver cannot be made, nothing is recorded, and the code is 1."""
    dispatch("case", "open", "tow", "--at", "86150")
    dispatch("case", "offer", "1")
    argv = ("accept", "1.1", "--eta", "20")
    if is_corrected:
        dispatch("case", "no-answer", "1.1")
        argv = ("correct", "1.1", "--outcome", "accepted", "--because", "late", "--eta", "20")

    def records():
        data = dispatch("case", "show", "1", "--log", "--json").envelope["data"]
        return data["log"], [each["state"] for each in data["case"]["offers"]]

    before = records()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(module, name, lambda *_, **__: 1 / 0)
        ran = dispatch("case", *argv)
    assert ran.code == 1
    assert "unexpected ZeroDivisionError" in ran.err
    assert "recorded" not in ran.err
    assert records() == before
    assert before[1] == ["no_answer" if is_corrected else "open"]
    assert dispatch("case", *argv).code == 0
    assert records()[1][-1] == "accepted"


def test_a_call_without_its_texts_is_not_recorded(dispatch, firms):
    """If the text for the provider cannot be made, no call is recorded; else one is."""
    dispatch("case", "open", "tow", "--at", "86150")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(call_texts, "to_provider", lambda *_: 1 / 0)
        assert dispatch("case", "offer", "1").code == 1
    assert dispatch("case", "show", "1", "--json").envelope["data"]["case"]["offers"] == []
    assert dispatch("case", "offer", "1").code == 0


RESULTS = [
    (("open", "tow", "--at", "86199"), "open_case.view"),
    (("amend", "1", "--injured", "1"), "amend_case.view"),
    (("undo", "1"), "undo_acts.service_state"),
    (("hand-over", "--to", "MB"), "take_over.view_drafts"),
    (("open", "--draft", "--at", "86150"), "view_drafts.view"),
    (("park", "G1", "--on-line"), "view_drafts.view"),
    (("discard", "G1", "--because", "wrong number"), "view_drafts.view"),
]
"""Acts, and what makes the result that they show."""


@pytest.mark.parametrize(("argv", "part"), RESULTS, ids=[each[0][0] for each in RESULTS])
def test_an_act_without_its_result_is_not_recorded(dispatch, firms, argv, part):
    """If the result cannot be made, the act is not recorded, and the code is 1; else it is."""
    dispatch("case", "open", "tow", "--at", "86150")
    dispatch("case", "note", "1", "has a dog")
    dispatch("case", "open", "--draft", "--call-back", "089 99998-555")

    def records():
        data = dispatch("case", "list", "--json").envelope["data"]
        parked = [(each["number"], each["area"], each["on_line"]) for each in data["drafts"]]
        return dispatch("log", "head").out, len(data["cases"]), parked

    before = records()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(f"dispatch_cli.cases.{part}", lambda *_: 1 / 0)
        ran = dispatch("case", *argv)
    assert ran.code == 1
    assert "unexpected " in ran.err
    assert "recorded" not in ran.err
    assert records() == before
    assert dispatch("case", *argv).code == 0
    assert records() != before


def test_the_desk_goes_on_without_its_texts(dispatch, firms, monkeypatch):
    """If the texts cannot be made, an earlier acceptance is still shown, and keys still work."""
    dispatch("case", "open", "tow", "--at", "86150")
    dispatch("case", "offer", "1")
    dispatch("case", "accept", "1.1", "--eta", "30")
    monkeypatch.setattr("sys.stdin", io.StringIO("i\nhas a dog\nk\nk\n"))
    monkeypatch.setattr(driver_texts, "to_driver", lambda *_: 1 / 0)
    ran = dispatch("case", "work", "1")
    assert ran.code == 0
    assert "unexpected ZeroDivisionError" in ran.out
    view = dispatch("case", "show", "1", "--json").envelope["data"]["case"]
    assert (view["state"], view["offers"][0]["state"]) == ("closed", "accepted")


@pytest.mark.parametrize(
    ("form", "failures"),
    [
        pytest.param((), 1, id="lines-few"),
        pytest.param((), 12, id="lines-many", marks=pytest.mark.ci),
        pytest.param(("--json",), 12, id="json-many", marks=pytest.mark.ci),
    ],
)
def test_a_mistake_after_the_commit_is_a_warning(dispatch, firms, home, failures, form):
    """After any failure behind a commit the recorded fact is first, and the exit code is 0.

    Each of the first twelve calls behind each commit fails; in the small size one of the first
    three in turn.
    """
    before, db = home / "before.sqlite3", home / "log.sqlite3"
    for number, argv in enumerate((opening(), *ACTS)):
        for at in range(failures) if failures > 1 else [(number + len(form)) % 3]:
            emptied(db)
            if before.exists():
                copied(before, db)
            last = "after_erasure" if argv[0] == "forget" else "deciding"
            with pytest.MonkeyPatch.context() as patched, failing(patched, at, last=last) as seen:
                ran = dispatch("case", *argv, "--db", str(db), *form)
            if seen["after"]:
                assert ran.code == 0
                break  # the act was over before that many calls
            is_draft = "--draft" in argv or argv[0] in ("park", "discard")
            assert_fact_first(ran, "recorded: G" if is_draft else "recorded: case ", (argv, at))
        copied(db, before)  # the act is recorded in spite of the failure


def test_a_mistake_after_a_warning_leaves_the_fact_first(dispatch, firms, home):
    """No warning or hint precedes the recorded fact."""
    with (home / "providers.toml").open("a") as file:
        file.write(
            '[[provider]]\nid = "isar"\nname = "Abschlepp Isar"\nphone = "089 99998-300"\n'
            'services = ["tow"]\nbase = "86150"\nhours = "24/7"\n'
            "area = { radius_km = 30 }\nmax_weight_t = 2.0\n"
        )
    db, before = home / "log.sqlite3", home / "before.sqlite3"
    dispatch("case", "open", "tow", "--at", "86150", "--db", str(db))
    asked = ("--provider", "isar", "--because", "x", "--decision")
    dispatch("case", "offer", "1", *asked, "--db", str(db))
    copied(db, before)
    amend = ("case", "amend", "1", "--weight-t", "5", "--state", "on_side", "--db", str(db))
    with pytest.MonkeyPatch.context() as patched, failing(patched, 10**6) as seen:
        said = dispatch(*amend).err
    assert said.index("warning: 1.1 Abschlepp Isar may no longer fit") < said.index("hint: ")
    for at in range(seen["calls"] - 15, seen["calls"]):
        emptied(db)
        copied(before, db)
        with pytest.MonkeyPatch.context() as patched, failing(patched, at):
            ran = dispatch(*amend)
        assert_fact_first(ran, "recorded: case 1: ", at)


@pytest.mark.parametrize(
    "form",
    [pytest.param((), id="lines"), pytest.param(("--json",), id="json", marks=pytest.mark.ci)],
)
@pytest.mark.parametrize("verb", ["backup", "restore"])
def test_a_mistake_after_a_copy_is_a_warning(dispatch, firms, home, verb, form):
    """A finished backup or restore is reported first, with exit code 0."""
    dispatch("case", "open", "tow", "--at", "86150")
    dispatch("log", "backup", str(home / "copy"))
    dispatch("case", "note", "1", "has a dog")
    last, fact = {
        "backup": ("back_up", "recorded: backup "),
        "restore": ("restore", "recorded: restored "),
    }[verb]
    for at in range(100):
        copy = str(home / "copy") if verb == "restore" else str(home / f"copy-{at}")
        with pytest.MonkeyPatch.context() as patched, failing(patched, at, last=last) as seen:
            ran = dispatch("log", verb, copy, *form)
        if seen["after"]:
            break
        # Between the commit and the words of the fact nothing of ours is called.
        assert_fact_first(ran, fact, (verb, at))
    assert at > 2


@pytest.mark.parametrize("form", [(), ("--json",)], ids=["lines", "json"])
def test_a_mistake_after_the_last_provider_is_a_warning(dispatch, firms, form):
    """An exhausted service is recorded and reported with the number to call."""
    dispatch("case", "open", "tow", "--at", "86150")
    for number in (1, 2):
        dispatch("case", "offer", "1")
        dispatch("case", "decline", f"1.{number}", "--reason", "closed")
    for at in range(100):
        with pytest.MonkeyPatch.context() as patched, failing(patched, at) as seen:
            ran = dispatch("case", "offer", "1", *form)
        if seen["after"]:
            break
        # Before the outcome is made, its exit code is not known.
        assert_fact_first(
            ran, "recorded: case 1: no provider is left to ask for tow: call ", at, ran.code
        )
        assert ran.code in (0, 3)
    assert (ran.code, at > 2) == (3, True)


def shell(line: str):
    """Run a command line with its own redirections."""
    full = line.replace("dispatch", f"{sys.executable} -m dispatch_cli", 1)
    return subprocess.run(["/bin/sh", "-c", full], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("form", ["", "--json", "--quiet"])
def test_a_full_disk_takes_nothing_back(dispatch, firms, form):
    """``case offer 1 >/dev/full`` reports the recorded call and its number, with exit code 0."""
    dispatch("case", "open", "tow", "--at", "86150")
    ran = shell(f"dispatch case offer 1 {form} >/dev/full")
    assert ran.returncode == 0
    recorded, warning = ran.stderr.splitlines()
    assert recorded == "recorded: case 1: 1.1 Abschlepp Lech 089 99998-114: the call is placed"
    assert warning == "warning: the output cannot be written: No space left on device"
    full = shell(f"dispatch case accept 1.1 --eta 20 {form} >/dev/full 2>/dev/full; echo $?")
    assert full.stdout == "0\n"
    assert shell("dispatch case list >/dev/full").returncode == 5
    assert shell("dispatch case list >/dev/full 2>/dev/full").returncode == 5


@pytest.mark.parametrize("form", ["", "--json", "--quiet"])
def test_a_full_disk_takes_no_copy_back(dispatch, firms, home, form):
    """``log backup`` and ``log restore`` to /dev/full report their result, with exit code 0."""
    dispatch("case", "open", "tow", "--at", "86150")
    ran = shell(f"dispatch log backup {home}/copy {form} >/dev/full")
    head = dispatch("log", "head").out.strip()
    full = "warning: the output cannot be written: No space left on device"
    assert (ran.returncode, ran.stderr.splitlines()) == (
        0, [f"recorded: backup {home}/copy: 1 case, journal {head}", full],
    )  # fmt: skip
    dispatch("case", "note", "1", "has a dog")
    ran = shell(f"dispatch log restore {home}/copy {form} >/dev/full")
    recorded, *warnings = ran.stderr.splitlines()
    assert ran.returncode == 0
    assert recorded.startswith("recorded: restored ")
    # The restore has a record of its own, after those of the backup.
    assert recorded.endswith(
        f"cases.sqlite3: 1 case, journal {dispatch('log', 'head').out.strip()}"
    )
    assert warnings == ["warning: 1 record made since the backup is not in this log", full]
    assert dispatch("log", "verify", "--head", head).code == 0


@pytest.mark.parametrize("form", ["", "--json", "--quiet"])
def test_a_full_disk_does_not_hide_that_no_provider_is_left(dispatch, firms, form):
    """The last resort's number is on stderr, and the exit code is that of the act: 3."""
    dispatch("case", "open", "tow", "--at", "86150")
    for number in (1, 2):
        dispatch("case", "offer", "1")
        dispatch("case", "decline", f"1.{number}", "--reason", "closed")
    phone = dispatch("case", "offer", "1", "--json").envelope["data"]["phone"]
    ran = shell(f"dispatch case offer 1 {form} >/dev/full")
    assert (ran.returncode, ran.stderr.splitlines()) == (
        3,
        [
            f"recorded: case 1: no provider is left to ask for tow: call {phone}",
            "warning: the output cannot be written: No space left on device",
        ],
    )


def test_a_closed_stdout_is_not_silent(dispatch, firms):
    """``accept … >&-``, and a closed pipe, report the recorded fact on stderr."""
    dispatch("case", "open", "tow", "--at", "86150")
    ran = shell("dispatch case offer 1 >&-")
    assert (ran.returncode, ran.stderr.splitlines()[-2:]) == (
        0,
        [
            "recorded: case 1: 1.1 Abschlepp Lech 089 99998-114: the call is placed",
            "warning: stdout is closed, so that the result cannot be shown",
        ],
    )
    reader, writer = os.pipe()
    os.close(reader)
    accept = [sys.executable, "-m", "dispatch_cli", "case", "accept", "1.1", "--eta", "20"]
    piped = subprocess.run(accept, stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writer)
    assert "recorded: case 1: Abschlepp Lech accepted, there by" in piped.stderr
    assert shell("dispatch case list >&-").stderr == ""
