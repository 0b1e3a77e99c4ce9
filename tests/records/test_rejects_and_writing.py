"""Rejects are read back to the byte, numbers to the last bit."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch_cli.records.rejects import reject_line
from dispatch_cli.records.values import Reject
from dispatch_cli.records.writing import CsvWriter

from ..reject_files import read_rejects


@given(
    st.lists(st.tuples(st.integers(1, 10**12), st.text(max_size=20), st.binary(max_size=60))),
    st.integers(0, 3),
    st.booleans(),
)
def test_a_reject_comes_back_with_its_bytes(rows, part, more):
    """Any bytes and any detail are read back from one line."""
    rejects = [
        Reject(number, number + 1, "bad_time", detail.encode("utf-8", "replace").decode(), raw,
               part, more)
        for number, detail, raw in rows
    ]  # fmt: skip
    written = b"".join(map(reject_line, rejects))
    assert list(read_rejects(written.splitlines())) == rejects
    assert written.count(b"\n") == len(rejects)


CELLS = st.one_of(
    st.none(),
    st.integers(0, 10**12),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(alphabet="a=+-@\t\r\n\",;'é", max_size=5),
)


@given(st.lists(st.tuples(CELLS, CELLS, CELLS)))
def test_csv_is_exact(lines):
    """Numbers are read back to the same bits, texts to the same characters."""
    written = CsvWriter(["a", "b", "c"]).lines(lines)
    found = list(csv.reader(io.StringIO(written.decode(), newline="")))
    for line, cells in zip(lines, found, strict=True):
        for cell, text in zip(line, cells, strict=True):
            if isinstance(cell, float):
                assert float(text) == cell
            else:
                assert text == ("" if cell is None else str(cell))


@given(st.lists(st.tuples(CELLS, CELLS)))
def test_no_text_of_a_spreadsheet_is_a_formula(lines):
    """No text begins with a formula character; numbers and all else are unchanged."""
    written = CsvWriter(["a", "b"], guarded=True).lines(lines)
    found = list(csv.reader(io.StringIO(written.decode(), newline="")))
    for line, cells in zip(lines, found, strict=True):
        for cell, text in zip(line, cells, strict=True):
            if isinstance(cell, str):
                assert text[:1] not in ("=", "+", "-", "@", "\t", "\r", "\n")
                assert text.removeprefix("'") == cell or text == cell
            elif isinstance(cell, float):
                assert float(text) == cell


def test_exact_csv_does_not_change_phone_numbers():
    """+49 stays +49 in exact CSV, which guards nothing."""
    assert CsvWriter(["a"]).lines([["+4989"]]) == b"+4989\n"
    assert CsvWriter(["a"], guarded=True).lines([["+4989"]]) == b"'+4989\n"


@pytest.mark.parametrize("lines", [[], [(1, "x", 0.1, None)], [(7, "é\n", -1e-300, "z")] * 70_000])
def test_parquet_has_the_lines_and_the_same_bytes_each_time(tmp_path, lines):
    """Two conversions of one CSV file give the same Parquet bytes."""
    pytest.importorskip("pyarrow", reason="the extra batch is not installed")
    from pyarrow import parquet

    from dispatch_cli.records.arrow_files import write_parquet

    part = tmp_path / "part"
    writer = CsvWriter("abcd")
    part.write_bytes(writer.head() + writer.lines(lines))
    types = {"a": "int64", "b": "string", "c": "float64", "d": "string"}
    for name in ("one", "two"):
        write_parquet(part, tmp_path / name, types)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    found = parquet.read_table(tmp_path / "one").to_pylist()
    assert [tuple(each.values()) for each in found] == lines


def test_parquet_has_lines_of_any_length(tmp_path):
    """A line of CSV that is four times as long as its record is converted."""
    pytest.importorskip("pyarrow", reason="the extra batch is not installed")
    from pyarrow import parquet

    from dispatch_cli.records.arrow_files import write_parquet

    lines = [(number, "1000000000000000.0," * 400_000) for number in range(3)]
    writer = CsvWriter(["a", "b"])
    (tmp_path / "part").write_bytes(writer.head() + writer.lines(lines))
    write_parquet(tmp_path / "part", tmp_path / "out", {"a": "int64", "b": "string"})
    found = parquet.read_table(tmp_path / "out").to_pylist()
    assert [tuple(each.values()) for each in found] == lines
