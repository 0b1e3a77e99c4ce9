"""A batch never ranks the past for now: it refuses a file whose times no column is taken for."""

import csv
import gzip
import io
import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from dispatch_cli.batch.job import engine_choice
from dispatch_cli.notation import time_form
from tests.extras import NEEDS_BATCH

SHARED = Path(__file__).resolve().parents[3] / "shared"
REGENSBURG = SHARED / "data" / "incidents" / "unfallatlas-regensburg-2016-2020.csv"
PROVIDERS = str(Path(__file__).resolve().parents[2] / "providers.toml")
NOTE = "no times found: rows are ranked for now"
PLACE = {"id": "r1", "kind": "tow", "lat": "48.37", "lon": "10.89"}


def as_csv(rows: list[dict[str, object]]) -> bytes:
    """Write rows as CSV."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def as_jsonl(rows: list[dict[str, object]]) -> bytes:
    """Write rows as JSON lines."""
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def as_parquet(rows: list[dict[str, object]]) -> bytes:
    """Write rows as Parquet."""
    import pyarrow
    from pyarrow import parquet

    buffer = io.BytesIO()
    parquet.write_table(pyarrow.Table.from_pylist(rows), buffer)
    return buffer.getvalue()


FORMATS = [
    pytest.param(as_csv, id="csv"),
    pytest.param(lambda rows: gzip.compress(as_csv(rows)), id="csv in gzip"),
    pytest.param(as_jsonl, id="json lines"),
    pytest.param(as_parquet, id="parquet", marks=NEEDS_BATCH),
]


NOON, NIGHT = "2016-03-02T12:00:00+01:00", "2016-03-02T23:00:00+01:00"
"""On a Wednesday; one of the two firms is closed at night."""


def candidates(lines: str) -> list[int]:
    """Count the candidates of each row: two at noon, one at night."""
    rows = [json.loads(line)["cascades"] for line in lines.splitlines()]
    return [len(cascade["candidates"]) for [cascade] in rows]


def rows_with(column: str, cells: list[object]) -> list[dict[str, object]]:
    """Make rows with one more column."""
    return [{**PLACE, column: cell} for cell in cells]


@pytest.mark.skipif(not REGENSBURG.is_file(), reason=f"not here: {REGENSBURG.name} in ../shared")
def test_real_accidents_are_not_ranked_for_now(dispatch, home):
    """The file is refused and names its column; --now ranks all 3,167 rows without a word."""
    argv = ("batch", str(REGENSBURG), "--kind", "accident", "--providers", PROVIDERS,
            "--output", "out.csv")  # fmt: skip
    found = dispatch(*argv, "--columns", "lat=lat,lon=lng,when=")
    assert found.code == 4
    assert f'{REGENSBURG.name}: the column "datetime" has times' in found.err
    assert "--columns lat=lat,lon=lng,when=datetime ranks each row" in found.err
    assert not list(home.glob("out.csv*"))
    found = dispatch(*argv, "--now")
    assert found.code == 0
    assert "3,167 rows: 3,167 ranked" in found.err
    assert NOTE not in found.err


@pytest.fixture(params=["rows", pytest.param("columns", marks=NEEDS_BATCH)])
def either_engine(request, monkeypatch):
    """Rank row by row, and in columns."""
    least = 0 if request.param == "columns" else 1 << 60
    monkeypatch.setattr(engine_choice, "WORTH_COMPILING", least)


@pytest.mark.usefixtures("firms", "either_engine")
@pytest.mark.parametrize("write", FORMATS)
def test_every_format_and_engine_refuses(dispatch, home, write):
    """A column with an unusual name is found by its cells; its fix works as it is printed."""
    rows = rows_with("Alarmierung", [NOON, NIGHT] * 100)
    (home / "in").write_bytes(write(rows))
    found = dispatch("batch", "in", "--output", "out.jsonl")
    assert found.code == 4
    assert f'the column "Alarmierung" has times, such as "{NOON}"' in found.err
    assert sorted(each.name for each in home.iterdir()) == ["in", "providers.toml"]
    fix = found.err.partition("hint: ")[2].partition(" ranks each row")[0]
    assert fix == "--columns when=Alarmierung"
    assert dispatch("batch", "in", "--output", "out.jsonl", *shlex.split(fix)).code == 0
    assert candidates((home / "out.jsonl").read_text()) == [2, 1] * 100


@pytest.mark.usefixtures("firms")
def test_a_stream_is_refused_from_what_it_has_given(home):
    """The program does not wait for rows that may never come."""
    rows = rows_with("Alarmierung", ["2016-03-01T06:00:00Z"] * 8_000)
    process = subprocess.Popen(
        [sys.executable, "-m", "dispatch_cli", "batch", "-"],
        cwd=home, stdin=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        process.stdin.write(as_csv(rows))
        process.stdin.flush()
        assert process.wait(60) == 4  # its input is still open
        assert b'"Alarmierung" has times' in process.stderr.read()
    finally:
        process.kill()
        with process.stderr, process.stdin:
            process.wait()


NO_TIMES = {
    "phone numbers": ["+49 821 123456", "0821/123456", "112", "089 99998-114"],
    "postcodes": ["86150", "86199", "01067"],
    "ids": ["2026-11-0001", "2026-11-0002", "E20161224-17"],
    "plain numbers": [20161224, 1467299940, 12, 2026],
    "decimals": ["48.3705", "10,8978", "12.38"],
    "positions": ["48.37, 10.89", "N 48 22 13.8"],
    "addresses of computers": ["10.0.0.1", "fe80::1", "00:1a:2b:3c:4d:5e"],
    "versions": ["1.2.2024-3", "3.11.7"],
    "number plates": ["A-BC 1234", "M-X 2026"],
    "roads": ["A8 km 52,3", "B300"],
    "opening hours": ["Mo-Fr 08:00-18:00", "24/7"],
    "times of day": ["22:30", "07:05"],
    "durations": ["00:45", "01:30:00"],
    "days, as birthdays are": ["1980-12-24", "24.12.1980"],
    "months": ["2016-11", "2016-12"],
    "years beyond the calendar": ["9999-12-31 00:00", "0001-01-01 00:00"],
    "words": ["now", "jetzt", "today"],
    "lists": [[1, 2], {"at": "2016-03-01 06:00"}, True],
    "notes with a few times": ["2016-03-01 06:00", "called back", "no answer", ""],
    "nothing": ["", "", ""],
}


@pytest.mark.parametrize("cells", NO_TIMES.values(), ids=NO_TIMES)
def test_other_columns_are_no_times(dispatch, firms, home, cells):
    """Such a file is ranked for now, and stderr says so once; --quiet drops the sentence."""
    (home / "in.jsonl").write_bytes(as_jsonl(rows_with("x", cells)))
    found = dispatch("batch", "in.jsonl")
    assert found.code == 0, found.err
    assert found.err.count(NOTE) == 1
    assert len(candidates(found.out)) == len(cells)
    for option in (("--quiet",), ("--now",), ("--when", "2026-11-27T12:00")):
        ran = dispatch("batch", "in.jsonl", *option)
        assert (ran.code, NOTE in ran.err) == (0, False)


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        (["2016-03-01 06:00", "unknown"], 4),
        (["2016-03-01 06:00", "unknown", "unknown"], 0),
        (["2016-03-01 06:00", "22:30", "07:00", "", "", "", ""], 4),
        (["24.12.2016 6:00 Uhr", "2016-12-24"], 4),
        (["", "", "", "2016-03-01 06:00"], 4),
    ],
)
def test_half_of_the_cells_and_one_date_decide(dispatch, firms, home, cells, code):
    """Empty cells count for nothing; a time of day counts beside a cell with a date."""
    (home / "in.csv").write_bytes(as_csv(rows_with("x", cells)))
    assert dispatch("batch", "in.csv", "--output", "out.csv").code == code


def test_a_day_and_a_time_of_day_are_joined(dispatch, firms, home):
    """Two columns that give a time together are named together, and the fix joins them."""
    rows = [{**PLACE, "Einsatztag": "02.03.2016", "Alarm um": at} for at in ("12:00", "23:00")]
    (home / "in.csv").write_bytes(as_csv(rows))
    found = dispatch("batch", "in.csv")
    assert found.code == 4
    assert "the columns Einsatztag, Alarm um have times" in found.err
    assert "--columns 'when=Einsatztag+Alarm um' ranks" in found.err
    again = dispatch("batch", "in.csv", "--columns", "when=Einsatztag+Alarm um")
    assert candidates(again.out) == [2, 1]


def test_days_alone_are_named(dispatch, firms, home):
    """They may be birthdays, so that the file is ranked, and the sentence names the column."""
    (home / "in.csv").write_bytes(as_csv(rows_with("Erstzulassung", ["2016-03-01"])))
    found = dispatch("batch", "in.csv")
    assert found.code == 0
    assert "only dates are in Erstzulassung" in found.err


@pytest.mark.parametrize("cell", ["12/10/2015 17:40:00", "12/10/15, 5:40 PM"])
def test_dates_with_slashes_are_refused_with_what_to_do(dispatch, firms, home, cell):
    """They are times, and no fix of the columns could read them."""
    (home / "in.csv").write_bytes(as_csv(rows_with("x", [cell])))
    found = dispatch("batch", "in.csv")
    assert found.code == 4
    assert "write these times as 2026-12-24T22:30" in found.err
    assert dispatch("batch", "in.csv", "--now").code == 0
    told = dispatch("batch", "in.csv", "--guess")
    assert (told.code, "may begin with the day or with the month" in told.out) == (4, True)


def test_of_several_columns_none_is_guessed(dispatch, firms, home):
    """All are named, and the user writes one of them."""
    rows = [{**PLACE, "Eingang am": "2016-03-01 06:00", "Ende am": "2016-03-01 07:00"}]
    (home / "in.csv").write_bytes(as_csv(rows))
    found = dispatch("batch", "in.csv", "--columns", "lat=lat,lon=lon")
    assert found.code == 4
    assert "the columns Eingang am, Ende am have times" in found.err
    assert "--columns lat=lat,lon=lon,when=COLUMN, with one of them as COLUMN" in found.err


@pytest.mark.parametrize("write", FORMATS)
def test_an_empty_column_of_times_is_none(dispatch, firms, home, write):
    """A column ``when`` without content does not hide the times of another one."""
    row = {**PLACE, "when": "", "x": "2016-03-01 06:00"}
    (home / "in").write_bytes(write([row, row]))
    assert '"x" has times' in dispatch("batch", "in").err
    (home / "in").write_bytes(write([row, {**row, "when": "2016-03-01 06:00"}]))
    found = dispatch("batch", "in")
    assert (found.code, NOTE in found.err) == (0, False)


def test_now_ignores_a_column_of_times(dispatch, firms, home):
    """--now ranks every row for now, also those with a time of their own."""
    (home / "in.csv").write_bytes(as_csv(rows_with("when", [NOON, NIGHT, "nonsense"])))
    found = dispatch("batch", "in.csv", "--now")
    assert found.code == 0
    assert len(set(candidates(found.out))) == 1


@pytest.mark.parametrize("write", FORMATS)
def test_guess_finds_the_column_by_its_cells(dispatch, firms, home, write):
    """The command that --guess prints ranks each row for its time."""
    (home / "in").write_bytes(write(rows_with("Alarmierung", [NOON, NIGHT])))
    told = dispatch("batch", "in", "--guess", "--json")
    assert (told.code, told.envelope["data"]["missing"]) == (0, [])
    row = {"fact": "when", "column": "Alarmierung", "why": "its cells are times"}
    assert row in told.envelope["data"]["columns"]
    again = dispatch(*shlex.split(told.envelope["data"]["command"])[1:])
    assert candidates(again.out) == [2, 1]


def test_guess_names_several_columns_of_times(dispatch, firms, home):
    """Exit 4, and the command has a word to replace, as for an unknown kind."""
    rows = [{**PLACE, "von": "2016-03-01 06:00", "bis": "2016-03-01 07:00"}]
    (home / "in.csv").write_bytes(as_csv(rows))
    told = dispatch("batch", "in.csv", "--guess", "--json")
    assert (told.code, told.envelope["data"]["missing"]) == (4, ["when"])
    assert "when=COLUMN" in told.envelope["data"]["command"]
    assert dispatch("batch", "in.csv", "--guess", "--now").code == 0


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("2026-12-24T22:30+01:00", "moment"),
        ("24.12.2026, 22:30 Uhr", "moment"),
        ("2026-03-29 02:30", "moment"),
        ("2026/12/24 22:30", "moment"),
        ("2026-13-24 22:30", ""),
        ("2026-12-24 25:30", ""),
        ("2026-12-24", "date"),
        ("24/12/2026", "date"),
        ("1/2/2026 9:05", "slashes"),
        ("1/2/2026 about 9", ""),
        ("9:05", "clock"),
        ("9:60", ""),
        ("x" * 1_000_000, ""),
        (f"2026-12-24 22:30{' ' * 1_000_000}", ""),
        ("", ""),
    ],
)
def test_the_form_of_a_time(text, form):
    """Only what the reader of times understands is a time."""
    assert time_form(text) == form
