"""The case log's price with 100,000 closed cases and their whole journal in it.

    python benchmarks/case_log.py [--runs 20] [--cases 100000]

The log is made by many_cases.py from cases worked by the real verbs. An acceptance and a ranking
are started in turn (A B C ... A B C ...); a ratio is taken pair by pair and its median printed.
Before any timing it is checked that the ranking uses the log and that the acceptance is in it
afterwards. Then the list, the fairness report of 10 days, and the erasure of 95 % of the cases,
with the memory that each takes; while it runs, another program writes to the log every 50 ms, and
the longest time that it waits is printed.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from many_cases import DAYS, write_log
from timing import median_ratio, timed
from worlds import write_world

from dispatch_cli import store
from dispatch_cli.model.case import Act

PLACE = "48.3645,10.8928"
PROVIDERS = 1_000
KEPT_DAYS = DAYS // 20
"""An erasure that leaves so many days of the log erases 95 % of it."""

PROBE_EVERY_S = 0.05


def main() -> None:
    """Write a world and a log, check that both are used, then time everything in turn."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--cases", type=int, default=100_000)
    chosen = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="case-log-"))
    env = {**os.environ, "DISPATCH_PROVIDERS": str(folder / "world.toml")}
    env |= {f"XDG_{name}_HOME": str(folder / name) for name in ("CACHE", "STATE", "CONFIG")}
    for name in ("DISPATCH_DB", "PYTHONDONTWRITEBYTECODE"):
        env.pop(name, None)
    try:
        write_world(folder / "world.toml", providers=PROVIDERS, seed=1)
        write_log(folder / "full.db", folder / "world.toml", chosen.cases)
        _measure(folder, env, chosen.runs, chosen.cases)
        _measure_whole(folder, env, chosen.cases)
    finally:
        shutil.rmtree(folder)


def _measure(folder: Path, env: dict[str, str], runs: int, cases: int) -> None:
    dispatch = _dispatch()
    log = ("--db", str(folder / "full.db"))

    def run(*argv: str) -> dict:
        ran = subprocess.run([dispatch, *argv, "--json"], env=env, capture_output=True, check=True)
        return json.loads(ran.stdout)["data"]

    cascade = ("cascade", "tow", "--at", PLACE)
    learned, plain = (run(*cascade, *more)["cascades"][0]["candidates"] for more in (log, ()))
    # What the log teaches may take a firm below the last resort.
    assert 0 < len(learned) <= len(plain) == 20
    assert [row["acceptance"] for row in learned] != [row["acceptance"] for row in plain]

    commands = {
        "--version": ("--version",),
        "case accept": ("case", "accept", "REF", "--eta", "35", *log),
        "cascade, with the log": (*cascade, "--json", *log),
        "cascade, without": (*cascade, "--json"),
    }
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(runs + 1):
        case_id = run("case", "open", "tow", "--at", PLACE, *log)["case"]["id"]
        ref = run("case", "offer", str(case_id), *log)["ref"]
        for name, argv in commands.items():
            command = [dispatch, *(ref if word == "REF" else word for word in argv)]
            seconds[name].append(timed(command, env, terminal=False))
        [offer] = run("case", "show", str(case_id), *log)["case"]["offers"]
        assert offer["state"] == "accepted", offer
        run("case", "cancel", str(case_id), *log)

    print(f"Python {platform.python_version()}, typer {version('typer')}, {cases:,} closed cases,"
          f" {PROVIDERS:,} providers, median of {runs} interleaved runs\n")  # fmt: skip
    print("| command | ms |\n|---|---|")
    for name, found in seconds.items():
        print(f"| {name} | {statistics.median(found[1:]) * 1000:.0f} |")
    print("\n| ratio | goal | measured |\n|---|---|---|")
    for one, other, goal in (
        ("case accept", "--version", 1.4),
        ("cascade, with the log", "cascade, without", 1.2),
    ):
        ratio = median_ratio(seconds[one][1:], seconds[other][1:])
        print(f"| {one} / {other} | ≤ {goal} | {ratio:.2f}{'' if ratio <= goal else ' (missed)'} |")


def _measure_whole(folder: Path, env: dict[str, str], cases: int) -> None:
    """Time what reads or erases much of the log, each once."""
    now = datetime.now(UTC)
    since = f"{now - timedelta(days=10):%Y-%m-%d}"
    print("\n| command | goal | s | MiB (goal: at most 100) |\n|---|---|---|---|")
    for argv, goal in (
        (("case", "list"), "-"),
        (("case", "list", "--all"), "-"),
        (("report", "fairness", "--since", since), "≤ 1 s"),
    ):
        seconds, mib, _ = _run_measured(folder, env, argv)
        print(f"| {' '.join(argv)} | {goal} | {seconds:.2f} | {mib:.0f} |")
    waits = _Probe(folder / "full.db")
    waits.start()
    forget = ("case", "forget", "--older-than", f"{KEPT_DAYS}d")
    seconds, mib, lines = _run_measured(folder, env, forget)
    waits.end()
    assert lines > 0.94 * cases, lines
    print(f"| {' '.join(forget)}: {lines - 1:,} cases | ≤ 60 s | {seconds:.1f} | {mib:.0f} |")
    print(f"\nAnother program waited {max(waits.waits_s) * 1000:.0f} ms at most (goal: 100 ms),"
          f" {statistics.median(waits.waits_s) * 1000:.1f} ms in the median.")  # fmt: skip


def _run_measured(
    folder: Path, env: dict[str, str], argv: tuple[str, ...]
) -> tuple[float, float, int]:
    """Run a command once; returns its seconds, the most memory in MiB, and its lines."""
    with (folder / "out").open("w+b") as out:
        begin = time.perf_counter()
        process = subprocess.Popen(
            [_dispatch(), *argv, "--db", str(folder / "full.db")], env=env, stdout=out
        )
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begin
        assert status == 0, argv
        out.seek(0)
        return seconds, used.ru_maxrss / 1024, sum(1 for _ in out)


class _Probe(threading.Thread):
    """A program that writes one record after the other, as acceptances do."""

    def __init__(self, path: Path) -> None:
        super().__init__(daemon=True)
        self.waits_s: list[float] = []
        self._path, self._is_over = path, threading.Event()

    def end(self) -> None:
        """Write no more."""
        self._is_over.set()
        self.join()

    def run(self) -> None:
        """Write until it is over, and keep how long each decision waited to begin."""
        with store.open_store(self._path, now=datetime.now(UTC)) as log:
            while not self._is_over.wait(PROBE_EVERY_S):
                begin = time.perf_counter()
                with log.deciding() as tx:
                    self.waits_s.append(time.perf_counter() - begin)
                    at = datetime.now(UTC)
                    tx.append(Act(at=at, operator="probe", action="probe", case_id=1))


def _dispatch() -> str:
    return shutil.which("dispatch", path=str(Path(sys.executable).parent)) or "dispatch"


if __name__ == "__main__":
    main()
