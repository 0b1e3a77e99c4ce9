"""What a look by hand or a monitor has found first is still mailed once by cron."""

import json
from pathlib import Path

import pytest

from .watched import listener, provider, run, tcp, write

QUIET = ("check", "--quiet", "--providers")


@pytest.mark.parametrize("first", [(), ("--monitor",), ("--json",), ("lech",)])
def test_an_outage_found_by_another_run_is_mailed_once(home: Path, first: tuple[str, ...]) -> None:
    """A hand run, a monitor, a script or a look at one provider hides no outage from cron."""
    with listener() as lech:
        file = write(home, "[check]\nfailures = 1\n", provider("lech", tcp(lech.port)))
        assert run(*QUIET, file).stdout == b""
        lech.close()
        run("check", "--providers", file, *first)
        mailed = [run(*QUIET, file).stdout.decode() for _ in range(3)]
        assert mailed[0].startswith("down: 089 99998-207 Abschlepp Lech since ")
        assert (mailed[0].count("\n"), mailed[1:]) == (1, ["", ""])
        lech.open()
        for _ in range(2):
            run("check", "--providers", file, *first)
        mailed = [run(*QUIET, file).stdout.decode() for _ in range(3)]
        assert mailed[0].startswith("up: 089 99998-207 Abschlepp Lech since ")
        assert mailed[1:] == ["", ""]


def test_an_outage_that_was_over_before_cron_is_not_mailed(home: Path) -> None:
    """Down and up again between two runs by cron: the reported state has not changed."""
    with listener() as lech:
        settings = "[check]\nfailures = 1\nsuccesses = 1\n"
        file = write(home, settings, provider("lech", tcp(lech.port)))
        run(*QUIET, file)
        lech.close()
        assert run("check", "--providers", file).returncode == 7
        lech.open()
        run("check", "--providers", file)
        ran = run(*QUIET, file)
        assert (ran.stdout, ran.stderr, ran.returncode) == (b"", b"", 0)


def test_a_quiet_look_at_one_provider_leaves_the_report_to_cron(home: Path) -> None:
    """With an id the run prints its own change, and cron mails it all the same."""
    with listener() as lech:
        file = write(home, "[check]\nfailures = 1\n", provider("lech", tcp(lech.port)))
        lech.close()
        assert run(*QUIET, file, "lech").stdout.startswith(b"down: ")
        assert run(*QUIET, file, "lech").stdout == b""
        assert run(*QUIET, file).stdout.startswith(b"down: ")
        assert run(*QUIET, file).stdout == b""


def test_without_the_file_of_reports_a_lasting_outage_is_mailed_again(home: Path) -> None:
    """The file beside the log is lost: the outage is reported again, a working firm is not."""
    with listener() as lech, listener() as gone:
        gone.close()
        tables = provider("lech", tcp(lech.port)), provider("ilm", tcp(gone.port))
        file, db = write(home, "[check]\nfailures = 1\n", *tables), home / "log.sqlite3"
        assert run(*QUIET, file, "--db", db).stdout.startswith(b"down: 089 99998-207 Abschlepp Ilm")
        told = Path(f"{db}.told")
        assert list(json.loads(told.read_bytes())["states"]["check"]) == ["ilm"]
        told.unlink()
        again = run(*QUIET, file, "--db", db).stdout.decode()
        assert again.startswith("down: 089 99998-207 Abschlepp Ilm")
        assert "Lech" not in again


def test_an_unwritable_file_of_reports_is_an_error(home: Path) -> None:
    """If the file cannot be written, the run says that it will report again."""
    with listener() as lech:
        file, db = write(home, "[check]\nfailures = 1\n", provider("lech", tcp(lech.port))), home
        log = db / "log.sqlite3"
        run(*QUIET, file, "--db", log)
        lech.close()
        Path(f"{log}.told").mkdir()
        ran = run(*QUIET, file, "--db", log)
        assert ran.stdout.startswith(b"down: ")
        assert b"cannot be written, so that all problems are reported again" in ran.stderr


def test_looks_within_seconds_are_one_failure(home: Path) -> None:
    """With the default time, an impatient operator's three runs take no firm out of the ranking."""
    with listener() as lech:
        file = write(home, "[check]\napart_s = 30\n", provider("lech", tcp(lech.port)))
        run(*QUIET, file)
        lech.close()
        assert [run("check", "--providers", file).returncode for _ in range(4)] == [0] * 4


@pytest.mark.parametrize("quiet", [(), ("--quiet",)])
def test_log_head_says_nothing_for_an_empty_log(home: Path, dispatch, quiet) -> None:
    """Before the first case ``log head`` prints no byte on stdout, with --quiet none at all."""
    assert dispatch("log", "head", "--json").envelope["data"]["head"] == f"0:{'0' * 64}"
    ran = dispatch("log", "head", *quiet)
    hint = "" if quiet else "hint: the journal has no record yet\n"
    assert (ran.code, ran.out, ran.err) == (0, "", hint)


def test_alert_once_ends_with_an_alarm_once(home: Path) -> None:
    """7 for a new outage, also beside a lasting one; 5 for an unwritable file; then 0."""
    with listener() as lech, listener() as ilm:
        tables = provider("lech", tcp(lech.port)), provider("ilm", tcp(ilm.port))
        file = write(home, "[check]\nfailures = 1\n", *tables)

        def codes(*options: str) -> list[int]:
            argv = ("check", "--alert-once", "--providers", file, *options)
            return [run(*argv).returncode for _ in range(2)]

        assert codes() == [0, 0]
        lech.close()
        assert codes() == [7, 0]
        ilm.close()
        assert codes("--json") == [7, 0]
        lech.open()
        assert codes() == [0, 0]
        lech.close()
        assert codes("--status", str(home / "no" / "file")) == [5, 0]
        assert codes() == [0, 0]


def test_alert_once_is_for_runs_over_all_providers(home: Path, dispatch) -> None:
    """With an ID, and with the codes of a monitor, it is refused."""
    file = str(write(home, provider("lech", tcp(1))))
    for argv, code in ((("lech",), 2), (("--monitor",), 3)):
        ran = dispatch("check", *argv, "--alert-once", "--providers", file)
        assert (ran.code, "--alert-once" in ran.err + ran.out) == (code, True)
