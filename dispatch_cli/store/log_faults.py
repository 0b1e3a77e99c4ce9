"""What SQLite and the system say, told as errors that people can act upon."""

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
from ..messages import Message

if TYPE_CHECKING:
    import sqlite3

# SQLite's primary result codes (https://www.sqlite.org/rescode.html) and what they mean here.
_CANNOT = {
    3: "no permission",  # PERM
    7: "out of memory",  # NOMEM
    8: "it cannot be written: no permission, or the disk is read-only",  # READONLY
    10: "the disk reports an error or is full",  # IOERR
    13: "the disk is full",  # FULL
    14: "it cannot be opened: no permission, or the folder is gone",  # CANTOPEN
    23: "no permission",  # AUTH
}
_HELD = (5, 6, 15)  # BUSY, LOCKED, PROTOCOL
_NOTADB = 26
_OUR_OWN = (21, 25)  # MISUSE, RANGE: mistakes of this program

T = TypeVar("T")

UNAVAILABLE = "the case log is unavailable"
NOTHING_RECORDED = "nothing was recorded by this command; try again once that is mended"
MOVE_AWAY = "name another file with --db, or move this one away and repeat the command"
RESTORE = '"dispatch log restore FILE" puts a backup in its place and keeps the old files'


class DamagedError(BadDataError):
    """A case log whose content cannot be trusted, or a write-ahead log that is not its own."""


class TornRowError(Exception):
    """A row of the case log has another shape than it can have been written with."""


class NeedsLockError(BadDataError):
    """The schema is older and must be migrated first, which only the lock's holder may do."""


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Raise what goes wrong with files of a case log as UnavailableError or BadDataError."""
    try:
        with rows_explained(path):
            yield
    except OSError as error:
        raise fault(path, error) from error


@contextmanager
def rows_explained(path: Path) -> Iterator[None]:
    """Raise what goes wrong with its content so; other files' errors are not ours to explain."""
    import sqlite3

    try:
        yield
    except sqlite3.Error as error:
        raise fault(path, error) from error
    except UnicodeEncodeError as error:
        raise UsageError("a text holds bytes that are no characters") from error
    except (TornRowError, UnicodeDecodeError) as error:  # also SQLite's messages may be torn
        raise damaged(path, "a row that cannot be read") from error


def whole(read: Callable[[], T]) -> T:
    """Read rows; raises TornRowError where they are not what was written."""
    from msgspec import MsgspecError

    try:
        return read()
    except (MsgspecError, TypeError, ValueError, OverflowError, AttributeError) as error:
        # The last is a text that is none: a damaged page may hold NULL where there can be none.
        raise TornRowError from error


def is_held(error: "sqlite3.Error") -> bool:
    """Whether SQLite says that another program holds a lock."""
    return (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF in _HELD


def fault(path: Path, error: "sqlite3.Error | OSError") -> Exception:
    """The error to raise instead; the same one where the program itself is wrong."""
    import sqlite3

    if isinstance(error, OSError):
        if error.errno == errno.ELOOP:
            return symbolic_link(path)
        return _unavailable(path, error.strerror or str(error))
    code = getattr(error, "sqlite_errorcode", None)
    if code is None and isinstance(error, sqlite3.OperationalError):
        return damaged(path, "a text that is no text")  # Python's own, for bytes that are not UTF-8
    if code is None or code & 0xFF in _OUR_OWN:
        return error
    if is_held(error):
        return ConflictError(
            Problem("another program has held the case log for too long", file=str(path)),
            hint=NOTHING_RECORDED,
        )
    why = _CANNOT.get(code & 0xFF)
    if why is not None:
        return _unavailable(path, why)
    if code & 0xFF == _NOTADB:
        return damaged(path, "not a database")
    return damaged(path, str(error))


def damaged(path: Path, why: str) -> DamagedError:
    """The error for a case log whose content cannot be trusted."""
    return DamagedError(
        Problem.at(path, "the case log cannot be read: {why}", why=why),
        hint=RESTORE,
    )


def refused(path: Path, why: str, hint: str) -> BadDataError:
    """The error for something at the path that is not to be touched."""
    return BadDataError(Problem(why, file=str(path)), hint=hint)


def moved(path: Path) -> UnavailableError:
    """The error for a log whose file is no longer the one that was opened."""
    return UnavailableError(
        Problem(
            "the case log is no longer the file that this program has opened:"
            " it was moved, replaced or deleted",
            file=str(path),
        ),
        hint="nothing was recorded by this command; start the program again once the file is back",
    )


def recorded_elsewhere(path: Path) -> UnavailableError:
    """The error for a log that went while this command recorded in it."""
    return UnavailableError(
        Problem(
            "the case log was moved, replaced or deleted while this command recorded:"
            " what it recorded is in the file that was there",
            file=str(path),
        ),
        hint="put that file back, or look into it with --db, before doing the same again",
    )


def foreign_wal(path: Path) -> DamagedError:
    """The error for a write-ahead log that would mix two histories."""
    return DamagedError(
        Problem("this write-ahead log does not belong to the case log beside it", file=str(path)),
        hint=Message("{restore}; delete none: they may hold what is nowhere else", restore=RESTORE),
    )


def network(path: Path, kind: str) -> UnavailableError:
    """The error for a log whose locks other machines may not see."""
    return UnavailableError(
        Problem.at(
            path,
            "the case log is on a network file system ({kind}): SQLite's locks and shared"
            " memory do not reach the other machines, and two of them would damage it",
            kind=kind,
        ),
        hint="move the log to a local disk; --db-on-network insists, for one machine alone",
    )


def needs_migration(path: Path) -> NeedsLockError:
    """The error for a log of an older version where nothing can be written."""
    return NeedsLockError(
        Problem("the case log has an older schema version and must be migrated", file=str(path)),
        hint="open it once where it can be written, with any dispatch case command",
    )


def symbolic_link(path: Path) -> DispatchError:
    """The error for a link, which could lead anywhere."""
    return refused(path, "a symbolic link, which is not followed", "name the file itself with --db")


def second_name(path: Path) -> DispatchError:
    """The error for a file with several names: each would get a write-ahead log of its own."""
    return refused(
        path,
        "this file has a second name (a hard link); its last commits may be beside the other one",
        "find it with find -samefile, work with one name and remove the other",
    )


def _unavailable(path: Path, why: str) -> UnavailableError:
    return UnavailableError(
        Problem.at(path, "{unavailable}: {why}", unavailable=UNAVAILABLE, why=why),
        hint=NOTHING_RECORDED,
    )
