"""From a foreign file to a result: delimiters, titles, ends of rows, usual names of columns."""

import bz2
import gzip
import io
import json
import lzma
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch_cli.batch.read.column_names import search_columns

BATCH = ("--format", "jsonl", "--top", "1", "--providers", "providers.toml")


def ranked(dispatch, home, content, *options, name="in.csv"):
    """Rank a file; returns what the command left, and the ids of the ranked rows."""
    data = content if isinstance(content, bytes) else content.encode()
    (home / name).write_bytes(data)
    ran = dispatch("batch", name, *BATCH, *options)
    return ran, [json.loads(line)["id"] for line in ran.out.splitlines()]


@pytest.mark.parametrize(
    "first",
    ["sep=;\n", '"sep=;"\n', "SEP=;\r\n", "sep=;;;;\n", "\ufeffsep=;\n", "sep=; \n", "Sep=;\n"],
)
def test_excels_first_line_names_the_delimiter(dispatch, firms, home, first):
    """The line is neither a header nor a row; rows count from behind it."""
    ran, ids = ranked(dispatch, home, f"{first}id;kind;lat;lon\nr1;tow;48,37;10,89\n;x;1;1\n")
    assert ids == ["r1"]
    assert "in.csv:4: " in ran.err


def test_columns_with_postcode_and_town_check_each_other(dispatch, firms, home):
    """A town of another postcode is a reject; a part of the town is not, nor a town alone."""
    rows = "r1;tow;86150;Augsburg\nr2;tow;80331;Augsburg\nr3;tow;86199;Göggingen\n"
    rows += "r4;tow;86150;BERLIN\nr5;tow;;Augsburg\nr6;tow;;Frankfurt\n"
    ran, ids = ranked(
        dispatch, home, f"id;kind;PLZ;Ort\n{rows}", "--columns", "at=PLZ+Ort", "--when", "12:00"
    )
    assert ids == ["r1", "r3", "r5"]
    assert ran.code == 6
    assert "in.csv:3: unknown_place" in ran.err
    assert "80331 is München; Augsburg has 86150 to 86199: which is right?" in ran.err
    assert "in.csv:5: unknown_place" in ran.err
    assert "in.csv:7: unknown_place" in ran.err
    assert ran.err.count("unknown_place") == 3


@pytest.mark.parametrize("sign", [",", "|", "\t", "#"])
def test_the_line_names_any_delimiter(dispatch, firms, home, sign):
    """Also one that the header row would not show."""
    row = sign.join(("r1", "tow", "86150"))
    _, ids = ranked(dispatch, home, f"sep={sign}\n{sign.join(('id', 'kind', 'at'))}\n{row}\n")
    assert ids == ["r1"]


@pytest.mark.parametrize(
    "first", ["sep=\n", "sep=\r\n", 'sep="\n', "sep=tab\n", "sep=\\t\n", '"sep="\n']
)
def test_a_first_line_without_a_sign_names_none(dispatch, firms, home, first):
    """The delimiter is then found in the header row; "tab" is a delimiter as well."""
    _, ids = ranked(dispatch, home, f"{first}id\tkind\tat\nr1\ttow\t86150\n")
    assert ids == ["r1"]


@pytest.mark.parametrize(
    ("content", "options", "said"),
    [
        ("sep=;", (), "in.csv: the file ends with line 1, without a header row"),
        ("sep=;\n", (), "in.csv: the file ends with line 1, without a header row"),
        ("id;kind;at\nr1;tow;86150\n", ("--skip", "2"), "skip fewer lines"),
        ("id;kind;at\nr1;tow;86150\n", ("--skip", "9"), "ends with line 2"),
        ("\nid;kind;at\nr1;tow;86150\n", (), "line 2 looks like the header row"),
        (" \n\n;;\nid;kind;at\n", (), "with --skip 3"),
        ("sep=;\n\nid;kind;at\n", (), "line 3 looks like the header row"),
        ("sep=;\nid,kind,at\nr1,tow,86150\n", (), "with --delimiter , the header row has a place"),
        ("id;kind;at\n", ("--delimiter", ","), 'with --delimiter ";" the header row has a place'),
        ("id\tkind\tat\n", ("--delimiter", ","), "with --delimiter tab the header row has a place"),
        ("Titel\nid;kind;\xff\n", ("--skip", "1"), "in.csv:2: the header row is not utf-8"),
    ],
)
@pytest.mark.usefixtures("firms")
def test_a_header_row_that_is_missing_is_reported_with_what_to_do(
    dispatch, home, content, options, said
):
    """Nothing is a traceback: the lines, the option or the delimiter are named."""
    ran, _ = ranked(dispatch, home, content.encode("latin-1"), *options)
    assert ran.code == 4
    assert said in ran.err


def test_a_line_break_in_a_name_is_no_fault_of_another_delimiter(dispatch, firms, home):
    """With a comma the quote opens inside a cell; with the semicolon it encloses the name."""
    _, ids = ranked(dispatch, home, '"id";"no\nte";kind;at\nr1;a;tow;86150\n')
    assert ids == ["r1"]


@pytest.mark.parametrize("lines", [3, 5_000, 20_000])
def test_an_open_quote_in_the_header_row_takes_no_rows(dispatch, firms, home, lines):
    """It was closed at the end of the first block, and the rows up to there were lost."""
    row = "r1,tow,86150,abcdefghijklmnopqrstuvwxyz\n"
    ran, ids = ranked(dispatch, home, f'id,kind,at,"note\n{row * lines}')
    assert (ran.code, ids) == (4, [])
    assert "in.csv:1: a quote in the header row is never closed" in ran.err


@pytest.mark.parametrize("first", ["sep=;\n", "Titel;\n"])
def test_a_long_header_row_is_whole_behind_another_line(dispatch, firms, home, first):
    """Its end is far behind the first block that is read; 100,000 names take no seconds."""
    names = ";".join(f"column{number}" for number in range(70_000))
    skip = ("--skip", "1") if "sep" not in first else ()
    _, ids = ranked(
        dispatch, home, f"{first}id;{names};kind;at\nr1{';' * 70_001}tow;86150\n", *skip
    )
    assert ids == ["r1"]


@pytest.mark.parametrize("header", ['id;kind;at;a,"b', 'id,kind,at,"a;""b"', 'id;kind;at;|"x'])
def test_a_quote_behind_another_delimiter_opens_nothing(dispatch, firms, home, header):
    """Each delimiter has its own end of the header row: a quote inside a name is text."""
    sign = ";" if header.startswith("id;") else ","
    rows = "".join(f"r{number}{sign}tow{sign}86150\n" for number in range(3))
    _, ids = ranked(dispatch, home, f"{header}\n{rows}")
    assert ids == ["r0", "r1", "r2"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("id;kind;at;\nr1;tow;86150;\n", ["r1"]),
        ("id;kind;at\nr1;tow;86150;\n", ["r1"]),
        ("id;kind;at;\nr1;tow;86150\n", ["r1"]),
        ("id;kind;at;;\nr1;tow;86150;;\n", ["r1"]),
        ("id;kind;at;client;note\nr1;tow;86150\n", ["r1"]),
        ("id;kind;at;client\nr1;tow;86150;;;;;;;\n", ["r1"]),
        ("id;kind;at\r\nr1;tow;86150;\r\nr2;tow;86150\r\n", ["r1", "r2"]),
        ("id\tkind\tat\nr1\ttow\t86150\t\t\n", ["r1"]),
        ("id,kind,at\nr1,tow,86150,\nr2,tow,86150,x\n", ["r1"]),
        ("id,kind,at,note\nr1,tow,86150\nr2\n", ["r1"]),
        ('id,kind,at,note\nr1,tow,86150,""\nr2,tow,"86150",,""\n', ["r1", "r2"]),
    ],
)
def test_missing_and_empty_last_cells_lose_no_row(dispatch, firms, home, content, expected):
    """Only an extra cell with content is ragged."""
    ran, ids = ranked(dispatch, home, content)
    assert ids == expected
    assert ("ragged" in ran.err) == (",x\n" in content)


@pytest.mark.parametrize(
    "header",
    [
        "id;kind;at;Name, first, and last, of the caller",
        "id;kind;at;a,b,c,d",
        "Einsatz, Nr, alt;id;kind;at",
        "id|kind|at|x;y;z;w;v",
        "id\tkind\tat\tTown, street, number; floor; door",
        '"id";"kind";"at";"one, two, three, four"',
        "id,kind,at,a;b;c;d;e",
        "id;kind;at;,,,,",
        "id|kind|at|,;,;,;",
        "id,kind,at,note\ta\tb\tc\td",
    ],
)
def test_the_delimiter_is_the_one_that_gives_a_place_and_a_kind(dispatch, firms, home, header):
    """A delimiter that is more frequent inside names does not split them."""
    sign = next(each for each in ",;|\t" if f"kind{each}at" in header.replace('"', ""))
    count = header.replace('"', "").split(sign).index("kind")
    cells = ["r1", "tow", "86150"] if count == 1 else ["x", "r1", "tow", "86150"]
    _, ids = ranked(dispatch, home, f"{header}\n{sign.join(cells)}\n")
    assert ids == ["r1"]


@pytest.mark.parametrize("above", [1, 2, 3, 7])
def test_a_title_above_the_header_is_named_and_skipped(dispatch, firms, home, above):
    """The message names the line and the option; with it the rows are ranked by their lines."""
    title = "Auswertung Einsätze 2026;;;\n" + "\n" * (above - 1)
    content = f"{title}id;kind;at\nr1;tow;86150\nr2;nope;86150\n"
    ran, _ = ranked(dispatch, home, content)
    assert ran.code == 4
    assert f"line {above + 1} looks like the header row" in ran.err
    assert f"--skip {above}" in ran.err
    ran, ids = ranked(dispatch, home, content, "--skip", str(above))
    assert ids == ["r1"]
    assert f"in.csv:{above + 3}: unknown_kind" in ran.err


def workbook(*names: str) -> bytes:
    """Make a zip archive with some entries."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, "application/vnd.oasis.opendocument.spreadsheet")
    return made.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (workbook("[Content_Types].xml", "xl/workbook.xml"), "an Excel workbook (.xlsx)"),
        (workbook("mimetype", "content.xml"), "an OpenDocument file"),
        (workbook("in.csv"), "a zip archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "an old version (.xls)"),
        (b"%PDF-1.7\n%\xe2\xe3", "a PDF document"),
        (b"<!DOCTYPE html><html><table>", "a web page"),
        (b"\n  <html><body>", "a web page"),
        (b"<table border=1><tr>", "a table of a web page"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><Workbook>', "an XML file"),
        (b"{\\rtf1\\ansi", "a text document"),
        (b"SQLite format 3\0" + bytes(100), "an SQLite database"),
        (workbook("[Content_Types].xml", "word/document.xml"), "a Word document"),
        (workbook("Index/Document.iwa"), "an Apple Numbers"),
        (workbook(), "an empty zip archive"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "a picture (PNG)"),
        (b"\xff\xd8\xff\xe0" + bytes(50), "a picture (JPEG)"),
        (b"\0\1\0\0Standard ACE DB\0" + bytes(50), "an Access database"),
        (b"ARROW1\0\0" + bytes(50), "an Arrow file"),
        (bz2.compress(b"id,kind,at\n"), "compressed with bzip2"),
        (lzma.compress(b"id,kind,at\n"), "compressed with xz"),
        (
            gzip.compress(gzip.compress(b"id,kind,at\n", mtime=0), mtime=0),
            "compressed with gzip twice",
        ),
        (b"<meta charset=utf-8><table>", "a web page"),
        (b"<!-- saved --><html>", "a web page"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related\n", "a saved web page"),
        ("id,kind\n".encode("utf-32"), "UTF-32"),
        (b'{\n "id": "r1",\n "kind": "tow"\n}\n', "JSON objects over several lines"),
        (b'{"type":"FeatureCollection","features":[\n{"type":"Feature"}\n]}', "over several lines"),
        (b'{"id": "r1",\n "kind": "tow"}\n{"id": "r2",\n "kind": "tow"}', "over several lines"),
        (b"7z\xbc\xaf'\x1c" + bytes(20), "a 7-Zip archive"),
    ],
)
def test_a_file_that_is_no_table_is_named(dispatch, firms, home, content, kind):
    """The first bytes show the kind of a file, with any name; a hint says what to do."""
    ran, _ = ranked(dispatch, home, content)
    assert ran.code == 4
    assert kind in ran.err
    assert "hint: " in ran.err
    assert "encoding" not in ran.err


@pytest.mark.parametrize(
    ("header", "taken"),
    [
        ("LAT,LON,KIND", "lat=LAT,lon=LON,kind=KIND"),
        ("latitude,longitude,title", "lat=latitude,lon=longitude,kind=title"),
        ("Breite,Länge,Einsatzstichwort", "lat=Breite,lon=Länge,kind=Einsatzstichwort"),
        ("lat,lng,Type", "lon=lng,kind=Type"),
        ("Geo-Breite,Geo Länge,Stichwort", "lat=Geo-Breite,lon=Geo Länge,kind=Stichwort"),
        ("GPS_LAT,GPS_LON,Ereignis", "lat=GPS_LAT,lon=GPS_LON,kind=Ereignis"),
        ("YGCSWGS84,XGCSWGS84,Kategorie", "lat=YGCSWGS84,lon=XGCSWGS84,kind=Kategorie"),
        ("lat,long,incident_type", "lon=long,kind=incident_type"),
        ("Lat.,Lng.,Call Type", "lat=Lat.,lon=Lng.,kind=Call Type"),
        ("breitengrad,längengrad,Einsatzart", "kind=Einsatzart"),
    ],
)
def test_usual_names_are_taken_and_told(dispatch, firms, home, header, taken):
    """The result comes in one step; stderr says which column is which fact."""
    ran, ids = ranked(dispatch, home, f"{header},id\n48.37,10.89,tow,r1\n")
    assert ids == ["r1"], ran.err
    assert all(part in ran.err for part in taken.split(","))
    assert "--columns sets them explicitly" in ran.err


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("datetime", "2026-11-28T03:00"),
        ("Zeitpunkt", "28.11.2026 03:00"),
        ("Datum;Uhrzeit", "28.11.2026;03:00"),
        ("Date;Time", "2026-11-28;03:00:00"),
        ("Uhrzeit;Datum", "03:00;28.11.2026"),
        ("timestamp;date", "2026-11-28T03:00;2026-11-26"),
        ("Datum;Alarmzeit", "28.11.2026;03:00"),
        ("Alarmdatum;Alarmzeit", "28.11.2026;03:00"),
        ("Einsatzdatum;Einsatzzeit", "28.11.2026;03:00"),
        ("Alarmzeit", "28.11.2026 03:00"),
        ("Startdatum;Startzeit", "28.11.2026;03:00"),
        ("Call Date;Call Time", "2026-11-28;03:00"),
    ],
)
def test_times_stand_in_one_column_or_two(dispatch, firms, home, header, cells):
    """A date and a time of day are joined; a whole moment comes first. One firm is closed then."""
    found, ids = ranked(dispatch, home, f"id;kind;at;{header}\nr1;tow;86199;{cells}\n", "--full")
    assert ids == ["r1"], found.err
    night, day = (
        ranked(dispatch, home, f"id;kind;at;when\nr1;tow;86199;{when}\n", "--full")[0]
        for when in ("2026-11-28T03:00", "2026-11-27T12:03")
    )
    assert found.out == night.out != day.out


def test_columns_are_joined_as_named(dispatch, firms, home):
    """``--columns when=Tag+Stunde`` joins what no name gives away; at is joined as well."""
    content = "id,kind,Platz,Stadt,Tag,Stunde\nr1,tow,86150,Augsburg,2026-11-27,12:03\n"
    ran, ids = ranked(
        dispatch, home, content, "--columns", "when=Tag+Stunde,at=Platz+Stadt", "--fail-fast"
    )
    assert ids == ["r1"], ran.err
    ran, _ = ranked(dispatch, home, content, "--columns", "kind=Tag+Stunde,at=Platz")
    assert ran.code == 2
    assert "can be joined for at, when" in ran.err
    for columns in ("at=+Stadt", "at=Stadt+", "when=Tag++Stunde"):
        ran, _ = ranked(dispatch, home, content, "--columns", columns)
        assert ran.code == 2
        assert "has no column on one side of +" in ran.err


def test_names_of_json_are_joined_only_for_places_and_times(dispatch, firms, home):
    """Elsewhere a plus is part of a name, as in "C++"; an empty side is refused here as well."""
    content = '{"id":"r1","C++":"tow","Platz":"86150","Stadt":"Augsburg"}\n'
    named = ("--columns", "kind=C++,at=Platz+Stadt")
    ran, ids = ranked(dispatch, home, content, *named, name="in.jsonl")
    assert ids == ["r1"], ran.err
    ran, _ = ranked(dispatch, home, content, "--columns", "at=+Stadt", name="in.jsonl")
    assert ran.code == 2


def test_a_column_of_times_of_day_is_refused_row_by_row(dispatch, firms, home):
    """Without a date each run of the batch would give the rows another day."""
    ran, ids = ranked(dispatch, home, "id,kind,at,when\nr1,tow,86150,12:03\n")
    assert (ids, ran.code) == ([], 4)
    assert "has no date" in ran.err


def test_several_columns_for_one_fact_are_reported_and_not_used(dispatch, firms, home):
    """Needed facts stop the batch with both names; others are left out with a word."""
    ran, _ = ranked(dispatch, home, "lat,lon,Stichwort,Einsatzart\n48.37,10.89,tow,tow\n")
    assert ran.code == 4
    assert "several columns may be kind: Stichwort, Einsatzart" in ran.err
    ran, ids = ranked(dispatch, home, "id,at,kind,Zeitpunkt,Eingang\nr1,86150,tow,x,y\n")
    assert ids == ["r1"]
    assert "several columns may be when, and none is used: Zeitpunkt, Eingang" in ran.err


NAMES = st.sampled_from(["lat", "LAT", "Breite", "lng", "Kind", "Stichwort", "Ort", "PLZ", "Datum"])


@given(st.lists(NAMES, unique=True, max_size=6))
def test_no_column_is_taken_for_two_facts(columns):
    """Each fact has at most one column, each column at most one fact, and doubt takes none."""
    search = search_columns(columns, {})
    taken = list(search.by_fact.values())
    assert len(set(taken)) == len(taken)
    assert all(len(several) > 1 for several in search.ambiguous.values())
    assert not set(search.ambiguous) & set(search.by_fact)
