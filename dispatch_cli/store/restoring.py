"""Put a backup in the place of a case log, and report every loss.

A restored log has a mark of its own, so that no write-ahead log of another copy matches it, and a
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
from ..messages import marked
from ..model.case import FORGETTING, OF_NO_CASE, OPENING, Act
from . import forgetting, identity, journal, migrating, swapping, wal
from .backup import about_copy, count_cases, refuse_own, refuse_unsound
from .continuity import Continuity, missing_commit
from .database import Database
from .database_files import COMPANIONS, flush, make_private, refuse_odd, remove
from .identity import Stamp
from .log_faults import DamagedLogError, explained, rows_explained, whole
from .soundness import all_problems
from .transaction import Transaction
from .wiping import wipe

if TYPE_CHECKING:
    import sqlite3


_STAYS = marked("nothing was changed, neither the case log nor the backup")

RESTORE = "restore"
"""The journal's action of a restore; its details are the heads of the backup and the old log."""


class RestoreResult(Struct, frozen=True):
    """A restored log, and its differences to the replaced one.

    ``head`` is that of the journal now, ``backup_head`` that of the backup. ``missing`` counts the
    records of the old journal that the backup does not have; None if the old log is another one, or
    cannot be read completely: then ``lost_commits`` is the number of commits acknowledged since the
    backup, if it is known. ``erased`` are the cases that were erased again. ``open`` and ``held``
    were erased since the backup and are in it again, because there they are open or on hold.
    ``is_other`` marks a backup of another log.
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


class _ReplacedLog(Struct, frozen=True):
    """The log that is to be replaced; ``log`` is its id, "" without one.

    ``forgotten`` are its erased cases that were opened before its journal differs from the
    backup's. ``is_settled`` means that its database has all commits, and its companions none.
    """

    log: str
    commits: int
    head: str
    missing: int | None
    forgotten: frozenset[int] = frozenset()
    is_settled: bool = False


class _ErasedAgain(Struct):
    """The cases that were erased in the old log, but not in the backup."""

    erased: list[int]
    open: list[int]
    held: list[int]


def restore(
    database: Database, source: Path, operator: str, before: Callable[[Transaction], None]
) -> RestoreResult:
    """Put a backup in the place of a log; see ``Store.restore``."""
    source = Path(os.path.abspath(source))
    refuse_own(database.path, source)
    fresh = Path(f"{database.path}.restored")
    with _about(source, fresh):
        if not refuse_odd(source):
            raise UsageError("{source}: there is no such file", source=source)
    with database.writers_lock() as lock, explained(database.path):
        # An open connection may belong to a file that is no longer at the path.
        database.close()
        swapping.finish_interrupted(database.path)
        remove_unfinished(database.path)
        try:
            with _about(source, fresh), explained(fresh):
                _copy(source, fresh)
                made, stamp, is_settled = _prepared(
                    database, database.at_path(fresh), operator, before
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
    """Remove the files of a failed or killed restore; the lock must be held."""
    fresh = Path(f"{path}.restored")
    remove(fresh)
    migrating.delete_copies(fresh)


def _about(source: Path, fresh: Path) -> AbstractContextManager[None]:
    """Raise errors of the backup, or of its copy beside the log, as errors about the backup."""
    unavailable = marked("it cannot be copied beside the case log: {why}")
    return about_copy(source, unavailable, _STAYS, beside=fresh)


def _prepared(
    database: Database, fresh: Database, operator: str, record_first: Callable[[Transaction], None]
) -> tuple[RestoreResult, Stamp, bool]:
    """Check and migrate the copy, and erase again the cases that were erased since."""
    with fresh.opened_alone() as connection, rows_explained(fresh.path):
        refuse_unsound(fresh.path, all_problems(connection, fresh.schema()))
        backup, backup_head = identity.read_stamp(connection), journal.read_head(connection)
        before = _compare(database, connection)
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
    with fresh.opened_alone() as connection, rows_explained(fresh.path):
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        made = RestoreResult(
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


def _lost_commits(before: _ReplacedLog, backup: Stamp) -> int | None:
    """Return how many commits of an unreadable log were acknowledged since the backup."""
    if before.missing is not None or not before.log:
        return None
    if before.log != backup.log:
        return before.commits
    return max(0, before.commits + 1 - backup.count)  # a backup counts as a commit of its own


def _compare(database: Database, backup: "sqlite3.Connection") -> _ReplacedLog:
    """Compare the log that is to be replaced with the backup.

    If the log is missing, damaged or without its last acknowledged commit, the record of that
    commit in the lock file is used. Other errors, such as that of a program that holds the log, are
    raised.
    """
    noted = database.acknowledged()  # first, because a migration would record another commit
    found: _ReplacedLog | None = None
    with suppress(DamagedLogError):
        if database.exists():
            with database.opened_alone() as old, rows_explained(database.path):
                _checkpoint(database, old)
                found = whole(lambda: _compared(old, backup))
                if not missing_commit(old, noted):
                    return found
    if noted is None:
        is_new = not any(os.path.lexists(f"{database.path}{each}") for each in ("", *COMPANIONS))
        return _ReplacedLog(log="", commits=0, head="", missing=0 if is_new else None)
    has_all = noted.head and whole(lambda: journal.has_head(backup, noted.head))
    if found is None:
        found = _ReplacedLog(log="", commits=0, head="", missing=0)
    return replace(
        found,
        log=noted.stamp.log,
        commits=max(found.commits, noted.commits),
        head=noted.head,
        missing=found.missing if has_all else None,
    )


def _checkpoint(database: Database, old: "sqlite3.Connection") -> None:
    """Move all commits into the database; raises ConflictError while a reader prevents it."""
    # Copying and checking a large backup may have taken longer than a command waits in all.
    old.execute(f"PRAGMA busy_timeout = {round(1000 * database.wait_limit.wait_s):d}")
    if old.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
        raise _still_in_use(database.path)


def _still_in_use(path: Path) -> ConflictError:
    return ConflictError(
        Problem("another program still uses the case log", file=str(path)),
        hint="nothing was changed; end the other program and repeat the command",
    )


def _compared(old: "sqlite3.Connection", backup: "sqlite3.Connection") -> _ReplacedLog:
    """Find the records that only the old journal has, and the erased cases of both logs.

    Numbers of cases and records cannot be compared: after a restore they are assigned anew.
    """
    stamp, shared = identity.read_stamp(old), journal.last_common(old, backup)
    opened = journal.read_cases_of(old, OPENING, last=shared)
    return _ReplacedLog(
        log=stamp.log,
        commits=stamp.count,
        head=journal.read_head(old),
        missing=journal.count_after(old, shared),
        forgotten=frozenset(opened.intersection(forgetting.forgotten_ids(old))),
        is_settled=True,
    )


def _erase_again(
    tx: Transaction, since: frozenset[int], now: datetime, operator: str
) -> _ErasedAgain:
    """Erase the cases that the old log had erased; those open or on hold are only listed."""
    again = _ErasedAgain([], [], [])
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
    """Copy a backup and its companions byte by byte; the source is not changed."""
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
