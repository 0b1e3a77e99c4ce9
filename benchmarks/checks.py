"""How long a round of HTTP looks takes, against ``curl --parallel`` on the same list.

    python benchmarks/checks.py [--pairs 5] [--sizes 1000,10000] [--gate]

A stub on loopback answers at once, save for one address in twenty that never does; the time-out
is 2 s and both run 300 at a time, which is the most that curl 7 takes. Runs are whole processes,
interleaved, and every run's answers are counted before its time is: whoever answers is up, whoever
is silent is down, or unknown if the checker itself was late. The bound is what no client can beat:
the silent ones, 300 at a time. ``--gate`` fails where a goal is missed.
"""

import argparse
import gc
import json
import resource
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from math import ceil
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter

TIMEOUT_S = 2
AT_ONCE = 300
SILENT_OF = 20
GOAL_BOUND = 1.3  # 1,000 looks: at most so many times the bound
GOAL_CURL = 2.0  # 10,000 looks: at most so many times curl

STUB = """
import asyncio, sys
ANSWER = b"HTTP/1.1 200 OK\\r\\nContent-Length: 11\\r\\n\\r\\n" + b'{"free": 2}'
class Stub(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport
    def data_received(self, data):
        if not data.startswith(b"GET /silent"):
            self.transport.write(ANSWER)
async def main():
    server = await asyncio.get_running_loop().create_server(Stub, "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


def addresses(port: int, size: int) -> list[str]:
    """Make the list, the silent ones at random places but always the same."""
    silent = set(Random(size).sample(range(size), size // SILENT_OF))
    return [
        f"http://127.0.0.1:{port}/{'silent' if index in silent else 'ok'}/{index}"
        for index in range(size)
    ]


def look(file: Path, at_once: int) -> None:
    """Be the measured process: one round over the list, its counts to standard output."""
    gc.disable()  # as the command's own start does
    from dispatch_cli import checks
    from dispatch_cli.model.check import CheckSettings, Probe

    targets = [
        (
            f"provider-{index}",
            Probe(kind="http", url=url, timeout_s=TIMEOUT_S, allow_private=True, is_trusted=True),
        )
        for index, url in enumerate(file.read_text().split())
    ]
    seen = checks.look_at(
        targets,
        CheckSettings(concurrency=at_once),
        clock=lambda: datetime.now(UTC),
        budget_s=120,
    )
    states = [reading.state for reading in seen.readings]
    late = sum(reading.fault == "lag" for reading in seen.readings)
    print(json.dumps({"up": states.count("up"), "down": states.count("down") + late}))


def ours(file: Path, at_once: int) -> dict[str, int]:
    """Run one round in a process of its own and count its states."""
    answer = subprocess.run(
        [sys.executable, __file__, "--look", str(file), "--at-once", str(at_once)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return json.loads(answer.stdout)


def curls(file: Path, at_once: int) -> dict[str, int]:
    """Run curl over the same list and count its status codes."""
    answer = subprocess.run(
        ["curl", "--silent", "--parallel", "--parallel-immediate", "--parallel-max", str(at_once),
         "--max-time", str(TIMEOUT_S), "--config", str(file.with_suffix(".curl"))],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    codes = answer.stdout.split()
    return {"up": codes.count("200"), "down": codes.count("000")}


def measured(run, file: Path, at_once: int, size: int) -> tuple[float, float]:
    """Wall and processor seconds of one run whose answers are right."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), perf_counter()
    counts = run(file, at_once)
    wall_s, after = perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    silent = size // SILENT_OF
    assert counts == {"up": size - silent, "down": silent}, (run.__name__, counts)
    return wall_s, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def compare(port: int, size: int, pairs: int, folder: Path) -> bool:
    """Measure one size and print its row; False where a goal is missed."""
    file = folder / f"{size}.txt"
    urls = addresses(port, size)
    file.write_text("\n".join(urls))
    file.with_suffix(".curl").write_text(
        "".join(
            f'url = "{url}"\noutput = /dev/null\nwrite-out = "%{{http_code}}\\n"\n' for url in urls
        )
    )
    bound_s = TIMEOUT_S * ceil(size / SILENT_OF / AT_ONCE)
    runs = [(measured(ours, file, AT_ONCE, size), measured(curls, file, AT_ONCE, size))
            for _ in range(pairs)]  # fmt: skip
    wall, cpu, curl_wall, curl_cpu = (
        median(column) for column in zip(*(a + b for a, b in runs), strict=True)
    )
    by_pair = median(a[0] / b[0] for a, b in runs)
    print(
        f"| {size:,} | {bound_s} | {wall:.2f} | {curl_wall:.2f} | {wall / bound_s:.2f} "
        f"| {by_pair:.2f} | {cpu / size * 1e6:.0f} | {curl_cpu / size * 1e6:.0f} |",
        flush=True,
    )
    return by_pair <= GOAL_CURL if size >= 10_000 else wall <= GOAL_BOUND * bound_s


def main() -> int:
    """Run the stub and each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--sizes", default="1000,10000")
    parser.add_argument("--gate", action="store_true")
    parser.add_argument("--look", type=Path)
    parser.add_argument("--at-once", type=int, default=AT_ONCE)
    asked = parser.parse_args()
    if asked.look:
        look(asked.look, asked.at_once)
        return 0
    print(
        "| looks | bound s | wall s | curl s | wall / bound | wall / curl | µs CPU a look | curl |"
    )
    print("|---|---|---|---|---|---|---|---|")
    stub = subprocess.Popen([sys.executable, "-c", STUB], stdout=subprocess.PIPE, text=True)
    try:
        port = int(stub.stdout.readline())
        with tempfile.TemporaryDirectory() as folder:
            met = [
                compare(port, int(size), asked.pairs, Path(folder))
                for size in asked.sizes.split(",")
            ]
    finally:
        stub.terminate()
        stub.wait()
    return 0 if all(met) or not asked.gate else 1


if __name__ == "__main__":
    sys.exit(main())
