"""The part ``inside`` of benchmarks/batch.py: the engines and their peers within one process."""

import time
from collections.abc import Callable, Iterable, Sequence
from statistics import median

from benchmarks import batch_peers, batch_world
from benchmarks.batch_engines import (
    TOP,
    compiled_engine,
    ids_by_engine,
    ids_by_naive_loop,
    plain_engine,
)
from benchmarks.batch_processes import spread
from dispatch_cli import incident_ranking
from dispatch_cli.model import Incident, Provider

ROWS = 200_000
PLAIN_ROWS = 50_000
SLICES = 20
FIRST, AGAIN = "compiled, cells made on the way", "compiled, again"
Speeds = dict[str, dict[int, float]]
"""Rows a second of each side, by the number of providers."""


def run(sizes: Iterable[int], rows: int, pairs: int) -> None:
    """Print rows a second and ratios for each number of providers."""
    speeds: Speeds = {}
    for size in sizes:
        providers = batch_world.providers(size)
        incidents = batch_world.incidents(rows)
        print(f"\n{size:,} providers")
        _check_with_desk(providers, incidents)
        _time_plain(providers, incidents[: min(PLAIN_ROWS, rows)], speeds)
        _time_compiled(providers, incidents, pairs, speeds)
    for side, by_size in speeds.items():
        if {1_000, 100_000} <= by_size.keys():
            growth = by_size[1_000] / by_size[100_000]
            print(f"{side}: time grows {growth:.1f} x from 1,000 to 100,000 providers")


def _check_with_desk(providers: list[Provider], incidents: Sequence[Incident]) -> None:
    """Assert that the plain engine and the naive loop rank as the desk does."""
    engine = plain_engine(providers)
    some = incidents[: max(3, 200_000 // len(providers))]
    for incident, ids in zip(some, ids_by_engine(engine, some), strict=True):
        [side] = engine.shapes.of(incident).sides
        ranked = incident_ranking.rank_need(engine.need(incident, side.entry), providers)
        assert ids == [one.eligible.provider.id for one in ranked.orders.asked[:TOP]]
        assert ids == ids_by_naive_loop(engine, providers, incident)


def _time_plain(providers: list[Provider], incidents: Sequence[Incident], speeds: Speeds) -> None:
    """Time the plain engine and the naive loop in turn, slice by slice."""
    engine, slice_size = plain_engine(providers), max(1, len(incidents) // SLICES)
    few = max(1, 20_000 // len(providers))
    ours_s, naive_s, ratios = 0.0, 0.0, []
    for first in range(0, len(incidents), slice_size):
        some = incidents[first : first + slice_size]
        mine = seconds_of(lambda some=some: engine.rank(some))
        theirs = seconds_of(
            lambda some=some: [ids_by_naive_loop(engine, providers, one) for one in some[:few]]
        )
        ratios.append(theirs / few / (mine / len(some)))
        ours_s, naive_s = ours_s + mine, naive_s + theirs
    again_s = seconds_of(lambda: engine.rank(incidents[:slice_size])) / slice_size
    rate, naive_rate = len(incidents) / ours_s, len(ratios) * few / naive_s
    slices = f"slices {min(ratios):.0f}..{max(ratios):.0f}"
    _print_side("plain, all made on the way", rate, f"{rate / naive_rate:.0f} x naive ({slices})")
    _print_side("plain, again", 1 / again_s, "")
    _print_side("naive", naive_rate, f"{len(ratios) * few} rows")
    speeds.setdefault("plain", {})[len(providers)] = rate


def _time_compiled(
    providers: list[Provider], incidents: Sequence[Incident], pairs: int, speeds: Speeds
) -> None:
    """Time the compiled engine, then each peer and the compiled engine in turn."""
    ours = compiled_engine(providers, incidents)
    if ours is None:
        print("  compiled: not run (the extra is not installed)")
        return
    some = incidents[: 2_000_000 // len(providers) + 200]
    want = ids_by_engine(plain_engine(providers), some)
    ours.check(want)
    # A new engine does not know the cells that the check has made.
    ours = compiled_engine(providers, incidents) or ours
    rows = len(incidents)
    first_s = seconds_of(lambda: ours.run(rows)) / rows
    again = [seconds_of(lambda: ours.run(rows)) / rows for _ in range(3)]
    _print_side(FIRST, 1 / first_s, "")
    _print_side(AGAIN, 1 / median(again), f"({1 / max(again):,.0f}..{1 / min(again):,.0f})")
    speeds.setdefault(FIRST, {})[len(providers)] = 1 / first_s
    speeds.setdefault(AGAIN, {})[len(providers)] = 1 / median(again)
    for make_peer in (batch_peers.duckdb_cells, batch_peers.kd_tree):
        name = make_peer.__doc__.splitlines()[0].rstrip(".") if make_peer.__doc__ else ""
        peer = make_peer(providers, incidents, TOP)
        if peer is None:
            print(f"  {name}: not run")
            continue
        peer.check(want)
        _time_pairs(name, ours, peer, pairs, first_s)


def _time_pairs(
    name: str, ours: batch_peers.Peer, peer: batch_peers.Peer, pairs: int, first_s: float
) -> None:
    """Time a peer and the compiled engine in turn; ``first_s`` is our first run, for each row."""
    ratios, theirs = [], []
    for _ in range(pairs):
        mine = seconds_of(lambda: ours.run(ours.rows)) / ours.rows
        theirs.append(seconds_of(lambda: peer.run(peer.rows)) / peer.rows)
        ratios.append(theirs[-1] / mine)
    first = f"first {median(theirs) / first_s:.1f} x"
    _print_side(name, 1 / median(theirs), f"ours is {spread(ratios)} x, {first}")


def seconds_of(work: Callable[[], object]) -> float:
    """Measure the wall time of some work in seconds."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _print_side(side: str, rows_a_second: float, more: str) -> None:
    print(f"  {side:<34} {rows_a_second:>12,.0f} rows/s  {more}", flush=True)
