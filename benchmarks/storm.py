"""Compare policies of a centre in a storm, on a simulated day with real places and times.

    python benchmarks/storm.py [--seeds 50] [--processes 2] [--write]

The incidents are the vehicle calls of Montgomery County on 2018-11-15, 12:00 to 15:00. Each seed
draws firms and their answers (see storm_world.py), which are the same in every policy. Before the
figures are printed, the study checks each day: every incident is served, and no unit is in two
places. ``--write`` puts the table into docs/figures.md and draws docs/studies/storm.svg.
"""

import argparse
import os
import sys
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from math import sqrt
from multiprocessing import get_context
from pathlib import Path
from statistics import fmean, stdev
from typing import NamedTuple

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.storm_picture import draw
from benchmarks.storm_policies import NEAREST, POLICIES, STORM
from benchmarks.storm_world import load_incidents, make_world, simulate
from dispatch_cli.betas import beta_quantile

ROOT = Path(__file__).resolve().parents[1]
SETTINGS = ((150, 12), (150, 40), (80, 12), (80, 40))
"""Firms and operators."""
PAGE = ROOT / "docs" / "figures.md"
PICTURE = ROOT / "docs" / "studies" / "storm.svg"
MARKS = ("<!-- the storm's table -->\n", "<!-- end of the storm's table -->\n")
SURE = 0.95
BEST_SHARE = 1.05
GAIN = 0.20


class Outcome(NamedTuple):
    """One day: minutes to arrival (mean, 95th percentile, longest), and counts."""

    mean: float
    p95: float
    longest: float
    calls: int
    last_resorts: int
    waited_out: int


Study = dict[tuple[int, int], dict[str, list[Outcome]]]
"""The outcomes by setting and policy, in the order of the seeds."""


class Interval(NamedTuple):
    """A mean with the half width of its interval of 95 %."""

    mean: float
    half: float

    @property
    def low(self) -> float:
        return self.mean - self.half


def interval(values: Iterable[float]) -> Interval:
    """Return the mean of some values with Student's interval; infinite for a single value."""
    found = list(values)
    if len(found) < 2:
        return Interval(found[0], float("inf"))
    freedom = len(found) - 1
    # t² / (freedom + t²) of Student's t has the distribution Beta(1/2, freedom/2).
    share = beta_quantile(0.5, freedom / 2, SURE)
    student = sqrt(freedom * share / (1 - share))
    return Interval(fmean(found), student * stdev(found) / sqrt(len(found)))


def study(
    seeds: Iterable[int], *, processes: int = 1, settings: Iterable[tuple[int, int]] = SETTINGS
) -> Study:
    """Simulate each policy in each setting on the same days."""
    jobs = [(firms, operators, seed) for firms, operators in settings for seed in seeds]
    found: Study = {}
    # A fork of a process with threads, such as a worker of pytest, may hang.
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        for (firms, operators, _), outcomes in zip(jobs, pool.map(_days, jobs), strict=True):
            of_setting = found.setdefault((firms, operators), {name: [] for name in POLICIES})
            for name, outcome in outcomes.items():
                of_setting[name].append(outcome)
    return found


def _days(job: tuple[int, int, int]) -> dict[str, Outcome]:
    firms, operators, seed = job
    world = make_world(load_incidents(), seed, firms=firms, operators=operators)
    found = {}
    for name, policy in POLICIES.items():
        day = simulate(world, policy())
        day.check(world)
        found[name] = Outcome(
            mean=float(day.minutes.mean()),
            p95=float(np.percentile(day.minutes, 95)),
            longest=float(day.minutes.max()),
            calls=day.calls,
            last_resorts=day.last_resorts,
            waited_out=day.waited_out,
        )
    return found


def shortfalls(found: Study) -> list[str]:
    """Name each claim that does not hold: the four of the issue, in each setting."""
    missed = []
    for (firms, operators), outcomes in found.items():
        where = f"{firms} firms, {operators} operators"
        for name, gap in gaps(outcomes, "mean").items():
            if gap.low > 0:
                missed.append(f"{where}: the mean is {gap.mean:.1f} min worse than {name}")
        p95 = {name: fmean(day.p95 for day in days) for name, days in outcomes.items()}
        share = p95[STORM] / min(p95.values())
        if share > BEST_SHARE:
            missed.append(f"{where}: the 95th percentile is {share - 1:.1%} above the best")
        if (gain := gain_to_nearest(outcomes)) < GAIN:
            missed.append(f"{where}: the mean is only {gain:.1%} better than nearest")
        longest = gaps(outcomes, "longest")[NEAREST]
        if longest.low > 0:
            missed.append(f"{where}: the longest is {longest.mean:.1f} min above nearest")
    return missed


def gaps(outcomes: dict[str, list[Outcome]], figure: str) -> dict[str, Interval]:
    """Compare each other policy with the command's: its minutes minus theirs, day by day."""
    own = [getattr(day, figure) for day in outcomes[STORM]]
    return {
        name: interval(
            mine - getattr(day, figure) for mine, day in zip(own, days, strict=True)
        )
        for name, days in outcomes.items()
        if name != STORM
    }  # fmt: skip


def gain_to_nearest(outcomes: dict[str, list[Outcome]]) -> float:
    """Return by which share the mean is lower than with the nearest firm."""
    mean = {name: fmean(day.mean for day in outcomes[name]) for name in (STORM, NEAREST)}
    return 1 - mean[STORM] / mean[NEAREST]


HEAD = ("firms / operators", "policy", "mean", "95 %", "longest", "storm − this", "last resort")
"""Minutes of a mean day, with intervals; the sixth column compares the means day by day."""


def rows(found: Study) -> list[tuple[str, ...]]:
    """Word the figures, one row for each setting and policy."""
    worded = []
    for (firms, operators), outcomes in found.items():
        differences = gaps(outcomes, "mean")
        for name, days in outcomes.items():
            figures = (interval(getattr(day, each) for day in days)
                       for each in ("mean", "p95", "longest"))  # fmt: skip
            gap = differences.get(name)
            worded.append((
                f"{firms} / {operators}", name,
                *(f"{each.mean:.1f} ± {each.half:.1f}" for each in figures),
                f"{gap.mean:+.1f} ± {gap.half:.1f}" if gap else "",
                f"{fmean(day.last_resorts for day in days):.1f}",
            ))  # fmt: skip
    return worded


def page_table(found: Study) -> str:
    """Write the figures as a Markdown table, and the claims that were missed below it."""
    lines = [HEAD, ("---",) * len(HEAD), *rows(found)]
    table = "".join(f"| {' | '.join(line)} |\n" for line in lines)
    missed = "".join(f"- {each}\n" for each in shortfalls(found))
    seeds = len(next(iter(found.values()))[STORM])
    below = f"Goals that were missed:\n\n{missed}" if missed else "All goals were met.\n"
    return f"{seeds} simulated days:\n\n{table}\n{below}"


def show(found: Study) -> None:
    """Print the figures as a table, and the claims that were missed."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    table = Table(*HEAD, box=SIMPLE_HEAD)
    for row in rows(found):
        table.add_row(*row, end_section=row[1] == STORM)
    console = Console()
    console.print(table)
    for each in shortfalls(found):
        console.print(f"missed: {each}", style="bold")


def main() -> None:
    """Run the study, print it, and write it into the page if asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=50, help="number of days, from seed 0")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name} and the picture")
    options = parser.parse_args()
    found = study(range(options.seeds), processes=options.processes)
    show(found)
    if not options.write:
        return
    before, rest = PAGE.read_text(encoding="utf-8").split(MARKS[0])
    after = rest.split(MARKS[1])[1]
    PAGE.write_text(before + MARKS[0] + page_table(found) + MARKS[1] + after, encoding="utf-8")
    bars = {
        f"{firms} firms, {operators} operators": {
            name: (interval(day.mean for day in days), interval(day.p95 for day in days))
            for name, days in outcomes.items()
        }
        for (firms, operators), outcomes in found.items()
    }
    PICTURE.write_text(draw(bars), encoding="utf-8")


if __name__ == "__main__":
    main()
