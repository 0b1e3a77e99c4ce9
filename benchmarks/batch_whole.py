"""The part ``whole`` of benchmarks/batch.py: processes from CSV to CSV, and their peers."""

import csv
import sys
from collections.abc import Iterable
from datetime import UTC
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks import batch_peers, batch_postgis, batch_world
from benchmarks.batch_processes import (
    CHECKOUT,
    Usage,
    environment_of,
    in_child,
    median_usage,
    run_process,
    spread,
    usage_text,
)

ROWS = 1_000_000
POSTGIS_ROWS = 100_000
OURS, DUCKDB = "dispatch batch", "DuckDB"


def run(sizes: Iterable[int], rows: int, pairs: int) -> None:
    """Time our process and DuckDB's in turn, for each number of providers."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        in_child(lambda: write_rows(home / "in.csv", rows))
        for size in sizes:
            print(f"{size:,} providers, {rows:,} rows", flush=True)
            world = home / f"{size}.toml"
            in_child(lambda world=world, size=size: batch_world.write_toml(world, size))
            ours_s = _time_with_duckdb(size, home, pairs)
            _time_postgis(size, home, ours_s / rows)


def _time_with_duckdb(size: int, home: Path, pairs: int) -> float:
    """Compare both outputs, then time both in turn; returns our median in seconds."""
    source, ours, theirs = (str(home / name) for name in ("in.csv", "ours.csv", "peer.csv"))
    environment = environment_of(CHECKOUT, home / "cache")
    sides = {
        DUCKDB: [sys.executable, batch_peers.__file__, source, theirs, str(size)],
        OURS: [sys.executable, "-m", "dispatch_cli", "batch", source, "--output", ours,
               "--providers", str(home / f"{size}.toml")],
    }  # fmt: skip
    for command in sides.values():  # fills the caches of providers, of Python and of numba
        Path(ours).unlink(missing_ok=True)
        run_process(command, environment)
    in_child(lambda: _check_same(ids_in(home / "ours.csv"), ids_in(home / "peer.csv")))
    usages: dict[str, list[Usage]] = {name: [] for name in sides}
    for _ in range(pairs):
        for name, command in sides.items():
            Path(ours).unlink(missing_ok=True)
            usages[name].append(run_process(command, environment))
    for name, found in usages.items():
        print(f"  {name:<14} {usage_text(found)}", flush=True)
    pairs_of = list(zip(usages[DUCKDB], usages[OURS], strict=True))
    walls = [duck.wall_s / own.wall_s for duck, own in pairs_of]
    peaks = [own.peak_kib / duck.peak_kib for duck, own in pairs_of]
    print(f"  DuckDB takes {spread(walls)} x the time; ours has {spread(peaks)} x the peak memory",
          flush=True)  # fmt: skip
    return median_usage(usages[OURS]).wall_s


def _time_postgis(size: int, home: Path, ours_s: float) -> None:
    """Time PostGIS on the first rows; ``ours_s`` is our time in seconds for each row."""
    with batch_postgis.cluster(batch_world.providers(size)) as postgis:
        if postgis is None:
            print("  PostGIS        not run (not installed)")
            return
        few, out = home / "few.csv", home / "postgis.csv"
        in_child(lambda: write_rows(few, POSTGIS_ROWS))
        postgis.run(few, out)

        def check() -> None:
            found, ours = ids_in(out), ids_in(home / "ours.csv")
            _check_same({row: ours.get(row, []) for row in found}, found)

        in_child(check)
        took_s = [postgis.run(few, out) / POSTGIS_ROWS for _ in range(3)]
        print(f"  PostGIS        {median(took_s) * 1e6:,.0f} µs a row ({POSTGIS_ROWS:,} rows): "
              f"{median(took_s) / ours_s:.1f} x ours")  # fmt: skip


def write_rows(path: Path, rows: int) -> None:
    """Write the incidents of the world as the CSV file that both sides read."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "kind", "lat", "lon", "when", "client", "vehicle", "weight_t"])
        for number, one in enumerate(batch_world.incidents(rows)):
            writer.writerow(
                [f"i{number}", one.kind, one.place.lat, one.place.lon,
                 one.when.astimezone(UTC).isoformat(), one.client or "", one.vehicle.kind,
                 one.vehicle.weight_t]
            )  # fmt: skip


def ids_in(path: Path) -> dict[str, list[str]]:
    """Read the providers of each row of a result, in order."""
    found: dict[str, list[str]] = {}
    with path.open(newline="", encoding="utf-8") as file:
        for line in csv.DictReader(file):
            found.setdefault(line["row"], []).extend(filter(None, [line["provider"]]))
    return found


def _check_same(ours: dict[str, list[str]], theirs: dict[str, list[str]]) -> None:
    """Assert that both sides rank the same; a peer without the tie rule may swap equal ones."""
    assert ours.keys() == theirs.keys(), (len(ours), len(theirs))
    batch_peers.compare(list(theirs.values()), [ours[row] for row in theirs])
