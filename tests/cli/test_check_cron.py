"""``dispatch check --quiet`` by cron: silent, one report of a change, never two runs at once."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from .watched import (
    DISPATCH,
    command,
    listener,
    provider,
    run,
    started,
    tcp,
    web_server,
    write,
)

QUIET = ("check", "--quiet", "--providers")


@pytest.mark.parametrize("runs", [20, pytest.param(1000, marks=pytest.mark.ci)])
def test_quiet_runs_print_nothing(home: Path, runs: int) -> None:
    """Without a change no run prints a byte, also with a provider down; a change is printed.

    Five runs are started anew, the others forked from a program that has been imported.
    """
    with listener() as up, listener() as gone:
        gone.close()
        file = write(home, provider("lech", tcp(up.port)), provider("ilm", tcp(gone.port)))
        said = [started(*QUIET, file) for _ in range(3)]
        assert [one.returncode for one in said] == [0, 0, 7]
        assert said[2].stdout
        for again in (*[started] * 2, *[run] * runs):
            ran = again(*QUIET, file)
            assert (ran.stdout, ran.stderr, ran.returncode) == (b"", b"", 7)
        gone.open()
        assert [bool(run(*QUIET, file).stdout) for _ in range(2)] == [False, True]


def test_a_change_is_reported_once(home: Path) -> None:
    """Three failures are one line and exit code 7; two successes are one line and 0."""
    with listener() as lech:
        file = write(home, provider("lech", tcp(lech.port)))
        assert run(*QUIET, file).stdout == b""
        lech.close()
        down = [run(*QUIET, file) for _ in range(5)]
        assert [one.returncode for one in down] == [0, 0, 7, 7, 7]
        assert [bool(one.stdout) for one in down] == [False, False, True, False, False]
        [line] = down[2].stdout.decode().splitlines()
        assert line.startswith("down: 089 99998-207 Abschlepp Lech since ")
        assert line.endswith(": connection refused, 3 x")
        lech.open()
        back = [run(*QUIET, file) for _ in range(3)]
        assert [one.returncode for one in back] == [7, 0, 0]
        assert [bool(one.stdout) for one in back] == [False, True, False]
        assert back[1].stdout.startswith(b"up: 089 99998-207 Abschlepp Lech since ")
    assert not any(one.stderr for one in (*down, *back))


def test_one_cause_is_one_event(home: Path) -> None:
    """Providers that fall for the same reason in one run are one event with a line for each."""
    with listener() as shared:
        file = write(home, *(provider(f"p{n}", tcp(shared.port)) for n in range(4)))
        run(*QUIET, file)
        shared.close()
        said = [run(*QUIET, file).stdout.decode() for _ in range(3)]
    assert said[:2] == ["", ""]
    first, *others = said[2].splitlines()
    assert first.startswith("down: 4 providers since ")
    assert [line.split()[-1] for line in others] == ["P0", "P1", "P2", "P3"]


LOOK = """\
import os, sys, time
with open(sys.argv[1], "a") as log: log.write("begin\\n")
time.sleep(float(sys.argv[2]))
with open(sys.argv[1], "a") as log: log.write("end\\n")
"""


def looking(home: Path, seconds: float) -> tuple[Path, Path]:
    """Make a provider file whose one look notes when it begins and ends."""
    script, log = home / "look.py", home / "looks.log"
    script.write_text(LOOK)
    log.touch()
    look = command(sys.executable, str(script), str(log), str(seconds))
    return write(home, provider("lech", look)), log


@pytest.mark.parametrize("starts", [6, pytest.param(60, marks=pytest.mark.ci)])
def test_runs_never_overlap(home: Path, starts: int) -> None:
    """Of runs started at once one looks; the others leave with exit 8 and without a byte."""
    file, log = looking(home, 1.5)
    run(*QUIET, file)  # the compiled form and the log are there, so that all start alike
    log.write_text("")
    begun = [
        subprocess.Popen(
            [*DISPATCH, *QUIET, file], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for _ in range(starts)
    ]  # fmt: skip
    ended = [(one.communicate(timeout=120), one.returncode) for one in begun]
    assert all(output == (b"", b"") for output, _ in ended)
    codes = sorted(code for _, code in ended)
    looks = log.read_text().split()
    assert looks == ["begin", "end"] * codes.count(0)
    assert codes.count(0) + codes.count(8) == starts
    assert codes.count(8) >= starts // 2


def test_the_lock_goes_with_a_killed_run(home: Path) -> None:
    """After kill -9 in the middle of a run the next one looks."""
    file, log = looking(home, 30)
    victim = subprocess.Popen([*DISPATCH, *QUIET, file], stdin=subprocess.DEVNULL)
    until = time.monotonic() + 30
    while "begin" not in log.read_text():
        assert time.monotonic() < until
        time.sleep(0.02)
    assert run(*QUIET, file).returncode == 8
    victim.kill()
    victim.wait()
    file, log = looking(home, 0)
    assert run(*QUIET, file).returncode == 0


def test_another_run_is_reported_to_people(home: Path) -> None:
    """Without --quiet the second run prints why it ends; with --json in the object."""
    from dispatch_cli.files import hold_lock

    file, _ = looking(home, 0)
    db = home / "log.sqlite3"
    with hold_lock(Path(f"{db}.check.lock")) as is_alone:
        assert is_alone
        ran = run("check", "--providers", file, "--db", db)
        assert (ran.returncode, ran.stdout) == (8, b"")
        assert ran.stderr == b"hint: another run of checks is in progress\n"
        ran = run("check", "--providers", file, "--db", db, "--json")
        assert ran.returncode == 8
        assert b'"status":"error","exit_code":8' in ran.stdout


@pytest.mark.parametrize("runs", [4, pytest.param(200, marks=pytest.mark.ci)])
def test_offline_changes_no_state(home: Path, runs: int) -> None:
    """While the reference is unreachable each run ends with 5 and no state changes."""
    with listener() as lech, listener() as reference:
        settings = f'[check]\nreference = "127.0.0.1:{reference.port}"\n'
        file = write(home, settings, provider("lech", tcp(lech.port)))
        assert run(*QUIET, file).returncode == 0
        lech.close()
        reference.close()
        said = "observer offline: the reference target cannot be reached; no state was changed\n"
        offline = run(*QUIET, file)
        assert (offline.returncode, offline.stdout.decode()) == (5, said)
        for _ in range(runs):
            again = run(*QUIET, file)
            assert (again.returncode, again.stdout, again.stderr) == (5, b"", b"")
        reference.open()
        online = [run(*QUIET, file) for _ in range(3)]
        assert [each.returncode for each in online] == [0, 0, 7]
        assert online[0].stdout.startswith(b"over: observer offline (first reported ")
        assert online[1].stdout == b""


def test_a_look_by_hand_ends_no_problem_of_cron(home: Path) -> None:
    """A run with an id tells nobody: it neither ends nor begins a problem that cron reports."""
    tell = ("--on-change", "/bin/false")
    with listener() as lech:
        lech.close()
        file = write(home, "[check]\nfailures = 1\n", provider("lech", tcp(lech.port)))
        failed = b"on-change: lech: the command ended with 1\n"
        assert failed in run(*QUIET, file, *tell).stdout
        assert b"over:" not in run(*QUIET, file, "lech").stdout
        assert run(*QUIET, file, *tell).stdout == b""


def test_the_heartbeat_gets_start_and_end(home: Path) -> None:
    """The address gets /start, then the end, also of a run with a provider down."""
    with listener() as lech, web_server() as (port, asked):
        settings = f'[check]\nfailures = 1\nheartbeat = "http://127.0.0.1:{port}/ping"\n'
        file = write(home, settings, provider("lech", tcp(lech.port)))
        assert run(*QUIET, file).returncode == 0
        assert asked == ["/ping/start", "/ping"]
        lech.close()
        assert run(*QUIET, file).returncode == 7
        assert asked[2:] == ["/ping/start", "/ping"]
        assert run(*QUIET, file, "lech").returncode == 7
        assert len(asked) == 4  # a look at one provider is not a run


def test_the_heartbeat_gets_a_failed_run(home: Path) -> None:
    """An offline observer sends its exit code if it can."""
    with listener() as gone, web_server() as (port, asked):
        gone.close()
        settings = (
            f'[check]\nreference = "127.0.0.1:{gone.port}"\n'
            f'heartbeat = "http://127.0.0.1:{port}/ping"\n'
        )
        file = write(home, settings, provider("lech", command("/bin/true")))
        assert run(*QUIET, file).returncode == 5
        assert asked == ["/ping/start", "/ping/5"]


def test_the_heartbeat_gets_an_unwritten_file(home: Path) -> None:
    """A run whose page or metrics cannot be written reports a failure."""
    with web_server() as (port, asked):
        settings = f'[check]\nheartbeat = "http://127.0.0.1:{port}/ping"\n'
        file = write(home, settings, provider("lech", command("/bin/true")))
        assert run(*QUIET, file, "--prometheus", str(home / "nowhere" / "x.prom")).returncode == 5
        assert asked == ["/ping/start", "/ping/5"]


def test_a_failing_heartbeat_fails_no_run(home: Path) -> None:
    """A missing secret is a warning, suppressed by --quiet, and changes no exit code."""
    file = write(
        home, '[check]\nheartbeat = "env:PING_URL"\n', provider("lech", command("/bin/true"))
    )
    ran = run("check", "--providers", file)
    assert ran.returncode == 0
    assert ran.stderr == b"warning: heartbeat: secret env:PING_URL is not set\n"
    ran = run(*QUIET, file)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, b"", b"")


@pytest.mark.ci
def test_the_address_of_a_failed_heartbeat_is_not_printed(home: Path) -> None:
    """Without a listener the run continues, and the address is in no output."""
    with listener() as gone:
        gone.close()
        url = f"http://127.0.0.1:{gone.port}/canary-6f1d"
        file = write(
            home, '[check]\nheartbeat = "env:PING_URL"\n', provider("lech", command("/bin/true"))
        )
        ran = run("check", "--providers", file, PING_URL=url)
        assert ran.returncode == 0
        assert b"warning: heartbeat: " in ran.stderr
        assert b"canary" not in ran.stdout + ran.stderr


def test_a_budget_is_kept(home: Path) -> None:
    """A look that takes longer than the budget is omitted, and the run reports it."""
    file, _ = looking(home, 20)
    begun = time.monotonic()
    ran = run(*QUIET, file, "--budget", 1)
    assert time.monotonic() - begun < 5
    assert b"1 not checked within the time budget" in ran.stdout
    assert ran.returncode == 0
