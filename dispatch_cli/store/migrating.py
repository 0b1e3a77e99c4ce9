"""Migrate a case log to the newest schema in one transaction, with a copy until it is checked."""

import os
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from ..files import flush_folder
from ..messages import Message
from . import identity, journal
from .continuity import check_history
from .database_files import COMPANIONS, flush, make_private, remove
from .log_faults import MOVE_AWAY, NEWER, damaged, explained, refused
from .migrations import Migration, apply, newest
from .soundness import schema_of

if TYPE_CHECKING:
    import sqlite3

    from .soundness import Schema

APPLICATION_ID = 0x44504C47
"""The number in the file's header that marks a case log."""


def version_of(connection: "sqlite3.Connection", path: Path, known: tuple[Migration, ...]) -> int:
    """Read the version of a case log; raises BadDataError for any other file."""
    if path.stat().st_size == 0:
        raise damaged(path, Message("the file is empty"))
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise refused(path, Message("another program's database, not a case log"), MOVE_AWAY)
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > newest(known):
        raise _newer(path, version, newest(known))
    return version


def check_version(
    connection: "sqlite3.Connection", path: Path, known: tuple[Migration, ...]
) -> None:
    """Refuse any version but the newest; raises BadDataError."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version != newest(known):
        raise _newer(path, version, newest(known))


def fill(connection: "sqlite3.Connection", known: tuple[Migration, ...]) -> None:
    """Make the newest schema in an empty database, with a stamp of its own."""
    import sqlite3

    with closing(sqlite3.connect(":memory:")) as pages:
        pages.deserialize(_pages(known))
        pages.backup(connection)
    if newest(known) >= identity.SINCE_VERSION:
        identity.begin(connection)


def in_memory(known: tuple[Migration, ...]) -> "sqlite3.Connection":
    """Make an empty log with the newest schema in memory."""
    import sqlite3

    connection = sqlite3.connect(":memory:", isolation_level=None)
    fill(connection, known)
    return connection


@cache
def _pages(known: tuple[Migration, ...]) -> bytes:
    """Return the pages of an empty log; cached, since each migration parses the whole schema."""
    import sqlite3

    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.execute("BEGIN")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID:d}")
        apply(connection, known, 0)
        connection.execute("COMMIT")
        return connection.serialize()


@cache
def newest_schema(known: tuple[Migration, ...]) -> "Schema":
    """Return the definitions of the newest schema, which depend on the migrations alone."""
    with closing(in_memory(known)) as connection:
        return schema_of(connection)


def make(
    path: Path, connect: "Callable[[Path], sqlite3.Connection]", known: tuple[Migration, ...]
) -> tuple[identity.Stamp, str]:
    """Make a log under another name and rename it, so that it is never incomplete at its path.

    Returns its stamp and the journal's head.
    """
    for suffix in COMPANIONS:
        left = Path(f"{path}{suffix}")
        if left.exists():
            raise refused(
                left, Message("left over from a case log that is gone"), Message("move it away")
            )
    fresh = Path(f"{path}.new")
    remove(fresh)
    make_private(fresh)
    with closing(connect(fresh)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")
        fill(connection, known)
        made = identity.read_stamp(connection), journal.read_head(connection)
        connection.execute("PRAGMA journal_mode = WAL")
    flush(fresh)
    os.rename(fresh, path)
    flush_folder(path.parent)
    return made


def migrate(
    connection: "sqlite3.Connection",
    path: Path,
    known: tuple[Migration, ...],
    version: int,
    *,
    now: datetime,
    acknowledged: identity.AcknowledgedCommit | None = None,
) -> identity.Stamp:
    """Migrate in one transaction; the copy is deleted after the new schema is checked.

    The sums for learning are computed anew, because another version may have other rules. Refuses a
    log without the last commit that was acknowledged at its path, since the migrated log would be
    accepted there.
    """
    from .learned import work_out_all

    has_stamp = version >= identity.SINCE_VERSION
    check_history(path, connection, acknowledged, has_stamp=has_stamp)
    _copy_before(connection, path, f"{newest(known)}-of-{version}-{now:%Y%m%dT%H%M%S}")
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("BEGIN IMMEDIATE")
    try:
        apply(connection, known, version)
        work_out_all(connection)
        problem = _first_problem(connection)
        if problem:
            raise damaged(path, Message("migrating fails: {problem}", problem=problem))
        stamp = identity.renew(connection) if has_stamp else identity.read_stamp(connection)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    connection.execute("PRAGMA foreign_keys = ON")
    delete_copies(path)
    return stamp


def _first_problem(connection: "sqlite3.Connection") -> Message | str:
    """Return a problem of the migrated pages or rows, or "" if there is none."""
    fault: str = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if fault != "ok":
        return fault[:200]
    for row in connection.execute("PRAGMA foreign_key_check"):
        return Message("a row of {table} refers to a missing row", table=row[0])
    return ""


def copies(path: Path) -> list[Path]:
    """List the copies of a log that were made before migrations and still exist."""
    with explained(path):
        prefix = f"{path.name}.before-"
        return [each for each in path.parent.iterdir() if each.name.startswith(prefix)]


def delete_copies(path: Path) -> None:
    """Delete the copies made before migrations, which contain data that was erased since."""
    for each in copies(path):
        with explained(each):
            each.unlink()


def _newer(path: Path, found: int, known: int) -> Exception:
    return refused(path, Message(NEWER, found=found, known=known), Message("use the newer program"))


def _copy_before(connection: "sqlite3.Connection", path: Path, name: str) -> None:
    import sqlite3

    copy = Path(f"{path}.before-{name}")
    copy.unlink(missing_ok=True)
    make_private(copy)
    with closing(sqlite3.connect(f"{copy.as_uri()}?mode=rw", uri=True)) as target:
        connection.backup(target)
    flush(copy)
