"""Zero the unused bytes of a database's pages, a few pages at a time.

``secure_delete`` zeroes deleted rows and freed pages, but SQLite leaves copies of rows in the gap
of a page when it moves them to another page. VACUUM would remove them, and block all writers while
it rewrites the file. SQLite never reads the gap of a page, so that it may be zeroed in the file
(https://www.sqlite.org/fileformat2.html, sections 1.5 and 1.6).

While pages are zeroed, the write-ahead log is empty and the connection holds SQLite's write lock,
so that no program can write a page. Each step ends with a commit, after which all other connections
drop their cached pages.
"""

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

PAGES = 1024
"""Pages in one step, during which writers wait for some milliseconds."""

_HEADER_BYTES = {2: 12, 5: 12, 10: 8, 13: 8}
"""Length of the header by the kind of a b-tree page, which is its first byte.

Other pages begin with a page number below 2 ** 24, and so with a zero byte.
"""
_FIRST_PAGE_BYTES = 100
_MOST_PAGES = 1 << 24


def scrub(connection: "sqlite3.Connection", file: int, first: int) -> int | None:
    """Zero the unused bytes of PAGES pages from ``first`` on; returns the next page.

    Returns None after the last page. The write-ahead log must be empty, and the connection in a
    write transaction.
    """
    size, count, usable = _layout(connection, file)
    content = os.pread(file, PAGES * size, (first - 1) * size)
    for place in range(0, len(content) - size + 1, size):
        _scrub_page(file, first + place // size, content[place : place + size], usable)
    last = first + PAGES
    return None if last > count else last


def scrub_pages(connection: "sqlite3.Connection", file: int, pages: Iterable[int]) -> None:
    """Zero the unused bytes of some pages, under the same conditions."""
    size, count, usable = _layout(connection, file)
    for page in sorted(pages):
        if 0 < page <= count:
            _scrub_page(file, page, os.pread(file, size, (page - 1) * size), usable)


def _layout(connection: "sqlite3.Connection", file: int) -> tuple[int, int, int]:
    """Return the bytes of a page, the number of pages, and the usable bytes of a page."""
    size = connection.execute("PRAGMA page_size").fetchone()[0]
    count = connection.execute("PRAGMA page_count").fetchone()[0]
    if count >= _MOST_PAGES:  # pragma: no cover - a log of 64 GB
        raise OverflowError("too many pages to tell their kinds")
    return size, count, size - os.pread(file, 1, 20)[0]


def _scrub_page(file: int, number: int, page: bytes, usable: int) -> None:
    for begin, end in unused(page, usable, is_first=number == 1):
        if page.count(0, begin, end) < end - begin:
            os.pwrite(file, bytes(end - begin), (number - 1) * len(page) + begin)


def unused(page: bytes, usable: int, *, is_first: bool = False) -> list[tuple[int, int]]:
    """List the unused ranges of a page, as (begin, end): its gap and its freed blocks.

    The list is empty if the page is not a valid page of a b-tree.
    """
    header = _FIRST_PAGE_BYTES if is_first else 0
    length = _HEADER_BYTES.get(page[header])
    if length is None:
        return []
    block, cells, content = (
        int.from_bytes(page[header + at : header + at + 2], "big") for at in (1, 3, 5)
    )
    gap = (header + length + 2 * cells, content or 65536)
    if not gap[0] <= gap[1] <= usable:
        return []
    found = [gap]
    while block:
        following, size = (
            int.from_bytes(page[block + at : block + at + 2], "big") for at in (0, 2)
        )
        if size < 4 or block < gap[1] or block + size > usable or 0 < following < block + size:
            return []
        found.append((block + 4, block + size))
        block = following
    return found
