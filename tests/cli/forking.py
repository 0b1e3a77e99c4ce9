"""Be a program that has been imported already, and run it as often as it is asked to.

Each run is a process of its own, with its own folder, environment, output and exit code; what it is
spared is the time of a start, which the tests of many runs are not about. A line of JSON in is the
arguments, folder and environment of one run, a line out its exit code, stdout and stderr.
"""

import gc
import json
import os
import sys
import tempfile

from dispatch_cli.__main__ import main

# What every run of checks imports; a run that needs more imports that itself.
_PRELOADED = (
    "dispatch_cli.cli", "dispatch_cli.cli.check", "dispatch_cli.checks", "dispatch_cli.watching",
    "dispatch_cli.store", "dispatch_cli.catalog", "dispatch_cli.render.check_views",
    "dispatch_cli.availability", "dispatch_cli.cli.case", "dispatch_cli.cases.erase_case",
    "dispatch_cli.incident_ranking", "opening_hours", "sqlite3", "asyncio",
)  # fmt: skip


def _run(argv: list[str], folder: str, environment: dict[str, str]) -> tuple[int, bytes, bytes]:
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = os.fork()
        if child == 0:
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(out.fileno(), 1)
            os.dup2(err.fileno(), 2)
            os.chdir(folder)
            os.environ.clear()
            os.environ.update(environment)
            sys.argv = ["dispatch", *argv]
            code = 70
            try:
                main()
            except SystemExit as left:
                code = left.code if isinstance(left.code, int) else 1
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
        _, status = os.waitpid(child, 0)
        out.seek(0)
        err.seek(0)
        return os.waitstatus_to_exitcode(status), out.read(), err.read()


if __name__ == "__main__":
    for name in _PRELOADED:
        __import__(name)
    gc.freeze()
    for line in sys.stdin:
        code, out, err = _run(*json.loads(line))
        print(json.dumps([code, out.decode("latin-1"), err.decode("latin-1")]), flush=True)
