"""``dispatch check --on-change CMD``: run once for each changed provider, bounded, no shell."""

import json
import os
import resource
import sys
import time
from datetime import datetime
from pathlib import Path

import pytest

from dispatch_cli.checks import change_command
from dispatch_cli.cli import check_alerts
from tests import answers

from .watched import command, listener, provider, run, tcp, write

TELL = """\
import json, os, sys
facts = {name: text for name, text in os.environ.items() if name.startswith("DISPATCH_")}
with open(sys.argv[1], "a") as log:
    log.write(json.dumps({"env": facts, "argv": sys.argv[2:], "stdin": sys.stdin.read()}) + "\\n")
"""


class Teller:
    """A program that notes each of its runs."""

    def __init__(self, home: Path) -> None:
        self.script, self.log = home / "tell.py", home / "told.jsonl"
        self.script.write_text(TELL)

    @property
    def option(self) -> tuple[str, str]:
        """The option with a quoted argument that a shell would expand."""
        return "--on-change", f"{sys.executable} {self.script} {self.log} '$HOME; x'"

    @property
    def runs(self) -> list[dict]:
        """What each run was given."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]


@pytest.fixture
def teller(home: Path) -> Teller:
    """A program that has not run yet."""
    made = Teller(home)
    made.log.touch()
    return made


def test_it_runs_once_for_each_change(home: Path, teller: Teller) -> None:
    """An outage is one run of the program, the recovery another one, and silence between."""
    with listener() as lech, listener() as ilm:
        tables = provider("lech", tcp(lech.port)), provider("ilm", tcp(ilm.port))
        file = write(home, "[check]\nfailures = 1\n", *tables)

        def check() -> int:
            return run("check", "--quiet", "--providers", file, *teller.option).returncode

        assert [check(), len(teller.runs)] == [0, 0]
        lech.close()
        assert [(check(), len(teller.runs)) for _ in range(3)] == [(7, 1)] * 3
        lech.open()
        assert [(check(), len(teller.runs)) for _ in range(3)] == [(7, 1), (0, 2), (0, 2)]
        lech.close()
        ilm.close()
        assert [(check(), len(teller.runs)) for _ in range(2)] == [(7, 4)] * 2
    told = [(one["env"]["DISPATCH_PROVIDER"], one["env"]["DISPATCH_STATE"]) for one in teller.runs]
    assert told == [("lech", "down"), ("lech", "up"), ("lech", "down"), ("ilm", "down")]


def test_it_gets_the_facts_in_the_environment_and_as_json(home: Path, teller: Teller) -> None:
    """State, provider, since and why are in the environment and on stdin; no shell sees them."""
    with listener() as lech:
        lech.close()
        file = write(home, "[check]\nfailures = 1\n", provider("lech", tcp(lech.port)))
        run("check", "--providers", file, *teller.option)
    [one] = teller.runs
    assert one["argv"] == ["$HOME; x"]
    facts = json.loads(one["stdin"])
    assert answers.validator(facts["schema"]).is_valid(facts)
    assert not answers.validator(facts["schema"]).is_valid({**facts, "more": 1})
    at = datetime.fromisoformat(facts.pop("since"))
    assert at.utcoffset() is not None
    assert facts == {
        "schema": "dispatch.check.change/1", "provider": "lech", "name": "Abschlepp Lech",
        "phone": "089 99998-207", "before": "unknown", "state": "down",
        "why": "connection refused, 1 x", "is_flapping": False,
    }  # fmt: skip
    env = one["env"]
    assert datetime.fromisoformat(env.pop("DISPATCH_SINCE")) == at.replace(microsecond=0)
    del env["DISPATCH_OPERATOR"]  # the caller's own variables are kept
    assert env == {
        "DISPATCH_STATE": "down", "DISPATCH_BEFORE": "unknown", "DISPATCH_PROVIDER": "lech",
        "DISPATCH_NAME": "Abschlepp Lech", "DISPATCH_PHONE": "089 99998-207",
        "DISPATCH_WHY": "connection refused, 1 x", "DISPATCH_FLAPPING": "",
    }  # fmt: skip


def test_hostile_texts_are_escapes_in_the_environment(home: Path, teller: Teller) -> None:
    """A control character of a server's text is an escape in the environment, exact in the JSON."""
    look = command("/bin/sh", "-c", "printf 'no \\033[2J trucks'; exit 2")
    file = write(home, "[check]\nfailures = 1\n", provider("lech", look))
    run("check", "--providers", file, *teller.option)
    [one] = teller.runs
    assert one["env"]["DISPATCH_WHY"] == "no \\x1b[2J trucks, 1 x"
    assert json.loads(one["stdin"])["why"] == "no \x1b[2J trucks, 1 x"


def test_a_change_found_by_another_run_is_told(home: Path, teller: Teller) -> None:
    """A hand run without the option hides no change from the run with it."""
    with listener() as lech:
        lech.close()
        file = write(home, "[check]\nfailures = 1\n", provider("lech", tcp(lech.port)))
        assert run("check", "--quiet", "--providers", file).returncode == 7
        for _ in range(2):
            run("check", "--monitor", "--providers", file, *teller.option)
    assert len(teller.runs) == 1


def test_an_offline_observer_runs_nothing(home: Path, teller: Teller) -> None:
    """While the observer is offline the program is not run, also for a change from before."""
    with listener() as lech, listener() as reference:
        settings = f'[check]\nfailures = 1\nreference = "127.0.0.1:{reference.port}"\n'
        file = write(home, settings, provider("lech", tcp(lech.port)))
        lech.close()
        run("check", "--providers", file)
        reference.close()
        ran = run("check", "--quiet", "--providers", file, *teller.option)
        assert (ran.returncode, teller.runs) == (5, [])
        reference.open()
        run("check", "--quiet", "--providers", file, *teller.option)
    assert len(teller.runs) == 1


def failing(home: Path, script: str) -> tuple[Path, tuple[str, str]]:
    """Make a file with a provider that is down, and a program of these lines."""
    program = home / "program"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o700)
    look = command("/bin/sh", "-c", "exit 2")
    file = write(home, "[check]\nfailures = 1\n", provider("lech", look))
    return file, ("--on-change", str(program))


FAULTS = {
    "echo no mail server >&2; exit 3": "the command ended with 3: no mail server",
    "exit 1": "the command ended with 1",
    "kill -9 $$": "the command was ended by signal 9",
    "yes": "the command printed more than 1024 KiB",
}


@pytest.mark.parametrize("script", FAULTS)
def test_its_failure_is_reported_and_the_change_told_again(home: Path, script: str) -> None:
    """The failure is an error with exit code 5; cron mails it once; success ends it."""
    file, option = failing(home, script)
    said = f"on-change: lech: {FAULTS[script]}\n"
    ran = run("check", "--providers", file, *option)
    assert (ran.returncode, ran.stderr.decode()) == (5, f"error: {said}")
    runs = [run("check", "--quiet", "--providers", file, *option) for _ in range(3)]
    assert [each.returncode for each in runs] == [5] * 3
    assert runs[0].stdout.decode().splitlines(keepends=True)[0] == said
    assert [each.stdout for each in runs[1:]] == [b"", b""]
    assert not any(each.stderr for each in runs)
    (home / "program").write_text("#!/bin/sh\nexit 0\n")
    ran = run("check", "--quiet", "--providers", file, *option)
    assert ran.stdout.startswith(b"over: on-change (first reported ")
    assert ran.returncode == 7
    (home / "program").write_text("#!/bin/sh\nexit 9\n")
    ran = run("check", "--quiet", "--providers", file, *option)
    assert (ran.returncode, ran.stdout) == (7, b"")


def test_its_failure_is_not_over_before_it_has_worked(home: Path) -> None:
    """Neither a run without the option nor an offline observer ends the failure; a success does."""
    with listener() as reference:
        program = home / "program"
        program.write_text("#!/bin/sh\nexit 3\n")
        program.chmod(0o700)
        settings = f'[check]\nfailures = 1\nreference = "127.0.0.1:{reference.port}"\n'
        look = command("/bin/sh", "-c", "exit 2")
        file = write(home, settings, provider("lech", look))
        option = ("--on-change", str(program))

        def mailed(*options: str) -> list[str]:
            ran = run("check", "--quiet", "--providers", file, *options)
            return [line for line in ran.stdout.decode().splitlines() if "on-change" in line]

        assert mailed(*option) == ["on-change: lech: the command ended with 3"]
        assert mailed() == []
        assert mailed(*option) == []
        reference.close()
        assert mailed(*option) == []
        reference.open()
        assert mailed(*option) == []
        program.write_text("#!/bin/sh\nexit 0\n")
        [over] = mailed(*option)
        assert over.startswith("over: on-change (first reported ")
        assert mailed(*option) == []


def test_a_change_that_vanishes_does_not_end_the_failure_and_a_run_by_hand_does(
    home: Path,
) -> None:
    """Up again before the program has worked is no success; one in a run by hand is mailed."""
    file, option = failing(home, "exit 3")
    text = file.read_text().replace("[check]\n", "[check]\nsuccesses = 1\n")
    file.write_text(text)
    quiet = ("check", "--quiet", "--providers", file, *option)
    assert run(*quiet).stdout.startswith(b"on-change: lech: ")
    file.write_text(text.replace("exit 2", "exit 0"))
    assert [b"on-change" in run(*quiet).stdout for _ in range(2)] == [False, False]
    file.write_text(text)
    (home / "program").write_text("#!/bin/sh\nexit 0\n")
    assert run("check", "--providers", file, *option).returncode == 7
    assert [b"over: on-change" in run(*quiet).stdout for _ in range(2)] == [True, False]


def test_alert_once_counts_a_failure_that_was_not_tried_as_the_same(home: Path) -> None:
    """A run without the option between two failures does not make the second one a new alarm."""
    file, option = failing(home, "exit 3")
    argv = ("check", "--alert-once", "--providers", file)
    codes = [run(*argv, *each).returncode for each in (option, option, (), option)]
    assert codes == [5, 0, 0, 0]


def test_json_and_monitor_report_its_failure(home: Path) -> None:
    """--json has the failure as an error; --monitor still says CRITICAL."""
    file, option = failing(home, "exit 3")
    ran = json.loads(run("check", "--json", "--providers", file, *option).stdout)
    assert ran["exit_code"] == 5
    assert [each["text"] for each in ran["errors"]] == ["on-change: lech: the command ended with 3"]
    ran = run("check", "--monitor", "--providers", file, *option)
    assert (ran.returncode, ran.stdout[:9]) == (2, b"CRITICAL:")


def test_monitor_reports_its_failure_where_all_is_well(home: Path) -> None:
    """The program has taken the outage and fails for the recovery: the monitor's line says so."""
    file, option = failing(home, 'test "$DISPATCH_STATE" = down')
    assert run("check", "--monitor", "--providers", file, *option).returncode == 2
    write(home, "[check]\nsuccesses = 1\n", provider("lech", command("/bin/true")))
    ran = run("check", "--monitor", "--providers", file, *option)
    assert ran.stdout == b"UNKNOWN: on-change: lech: the command ended with 1\n"
    assert ran.returncode == 3


def test_a_program_that_hangs_ends_with_its_children(tmp_path: Path) -> None:
    """After the limit the program and its children are killed, also one with its own session."""
    pids = tmp_path / "pids"
    script = f"sleep 60 & echo $! >> {pids}; setsid sleep 60 & echo $! >> {pids}; sleep 60"
    begun = time.monotonic()
    why = change_command.run_change_command(("/bin/sh", "-c", script), b"{}", {}, limit_s=0.5)
    assert str(why) == "the command did not end within 0.5 s"
    assert time.monotonic() - begun < 5
    alive = [pid for pid in map(int, pids.read_text().split()) if _is_alive(pid)]
    assert alive == []


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    return state != "Z"


def test_a_child_that_keeps_the_output_open_delays_nothing(tmp_path: Path) -> None:
    """The program has ended with 0: its background child is ended, and it is a success."""
    begun = time.monotonic()
    why = change_command.run_change_command(("/bin/sh", "-c", "sleep 60 & exit 0"), b"", {})
    assert (why, time.monotonic() - begun < 5) == ("", True)


def test_all_programs_of_a_run_have_a_limit(home: Path, monkeypatch, dispatch) -> None:
    """What does not fit into the limit of a run is told by the next one."""
    monkeypatch.setattr(check_alerts, "LONGEST_S", 0.6)
    program = home / "slow"
    program.write_text(f'#!/bin/sh\necho "$DISPATCH_PROVIDER" >> {home}/told\nsleep 0.4\n')
    program.chmod(0o700)
    look = command("/bin/sh", "-c", "exit 2")
    file = write(home, "[check]\nfailures = 1\n", *(provider(f"p{n}", look) for n in range(4)))
    argv = ("check", "--providers", str(file), "--on-change", str(program))
    first = dispatch(*argv)
    assert first.code == 5
    assert "error: on-change: " in first.err
    for _ in range(6):
        last = dispatch(*argv)
    assert last.code == 7
    told = (home / "told").read_text().split()
    assert set(told) == {"p0", "p1", "p2", "p3"}
    assert told.count("p0") == 1


def four_down(home: Path, script: str) -> tuple[str, ...]:
    """A run with four firms that are down, and a program of some lines."""
    program = home / "program"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o700)
    look = command("/bin/sh", "-c", "exit 2")
    file = write(home, "[check]\nfailures = 1\n", *(provider(f"p{n}", look) for n in range(4)))
    return "check", "--quiet", "--providers", str(file), "--on-change", str(program)


def test_firms_for_which_it_hangs_keep_no_other_from_being_told(
    home: Path, monkeypatch, dispatch
) -> None:
    """Where three firms use up the time of a run, the fourth comes first in the next one."""
    monkeypatch.setattr(check_alerts, "LONGEST_S", 0.9)
    monkeypatch.setattr(change_command, "LIMIT_S", 0.3)
    told = home / "told"
    argv = four_down(
        home, f'[ "$DISPATCH_PROVIDER" = p3 ] || exec sleep 9\necho "$DISPATCH_PROVIDER" >> {told}'
    )
    assert dispatch(*argv).code == 5
    assert not told.exists()
    assert dispatch(*argv).code == 5
    assert told.read_text().split() == ["p3"]


def test_a_run_that_is_killed_repeats_one_change_at_most(home: Path) -> None:
    """Killed by the third program, the next run tells the third again, and not the first two."""
    argv = four_down(
        home,
        f'echo "$DISPATCH_PROVIDER" >> {home}/told\n'
        f'[ "$DISPATCH_PROVIDER" = p2 ] && mkdir {home}/once && kill -9 $PPID\nexit 0',
    )
    assert run(*argv).returncode == -9
    assert run(*argv).returncode == 7
    assert (home / "told").read_text().split() == ["p0", "p1", "p2", "p2", "p3"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("'open", "has no closing quotation mark"),
        ("/no/such/program x", "there is no such program"),
        ("", "there is no such program"),
    ],
)
def test_a_program_that_cannot_be_run_is_refused_before_the_run(dispatch, home, typed, said):
    """An open quotation mark and a missing program are exit code 2, without a look."""
    file = write(home, provider("lech", command("/bin/true")))
    ran = dispatch("check", "--providers", str(file), "--on-change", typed)
    assert (ran.code, said in ran.err, ran.out) == (2, True, "")
    ran = dispatch("check", "--monitor", "--providers", str(file), "--on-change", typed)
    assert ran.code == 3


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="Windows has other access rights")
@pytest.mark.parametrize("mode", [0o775, 0o707])
def test_a_program_that_others_can_write_is_refused(dispatch, home: Path, mode: int) -> None:
    """Cron may run it as root: the rule of the provider file holds, also behind a link."""
    program = home / "tell"
    program.write_text("#!/bin/sh\nexit 0\n")
    program.chmod(mode)
    (home / "link").symlink_to(program)
    file = str(write(home, provider("lech", command("/bin/true"))))
    for typed in (program, home / "link"):
        argv = ("check", "--providers", file, "--on-change", str(typed))
        ran = dispatch(*argv)
        assert (ran.code, ran.out) == (2, "")
        assert f"--on-change {typed}: other users can write the program" in ran.err
    program.chmod(0o700)
    assert dispatch(*argv).code == 0


def test_no_key_of_a_file_names_the_program(dispatch, home: Path) -> None:
    """Only the command line does: a file of another origin starts nothing."""
    file = str(write(home, '[check]\non_change = "/bin/true"\n', provider("lech")))
    ran = dispatch("check", "--providers", file)
    assert (ran.code, 'unknown key "on_change"' in ran.err) == (4, True)


def test_it_needs_a_run_over_all_providers(dispatch, home):
    """With an ID, and with --coverage, the option is refused."""
    file = str(write(home, provider("lech", command("/bin/true"))))
    for argv in (("lech",), ("--coverage", "7d")):
        ran = dispatch("check", *argv, "--providers", file, "--on-change", "/bin/true")
        assert (ran.code, "--on-change cannot be used with" in ran.err) == (2, True)


def test_the_schedule_has_it(dispatch, home):
    """--print-crontab and --print-systemd write the option into the run of checks only."""
    file = str(write(home, provider("lech", command("/bin/true"))))
    words = "/bin/true 'a b'"
    ran = dispatch("check", "--print-crontab", "--providers", file, "--on-change", words)
    lines = [line for line in ran.out.splitlines() if "--on-change" in line]
    assert len(lines) == 1
    assert "check --quiet --on-change" in lines[0]
    ran = dispatch("check", "--print-systemd", "--providers", file, "--on-change", words)
    assert ran.out.count("--on-change \"/bin/true 'a b'\"") == 1
    assert "TimeoutStartSec=210" in ran.out


def test_the_schedule_has_its_full_path(dispatch, home: Path, monkeypatch) -> None:
    """Cron has neither the user's PATH nor the working folder: a name becomes a path."""
    program = home / "tell"
    program.write_text("#!/bin/sh\nexit 0\n")
    program.chmod(0o700)
    file = str(write(home, provider("lech", command("/bin/true"))))
    monkeypatch.setenv("PATH", f"{home}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.chdir(home)
    for typed in ("tell --loud", "./tell --loud"):
        ran = dispatch("check", "--print-crontab", "--providers", file, "--on-change", typed)
        assert f"--on-change '{program} --loud'" in ran.out


def test_it_runs_beside_a_thousand_open_files() -> None:
    """A run of many checks has opened numbers above 1023, which select() would refuse."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 4096:
        pytest.skip("the system allows too few open files")
    held = list[int]()
    # Other tests of this process may have open files as well.
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 4096), hard))
    try:
        while not held or held[-1] <= 1023:
            held.append(os.dup(0))
        why = change_command.run_change_command(("/bin/sh", "-c", "echo no; exit 4"), b"", {})
    finally:
        for each in held:
            os.close(each)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert str(why) == "the command ended with 4: no"


def test_without_room_for_its_input_the_program_has_failed(monkeypatch) -> None:
    """A full disk fails the program, not the run of checks, which must still be reported."""

    def full() -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(change_command.tempfile, "TemporaryFile", full)
    why = change_command.run_change_command(("/bin/true",), b"", {})
    assert str(why) == "the command cannot be run: No space left on device"
