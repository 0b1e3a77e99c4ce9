"""The file of the log is private, made when it is needed, and checked before use."""

import errno
import os
import random
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from dispatch_cli import store as store_package
from dispatch_cli.errors import (
    BadDataError,
    ConflictError,
    DispatchError,
    UnavailableError,
    UsageError,
)
from dispatch_cli.store import default_path, lock, open_store

from .sample import NOW, act, case, personal
from .working import decide_next, opened, plain_environment, problems


def test_nothing_is_loaded_or_made_before_it_is_needed(tmp_path: Path) -> None:
    """Neither the import nor preparing a store loads SQLite; reading an absent log makes none."""
    code = (
        "import sys, datetime, pathlib; from dispatch_cli import store;"
        "store.open_store(pathlib.Path('x'), now=datetime.datetime.now(datetime.UTC));"
        "sys.exit('sqlite3' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env=plain_environment())
    with open_store(default_path(tmp_path / "state"), now=NOW) as store:
        with store.reading() as reader:
            assert (reader.cases(open_only=False), reader.verify()) == ([], [])
            assert (reader.summaries(), reader.bookings()) == ([], {})
        assert (store.check(), store.due_for_erasure(30, NOW)) == ([], [])
        store.after_erasure()
    assert not (tmp_path / "state").exists()


def test_all_files_are_private(tmp_path: Path) -> None:
    """With any umask the folder has 0700; database, log, shared memory and lock have 0600."""
    before = os.umask(0)
    try:
        path = tmp_path / "a" / "b" / "cases.sqlite3"
        store = opened(path)
        decide_next(store)
        modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}
    finally:
        os.umask(before)
    assert list(modes.values()) == [0o600] * 4
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    store.close()


def test_a_folder_that_was_there_keeps_its_mode(tmp_path: Path) -> None:
    """An existing folder keeps its permissions."""
    os.chmod(tmp_path, 0o755)  # noqa: S103 - that is the point
    with opened(tmp_path / "cases.sqlite3") as store:
        decide_next(store)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


@pytest.mark.parametrize("suffix", ["", "-wal", "-shm", "-journal", ".lock"])
def test_links_are_not_followed(tmp_path: Path, suffix: str) -> None:
    """A symbolic link in the place of any of the files is refused, and its target unchanged."""
    path, other = tmp_path / "cases.sqlite3", tmp_path / "other"
    if suffix:
        with opened(path) as store:
            decide_next(store)
        (tmp_path / "cases.sqlite3.lock").unlink()
    other.write_bytes(b"precious")
    os.symlink(other, f"{path}{suffix}")
    with pytest.raises(BadDataError, match="symbolic link"):
        decide_next(opened(path))
    assert other.read_bytes() == b"precious"


def test_what_is_no_case_log_is_refused(tmp_path: Path) -> None:
    """A folder, a pipe, an empty file, text, and another program's database are refused."""
    folder, pipe, empty, text, foreign = (tmp_path / name for name in "abcde")
    folder.mkdir()
    os.mkfifo(pipe)
    empty.touch()
    text.write_text("no database\n" * 100)
    connection = sqlite3.connect(foreign)
    connection.execute("CREATE TABLE moz_places (id INTEGER)")
    connection.close()
    for path in (folder, pipe, empty, text, foreign):
        content = path.read_bytes() if path.is_file() else b""
        for use in (decide_next, lambda store: problems(store, 0)):
            with pytest.raises(BadDataError) as caught:
                use(opened(path))
            assert caught.value.hint
            assert caught.value.problems[0].file == str(path)
        assert not path.is_file() or path.read_bytes() == content


def test_a_log_that_is_gone_is_not_mixed_with_what_it_left(tmp_path: Path) -> None:
    """A new log is not made beside the write-ahead log of a deleted one."""
    path = tmp_path / "cases.sqlite3"
    (tmp_path / "cases.sqlite3-wal").write_bytes(b"left over")
    with pytest.raises(BadDataError, match="left over"):
        decide_next(opened(path))


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere"
)
def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    """No permission is exit 5 with the reason, whether the log exists or not."""
    path = tmp_path / "closed" / "cases.sqlite3"
    with opened(path) as store:
        decide_next(store)
    for each in path.parent.iterdir():
        each.chmod(0o400)
    path.parent.chmod(0o500)
    try:
        for name in ("cases.sqlite3", "new.sqlite3"):
            with pytest.raises(UnavailableError):
                decide_next(opened(path.with_name(name)))
    finally:
        path.parent.chmod(0o700)


def test_a_path_that_cannot_be(tmp_path: Path) -> None:
    """A file in the place of a folder and a name that is too long are exit 5."""
    (tmp_path / "file").touch()
    for path in (tmp_path / "file" / "cases.sqlite3", tmp_path / ("x" * 300)):
        with pytest.raises(UnavailableError):
            decide_next(opened(path))


@pytest.mark.parametrize(("error", "is_made"), [(errno.EINVAL, True), (errno.EIO, False)])
def test_a_file_system_that_flushes_no_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: int, is_made: bool
) -> None:
    """A log is made where folders cannot be synced; an error of the disk is reported."""
    fsync = os.fsync

    def fail(file: int) -> None:
        if stat.S_ISDIR(os.fstat(file).st_mode):
            raise OSError(error, "no flush")
        fsync(file)

    monkeypatch.setattr(os, "fsync", fail)
    store = opened(tmp_path / "cases.sqlite3")
    if is_made:
        assert decide_next(store) == 1
    else:
        with pytest.raises(UnavailableError, match="no flush"):
            decide_next(store)
    store.close()


def test_a_lock_that_is_never_let_go(tmp_path: Path) -> None:
    """A program that waits too long gets a conflict with the holder of the lock."""
    path = tmp_path / "lock"
    busy = pytest.raises(ConflictError, match=rf"held for more than 0.01 s, by pid {os.getpid()} ")
    with lock.held(path), busy, lock.held(path, 0.01):
        pass
    with lock.held(path, 0.01):
        pass


@pytest.mark.parametrize(
    "count",
    [150, pytest.param(3_000, marks=pytest.mark.ci), pytest.param(20_000, marks=pytest.mark.heavy)],
)
def test_a_damaged_file_is_no_traceback(tmp_path: Path, count: int) -> None:
    """Flipped bits, swapped pages and truncated files give errors with a message only."""
    path = tmp_path / "cases.sqlite3"
    with opened(path) as store:
        for _ in range(23):
            decide_next(store)
    sound = path.read_bytes()
    chance = random.Random(count)
    said = 0
    for _ in range(count):
        path.write_bytes(_damaged(sound, chance))
        try:
            with opened(path) as store:
                said += bool(store.check())
                with store.reading() as reader:
                    reader.cases(open_only=False)
                    said += bool(reader.verify())
                    reader.tallies()
                    list(reader.acts())
                    reader.watched(), reader.reports(NOW), reader.moves(NOW)
                decide_next(store)
        except DispatchError:
            said += 1
        for left in tmp_path.glob("cases.sqlite3[-.]*"):
            left.unlink()
    assert said


def _damaged(content: bytes, chance: random.Random) -> bytes:
    damaged = bytearray(content)
    way = chance.randrange(4)
    if way == 0:
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
    elif way == 1:
        del damaged[chance.randrange(len(damaged)) :]
    elif way == 2:
        one, two = (4096 * chance.randrange(len(damaged) // 4096) for _ in range(2))
        damaged[one : one + 4096], damaged[two : two + 4096] = (
            damaged[two : two + 4096],
            damaged[one : one + 4096],
        )
    else:
        start = chance.randrange(len(damaged))
        damaged[start : start + 100] = chance.randbytes(len(damaged[start : start + 100]))
    return bytes(damaged)


def test_check_finds_damage(tmp_path: Path) -> None:
    """``check`` lists the problems of a damaged log, and none of a sound one."""
    path = tmp_path / "cases.sqlite3"
    with opened(path) as store:
        decide_next(store)
        assert store.check() == []
    content = bytearray(path.read_bytes())
    content[5000:9000] = bytes(4000)
    path.write_bytes(content)
    assert opened(path).check()


def test_a_text_that_is_no_text(tmp_path: Path) -> None:
    """A text with invalid bytes is refused, and nothing is written."""
    with opened(tmp_path / "cases.sqlite3") as store:
        with pytest.raises(UsageError, match="not UTF-8"), store.deciding() as tx:
            tx.new_case(case(), personal(note="\udcff"))
        with store.reading() as reader:
            assert reader.cases(open_only=False) == []


def test_an_error_inside_undoes_everything(tmp_path: Path) -> None:
    """An exception of the caller is raised unchanged, and neither case nor record is kept."""
    with opened(tmp_path / "cases.sqlite3") as store:

        def decide() -> None:
            with store.deciding() as tx:
                tx.new_case(case(), personal())
                tx.append(act())
                (tmp_path / "absent").read_bytes()

        with pytest.raises(FileNotFoundError):
            decide()
        with store.reading() as reader:
            assert (reader.cases(open_only=False), list(reader.acts())) == ([], [])


def test_readers_see_one_state(tmp_path: Path) -> None:
    """A reader sees one state, without later commits."""
    path = tmp_path / "cases.sqlite3"
    with opened(path) as store, opened(path) as other:
        decide_next(store)
        with other.reading() as reader:
            before = reader.head()
            decide_next(store)
            assert reader.head() == before
        with other.reading() as reader:
            assert reader.head() != before


def test_names_of_the_package() -> None:
    """The package has its public names, and raises AttributeError for all others."""
    assert store_package.Store.deciding
    assert store_package.Transaction.forget
    with pytest.raises(AttributeError):
        _ = store_package.Shop
