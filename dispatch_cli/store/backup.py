"""Copies of a case log, made while other programs work and checked on both ends.

A backup has a mark of its own, so that no write-ahead log of another copy fits it.
"""

import os
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from ..errors import BadDataError, ConflictError, Problem, UsageError
from ..files import make_private_folder
from . import identity, journal
from .database import Database
from .database_files import COMPANIONS, flush, make_private, refuse_odd, remove
from .faults import explained
from .soundness import all_problems

if TYPE_CHECKING:
    import sqlite3


class Copied(Struct, frozen=True):
    """A backup: where it is, the journal's head in it, and how many cases it has."""

    path: str
    head: str
    cases: int


def back_up(
    connection: "sqlite3.Connection", database: Database, target: Path, keep: int | None
) -> Copied:
    """Copy the snapshot that a connection reads; see ``Store.back_up``."""
    import sqlite3

    target = Path(os.path.abspath(target))
    refuse_own(database, target)
    if not database.exists():
        raise UsageError(f"{database.path}: there is no case log to back up")
    schema = database.schema()
    refuse_unsound(database.path, all_problems(connection, schema))
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
                refuse_unsound(fresh, all_problems(copy, schema))
                made = Copied(str(target), journal.read_head(copy), count_cases(copy))
            flush(fresh)
        except BaseException:
            remove(fresh)
            raise
        for number in range((keep or 1) - 1, 0, -1):
            _move(_numbered(target, number - 1), _numbered(target, number))
        os.replace(fresh, target)
        flush(target.parent)
    return made


def refuse_own(database: Database, path: Path) -> None:
    """Refuse a path that is the case log's own."""
    own = {Path(f"{database.path}{suffix}") for suffix in ("", *COMPANIONS, ".lock", ".restored")}
    if path in own:
        raise UsageError(f"{path} belongs to the case log itself")


def refuse_unsound(path: Path, problems: list[str]) -> None:
    """Raise what is wrong with a log or a copy of one."""
    if problems:
        raise BadDataError(
            *(Problem(problem, file=str(path)) for problem in problems),
            hint="nothing was changed; an older backup may be sound",
        )


def count_cases(connection: "sqlite3.Connection") -> int:
    """Count all cases."""
    return int(connection.execute("SELECT count(*) FROM case_file").fetchone()[0])


def _numbered(target: Path, number: int) -> Path:
    return Path(f"{target}.{number}") if number else target


def _move(source: Path, target: Path) -> None:
    if os.path.lexists(source):
        os.replace(source, target)
