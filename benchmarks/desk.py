"""How quickly the desk answers a key with 60 open cases, on a real pseudo-terminal.

    python benchmarks/desk.py [--cases 60] [--keys 200]

Prints the wall time from a key to the screen that it brings (median, 95th percentile), and what the
running clocks of the board cost while no key is pressed. Correct means: each key brings its screen,
and at the end the log has every call that was placed.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.terminal import Terminal  # noqa: E402 - from the checkout

IDLE_S = 20
POSTCODES = (
    "86150",
    "86152",
    "86153",
    "86154",
    "86156",
    "86157",
    "86159",
    "86161",
    "86163",
    "86165",
)


def dispatch(*argv: str) -> dict[str, object]:
    """Run a command and return its JSON."""
    command = [sys.executable, "-m", "dispatch_cli", *argv, "--json", "--sample"]
    ran = subprocess.run(command, capture_output=True, check=True)
    found: dict[str, object] = json.loads(ran.stdout)["data"]
    return found


def fill(cases: int) -> None:
    """Open cases in this process, since a program for each would take minutes."""
    from dispatch_cli.cases import call_facts, open_case
    from dispatch_cli.cli.desk_options import DeskOptions
    from dispatch_cli.cli.log_book import open_book

    book = open_book(DeskOptions(sample=True))
    for number in range(cases):
        at = POSTCODES[number % len(POSTCODES)]
        facts = {"kind": "tow", "at": at, "injured": "0", "call_back": f"0171 23456{number:02}"}
        call = call_facts.call_of(book, facts)
        open_case.open_case(book, call.incident, call.personal, answered=facts)


def seconds(terminal: Terminal, key: str, is_there: Callable[[str], bool]) -> float:
    """Press a key, and return the seconds until its screen is there."""
    begun = time.perf_counter()
    terminal.press(key)
    while not is_there(terminal.shown):
        if time.perf_counter() - begun > 5:
            raise SystemExit(f"{key!r} has not brought its screen:\n{terminal.shown}")
        terminal.read_for(0.002)
    return time.perf_counter() - begun


def selected(shown: str) -> str:
    """Return the number of the selected row of the board; empty while it is being drawn."""
    found = re.search(r"^> *\S+ +(\d+)", shown, re.MULTILINE)
    return found[1] if found else ""


def cpu_s(process: int) -> float:
    """Return the CPU seconds that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(keys: int) -> tuple[list[float], list[float], float]:
    """Return the times of moving and of opening keys, and the share of a core while idle."""
    moves, opens = [], []
    with Terminal(["desk", "--sample"]) as terminal:
        terminal.wait_for("BOARD")
        terminal.read_for(1)
        for _ in range(keys // 2):
            before = selected(terminal.shown)
            moves.append(
                seconds(terminal, "\x1b[B", lambda shown, at=before: selected(shown) != at)
            )
            if len(moves) % 50 == 0:
                for _ in range(60):
                    terminal.press("\x1b[A")
                terminal.read_for(0.5)
        for _ in range(keys // 2):
            opens.append(seconds(terminal, "\r", lambda shown: shown.startswith("CASE ")))
            terminal.read_for(0.05)
            seconds(terminal, "\x1bOS", lambda shown: shown.startswith("BOARD"))
            terminal.press("\x1b[B")
            terminal.read_for(0.05)
        begun, used = time.perf_counter(), cpu_s(terminal.process.pid)
        terminal.read_for(IDLE_S)
        while time.perf_counter() - begun < IDLE_S:
            terminal.read_for(1)
        idle = (cpu_s(terminal.process.pid) - used) / (time.perf_counter() - begun)
    return moves, opens, idle


def main() -> None:
    """Fill a log, measure, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=60)
    parser.add_argument("--keys", type=int, default=200)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        for name in ("DATA", "STATE", "CONFIG", "CACHE"):
            os.environ[f"XDG_{name}_HOME"] = home
        os.environ.pop("COLUMNS", None)
        fill(options.cases)
        moves, opens, idle = measure(options.keys)
        listed = dispatch("case", "list")["cases"]
        assert isinstance(listed, list)
        assert len(listed) == options.cases
    for name, found in (("select a row", moves), ("open a card", opens)):
        ninety_five = statistics.quantiles(found, n=20)[-1]
        median = statistics.median(found)
        print(f"{name}: median {median * 1e3:.0f} ms, 95th percentile {ninety_five * 1e3:.0f} ms")
    print(f"clocks of the board: {idle:.1%} of a core")


if __name__ == "__main__":
    main()
