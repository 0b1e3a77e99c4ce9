"""The disk is full, or fails, at any write: a clear message, nothing lost, and it works again."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dispatch_cli.errors import ExitCode, UnavailableError

from .working import decide_next, opened, plain_environment, problems

STEPS = 9


def _until_full(path: Path, most_bytes: int) -> int:
    """In a process whose files may not grow further: decide until that fails; exit code 5 if well.

    Its acknowledgements go into a pipe of their own, which no limit holds for.
    """
    import resource

    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        code = 1
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, resource.RLIM_INFINITY))
            with opened(path) as store:
                for _ in range(STEPS):
                    os.write(writing, f"{decide_next(store)}\n".encode())
            code = 0
        except UnavailableError as error:
            clear = "unavailable" in str(error) and "nothing was recorded" in error.hint
            code = error.exit_code if clear else 1
        finally:
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading) as heard:
        lines = heard.read().split()
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) in (ExitCode.OK, ExitCode.UNAVAILABLE)
    return int(lines[-1]) if lines else 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and a limit for files")
@pytest.mark.parametrize("apart", [20_000, pytest.param(1_000, marks=pytest.mark.ci)])
def test_files_that_may_not_grow(tmp_path: Path, apart: int) -> None:
    """Wherever the database or its log hits a limit, what was acknowledged stays and goes on."""
    for most_bytes in range(0, 260_000, apart):
        path = tmp_path / str(most_bytes) / "cases.sqlite3"
        acknowledged = _until_full(path, most_bytes)
        with opened(path) as store:
            assert problems(store, acknowledged) == []
            decide_next(store)
            assert store.check() in ([], ["an erasure is unfinished: repeat dispatch case forget"])


def _run(path: Path, *strace: str) -> "subprocess.CompletedProcess[str]":
    """A session of decisions under strace."""
    worker = [sys.executable, "-m", "tests.store.working", str(path), str(STEPS)]
    return subprocess.run(
        ["strace", "-f", *strace, *worker],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        timeout=120,
        check=False,
        env=plain_environment(),
    )


@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace: apt-get install strace")
@pytest.mark.parametrize(
    ("error", "runs"),
    [
        ("ENOSPC", 4),
        pytest.param("ENOSPC", 120, marks=pytest.mark.ci),
        pytest.param("EIO", 30, marks=pytest.mark.ci),
        pytest.param("EDQUOT", 30, marks=pytest.mark.ci),
        pytest.param("ENOSPC", 10_000, marks=pytest.mark.heavy),
        pytest.param("EIO", 10_000, marks=pytest.mark.heavy),
        pytest.param("EDQUOT", 10_000, marks=pytest.mark.heavy),
    ],
)
@pytest.mark.parametrize("call", ["pwrite64", "fdatasync", "fsync", "ftruncate", "rename"])
def test_a_call_that_fails(tmp_path: Path, call: str, error: str, runs: int) -> None:
    """Single writes, syncs and renames of a session fail, one in each run, the first included."""
    record = tmp_path / "record"
    _run(tmp_path / "whole" / "cases.sqlite3", "-e", f"trace={call}", "-o", str(record))
    calls = sum(f"{call}(" in line for line in record.read_text().splitlines())
    assert calls
    for number in range(1, calls + 1, max(1, calls // runs)):
        path = tmp_path / str(number) / "cases.sqlite3"
        inject = f"inject={call}:error={error}:when={number}"
        done = _run(path, "-o", "/dev/null", "-e", f"trace={call}", "-e", inject)
        heard = done.stdout.split()
        assert done.returncode in (ExitCode.OK, ExitCode.UNAVAILABLE), done.stderr
        assert "Traceback" not in done.stderr
        with opened(path) as store:
            assert problems(store, int(heard[-1]) if heard else 0) == []
            decide_next(store)
