"""Recognise files without records by their first bytes, and say how to save them instead."""

from ..messages import Message

_CSV = 'open it and save it as "CSV UTF-8"'
_ZIP = b"PK\x03\x04"
_STARTS = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Excel workbook of an old version (.xls)", _CSV),
    (b"%PDF-", "a PDF document", "export the table as CSV from the program that made it"),
    (b"{\\rtf", "a text document (.rtf)", "export the table as CSV from the program that made it"),
    (b"\x37\x7a\xbc\xaf\x27\x1c", "a 7-Zip archive", "unpack it first"),
    (b"Rar!\x1a\x07", "a RAR archive", "unpack it first"),
    (b"SQLite format 3\0", "an SQLite database", "export the table as CSV"),
)
_MARKUP = (
    ("<!doctype html", "a web page (HTML)"), ("<html", "a web page (HTML)"),
    ("<table", "a table of a web page (HTML)"), ("<?xml", "an XML file"),
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
        if b"[Content_Types].xml" in first or b"xl/" in first:
            return _is("an Excel workbook (.xlsx)"), _CSV
        return _is("a zip archive"), "unpack it first"
    text = first[:200].removeprefix(b"\xef\xbb\xbf").lstrip().decode("ascii", "replace").lower()
    for mark, kind in _MARKUP:
        if text.startswith(mark):
            return _is(kind), _CSV
    return None


def _is(kind: str) -> Message:
    return Message("the file is {kind}, not CSV, JSON lines or Parquet", kind=Message(kind))
