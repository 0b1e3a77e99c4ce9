"""Rotate backups: the newest is FILE, older ones are FILE.1, FILE.2 and so on.

Each may have companions, left by a program that has read the copy; they are moved with it.
"""

import os
import re
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from ..errors import BadDataError, ConflictError, Problem
from ..files import replace_synced
from . import identity, lock
from .database_files import COMPANIONS, VERSIONS_PLACE, refuse_odd, remove, remove_companions
from .log_faults import TornRowError
from .migrating import APPLICATION_ID

MOST_COPIES = 1000
"""Higher numbers after the name, such as dates, do not belong to a rotation."""

_APPLICATION_ID = slice(68, 72)  # https://www.sqlite.org/fileformat2.html#application_id
_UNFINISHED = re.compile(r"\.[0-9]+-[0-9a-f]{8}\.tmp(-wal|-shm|-journal)?")


def names(target: Path, keep: int) -> list[Path]:
    """List the names of a number of copies, the newest first."""
    return [target, *(Path(f"{target}.{number}") for number in range(1, keep))]


def touched(target: Path, keep: int | None, log: Path) -> Iterator[Path]:
    """List every name that a backup may replace, move or delete, also above ``keep``.

    Of the names of unfinished copies, which are too many, only that of the log itself is listed.
    """
    for each in names(target, 1 if keep is None else MOST_COPIES):
        for suffix in ("", *COMPANIONS, lock.SUFFIX):
            yield Path(f"{each}{suffix}")
    if log.name.startswith(target.name) and _UNFINISHED.fullmatch(log.name, len(target.name)):
        yield target.with_name(log.name)


def unfinished_name(target: Path) -> Path:
    """Make a unique name beside a copy, for the copy while it is written."""
    return Path(f"{target}.{os.getpid()}-{os.urandom(4).hex()}.tmp")


def remove_unfinished(target: Path) -> None:
    """Remove the copies of killed programs; no other program may be writing this copy."""
    for each in _beside(target):
        if _UNFINISHED.fullmatch(each.name, len(target.name)):
            each.unlink(missing_ok=True)


def refuse_taken(target: Path) -> None:
    """Refuse a name that is in use, also by a companion alone."""
    for suffix in ("", *COMPANIONS):
        if os.path.lexists(f"{target}{suffix}"):
            raise ConflictError(
                Problem("already exists", file=f"{target}{suffix}"),
                hint="name another file, or --keep 14 to keep the last 14",
            )


def refuse_foreign(target: Path, keep: int, log: str) -> None:
    """Refuse to rotate a file that is not a copy of the log with this id, and would be lost.

    A log in use is refused as well: if it was restored from a copy, it has the same id.
    """
    for each in names(target, keep):
        try:
            is_there = refuse_odd(each)
            is_ours = not is_there or is_copy_of(each, log)
        except BadDataError:  # a folder or a link
            is_ours = False
        if not is_ours:
            raise ConflictError(
                Problem("not a copy of this case log: --keep would remove it", file=str(each)),
                hint="name another file, or move this one away",
            )
        if is_there and is_in_use(each):
            raise ConflictError(
                Problem("a case log in use, not a copy: --keep would remove it", file=str(each)),
                hint="--db names the log, FILE its copy; name another FILE, or move this one away",
            )


def is_copy_of(path: Path, log: str) -> bool:
    """Return whether a file is, or may be, a copy of the log with this id.

    A damaged case log may be one. The file must not be open in this process.
    """
    import sqlite3

    if int.from_bytes(_header(path)[_APPLICATION_ID], "big") != APPLICATION_ID:
        return False
    with suppress(sqlite3.Error, TornRowError, UnicodeDecodeError):
        uri = f"{path.as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            return identity.read_stamp(connection).log == log
    return True


def is_in_use(path: Path) -> bool:
    """Return whether a program has used a file as a log: a copy has no write-ahead log.

    The file must not be open in this process.
    """
    return b"\2" in _header(path)[VERSIONS_PLACE : VERSIONS_PLACE + 2]


def drop_older(target: Path, keep: int, log: str) -> None:
    """Delete the copies of this log from number ``keep`` on, of an earlier rotation."""
    made = {each.name: each for each in names(target, MOST_COPIES)[keep:]}
    for each in list(_beside(target)):
        if each.name in made:
            with suppress(BadDataError):
                if refuse_odd(each) and is_copy_of(each, log) and not is_in_use(each):
                    _drop(each)


def put_first(fresh: Path, target: Path, keep: int) -> None:
    """Give the newest copy its name, and move the older ones by one up to the first gap."""
    copies = names(target, keep)
    free = next((place for place, each in enumerate(copies) if not _is_taken(each)), keep - 1)
    for place in range(free, 0, -1):
        _move(copies[place - 1], copies[place])
    # An old -wal or -shm would be replayed onto the new copy, or refused.
    remove_companions(target)
    replace_synced(fresh, target)


def _header(path: Path) -> bytes:
    with open(path, "rb") as file:
        return file.read(100)


def _beside(target: Path) -> Iterator[Path]:
    prefix = f"{target.name}."
    return (each for each in target.parent.iterdir() if each.name.startswith(prefix))


def _is_taken(path: Path) -> bool:
    return any(os.path.lexists(f"{path}{suffix}") for suffix in ("", *COMPANIONS))


def _move(source: Path, target: Path) -> None:
    _drop(target)
    for suffix in ("", *COMPANIONS):
        if os.path.lexists(f"{source}{suffix}"):
            os.replace(f"{source}{suffix}", f"{target}{suffix}")


def _drop(path: Path) -> None:
    remove(path)
    # The lock file has the last commit of the copy that is removed.
    Path(f"{path}{lock.SUFFIX}").unlink(missing_ok=True)
