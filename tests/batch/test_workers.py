"""Batches on several workers, each with its own reading of the provider file."""

import subprocess
import sys
from pathlib import Path

import pytest

SAMPLE = Path(__file__).resolve().parents[2] / "providers.toml"

PROGRAM = """
import sys
from datetime import datetime, timezone

import pyarrow as pa
from distributed import Client, LocalCluster

from dispatch_cli import api
from dispatch_cli.batch.arrow import SCHEMA

WHEN = datetime(2026, 11, 27, 12, 0, tzinfo=timezone.utc)


def rank(batch, path, now):
    import os
    catalog = api.load(path, now=now)
    [found] = api.rank_batches([batch], catalog, threads=1)
    return os.getpid(), found


def batch(first):
    rows = range(first, first + 50)
    return pa.record_batch({
        "row": pa.array(rows), "kind": [("tow", "breakdown")[row % 2] for row in rows],
        "lat": [47.6 + row % 70 / 10 for row in rows], "lon": [7.0 + row % 60 / 10 for row in rows],
        "when": pa.array([WHEN] * 50, pa.timestamp("us", "UTC")),
    })


if __name__ == "__main__":
    batches = [batch(first) for first in range(0, 400, 50)]
    with LocalCluster(n_workers=2, threads_per_worker=1, host="127.0.0.1",
                      dashboard_address=None) as cluster, Client(cluster) as client:
        done = client.gather([
            client.submit(rank, each, sys.argv[1], WHEN, workers=[worker], pure=False)
            for each, worker in zip(batches, list(client.scheduler_info()["workers"]) * 4)
        ])
    alone = list(api.rank_batches(batches, api.load(sys.argv[1], now=WHEN), threads=2))
    assert [found for _, found in done] == alone, "the workers say something else"
    assert alone[0].schema == SCHEMA and alone[0].num_rows >= 50
    print("processes", len({pid for pid, _ in done}), "lines", sum(one.num_rows for one in alone))
"""


@pytest.mark.parametrize("needs", ["distributed"])
def test_two_dask_workers_say_what_one_process_says(needs: str, tmp_path: Path) -> None:
    """Eight batches on two worker processes give the lines of one process, batch by batch."""
    for module in ("pyarrow", "numba", needs):
        pytest.importorskip(module, reason=f"{module} is not installed: not shown")
    program = tmp_path / "program.py"
    program.write_text(PROGRAM, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(program), str(SAMPLE)],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("processes 2 ")


def test_the_api_needs_no_terminal() -> None:
    """Importing what a program needs brings neither Typer nor the extra's libraries."""
    code = (
        "import sys; from dispatch_cli.api import rank_batches; "
        "print([name for name in ('typer', 'rich', 'numpy', 'numba', 'pyarrow') "
        "if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
