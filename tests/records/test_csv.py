"""CSV is read as by csv.reader, and malformed records keep their bytes."""

import csv
import gzip
import io
import random
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch_cli.errors import BadDataError, UsageError
from dispatch_cli.records import quoting
from dispatch_cli.records.csv_rows import MOST_LINES_OF_BLOCK
from dispatch_cli.records.open_records import open_records
from dispatch_cli.records.quoting import MOST_LINES, is_open_after
from dispatch_cli.records.values import MOST_BYTES, Block, Mark, Reject, Row

from ..extras import NEEDS_BATCH


def records_of(path, mark=None, **options):
    """Return every record of a file from a mark on, and the marks behind the chunks."""
    with open_records(str(path), **options) as records:
        chunks = list(
            records.rows.chunks(mark or records.rows.start, records.rows.columns or ("a", "b"))
        )
    return [each for chunk in chunks for each in chunk.records], [chunk.end for chunk in chunks]


CELLS = st.text(alphabet='ab ,;"\n\r5é|', max_size=6)


@given(rows=st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=12), sign=st.sampled_from(",;\t|"))
def test_rows_of_csv_writer_are_read_back(tmp_path_factory, rows, sign):
    """Cells with quotes, delimiters and line breaks are read back; the bytes add up to the file."""
    path = tmp_path_factory.mktemp("csv") / "in.csv"
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=sign)
    writer.writerow(["a", "b", "c"])
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode())
    found, _ = records_of(path)
    assert [tuple(each.values.values()) for each in found] == rows
    assert b"".join(each.raw for each in found) == path.read_bytes().split(b"\r\n", 1)[1]
    assert [each.number for each in found] == list(range(1, len(rows) + 1))


@given(
    st.lists(st.text(alphabet='ab,"\n\r\0é', max_size=12), max_size=12),
    st.integers(0, 40),
)
def test_any_bytes_come_out_once_and_in_order(tmp_path_factory, texts, at):
    """The records of any file have all its bytes in order, also from any mark on."""
    path = tmp_path_factory.mktemp("csv") / "in.csv"
    body = "\n".join(texts).encode().replace("é".encode(), b"\xff")
    path.write_bytes(b"a,b\n" + body)
    found, marks = records_of(path)
    assert b"".join(each.raw for each in found) == body
    assert [each.number for each in found] == list(range(1, len(found) + 1))
    for each in found:
        assert (
            path.read_bytes()
            .splitlines(keepends=True)[each.line - 1]
            .startswith(each.raw.splitlines(keepends=True)[0])
        )
    if marks:
        assert marks[-1].offset == path.stat().st_size
        # From the mark behind any record on, the others are the same.
        skipped = found[: at % (len(found) + 1)]
        lines = sum(len(each.raw.splitlines()) for each in skipped)
        offset = len(b"a,b\n") + sum(len(each.raw) for each in skipped)
        rest, _ = records_of(path, Mark(offset, len(skipped) + 1, 2 + lines))
        assert rest == found[len(skipped) :]


def test_a_quote_that_is_never_closed_rejects_one_line(tmp_path):
    """The records behind a stray quote are read, also one with a line break."""
    path = tmp_path / "in.csv"
    path.write_bytes(b'a,b\n1,x\n2,"open\n3,"two\nlines"\n4,5" pipe\n5,"z"\n')
    found, _ = records_of(path)
    assert [each.reason for each in found if isinstance(each, Reject)] == ["open_quote"]
    values = [tuple(each.values.values()) for each in found if isinstance(each, Row)]
    assert values == [("1", "x"), ("3", "two\nlines"), ("4", '5" pipe'), ("5", "z")]
    assert [each.line for each in found] == [2, 3, 4, 6, 7]


def test_a_file_of_stray_quotes_is_read_in_linear_time(tmp_path, monkeypatch):
    """No stray quote makes the reader scan more lines than one field may have."""
    looked = 0

    def counting(*given, **named):
        nonlocal looked
        looked += 1
        return is_open_after(*given, **named)

    monkeypatch.setattr(quoting, "is_open_after", counting)
    path = tmp_path / "in.csv"
    path.write_bytes(b"a,b\n" + b'x"y,"\n' * 3_000)
    found, _ = records_of(path)
    assert [each.reason for each in found] == ["open_quote"] * 3_000
    assert 3_000 < looked <= 3_000 * (MOST_LINES + 1)


@given(st.text(alphabet='ab,"', max_size=14), st.booleans())
def test_a_line_is_open_if_csv_reader_needs_the_next(line, is_open):
    """The scan agrees with csv.reader for every line, at the start of a record or inside quotes."""
    reader = csv.reader(iter([('"' if is_open else "") + line + "\n", "next\n"]))
    next(reader)
    asked_for_the_next = reader.line_num > 1
    assert is_open_after(line.encode() + b"\n", b",", is_open=is_open) is asked_for_the_next


@pytest.mark.parametrize(
    ("content", "options", "values"),
    [
        (b"\xef\xbb\xbfa;b\n48,5;x\n", {}, {"a": "48,5", "b": "x"}),
        (b"a\tb\r\n1\t2\r\n", {}, {"a": "1", "b": "2"}),
        (b"a|b\r1|2\r", {}, {"a": "1", "b": "2"}),
        (b'"a,x";b\n1;2', {}, {"a,x": "1", "b": "2"}),
        (b"a,b\n\xe4,2\n", {"encoding": "cp1252"}, {"a": "ä", "b": "2"}),
        (b"a,b;c\n1;2,3;4\n", {"delimiter": ";"}, None),
        (b"a^b\n1^2\n", {"delimiter": "^"}, {"a": "1", "b": "2"}),
        (b"at\n86150\n", {}, {"at": "86150"}),
    ],
)
def test_every_dialect_is_detected(tmp_path, content, options, values):
    """Byte order mark, delimiter and line ends are detected, with and without gzip."""
    for name, data in (("in.csv", content), ("in.csv.gz", gzip.compress(content))):
        (tmp_path / name).write_bytes(data)
        [record], _ = records_of(tmp_path / name, **options)
        if values is None:
            assert record.reason == "ragged"
        else:
            assert record.values == values


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"\xff\xfea\x00,\x00", "UTF-16"),
        (b"a\0b,c\n", "NUL"),
        (b"\xff\xff,b\n1,2\n", "utf-8"),
        (b"\n\n", "no columns"),
        (b"x" * (MOST_BYTES + 2), "header row is over"),
        (b"\x1f\x8bnonsense", "cannot be read"),
        (gzip.compress(b"a,b\n" + b"1,2\n" * 99, mtime=0)[:-12], "truncated"),
        pytest.param(b"PAR1nonsense", "Parquet", marks=NEEDS_BATCH),
    ],
)
def test_any_other_file_is_refused_with_its_reason(tmp_path, content, says):
    """A file in another format raises BadDataError with what was found."""
    path = tmp_path / "in"
    path.write_bytes(content)
    with pytest.raises(BadDataError, match=says):
        records_of(path)


def test_a_folder_and_a_missing_file_are_refused(tmp_path):
    """The error says whether it is a folder or missing."""
    with pytest.raises(BadDataError, match="is a folder"):
        records_of(tmp_path)
    with pytest.raises(BadDataError, match="No such file"):
        records_of(tmp_path / "none.csv")


@pytest.mark.parametrize(
    "name",
    [
        "utf-16",
        "utf-32",
        "utf-7",
        "hz",
        "iso2022_jp",
        "raw_unicode_escape",
        "rot13",
        "no such",
        "base64",
        "",
    ],
)
def test_an_encoding_without_ascii_is_refused(tmp_path, name):
    """An encoding in which ASCII bytes are not ASCII is refused; no name means UTF-8."""
    path = tmp_path / "in.csv"
    path.write_bytes(b"a,b\n1,2\n")
    if not name:
        assert len(records_of(path, encoding=name)[0]) == 1
        return
    with pytest.raises(UsageError, match="--encoding"):
        records_of(path, encoding=name)


def test_a_thousand_columns_and_more_are_read(tmp_path):
    """A file with 10,000 columns is read."""
    path = tmp_path / "in.csv"
    names = [f"c{number}" for number in range(10_000)]
    path.write_text(",".join(names) + "\n" + ",".join("1" * 10_000) + "\n")
    with open_records(str(path)) as records:
        [chunk] = records.rows.chunks(records.rows.start, ("c9999",))
    assert chunk.records[0].values == {"c9999": "1"}


LINES = st.sampled_from(
    ["a,b,c", "1,2,3", "", "one", '"a","b","c"', '"a, b",,', '5" x,"b""",c', '"open,b', 'end",b,c',
     "nul\0,b,c", "ü,b,c", ",,", '"two', 'lines",b,c', "a,b,c,d"]
)  # fmt: skip


@given(
    lines=st.lists(st.tuples(LINES, st.sampled_from(["\n"] * 8 + ["\r\n", "\r"])), max_size=40),
    most=st.sampled_from([1, 20, 10_000]),
    block=st.sampled_from([7, 50, 1 << 18]),
)
def test_blocks_are_records_of_one_line_each(tmp_path_factory, lines, most, block):
    """Records and marks are the same, read in blocks and then row by row, or row by row at once."""
    path = tmp_path_factory.mktemp("csv") / "in.csv"
    path.write_bytes(("x,y,z\n" + "".join(map("".join, lines))).encode())
    names = ("x", "y", "z")
    with open_records(str(path)) as records:
        expected = [each for chunk in records.rows.chunks(records.rows.start, names)
                    for each in chunk.records]  # fmt: skip
    found = []
    with pytest.MonkeyPatch.context() as patch, open_records(str(path)) as records:
        patch.setattr(type(records.source).read, "__defaults__", (block,))
        mark = records.rows.start
        for part in records.rows.parts(mark, names, lambda: most):
            chunks = [part]
            if isinstance(part, Block):
                assert part.begin == mark
                chunks = list(records.rows.chunks_of(part, names))
                assert [each.end for each in chunks][-1:] == [part.end]
            found += [each for chunk in chunks for each in chunk.records]
            mark = part.end
    assert found == expected
    assert mark.offset == path.stat().st_size
    assert b"".join(each.raw for each in found) == path.read_bytes()[6:]


def parts_of(path, most):
    """Return the parts of a file, and the error that ends them."""
    found = []
    with open_records(str(path)) as records, suppress(BadDataError):
        found.extend(records.rows.parts(records.rows.start, ("a",), lambda: most))
    return found


def test_the_records_before_a_truncation_are_read(tmp_path):
    """A truncated gzip file gives the same rows in blocks as row by row."""
    path = tmp_path / "in.csv.gz"
    chance = random.Random(3)
    rows = b"".join(b"%d,%d\n" % (n, chance.getrandbits(200)) for n in range(30_000))
    path.write_bytes(gzip.compress(b"a,b\n" + rows)[:-50_000])
    singly = parts_of(path, 0)
    blocks = parts_of(path, 1 << 23)
    assert 0 < len(blocks) < len(singly)
    assert blocks[-1].end == singly[-1].end


def test_a_block_has_no_more_lines_than_it_may(tmp_path):
    """A block of empty lines, which have few bytes, ends at the limit of lines."""
    (tmp_path / "in.csv").write_bytes(b"a\n" + b"\n" * 1_000_000)
    counts = [each.count for each in parts_of(tmp_path / "in.csv", 1 << 23)]
    assert sum(counts) == 1_000_000
    assert max(counts) <= MOST_LINES_OF_BLOCK + (1 << 18)
