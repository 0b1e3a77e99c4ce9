"""Reading does not change the times of the log's files, which reveal a clock set forward."""

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dispatch_cli.store.file_times import written_at

from .conftest import TWO_FIRMS
from .watched import listener, provider, run, tcp, write

LONG_AGO = timedelta(days=400)
JUMPED = b"the clock was 400 days ahead of the last record"
BEFORE_THE_JUMP = f"""\
from datetime import UTC, datetime, timedelta
from dispatch_cli.__main__ import main
from dispatch_cli.cli import log_book
log_book.now = lambda: datetime.now(UTC) - timedelta(days={LONG_AGO.days})
main()
"""

LOOKS = {
    "list": ("case", "list"),
    "show": ("case", "show", "1", "--log"),
    "audit": ("case", "audit"),
    "dry run": ("case", "forget", "--dry-run"),
    "ranking": ("cascade", "tow", "--at", "86150"),
    "doctor": ("doctor",),
    "verify": ("log", "verify"),
    "backup": ("log", "backup", "backup.sqlite3"),
    "fairness": ("report", "fairness", "--since", "2026-01"),
}


def log_of(home: Path) -> Path:
    """Return the case log of the test."""
    return home.parent / "state" / "dispatch" / "cases.sqlite3"


def age(log: Path) -> None:
    """Give the files of the log the time that they have before the clock was set forward."""
    at = (datetime.now(UTC) - LONG_AGO).timestamp()
    for path in log.parent.glob(f"{log.name}*"):
        os.utime(path, (at, at))


@pytest.fixture(scope="module")
def closed_case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log with a case that was opened and closed 400 days ago, its ``-wal`` left behind."""
    folder = tmp_path_factory.mktemp("log")
    (folder / "providers.toml").write_text(TWO_FIRMS, encoding="utf-8")
    where = ("--db", str(folder / "log"), "--providers", str(folder / "providers.toml"))
    for argv in (("open", "tow", "--at", "86150"), ("close", "1")):
        words = [sys.executable, "-c", BEFORE_THE_JUMP, "case", *argv, *where]
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    assert (folder / "log-wal").stat().st_size
    return folder / "log"


@pytest.fixture
def log(request: pytest.FixtureRequest, closed_case: Path, firms: Path, home: Path) -> Path:
    """That log in the home of the test, 400 days old; with the parameter "alone" no ``-wal``."""
    path = log_of(home)
    path.parent.mkdir(parents=True)
    for suffix in ("", "-wal", ".lock"):
        shutil.copyfile(f"{closed_case}{suffix}", f"{path}{suffix}")
    if getattr(request, "param", "") == "alone":
        assert run(*LOOKS["ranking"]).returncode == 0
        assert not Path(f"{path}-wal").exists()
    age(path)
    return path


def assert_forget_refuses() -> None:
    """``forget`` asks for a confirmation, and audit shows the reason."""
    refused = run("case", "forget", "--older-than", "30d")
    assert refused.returncode == 8, refused.stdout
    assert JUMPED in refused.stderr
    assert JUMPED in run("case", "audit").stdout


@pytest.mark.parametrize(
    ("log", "look"),
    [*(("with its -wal", look) for look in LOOKS), ("alone", "list"), ("alone", "ranking")],
    indirect=["log"],
)
def test_a_look_does_not_confirm_the_clock(log: Path, look: str) -> None:
    """400 days later a person looks first: ``forget`` refuses all the same, until confirmed."""
    assert run(*LOOKS[look]).returncode in (0, 7)
    assert datetime.now(UTC) - written_at(log) >= LONG_AGO
    assert_forget_refuses()
    confirmed = run("case", "forget", "--older-than", "30d", "--clock-is-right")
    assert b"erased" in confirmed.stdout


@pytest.mark.parametrize("log", ["with its -wal", "alone"], indirect=True)
def test_a_run_of_checks_does_not_confirm_the_clock(log: Path, home: Path) -> None:
    """A run of checks, whose samples the journal does not have, records the jump before it."""
    with listener() as up:
        file = write(home, provider("ilm", tcp(up.port)))
        for _ in range(2):
            ran = run("check", "--quiet", "--providers", str(file))
            assert (ran.returncode, ran.stdout, ran.stderr) == (0, b"", b"")
    assert datetime.now(UTC) - written_at(log) < timedelta(minutes=5)
    assert_forget_refuses()


def test_a_commit_renews_the_time(log: Path) -> None:
    """What is recorded counts as written then, also once the log has been closed."""
    assert run("case", "open", "tow", "--at", "86150").returncode == 0
    for _ in range(2):
        assert datetime.now(UTC) - written_at(log) < timedelta(minutes=5)
        assert run(*LOOKS["ranking"]).returncode == 0
