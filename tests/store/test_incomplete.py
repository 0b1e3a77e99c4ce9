"""A restore over a log without its last commits says what is lost, by the lock file."""

import shutil
from pathlib import Path

import pytest

from .programs import open_case, plain, tokens_in


@pytest.mark.parametrize("loss", ["older copy", "no -wal", "cut -wal", "other log"])
def test_the_lock_file_tells_of_commits_that_the_log_at_the_path_has_not(
    tmp_path: Path, loss: str
) -> None:
    """An incomplete log is not taken for all there was; the restored one counts above it."""
    path, copy, taken = tmp_path / "cases.sqlite3", tmp_path / "copy", tmp_path / "taken"
    with plain(path) as store:
        open_case(store, 1)
        store.back_up(copy, keep=None)
    older = path.read_bytes()
    taken.mkdir()
    with plain(path) as store:
        for token in (2, 3, 4):
            open_case(store, token)
        acknowledged = store.described().commits
        for suffix in ("", "-wal", ".lock"):
            shutil.copyfile(f"{path}{suffix}", taken / f"{path.name}{suffix}")
    path = taken / path.name
    wal = Path(f"{path}-wal")
    if loss == "cut -wal":
        wal.write_bytes(wal.read_bytes()[:-30_000])
    else:
        wal.unlink()
    if loss == "older copy":
        path.write_bytes(older)
    elif loss == "other log":
        path.unlink()
        Path(f"{path}.lock").rename(tmp_path / "kept")
        with plain(path) as store:
            open_case(store, 9)
        (tmp_path / "kept").replace(f"{path}.lock")
    with plain(path) as store:
        made = store.restore(copy, operator="mara")
        # The backup has had the first commit and counts as one itself.
        assert (made.missing, made.lost_commits, made.is_other) == (None, acknowledged - 1, False)
        assert tokens_in(store) == [1]
        assert store.described().commits > acknowledged


def test_an_older_copy_is_no_loss_where_the_backup_has_the_last_record(tmp_path: Path) -> None:
    """What the lock file has acknowledged is in the backup: nothing is missing."""
    path, copy = tmp_path / "cases.sqlite3", tmp_path / "copy"
    with plain(path) as store:
        open_case(store, 1)
    older = path.read_bytes()
    with plain(path) as store:
        open_case(store, 2)
        store.back_up(copy, keep=None)
    path.write_bytes(older)
    with plain(path) as store:
        made = store.restore(copy, operator="mara")
        assert (made.missing, made.lost_commits) == (0, None)
        assert tokens_in(store) == [1, 2]
