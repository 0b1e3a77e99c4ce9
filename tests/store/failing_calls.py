"""A session of decisions for each number of a call that fails, in one program under strace.

strace counts the calls of each process by itself, and fails the one with a fixed number. So each
session is a process of its own that first makes as many harmless calls as bring the call that is to
fail to this number. That spares the start of strace and of the program for each session.
"""

import os
import subprocess
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from dispatch_cli.errors import DispatchError

from .working import plain_environment, work


class Session(Struct, frozen=True):
    """The exit code of a session, its acknowledgements and its messages."""

    path: Path
    exit_code: int
    heard: list[str]
    said: str


def count_calls(folder: Path, calls: Sequence[str], steps: int) -> dict[str, int]:
    """Count the calls of each kind that a session makes."""
    record = folder / "record"
    _run(folder, calls, steps, [1], "-o", str(record))
    lines = record.read_text().splitlines()
    return {call: sum(f"{call}(" in line for line in lines) for call in calls}


def failed(
    folder: Path, call: str, steps: int, *, error: str, numbers: Sequence[int]
) -> list[Session]:
    """Fail the call with each of these numbers, each in a session of its own."""
    inject = f"inject={call}:error={error}:when={max(numbers)}"
    codes = _run(folder, [call], steps, numbers, "-o", "/dev/null", "-e", inject)
    return [
        Session(
            folder / str(number) / "cases.sqlite3",
            code,
            (folder / f"{number}.out").read_text().split(),
            (folder / f"{number}.err").read_text(),
        )
        for number, code in zip(numbers, codes, strict=True)
    ]


def _run(
    folder: Path, calls: Sequence[str], steps: int, numbers: Sequence[int], *strace: str
) -> list[int]:
    folder.mkdir(exist_ok=True)
    trace = f"trace={','.join(calls)}"
    argv = [str(folder), calls[0], str(steps), *map(str, numbers)]
    done = subprocess.run(
        ["strace", "-f", "-e", trace, *strace, sys.executable, "-m", __name__, *argv],
        stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2], timeout=600, check=True,
        env=plain_environment(),
    )  # fmt: skip
    return [int(code) for code in done.stdout.split()]


def _session(folder: Path, number: int, burnt: int, call: str, steps: int) -> int:
    """Be a session; returns its exit code."""
    for name, place in (("out", 1), ("err", 2)):
        os.dup2(os.open(folder / f"{number}.{name}", os.O_WRONLY | os.O_CREAT), place)
    spare = folder / f"{number}.spare"
    file = os.open(spare, os.O_RDWR | os.O_CREAT)
    harmless = {
        "pwrite64": lambda: os.pwrite(file, b"x", 0),
        "fdatasync": lambda: os.fdatasync(file),
        "fsync": lambda: os.fsync(file),
        "ftruncate": lambda: os.ftruncate(file, 0),
        "rename": lambda: os.rename(spare, spare),
    }[call]
    for _ in range(burnt):
        harmless()
    try:
        work(folder / str(number) / "cases.sqlite3", steps, lambda line: os.write(1, line.encode()))
    except DispatchError as error:
        os.write(2, f"{error}\n{error.hint}\n".encode())
        return error.exit_code
    except BaseException:
        os.write(2, traceback.format_exc().encode())
        return 1
    return 0


def main() -> None:
    """``python -m tests.store.failing_calls FOLDER CALL STEPS NUMBER…``: for strace to look at."""
    folder, call, steps, *numbers = sys.argv[1:]
    for number in map(int, numbers):
        child = os.fork()
        if not child:
            burnt = max(map(int, numbers)) - number
            os._exit(_session(Path(folder), number, burnt, call, int(steps)))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    main()
