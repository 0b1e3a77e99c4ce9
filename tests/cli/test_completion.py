"""Completion of every closed set, and of the numbers of the case log, as a shell asks for it."""

import os
import subprocess
import sys

import pytest
import typer.main

from dispatch_cli.cli import app, completion, run
from dispatch_cli.cli.completion import COMPLETING
from dispatch_cli.model.words import DECLINE_REASONS, SERVICES, SPOTS, VEHICLE_CLASSES

OPEN = ("case", "open", "tow", "--at", "86150", "--client", "adac")


@pytest.fixture
def tab(home, capsys, monkeypatch):
    """Press Tab behind some words; return the completions."""

    def tab(*words: str) -> list[str]:
        capsys.readouterr()
        with monkeypatch.context() as shell:
            shell.setenv(COMPLETING, "complete_bash")
            shell.setenv("COMP_WORDS", " ".join(["dispatch", *words]))
            shell.setenv("COMP_CWORD", str(len(words)))
            with pytest.raises(SystemExit):
                run([])
        out, err = capsys.readouterr()
        assert err == ""
        return out.split()

    return tab


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("cascade", "tow", "--spot", ""), [*SPOTS]),
        (("cascade", "tow", "--spot", "Stand"), ["Standstreifen", "Standspur"]),
        (("cascade", "tow", "--vehicle", ""), [*VEHICLE_CLASSES]),
        (("batch", "x", "--vehicle", "su"), ["suv"]),
        (("cascade", "tow", "--state", "ro"), ["rolls", "rollt", "rollfähig"]),
        (("cascade", "tow", "--client", "AD"), ["ADac"]),
        (("cascade", "tow", "--client", "no"), ["none"]),
        (("cascade", "tow", "--lang", ""), ["en", "de"]),
        (("case", "list", "--lang", "d"), ["de"]),
        (("--lang", "d"), ["de"]),
        (("case", "decline", "1.1", "--reason", ""), [*DECLINE_REASONS]),
        (("case", "correct", "1.1", "--outcome", "no"), ["no_answer", "not_called"]),
        (("case", "eta", "1.1", "35", "--speaker", "d"), ["driver"]),
        (("case", "offer", "1", "--service", "heavy"), ["heavy_tow", "heavy_recovery"]),
        (("case", "offer", "1", "--services", "tow,win"), ["tow,winch_out"]),
        (("case", "told", "1.1", ""), ["driver", "caller"]),
        (("case", "take", "1", "--reason", "s"), ["shift"]),
        (("case", "emergency", "1", "--called-by", "on"), ["on-scene"]),
        (("case", "last-resort", "1", "t"), ["takes-over"]),
        (("case", "amend", "1", "--kind", "break"), ["breakdown"]),
        (("case", "list", "--say", ""), ["de", "en"]),
        (("providers", "report", "lech", "--state", ""), ["up", "busy", "down"]),
        (("providers", "list", "--service", "sto"), ["storage"]),
        (("check", "--service", "tow"), ["tow"]),
        (("batch", "x", "--format", "p"), ["parquet"]),
        (("batch", "x", "--timezone", "Europe/Berl"), ["Europe/Berlin"]),
        (("case", "acc"), ["accept"]),
    ],
)  # fmt: skip
def test_a_closed_set_is_completed(tab, firms, words, found):
    """Each option and argument with a set of words lists those that begin so, in any spelling."""
    known = tab(*words)
    assert known == found


def test_numbers_of_the_log_are_completed(dispatch, tab, firms):
    """Cases, offers and parked calls; without a case log there is nothing, and no error."""
    assert tab("case", "show", "") == []
    for _ in range(2):
        assert dispatch(*OPEN).code == 0
    dispatch("case", "offer", "1")
    dispatch("case", "open", "--draft", "--at", "86150")
    assert tab("case", "show", "") == ["2", "1"]
    assert tab("case", "accept", "") == ["2", "1", "1.1"]
    assert tab("case", "decline", "1.") == ["1.1"]
    assert tab("case", "resume", "g") == ["g1"]
    assert tab("case", "discard", "") == ["G1"]
    dispatch("case", "cancel", "2")
    assert tab("case", "merge", "1", "") == ["1", "2"]
    assert tab("case", "show", "2") == ["2"]
    assert tab("case", "decline", "2") == []
    assert tab("case", "show", "--db", "elsewhere.sqlite3", "") == []


def test_a_log_that_cannot_be_read_gives_no_completion(tab, firms, monkeypatch):
    """A file that is no case log shows no error below the line that is being typed."""
    broken = firms.with_name("broken.sqlite3")
    broken.write_text("no database" * 100)
    monkeypatch.setenv("DISPATCH_DB", str(broken))
    assert tab("case", "show", "") == []
    assert broken.read_text() == "no database" * 100


def test_every_argument_of_a_case_has_a_completion(monkeypatch):
    """No command of the case log was forgotten: each number can be completed."""
    monkeypatch.setenv(COMPLETING, "complete_bash")
    case = typer.main.get_command(app).get_command(None, "case")
    found = 0
    for name in case.list_commands(None):
        command = case.get_command(None, name)
        for each in command.params:
            is_number = each.param_type_name == "argument" and each.name in (
                "case_id", "ref", "number", "duplicate"
            )  # fmt: skip
            if is_number and name != "work":
                found += 1
                assert each._custom_shell_complete is not None, (name, each.name)
    assert found >= 30


def test_a_tab_imports_no_library_of_a_screen(dispatch, firms):
    """A new process completes 60 cases without rich, Textual, numpy or HTTP: a Tab is quick."""
    for _ in range(60):
        dispatch(*OPEN, "-q")
    environ = {
        **os.environ, COMPLETING: "complete_bash", "COMP_WORDS": "dispatch case accept ",
        "COMP_CWORD": "3",
    }  # fmt: skip
    program = (
        "import sys\nfrom dispatch_cli.cli import run\nrun([])\n"
        "heavy = {'rich', 'textual', 'numpy', 'http', 'phonenumbers', 'opening_hours'}\n"
        "print(*sorted(heavy & {*sys.modules}), file=sys.stderr)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=False
    )
    assert len(ran.stdout.split()) == 60
    assert ran.stderr.split() == []


def test_lists_are_not_filled_with_other_words():
    """An empty text lists the terms alone; the other words of a set are listed once begun."""
    assert completion.complete_services("") == [*SERVICES]
    assert "pannenhilfe" in completion.complete_services("pann")
