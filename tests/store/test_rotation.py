"""Rotated backups: two at once, smaller numbers, foreign files, and killed programs."""

import errno
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from dispatch_cli.errors import ConflictError, UnavailableError, UsageError
from dispatch_cli.store import Store, backup, lock, rotation
from dispatch_cli.store.database import Database

from .programs import Program, back_up, open_case, plain, tokens_in, with_cases
from .sample import NOW

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")


def test_the_rotation_keeps_the_last_copies(tmp_path: Path) -> None:
    """With --keep 3 the newest is FILE, the ones before FILE.1 and FILE.2, and older ones go."""
    path, copy = tmp_path / "cases.sqlite3", tmp_path / "copy"
    with plain(path) as store:
        for token in range(5):
            open_case(store, token)
            store.back_up(copy, keep=3)
        with pytest.raises(ConflictError, match="already exists"):
            store.back_up(copy, keep=None)
    found = {each.name: len(tokens_in(plain(each))) for each in sorted(tmp_path.glob("copy*"))
             if each.suffix in ("", ".1", ".2", ".3")}  # fmt: skip
    assert found == {"copy": 5, "copy.1": 4, "copy.2": 3}


def test_a_backup_never_replaces_the_log_itself(tmp_path: Path) -> None:
    """The log is refused as target through a link, a second name and a number of the rotation."""
    path, linked = tmp_path / "log" / "cases.1", tmp_path / "linked"
    with_cases(path, 1)
    linked.symlink_to(path.parent)
    second = tmp_path / "second"
    os.link(path, second)
    for file, keep in ((linked / path.name, 1), (second, 1), (linked / "cases", 3)):
        with pytest.raises(UsageError, match="belongs to the case log"), plain(path) as store:
            store.back_up(file, keep=keep)
    for file in (linked / path.name, second, linked / f"{path.name}.restored"):
        with pytest.raises(UsageError, match="belongs to the case log"):
            plain(path).restore(file, operator="mara")
    second.unlink()
    kept = Path(f"{path}.replaced-20261124T120000")
    shutil.copyfile(path, kept)
    with pytest.raises(UsageError, match="belongs to the case log"):
        plain(path).back_up(linked / kept.name, keep=1)
    assert plain(path).restore(kept, operator="mara").missing == 0
    assert tokens_in(plain(path)) == [1]


@pytest.mark.parametrize(
    ("log", "keep"),
    [("c.5", 2), ("c.999", 1), ("c.1-wal", 2), ("c-wal", None), ("c.lock", None),
     ("c.4711-0123abcd.tmp", None)],
)  # fmt: skip
def test_a_backup_never_deletes_a_log_whose_name_it_may_use(
    tmp_path: Path, log: str, keep: int | None
) -> None:
    """A log with the name of an older copy, companion or unfinished copy is not deleted."""
    path = tmp_path / log
    with plain(path) as store:
        open_case(store, 1)
        with pytest.raises(UsageError, match="belongs to the case log"):
            store.back_up(tmp_path / "c", keep=keep)
        assert tokens_in(store) == [1]
    assert tokens_in(plain(path)) == [1]
    assert not (tmp_path / "c").exists()


def test_a_backup_without_a_rotation_leaves_numbered_names_alone(tmp_path: Path) -> None:
    """A log named c.5 may be copied to c if no older copies are deleted."""
    with plain(tmp_path / "c.5") as store:
        open_case(store, 1)
        store.back_up(tmp_path / "c", keep=None)
        assert tokens_in(store) == [1]


def test_a_rotation_moves_only_copies_of_this_log(tmp_path: Path) -> None:
    """Texts, other databases and logs, links and FILE.new are not moved."""
    path, other = tmp_path / "cases.sqlite3", tmp_path / "other.sqlite3"
    with_cases(path, 1)
    with_cases(other, 2)
    text, foreign, desk, link = (tmp_path / name for name in ("text", "foreign", "desk", "link"))
    text.write_text("providers\n" * 50)
    with closing(sqlite3.connect(foreign)) as connection:
        connection.execute("CREATE TABLE other (x)")
    back_up(other, desk)
    link.symlink_to(text)
    own = tmp_path / "copy.new"
    own.write_text("mine")
    for each in (text, foreign, desk, link):
        content = each.read_bytes()
        for file, keep in ((each, 1), (each, 3), (tmp_path / f"b-{each.name}", 2)):
            if file != each:
                os.rename(each, f"{file}.1")
            with pytest.raises(ConflictError, match="not a copy of this case log"):
                plain(path).back_up(file, keep=keep)
            if file != each:
                os.rename(f"{file}.1", each)
            assert each.read_bytes() == content
    for _ in range(2):
        plain(path).back_up(tmp_path / "copy", keep=2)
    assert own.read_text() == "mine"
    assert not list(tmp_path.glob("*.tmp"))


def test_a_smaller_rotation_deletes_what_is_above_it(tmp_path: Path) -> None:
    """Personal data is deleted after --keep nights, also if --keep was larger before."""
    path, copy = tmp_path / "cases.sqlite3", tmp_path / "copy"
    with plain(path) as store:
        for token in range(5):
            open_case(store, token)
            store.back_up(copy, keep=5)
        foreign = tmp_path / "copy.7"
        foreign.write_text("not ours")
        by_hand = [tmp_path / f"copy.{name}" for name in ("20261124", "03", "1000")]
        for each in by_hand:
            shutil.copyfile(copy, each)
        store.back_up(copy, keep=2)
    found = sorted(each.name for each in tmp_path.glob("copy*") if each.suffix != ".lock")
    assert found == ["copy", "copy.03", "copy.1", "copy.1000", "copy.20261124", "copy.7"]
    found = ["copy", "copy.1"]
    assert [len(tokens_in(plain(tmp_path / name))) for name in found] == [5, 5]


def test_a_failing_backup_does_not_use_the_rotation_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Repeated backups that are killed early move no older copy."""
    path, copy = tmp_path / "cases.sqlite3", tmp_path / "copy"
    with plain(path) as store:
        for token in range(3):
            open_case(store, token)
            store.back_up(copy, keep=3)
        with monkeypatch.context() as patch:
            patch.setattr(rotation, "replace_synced", _no_space)
            for _ in range(4):
                with pytest.raises(UnavailableError, match="the backup cannot be written: No sp"):
                    store.back_up(copy, keep=3)
        assert not list(tmp_path.glob("*.tmp"))
        found = [len(tokens_in(plain(tmp_path / f"copy.{number}"))) for number in (1, 2)]
        assert found == [3, 2]
        store.back_up(copy, keep=3)
    assert [len(tokens_in(plain(each))) for each in rotation.names(copy, 3)] == [3, 3, 2]


def _no_space(fresh: Path, target: Path) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_companions_move_with_their_copy(tmp_path: Path) -> None:
    """The companions of a copy are moved with it, and never belong to the new one."""
    path, copy = tmp_path / "cases.sqlite3", tmp_path / "copy"
    with_cases(path, 1)
    back_up(path, copy)
    for suffix in ("-wal", "-journal"):
        Path(f"{copy}{suffix}").write_text("left")
    with plain(path) as store:
        store.back_up(copy, keep=2)
        left = sorted(each.name for each in tmp_path.glob("copy*"))
        assert left == ["copy", "copy.1", "copy.1-journal", "copy.1-wal", "copy.lock"]
        assert tokens_in(plain(copy)) == [1]
        store.back_up(copy, keep=1)
    left = sorted(each.name for each in tmp_path.glob("copy*"))
    assert left == ["copy", "copy.lock"]


@needs_fork
@pytest.mark.parametrize("is_killed", [False, True])
def test_a_rotation_refuses_a_copy_that_was_worked_in(tmp_path: Path, is_killed: bool) -> None:
    """A copy in which a program has recorded a case is not moved, replaced or deleted."""
    path, copy = tmp_path / "cases.sqlite3", tmp_path / "copy"
    with_cases(path, 1)
    back_up(path, copy)
    program = Program(copy)
    assert program.tell("open 2") == "opened 2"
    if is_killed:
        program.killed_in("wait", 0)
        assert Path(f"{copy}-wal").stat().st_size
    program.end()
    for keep in (1, 2):
        with pytest.raises(ConflictError, match="a case log in use"):
            plain(path).back_up(copy, keep=keep)
    aside = tmp_path / "aside"
    for suffix in ("", "-wal", "-shm", ".lock"):
        if os.path.lexists(f"{copy}{suffix}"):
            os.rename(f"{copy}{suffix}", f"{aside}{suffix}")
    plain(path).back_up(copy, keep=2)
    assert (tokens_in(plain(copy)), tokens_in(plain(aside))) == ([1], [1, 2])


def test_a_backup_the_wrong_way_round_does_not_replace_the_log(tmp_path: Path) -> None:
    """A backup into the log itself, or a log restored from it, is refused."""
    path, copy = tmp_path / "cases.sqlite3", tmp_path / "copy"
    restored, older = tmp_path / "restored.sqlite3", tmp_path / "x"
    with_cases(path, 1)
    back_up(path, copy)
    with_cases(path, 2)
    plain(restored).restore(copy, operator="mara")
    for log, keep in ((path, 1), (path, 3), (restored, 1)):
        with pytest.raises(ConflictError, match="a case log in use"):
            plain(copy).back_up(log, keep=keep)
    shutil.copyfile(path, f"{older}.3")
    with plain(copy) as store:
        store.back_up(older, keep=2)
    assert tokens_in(plain(Path(f"{older}.3"))) == [1, 2]
    assert (tokens_in(plain(path)), tokens_in(plain(restored))) == ([1, 2], [1])
    back_up(path, tmp_path / "next")


@needs_fork
def test_two_backups_at_once_spoil_neither(tmp_path: Path) -> None:
    """Programs that copy into one file take turns: each copy is complete, and none is lost."""
    path, copy = tmp_path / "cases.sqlite3", tmp_path / "copy"
    with_cases(path, *range(60))
    programs = [Program(path) for _ in range(3)]
    for program in programs:
        program.start(f"backup {copy}")
    assert [program.answer() for program in programs] == ["backed up"] * 3
    for program in programs:
        program.end()
    assert [len(tokens_in(plain(tmp_path / name))) for name in ("copy", "copy.1")] == [60, 60]
    assert not list(tmp_path.glob("*.tmp*"))
    with lock.held(Path(f"{copy}.lock")), pytest.raises(ConflictError, match="writing this backup"):
        Store(Database(path, now=NOW, wait_s=0.1)).back_up(copy, keep=2)


@needs_fork
def test_a_killed_backup_leaves_no_data_behind(tmp_path: Path) -> None:
    """The next backup removes the file of a killed one; FILE is unchanged."""
    path, copy = tmp_path / "cases.sqlite3", tmp_path / "copy"
    with_cases(path, *range(60))
    back_up(path, copy)
    kept = copy.read_bytes()
    left = Path(f"{copy}.4711-0123abcd.tmp")
    left.write_bytes(b"personal")
    Path(f"{left}-journal").write_bytes(b"personal")
    for number in range(8):
        program = Program(path)
        program.killed_in(f"backup {tmp_path / 'copy'}", 0.001 * number)
        assert copy.exists() or Path(f"{copy}.1").read_bytes() == kept
    with plain(path) as store:
        store.back_up(copy, keep=2)
    assert not list(tmp_path.glob("*.tmp*"))


def test_errors_name_the_copy_and_not_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk of backups, or a folder in the place, is an error about the backup."""
    path, copy = tmp_path / "cases.sqlite3", tmp_path / "copy"
    with_cases(path, 1)
    monkeypatch.setattr(backup, "make_private", lambda _: _no_space(copy, copy))
    with pytest.raises(UnavailableError, match="cannot be written: No space") as caught:
        plain(path).back_up(copy, keep=1)
    assert str(caught.value).startswith(f"{copy}: the backup")
    assert "are unchanged" in str(caught.value.hint)
    (tmp_path / "file").write_text("")
    with pytest.raises(UnavailableError, match="the backup cannot be written: Not a directory"):
        plain(path).back_up(tmp_path / "file" / "copy", keep=1)
