"""The id and the marks of a log identify its write-ahead log and its last commit."""

import os
import shutil
import sqlite3
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch_cli.errors import BadDataError, ConflictError, DispatchError, UnavailableError
from dispatch_cli.store import Store, lock, wal
from dispatch_cli.store.database import Database
from dispatch_cli.store.identity import AcknowledgedCommit, Stamp, parse_stamp, stamp_in_page

from .programs import Program, killed_after, open_case, plain, tokens_in
from .sample import NOW
from .working import decide_next, opened, problems

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")


def _stamp(path: Path) -> Stamp:
    with closing(sqlite3.connect(path)) as connection:
        stamp = parse_stamp(connection.execute("SELECT stamp FROM identity").fetchone()[0])
    assert stamp is not None
    return stamp


@given(st.text("0123456789abcdef", min_size=32, max_size=32), st.integers(0, 10**12 - 1))
def test_a_stamp_is_read_as_it_was_written(log: str, count: int) -> None:
    """Every stamp is read back, and no other text is a stamp."""
    stamp = Stamp(log, count, "a" * 16, "b" * 16)
    assert parse_stamp(str(stamp)) == stamp
    assert parse_stamp(f"{stamp} ") is parse_stamp(f"x{stamp}") is parse_stamp("") is None


def test_the_stamp_is_found_in_the_raw_pages(tmp_path: Path) -> None:
    """Exactly one page of the file has the stamp, also with a text that imitates it."""
    path = tmp_path / "cases.sqlite3"
    with opened(path) as store:
        decide_next(store)
        imitated = str(Stamp("0" * 32, 7, "0" * 16))
        with store.deciding() as tx:
            tx.set_text(1, "1.because", imitated)
    content = path.read_bytes()
    assert imitated.encode() in content
    pages = [content[at : at + 4096] for at in range(0, len(content), 4096)]
    assert [stamp for page in pages if (stamp := stamp_in_page(page))] == [_stamp(path)]


def test_every_commit_renews_the_mark_and_names_the_one_before(tmp_path: Path) -> None:
    """A commit with changes counts one more; reading leaves the mark."""
    path = tmp_path / "cases.sqlite3"
    marks = []
    with opened(path) as store:
        for _ in range(4):
            decide_next(store, wipe_after=False)
            stamp = _stamp(path)
            acknowledged = lock.last_acknowledged(Path(f"{path}.lock"))
            with store.reading() as reader:
                assert acknowledged == AcknowledgedCommit(stamp, reader.head())
            marks.append(stamp)
        with store.deciding(), pytest.raises(RuntimeError), store.reading():
            pass
        with store.reading() as reader:
            reader.head()
    assert _stamp(path) == marks[-1]
    for before, after in pairwise(marks):
        assert (after.log, after.count, after.before) == (
            before.log, before.count + 1, before.mark
        )  # fmt: skip


@needs_fork
@pytest.mark.parametrize("way", ["copied over", "moved there"])
def test_an_older_copy_does_not_take_the_write_ahead_log(tmp_path: Path, way: str) -> None:
    """A copy made by hand beside the log's -wal is refused and unchanged."""
    path, copy = tmp_path / "cases.sqlite3", tmp_path / "copy"
    with plain(path) as store:
        open_case(store, 1)
    shutil.copyfile(path, copy)
    with plain(path) as store:
        open_case(store, 2)
    killed_after(path, range(3, 5))
    wal = Path(f"{path}-wal").read_bytes()
    if way == "copied over":
        shutil.copyfile(copy, path)
    else:
        os.replace(copy, path)
    before = path.read_bytes()
    for use in (tokens_in, lambda store: open_case(store, 9)):
        with pytest.raises(BadDataError, match="does not belong") as caught, plain(path) as store:
            use(store)
        assert caught.value.problems[0].file == f"{path}-wal"
        assert "restore FILE" in str(caught.value.hint)
    assert (path.read_bytes(), Path(f"{path}-wal").read_bytes()) == (before, wal)


@needs_fork
def test_a_write_ahead_log_of_another_log_is_refused(tmp_path: Path) -> None:
    """Neither one from another case log nor one from another program's database is replayed."""
    path, other, foreign = (tmp_path / name / "cases.sqlite3" for name in ("a", "b", "c"))
    for each in (path, other):
        with plain(each) as store:
            open_case(store, 1)
    killed_after(other, range(2, 4))
    foreign.parent.mkdir()
    with closing(sqlite3.connect(foreign)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE moz_places (id INTEGER)")
        for source in (other, foreign):
            shutil.copyfile(f"{source}-wal", f"{path}-wal")
            with pytest.raises(BadDataError, match="does not belong"), plain(path) as store:
                tokens_in(store)
            assert any("does not belong" in str(each) for each in plain(path).check())
    Path(f"{path}-wal").unlink()
    with plain(path) as store:
        assert tokens_in(store) == [1]


@needs_fork
def test_the_own_write_ahead_log_is_taken(tmp_path: Path) -> None:
    """After a kill at any moment of a checkpoint, the own -wal is replayed."""
    path = tmp_path / "cases.sqlite3"
    with plain(path) as store:
        open_case(store, 1)
    killed_after(path, range(2, 6))
    content, wal = path.read_bytes(), Path(f"{path}-wal").read_bytes()
    pages = [wal[at : at + 4120] for at in range(32, len(wal), 4120)]
    for moved in range(len(pages) + 1):
        half_moved = bytearray(content)
        for page in pages[:moved]:
            at = (int.from_bytes(page[:4], "big") - 1) * 4096
            half_moved[at : at + 4096] = page[24:]
        path.write_bytes(half_moved)
        Path(f"{path}-wal").write_bytes(wal)
        with plain(path) as store:
            assert tokens_in(store) == [1, 2, 3, 4, 5]


@needs_fork
def test_a_cut_or_deleted_write_ahead_log_is_noticed(tmp_path: Path) -> None:
    """Without acknowledged commits the log is refused, with their number."""
    path = tmp_path / "cases.sqlite3"
    with plain(path) as store:
        open_case(store, 1)
    killed_after(path, range(2, 5))
    Path(f"{path}-wal").unlink()
    with pytest.raises(BadDataError, match="3 commits that were acknowledged"), plain(path) as log:
        tokens_in(log)
    Path(f"{path}.lock").unlink()  # what the hint says, to go on without them
    with plain(path) as store:
        assert tokens_in(store) == [1]
        open_case(store, 5)


def test_a_log_that_is_gone_is_said(tmp_path: Path) -> None:
    """A deleted log is not treated as an empty one."""
    path = tmp_path / "cases.sqlite3"
    with plain(path) as store:
        open_case(store, 1)
    path.unlink()
    for use in (tokens_in, lambda store: open_case(store, 2)):
        with pytest.raises(BadDataError, match="gone, and 1 commit with it"):
            use(plain(path))
    assert not path.exists()


def test_another_log_in_its_place_is_said(tmp_path: Path) -> None:
    """The log of another desk at the path is refused by its id."""
    path, other = tmp_path / "cases.sqlite3", tmp_path / "other.sqlite3"
    for each in (path, other):
        with plain(each) as store:
            open_case(store, 1)
    os.replace(other, path)
    with pytest.raises(BadDataError, match="another case log"):
        tokens_in(plain(path))


@pytest.mark.parametrize("way", ["deleted", "replaced", "-wal deleted", "-wal replaced"])
def test_an_open_log_that_is_not_at_its_path_is_not_written(tmp_path: Path, way: str) -> None:
    """A program with a moved log stops at its next read or write, with the cause."""
    path, wal = tmp_path / "cases.sqlite3", tmp_path / "cases.sqlite3-wal"
    store = plain(path)
    open_case(store, 1)
    target = wal if "wal" in way else path
    if "replaced" in way:
        shutil.copyfile(target, tmp_path / "copy")
        os.replace(tmp_path / "copy", target)
    else:
        target.unlink()
    for use in (tokens_in, lambda store: open_case(store, 2)):
        with pytest.raises(UnavailableError, match="moved, replaced or deleted"):
            use(store)
    store.close()


def test_a_log_replaced_while_it_is_decided_is_said(tmp_path: Path) -> None:
    """The path is compared again before the commit, and the transaction rolled back."""
    path = tmp_path / "cases.sqlite3"
    store = plain(path)
    open_case(store, 1)
    os.link(path, tmp_path / "kept")

    def decide() -> None:
        with store.deciding() as tx:
            tx.set_text(1, "1.because", "late")
            path.unlink()

    with pytest.raises(UnavailableError, match="moved, replaced or deleted"):
        decide()
    os.rename(tmp_path / "kept", path)
    with store.reading() as reader:
        assert reader.texts(1) == {}
    store.close()


def test_a_copy_over_an_open_log_is_noticed(tmp_path: Path) -> None:
    """A backup copied into an open log stops the next write."""
    path, copy = tmp_path / "cases.sqlite3", tmp_path / "copy"
    with plain(path) as store:
        open_case(store, 1)
    shutil.copyfile(path, copy)
    with plain(path) as store:
        open_case(store, 2)
    program = Program(path)
    assert program.tell("open 3") == "opened 3"
    shutil.copyfile(copy, path)
    assert "does not belong" in program.tell("open 4")
    program.end()


def test_the_wal_of_an_interrupted_wipe_belongs(tmp_path: Path) -> None:
    """After an erasure with VACUUM the log can be used as before."""
    path = tmp_path / "cases.sqlite3"
    with opened(path) as store:
        for _ in range(8):
            decide_next(store)
    with opened(path) as store:
        assert problems(store, 8) == []


def test_the_lock_file_that_was_removed_is_made_anew(tmp_path: Path) -> None:
    """A program that waits for a removed lock file uses the new one."""
    path = tmp_path / "lock"
    with lock.held(path):
        path.unlink()
        with lock.held(path, 1):
            pass
    assert path.exists()
    assert lock.last_acknowledged(path) is None
    assert lock.holder(path) == (os.getpid(), lock.holder(path)[1])  # type: ignore[index]


def test_no_error_is_a_traceback(tmp_path: Path) -> None:
    """A log without its stamp is reported as damaged."""
    path = tmp_path / "cases.sqlite3"
    with plain(path) as store:
        open_case(store, 1)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM identity")
    with pytest.raises(DispatchError, match="cannot be read"):
        tokens_in(plain(path))
    assert plain(path).check()


def test_a_log_that_another_program_locks_is_a_conflict(tmp_path: Path) -> None:
    """SQLite's own lock, held by a program without the lock file, ends as exit 8."""
    path = tmp_path / "cases.sqlite3"
    with plain(path) as store:
        open_case(store, 1)
    store = Store(Database(path, now=NOW, wait_s=0.05))
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(ConflictError, match="another program has held"):
            open_case(store, 2)
        other.execute("ROLLBACK")
    open_case(store, 2)
    assert tokens_in(store) == [1, 2]
    store.close()


@needs_fork
def test_a_long_wait_is_said_once_after_a_second(tmp_path: Path) -> None:
    """The message names the holder of the lock; a shorter wait is silent."""
    path, said = tmp_path / "lock", []
    with lock.held(path):
        for wait_s in (0.1, 1.2):
            with pytest.raises(ConflictError), lock.held(path, wait_s, said.append):
                pass
    assert len(said) == 1
    assert str(said[0]).startswith(f"waiting for another dispatch, pid {os.getpid()}, since ")
    path.write_bytes(b"")
    assert str(lock.waiting_for(path)) == "waiting for another dispatch"


def test_odd_write_ahead_logs_are_never_replayed(tmp_path: Path) -> None:
    """Write-ahead logs that SQLite ignores are accepted: no header, another magic, no commit."""
    path, wal_path = tmp_path / "cases.sqlite3", tmp_path / "cases.sqlite3-wal"
    store = plain(path)
    open_case(store, 1)
    frames = wal_path.read_bytes()
    store.close()
    uncommitted = bytearray(frames[: 32 + 4120])
    uncommitted[36:40] = bytes(4)
    for content in (b"", frames[:31], b"\0" * 64, frames[:8] + b"\0\0\0\7" + frames[12:],
                    bytes(uncommitted), frames[:4000]):  # fmt: skip
        wal_path.write_bytes(content)
        file = os.open(path, os.O_RDONLY)
        try:
            assert wal.belongs(wal_path, file)
        finally:
            os.close(file)
