"""Recognise files without records by their first bytes, and say how to save them instead."""

from ..messages import Message

_CSV = 'open it and save it as "CSV UTF-8"'
_EXPORT = "export the table as CSV from the program that made it"
_UNPACK = "unpack it first"
_ZIP = b"PK\x03\x04"
_STARTS = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Excel workbook of an old version (.xls)", _CSV),
    (b"%PDF-", "a PDF document", _EXPORT),
    (b"{\\rtf", "a text document (.rtf)", _EXPORT),
    (b"\x89PNG\r\n", "a picture (PNG)", _EXPORT),
    (b"\xff\xd8\xff", "a picture (JPEG)", _EXPORT),
    (b"GIF8", "a picture (GIF)", _EXPORT),
    (b"\0\1\0\0Standard ", "an Access database", _EXPORT),
    (b"ARROW1\0\0", "an Arrow file", "save it as Parquet or CSV"),
    (b"PK\x05\x06", "an empty zip archive", "choose the file that it should have held"),
    (b"BZh", "compressed with bzip2", _UNPACK),
    (b"\xfd7zXZ\0", "compressed with xz", _UNPACK),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd", _UNPACK),
    (b"\x1f\x8b", "compressed with gzip twice", _UNPACK),
    (b"\x37\x7a\xbc\xaf\x27\x1c", "a 7-Zip archive", _UNPACK),
    (b"Rar!\x1a\x07", "a RAR archive", _UNPACK),
    (b"SQLite format 3\0", "an SQLite database", "export the table as CSV"),
)
_MARKUP = (
    ("<!doctype html", "a web page (HTML)"), ("<html", "a web page (HTML)"),
    ("<table", "a table of a web page (HTML)"), ("<?xml", "an XML file"),
    ("<head", "a web page (HTML)"), ("<body", "a web page (HTML)"), ("<meta", "a web page (HTML)"),
    ("<div", "a web page (HTML)"), ("<style", "a web page (HTML)"), ("<!--", "a web page (HTML)"),
    ("<gpx", "an XML file"), ("<kml", "an XML file"), ("mime-version:", "a saved web page (MHTML)"),
)  # fmt: skip


def foreign_file(first: bytes) -> tuple[Message, str] | None:
    """Name the kind of a file that holds no records, with what to do; None for all others.

    ``first`` is the beginning of the file, some kilobytes if it has them.
    """
    for start, kind, advice in _STARTS:
        if first.startswith(start):
            return _is(kind), advice
    if first.startswith(_ZIP):
        if b"mimetypeapplication/vnd.oasis.opendocument" in first[:200]:
            return _is("an OpenDocument file (.ods)"), _CSV
        if b"word/" in first:
            return _is("a Word document (.docx)"), _EXPORT
        if b".iwa" in first:
            return _is("an Apple Numbers or Pages document"), _EXPORT
        if b"[Content_Types].xml" in first or b"xl/" in first:
            return _is("an Excel workbook (.xlsx)"), _CSV
        return _is("a zip archive"), _UNPACK
    text = first[:200].removeprefix(b"\xef\xbb\xbf").lstrip().decode("ascii", "replace").lower()
    for mark, kind in _MARKUP:
        if text.startswith(mark):
            return _is(kind), _CSV
    return None


def _is(kind: str) -> Message:
    return Message("the file is {kind}, not CSV, JSON lines or Parquet", kind=Message(kind))
