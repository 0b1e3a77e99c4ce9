"""Turn errors of SQLite and the system into errors with a cause and a remedy."""

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ..errors import (
    BadDataError,
    ConflictError,
    DispatchError,
    Problem,
    UnavailableError,
    UsageError,
)
from ..messages import Message, marked

if TYPE_CHECKING:
    import sqlite3

# SQLite's primary result codes (https://www.sqlite.org/rescode.html) and their causes here.
_CANNOT = {
    3: marked("no permission"),  # PERM
    7: marked("out of memory"),  # NOMEM
    8: marked("it cannot be written: no permission, or the disk is read-only"),  # READONLY
    10: marked("the disk reports an error or is full"),  # IOERR
    13: marked("the disk is full"),  # FULL
    14: marked("it cannot be opened: no permission, or the folder is gone"),  # CANTOPEN
    23: marked("no permission"),  # AUTH
}
_HELD = (5, 6, 15)  # BUSY, LOCKED, PROTOCOL
_NOTADB = 26
_BUGS = (21, 25)  # MISUSE, RANGE: mistakes of this program

T = TypeVar("T")

UNAVAILABLE = marked("the case log is unavailable: {why}")
CANNOT_BE_READ = marked("the case log cannot be read: {why}")
FOREIGN_WAL = marked("this write-ahead log does not belong to the case log beside it")
NEWER = marked("the case log has schema version {found}; this program knows up to {known}")
OLDER = marked("the case log has an older schema version and must be migrated")
NOTHING_RECORDED = "NOT SAVED: nothing was recorded by this command; mend the cause and repeat it"
MOVE_AWAY = Message("name another file with --db, or move this one away and repeat the command")
RESTORE = marked('"dispatch log restore FILE" puts a backup in its place and keeps the old files')


class DamagedLogError(BadDataError):
    """A case log with damaged content, or with the write-ahead log of another one."""


class TornRowError(Exception):
    """A row of the case log with a shape that no program has written."""


class NeedsLockError(BadDataError):
    """A log with an older schema, which only the holder of the lock may migrate."""


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Raise errors of the files of a case log as UnavailableError or BadDataError."""
    try:
        with rows_explained(path):
            yield
    except OSError as error:
        raise fault(path, error) from error


@contextmanager
def rows_explained(path: Path) -> Iterator[None]:
    """Raise errors of the content of a case log as BadDataError or UnavailableError."""
    import sqlite3

    try:
        yield
    except sqlite3.Error as error:
        raise fault(path, error) from error
    except UnicodeEncodeError as error:
        raise UsageError("a text contains bytes that are not UTF-8") from error
    except (TornRowError, UnicodeDecodeError) as error:  # SQLite's messages may be torn as well
        raise damaged(path, Message("a row is damaged")) from error


def whole(read: Callable[[], T]) -> T:
    """Read rows; raises TornRowError if they cannot have been written so."""
    from msgspec import MsgspecError

    try:
        return read()
    except (MsgspecError, TypeError, ValueError, OverflowError, AttributeError, KeyError) as error:
        # AttributeError: a damaged page may have NULL in a column of texts. KeyError: a damaged
        # index may find the rows of a case and not the case.
        raise TornRowError from error


def is_held(error: "sqlite3.Error") -> bool:
    """Return whether SQLite reports that another program holds a lock."""
    return (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF in _HELD


def fault(path: Path, error: "sqlite3.Error | OSError") -> Exception:
    """Return the error to raise instead; the same error for a bug of this program."""
    import sqlite3

    if isinstance(error, OSError):
        if error.errno == errno.ELOOP:
            return symbolic_link(path)
        return _unavailable(path, error.strerror or str(error))
    code = getattr(error, "sqlite_errorcode", None)
    if code is None and isinstance(error, sqlite3.OperationalError):
        return damaged(path, Message("a text is not UTF-8"))  # raised by Python's sqlite3
    if code is None or code & 0xFF in _BUGS:
        return error
    if is_held(error):
        return ConflictError(
            Problem("another program has held the case log for too long", file=str(path)),
            hint=NOTHING_RECORDED,
        )
    why = _CANNOT.get(code & 0xFF)
    if why is not None:
        return _unavailable(path, Message(why))
    if code & 0xFF == _NOTADB:
        return damaged(path, Message("not a database"))
    return damaged(path, str(error))


def damaged(path: Path, why: Message | str) -> DamagedLogError:
    """Make the error for a case log with damaged content."""
    return DamagedLogError(Problem.at(path, CANNOT_BE_READ, why=why), hint=RESTORE)


def refused(path: Path, why: Message, hint: Message) -> BadDataError:
    """Make the error for a file that this program must not use."""
    return BadDataError(Problem(why, file=str(path)), hint=hint)


def moved(path: Path) -> UnavailableError:
    """Make the error for a log whose file is no longer the one that was opened."""
    return UnavailableError(
        Problem(
            "the case log is no longer the file that this program has opened:"
            " it was moved, replaced or deleted",
            file=str(path),
        ),
        hint="NOT SAVED: nothing was recorded by this command;"
        " put the file back and start the program again",
    )


def recorded_elsewhere(path: Path) -> UnavailableError:
    """Make the error for a log that was moved while this command recorded in it."""
    return UnavailableError(
        Problem(
            "the case log was moved, replaced or deleted while this command recorded:"
            " its records are in the moved file",
            file=str(path),
        ),
        hint="put that file back, or read it with --db, before repeating the command",
    )


def foreign_wal(path: Path) -> DamagedLogError:
    """Make the error for a write-ahead log that would mix two histories."""
    return DamagedLogError(
        Problem(FOREIGN_WAL, file=str(path)),
        hint=Message(
            "{restore}; delete no file: each may have commits that no other file has",
            restore=Message(RESTORE),
        ),
    )


def network(path: Path, kind: str) -> UnavailableError:
    """Make the error for a log on a network file system."""
    return UnavailableError(
        Problem.at(
            path,
            "the case log is on a network file system ({file_system}): SQLite's locks and shared"
            " memory do not reach the other machines, and two of them would damage it",
            file_system=kind,
        ),
        hint="move the log to a local disk; --db-on-network allows it for a single machine",
    )


def needs_migration(path: Path) -> NeedsLockError:
    """Make the error for a log of an older version that cannot be written."""
    return NeedsLockError(
        Problem(OLDER, file=str(path)),
        hint="make it writable and open it once, with any dispatch case command",
    )


def symbolic_link(path: Path) -> DispatchError:
    """Make the error for a link, which could lead anywhere."""
    return refused(
        path,
        Message("a symbolic link, which is not followed"),
        Message("name the file itself with --db"),
    )


def second_name(path: Path) -> DispatchError:
    """Make the error for a file with several names: each would have its own write-ahead log."""
    return refused(
        path,
        Message(
            "this file has a second name (a hard link);"
            " its last commits may be beside the other one"
        ),
        Message("find it with find -samefile, use one name and remove the other"),
    )


def _unavailable(path: Path, why: Message | str) -> UnavailableError:
    return UnavailableError(Problem.at(path, UNAVAILABLE, why=why), hint=NOTHING_RECORDED)
