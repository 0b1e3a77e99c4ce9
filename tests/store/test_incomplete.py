"""A restore over an incomplete log reports the loss, or a first step."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from dispatch_cli.errors import BadDataError

from .programs import open_case, plain, tokens_in


@pytest.mark.parametrize("loss", ["older copy", "no -wal", "cut -wal", "other log"])
def test_the_lock_file_tells_of_commits_that_the_log_at_the_path_has_not(
    tmp_path: Path, loss: str
) -> None:
    """The loss includes commits that only the lock file has; the restored log counts above."""
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
    """If the backup has the last acknowledged record, nothing is lost."""
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


@pytest.mark.parametrize("kind", ["database", "folder"])
def test_what_is_no_case_log_is_moved_away_first(tmp_path: Path, kind: str) -> None:
    """Another program's database is not replaced; the error has the remedy."""
    path, copy = tmp_path / "log" / "cases.sqlite3", tmp_path / "copy"
    with plain(tmp_path / "first") as store:
        open_case(store, 1)
        store.back_up(copy, keep=None)
    path.parent.mkdir()
    if kind == "folder":
        path.mkdir()
    else:
        with closing(sqlite3.connect(path)) as other:
            other.execute("CREATE TABLE other (x)")
    with pytest.raises(BadDataError, match="not a case log") as caught:
        plain(path).restore(copy, operator="mara")
    assert str(caught.value.hint) == (
        "name another file with --db, or move this one away and repeat the command"
    )
    assert caught.value.problems[0].file == str(path)
    path.rename(tmp_path / "away")
    made = plain(path).restore(copy, operator="mara")
    assert (made.missing, made.is_other) == (0, False)
    assert tokens_in(plain(path)) == [1]
