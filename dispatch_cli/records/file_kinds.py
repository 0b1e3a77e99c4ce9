"""Recognise files without records by their first bytes, and say how to save them instead."""

from ..messages import Message, marked

_CSV = marked('open it and save it as "CSV UTF-8"')
_EXPORT = marked("export the table as CSV from the program that made it")
_UNPACK = marked("unpack it first")
_PAGE = marked("a web page (HTML)")
_XML = marked("an XML file")
_ZIP = b"PK\x03\x04"
_STARTS = (
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        marked("an Excel workbook of an old version (.xls)"),
        _CSV,
    ),
    (b"%PDF-", marked("a PDF document"), _EXPORT),
    (b"{\\rtf", marked("a text document (.rtf)"), _EXPORT),
    (b"\x89PNG\r\n", marked("a picture (PNG)"), _EXPORT),
    (b"\xff\xd8\xff", marked("a picture (JPEG)"), _EXPORT),
    (b"GIF8", marked("a picture (GIF)"), _EXPORT),
    (b"\0\1\0\0Standard ", marked("an Access database"), _EXPORT),
    (b"ARROW1\0\0", marked("an Arrow file"), marked("save it as Parquet or CSV")),
    (
        b"PK\x05\x06",
        marked("an empty zip archive"),
        marked("choose the file that it should have held"),
    ),
    (b"BZh", marked("compressed with bzip2"), _UNPACK),
    (b"\xfd7zXZ\0", marked("compressed with xz"), _UNPACK),
    (b"\x28\xb5\x2f\xfd", marked("compressed with zstd"), _UNPACK),
    (b"\x1f\x8b", marked("compressed with gzip twice"), _UNPACK),
    (b"\x37\x7a\xbc\xaf\x27\x1c", marked("a 7-Zip archive"), _UNPACK),
    (b"Rar!\x1a\x07", marked("a RAR archive"), _UNPACK),
    (b"SQLite format 3\0", marked("an SQLite database"), marked("export the table as CSV")),
)
_MARKUP = (
    ("<!doctype html", _PAGE), ("<html", _PAGE),
    ("<table", marked("a table of a web page (HTML)")), ("<?xml", _XML),
    ("<head", _PAGE), ("<body", _PAGE), ("<meta", _PAGE),
    ("<div", _PAGE), ("<style", _PAGE), ("<!--", _PAGE),
    ("<gpx", _XML), ("<kml", _XML), ("mime-version:", marked("a saved web page (MHTML)")),
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
            return _is(marked("an OpenDocument file (.ods)")), _CSV
        if b"word/" in first:
            return _is(marked("a Word document (.docx)")), _EXPORT
        if b".iwa" in first:
            return _is(marked("an Apple Numbers or Pages document")), _EXPORT
        if b"[Content_Types].xml" in first or b"xl/" in first:
            return _is(marked("an Excel workbook (.xlsx)")), _CSV
        return _is(marked("a zip archive")), _UNPACK
    text = first[:200].removeprefix(b"\xef\xbb\xbf").lstrip().decode("ascii", "replace").lower()
    for mark, kind in _MARKUP:
        if text.startswith(mark):
            return _is(kind), _CSV
    return None


def _is(kind: str) -> Message:
    return Message("the file is {kind}, not CSV, JSON lines or Parquet", kind=Message(kind))
