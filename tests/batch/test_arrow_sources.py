"""Arrow data of any origin is ranked alike, and joined back to its rows."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dispatch_cli import api

pa = pytest.importorskip("pyarrow", reason='the extra "batch" is not installed')
pytest.importorskip("numba", reason='the extra "batch" is not installed')

SAMPLE = Path(__file__).resolve().parents[2] / "providers.toml"
NOON = datetime(2026, 11, 27, 11, tzinfo=UTC)
KINDS = ("tow", "breakdown", "accident", "dead_battery")


@pytest.fixture(scope="module")
def catalog() -> api.Catalog:
    """The sample provider file."""
    return api.load(SAMPLE)


def batch(first: int, count: int) -> "pa.RecordBatch":
    """Make some calls round Augsburg; each has a reference of its own."""
    numbers = range(first, first + count)
    return pa.record_batch({
        "ref": [f"call {number}" for number in numbers],
        "kind": [KINDS[number % len(KINDS)] for number in numbers],
        "lat": [48.3 + number % 7 / 100 for number in numbers],
        "lon": [10.8 + number % 11 / 100 for number in numbers],
        "when": pa.array([NOON] * count, pa.timestamp("us", "UTC")),
    })  # fmt: skip


BATCHES = [batch(0, 5), batch(5, 1), batch(6, 14)]


def pandas_frame(table: "pa.Table") -> Any:
    """Make a data frame of pandas."""
    return pytest.importorskip("pandas", reason="pandas is not installed: not shown") and (
        table.to_pandas()
    )


def duckdb_relation(table: "pa.Table") -> Any:
    """Make a relation of DuckDB."""
    duckdb = pytest.importorskip("duckdb", reason="duckdb is not installed: not shown")
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    connection.register("calls", table)
    return connection.sql("select * from calls")


def polars_frame(table: "pa.Table") -> Any:
    """Make a data frame of polars."""
    import polars

    return polars.from_arrow(table)


SOURCES: dict[str, Callable[[Any], Any]] = {
    "table": lambda table: table,
    "reader": lambda table: table.to_reader(),
    "iterator": lambda table: iter(table.to_batches()),
    "list": lambda table: table.to_batches(),
    "polars": polars_frame,
    "pandas": pandas_frame,
    "duckdb": duckdb_relation,
}


@pytest.mark.parametrize("name", SOURCES)
def test_every_source_of_three_batches_is_ranked_alike(catalog, name):
    """The lines are those of one record batch, and each is joined back to its row."""
    table = pa.Table.from_batches(BATCHES)
    ranked = api.rank_batches(SOURCES[name](table), catalog).read_all()
    assert ranked.schema == api.result_schema()
    whole = api.rank_batches(table.combine_chunks().to_batches()[0], catalog).read_all()
    assert ranked.equals(whole)
    rows = ranked.column("row").to_pylist()
    assert set(rows) == set(range(1, 21))
    kinds = table.column("kind").to_pylist()
    services = {(kinds[row - 1], service) for row, service in
                zip(rows, ranked.column("service").to_pylist(), strict=True)}  # fmt: skip
    assert ("dead_battery", "jump_start") in services
    assert ("tow", "jump_start") not in services


def test_a_key_column_stands_for_the_number_of_the_row(catalog):
    """With ``key`` each line has the value of that column, with its type."""
    numbered = api.rank_batches(iter(BATCHES), catalog).read_all()
    keyed = api.rank_batches(iter(BATCHES), catalog, key="ref").read_all()
    assert keyed.schema == api.result_schema("ref", pa.string())
    wanted = [f"call {row - 1}" for row in numbered.column("row").to_pylist()]
    assert keyed.column("ref").to_pylist() == wanted
    assert keyed.drop_columns("ref").equals(numbered.drop_columns("row"))


def test_a_stream_without_rows_has_the_columns(catalog):
    """No batch at all, or an empty one, gives no line and the same columns."""
    for source in ([], [BATCHES[0].slice(0, 0)]):
        ranked = api.rank_batches(source, catalog, key="ref").read_all()
        assert (ranked.num_rows, ranked.schema.names[0]) == (0, "ref")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (5, "int is not Arrow data"),
        ("calls.parquet", "str is not Arrow data"),
        ([1, 2], "int is not a record batch"),
        (BATCHES[0].drop_columns(["when"]), "needs the column 'when'"),
        (BATCHES[0].set_column(1, "kind", pa.array(["Abschleppen"] * 5)), "Abschleppen"),
        (
            BATCHES[0].set_column(4, "when", pa.array([datetime(2026, 11, 27, 11)] * 5)),  # noqa: DTZ001
            "no time zone",
        ),
    ],
)
def test_what_cannot_be_ranked_is_an_error_of_the_project(catalog, source, said):
    """Wrong data raises UsageError with its cause, also while the reader is read."""
    with pytest.raises(api.UsageError, match=said):
        api.rank_batches(source, catalog).read_all()


def test_a_missing_key_is_named(catalog):
    """The error lists the columns that there are."""
    with pytest.raises(api.UsageError, match="no column 'number'; it has ref, kind"):
        api.rank_batches(BATCHES, catalog, key="number")
