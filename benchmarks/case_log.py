"""The case log's price: an acceptance, and a ranking, with 100,000 closed cases in the log.

    python benchmarks/case_log.py [--runs 20] [--cases 100000]

Every command is started in turn (A B C ... A B C ...); a ratio is taken pair by pair and its median
printed. Before any timing it is checked that the ranking uses the log and that the acceptance is
in it afterwards.
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
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from timing import median_ratio, timed
from worlds import write_world

from dispatch_cli import api, store
from dispatch_cli.model.case import Case, CaseService, Offer, Option, Personal, Promise

PLACE = "48.3645,10.8928"
PROVIDERS = 1_000
MINUTE = timedelta(minutes=1)


def main() -> None:
    """Write a world and a log, check that both are used, then time everything in turn."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--cases", type=int, default=100_000)
    chosen = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="case-log-"))
    env = {**os.environ, "DISPATCH_PROVIDERS": str(folder / "world.toml")}
    env |= {f"XDG_{name}_HOME": str(folder / name) for name in ("CACHE", "STATE", "CONFIG")}
    env.pop("DISPATCH_DB", None)
    try:
        write_world(folder / "world.toml", providers=PROVIDERS, seed=1)
        write_log(folder / "full.db", folder / "world.toml", chosen.cases)
        _measure(folder, env, chosen.runs, chosen.cases)
    finally:
        shutil.rmtree(folder)


def write_log(path: Path, world: Path, count: int) -> None:
    """Write closed cases, each with a refusal and an acceptance, spread over all providers."""
    now = datetime.now(UTC)
    catalog = api.load(world, now=now)
    ids = catalog.ids()
    place = api.locate(PLACE, catalog)
    with store.open_store(path, now=now) as log, log.deciding() as tx:
        for number in range(count):
            at = now - timedelta(days=400) + number * (timedelta(days=399) / count)
            names = (ids[number % len(ids)], ids[number * 7 % len(ids)])
            options = tuple(_option(name) for name in dict.fromkeys(names))
            tx.new_case(
                Case(
                    id=0,
                    opened_at=at,
                    operator="benchmark",
                    incident=api.Incident(kind="tow", place=place, when=at),
                    services=(
                        CaseService(
                            service="tow",
                            after=None,
                            opened=True,
                            options=options,
                            last_resort_phone="110",
                            last_resort_text="police",
                            input_hash="0",
                            neutral_cost_min=0.0,
                        ),
                    ),
                    offers=tuple(_offers(options, at)),
                    closed_at=at + 90 * MINUTE,
                ),
                Personal(),
            )


def _option(provider: str) -> Option:
    return Option(
        provider=provider,
        name=provider,
        phones=("089 99998-207",),
        units=1,
        arrival_min=22.0,
        answer_min=2.0,
        acceptance=0.8,
        wait_min=0.0,
        index_min=24.5,
    )


def _offers(options: tuple[Option, ...], at: datetime) -> list[Offer]:
    """Everybody but the last refuses; the last accepts, comes and helps."""
    return [
        Offer(
            number=number,
            service="tow",
            provider=option.provider,
            name=option.name,
            phone=option.phones[0],
            rank=number,
            opened_at=at,
            answer_by=at + 5 * MINUTE,
            operator="benchmark",
            answered_at=at + 2 * MINUTE,
            **(
                {"outcome": "declined", "reason": "no_unit"}
                if number < len(options)
                else {
                    "outcome": "accepted",
                    "unit": 0,
                    "promises": (
                        Promise(said_at=at, there_at=at + 30 * MINUTE, speaker="provider"),
                    ),
                    "arrived_at": at + 33 * MINUTE,
                }
            ),
        )
        for number, option in enumerate(options, start=1)
    ]


def _measure(folder: Path, env: dict[str, str], runs: int, cases: int) -> None:
    dispatch = shutil.which("dispatch", path=str(Path(sys.executable).parent)) or "dispatch"
    log = ("--db", str(folder / "full.db"))

    def run(*argv: str) -> dict:
        ran = subprocess.run([dispatch, *argv, "--json"], env=env, capture_output=True, check=True)
        return json.loads(ran.stdout)["data"]

    cascade = ("cascade", "tow", "--at", PLACE)
    learned, plain = (run(*cascade, *more)["cascades"][0]["candidates"] for more in (log, ()))
    assert len(learned) == len(plain) == 20
    assert {row["acceptance"] for row in learned}.isdisjoint(row["acceptance"] for row in plain)

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


if __name__ == "__main__":
    main()
