"""Put a backup in the place of a case log, with nothing lost that is not said.

A restored log has a mark of its own, so that no write-ahead log of another copy fits it, and a
higher number of commits than every log that was at its path.
"""

import os
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from ..errors import ConflictError, Problem, UsageError
from ..model.case import FORGETTING, OF_NO_CASE, OPENING, Act
from . import forgetting, identity, journal, migrating, swapping, wal
from .backup import about_copy, count_cases, refuse_own, refuse_unsound
from .continuity import Continuity, what_is_lacking
from .database import Database
from .database_files import COMPANIONS, flush, make_private, refuse_odd, remove
from .identity import Stamp
from .log_faults import DamagedError, explained, rows_explained, whole
from .soundness import all_problems
from .transaction import Transaction
from .wiping import wipe

if TYPE_CHECKING:
    import sqlite3


_STAYS = "nothing was changed: the case log is as it was, and so is the backup"

RESTORE = "restore"
"""The act that is recorded, under no case, with the heads of the backup and of the log before."""


class Restored(Struct, frozen=True):
    """A log that was restored, and what became of the one before.

    ``head`` is that of the journal now, ``backup_head`` that of the backup's.
    ``missing`` counts the records of the old journal that the backup has not; None: the old log is
    another one, or cannot be read whole, and then ``lost_commits`` says how many commits were
    acknowledged since the backup, if that is known. ``erased`` are the cases that were erased
    again. ``open`` and ``held`` are those that were erased since the backup and are in it again,
    because there they are open or on hold. ``is_other`` tells of a backup of another log.
    """

    head: str
    cases: int
    aside: tuple[str, ...]
    missing: int | None
    erased: tuple[int, ...]
    open: tuple[int, ...]
    is_other: bool
    held: tuple[int, ...] = ()
    lost_commits: int | None = None
    backup_head: str = ""


class _Before(Struct, frozen=True):
    """What is known of the log that is to be replaced; ``log`` is "" where there was none.

    ``forgotten`` are its erased cases that were opened before its journal and the backup's part.
    ``is_settled``: its database has all commits, and its companions none.
    """

    log: str
    commits: int
    head: str
    missing: int | None
    forgotten: frozenset[int] = frozenset()
    is_settled: bool = False


class _Again(Struct):
    """The cases that the old log had erased and the backup has not, by what became of them."""

    erased: list[int]
    open: list[int]
    held: list[int]


def restore(
    database: Database, source: Path, operator: str, before: Callable[[Transaction], None]
) -> Restored:
    """Put a backup in the place of a log; see ``Store.restore``."""
    source = Path(os.path.abspath(source))
    refuse_own(database.path, source)
    fresh = Path(f"{database.path}.restored")
    with _about(source, fresh):
        if not refuse_odd(source):
            raise UsageError("{source}: there is no such file", source=source)
    with database.alone() as lock, explained(database.path):
        # An open connection may be to a file that is no longer at the path.
        database.close()
        swapping.finish_interrupted(database.path)
        remove_unfinished(database.path)
        try:
            with _about(source, fresh), explained(fresh):
                _copy(source, fresh)
                made, stamp, is_settled = _prepared(
                    database, database.beside(fresh), operator, before
                )
                flush(fresh)
            if is_settled and wal.read_log(database.wal_path).sequence is not None:
                raise _still_in_use(database.path)
            aside = swapping.put_in_place(
                fresh,
                database.path,
                database.now,
                is_settled=is_settled,
                announce=lambda: lock.announce(stamp, made.head),
            )
            lock.acknowledge(stamp, made.head)
            lock.flush()
        finally:
            remove_unfinished(database.path)
    return replace(made, aside=aside)


def remove_unfinished(path: Path) -> None:
    """Remove what a restore that failed or was killed has left; the lock must be held."""
    fresh = Path(f"{path}.restored")
    remove(fresh)
    migrating.delete_copies(fresh)


def _about(source: Path, fresh: Path) -> AbstractContextManager[None]:
    """Raise what goes wrong with the backup, or its copy beside the log, as an error about it."""
    return about_copy(source, "it cannot be copied beside the case log", _STAYS, beside=fresh)


def _prepared(
    database: Database, fresh: Database, operator: str, record_first: Callable[[Transaction], None]
) -> tuple[Restored, Stamp, bool]:
    """Check the copy in its new place, migrate it, and erase again what was erased since."""
    with fresh.looked_at() as connection, rows_explained(fresh.path):
        refuse_unsound(fresh.path, all_problems(connection, fresh.schema()))
        backup, backup_head = identity.read_stamp(connection), journal.read_head(connection)
        before = _before(database, connection)
        is_other = before.log not in ("", backup.log)
        missing = None if is_other else before.missing
        since = before.forgotten - set(forgetting.forgotten_ids(connection))
        connection.execute("BEGIN IMMEDIATE")
        tx = Transaction(connection)
        record_first(tx)
        details = {"backup": backup_head, "before": before.head or None, "missing": missing}
        tx.append(_act(RESTORE, fresh.now, operator, OF_NO_CASE, **details))
        again = _erase_again(tx, since, fresh.now, operator)
        identity.renew(connection, after=before.commits)
        connection.execute("COMMIT")
    if again.erased:
        wipe(fresh, is_alone=True)
    with fresh.looked_at() as connection, rows_explained(fresh.path):
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        made = Restored(
            head=journal.read_head(connection),
            cases=count_cases(connection),
            aside=(),
            missing=missing,
            erased=tuple(again.erased),
            open=tuple(again.open),
            is_other=is_other,
            held=tuple(again.held),
            lost_commits=_lost_commits(before, backup),
            backup_head=backup_head,
        )
        return made, identity.read_stamp(connection), before.is_settled


def _lost_commits(before: _Before, backup: Stamp) -> int | None:
    """How many commits of a log that cannot be read whole were acknowledged since the backup."""
    if before.missing is not None or not before.log:
        return None
    if before.log != backup.log:
        return before.commits
    return max(0, before.commits + 1 - backup.count)  # a backup counts as a commit of its own


def _before(database: Database, backup: "sqlite3.Connection") -> _Before:
    """Compare the log that is to be replaced with the backup.

    Where it is gone, damaged or without its last acknowledged commit, the lock file still has that.
    Any other reason why it cannot be read, such as a program that holds it, is raised.
    """
    noted = database.acknowledged()  # before a migration would note the commit of an older copy
    found: _Before | None = None
    with suppress(DamagedError):
        if database.exists():
            with database.looked_at() as old, rows_explained(database.path):
                _settle(database, old)
                found = whole(lambda: _compared(old, backup))
                if not what_is_lacking(old, noted):
                    return found
    if noted is None:
        is_new = not any(os.path.lexists(f"{database.path}{each}") for each in ("", *COMPANIONS))
        return _Before(log="", commits=0, head="", missing=0 if is_new else None)
    has_all = noted.head and whole(lambda: journal.has_head(backup, noted.head))
    if found is None:
        found = _Before(log="", commits=0, head="", missing=0)
    return replace(
        found,
        log=noted.stamp.log,
        commits=max(found.commits, noted.commits),
        head=noted.head,
        missing=found.missing if has_all else None,
    )


def _settle(database: Database, old: "sqlite3.Connection") -> None:
    """Have all commits in the database itself; raises ConflictError while a reader prevents it."""
    # Copying and checking a large backup may have taken longer than a command waits in all.
    old.execute(f"PRAGMA busy_timeout = {round(1000 * database.patience.wait_s):d}")
    if old.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
        raise _still_in_use(database.path)


def _still_in_use(path: Path) -> ConflictError:
    return ConflictError(
        Problem("another program still uses the case log", file=str(path)),
        hint="nothing was changed; end the other program and repeat the command",
    )


def _compared(old: "sqlite3.Connection", backup: "sqlite3.Connection") -> _Before:
    """Find out what is in the old journal alone, and which erased cases both logs have.

    The numbers of cases and records say nothing: after a restore they are given anew.
    """
    stamp, shared = identity.read_stamp(old), journal.last_common(old, backup)
    opened = journal.read_cases_of(old, OPENING, last=shared)
    return _Before(
        log=stamp.log,
        commits=stamp.count,
        head=journal.read_head(old),
        missing=journal.count_after(old, shared),
        forgotten=frozenset(opened.intersection(forgetting.forgotten_ids(old))),
        is_settled=True,
    )


def _erase_again(tx: Transaction, since: frozenset[int], now: datetime, operator: str) -> _Again:
    """Erase the cases that the old log had erased; those open or on hold are only named."""
    again = _Again([], [], [])
    for case_id in sorted(since):
        case = tx.case(case_id)
        if case is None:
            continue
        if case.closed_at is None:
            again.open.append(case_id)
        elif case.hold_until is not None and case.hold_until > now:
            again.held.append(case_id)
        else:
            tx.forget(case_id, now)
            tx.append(_act(FORGETTING, now, operator, case_id))
            again.erased.append(case_id)
    return again


def _act(
    action: str, now: datetime, operator: str, case_id: int, **details: str | int | None
) -> Act:
    return Act(
        at=now, operator=operator, action=action, case_id=case_id, details=dict(details.items())
    )


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
