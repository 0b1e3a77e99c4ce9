"""Cold start: what an operator waits from Enter to the answer, as ratios in one run.

    python benchmarks/cold_start.py [--runs 20]

Every command is started in turn (A B C … A B C …), so that a slow moment of the machine hits all
alike; a ratio is taken pair by pair and its median printed. Before any timing the answers are
checked: at every size the same incident has the same 20 ranked candidates.
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
import timeit
from importlib.metadata import version
from pathlib import Path

from timing import median_ratio, timed
from worlds import write_world

import dispatch_cli
from dispatch_cli.catalog.code_digest import digest_of_code

PACKAGE = str(Path(dispatch_cli.__file__).parent)
SIZES = (100, 1_000, 10_000)
INCIDENT = ("cascade", "tow", "--at", "48.3645,10.8928")

HELLO = """\
import typer
app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)
@app.command()
def hello(name: str = "world"):
    print("hello", name)
app()
"""
HELLO_TABLE = """\
import typer
app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)
@app.command()
def hello(name: str = "world"):
    from rich.console import Console
    from rich.table import Table
    table = Table("#", "call", "provider", "there")
    for number in range(5):
        table.add_row(str(number), "089 99998-114", name, "12:03")
    Console().print(table)
app()
"""


def main() -> None:
    """Write the worlds, check the answers, then time everything in turn."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=20)
    runs = parser.parse_args().runs
    folder = Path(tempfile.mkdtemp(prefix="cold-start-"))
    env = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache"), "TERM": "xterm-256color"}
    env.pop("DISPATCH_PROVIDERS", None)
    try:
        _measure(folder, env, runs)
    finally:
        shutil.rmtree(folder)


def _measure(folder: Path, env: dict[str, str], runs: int) -> None:
    dispatch = shutil.which("dispatch", path=str(Path(sys.executable).parent)) or "dispatch"
    worlds, first_s = {}, {}
    ranked: dict[int, list[str]] = {}
    for size in SIZES:
        worlds[size] = folder / f"world-{size}.toml"
        write_world(worlds[size], providers=size, seed=1)
        argv = [dispatch, *INCIDENT, "--json", "--providers", str(worlds[size])]
        first_s[size] = timed(argv, env, terminal=False)
        answer = subprocess.run(argv, env=env, capture_output=True, check=True).stdout
        [cascade] = json.loads(answer)["data"]["cascades"]
        ranked[size] = [row["provider"] for row in cascade["candidates"]]
        assert len(ranked[size]) == 20, len(ranked[size])
        assert sum(cascade["excluded_counts"].values()) == size - 20
    assert len(set(map(tuple, ranked.values()))) == 1, "the sizes disagree"

    commands: dict[str, tuple[list[str], bool]] = {
        "python -c pass": ([sys.executable, "-c", "pass"], False),
        "hello": ([sys.executable, "-c", HELLO], False),
        "hello, rich table": ([sys.executable, "-c", HELLO_TABLE], True),
        "cascade, table, 1,000": ([dispatch, *INCIDENT, "--providers", str(worlds[1_000])], True),
    }
    for size in SIZES:
        argv = [dispatch, *INCIDENT, "--json", "--providers", str(worlds[size])]
        commands[f"cascade --json, {size:,}"] = (argv, False)
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(runs + 1):
        for name, (argv, terminal) in commands.items():
            seconds[name].append(timed(argv, env, terminal=terminal))

    print(f"Python {platform.python_version()}, typer {version('typer')}, rich {version('rich')},"
          f" median of {runs} interleaved runs\n")  # fmt: skip
    print("| command | ms |\n|---|---|")
    for name, found in seconds.items():
        print(f"| {name} | {statistics.median(found[1:]) * 1000:.0f} |")
    for size, found_s in first_s.items():
        print(f"| first call, nothing compiled yet, {size:,} | {found_s * 1000:.0f} |")
    digest_s = timeit.repeat(lambda: digest_of_code(PACKAGE), number=1, repeat=10 * runs)
    print(f"| digest of the code (goal: ≤ 1) | {statistics.median(digest_s) * 1000:.2f} |")
    print("\n| ratio | goal | measured |\n|---|---|---|")
    goals = (
        ("cascade --json, 1,000", "hello", 1.5),
        ("cascade, table, 1,000", "hello, rich table", 1.3),
        ("cascade --json, 10,000", "cascade --json, 100", 1.3),
    )
    for one, other, goal in goals:
        found = median_ratio(seconds[one][1:], seconds[other][1:])
        verdict = "" if found <= goal else " (missed)"
        print(f"| {one} / {other} | ≤ {goal} | {found:.2f}{verdict} |")


if __name__ == "__main__":
    main()
