"""A restore reports the differences to the replaced log, and erases cases again."""

import errno
import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from dispatch_cli.errors import BadDataError, ConflictError, UnavailableError
from dispatch_cli.store import Store
from dispatch_cli.store.database import Database

from .programs import open_case, plain, tokens_in
from .sample import MINUTE, NOW, act, case, closed, personal
from .working import canary

LATER = NOW + timedelta(days=1)


def _later(path: Path) -> Store:
    return Store(Database(path, now=LATER))


def _closed_case(store: Store, caller: str, *, held_until: timedelta | None = None) -> int:
    with store.deciding() as tx:
        made = tx.new_case(case(), personal(caller=caller))
        tx.append(act("open", made.id))
        tx.save(made, closed(made, NOW + MINUTE))
        if held_until is not None:
            tx.hold(made.id, LATER + held_until)
    return made.id


def _forgotten(store: Store, *cases: int) -> None:
    with store.deciding() as tx:
        for number in cases:
            tx.hold(number, None)
            tx.forget(number, LATER)
            tx.append(act("forget", number))
    store.after_erasure()


def test_records_of_another_branch_are_counted_as_missing(tmp_path: Path) -> None:
    """Missing records are counted by content, because numbers are reused after a restore."""
    path, old, new = (tmp_path / name for name in ("cases.sqlite3", "old", "new"))
    with plain(path) as store:
        open_case(store, 1)
        store.back_up(old, keep=None)
        for token in (2, 3, 4):
            open_case(store, token)
        store.back_up(new, keep=None)
        commits = store.described().commits
        assert store.restore(old, operator="mara").missing == 3
        assert store.described().commits > commits
        open_case(store, 5)
        made = store.restore(new, operator="mara")
        # What was opened, and the record of the restore.
        assert (made.missing, made.is_other) == (2, False)
        assert tokens_in(store) == [1, 2, 3, 4]
        commits = store.described().commits
        open_case(store, 6)
        assert store.restore(old, operator="mara").missing == 5
        assert store.described().commits > commits + 1


def test_what_was_erased_since_the_backup_is_erased_again(tmp_path: Path) -> None:
    """No personal data returns by a backup; an open case is named instead."""
    path, copy = tmp_path / "log" / "cases.sqlite3", tmp_path / "copy"
    path.parent.mkdir()
    later = NOW + timedelta(days=1)
    with Store(Database(path, now=later)) as store:
        for number in range(1, 4):
            with store.deciding() as tx:
                tx.new_case(case(), personal(caller=canary(number)))
                tx.append(act("open", number))
                if number < 3:
                    tx.save(tx.case(number), closed(tx.case(number), NOW + MINUTE))  # type: ignore[arg-type]
                if number == 2:
                    tx.hold(number, later)
        store.back_up(copy, keep=None)
        with store.deciding() as tx:
            tx.hold(2, None)
            tx.save(tx.case(3), closed(tx.case(3), NOW + MINUTE))  # type: ignore[arg-type]
            for number in range(1, 4):
                tx.forget(number, later)
                tx.append(act("forget", number))
        store.after_erasure()
        made = store.restore(copy, operator="mara")
        assert (made.erased, made.open, made.missing) == ((1, 2), (3,), 3)
        with store.reading() as reader:
            assert [reader.personal(number) is None for number in (1, 2, 3)] == [True, True, False]
            assert reader.verify() == []
            assert [each.action for each in reader.acts(1)] == ["open", "forget"]
    files = [path, Path(f"{path}-wal")]
    content = b"".join(each.read_bytes() for each in files if each.exists())
    assert canary(1).encode() not in content
    assert canary(3).encode() in content


def test_another_case_of_the_same_number_is_not_erased(tmp_path: Path) -> None:
    """Only a case that both journals have opened is erased again; one on hold is named."""
    path, old, new = (tmp_path / name for name in ("cases.sqlite3", "old", "new"))
    with _later(path) as store:
        first = _closed_case(store, "first", held_until=timedelta(days=365))
        third = _closed_case(store, "second")
        store.back_up(old, keep=None)
        held = _closed_case(store, "held", held_until=timedelta(days=365))
        store.back_up(new, keep=None)
        store.restore(old, operator="mara")
        assert _closed_case(store, "somebody else") == held
        _forgotten(store, first, third, held)
        made = store.restore(new, operator="mara")
        assert (made.erased, made.held, made.open) == ((third,), (first,), ())
        with store.reading() as reader:
            callers = [reader.personal(number) for number in (first, third, held)]
            assert [each and each.caller for each in callers] == ["first", None, "held"]
            assert all(reader.case(number).hold_until for number in (first, held))  # type: ignore[union-attr]


def test_a_log_that_is_in_use_or_newer_is_not_replaced(tmp_path: Path) -> None:
    """A damaged log is replaced; one in use or with a newer schema is not."""
    path, copy = tmp_path / "cases.sqlite3", tmp_path / "copy"
    with plain(path) as store:
        open_case(store, 1)
        store.back_up(copy, keep=None)
        open_case(store, 2)
    log = Store(Database(path, now=NOW, wait_s=0.2))
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(ConflictError):
            log.restore(copy, operator="mara")
        other.execute("ROLLBACK")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM journal").fetchone()
        with plain(path) as store:
            open_case(store, 3)
        with pytest.raises(ConflictError, match="still uses"):
            log.restore(copy, operator="mara")
    with closing(sqlite3.connect(path)) as other:
        version = other.execute("PRAGMA user_version").fetchone()[0]
        other.execute("PRAGMA user_version = 99")
    with pytest.raises(BadDataError, match="schema version 99"):
        plain(path).restore(copy, operator="mara")
    with closing(sqlite3.connect(path)) as other:
        other.execute(f"PRAGMA user_version = {version}")
    assert tokens_in(plain(path)) == [1, 2, 3]
    assert not list(tmp_path.glob("*.re*"))


def test_the_lock_file_tells_of_a_log_that_is_gone(tmp_path: Path) -> None:
    """The lock file has the id and the commits of a missing log; no loss if the backup is newer."""
    path, other, copy, foreign = (tmp_path / name for name in ("a", "b", "copy", "foreign"))
    with plain(other) as store:
        open_case(store, -1)
        store.back_up(foreign, keep=None)
    with plain(path) as store:
        open_case(store, 1)
        store.back_up(copy, keep=None)
        commits = store.described().commits
        made = store.restore(copy, operator="mara")
        assert (made.missing, made.lost_commits) == (0, None)
        for token in (2, 3):
            open_case(store, token)
    path.unlink()
    with plain(path) as store:
        made = store.restore(copy, operator="mara")
        assert (made.missing, made.is_other) == (None, False)
        assert made.lost_commits is not None
        assert made.lost_commits >= 2
        commits = store.described().commits
    path.write_bytes(b"torn")
    with plain(path) as store:
        made = store.restore(foreign, operator="mara")
        assert (made.missing, made.is_other, made.lost_commits) == (None, True, commits)
        open_case(store, -2)
        store.back_up(tmp_path / "newest", keep=None)
    path.unlink()
    made = plain(path).restore(tmp_path / "newest", operator="mara")
    assert (made.missing, made.lost_commits, made.is_other) == (0, None, False)


def test_where_no_log_was_nothing_is_missing(tmp_path: Path) -> None:
    """A restore to a new place has no warning."""
    path, copy = tmp_path / "cases.sqlite3", tmp_path / "copy"
    with plain(path) as store:
        open_case(store, 1)
        store.back_up(copy, keep=None)
    made = plain(tmp_path / "new" / "cases.sqlite3").restore(copy, operator="mara")
    assert (made.missing, made.lost_commits, made.is_other, made.aside) == (0, None, False, ())


@pytest.mark.parametrize(
    "spoil",
    [
        "UPDATE journal SET hash = 'text' WHERE seq = 2",
        "UPDATE journal SET kept = 'x' WHERE seq = 1",
        "UPDATE identity SET stamp = 'none'",
        "DROP TABLE journal",
    ],
)
def test_a_damaged_log_can_be_replaced(tmp_path: Path, spoil: str) -> None:
    """A log with any damaged row is replaced by a backup."""
    path, copy = tmp_path / "cases.sqlite3", tmp_path / "copy"
    with plain(path) as store:
        open_case(store, 1)
        store.back_up(copy, keep=None)
        open_case(store, 2)
        open_case(store, 3)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute(
            "UPDATE sqlite_master SET sql = replace(sql, 'STRICT', '')"
            " WHERE name IN ('journal', 'identity')"
        )
        connection.commit()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute(spoil)
    with plain(path) as store:
        made = store.restore(copy, operator="mara")
        assert made.missing in (None, 2)
        assert tokens_in(store) == [1]


def test_a_restore_is_a_record_of_the_journal(tmp_path: Path) -> None:
    """The record has the heads of the backup and of the replaced log."""
    path, copy = tmp_path / "cases.sqlite3", tmp_path / "copy"
    with plain(path) as store:
        open_case(store, 1)
        copied = store.back_up(copy, keep=None)
        open_case(store, 2)
        with store.reading() as reader:
            before = reader.head()
        made = store.restore(
            copy, operator="ines", before=lambda tx: tx.append(act("clock jumped", 0))
        )
        with store.reading() as reader:
            assert (reader.head(), reader.verify(copied.head)) == (made.head, [])
            acts = list(reader.acts())
    assert made.backup_head == copied.head
    assert [each.action for each in acts] == ["open", "clock jumped", "restore"]
    assert (acts[-1].operator, acts[-1].case_id, acts[-1].at) == ("ines", 0, NOW)
    assert acts[-1].details == {"backup": copied.head, "before": before, "missing": 1}


def test_errors_name_the_backup_and_not_its_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each error names FILE, the log is unchanged, and no copy is left."""
    path, copy = tmp_path / "log" / "cases.sqlite3", tmp_path / "copy"
    with plain(path) as store:
        open_case(store, 1)
        store.back_up(copy, keep=None)
    text, empty, other, cut, newer, link = (
        tmp_path / name for name in ("text", "empty", "other", "cut", "newer", "link")
    )
    text.write_text("no database\n" * 500)
    empty.write_text("")
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE other (x)")
    cut.write_bytes(copy.read_bytes()[:-9000])
    newer.write_bytes(copy.read_bytes())
    with closing(sqlite3.connect(newer)) as connection:
        connection.execute("PRAGMA user_version = 99")
    link.symlink_to(copy)
    for source in (text, empty, other, cut, newer, link, tmp_path):
        with pytest.raises(BadDataError) as caught:
            plain(path).restore(source, operator="mara")
        for problem in caught.value.problems:
            assert problem.file == str(source)
            assert "the case log" not in str(problem.text).replace("not a case log", "")
        assert str(caught.value.hint).startswith("nothing was changed")
        assert "--db" not in str(caught.value.hint)

    def full(source: Path, target: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(UnavailableError) as failed:
        plain(path).restore(copy, operator="mara")
    assert str(failed.value) == (
        f"{copy}: it cannot be copied beside the case log: No space left on device"
    )
    assert [each.name for each in path.parent.glob("*.re*")] == []
    assert tokens_in(plain(path)) == [1]


def test_a_backup_that_cannot_be_migrated_leaves_no_copy(tmp_path: Path) -> None:
    """A failed migration leaves no copy with personal data; the error has the cause."""
    path, older = tmp_path / "cases.sqlite3", tmp_path / "older"
    script = (Path(__file__).parent / "logs" / "version_4.sql").read_text(encoding="utf-8")
    with closing(sqlite3.connect(older)) as connection:
        connection.executescript(script)
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("DELETE FROM case_file WHERE id = 2")
        connection.commit()
    with plain(path) as store:
        open_case(store, 1)
    with pytest.raises(BadDataError, match=r"migrating fails: a row of .* refers to a missing row"):
        plain(path).restore(older, operator="mara")
    assert [each.name for each in tmp_path.glob("cases*") if "restored" in each.name] == []


def test_what_a_killed_restore_has_copied_is_named_and_erased(tmp_path: Path) -> None:
    """``doctor`` names the copy; ``case forget`` and the next restore delete it."""
    path, copy = tmp_path / "cases.sqlite3", tmp_path / "copy"
    left = [tmp_path / f"{path.name}.restored{each}" for each in ("", "-wal", ".before-6-of-5-T")]
    with plain(path) as store:
        open_case(store, 1)
        store.back_up(copy, keep=None)
        for clean in (store.after_erasure, lambda: store.restore(copy, operator="mara")):
            for each in left:
                each.write_text("personal")
            assert str(left[0]) in store.described().aside
            clean()
            assert not any(each.exists() for each in left)


def test_looking_into_a_backup_leaves_it_as_it_is(tmp_path: Path) -> None:
    """Reading a backup changes no byte and leaves no companion."""
    path, copy = tmp_path / "cases.sqlite3", tmp_path / "b" / "copy"
    with plain(path) as store:
        open_case(store, 1)
        store.back_up(copy, keep=None)
    before = copy.read_bytes()
    log = plain(copy)
    assert tokens_in(log) == [1]
    assert copy.read_bytes() == before
    assert sorted(each.name for each in copy.parent.iterdir()) == ["copy", "copy.lock"]
    open_case(log, 2)
    assert Path(f"{copy}-wal").exists()
    assert tokens_in(log) == [1, 2]
