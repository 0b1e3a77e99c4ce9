"""PySpark ranks three partitions with ``mapInArrow``, joined back to the calls by their key."""

import os
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dispatch_cli import api

pytestmark = pytest.mark.heavy

SAMPLE = Path(__file__).resolve().parents[2] / "providers.toml"
PAGE = Path(__file__).resolve().parents[2] / "docs" / "api.md"
KINDS = ("tow", "breakdown", "accident", "dead_battery")
ORDER = [("call", "ascending"), ("service", "ascending"), ("rank", "ascending")]


@pytest.mark.filterwarnings("ignore")  # Spark warns of the newest pandas and of its own sockets
def test_spark_says_what_one_process_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page's example on three partitions gives the lines of one process, each with its call."""
    for name in ("pyspark", "pyarrow", "numba", "pandas"):
        pytest.importorskip(name, reason=f"{name} is not installed: not shown")
    if shutil.which("java") is None:
        pytest.skip("java is not installed: not shown")
    import pyarrow as pa
    from pyspark.sql import SparkSession

    monkeypatch.setitem(os.environ, "PYSPARK_PYTHON", sys.executable)
    monkeypatch.chdir(tmp_path)
    numbers = range(20)
    table = pa.table({
        "call": [f"call {number}" for number in numbers],
        "kind": [KINDS[number % len(KINDS)] for number in numbers],
        "lat": [48.3 + number % 7 / 100 for number in numbers],
        "lon": [10.8 + number % 11 / 100 for number in numbers],
        "when": pa.array([datetime(2026, 11, 27, 11, tzinfo=UTC)] * 20, pa.timestamp("us", "UTC")),
    })  # fmt: skip
    [example] = [each.split("```")[0] for each in PAGE.read_text("utf-8").split("```python")
                 if "mapInArrow" in each.split("```")[0]]  # fmt: skip
    spark = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.python.worker.faulthandler.enabled", "true")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .getOrCreate()
    )
    try:
        calls = spark.createDataFrame(table).repartition(3)
        assert calls.rdd.getNumPartitions() == 3
        names = {"calls": calls}
        exec(example.replace("providers.toml", str(SAMPLE)), names)  # noqa: S102 - our own page
        ranked, joined = names["ranks"].toArrow(), names["joined"].toArrow()
    finally:
        spark.stop()
    alone = api.rank_batches(table, api.load(SAMPLE), key="call").read_all()
    assert ranked.num_rows > 100
    assert ranked.sort_by(ORDER).to_pylist() == alone.sort_by(ORDER).to_pylist()
    kinds = dict(zip(table["call"].to_pylist(), table["kind"].to_pylist(), strict=True))
    assert joined.num_rows == alone.num_rows
    assert all(kinds[line["call"]] == line["kind"] for line in joined.to_pylist())
