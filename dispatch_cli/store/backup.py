"""Copies of a case log: made while others work, checked on both ends, put back with nothing lost.

A backup has a mark of its own, and a restored log again, so that no write-ahead log of another
copy fits it.
"""

import os
import shutil
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from ..errors import BadDataError, ConflictError, DispatchError, Problem, UsageError
from ..files import make_private_folder
from ..model.case import Act
from . import forgetting, identity, journal
from .continuity import Continuity
from .database import Database
from .database_files import COMPANIONS, flush, make_private, refuse_odd, remove
from .faults import explained, rows_explained
from .identity import Stamp
from .soundness import all_problems
from .transaction import Transaction
from .wiping import wipe

if TYPE_CHECKING:
    import sqlite3


class Copied(Struct, frozen=True):
    """A backup: where it is, the journal's head in it, and how many cases it has."""

    path: str
    head: str
    cases: int


class Restored(Struct, frozen=True):
    """A log that was restored, and what became of the one before.

    ``missing`` counts the records of the old journal that the backup has not; None: the old log
    cannot be read. ``erased`` are the cases that were erased again, ``open`` those that were
    erased since the backup and are open in it. ``is_other`` tells of a backup of another log.
    """

    head: str
    cases: int
    aside: tuple[str, ...]
    missing: int | None
    erased: tuple[int, ...]
    open: tuple[int, ...]
    is_other: bool


class _Old(Struct, frozen=True):
    """What is still to be read of a log that is to be replaced."""

    log: str
    records: int
    forgotten: tuple[int, ...]


def back_up(
    connection: "sqlite3.Connection", database: Database, target: Path, keep: int | None
) -> Copied:
    """Copy the snapshot that a connection reads; see ``Store.back_up``."""
    import sqlite3

    target = Path(os.path.abspath(target))
    _refuse_own(database, target)
    if not database.exists():
        raise UsageError(f"{database.path}: there is no case log to back up")
    schema = database.schema()
    _refuse_unsound(database.path, all_problems(connection, schema))
    with explained(target):
        if refuse_odd(target) and keep is None:
            raise ConflictError(
                Problem("there is a file already", file=str(target)),
                hint="name another file, or --keep 14 to keep the last 14",
            )
        if not target.parent.exists():
            make_private_folder(target.parent)
        fresh = Path(f"{target}.new")
        remove(fresh)
        try:
            make_private(fresh)
            with closing(sqlite3.connect(fresh, isolation_level=None)) as copy:
                connection.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")
                identity.renew(copy)
                _refuse_unsound(fresh, all_problems(copy, schema))
                made = Copied(str(target), journal.read_head(copy), _count(copy))
            flush(fresh)
        except BaseException:
            remove(fresh)
            raise
        for number in range((keep or 1) - 1, 0, -1):
            _move(_numbered(target, number - 1), _numbered(target, number))
        os.replace(fresh, target)
        flush(target.parent)
    return made


def restore(database: Database, source: Path, operator: str) -> Restored:
    """Put a backup in the place of a log; see ``Store.restore``."""
    source = Path(os.path.abspath(source))
    _refuse_own(database, source)
    with explained(source):
        if not refuse_odd(source):
            raise UsageError(f"{source}: there is no such file")
    with database.alone() as lock:
        old = _old(database)
        fresh = Path(f"{database.path}.restored")
        with explained(fresh):
            remove(fresh)
            try:
                _copy(source, fresh)
                made, stamp = _prepared(database.beside(fresh), old, operator)
                flush(fresh)
                aside = _move_aside(database.path, database.now)
                lock.acknowledge(stamp, made.head)
                os.rename(fresh, database.path)
                flush(database.path.parent)
            except BaseException:
                remove(fresh)
                raise
    return replace(made, aside=aside)


def _old(database: Database) -> _Old | None:
    """Read what there is of the log that is to be replaced; None where it cannot be read."""
    try:
        if not database.exists():
            return None
        with database.looked_at() as connection, rows_explained(database.path):
            return _Old(
                identity.read_stamp(connection).log,
                int(journal.read_head(connection).partition(":")[0]),
                tuple(forgetting.forgotten_ids(connection)),
            )
    except DispatchError:
        return None


def _prepared(fresh: Database, old: _Old | None, operator: str) -> tuple[Restored, Stamp]:
    """Check the copy in its new place, migrate it, and erase again what was erased since."""
    with fresh.looked_at() as connection, rows_explained(fresh.path):
        _refuse_unsound(fresh.path, all_problems(connection, fresh.schema()))
        log = identity.read_stamp(connection).log
        is_other = old is not None and old.log != log
        since = set() if old is None or is_other else set(old.forgotten)
        since -= set(forgetting.forgotten_ids(connection))
        connection.execute("BEGIN IMMEDIATE")
        erased, still_open = _erase_again(Transaction(connection), since, fresh.now, operator)
        identity.renew(connection)
        connection.execute("COMMIT")
        head = journal.read_head(connection)
        records = int(head.partition(":")[0]) - len(erased)
        made = Restored(
            head=head,
            cases=_count(connection),
            aside=(),
            missing=None if old is None or is_other else max(0, old.records - records),
            erased=tuple(erased),
            open=tuple(still_open),
            is_other=is_other,
        )
    if made.erased:
        wipe(fresh, fresh.looked_at)
    with fresh.looked_at() as connection, rows_explained(fresh.path):
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return made, identity.read_stamp(connection)


def _erase_again(
    tx: Transaction, since: set[int], now: datetime, operator: str
) -> tuple[list[int], list[int]]:
    """Erase the cases that the old log had erased; open ones are only named."""
    erased, still_open = [], []
    for case_id in sorted(since):
        case = tx.case(case_id)
        if case is None:
            continue
        if case.closed_at is None:
            still_open.append(case_id)
            continue
        if case.hold_until is not None:
            tx.hold(case_id, None)
        tx.forget(case_id, now)
        tx.append(Act(at=now, operator=operator, action="forget", case_id=case_id, details={}))
        erased.append(case_id)
    return erased, still_open


def _copy(source: Path, fresh: Path) -> None:
    """Copy a backup byte by byte with the companions that belong to it; the source stays as is."""
    continuity = Continuity(source)
    try:
        continuity.check_wal()
        for suffix in ("", "-wal", "-journal"):
            part = Path(f"{source}{suffix}")
            if part.exists():
                make_private(Path(f"{fresh}{suffix}"))
                shutil.copyfile(part, f"{fresh}{suffix}")
    finally:
        continuity.close()


def set_aside(path: Path) -> list[str]:
    """The databases that were moved aside when a backup was restored and are still there."""
    if not path.parent.is_dir():
        return []
    with explained(path):
        prefix = f"{path.name}.replaced-"
        names = sorted(each.name for each in path.parent.iterdir() if each.name.startswith(prefix))
    return [str(path.with_name(name)) for name in names if not name.endswith(COMPANIONS)]


def _move_aside(path: Path, now: datetime) -> tuple[str, ...]:
    """Rename the files of a log so that they still belong together; none is deleted."""
    name = f"{path}.replaced-{now:%Y%m%dT%H%M%S}"
    aside, number = name, 1
    while any(os.path.lexists(f"{aside}{suffix}") for suffix in ("", *COMPANIONS)):
        number += 1
        aside = f"{name}-{number}"
    moved = []
    for suffix in ("", *COMPANIONS):
        if os.path.lexists(f"{path}{suffix}"):
            os.rename(f"{path}{suffix}", f"{aside}{suffix}")
            moved.append(f"{aside}{suffix}")
    return tuple(moved)


def _refuse_own(database: Database, path: Path) -> None:
    own = {Path(f"{database.path}{suffix}") for suffix in ("", *COMPANIONS, ".lock", ".restored")}
    if path in own:
        raise UsageError(f"{path} belongs to the case log itself")


def _refuse_unsound(path: Path, problems: list[str]) -> None:
    if problems:
        raise BadDataError(
            *(Problem(problem, file=str(path)) for problem in problems),
            hint="nothing was changed; an older backup may be sound",
        )


def _count(connection: "sqlite3.Connection") -> int:
    return int(connection.execute("SELECT count(*) FROM case_file").fetchone()[0])


def _numbered(target: Path, number: int) -> Path:
    return Path(f"{target}.{number}") if number else target


def _move(source: Path, target: Path) -> None:
    if os.path.lexists(source):
        os.replace(source, target)
