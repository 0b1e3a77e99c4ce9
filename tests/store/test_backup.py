"""Backups are checked at both ends, rotated, and restored without mixing two states."""

import os
import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from dispatch_cli.errors import BadDataError, UsageError
from dispatch_cli.store.identity import Stamp, parse_stamp
from dispatch_cli.store.migrations import migrations

from ..english import english
from .programs import Program, back_up, open_case, plain, tokens_in, with_cases
from .sample import act, case, personal
from .working import opened, problems

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")


def _stamp(path: Path) -> Stamp:
    with closing(sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)) as connection:
        stamp = parse_stamp(connection.execute("SELECT stamp FROM identity").fetchone()[0])
    assert stamp is not None
    return stamp


def test_a_backup_is_one_private_file_with_all_records(tmp_path: Path) -> None:
    """The copy has the log's id, a mark of its own, no companions, and mode 0600 in 0700."""
    path, copy = tmp_path / "cases.sqlite3", tmp_path / "b" / "copy.sqlite3"
    with plain(path) as store:
        open_case(store, 1)
        made = store.back_up(copy, keep=None)
        with store.reading() as reader:
            assert (made.path, made.head, made.cases) == (str(copy), reader.head(), 1)
    assert sorted(each.name for each in copy.parent.iterdir()) == [copy.name, f"{copy.name}.lock"]
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert stat.S_IMODE(copy.parent.stat().st_mode) == 0o700
    assert _stamp(copy).log == _stamp(path).log
    assert _stamp(copy).mark != _stamp(path).mark
    assert tokens_in(plain(copy)) == [1]


def test_an_unsound_log_replaces_no_sound_backup(tmp_path: Path) -> None:
    """A damaged page, a broken chain, a missing case or table: refused, and all copies stay."""
    path, copy = tmp_path / "cases.sqlite3", tmp_path / "copy"
    with_cases(path, 1, 2)
    back_up(path, copy)
    sound, kept = path.read_bytes(), copy.read_bytes()
    for spoil, why in (
        ("UPDATE journal SET rest = replace(rest, '1', '7') WHERE seq = 2", "was changed"),
        ("DELETE FROM personal WHERE case_id = 2; DELETE FROM case_service WHERE case_id = 2;"
         "DELETE FROM case_file WHERE id = 2", "case 2 was opened and is missing"),
        ("INSERT INTO case_file (id, opened_at, operator, client, facts, closed_at,"
         " cancelled, call_back_at, hold_until, forgotten_at)"
         " SELECT 9, opened_at, operator, client, facts, closed_at,"
         " cancelled, call_back_at, hold_until, forgotten_at FROM case_file WHERE id = 1",
         "case 9 has no record"),
        ("DROP INDEX open_cases", "open_cases"),
        ("UPDATE case_file SET operator = zeroblob(3) WHERE id = -1; PRAGMA writable_schema = 1;"
         "UPDATE sqlite_master SET rootpage = 3 WHERE name = 'acts_of'", "."),
    ):  # fmt: skip
        path.write_bytes(sound)
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.executescript(spoil)
        with pytest.raises(BadDataError, match=why), plain(path) as store:
            store.back_up(copy, keep=2)
        assert copy.read_bytes() == kept
        assert sorted(each.name for each in tmp_path.glob("copy*")) == ["copy", "copy.lock"]
        if "was" in why or "record" in why:
            with plain(path) as store:
                assert any(why in str(each) for each in store.check()) or "changed" in why
                with store.reading() as reader:
                    assert any(why in str(each) for each in reader.verify())


def test_restoring_moves_the_old_files_aside(tmp_path: Path) -> None:
    """The backup is in place, the old log is whole beside it, and missing records are counted."""
    path, copy = tmp_path / "cases.sqlite3", tmp_path / "copy"
    with_cases(path, 1)
    back_up(path, copy)
    with_cases(path, 2, 3)
    with plain(path) as store:
        made = store.restore(copy, operator="mara")
        assert (made.missing, made.cases, made.is_other, made.erased) == (2, 1, False, ())
        assert tokens_in(store) == [1]
        open_case(store, 4)
        assert tokens_in(store) == [1, 4]
    [aside] = made.aside
    assert tokens_in(plain(Path(aside))) == [1, 2, 3]
    with plain(path) as store:
        assert store.described().aside == (aside,)
        again = store.restore(copy, operator="mara")
    assert again.aside[0].endswith("-2")
    assert tokens_in(plain(path)) == [1]


@needs_fork
def test_restoring_over_a_foreign_write_ahead_log(tmp_path: Path) -> None:
    """A backup that was copied over the log, beside the old -wal: nothing mixes, all is kept."""
    path, copy = tmp_path / "cases.sqlite3", tmp_path / "copy"
    with_cases(path, 1)
    back_up(path, copy)
    program = Program(path)
    assert program.tell("open 2") == "opened 2"
    program.killed_in("wait", 0)
    old, wal = path.read_bytes(), Path(f"{path}-wal").read_bytes()
    shutil.copyfile(copy, path)
    with plain(path) as store:
        with pytest.raises(BadDataError, match="does not belong"):
            tokens_in(store)
        made = store.restore(copy, operator="mara")
        assert (made.missing, made.lost_commits) == (None, 1)
        assert tokens_in(store) == [1]
    kept = {each.rpartition("-")[2]: Path(each) for each in made.aside if each.endswith("wal")}
    assert kept["wal"].read_bytes() == wal
    # The old database and the -wal that was moved aside are together the old log again.
    whole = tmp_path / "whole" / "cases.sqlite3"
    whole.parent.mkdir()
    whole.write_bytes(old)
    shutil.copyfile(kept["wal"], f"{whole}-wal")
    assert tokens_in(plain(whole)) == [1, 2]


def test_what_cannot_be_restored_changes_nothing(tmp_path: Path) -> None:
    """A missing, foreign, damaged or newer file, and the log itself, are refused."""
    path = tmp_path / "cases.sqlite3"
    with_cases(path, 1)
    copy, text, cut, newer = (tmp_path / name for name in ("copy", "text", "cut", "newer"))
    back_up(path, copy)
    text.write_text("no database\n" * 500)
    cut.write_bytes(copy.read_bytes()[:-9000])
    shutil.copyfile(copy, newer)
    with closing(sqlite3.connect(newer)) as connection:
        connection.execute("PRAGMA user_version = 9999")
    before = path.read_bytes()
    for source in (text, cut, newer):
        with pytest.raises(BadDataError):
            plain(path).restore(source, operator="mara")
    for source in (tmp_path / "absent", path, Path(f"{path}-wal")):
        with pytest.raises(UsageError):
            plain(path).restore(source, operator="mara")
    with pytest.raises(UsageError, match="belongs to the case log"):
        plain(path).back_up(path, keep=1)
    with pytest.raises(UsageError, match="no case log"):
        plain(tmp_path / "none").back_up(tmp_path / "x", keep=1)
    assert path.read_bytes() == before
    assert not list(tmp_path.glob("*.restored*"))
    assert not list(tmp_path.glob("*.replaced*"))


def test_a_backup_of_an_older_version_is_migrated(tmp_path: Path) -> None:
    """A log of the version before can be restored, with its rows, and the backup stays as it is."""
    path, older = tmp_path / "cases.sqlite3", tmp_path / "older"
    script = (Path(__file__).parent / "logs" / "version_4.sql").read_text(encoding="utf-8")
    with closing(sqlite3.connect(older)) as connection:
        connection.executescript(script)
    before = older.read_bytes()
    with opened(path) as store:
        made = store.restore(older, operator="mara")
        assert (made.missing, made.is_other) == (0, False)
        assert problems(store, 7) == []
    assert older.read_bytes() == before
    assert migrations()[-1].number >= 5


def test_a_backup_of_another_log_is_said_to_be_one(tmp_path: Path) -> None:
    """A backup of another log is restored with a warning, and no case is counted or erased."""
    path, other, copy = (tmp_path / name for name in ("cases.sqlite3", "other", "copy"))
    with_cases(path, 1)
    with_cases(other, 2)
    back_up(other, copy)
    with plain(path) as store:
        made = store.restore(copy, operator="mara")
        assert (made.is_other, made.missing) == (True, None)
        assert tokens_in(store) == [2]


def test_a_copy_by_hand_with_its_own_companions_can_be_restored(tmp_path: Path) -> None:
    """A copy of an open log is accepted with its -wal, and refused with another."""
    path, by_hand = tmp_path / "a" / "cases.sqlite3", tmp_path / "b" / "cases.sqlite3"
    store = plain(path)
    open_case(store, 1)
    by_hand.parent.mkdir()
    for suffix in ("", "-wal"):
        shutil.copyfile(f"{path}{suffix}", f"{by_hand}{suffix}")
    open_case(store, 2)
    store.close()
    with plain(path) as store:
        assert store.restore(by_hand, operator="mara").missing == 1
        assert tokens_in(store) == [1]
    Path(f"{by_hand}-wal").write_bytes(_foreign_wal(tmp_path))
    with pytest.raises(BadDataError, match="does not belong"):
        plain(path).restore(by_hand, operator="mara")


def _foreign_wal(folder: Path) -> bytes:
    store = plain(folder / "foreign" / "cases.sqlite3")
    open_case(store, 1)
    content = Path(f"{store.path}-wal").read_bytes()
    store.close()
    return content


def test_cases_are_tied_to_the_journal(tmp_path: Path) -> None:
    """A case that was opened twice, one without a record, and a missing one are named."""
    path = tmp_path / "cases.sqlite3"
    with plain(path) as store:
        open_case(store, 1)
        with store.deciding() as tx:
            tx.append(act("open", 1))
            tx.append(act("open", 7))
            tx.new_case(replace(case(), operator="mara"), personal())
        with store.reading() as reader:
            assert english(reader.verify()) == [
                "case 1 was opened 2 times",
                "case 7 was opened and is missing",
                "case 2 has no record",
                "the journal has opened 2 cases, the log has 2",
            ]
        assert store.check() == store.check()
        with store.deciding() as tx:
            for number in range(100, 140):
                tx.append(act("open", number))
        with store.reading() as reader:
            assert str(reader.verify()[-1]) == "and perhaps more"
