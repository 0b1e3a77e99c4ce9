"""How fast many incidents are ranked, in one process and as a whole one, beside its peers.

    python benchmarks/batch.py inside [--providers 1000 10000 100000] [--rows N] [--pairs 5]
    python benchmarks/batch.py whole [--providers 1000 10000] [--rows 1000000] [--pairs 5]

Fixed before the first run, and never changed after one:

- World: ``batch_world`` with its seed; every row needs one service; opening hours, weights,
  vehicle classes, client lists and head starts are active on all sides.
- Sizes: 1,000, 10,000 and 100,000 providers; for the compiled engine and its peers 200,000 rows
  (DuckDB at 100,000 providers: 20,000), for the plain engine 50,000, for the naive loop as many
  as ten seconds hold, at least 5.
- Output: the ids of ranks 1 to 5 and their order_min, on every side.
- Threads: two for the compiled engine, DuckDB and cKDTree; one for the plain engine and naive.
- Cells: ours 0.1 degrees at every size (``columns.STEP_DEG``), at most 256 entries. DuckDB's are
  0.5 degrees, so that the join stays in memory; cKDTree starts at k = 32 and doubles it for every
  row that is not proven.
- Peers look opening hours up as a bit for each hour of the four weeks: in this world every change
  is on a full hour, so that this is exact. Their tables are made before the clock starts; our
  providers and offers, too, and cells are made while it runs ("first") or were ("again").
- Naive: ``eligibility``'s gates in their order and ``ranking.rate`` for every provider, sorted.
- Before anything is timed, inside: the plain engine's ids are held against the desk's and the naive
  loop's on 200,000 / providers rows (at least 3), and every other side's against the plain engine's
  on 2,000,000 / providers + 200 rows. Whole: every row of ours against DuckDB's, and those that
  PostGIS ranks against its. The peers know no lot: at most one row in a thousand may differ, by the
  order of the same ids.
- PostGIS ranks the first 100,000 rows, since it needs minutes for a million; compared is a row.
- Wall time; sides in turn (A B A B), and the ratio is the median of the pairs.
"""

import argparse
import csv
import os
import resource
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import batch_peers, batch_postgis, batch_world
from dispatch_cli import desk, geo, ranking
from dispatch_cli.batch.engine import Engine
from dispatch_cli.eligibility import Look, as_eligible, first_gate
from dispatch_cli.model import Incident, Provider

TOP = 5
ROWS = 200_000
PLAIN_ROWS = 50_000
POSTGIS_ROWS = 100_000
Ids = list[list[str]]


def no_holidays(region: str, years: Sequence[int]) -> tuple[()]:
    """In this world nobody's hours know a holiday."""
    return ()


def plain(providers: list[Provider]) -> Engine:
    """The engine of the default installation."""
    return Engine(batch_world.InMemory(providers), holidays=no_holidays, top=TOP)


def naive(engine: Engine, providers: Sequence[Provider], incident: Incident) -> list[str]:
    """The core's scalar functions for every provider, with the gates in their order."""
    [side] = engine.shape_of(incident).sides
    need = engine.need(incident, side.entry)
    settings = need.settings.of(side.entry.service)
    rated = []
    for provider in providers:
        look = Look(need, provider)
        if first_gate(look) is None:
            eligible = as_eligible(look)
            travel_min = geo.crow_fly_min(eligible.distance_km, settings)
            rated.append(ranking.rate(eligible, need, travel_min))
    kept, _ = ranking.keep(rated, settings.fallback_min)
    return [one.eligible.provider.id for one in ranking.orders(kept, [], need).asked[:TOP]]


def ids_of(engine: Engine, incidents: Sequence[Incident]) -> Ids:
    """The ids of the first places."""
    return [[row.provider for row in ranks[0].rows] for ranks in engine.rank(incidents)]


def timed(run: Callable[[], object]) -> float:
    """Seconds of wall time."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def inside(sizes: Iterable[int], rows: int, pairs: int) -> None:
    """Print rows a second and ratios for each number of providers."""
    speeds: dict[str, dict[int, float]] = {}
    for size in sizes:
        providers = batch_world.providers(size)
        incidents = batch_world.incidents(rows)
        print(f"\n{size:,} providers")
        _check_desk(providers, incidents)
        _plain(providers, incidents[: min(PLAIN_ROWS, rows)], speeds)
        _compiled(providers, incidents, pairs, speeds)
    for side, by_size in speeds.items():
        if {1_000, 100_000} <= by_size.keys():
            growth = by_size[1_000] / by_size[100_000]
            print(f"{side}: time grows {growth:.1f} x from 1,000 to 100,000 providers")


def _check_desk(providers: list[Provider], incidents: Sequence[Incident]) -> None:
    """Hold the plain engine and the naive loop against the desk, before anything is timed."""
    engine = plain(providers)
    some = incidents[: max(3, 200_000 // len(providers))]
    for incident, ids in zip(some, ids_of(engine, some), strict=True):
        [side] = engine.shape_of(incident).sides
        ranked = desk.rank_need(engine.need(incident, side.entry), providers)
        assert ids == [one.eligible.provider.id for one in ranked.orders.asked[:TOP]]
        assert ids == naive(engine, providers, incident)


def _plain(
    providers: list[Provider],
    incidents: Sequence[Incident],
    speeds: dict[str, dict[int, float]],
) -> None:
    """Time both in turn, a slice of rows and a few by the naive loop."""
    engine, slice_of = plain(providers), max(1, len(incidents) // 20)
    took = naive_took = 0.0
    few = max(1, 20_000 // len(providers))
    for first in range(0, len(incidents), slice_of):
        some = incidents[first : first + slice_of]
        took += timed(lambda some=some: engine.rank(some))
        naive_took += timed(lambda some=some: [naive(engine, providers, one) for one in some[:few]])
    again = timed(lambda: engine.rank(incidents[:slice_of])) / slice_of
    one = naive_took / (20 * few)
    ratio = one * len(incidents) / took
    _say("plain, all made on the way", len(incidents) / took, f"{ratio:.0f} x naive")
    _say("plain, again", 1 / again, "")
    _say("naive", 1 / one, f"{20 * few} rows")
    speeds.setdefault("plain", {})[len(providers)] = len(incidents) / took


def _compiled(
    providers: list[Provider],
    incidents: Sequence[Incident],
    pairs: int,
    speeds: dict[str, dict[int, float]],
) -> None:
    ours = batch_peers.ours(providers, incidents, no_holidays, TOP)
    if ours is None:
        print("  compiled: not run (the extra is not installed)")
        return
    want = ids_of(plain(providers), incidents[: 2_000_000 // len(providers) + 200])
    ours.check(want)
    # A fresh one: what the check has made on the way is forgotten.
    ours = batch_peers.ours(providers, incidents, no_holidays, TOP) or ours
    first = timed(lambda: ours.run(len(incidents)))
    again = median(timed(lambda: ours.run(len(incidents))) for _ in range(3))
    _say("compiled, cells made on the way", len(incidents) / first, "")
    _say("compiled, again", len(incidents) / again, "")
    speeds.setdefault("compiled, cells made on the way", {})[len(providers)] = (
        len(incidents) / first
    )
    speeds.setdefault("compiled, again", {})[len(providers)] = len(incidents) / again
    for peer in (batch_peers.duckdb_cells, batch_peers.kd_tree):
        name = peer.__doc__.splitlines()[0].rstrip(".") if peer.__doc__ else ""
        other = peer(providers, incidents, TOP)
        if other is None:
            print(f"  {name}: not run")
            continue
        other.check(want)
        ratios, theirs = [], []
        for _ in range(pairs):
            mine = timed(lambda: ours.run(len(incidents))) / len(incidents)
            theirs.append(timed(lambda other=other: other.run(other.rows)) / other.rows)
            ratios.append(theirs[-1] / mine)
        span = f"{median(ratios):.1f} x ({min(ratios):.1f}..{max(ratios):.1f})"
        _say(
            name,
            1 / median(theirs),
            f"ours is {span}, first {len(incidents) / first * median(theirs):.1f} x",
        )


def _say(side: str, rows_a_second: float, more: str) -> None:
    print(f"  {side:<34} {rows_a_second:>12,.0f} rows/s  {more}", flush=True)


def whole(sizes: Iterable[int], rows: int, pairs: int) -> None:
    """Time whole processes from CSV to CSV: ours and DuckDB's, in turn."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        source = home / "in.csv"
        _apart(lambda: write_rows(source, rows))
        for size in sizes:
            world = home / f"{size}.toml"
            _apart(lambda world=world, size=size: batch_world.write_toml(world, size))
            ours = [sys.executable, "-m", "dispatch_cli", "batch", str(source), "--output",
                    str(home / "ours.csv"), "--providers", str(world)]  # fmt: skip
            peer = [sys.executable, batch_peers.__file__, str(source), str(home / "peer.csv"),
                    str(size)]  # fmt: skip
            environment = {**os.environ, "XDG_CACHE_HOME": str(home / "cache")}
            sides = {"DuckDB": peer, "dispatch batch": ours}
            for command in sides.values():  # provider caches, and what numba keeps, are warm
                spawned(command, environment)
            print(f"{size:,} providers, {rows:,} rows")
            _apart(lambda: _same(ids_in(home / "ours.csv"), ids_in(home / "peer.csv")))
            figures: dict[str, list[tuple[float, float, float]]] = {name: [] for name in sides}
            for _ in range(pairs):
                for name, command in sides.items():
                    (home / "ours.csv").unlink(missing_ok=True)
                    figures[name].append(spawned(command, environment))
            for name, found in figures.items():
                wall, cpu, peak = (median(each[part] for each in found) for part in range(3))
                ratios = [
                    theirs[0] / mine[0]
                    for theirs, mine in zip(figures["DuckDB"], found, strict=True)
                ]
                print(f"  {name:<14} wall {wall:.2f} s  cpu {cpu:.2f} s  peak {peak / 1024:.0f} MiB"
                      f"  DuckDB takes {median(ratios):.2f} x "
                      f"({min(ratios):.2f}..{max(ratios):.2f})")  # fmt: skip

            _postgis(size, home, median(each[0] for each in figures["dispatch batch"]) / rows)


def _postgis(size: int, home: Path, ours_s: float) -> None:
    """Time PostGIS on the first rows; ``ours_s`` are our seconds a row."""
    with batch_postgis.cluster(batch_world.providers(size)) as postgis:
        if postgis is None:
            print("  PostGIS        not run (not installed)")
            return
        few, out = home / "few.csv", home / "postgis.csv"
        _apart(lambda: write_rows(few, POSTGIS_ROWS))
        postgis.run(few, out)

        def check() -> None:
            found, ours = ids_in(out), ids_in(home / "ours.csv")
            _same({row: ours.get(row, []) for row in found}, found)

        _apart(check)
        took = [postgis.run(few, out) / POSTGIS_ROWS for _ in range(3)]
        print(f"  PostGIS        {median(took) * 1e6:,.0f} µs a row ({POSTGIS_ROWS:,} rows): "
              f"{median(took) / ours_s:.1f} x ours")  # fmt: skip


def _apart(work: Callable[[], None]) -> None:
    """Work in a process of its own: the peak memory of a child begins with what its parent has."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0, "see above"


def ids_in(path: Path) -> dict[str, list[str]]:
    """The providers of each row of a file of lines, in order."""
    found: dict[str, list[str]] = {}
    with path.open(newline="", encoding="utf-8") as file:
        for line in csv.DictReader(file):
            found.setdefault(line["row"], []).extend(filter(None, [line["provider"]]))
    return found


def _same(ours: dict[str, list[str]], theirs: dict[str, list[str]]) -> None:
    """Refuse a side that ranks otherwise; who knows no lot may swap two that stand alike."""
    assert ours.keys() == theirs.keys(), (len(ours), len(theirs))
    batch_peers.compare(list(theirs.values()), [ours[row] for row in theirs])


def write_rows(path: Path, rows: int) -> None:
    """Write the rows as the file that both sides read."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "kind", "lat", "lon", "when", "client", "vehicle", "weight_t"])
        for number, one in enumerate(batch_world.incidents(rows)):
            writer.writerow(
                [f"i{number}", one.kind, one.place.lat, one.place.lon,
                 one.when.astimezone(UTC).isoformat(), one.client or "", one.vehicle.kind,
                 one.vehicle.weight_t]
            )  # fmt: skip


def spawned(command: list[str], environment: dict[str, str]) -> tuple[float, float, float]:
    """Run a command: wall seconds, CPU seconds, peak resident KiB."""
    start = time.perf_counter()
    pid = os.posix_spawn(command[0], command, environment)
    _, status, usage = os.wait4(pid, 0)
    assert os.waitstatus_to_exitcode(status) in (0, 3), command
    used: resource.struct_rusage = usage
    return time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss


def hour_of(incident: Incident) -> int:
    """The hour of the four weeks in which an incident falls."""
    return (incident.when - batch_world.START) // timedelta(hours=1)


def main() -> None:
    """Run one of the two parts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", choices=("inside", "whole"))
    parser.add_argument("--providers", type=int, nargs="+")
    parser.add_argument("--rows", type=int)
    parser.add_argument("--pairs", type=int, default=5)
    options = parser.parse_args()
    if options.part == "inside":
        inside(options.providers or (1_000, 10_000, 100_000), options.rows or ROWS, options.pairs)
    else:
        whole(options.providers or (1_000, 10_000), options.rows or 1_000_000, options.pairs)


if __name__ == "__main__":
    main()
