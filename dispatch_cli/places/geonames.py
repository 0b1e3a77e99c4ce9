"""Read the postal code file of GeoNames: as published, or as CSV with a header row."""

import csv
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from msgspec import Struct

from ..errors import BadDataError, Problem, SentenceError
from ..model.words import LAENDER

if TYPE_CHECKING:
    import zipfile

LARGEST_BYTES = 64 * 1024 * 1024
"""Decompressed; the German file has 2.3 MB, that of the world more than twice the limit."""

MOST_PROBLEMS = 20

# Columns by name, in the order of the published file, which has no header.
_COLUMNS = (
    "country_code", "zipcode", "place", "state", "state_code", "province", "province_code",
    "community", "community_code", "latitude", "longitude",
)  # fmt: skip
_NEEDED = ("zipcode", "place", "state_code", "community", "community_code", "latitude", "longitude")
_PUBLISHED_WIDTHS = (11, 12)  # without and with the accuracy
# The first two digits of the official key of a municipality are its Land.
_LAND_OF_KEY = dict(
    zip(
        (f"{key:02}" for key in range(1, 17)),
        ("SH", "HH", "NI", "HB", "NW", "HE", "RP", "BW", "BY", "SL", "BE", "BB", "MV", "SN", "ST",
         "TH"),
        strict=True,
    )
)  # fmt: skip


class PostalRow(Struct, frozen=True):
    """A place name in a postcode.

    ``is_receiver``: a company or office with a postcode of its own; GeoNames gives such a row a
    number in place of the letters of its Land.
    """

    postcode: str
    name: str
    district: str
    district_code: str
    land: str
    lat: float
    lon: float
    is_receiver: bool = False


def read_rows(path: Path) -> list[PostalRow]:
    """Read all rows of a file, also from .gz or .zip; raises BadDataError with all invalid rows."""
    text = _text(path, _unpacked(path))
    rows: list[PostalRow] = []
    problems: list[Problem] = []
    for line, fields in _table(path, text):
        try:
            rows.append(_row(fields))
        except SentenceError as error:
            if len(problems) == MOST_PROBLEMS:
                problems.append(Problem("more rows are invalid", file=str(path), line=line))
                break
            problems.append(Problem.at(path, "{problem}", line=line, problem=error))
    if problems:
        raise BadDataError(*problems, hint="nothing was imported")
    return rows


def _refuse(path: Path, template: str, /, *, line: int = 0, **values: Any) -> NoReturn:
    raise BadDataError(
        Problem.at(path, template, line=line, **values),
        hint="use the postal code file of GeoNames, DE.txt or DE.zip, or a CSV table made of it",
    )


def _unpacked(path: Path) -> bytes:
    """Read the bytes of a file and decompress them, at most the limit and one byte."""
    import gzip
    import zipfile

    try:
        if not path.is_file():
            _refuse(path, "it is not a file" if path.exists() else "there is no such file")
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
        reason = getattr(error, "strerror", None) or error
        _refuse(path, "it cannot be read: {reason}", reason=reason)
    except (RuntimeError, NotImplementedError, ValueError) as error:  # e.g. encrypted archives
        _refuse(path, "it cannot be decompressed: {error}", error=error)
    if len(content) > LARGEST_BYTES:
        most_mb = LARGEST_BYTES // 1024**2
        _refuse(path, "it is larger than {most_mb} MB, decompressed", most_mb=most_mb)
    return content


def _member(path: Path, archive: "zipfile.ZipFile") -> "zipfile.ZipInfo":
    """Find the only table in an archive, which also has a readme."""
    tables = [
        one
        for one in archive.infolist()
        if one.filename.lower().endswith((".txt", ".csv")) and "readme" not in one.filename.lower()
    ]
    if len(tables) != 1:
        _refuse(path, "the archive contains {count} tables instead of one", count=len(tables))
    return tables[0]


def _text(path: Path, content: bytes) -> str:
    if not content.strip():
        _refuse(path, "it is empty")
    if b"\0" in content:
        line = content.count(b"\n", 0, content.index(b"\0")) + 1
        _refuse(path, "it is not text: it contains a NUL byte", line=line)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        _refuse(path, "it is not UTF-8", line=content.count(b"\n", 0, error.start) + 1)


def _table(path: Path, text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Iterate over all rows as (line, fields by column)."""
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
        _refuse(
            path,
            "it has no column {column}, and no tabs as the file of GeoNames",
            line=1,
            column=missing[0],
        )
    reader = csv.reader(io.StringIO(text), strict=True)
    try:
        next(reader)
        for values in reader:
            if values:
                yield reader.line_num, _fields(columns, values)
    except csv.Error as error:
        _refuse(path, "it is not valid CSV: {error}", line=reader.line_num, error=error)


def _fields(columns: tuple[str, ...] | list[str], values: list[str]) -> dict[str, str]:
    """Return the fields by column; none for a row of another width."""
    return dict(zip(columns, values, strict=True)) if len(columns) == len(values) else {}


def _row(fields: dict[str, str]) -> PostalRow:
    """Check one row; raises SentenceError."""
    if not fields:
        raise SentenceError("the row has another number of columns than the header or the format")
    if fields.get("country_code", "DE") != "DE":
        raise SentenceError(
            "the country {country!r} is not DE", country=fields["country_code"][:10]
        )
    postcode, name = fields["zipcode"], " ".join(fields["place"].split())
    if not (len(postcode) == 5 and postcode.isascii() and postcode.isdigit()):
        raise SentenceError("{postcode!r} is not a German postcode", postcode=postcode[:20])
    district, code = fields["community"].strip(), fields["community_code"].strip()
    if not name or not (name + district + code).isprintable():
        raise SentenceError("the place name is empty or not printable")
    try:
        lat, lon = float(fields["latitude"]), float(fields["longitude"])
    except ValueError:
        raise SentenceError("latitude and longitude are not numbers") from None
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise SentenceError("latitude {lat} or longitude {lon} is out of range", lat=lat, lon=lon)
    land = fields["state_code"].strip()
    is_receiver = land not in LAENDER
    if is_receiver:
        land = _LAND_OF_KEY.get(code[:2], "")
    return PostalRow(postcode, name, district, code, land, lat, lon, is_receiver)
