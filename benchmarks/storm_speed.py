"""How long a joint plan takes: whole programs, one of the largest size, and a plan made again.

    python benchmarks/storm_speed.py [--runs 7] [--largest]

Bavaria at random: firms with one to three units and an area of 150 km, three slots for each unit,
incidents of the last hour. Before the times it is checked that the total equals that of a dense
solver (scipy) over all pairs, up to 2,000 incidents and 1,000 firms; the ratio to that solver is
taken in turn (A B A B …). A plan made again follows one incident that was declined, one that is
new, and one unit that is back. ``--largest`` plans 10,000 incidents with 5,000 firms.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from random import Random
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from msgspec.structs import replace  # noqa: E402
from timing import median_ratio  # noqa: E402

from dispatch_cli import api  # noqa: E402
from dispatch_cli.availability import HolidayDates  # noqa: E402
from dispatch_cli.catalog import Catalog  # noqa: E402
from dispatch_cli.storm.plan_storm import StormBasis, plan_storm  # noqa: E402
from dispatch_cli.storm.sharper_proof import PlannedStorm  # noqa: E402
from dispatch_cli.storm.storm_engine import engine_maker  # noqa: E402
from dispatch_cli.storm.waiting import StormSettings, Waiting  # noqa: E402
from tests.storm.networks import least_cost  # noqa: E402
from tests.storm.storms import whole_network  # noqa: E402

NOW = datetime(2026, 6, 1, 10, tzinfo=UTC)
PLAIN = StormSettings(ageing=0.0)


def no_holidays(region: str, years: object) -> tuple[()]:
    """Return no public holidays."""
    return ()


HOLIDAYS: HolidayDates = no_holidays


def main() -> None:
    """Check the totals, then time whole programs, plans, and plans made again."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--largest", action="store_true")
    chosen = parser.parse_args()
    print(f"Python {platform.python_version()}, ortools {version('ortools')}, "
          f"scipy {version('scipy')}, {chosen.runs} runs")  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="storm-") as name:
        folder = Path(name)
        os.environ |= {f"XDG_{each}_HOME": name for each in ("CACHE", "STATE", "CONFIG")}
        if chosen.largest:  # first, because the memory of a process never falls
            largest(folder, incidents=10_000, firms=5_000)
        whole_program(folder, chosen.runs, incidents=400, firms=150)
        against_dense(folder, chosen.runs, incidents=655, firms=300)
        against_dense(folder, 3, incidents=2000, firms=1000)
        made_again(folder, incidents=655, firms=300)


def world(folder: Path, incidents: int, firms: int) -> tuple[Catalog, list[Waiting]]:
    """Write a provider file, and make waiting incidents."""
    random = Random(firms)
    path = folder / f"firms-{firms}.toml"
    if not path.exists():
        path.write_text("".join(firm(number, random) for number in range(firms)))
    waiting = [
        Waiting(
            ref=str(number),
            incident=api.Incident(
                kind="tow",
                place=api.Place(lat=random.uniform(47.7, 50.1), lon=random.uniform(9.2, 12.8)),
                when=NOW,
                number=number,
            ),
            since=NOW - timedelta(minutes=random.uniform(0, 60)),
        )
        for number in range(1, incidents + 1)
    ]
    return api.load(path), waiting


def firm(number: int, random: Random) -> str:
    """Return the table of a firm."""
    return (
        f'[[provider]]\nid = "p{number}"\nname = "Firm {number}"\nphone = "089 99998{number:04}"\n'
        f"base = {{ lat = {random.uniform(47.6, 50.2):.5f}, lon = {random.uniform(9, 13):.5f} }}\n"
        'services = ["tow"]\narea = { radius_km = 150 }\nhours = "24/7"\n'
        f"units = {random.choice((1, 1, 2, 3))}\nanswer_min = {random.uniform(2, 5):.2f}\n"
        f"acceptance = {random.uniform(0.4, 0.95):.2f}\n"
    )


def basis_of(catalog: Catalog, incidents: int) -> StormBasis:
    """Return the basis of a plan, with one engine."""
    make = engine_maker(catalog, api.Observations(), HOLIDAYS, incidents)
    engines = {}

    def make_once(top: int) -> object:
        return engines.setdefault(top, make(top))

    return StormBasis(catalog=catalog, make_engine=make_once, now=NOW)


def whole_program(folder: Path, runs: int, *, incidents: int, firms: int) -> None:
    """Time the command from its start to its end."""
    _, waiting = world(folder, incidents, firms)
    file = folder / "incidents.csv"
    lines = [f"{each.ref},{each.incident.place.lat:.5f},{each.incident.place.lon:.5f},tow,"
             f"{each.since.isoformat()}" for each in waiting]  # fmt: skip
    file.write_text("\n".join(["id,lat,lon,kind,when", *lines, ""]))
    command = [sys.executable, "-m", "dispatch_cli", "storm", str(file), "--json", "--when",
               NOW.isoformat(), "--providers", str(folder / f"firms-{firms}.toml")]  # fmt: skip
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    seconds = []
    for _ in range(runs + 1):
        begun = time.perf_counter()
        found = subprocess.run(command, env=env, capture_output=True, check=False)
        seconds.append(time.perf_counter() - begun)
        data = json.loads(found.stdout)["data"]
        assert len(data.get("demands", ())) == incidents, found.stdout + found.stderr
        assert data["total_min"] == data["bound_min"]
    print(f"whole program, {incidents} × {firms}: {median(seconds[1:]):.2f} s "
          f"({min(seconds[1:]):.2f} to {max(seconds[1:]):.2f}; goal 1)")  # fmt: skip


def against_dense(folder: Path, runs: int, *, incidents: int, firms: int) -> None:
    """Compare total and time with a dense solver over all pairs."""
    catalog, waiting = world(folder, incidents, firms)
    basis = basis_of(catalog, incidents)
    found = plan_storm(waiting, basis, PLAIN)
    network = whole_network(waiting, basis, PLAIN)
    assert found.plan.proof.is_optimal
    assert found.plan.proof.total == least_cost(network)
    plans, dense = [], []
    for _ in range(runs):
        begun = time.perf_counter()
        plan_storm(waiting, basis, PLAIN)
        plans.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        least_cost(network)
        dense.append(time.perf_counter() - begun)
    print(f"plan with ranking and proof, {incidents} × {firms}: {median(plans):.2f} s, "
          f"{median_ratio(plans, dense):.2f} times the dense solver alone")  # fmt: skip


def made_again(folder: Path, *, incidents: int, firms: int) -> None:
    """Time plans after one change each."""
    catalog, waiting = world(folder, incidents + 20, firms)
    waiting, later = waiting[:incidents], waiting[incidents:]
    basis = basis_of(catalog, incidents)
    before = plan_storm(waiting, basis, PLAIN)
    seconds: dict[str, list[float]] = {"declined": [], "new": [], "back": []}
    for number in range(20):
        for change, taken in seconds.items():
            waiting = changed(change, waiting, later, before, number)
            begun = time.perf_counter()
            before = plan_storm(waiting, replace(basis, rounds=1), PLAIN, before=before)
            taken.append(time.perf_counter() - begun)
            assert before.demands.size == len(waiting)
    for change, each in seconds.items():
        print(f"made again after one {change}, {incidents} × {firms}: {median(each) * 1e3:.0f} ms, "
              f"95 % within {sorted(each)[-2] * 1e3:.0f} ms (goal 50)")  # fmt: skip


def changed(
    change: str, waiting: list[Waiting], later: list[Waiting], before: PlannedStorm, number: int
) -> list[Waiting]:
    """Return the incidents after a change; a unit that is back is one that is served."""
    if change == "new":
        return [*waiting, later[number]]
    if change == "back":
        return waiting[:number] + waiting[number + 1 :]
    at, incident = number * 7, waiting[number * 7].incident
    asked = before.numbering.ids[before.demands.provider[before.demands.begin[at]]]
    declined = replace(incident, asked=(*incident.asked, asked))
    return [*waiting[:at], replace(waiting[at], incident=declined), *waiting[at + 1 :]]


def largest(folder: Path, *, incidents: int, firms: int) -> None:
    """Plan the largest size once, after a plan that has compiled the engine."""
    catalog, waiting = world(folder, incidents, firms)
    plan_storm(waiting[:300], basis_of(catalog, incidents), PLAIN)
    begun = time.perf_counter()
    proof = plan_storm(waiting, basis_of(catalog, incidents), PLAIN).plan.proof
    seconds = time.perf_counter() - begun
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"largest, {incidents} × {firms}: {seconds:.1f} s with ranking and proof (goal 6), "
          f"{most:.0f} MiB (goal 600), optimal: {proof.is_optimal}, "
          f"within {100 * proof.within:.2g} %")  # fmt: skip


if __name__ == "__main__":
    main()
