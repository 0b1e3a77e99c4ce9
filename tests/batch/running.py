"""Run the real command line in a process that can be killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path


def started(folder: Path, *argv: str, **options: object) -> subprocess.Popen:
    """Start ``dispatch batch`` in a folder; its messages are kept."""
    return subprocess.Popen(
        [sys.executable, "-m", "dispatch_cli", "batch", *argv],
        cwd=folder,
        stderr=subprocess.PIPE,
        **{"stdout": subprocess.DEVNULL, **options},
    )


def ran(folder: Path, *argv: str, **options: object) -> tuple[int, bytes, bytes]:
    """Run it to its end; returns exit code, stdout and messages."""
    process = started(folder, *argv, stdout=subprocess.PIPE, **options)
    out, err = process.communicate(timeout=600)
    return process.returncode, out, err


def wait_for(process: subprocess.Popen, path: Path) -> None:
    """Wait until a running batch has made a file."""
    until = time.monotonic() + 60
    while not path.exists():
        assert process.poll() is None, "it ended too early"
        assert time.monotonic() < until
        time.sleep(0.02)


def killed_after(process: subprocess.Popen, seconds: float, number: int = signal.SIGKILL) -> bool:
    """End a process by a signal after some time; False if it had ended before."""
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(number)
        process.wait(timeout=60)
    process.stderr.close()
    return process.returncode in (-number, 128 + number)


def killed_after_renames(folder: Path, renames: int, *argv: str) -> None:
    """Run it until SIGKILL directly behind the last renames of one or both of its files."""
    code = (
        "import os, sys\n"
        "from dispatch_cli.__main__ import main\n"
        "from dispatch_cli.batch.job.part_files import PartFile\n"
        "finish, done = PartFile.finish, []\n"
        "def killed(self, *given):\n"
        "    done.append(finish(self, *given))\n"
        f"    len(done) == {renames} and os.kill(os.getpid(), {int(signal.SIGKILL)})\n"
        "PartFile.finish = killed\n"
        "main()\n"
    )
    process = subprocess.run(
        [sys.executable, "-c", code, "batch", *argv], cwd=folder, capture_output=True, check=False
    )
    assert process.returncode == -signal.SIGKILL, process.stderr


def written(folder: Path, name: str) -> dict[str, bytes]:
    """Return the files of a batch to an output, by name."""
    return {
        each: (folder / each).read_bytes()
        for each in sorted(os.listdir(folder))
        if each.startswith(name)
    }
