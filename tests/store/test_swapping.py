"""A restore that is killed or fails at any moment neither loses nor mixes a log."""

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from dispatch_cli import files
from dispatch_cli.errors import DispatchError, UnavailableError
from dispatch_cli.store import lock, restoring, swapping

from .programs import Program, open_case, plain, tokens_in

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")
CALLS = ("link", "replace", "rename", "unlink", "fsync", "ftruncate")
OLD, NEW = [1, 2, 3], [1]


class Interrupted:
    """Ends the program, or raises, at the n-th call that changes names or records."""

    def __init__(self, patch: pytest.MonkeyPatch, turn: int, end: Callable[[], None]) -> None:
        self.left, self.end = turn, end
        for name in CALLS:
            patch.setattr(os, name, self._wrapped(getattr(os, name)))
        for name in ("announce", "acknowledge"):
            patch.setattr(lock.LockFile, name, self._wrapped(getattr(lock.LockFile, name)))

    def _wrapped(self, call: Callable[..., object]) -> Callable[..., object]:
        def wrapped(*words: object, **options: object) -> object:
            self.left -= 1
            if not self.left:
                self.end()
            return call(*words, **options)

        return wrapped


@pytest.fixture(params=["settled", "foreign wal", "torn", "orphan wal"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Make a backup and a newer log with commits in its -wal, sound or damaged."""
    path = tmp_path / "sample" / "cases.sqlite3"
    with plain(path) as store:
        open_case(store, 1)
        store.back_up(path.with_name("copy"), keep=None)
    program = Program(path)
    for token in (2, 3):
        program.tell(f"open {token}")
    program.killed_in("wait", 0)
    if request.param == "foreign wal":
        shutil.copyfile(path.with_name("copy"), path)
    elif request.param == "torn":
        with plain(path) as store:
            tokens_in(store)
        path.write_bytes(path.read_bytes()[:-5000])
    elif request.param == "orphan wal":
        path.unlink()
    return path.parent


EVERY = [pytest.param(3, id="every third"), pytest.param(1, id="every", marks=pytest.mark.ci)]
"""The distance from one moment of a kill to the next."""


def _copies(folder: Path, tmp_path: Path, every: int) -> Iterator[tuple[int, Path]]:
    """Copy the files for each of the moments; the log file has the acknowledged tokens."""
    for turn in range(1, 1000, every):
        shutil.copytree(folder, tmp_path / str(turn))
        yield turn, tmp_path / str(turn) / "cases.sqlite3"


def _state(path: Path) -> object:
    """Return the tokens of a sound log at a path, or None for an error."""
    try:
        with plain(path) as store:
            return tokens_in(store)
    except DispatchError:
        return None


def _files(path: Path) -> dict[str, bytes]:
    return {
        suffix: Path(f"{path}{suffix}").read_bytes()
        for suffix in ("", "-wal")
        if Path(f"{path}{suffix}").exists()
    }


def _restore(path: Path) -> restoring.RestoreResult:
    return plain(path).restore(path.with_name("copy"), operator="mara")


@needs_fork
@pytest.mark.parametrize("every", EVERY)
def test_killed_at_any_moment_a_repeated_restore_finishes(
    folder: Path, tmp_path: Path, every: int
) -> None:
    """Then the backup is in place, and the old files are kept in one set."""
    before = _files(folder / "cases.sqlite3")
    is_whole = _state(shutil.copytree(folder, tmp_path / "look") / "cases.sqlite3") == OLD
    for turn, path in _copies(folder, tmp_path, every):
        pid = os.fork()
        if not pid:
            with suppress(BaseException), pytest.MonkeyPatch.context() as patch:
                Interrupted(patch, turn, lambda: os._exit(9))
                _restore(path)
                os._exit(0)
            os._exit(1)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        assert code in (0, 9)
        if code == 9:
            if is_whole:
                assert path.exists()
            left = swapping.set_aside(path)
            assert not [each for each in left if each.endswith(("-wal", "-shm"))] or not is_whole
            look = shutil.copytree(path.parent, tmp_path / f"{turn}-look") / path.name
            assert _state(look) in ((OLD, NEW) if is_whole else (None, OLD, NEW)), turn
            made = _restore(path)
            assert made.missing in ((1, 2) if is_whole else (1, None)), turn
        assert _state(path) == NEW
        assert path.stat().st_nlink == 1
        assert not list(path.parent.glob("*.restored*"))
        asides = {Path(each.removesuffix("-wal")) for each in swapping.set_aside(path)}
        if is_whole:
            assert [_state(each) for each in asides].count(OLD) == 1
            assert all(_state(each) in (OLD, NEW) for each in asides)
        else:
            assert [_files(each) for each in asides].count(before) == 1, turn
        if code == 0:
            break
    assert turn > 15


@needs_fork
@pytest.mark.parametrize(
    ("error", "every"),
    [
        pytest.param(OSError(errno.EIO, "Input/output error"), 3, id="EIO, every third"),
        pytest.param(OSError(errno.EIO, "Input/output error"), 1, id="EIO", marks=pytest.mark.ci),
        pytest.param(KeyboardInterrupt(), 1, id="Ctrl-C", marks=pytest.mark.ci),
    ],
)
def test_failing_at_any_moment_the_log_is_as_it_was(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    every: int,
) -> None:
    """An error or Ctrl-C leaves either the old log alone, or the new one in place."""
    before = _state(shutil.copytree(folder, tmp_path / "look") / "cases.sqlite3")

    def fail() -> None:
        raise error

    for turn, path in _copies(folder, tmp_path, every):
        raised: BaseException | None = None
        with monkeypatch.context() as patch:
            interrupted = Interrupted(patch, turn, fail)
            try:
                _restore(path)
            except (UnavailableError, KeyboardInterrupt) as caught:
                raised = caught
        if interrupted.left > 0:
            break
        if raised is None or "in place" in str(raised):
            continue
        if _state(path) != NEW:
            assert _state(path) == before, turn
        assert _restore(path).missing in (1, None, 2)
        assert _state(path) == NEW
    assert turn > 15


def test_where_files_have_one_name_the_old_ones_are_copied(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without hard links the old log is copied."""
    path = folder / "cases.sqlite3"
    before = _files(path)

    def refuse(source: str, target: str) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    made = _restore(path)
    [aside] = {each.removesuffix("-wal").removesuffix("-shm") for each in made.aside}
    assert _state(path) == NEW
    assert _state(Path(aside)) == OLD or _files(Path(aside)) == before


@needs_fork
def test_a_program_that_opens_the_new_log_at_once_works_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the rename and the end of the restore, companions belong to the new log."""
    path, copy = tmp_path / "cases.sqlite3", tmp_path / "copy"
    with plain(path) as store:
        open_case(store, 1)
        store.back_up(copy, keep=None)
        open_case(store, 2)
    early = Program(path)
    replace = files.replace_synced

    def read_at_once(fresh: Path, to: Path) -> None:
        replace(fresh, to)
        assert early.tell("look") == "[1]"

    monkeypatch.setattr(swapping, "replace_synced", read_at_once)
    with plain(path) as store:
        assert store.restore(copy, operator="mara").missing == 1
    assert early.tell("look") == "[1]"
    assert early.tell("open 3") == "opened 3"
    early.end()
    assert _state(path) == [1, 3]


@needs_fork
def test_a_program_that_has_the_log_open_neither_works_on_nor_spoils_it(tmp_path: Path) -> None:
    """It reports that the log was replaced, and does not damage the new one."""
    path, copy = tmp_path / "cases.sqlite3", tmp_path / "copy"
    idle, other = Program(path), Program(path)
    assert idle.tell("open 1") == "opened 1"
    with plain(path) as store:
        store.back_up(copy, keep=None)
    assert idle.tell("open 2") == other.tell("open 3").replace("3", "2")
    made = _restore(path)
    assert made.missing == 2
    program = Program(path)
    assert program.tell("open 4") == "opened 4"
    assert "moved, replaced or deleted" in idle.tell("open 5")
    other.end()
    idle.end()
    assert program.tell("open 6") == "opened 6"
    program.killed_in("wait", 0)
    assert _state(path) == [1, 4, 6]
    assert [_state(Path(each)) for each in made.aside if not each.endswith(("-wal", "-shm"))] == [
        OLD
    ]
