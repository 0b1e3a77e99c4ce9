"""The part ``sample`` of benchmarks/batch.py: this checkout against another, on the sample file.

The sample provider file has postcode areas, polygons and kinds whose plan asks for several
services; the rows lie all over Germany.
"""

import csv
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import zip_longest
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from benchmarks.batch_processes import (
    CHECKOUT,
    Usage,
    environment_of,
    in_child,
    run_process,
    spread,
    usage_text,
)

ROWS = 200_000
SEED = 11
START, DAYS = datetime(2026, 11, 2, tzinfo=UTC), 28
KINDS = ("tow", "breakdown", "accident", "dead_battery", "flat_tyre", "locked_out", "recovery",
         "jump_start")  # fmt: skip
CLIENTS, VEHICLES, WEIGHTS = ("", "adac", "none"), ("car", "van", ""), ("", "1.4", "1.6", "2.1")
SCATTER_DEG = 0.02
SMALLEST_DIFFERENCE = 1e-9
"""Numbers that differ by less are the same."""
BEFORE, NOW = "before", "now"


def run(before: Path, rows: int, pairs: int) -> None:
    """Compare the outputs of both checkouts, then time both in turn."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        source = home / "in.csv"
        in_child(lambda: write_rows(source, rows))
        print(f"sample provider file, {rows:,} rows", flush=True)
        sides = {BEFORE: before.resolve(), NOW: CHECKOUT}
        environments = {}
        for name, checkout in sides.items():
            environments[name] = environment_of(checkout, home / f"cache-{name}")
            _check_package(checkout, environments[name])
            _run_side(home, name, environments[name])  # fills its caches
        in_child(lambda: check_same(home / f"{BEFORE}.csv", home / f"{NOW}.csv"))
        usages: dict[str, list[Usage]] = {name: [] for name in sides}
        for _ in range(pairs):
            for name in sides:
                usages[name].append(_run_side(home, name, environments[name]))
        _print_usages(usages, rows)


def _run_side(home: Path, name: str, environment: dict[str, str]) -> Usage:
    """Rank the rows with one checkout's package, into a new file."""
    output = home / f"{name}.csv"
    output.unlink(missing_ok=True)
    command = [sys.executable, "-m", "dispatch_cli", "batch", str(home / "in.csv"), "--output",
               str(output), "--sample"]  # fmt: skip
    return run_process(command, environment)


def _print_usages(usages: dict[str, list[Usage]], rows: int) -> None:
    """Print each side, then the ratio of each pair."""
    for name, found in usages.items():
        speed = spread_of_speeds([rows / each.wall_s for each in found])
        print(f"  {name:<8} {speed} rows/s  {usage_text(found)}")
    ratios = [old.wall_s / new.wall_s
              for old, new in zip(usages[BEFORE], usages[NOW], strict=True)]  # fmt: skip
    print(f"  pairs: {', '.join(f'{ratio:.2f}' for ratio in ratios)}")
    print(f"  now is {spread(ratios)} x as fast as before (goal: at least 2)", flush=True)


def spread_of_speeds(speeds: Sequence[float]) -> str:
    """Write the median of some rows a second and their range."""
    middle = sorted(speeds)[len(speeds) // 2]
    return f"{middle:,.0f} ({min(speeds):,.0f}..{max(speeds):,.0f})"


def _check_package(checkout: Path, environment: dict[str, str]) -> None:
    """Assert that the package of a checkout is the one that runs."""
    found = subprocess.run(
        [sys.executable, "-c", "import dispatch_cli; print(dispatch_cli.__file__)"],
        env=environment, capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    assert Path(found).is_relative_to(checkout), f"{found} is not in {checkout}"


def write_rows(path: Path, rows: int) -> None:
    """Write incidents near postcode centres all over Germany, the same at every run."""
    from dispatch_cli.notation.centres import centres

    random = Random(SEED)
    points = sorted((lat, lon) for _, lat, lon in centres().everything())
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "kind", "lat", "lon", "when", "client", "vehicle", "weight_t"])
        for number in range(rows):
            lat, lon = random.choice(points)
            writer.writerow([
                f"i{number}", random.choice(KINDS),
                f"{random.gauss(lat, SCATTER_DEG):.6f}", f"{random.gauss(lon, SCATTER_DEG):.6f}",
                (START + timedelta(seconds=random.randrange(DAYS * 86400))).isoformat(),
                random.choice(CLIENTS), random.choice(VEHICLES), random.choice(WEIGHTS),
            ])  # fmt: skip


def check_same(before: Path, now: Path) -> None:
    """Assert that two CSV files say the same, line by line and cell by cell."""
    with (
        before.open(newline="", encoding="utf-8") as one,
        now.open(newline="", encoding="utf-8") as other,
    ):
        lines = zip_longest(csv.reader(one), csv.reader(other))
        for number, (old, new) in enumerate(lines, start=1):
            assert _is_same_line(old, new), f"line {number}: {old} before, {new} now"


def _is_same_line(old: list[str] | None, new: list[str] | None) -> bool:
    """Return whether two lines have the same cells; None is a line that is missing."""
    if old == new:
        return True
    if old is None or new is None or len(old) != len(new):
        return False
    return all(a == b or _is_same_number(a, b) for a, b in zip(old, new, strict=True))


def _is_same_number(old: str, new: str) -> bool:
    """Return whether two different texts are numbers that are nearly equal."""
    try:
        return abs(float(old) - float(new)) < SMALLEST_DIFFERENCE
    except ValueError:
        return False
