"""Nothing of the motorist's before acceptance, and one door to it afterwards."""

import re
from contextlib import redirect_stderr, redirect_stdout

import pytest

from dispatch_cli.cli import run

from ..render.screens import Terminal
from ..terminal import on_terminal, screen_lines

FIELDS = ("caller", "call_back", "plate", "ref", "to", "note")

WITHOUT_A_DOOR = (
    ("offer", "1"), ("show", "1"), ("show", "1", "--log"), ("list",), ("list", "--open"),
    ("audit",), ("decline", "1.1", "--reason", "other", "--text", "{text}"), ("rerank", "1"),
    ("amend", "1", "--trailer"), ("note", "1", "{text}"), ("callback", "1", "30"),
    ("offer", "1", "--provider", "wertach", "--because", "{text}", "--wish"),
    ("no-answer", "1.2"), ("show", "9"), ("accept", "1.1", "--eta", "x"), ("cancel", "1.2"),
    ("cancel", "1"), ("forget", "--older-than", "0d", "--dry-run"),
)  # fmt: skip


def canaries(number: int) -> dict[str, str]:
    """Unique values for every personal field, including the exact place."""
    values = {name: f"Canary{name.replace('_', '')}{number:03}" for name in FIELDS}
    values["call_back"] = f"089 99998-{number:03}7"
    values["text"] = f"Canarytext{number:03}"
    return values


def is_clean(text: str, number: int, at: str) -> bool:
    """Return whether a text has none of the unique values."""
    lat, lon = at.split(",")
    return not (
        "Canary" in text
        or f"99998-{number:03}7" in text
        or re.search(rf"{lat[:6]}|{lon[:6]}", text)
    )


@pytest.mark.parametrize(
    "count", [pytest.param(4), pytest.param(36, marks=pytest.mark.ci)], ids="{} cases".format
)
@pytest.mark.parametrize("form", [(), ("--json",)], ids=["plain", "json"])
def test_no_canary_in_the_default_output_of_any_command(home, firms, capsys, count, form):
    """Seven canaries a case (56 plain, 504 in CI), and every verb: none is shown or in an error.

    ``case open`` alone reads the place back.
    """
    for number in range(1, count + 1):
        values, at = canaries(number), f"48.37{number:03}1,10.89{number:03}7"
        options = [f"--{name.replace('_', '-')}={values[name]}" for name in FIELDS]
        log = ("--db", f"{number}.sqlite3")
        run(["case", "open", "tow", "--at", at, *options, *log, *form])
        out, err = capsys.readouterr()
        assert not any(value in out + err for value in values.values())
        for argv in WITHOUT_A_DOOR:
            words = [word.format(**values) for word in argv]
            run(["case", *words, *log, *form])
            out, err = capsys.readouterr()
            assert is_clean(out + err, number, at), (argv, out, err)


def screen_of(monkeypatch, *argv: str, columns: int) -> tuple[int, str]:
    """Run a command in this process on what it takes for a terminal; returns code and screen."""
    monkeypatch.setenv("COLUMNS", str(columns))
    stream = Terminal()
    with redirect_stdout(stream), redirect_stderr(stream):
        code = run(["case", *argv])
    raw = stream.getvalue().replace("\n", "\r\n").encode()
    return int(code), "\n".join(screen_lines(raw, columns=columns, rows=60))


def test_the_lists_on_a_terminal_have_no_personal_data(dispatch, firms, monkeypatch):
    """The screens of list, audit and hand-over show the case and none of the unique values."""
    at, values = "48.370011,10.890017", canaries(1)
    options = [f"--{name.replace('_', '-')}={values[name]}" for name in FIELDS]
    dispatch("case", "open", "tow", "--at", at, *options)
    dispatch("case", "open", "--draft", "--at", at, *options)
    dispatch("case", "offer", "1")
    dispatch("case", "accept", "1", "--eta", "20")
    for argv in (("list",), ("list", "--open"), ("audit",), ("hand-over", "--to", "MB")):
        for columns in (80, 200):
            code, screen = screen_of(monkeypatch, *argv, columns=columns)
            assert code in (0, 7)
            assert is_clean(screen, 1, at), (argv, screen)
            assert argv[0] == "audit" or "G1" in screen
    # The controls: the same search finds the values in a personal view, here and on a terminal.
    _, screen = screen_of(monkeypatch, "show", "1", "--personal", columns=80)
    assert not is_clean(screen, 1, at)
    _, raw = on_terminal(["case", "show", "1", "--personal"], rows=60)
    assert not is_clean("\n".join(screen_lines(raw, rows=60)), 1, at)


def test_a_personal_view_is_recorded(dispatch, firms):
    """``show --personal`` shows every field, and the journal records the operator."""
    values = canaries(1)
    options = [f"--{name.replace('_', '-')}={values[name]}" for name in FIELDS]
    dispatch("case", "open", "tow", "--at", "48.370011,10.890017", *options)
    log = dispatch("case", "show", "1", "--log", "--json").envelope["data"]["log"]
    assert "personal show" not in [act["action"] for act in log]
    shown = dispatch("case", "show", "1", "--personal").out
    assert all(values[name] in shown for name in FIELDS)
    log = dispatch("case", "show", "1", "--log", "--json").envelope["data"]["log"]
    assert (log[-1]["action"], log[-1]["operator"]) == ("personal show", "maria")
    assert is_clean(str(log), 1, "48.370011,10.890017")


def test_the_driver_gets_personal_data_after_acceptance(dispatch, firms):
    """The acceptance shows place, number, name, plate and note; the offer does not."""
    values = canaries(1)
    options = [f"--{name.replace('_', '-')}={values[name]}" for name in FIELDS]
    dispatch("case", "open", "tow", "--at", "48.370011,10.890017", *options)
    dispatch("case", "offer", "1")
    given = dispatch("case", "accept", "1", "--eta", "20", "--json").envelope["data"]["give_driver"]
    text = "\n".join(given)
    assert "48.37001, 10.89002" in text
    for name in ("caller", "call_back", "plate", "to", "note"):
        assert values[name] in text


def test_a_bug_report_holds_no_argument(dispatch, firms, home):
    """A log that is a folder, a missing file, a broken one: no message repeats what was typed."""
    (home / "broken").write_text("no database")
    for db in (str(home), str(home / "broken"), "/dev/null/x"):
        ran = dispatch("case", "note", "1", "Canary4711", "--db", db)
        assert ran.code in (4, 5), ran.err
        assert "Canary" not in ran.err + ran.out


def test_files_are_the_operators_own(dispatch, firms, tmp_path):
    """The log and everything beside it is closed to others."""
    dispatch("case", "open", "tow", "--at", "86150", "--caller", "Canary")
    files = [path for path in (tmp_path / "state").rglob("*") if path.is_file()]
    assert files
    assert all(path.stat().st_mode & 0o077 == 0 for path in files)


def test_typed_personal_data_give_one_warning(dispatch, firms):
    """One warning names the options without their values; stdin gives none."""
    ran = dispatch(
        "case", "open", "tow", "--at", "86150", "--caller", "Canary", "--plate", "Canary"
    )
    assert ran.err.count("--caller, --plate: other programs") == ran.err.count("warning: --") == 1
    assert "write --caller - to be asked" in ran.err
    assert "Canary" not in ran.err
    ran = dispatch("case", "amend", "1", "--to", "Canary")
    assert ran.err.count("--to: other programs") == 1
    ran = dispatch("case", "note", "1", "Canary", "--json")
    assert ["note: other programs" in each for each in ran.envelope["warnings"]] == [True]
    assert ran.envelope["warnings"][0].endswith("; write - in its place to be asked for it")
    assert "other programs" not in dispatch("case", "open", "tow", "--at", "86150").err
