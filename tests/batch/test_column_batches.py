"""Ranking in blocks and row by row gives the same bytes, rejects and counts."""

import gc
import gzip
import io
import json
import random
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from benchmarks import batch_world
from dispatch_cli.batch.engine import Engine
from dispatch_cli.batch.job import batch_job, engine_choice
from dispatch_cli.records import input_stream
from tests.cli.conftest import TWO_FIRMS

from .invalid_rows import INVALID, NAMES, SOUND, invalid_row, row_of
from .test_ties import EQUALS

pytest.importorskip("numba", reason='the extra "batch" is not installed')

from dispatch_cli.batch.compiled.column_engine import ColumnEngine
from dispatch_cli.batch.job import column_batches
from dispatch_cli.batch.read.text_rows import TextReader

MORE = """
[clients.strict]
name = "Strict"
only = ["lech"]

[[provider]]
id = "night"
name = 'Night "24", Ltd'
services = ["tow", "jump_start", "tyre_change"]
base = "86150"
area = { postcodes = ["86"] }
hours = "Mo-Su 18:00-06:00"
phones = [{ number = "089 99998-301", hours = "Mo-Su 00:00-12:00" }, { number = "089 99998-302" }]
max_height_m = 2.5
"""
WORLDS = {"circles": TWO_FIRMS, "postcodes": TWO_FIRMS + MORE, "ties": EQUALS + TWO_FIRMS}
TIMES = (
    "2026-11-27T12:00", "2026-11-27 12:00:59", "2026-11-27T12:00:59Z", "2026-11-27T12:00+01:00",
    "2026-11-27T12:00:01 +0100", "2026-10-25T02:30", "2026-10-25T01:59:59", "2026-10-25T03:00",
    "2026-10-25T02:30:00Z", "2026-03-29T02:00", "2026-03-29T01:59", "2026-03-29T03:00:00.5",
    "2026-11-27T12:00:60", "2026-11-27T12:60", "2026-11-27T24:00", "2026-11-27T12:00:5",
    "2026-11-27T12:00.5", "2026-11-27T12:00:", "2026-11-27T12:00:00.000Z", "2026-11-27t12:00z",
    " 2026-11-27T12:00 ", "2026-02-29T12:00", "1969-12-31T23:59", "2199-12-31T23:59", "12:00",
    "27.11.2026 12:00", "now", "", "2026-11-27T12:00-99:00", "2026-11-27T1２:00", "2026-11-27",
    "2026-11-27T12:00  Z", "2026-11-27T12:0a", "20x6-11-27T12:00", "2026-11-27T12:00:07\u00a0",
    "2026-11-27T12:00:6x", "2026-11-27T12:00:59:00",
)  # fmt: skip
PLACES = (
    ("48.3705", "10.8978"), ("-48.3705", "10.8978"), ("0.0", "0.0"), ("0", "0"), ("48", "10"),
    ("48.3705449999999999", "10.897800000000000000001"), ("48.37", "10,8978"), ("90.0", "180.0"),
    ("90.000001", "10.5"), ("89.9", "-180.5"), ("10.8978", "48.3705"), ("-0.0", "-0.0"),
    ("+48.37", "10.89"), ("48.37 ", " 10.89"), ("48.", "10.5"), (".5", "10.5"), ("4.8.3", "1.1"),
    ("48.123456789012345678901234567", "10.1"), ("٤٨.1", "10.1"), ("", ""), ("48.37", ""),
    ("48.12345678901234567N", "10.89"), ("48.12345678901234567x", "10.89"),
    ("48.1234567890123456 7", "10.89"), ("0.0000000000000000000000x", "10.89"),
    ("48.1234567890123456e0", "10.89"), ("48.1234567890123456_7", "10.89"),
    ("48.12345678901234567N", "10.12345678901234567E"), ("00048.37", "00010.89"),
    ("48.37°", "10.89"), ("1.797e2", "10.1"), ("5.5", "50.1"),
)  # fmt: skip
IDS = ("", "a", " a", "a ", "é", "x" * 300, "a;b", "ünd\tso", "\u2003a", "a\\b", "'", "a,b", "01")
AMOUNTS = ("", "1.6", "1,6", "1.6 t", "1600 kg", "7.5", "7.51", "heavy", "0", "-1", "2.8")


def cells_of(chance: random.Random) -> dict[str, str]:
    """Make valid, unusual or invalid cells of any column."""
    lat, lon = chance.choice(PLACES) if chance.random() < 0.3 else ("48.37", "10.89")
    client = chance.choice(("", "", "adac", "strict", "none", "ad"))
    cells = {"lat": lat, "lon": lon, "id": chance.choice(IDS), "when": chance.choice(TIMES),
             "weight_t": chance.choice(AMOUNTS), "height_m": chance.choice(("", "", *AMOUNTS)),
             "client": client, "kind": chance.choice(("tow", "tow", "Panne", "fire", "accident")),
             "injured": chance.choice(("", "", "0", "2")), "note": chance.choice(IDS)}  # fmt: skip
    few = chance.sample(list(cells), chance.randint(0, 4))
    return {name: cells[name] for name in few}


def line_of(number: int, chance: random.Random) -> bytes:
    """Make an ordinary, unusual or invalid row, with or without quotes."""
    if chance.random() < 0.15:
        return invalid_row(number, chance.choice(list(INVALID)))[0]
    if chance.random() < 0.2:
        return row_of(number, chance.choice(SOUND))
    ordinary = {"id": f"r{number}", "lat": f"48.{number % 700 + 100}", "lon": "10.9",
                "kind": "tow", "vehicle": "car", "when": "2026-11-27T12:00:00"}  # fmt: skip
    cells = {**ordinary, **cells_of(chance)}
    always = chance.random() < 0.2
    written = []
    for name in NAMES:
        cell = cells.get(name, "")
        is_quoted = always or any(sign in cell for sign in ',;"')
        written.append('"' + cell.replace('"', '""') + '"' if is_quoted else cell)
    return (",".join(written) + "\n").encode()


def file_of(seed: int, rows: int) -> bytes:
    """Make a whole file in one of many formats of CSV."""
    chance = random.Random(seed)
    lines = [line_of(number, chance) for number in range(1, rows + 1)]
    data = (",".join(NAMES) + "\n").encode() + b"".join(lines)
    if chance.random() < 0.2:
        data = data.replace(b"\n", b"\r\n")
    if chance.random() < 0.2:
        data = data.removesuffix(b"\n")
    if chance.random() < 0.1:
        data = data.replace(b"\n", b"\r", 3).replace(b"\r", b"\n", 1)
    if chance.random() < 0.2:
        data = b"\xef\xbb\xbf" + data
    return gzip.compress(data, 1) if chance.random() < 0.2 else data


def ran(dispatch, home, *options: str) -> tuple:
    """Return exit code, counts, output and rejects of one run."""
    target = home / "out"
    found = dispatch("batch", "in.csv", "--output", "out", "--json", *options)
    left = {name: (home / name).read_bytes() for name in ("out", "out.rejects")
            if (home / name).exists()}  # fmt: skip
    for name in left:
        (home / name).unlink()
    assert not target.with_name("out.state").exists()
    return found.code, found.out, left


@pytest.fixture
def both(dispatch, home, monkeypatch):
    """Run a batch in blocks and row by row, with the compiled engine and blocks of any size."""
    made = []
    make = engine_choice.column_batches_for

    def counted(*args, **options):
        made.append(make(*args, **options))
        return made[-1]

    monkeypatch.setattr(engine_choice, "WORTH_COMPILING", 0)

    def both(size: int, *options: str) -> tuple[tuple, tuple]:
        monkeypatch.setattr(column_batches, "LEAST_BYTES", size)
        monkeypatch.setattr(column_batches, "MOST_BYTES", size)
        monkeypatch.setattr(column_batches, "LEAST_ROWS", 2)
        monkeypatch.setattr(input_stream.InputStream.read, "__defaults__", (size,))
        monkeypatch.setattr(batch_job, "column_batches_for", counted)
        one = ran(dispatch, home, *options)
        assert made[-1] is not None
        monkeypatch.setattr(batch_job, "column_batches_for", lambda *_, **__: None)
        return one, ran(dispatch, home, *options)

    return both


EXAMPLES = [10, pytest.param(100, marks=pytest.mark.ci)]


@pytest.mark.parametrize("examples", EXAMPLES)
def test_both_ways_write_the_same(both, home, examples):
    """Files with valid, unusual and invalid rows in any order, cut into blocks anywhere."""

    @settings(deadline=None, max_examples=examples)
    @given(
        seed=st.integers(0, 2**32),
        world=st.sampled_from(sorted(WORLDS)),
        size=st.sampled_from([150, 1_000, 10_000, 1 << 18]),
        form=st.sampled_from(["csv", "jsonl", "spreadsheet", "parquet"]),
        keep=st.sampled_from(["", "note", "id,when,lat,note"]),
    )
    def write_the_same(seed, world, size, form, keep):
        keep = keep if form == "jsonl" else keep.replace("id,", "")
        (home / "providers.toml").write_text(WORLDS[world], encoding="utf-8")
        (home / "in.csv").write_bytes(file_of(seed, 80))
        options = ["--format", form, "--when", "2026-11-27T12:00"]
        one, other = both(size, *options, *(("--keep", keep) if keep else ()))
        assert one == other

    write_the_same()


ODD_VALUES = (
    None, True, False, 0, 1, -7, 48, 48.3705, 1e-7, 1e300, float("nan"), float("inf"), 10**30,
    [], ["lech"], {"a": 1}, "", " ", "tow", "=1+1", "a,b", "\ud800", "\0", "ümlaut", "x" * 400,
)  # fmt: skip


def record_of(number: int, chance: random.Random) -> dict[str, object]:
    """Convert a row to JSON or Parquet values: numbers as numbers, sometimes other types."""
    lat, lon = chance.choice(PLACES) if chance.random() < 0.2 else ("48.37", "10.89")
    values = {"id": f"r{number}", "kind": "tow", "lat": lat, "lon": lon,
              "when": "2026-11-27T12:00:00", "vehicle": "car", **cells_of(chance)}  # fmt: skip
    for name in ("lat", "lon", "weight_t"):
        with suppress(KeyError, ValueError):
            values[name] = float(values[name])
    return values


def json_of(seed: int, rows: int) -> bytes:
    """Make JSON lines, some of them invalid, some with unexpected values."""
    chance = random.Random(seed)
    lines = []
    for number in range(rows):
        values = record_of(number, chance)
        if chance.random() < 0.2:
            names = chance.sample([*values, "at", "brand", "ev", "asked", "note"], 2)
            values |= {name: chance.choice(ODD_VALUES) for name in names}
        texts = [name for name, value in values.items() if isinstance(value, str)]
        if texts and chance.random() < 0.1:
            values[chance.choice(texts)] += chance.choice(["\n", "\r", "\t", "\n+01:00"])
        line = json.dumps(values)
        lines.append(chance.choice([line[:-3], "", "[]", "\0"]) if chance.random() < 0.05 else line)
    return "\n".join(lines).encode()


def parquet_of(seed: int, rows: int) -> bytes:
    """Make Parquet with numbers, times and texts, and nulls in some cells."""
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    chance = random.Random(seed)
    when = [datetime(2026, 11, 27, 12, tzinfo=UTC) + timedelta(seconds=s) for s in range(rows)]
    lat = [chance.choice([48.37, 48.0, 48.123456789012345, None, 91.0, 1e-7]) for _ in when]
    columns = {
        "id": chance.choice([range(rows), [f"r,{n}" for n in range(rows)]]),
        "lat": lat,
        "lon": [10.89] * rows,
        "kind": [chance.choice(["tow", "Panne", "nothing", None]) for _ in when],
        "when": when,
        "injured": [chance.choice([None, 0, 2]) for _ in when],
        "ev": [chance.choice([None, True, False]) for _ in when] if chance.random() < 0.5 else when,
        "note": [chance.choice(["", None, "=x", "\n"]) for _ in when],
    }
    file = io.BytesIO()
    parquet.write_table(pa.table({name: list(column) for name, column in columns.items()}), file)
    return file.getvalue()


def western_of(seed: int, rows: int) -> bytes:
    """Make CSV that is not UTF-8."""
    chance = random.Random(seed)
    lines = [line_of(number, chance) for number in range(1, rows + 1)]
    return (",".join(NAMES) + "\n").encode() + b"".join(lines)


@pytest.mark.parametrize("examples", EXAMPLES)
def test_values_of_any_type_are_read_alike(both, home, examples):
    """In blocks as row by row: JSON lines and Parquet, values of any type and invalid lines."""

    @settings(deadline=None, max_examples=examples)
    @given(
        seed=st.integers(0, 2**32),
        source=st.sampled_from([json_of, parquet_of, western_of]),
        size=st.sampled_from([500, 10_000, 1 << 18]),
        form=st.sampled_from(["csv", "jsonl", "spreadsheet", "parquet"]),
        keep=st.sampled_from(["", "note", "lat,note,injured"]),
    )
    def write_the_same(seed, source, size, form, keep):
        assume(not (keep and form == "jsonl" and source is not western_of))  # goes row by row
        (home / "providers.toml").write_text(WORLDS["postcodes"], encoding="utf-8")
        (home / "in.csv").write_bytes(source(seed, 60))
        options = ["--format", form, "--when", "2026-11-27T12:00"]
        options += ["--keep", keep] if keep else []
        options += ["--encoding", "cp1252"] if source is western_of else []
        one, other = both(size, *options)
        assert one == other

    write_the_same()


def test_line_breaks_in_times_are_read_alike(both, home):
    """A cell of JSON may have line breaks, unlike a line of CSV."""
    (home / "providers.toml").write_text(TWO_FIRMS, encoding="utf-8")
    ends = ["", "\n", "\n\n", "Z\n", "\nZ", "\n+01:00", ":07\n", "\r\n"]
    rows = [{"kind": "tow", "lat": 48.37, "lon": 10.89, "when": f"2026-11-27T12:00{end}"}
            for end in ends * 3]  # fmt: skip
    (home / "in.csv").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    one, other = both(10_000, "--format", "csv")
    assert one == other
    assert one[0] in (0, 6)


@pytest.mark.parametrize("delimiter", [";", "\t", "|", ","])
def test_other_delimiters_and_columns(both, home, delimiter):
    """German tables: decimal commas, other column names, facts for all rows."""
    (home / "providers.toml").write_text(TWO_FIRMS, encoding="utf-8")
    chance = random.Random(delimiter)
    lines = ["Nr;Breite;Länge;Zeit;Gewicht;Rest"]
    for number in range(300):
        lat, lon = chance.choice(PLACES)
        if delimiter == ";":
            lat, lon = lat.replace(".", ","), lon.replace(".", ",")
        cells = [chance.choice(IDS[:6]), lat, lon, chance.choice(TIMES), chance.choice(AMOUNTS),
                 f"r{number}"]  # fmt: skip
        lines.append(";".join(cells))
    text = "\n".join(lines)
    (home / "in.csv").write_text(text.replace("\t", " ").replace(";", delimiter), encoding="utf-8")
    columns = "id=Nr,lat=Breite,lon=Länge,when=Zeit,weight_t=Gewicht"
    one, other = both(2_000, "--columns", columns, "--kind", "Panne", "--keep", "Rest,Breite",
                      "--format", "csv", "--timezone", "America/New_York")  # fmt: skip
    assert one == other
    assert one[2]["out"].count(b"\n") > 50


def test_fail_fast_stops_at_the_same_row(both, home):
    """The first reject ends both runs, without any file."""
    (home / "providers.toml").write_text(TWO_FIRMS, encoding="utf-8")
    (home / "in.csv").write_bytes(file_of(3, 50))
    one, other = both(500, "--format", "csv", "--fail-fast", "--when", "2026-11-27T12:00")
    assert one == other
    assert one[0] == 4
    assert one[2] == {}


def test_a_batch_that_stops_leaves_no_thread_behind(both, home):
    """The threads end with the batch: one that collects its garbage would wait for itself."""
    (home / "providers.toml").write_text(TWO_FIRMS, encoding="utf-8")
    (home / "in.csv").write_bytes(file_of(3, 50))
    before = set(threading.enumerate())
    gc.disable()
    try:
        both(500, "--format", "csv", "--fail-fast", "--when", "2026-11-27T12:00")
        assert [each.name for each in set(threading.enumerate()) - before] == []
    finally:
        gc.enable()


def test_an_error_of_one_is_found(both, home, monkeypatch):
    """The control: a difference of one second is detected."""
    (home / "providers.toml").write_text(TWO_FIRMS, encoding="utf-8")
    row = b"r,48.3705,10.8978,,tow,2026-11-27T17:59:59,,car,,,,,,,,,\n"
    (home / "in.csv").write_bytes((",".join(NAMES) + "\n").encode() + 20 * row)
    one, other = both(500, "--format", "csv")
    assert one == other

    times = TextReader._times

    def late(*args):
        # Six o'clock: one of the two has closed.
        return times(*args) + 1_000_000

    monkeypatch.setattr(TextReader, "_times", late)
    one, other = both(500, "--format", "csv")
    assert one != other


def test_the_engines_agree_to_the_last_bit():
    """Results do not depend on the block of a row, to the last bit."""
    world = batch_world.InMemory(batch_world.providers(400))
    incidents = batch_world.incidents(3_000)
    plain, compiled = (
        [
            (row.provider, row.order_min, row.travel_min, row.distance_km)
            for ranks in make(world, holidays=lambda region, years: ()).rank(incidents)
            for row in ranks[0].rows
        ]
        for make in (Engine, ColumnEngine)
    )
    assert len(plain) > 3_000
    assert compiled == plain
