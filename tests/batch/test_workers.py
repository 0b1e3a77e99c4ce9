"""Batches on several workers, each of which reads the provider file."""

import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import indent

import pytest

SAMPLE = Path(__file__).resolve().parents[2] / "providers.toml"

PAGE = Path(__file__).resolve().parents[2] / "docs" / "api.md"

BEFORE = """
from datetime import datetime, timezone
import pyarrow as pa
from dispatch_cli import api
from dispatch_cli.batch.compiled.arrow_rows import SCHEMA

WHEN = datetime(2026, 11, 27, 12, 0, tzinfo=timezone.utc)

def batch(first):
    rows = range(first, first + 50)
    return pa.record_batch({
        "row": pa.array(rows), "kind": [("tow", "breakdown")[row % 2] for row in rows],
        "lat": [47.6 + row % 70 / 10 for row in rows], "lon": [7.0 + row % 60 / 10 for row in rows],
        "when": pa.array([WHEN] * 50, pa.timestamp("us", "UTC")),
    })

batches = [batch(first) for first in range(0, 400, 50)]
"""
AFTER = """
import os
with Client(n_workers=2, threads_per_worker=1, dashboard_address=None) as client:
    where = [client.submit(os.getpid, workers=[worker], pure=False)
             for worker in client.scheduler_info()["workers"]]
    print("processes", len({os.getpid(), *client.gather(where)}) - 1)
alone = list(api.rank_batches(batches, api.load("providers.toml"), threads=2))
assert ranked == alone, "the workers say something else"
assert alone[0].schema == SCHEMA and alone[0].num_rows >= 50
print("lines", sum(one.num_rows for one in alone))
"""
DUCK = """
import pyarrow.parquet as pq
pq.write_table(pa.Table.from_batches(batches), "calls.parquet")
"""


def shown(name: str) -> str:
    """Return the example of the page with an import."""
    [found] = [each.split("```")[0] for each in PAGE.read_text(encoding="utf-8").split("```python")
               if name in each.split("```")[0]]  # fmt: skip
    return found


def ran(folder: Path, text: str) -> str:
    """Run a program beside the sample's provider file, which a worker process may import."""
    shutil.copy(SAMPLE, folder / "providers.toml")
    guarded = "if __name__ == '__main__':\n" + indent(text, "    ")
    (folder / "program.py").write_text(guarded, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "program.py"], cwd=folder,
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def skip_without(*modules: str) -> None:
    """Skip a test if a library is missing."""
    for module in ("pyarrow", "numba", *modules):
        pytest.importorskip(module, reason=f"{module} is not installed: not shown")


@pytest.mark.ci
def test_two_dask_workers_say_what_one_process_says(tmp_path: Path) -> None:
    """The page's example: eight batches on two workers give the lines of one process."""
    skip_without("distributed")
    assert ran(tmp_path, BEFORE + shown("distributed") + AFTER).startswith("processes 2\nlines ")


def test_duckdb_reads_and_counts_what_is_ranked(tmp_path: Path) -> None:
    """The page's example for DuckDB runs, from a Parquet file to a count."""
    skip_without("duckdb")
    counted = shown("import duckdb").rstrip().rsplit("\n", 1)
    program = f"{BEFORE}{DUCK}{counted[0]}\nprint({counted[1]}.fetchall()[0][1] > 0)\n"
    assert ran(tmp_path, program) == "True\n"


def test_the_schema_for_spark_is_that_of_the_lines() -> None:
    """Spark's names and types are those of the record batches."""
    skip_without()
    from dispatch_cli.batch.compiled.arrow_rows import SCHEMA

    words = {"int64": "long", "string": "string", "double": "double"}
    types = [f"{each.name} {words[str(each.type)]}" for each in SCHEMA]
    assert types[0] == "row long"
    wanted = ", ".join(["call string", *types[1:]])
    assert wanted in " ".join(shown("mapInArrow").split())


FRAME = """
import dask, dask.dataframe
import pandas as pd
calls = pa.Table.from_batches(batches).to_pandas()
frame = dask.dataframe.from_pandas(calls, npartitions=3)

def rank(part):
    return api.rank_batches(part, api.load("providers.toml"), threads=1).read_all().to_pandas()

with dask.config.set(scheduler="processes", num_workers=2):
    meta = api.result_schema().empty_table().to_pandas()
    ranked = frame.map_partitions(rank, meta=meta).compute()
alone = api.rank_batches(calls, api.load("providers.toml")).read_all().to_pandas()
pd.testing.assert_frame_equal(ranked.reset_index(drop=True), alone)
joined = ranked.merge(calls[["row", "kind"]], on="row")
assert len(joined) == len(alone) and set(joined["row"]) == set(range(400))
print("partitions", frame.npartitions)
"""


@pytest.mark.ci
def test_a_dask_data_frame_is_ranked_by_processes(tmp_path: Path) -> None:
    """Three partitions on two processes give the lines of one process, joined back by row."""
    skip_without("pandas", "dask.dataframe")
    assert ran(tmp_path, BEFORE + FRAME) == "partitions 3\n"


def test_the_api_needs_no_terminal() -> None:
    """Importing the API loads neither Typer nor the extra's libraries."""
    code = (
        "import sys; from dispatch_cli.api import rank_batches; "
        "print([name for name in ('typer', 'rich', 'numpy', 'numba', 'pyarrow') "
        "if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
