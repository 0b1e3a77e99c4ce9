"""GeoNames' postal code file, as it is published and as a table with a header."""

import csv
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from msgspec import Struct

from ..errors import BadDataError, Problem, SentenceError
from ..model.words import LAENDER

if TYPE_CHECKING:
    import zipfile

LARGEST_BYTES = 64 * 1024 * 1024
"""Unpacked; the German file has 2.3 MB, that of the whole world more than twice this."""

MOST_PROBLEMS = 20

# Columns by name, in the order of the published file, which has no header.
_COLUMNS = (
    "country_code", "zipcode", "place", "state", "state_code", "province", "province_code",
    "community", "community_code", "latitude", "longitude",
)  # fmt: skip
_NEEDED = ("zipcode", "place", "state_code", "community", "community_code", "latitude", "longitude")
_PUBLISHED_WIDTHS = (11, 12)  # with or without the accuracy
# The first two digits of a municipality's official key are its Land.
_KEYS = dict(
    zip(
        (f"{key:02}" for key in range(1, 17)),
        ("SH", "HH", "NI", "HB", "NW", "HE", "RP", "BW", "BY", "SL", "BE", "BB", "MV", "SN", "ST",
         "TH"),
        strict=True,
    )
)  # fmt: skip


class Row(Struct, frozen=True):
    """A place name in a postcode.

    ``is_receiver``: GeoNames gives it a number in place of the letters of its Land, as it does for
    companies and offices that have a postcode of their own.
    """

    postcode: str
    name: str
    district: str
    district_code: str
    land: str
    lat: float
    lon: float
    is_receiver: bool = False


def read_rows(path: Path) -> list[Row]:
    """Read every row of a file that may be packed; raises BadDataError with all bad rows."""
    text = _text(path, _unpacked(path))
    rows: list[Row] = []
    problems: list[Problem] = []
    for line, fields in _table(path, text):
        try:
            rows.append(_row(fields))
        except ValueError as error:
            if len(problems) == MOST_PROBLEMS:
                problems.append(Problem("more rows are wrong", file=str(path), line=line))
                break
            problems.append(Problem(str(error), file=str(path), line=line))
    if problems:
        raise BadDataError(*problems, hint="nothing was imported")
    return rows


def _bad(path: Path, why: str, line: int = 0) -> NoReturn:
    raise BadDataError(
        Problem(why, file=str(path), line=line),
        hint="needed is GeoNames' postal code file DE.txt (or DE.zip) or a table made of it",
    )


def _unpacked(path: Path) -> bytes:
    """The file's bytes, unpacked if need be, never more than the limit in memory."""
    import gzip
    import zipfile

    try:
        if not path.is_file():
            _bad(path, "not a file" if path.exists() else "no such file")
        with path.open("rb") as raw:
            magic = raw.read(4)
            raw.seek(0)
            if magic[:2] == b"\x1f\x8b":
                with gzip.open(raw) as packed:
                    content = packed.read(LARGEST_BYTES + 1)
            elif magic == b"PK\x03\x04":
                with zipfile.ZipFile(raw) as archive, archive.open(_member(path, archive)) as one:
                    content = one.read(LARGEST_BYTES + 1)
            else:
                content = raw.read(LARGEST_BYTES + 1)
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile) as error:
        _bad(path, f"cannot be read: {getattr(error, 'strerror', None) or error}")
    except (RuntimeError, NotImplementedError, ValueError) as error:  # encrypted or odd archives
        _bad(path, f"cannot be unpacked: {error}")
    if len(content) > LARGEST_BYTES:
        _bad(path, f"larger than {LARGEST_BYTES // 1024**2} MB unpacked")
    return content


def _member(path: Path, archive: "zipfile.ZipFile") -> "zipfile.ZipInfo":
    """The one table in an archive; GeoNames puts a readme beside it."""
    tables = [
        one
        for one in archive.infolist()
        if one.filename.lower().endswith((".txt", ".csv")) and "readme" not in one.filename.lower()
    ]
    if len(tables) != 1:
        _bad(path, f"the archive holds {len(tables)} tables instead of one")
    return tables[0]


def _text(path: Path, content: bytes) -> str:
    if not content.strip():
        _bad(path, "empty")
    if b"\0" in content:
        _bad(path, "not a text", content.count(b"\n", 0, content.index(b"\0")) + 1)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        _bad(path, "not UTF-8", content.count(b"\n", 0, error.start) + 1)


def _table(path: Path, text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Every row as (line, fields by column)."""
    head = text.split("\n", 1)[0]
    if "\t" in head:
        for line, row in enumerate(text.split("\n"), 1):
            values = row.rstrip("\r").split("\t")
            if row.strip():
                width = len(values)
                yield line, _fields(_COLUMNS, values[:11] if width in _PUBLISHED_WIDTHS else [])
        return
    columns = [one.strip().lower() for one in head.split(",")]
    missing = [one for one in _NEEDED if one not in columns]
    if missing:
        _bad(path, f"no column {missing[0]}, and no tabs as in GeoNames' own file", 1)
    reader = csv.reader(io.StringIO(text), strict=True)
    try:
        next(reader)
        for values in reader:
            if values:
                yield reader.line_num, _fields(columns, values)
    except csv.Error as error:
        _bad(path, str(error), reader.line_num)


def _fields(columns: tuple[str, ...] | list[str], values: list[str]) -> dict[str, str]:
    """Fields by column; a row of another width gives none."""
    return dict(zip(columns, values, strict=True)) if len(columns) == len(values) else {}


def _row(fields: dict[str, str]) -> Row:
    """Check one row; raises ValueError saying what is wrong."""
    if not fields:
        raise ValueError("another number of columns than the rest")
    if fields.get("country_code", "DE") != "DE":
        raise SentenceError(
            "country {fields!r}: only DE is read", fields=fields["country_code"][:10]
        )
    postcode, name = fields["zipcode"], " ".join(fields["place"].split())
    if not (len(postcode) == 5 and postcode.isascii() and postcode.isdigit()):
        raise SentenceError("{postcode!r} is not a German postcode", postcode=postcode[:20])
    district, code = fields["community"].strip(), fields["community_code"].strip()
    if not name or not (name + district + code).isprintable():
        raise ValueError("no readable place name")
    try:
        lat, lon = float(fields["latitude"]), float(fields["longitude"])
    except ValueError:
        raise ValueError("latitude and longitude are not numbers") from None
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise SentenceError("{lat}, {lon} is not on the globe", lat=lat, lon=lon)
    land = fields["state_code"].strip()
    is_receiver = land not in LAENDER
    if is_receiver:
        land = _KEYS.get(code[:2], "")
    return Row(postcode, name, district, code, land, lat, lon, is_receiver)
