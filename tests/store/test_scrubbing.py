"""Bytes that SQLite leaves in the gaps of pages are zeroed, while others write."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from dispatch_cli.errors import DispatchError
from dispatch_cli.store import scrubbing, wiping
from dispatch_cli.store.scrubbing import unused

from .sample import NOW, act, case, closed, personal
from .test_erasure import LATER, _bytes, _life
from .working import opened

PAGE = 64


def _page(*, kind: int = 13, block: int = 0, cells: int = 2, content: int = 40) -> bytearray:
    """Make a small page: header of 8 bytes, pointers to cells, a gap, and content."""
    page = bytearray(b"x" * PAGE)
    page[0] = kind
    page[1:3], page[3:5], page[5:7] = (each.to_bytes(2, "big") for each in (block, cells, content))
    return page


def test_the_gap_lies_between_pointers_and_content() -> None:
    """Two pointers end at 12, the content begins at 40; an inner page has 4 bytes more."""
    assert unused(bytes(_page()), PAGE) == [(12, 40)]
    assert unused(bytes(_page(kind=5)), PAGE) == [(16, 40)]


def test_a_freed_block_is_unused_but_for_its_head() -> None:
    """The first four bytes of a freed block link it; the rest is unused."""
    page = _page(block=44)
    page[44:48] = (0).to_bytes(2, "big") + (10).to_bytes(2, "big")
    assert unused(bytes(page), PAGE) == [(12, 40), (48, 54)]


@pytest.mark.parametrize(
    "page",
    [
        _page(kind=0), _page(kind=7), _page(content=10), _page(content=65), _page(block=20),
        _page(block=62),
    ],
)  # fmt: skip
def test_what_is_no_page_of_a_tree_is_left_alone(page: bytearray) -> None:
    """Other and invalid pages have no unused bytes."""
    page = page + bytes(2)
    assert unused(bytes(page), PAGE) == []


def test_a_wipe_while_another_program_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With steps of two pages and a writer in between, no mark is left."""
    monkeypatch.setattr(scrubbing, "PAGES", 2)
    path = tmp_path / "cases.sqlite3"
    is_over = threading.Event()
    written: list[int] = []

    def write() -> None:
        with opened(path) as other:
            while not is_over.wait(0.01):
                with other.deciding() as tx:
                    new = tx.new_case(closed(case(), NOW), personal(note="n" * 900))
                    tx.append(act("open", new.id))
                    written.append(new.id)

    with opened(path) as store:
        marks = {number: _life(store, number) for number in range(1, 21)}
        writer = threading.Thread(target=write)
        writer.start()
        for number in marks:
            with store.deciding() as tx:
                tx.forget(number, LATER)
        store.after_erasure()
        is_over.set()
        writer.join()
        assert store.check() == []
        left = _bytes(tmp_path)
        assert [mark for texts in marks.values() for mark in texts if mark in left] == []
        with store.reading() as reader:
            assert reader.verify() == []
            assert all(reader.personal(number) is not None for number in written)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_a_fault_within_a_piece_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error of SQLite during a step has a message, and the next run continues."""
    with opened(tmp_path / "cases.sqlite3") as store:
        _life(store, 1)
        with store.deciding() as tx:
            tx.forget(1, LATER)
        with monkeypatch.context() as patched:
            patched.setattr(
                scrubbing, "scrub", lambda connection, *_: connection.execute("SELECT 1 FROM gone")
            )
            with pytest.raises(DispatchError):
                store.after_erasure()
        store.after_erasure()
        assert store.check() == []


def test_a_log_that_was_emptied_in_between_is_wiped_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If another program empties the write-ahead log, the pass is repeated.

    The control: without it one pass suffices.
    """
    monkeypatch.setattr(scrubbing, "PAGES", 4)
    path = tmp_path / "cases.sqlite3"
    scrub, passes, meddles = scrubbing.scrub, [0], [False]

    def counting(connection: sqlite3.Connection, file: int, first: int) -> int | None:
        passes[0] += first == 1
        return scrub(connection, file, first)

    def pause(_: float) -> None:
        if meddles[0]:
            meddles[0] = False
            with closing(sqlite3.connect(path)) as other:
                other.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    monkeypatch.setattr(scrubbing, "scrub", counting)
    monkeypatch.setattr(wiping, "sleep", pause)
    with opened(path) as store:
        for number in range(1, 21):
            _life(store, number)
        for number, meddling in ((1, False), (2, True)):
            with store.deciding() as tx:
                tx.forget(number, LATER)
            passes[0], meddles[0] = 0, meddling
            store.after_erasure()
            assert passes[0] == 1 + meddling
            assert store.check() == []


def test_pointer_maps_are_taken_away_before_pages_are_zeroed(tmp_path: Path) -> None:
    """A log with auto-vacuum stays sound, and no erased byte is in it.

    It has a few thousand pages, so that a pointer map begins with the kind of a b-tree page.
    """
    path = tmp_path / "cases.sqlite3"
    with opened(path) as store:
        marks = {number: _life(store, number) for number in range(1, 20)}
        with store.deciding() as tx:
            for _ in range(3000):
                new = tx.new_case(closed(case(), NOW), personal(note="n" * 600))
                tx.append(act("open", new.id))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("PRAGMA auto_vacuum = 1")
        connection.execute("VACUUM")
        assert connection.execute("PRAGMA auto_vacuum").fetchone() == (1,)
    with opened(path) as store:
        for number in marks:
            with store.deciding() as tx:
                tx.forget(number, LATER)
        store.after_erasure()
        assert store.check() == []
        left = _bytes(tmp_path)
    assert [mark for texts in marks.values() for mark in texts if mark in left] == []
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
