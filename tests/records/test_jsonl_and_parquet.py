"""JSON lines and Parquet give the same rows as CSV, each with its own bytes."""

import msgspec
import pytest

from dispatch_cli.records.jsonl_rows import begins_over_lines
from dispatch_cli.records.open_records import open_records
from dispatch_cli.records.values import MOST_BYTES, Mark, Reject, Row

from ..extras import NEEDS_BATCH


def chunks_of(path, wanted, mark=None):
    """Return every chunk of a file with the wanted columns."""
    with open_records(str(path)) as records:
        return list(records.rows.chunks(mark or records.rows.start, wanted))


def records_of(folder, line):
    """Return the records of a file of one line."""
    path = folder / "in.jsonl"
    path.write_text(f"{line}\n", encoding="utf-8")
    return [each for chunk in chunks_of(path, ("kind",)) for each in chunk.records]


def test_each_line_is_an_object_or_a_reject_with_its_bytes(tmp_path):
    """A malformed line, an array, NUL, another encoding, deep nesting: each keeps its bytes."""
    lines = [
        b'\xef\xbb\xbf{"a": 1, "b": "x"}\n',
        b'{"a": 1e999}\r\n',
        b"[1]\n",
        b"\n",
        b'{"a": "\xff"}\n',
        b'{"a": "\0"}\n',
        b'{"a":' * 50_000 + b"\n",
        b'{"a": NaN}\n',
        b'{"b": null}',
    ]
    path = tmp_path / "in.jsonl"
    path.write_bytes(b"".join(lines))
    found = [each for chunk in chunks_of(path, ("a", "b")) for each in chunk.records]
    assert [each.raw for each in found] == [lines[0][3:], *lines[1:]]
    reasons = [each.reason if isinstance(each, Reject) else "" for each in found]
    assert reasons == [
        "", "bad_json", "bad_json", "empty", "encoding", "nul_byte", "bad_json", "bad_json", "",
    ]  # fmt: skip
    assert found[0].values == {"a": 1, "b": "x"}
    assert found[-1].values == {"b": None}


def test_parquet_resumes_at_any_row(tmp_path):
    """From any row on the rows are the same; times are texts."""
    pa = pytest.importorskip("pyarrow", reason="the extra batch is not installed")
    from pyarrow import parquet

    table = pa.table(
        {
            "a": list(range(2000)),
            "when": pa.array([1_700_000_000] * 2000, pa.timestamp("s", "UTC")),
            "n": [None, 1.5] * 1000,
        }
    )
    path = tmp_path / "in.parquet"
    parquet.write_table(table, path, row_group_size=300)
    everything = [each for chunk in chunks_of(path, ("a", "when")) for each in chunk.records]
    assert [each.values["a"] for each in everything] == list(range(2000))
    assert everything[0].values["when"] == "2023-11-14T22:13:20+00:00"
    assert msgspec.json.decode(everything[1].raw)["n"] == 1.5
    for offset in (1, 299, 300, 1234, 2000):
        rest = chunks_of(path, ("a", "when"), Mark(offset, offset + 1, offset + 1))
        assert [each for chunk in rest for each in chunk.records] == everything[offset:]
        assert all(isinstance(each, Row) for each in everything)


@NEEDS_BATCH
@pytest.mark.parametrize(
    ("values", "unit", "zone", "rejected"),
    [
        ([1_766_000_000_000_000_001, None], "ns", "UTC", []),
        ([2**62, 1_766_000_000_000_000, None], "us", "UTC", [1]),
        ([1_766_000_000_000_000, None], "us", "Nowhere/Land", [1]),
    ],
)
def test_an_invalid_time_rejects_its_own_row(tmp_path, values, unit, zone, rejected):
    """Nanoseconds are cut; a time out of range or in an unknown zone rejects rows that need it."""
    import pyarrow as pa
    from pyarrow import parquet

    table = pa.table({"a": range(len(values)), "when": pa.array(values, pa.timestamp(unit, zone))})
    parquet.write_table(table, tmp_path / "in.parquet")
    for wanted, numbers in ((("a", "when"), rejected), (("a",), [])):
        with open_records(str(tmp_path / "in.parquet")) as records:
            [chunk] = records.rows.chunks(records.rows.start, wanted)
        assert [each.number for each in chunk.records if isinstance(each, Reject)] == numbers
        assert len(chunk.records) == len(values)


@NEEDS_BATCH
def test_a_row_of_parquet_over_the_limit_is_rejected(tmp_path):
    """A row over 1 MiB as JSON is a reject with all its bytes."""
    import pyarrow as pa
    from pyarrow import parquet

    table = pa.table({"a": ["x", "y" * MOST_BYTES, "z"]})
    parquet.write_table(table, tmp_path / "in.parquet")
    [chunk] = chunks_of(tmp_path / "in.parquet", ("a",))
    assert [type(each) for each in chunk.records] == [Row, Reject, Row]
    assert chunk.records[1].reason == "too_long"
    assert msgspec.json.decode(chunk.records[1].raw) == {"a": "y" * MOST_BYTES}


@pytest.mark.parametrize(
    "line",
    [
        '{"kind":"medical","kind":"tow"}', '{"kind":"tow","kind":"tow"}',
        '{"kind" : "a","x":{"kind":1},"kind":"b"}', '{"k\\u0069nd":"a","kind":"b"}',
        '{"id":1,"id":2,"kind":"tow"}', '{"Größe":1,"Gro\u0308ße":2}', '{"":1,"":2}',
        '{"a":[{"b":1}],"a":2}', '{"kind"\t:1,"kind":2}', '{"a":"\\":","b":1,"b":2}',
    ],
)  # fmt: skip
def test_a_name_that_occurs_twice_is_a_reject(tmp_path, line):
    """Readers differ on which value counts, so none does: the kind of an emergency may be lost."""
    [reject] = records_of(tmp_path, line)
    assert isinstance(reject, Reject)
    assert reject.reason == "bad_json"
    assert "occurs twice" in str(reject.detail)


@pytest.mark.parametrize(
    "line",
    ['{"a":{"kind":1},"b":{"kind":2}}', '{"a":"x\\":y","b":1}', '{"a":[{"b":1},{"b":2}]}', "{}"],
)
def test_equal_names_in_different_objects_are_no_reject(tmp_path, line):
    """A name counts within its object; a colon inside a text does not make a name."""
    [row] = records_of(tmp_path, line)
    assert isinstance(row, Row)


@pytest.mark.parametrize(
    ("content", "is_over_lines"),
    [
        (b'{\n "a": 1\n}\n', True),
        (b'\xef\xbb\xbf\r\n{\r\n "a": 1\r\n}\r\n', True),
        (b'{"a": 1,\n "b": 2}\n{"a": 1,\n "b": 2}\n', True),
        (b"{\n" + b'"a": 1,\n' * 50_000, True),
        (b'{"a": 1}\n', False),
        (b'{"a": 1}', False),
        (b'{"a": 1,\n "b": 2}\n{"a": 1}\n', False),
        (b'{"a": 1\n{"a": 1}\n', False),
        (b'{\n{"a": 1}\n', False),
        (b"{", False),
    ],
)
def test_objects_over_several_lines_are_another_format(content, is_over_lines):
    """One broken line is a reject; a file whose objects all have line breaks is refused."""
    assert begins_over_lines(content) == is_over_lines
