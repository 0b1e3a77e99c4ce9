"""With any file and any argument: a clear error, the right exit code, the emergency line."""

import os
import subprocess
import sys
from pathlib import Path
from typing import ClassVar

import pytest
import typer

from dispatch_cli.cli import outcome
from dispatch_cli.cli.lazy import LazyGroup
from dispatch_cli.hours import spelling

ACCIDENT = ("cascade", "unfall", "--at", "86150", "--injured", "2")


def broken_files(folder: Path) -> dict[str, Path]:
    """Provider files that cannot be read, each in its own way."""
    contents = {
        "syntax": b"[[provider]\n",
        "types": b'[[provider]]\nid = 5\nname = "x"\n',
        "nan": b"[ranking]\nfallback_min = nan\n",
        "utf8": b'name = "\xff\xfe"\n',
        "empty": b"",
        "nul": b"a = 1\x00",
        "deep": b"a = " + b"[" * 5000 + b"]" * 5000,
        "huge": b"# " + b"x" * (33 * 1024 * 1024),
        "price": b'[[provider]]\nid = "a"\nprice = 5\n',
    }
    paths = {"missing": folder / "missing.toml", "folder": folder}
    for name, content in contents.items():
        paths[name] = folder / f"{name}.toml"
        paths[name].write_bytes(content)
    return paths


NAMES = [
    "syntax", "types", "nan", "utf8", "empty", "nul", "deep", "huge", "price", "missing", "folder",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_broken_file_is_exit_4_with_the_emergency_line(dispatch, home, name):
    """Any broken file gives exit code 4, its name, and the emergency line."""
    path = broken_files(home)[name]
    ran = dispatch(*ACCIDENT, "--providers", str(path))
    assert ran.code == 4
    assert ran.err.startswith("error: ")
    assert path.name in ran.err
    assert "Traceback" not in ran.err
    assert ran.out.splitlines()[1].split("\t")[:4] == ["ambulance", "now", "0", "112"]


@pytest.mark.parametrize("name", NAMES)
def test_a_broken_file_has_json(dispatch, home, name):
    """The JSON object of the error has status partial, because of the emergency line."""
    path = broken_files(home)[name]
    ran = dispatch(*ACCIDENT, "--providers", str(path), "--json")
    assert (ran.envelope["status"], ran.envelope["exit_code"]) == ("partial", 4)
    assert ran.envelope["errors"]
    assert [call["dial"] for call in ran.envelope["data"]["emergency"]] == ["112", "112"]


def test_a_found_file_that_is_broken_is_not_passed_over(dispatch, home):
    """./providers.toml wins over the sample even when it is empty."""
    (home / "providers.toml").write_text("")
    ran = dispatch("cascade", "tow", "-a", "86150")
    assert ran.code == 4
    assert "providers.toml" in ran.err


def test_no_permission(dispatch, home):
    """A file that may not be read is exit 4 (root may read everything, so it is skipped there)."""
    if os.geteuid() == 0:
        pytest.skip("root may read every file")
    path = home / "secret.toml"
    path.write_text("x")
    path.chmod(0)
    assert dispatch(*ACCIDENT, "--providers", str(path)).code == 4


def test_usage_errors_name_the_command_in_the_schema(dispatch, home):
    """--json gives a JSON object for every command."""
    for argv, schema in {
        ("providers", "show", "--json"): "dispatch.providers.show/1",
        ("providers", "--json"): "dispatch.usage/1",
        ("nonsense", "--json"): "dispatch.usage/1",
        ("--json",): "dispatch.usage/1",
        ("--lang", "de", "providers", "show", "--json"): "dispatch.providers.show/1",
        ("check", "ack", "--json"): "dispatch.check.ack/1",
        ("check", "schedule", "--json", "--top"): "dispatch.check/1",
    }.items():
        ran = dispatch(*argv)
        assert (ran.code, ran.envelope["schema"], ran.envelope["status"]) == (2, schema, "error")


class Commands(LazyGroup):
    """A command, one of two words beside it, and a group."""

    package = __name__
    commands_at: ClassVar = {"look": "look:look", "look away": "away:look", "case": "case"}


def test_the_table_of_commands_alone_knows_which_have_two_words():
    """No other place names a group, or a command of two words."""
    for typed, words in {
        "": "", "look": "look", "look huber": "look", "look away": "look away",
        "look away huber": "look away", "case": "case", "case open tow": "case open", "x y": "x",
    }.items():  # fmt: skip
        assert Commands.command_words(typed.split()) == words.split()


def failing_app(error: BaseException) -> typer.Typer:
    """Return a command line whose command fails unexpectedly."""
    app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)

    @app.command()
    def fail(secret: str = "") -> None:
        raise error

    return app


def test_a_bug_is_one_line_and_a_log_file(home, capsys):
    """Unexpected errors: exit 1, one line, a log only its owner can read, no argument in it."""
    code = outcome.run(failing_app(ZeroDivisionError("oops")), ["--secret", "Canary-4711"])
    out, err = capsys.readouterr()
    assert (code, out) == (1, "")
    assert "Traceback" not in err
    path = Path(err.split("its report is in ")[1].split("\n")[0])
    assert "ZeroDivisionError: oops" in path.read_text()
    assert "Canary" not in path.read_text() + err
    assert path.stat().st_mode & 0o077 == 0


class PanicException(BaseException):
    """The panic of a library in Rust, as pyo3 raises it: not an Exception."""


def test_a_panic_of_a_library_is_a_bug_report(home, capsys):
    """A panic in Rust is one line and a log file as any other bug, never a traceback."""
    code = outcome.run(failing_app(PanicException("index out of bounds")), [])
    out, err = capsys.readouterr()
    assert (code, out) == (1, "")
    assert err.startswith("error: unexpected PanicException; this is a bug, its report is in ")
    assert "Traceback" not in err
    path = Path(err.split("its report is in ")[1].split("\n")[0])
    assert "PanicException: index out of bounds" in path.read_text()


def test_a_panic_of_a_library_leaves_the_emergency_line(dispatch, firms, monkeypatch):
    """The emergency line is made from code if reading the file panics."""

    def panics(*args, **kwargs):
        raise PanicException("attempt to add with overflow")

    monkeypatch.setattr(spelling, "_check_with_library", panics)
    ran = dispatch(*ACCIDENT)
    assert ran.code == 1
    assert "Traceback" not in ran.err
    assert ran.out.splitlines()[1].split("\t")[:4] == ["ambulance", "now", "0", "112"]


def test_debug_shows_the_traceback(home, capsys):
    """--debug prints the traceback for developers."""
    outcome.run(failing_app(ZeroDivisionError("oops")), ["--debug"])
    outcome._report(outcome.bug(ZeroDivisionError("oops"), is_debugged=True), ["--debug"])
    assert "ZeroDivisionError: oops" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code"), [(KeyboardInterrupt(), 130), (typer.Abort(), 130), (typer.Exit(7), 7)]
)
def test_leaving_early(home, capsys, error, code):
    """Ctrl-C is 130, and a command may choose its own code."""
    assert outcome.run(failing_app(error), []) == code


def test_where_no_log_can_be_written_the_line_still_stands(home, capsys, monkeypatch):
    """A bug on a machine without a writable home is still one line."""
    monkeypatch.setenv("XDG_STATE_HOME", "/dev/null/x")
    assert outcome.run(failing_app(ZeroDivisionError()), []) == 1
    assert "this is a bug" in capsys.readouterr().err


COMMAND = [sys.executable, "-m", "dispatch_cli"]


def test_a_reader_that_leaves_is_no_error(home):
    """``dispatch … | head -1`` ends quietly."""
    line = f"{sys.executable} -m dispatch_cli kinds | head -1"
    piped = subprocess.run(["/bin/sh", "-c", line], capture_output=True, check=False)
    assert (piped.returncode, piped.stderr) == (0, b"")


def test_a_full_disk_is_no_bug(home):
    """Output that cannot be written gives exit code 5, one line, no traceback."""
    for options in ("--json", ""):
        line = f"{sys.executable} -m dispatch_cli cascade tow --at 86150 {options} > /dev/full"
        ran = subprocess.run(["/bin/sh", "-c", line], capture_output=True, text=True, check=False)
        assert ran.returncode == 5
        assert "the output cannot be written" in ran.stderr
        assert "Traceback" not in ran.stderr


def test_a_closed_stdout_is_no_error(home):
    """Started without stdout or stderr it ends quietly, with its exit code."""
    line = f"{sys.executable} -m dispatch_cli kinds >&- 2>&-; echo $?"
    ran = subprocess.run(["/bin/sh", "-c", line], capture_output=True, text=True, check=False)
    assert ran.stdout == "0\n"


def test_an_ascii_terminal_and_an_empty_environment(home):
    """No environment, no UTF-8: an answer in ASCII and no traceback."""
    ran = subprocess.run(
        [*COMMAND, "cascade", "tow", "--at", "86150"],
        env={"HOME": str(home), "PYTHONIOENCODING": "ascii", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.isascii()


def test_nothing_is_read_from_stdin(home, firms):
    """With a closed stdin a command gives its answer."""
    ran = subprocess.run(
        [*COMMAND, "cascade", "tow", "--at", "86150"], stdin=subprocess.DEVNULL,
        capture_output=True, check=False, timeout=30,
    )  # fmt: skip
    assert ran.returncode in (0, 3)
