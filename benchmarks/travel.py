"""What road minutes cost a ranking: ``cascade --router`` against the crow-fly call.

    python benchmarks/travel.py [--runs 30] [--firms 1000] [--engines .engines]

A local OSRM serves Heidelberg from ../shared. The firms stand at points of its roads, each with an
area of 5 to 40 km. Both commands rank the same incidents in turn (A B A B …), each at a place of
its own, so that no answer is kept from before; a ratio is taken pair by pair. First it is checked
that the rows have road minutes. ``kept`` ranks the same places again, from kept answers.
"""

import argparse
import json
import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from urllib.request import urlopen

from timing import median_ratio, timed

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tools import road_engine  # noqa: E402

EXTRACT = ROOT.parent / "shared" / "data" / "osm" / "heidelberg.osm.pbf"
BOX = (49.33, 49.50, 8.55, 8.80)


def main() -> None:
    """Serve the roads, check that they are used, and time both commands in turn."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--firms", type=int, default=1000)
    parser.add_argument("--engines", type=Path, default=ROOT / ".engines")
    chosen = parser.parse_args()
    print(f"Python {platform.python_version()}, {chosen.firms} firms, {chosen.runs} runs")
    with tempfile.TemporaryDirectory(prefix="travel-") as name:
        folder = Path(name)
        env = {**os.environ, "DISPATCH_PROVIDERS": str(folder / "world.toml")}
        env |= {f"XDG_{each}_HOME": str(folder / each) for each in ("CACHE", "STATE", "CONFIG")}
        env.pop("PYTHONDONTWRITEBYTECODE", None)
        road_engine.install("osrm", chosen.engines)
        with served(chosen.engines, folder / "graph") as url:
            random = Random(1)
            write_firms(folder / "world.toml", points_on_roads(random, chosen.firms, url), random)
            measure(points_on_roads(random, chosen.runs + 1, url), url, env)
            calibrated(url, env)


@contextmanager
def served(engines: Path, graph: Path) -> Iterator[str]:
    """Build the graph and serve it on a free port."""
    road_engine.build("osrm", engines, EXTRACT, graph)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        road_engine.command("osrm", engines, graph, port), stdout=subprocess.DEVNULL
    )
    try:
        road_engine.wait_until_ready("osrm", port, server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def measure(places: list[tuple[float, float]], url: str, env: dict[str, str]) -> None:
    """Time the commands at each place; the first one warms the caches of the file."""
    dispatch = str(Path(sys.executable).with_name("dispatch"))
    seconds: dict[str, list[float]] = {"crow fly": [], "by road": [], "kept": []}
    asked: list[int] = []
    eligible: list[int] = []
    for number, (lat, lon) in enumerate(places):
        plain = [dispatch, "cascade", "tow", "--at", f"{lat:.6f},{lon:.6f}", "--json"]
        by_road = [*plain, "--router", f"osrm={url}"]
        took = {
            "crow fly": timed(plain, env, terminal=False),
            "by road": timed(by_road, env, terminal=False),
            "kept": timed(by_road, env, terminal=False),
        }
        ran = subprocess.run(by_road, env=env, capture_output=True, check=True)
        [cascade] = json.loads(ran.stdout)["data"]["cascades"]
        assert {row["travel_source"] for row in cascade["candidates"][:5]} == {"osrm"}
        if number:
            asked.append(cascade["roads"]["asked"])
            eligible.append(cascade["roads"]["eligible"])
            for name, each in took.items():
                seconds[name].append(each)
    for name, each in seconds.items():
        ratio = median_ratio(each, seconds["crow fly"])
        print(f"{name:10}{statistics.median(each) * 1000:7.0f} ms   {ratio:.2f} x crow fly")
    share = sum(asked) / sum(eligible)
    print(f"{statistics.mean(eligible):.0f} firms can come, {share:.0%} of them asked; goal 1.4")


def calibrated(url: str, env: dict[str, str]) -> None:
    """Print the errors of the estimates before and after ``travel calibrate``."""
    dispatch = str(Path(sys.executable).with_name("dispatch"))
    command = [dispatch, "travel", "calibrate", "--sample", "400", "--router", f"osrm={url}"]
    ran = subprocess.run([*command, "--json"], env=env, capture_output=True, check=True)
    found = json.loads(ran.stdout)["data"]
    print(found["speeds"][0])
    for name, before in found["before"].items():
        print(f"{name:22}{before:10.3f}{found['after'][name]:10.3f}")


def write_firms(path: Path, bases: list[tuple[float, float]], random: Random) -> None:
    """Write a provider file with a firm at each base."""
    path.write_text(
        "".join(
            f"""[[provider]]
id = "firm-{number}"
name = "Firma {number}"
phone = "089 99998-{number % 900 + 100}"
services = ["tow", "roadside_repair"]
base = "{lat:.6f},{lon:.6f}"
area = {{ radius_km = {random.choice([5, 10, 15, 20, 40])} }}
hours = "24/7"
acceptance = {random.choice([0.4, 0.5, 0.6, 0.7, 0.8, 0.9])}
turnout_min = {random.choice([2, 4, 5, 8, 12])}
answer_min = {random.choice([1, 2, 3, 5])}

"""
            for number, (lat, lon) in enumerate(bases)
        ),
        encoding="utf-8",
    )


def points_on_roads(random: Random, count: int, url: str) -> list[tuple[float, float]]:
    """Choose points on connected roads, by the engine."""
    south, north, west, east = BOX
    found: list[tuple[float, float]] = []
    while len(found) < count:
        drawn = [(random.uniform(south, north), random.uniform(west, east)) for _ in range(90)]
        line = ";".join(f"{lon:.6f},{lat:.6f}" for lat, lon in drawn)
        query = f"{url}/table/v1/driving/{line}?sources=0&generate_hints=false"
        with urlopen(query) as answer:  # noqa: S310 - our own server
            table = json.load(answer)
        found += [
            (end["location"][1], end["location"][0])
            for end, took in zip(table["destinations"], table["durations"][0], strict=True)
            if took is not None and end["distance"] < 300
        ]
    return found[:count]


if __name__ == "__main__":
    main()
