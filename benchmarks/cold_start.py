"""Cold start: what an operator waits from Enter to the answer, as ratios in one run.

    python3 -m venv bare && bare/bin/pip install .
    bare/bin/python benchmarks/cold_start.py [--runs 20]

    python3 -m venv full && full/bin/pip install '.[batch]'
    full/bin/python benchmarks/cold_start.py --extras

Every command is started in turn (A B C … A B C …), so that a slow moment of the machine hits all
alike; a ratio is taken pair by pair and its median printed. All commands, the Typer programs
included, run in the environment of the interpreter that runs this file.

Before any timing the answers are checked: at every size the same incident has the same 20 ranked
candidates, the table lists the first of them in the same order, no ranking imports an extra, and
Python keeps the bytecode of the package. Without bytecode, as with PYTHONDONTWRITEBYTECODE in a
fresh checkout, every start compiles the package and takes 1.6 times as long; the variable is
removed for the programs started here.
"""

import argparse
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import timeit
from importlib.metadata import requires, version
from importlib.util import cache_from_source, find_spec
from pathlib import Path

from timing import median_ratio, screen_of, timed
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
LIST_MODULES = """\
import sys
from dispatch_cli.cli import run
run(sys.argv[1:])
print(*sys.modules, file=sys.stderr)
"""


def main() -> None:
    """Write the worlds, check the answers, then time everything in turn."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=20, help="Interleaved runs. Default: 20.")
    parser.add_argument(
        "--extras", action="store_true", help="Refuse to run unless all extras are installed."
    )
    chosen = parser.parse_args()
    extras = extras_of_users()
    installed = [name for name in extras if find_spec(name) is not None]
    missing = sorted(set(extras) - set(installed))
    if chosen.extras and missing:
        parser.error(
            f"--extras needs every extra, but {', '.join(missing)} not found in {sys.prefix}; "
            "install the package with all extras: pip install '.[batch]'"
        )
    folder = Path(tempfile.mkdtemp(prefix="cold-start-"))
    env = {**os.environ, "TERM": "xterm-256color"}
    env |= {f"XDG_{name}_HOME": str(folder / name) for name in ("CACHE", "STATE", "CONFIG", "DATA")}
    for name in ("DISPATCH_PROVIDERS", "DISPATCH_DB", "PYTHONDONTWRITEBYTECODE"):
        env.pop(name, None)
    try:
        _measure(folder, env, chosen.runs, installed)
    finally:
        shutil.rmtree(folder)


def extras_of_users() -> list[str]:
    """List the packages of all extras but that for developers; each is imported by its own name."""
    lines = requires("roadside-dispatch") or []
    return [
        re.split(r"[^\w.-]", line)[0]
        for line in lines
        if "extra ==" in line and not re.search(r"extra == .dev.", line)
    ]


def check_ranking(
    argv: list[str], env: dict[str, str], phones: list[str], extras: list[str]
) -> None:
    """Check the table, the modules that a ranking imports, and that bytecode is kept.

    ``argv`` is a ranking as a table, ``phones`` are the numbers to call in their order.
    """
    screen = screen_of(argv, env)
    positions = [screen.find(phone) for phone in phones[:5]]
    assert -1 not in positions, screen
    assert positions == sorted(positions), screen
    for form in ([], ["--json"]):
        # -P: the installed package, not that of the working folder.
        run = [sys.executable, "-P", "-c", LIST_MODULES, *argv[1:], *form]
        found = subprocess.run(run, env=env, capture_output=True, text=True, check=True).stderr
        imported = set(extras) & set(found.split())
        assert not imported, f"a ranking imports {', '.join(sorted(imported))}"
    bytecode = cache_from_source(os.path.join(PACKAGE, "__main__.py"))
    assert os.path.exists(bytecode), f"{bytecode} is missing: every start compiles the package"


def _measure(folder: Path, env: dict[str, str], runs: int, extras: list[str]) -> None:
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
        phones = [row["phone"] for row in cascade["candidates"]]
    assert len(set(map(tuple, ranked.values()))) == 1, "the sizes disagree"
    table = [dispatch, *INCIDENT, "--providers", str(worlds[1_000])]
    check_ranking(table, env, phones, extras)

    commands: dict[str, tuple[list[str], bool]] = {
        "python -c pass": ([sys.executable, "-c", "pass"], False),
        "hello": ([sys.executable, "-c", HELLO], False),
        "hello, rich table": ([sys.executable, "-c", HELLO_TABLE], True),
        "cascade, table, 1,000": (table, True),
    }
    for size in SIZES:
        argv = [dispatch, *INCIDENT, "--json", "--providers", str(worlds[size])]
        commands[f"cascade --json, {size:,}"] = (argv, False)
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(runs + 1):
        for name, (argv, terminal) in commands.items():
            seconds[name].append(timed(argv, env, terminal=terminal))

    print(f"Python {platform.python_version()}, typer {version('typer')}, rich {version('rich')},"
          f" median of {runs} interleaved runs")  # fmt: skip
    print(f"Packages of extras that are installed: {', '.join(extras) or 'none'}\n")
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
