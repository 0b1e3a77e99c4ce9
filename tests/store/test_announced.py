"""A restore announces the new log before the rename, so that a complete log is never refused."""

import errno
import os
import shutil
from contextlib import suppress
from pathlib import Path

import pytest

from dispatch_cli.errors import BadDataError, UnavailableError
from dispatch_cli.store import lock, swapping

from .programs import open_case, plain, tokens_in

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Make a log with three cases, of which ``copy`` has the first; ``foreign`` is another log."""
    with plain(tmp_path / "other" / "cases.sqlite3") as store:
        open_case(store, 8)
        store.back_up(tmp_path / "foreign", keep=None)
    path = tmp_path / "log" / "cases.sqlite3"
    with plain(path) as store:
        open_case(store, 1)
        store.back_up(tmp_path / "copy", keep=None)
        for token in (2, 3):
            open_case(store, token)
    return path


def _killed_in_restore(path: Path, source: Path, place: object, name: str) -> None:
    pid = os.fork()
    if not pid:
        with suppress(BaseException), pytest.MonkeyPatch.context() as patch:
            patch.setattr(place, name, lambda *words: os._exit(9))
            plain(path).restore(source, operator="mara")
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 9


@needs_fork
@pytest.mark.parametrize("source", ["copy", "foreign"])
def test_killed_before_the_backup_is_in_place_the_old_log_opens(path: Path, source: str) -> None:
    """Also for another log's backup; the next commit ends the announcement."""
    copy = path.parents[1] / source
    _killed_in_restore(path, copy, swapping, "replace_synced")
    announced = lock.last_acknowledged(Path(f"{path}.lock"))
    assert announced is not None
    assert announced.coming is not None
    with plain(path) as store:
        assert (tokens_in(store), store.described().state) == ([1, 2, 3], "sound")
        open_case(store, 4)
    acknowledged = lock.last_acknowledged(Path(f"{path}.lock"))
    assert acknowledged is not None
    assert acknowledged.coming is None
    shutil.copyfile(f"{path}.restored", path)
    with pytest.raises(BadDataError, match=r"older or other state|another case log"):
        tokens_in(plain(path))


@needs_fork
@pytest.mark.parametrize("source", ["copy", "foreign"])
def test_killed_before_the_note_the_restored_log_opens(path: Path, source: str) -> None:
    """Also after later commits, of whose record a power cut has left nothing."""
    copy = path.parents[1] / source
    _killed_in_restore(path, copy, lock.LockFile, "acknowledge")
    noted = Path(f"{path}.lock").read_bytes()
    [first] = tokens_in(plain(path))
    with plain(path) as store:
        open_case(store, 5)
    Path(f"{path}.lock").write_bytes(noted)
    with plain(path) as store:
        assert tokens_in(store) == [first, 5]
        commits = store.described().commits
        made = store.restore(copy, operator="mara")
        assert (made.missing, made.is_other) == (2, False)  # the restore and the case
        assert store.described().commits > commits
    # Neither of both logs: an older copy is refused as ever.
    Path(f"{path}.lock").write_bytes(noted)
    shutil.copyfile(path.parents[1] / "copy", path)
    with pytest.raises(BadDataError, match="older or other state"):
        tokens_in(plain(path))


def _full(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    def full(self: lock.LockFile, *words: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(lock.LockFile, name, full)


def test_what_cannot_be_announced_is_not_restored(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a full disk nothing is changed, because the restored log would be refused."""
    _full(monkeypatch, "_put")
    with plain(path) as store:
        with pytest.raises(UnavailableError, match="No space left on device"):
            store.restore(path.parents[1] / "copy", operator="mara")
        assert tokens_in(store) == [1, 2, 3]
    assert not [each.name for each in path.parent.iterdir() if ".re" in each.name]


def test_a_disk_that_is_full_after_the_announcement_loses_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The restored log opens by its announcement, also after a commit that is not recorded."""
    put = lock.LockFile._put

    def announcement_only(self: lock.LockFile, text: str, length: int, place: int) -> None:
        if place != lock._COMING_PLACE:
            raise OSError(errno.ENOSPC, "No space left on device")
        put(self, text, length, place)

    monkeypatch.setattr(lock.LockFile, "_put", announcement_only)
    with plain(path) as store:
        store.restore(path.parents[1] / "copy", operator="mara")
        open_case(store, 6)
    monkeypatch.undo()
    assert tokens_in(plain(path)) == [1, 6]
