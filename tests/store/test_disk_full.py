"""The disk is full, or fails, at any write: a clear message, nothing lost, and it works again."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from dispatch_cli.errors import ExitCode, UnavailableError

from .failing_calls import count_calls, failed
from .working import decide_next, opened, problems

STEPS = 9


def _until_full(path: Path, most_bytes: int) -> int:
    """Decide until a write fails, in a process whose files cannot grow; exit code 5 if correct.

    Its acknowledgements go into a pipe of their own, which no limit holds for.
    """
    import resource

    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        code = 1
        try:
            # Python 3.11 would keep bytecode that the limit has cut off.
            sys.dont_write_bytecode = True
            resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, resource.RLIM_INFINITY))
            with opened(path) as store:
                for _ in range(STEPS):
                    os.write(writing, f"{decide_next(store)}\n".encode())
            code = 0
        except UnavailableError as error:
            clear = "unavailable" in str(error) and "nothing was recorded" in str(error.hint)
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


CALLS = ("pwrite64", "fdatasync", "fsync", "ftruncate", "rename")


@pytest.fixture(scope="module")
def calls_of_session(tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    """Count the calls of each kind that an undisturbed session makes."""
    return count_calls(tmp_path_factory.mktemp("whole"), CALLS, STEPS)


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
@pytest.mark.parametrize("call", CALLS)
def test_a_call_that_fails(
    tmp_path: Path, calls_of_session: dict[str, int], call: str, error: str, runs: int
) -> None:
    """Single writes, syncs and renames of a session fail, one in each run, the first included."""
    calls = calls_of_session[call]
    assert calls
    numbers = range(1, calls + 1, max(1, calls // runs))
    ended = failed(tmp_path / "failing", call, STEPS, error=error, numbers=numbers)
    assert any(each.exit_code for each in ended), "no call has failed"
    for each in ended:
        assert each.exit_code in (ExitCode.OK, ExitCode.UNAVAILABLE), each.said
        assert "Traceback" not in each.said
        with opened(each.path) as store:
            assert problems(store, int(each.heard[-1]) if each.heard else 0) == []
            decide_next(store)
