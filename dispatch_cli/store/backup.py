"""Copy a case log while other programs use it, and check the log and the copy.

A backup has a mark of its own, so that no write-ahead log of another copy matches it.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from ..errors import (
    BadDataError,
    ConflictError,
    Problem,
    UnavailableError,
    UsageError,
    as_message,
)
from ..messages import Message, marked
from . import identity, journal, rotation
from .database import Database
from .database_files import COMPANIONS, flush, is_same, make_private, remove
from .identity import Stamp
from .in_transaction import in_reading
from .lock import SUFFIX, LockFile
from .log_faults import CANNOT_BE_READ, FOREIGN_WAL, NEWER, OLDER, UNAVAILABLE, explained
from .soundness import all_problems

if TYPE_CHECKING:
    import sqlite3


class BackupResult(Struct, frozen=True):
    """A backup: where it is, the journal's head in it, and how many cases it has."""

    path: str
    head: str
    cases: int


_STAYS = marked("the case log and the existing copies are unchanged")
_OF_A_BACKUP = {
    CANNOT_BE_READ: marked("the backup cannot be read: {why}"),
    FOREIGN_WAL: marked("this write-ahead log does not belong to the backup beside it"),
    NEWER: marked("the backup has schema version {found}; this program knows up to {known}"),
    OLDER: marked("the backup has an older schema version and must be migrated"),
}
"""The sentences about a backup in the place of those about the case log."""


def back_up(database: Database, target: Path, keep: int | None) -> BackupResult:
    """Copy one state of a log into a file; see ``Store.back_up``."""
    target = Path(os.path.abspath(target))
    refuse_own(database.path, *rotation.touched(target, keep, database.path), to_write=True)
    if not database.exists():
        raise UsageError("{path}: there is no case log to back up", path=database.path)
    with (
        about_copy(target, marked("the backup cannot be written: {why}"), _STAYS),
        _held(database, target) as held,
    ):
        rotation.remove_unfinished(target)
        if keep is None:
            rotation.refuse_taken(target)
        fresh = rotation.unfinished_name(target)
        try:
            made, stamp = _copied(database, target, fresh, keep or 1)
            if keep is not None:
                rotation.drop_older(target, keep, stamp.log)
            rotation.put_first(fresh, target, keep or 1)
        except BaseException:
            remove(fresh)
            raise
        held.acknowledge(stamp, made.head)
    return made


@contextmanager
def about_copy(
    copy: Path, unavailable: str, hint: str, *, beside: Path | None = None
) -> Iterator[None]:
    """Raise errors of a copy of a log as errors about the copy, not the log.

    ``unavailable`` is the sentence of an unavailable copy. ``beside`` is an internal file into
    which the copy is copied.
    """
    sentences = {**_OF_A_BACKUP, UNAVAILABLE: unavailable}
    names = {
        f"{path}{suffix}": f"{copy}{suffix}"
        for path in (copy, beside or copy)
        for suffix in ("", *COMPANIONS, SUFFIX)
    }
    try:
        with explained(copy):
            yield
    except (BadDataError, UnavailableError) as error:
        files = [names.get(each.file, "") for each in error.problems]
        is_about_it = not isinstance(error, UnavailableError) or all(
            isinstance(each.text, Message) and each.text.id == UNAVAILABLE
            for each in error.problems
        )
        if not (is_about_it and all(files)):
            raise
        problems = (
            Problem(_reworded(each.text, sentences), file)
            for each, file in zip(error.problems, files, strict=True)
        )
        raise type(error)(*problems, hint=hint) from error


def _reworded(text: Message | str, sentences: Mapping[str, str]) -> Message:
    """Replace the template of a sentence, and keep its values."""
    sentence = as_message(text)
    return Message(sentences.get(sentence.id, sentence.id), **sentence.values)


def refuse_own(log: Path, *files: Path, to_write: bool = False) -> None:
    """Refuse a file that belongs to the case log, also by another path; raises UsageError.

    Files that a restore or a migration has kept beside the log may be read, but not written.
    """
    own = {f"{log.name}{suffix}" for suffix in ("", *COMPANIONS, SUFFIX, ".new", ".restored")}
    kept = (f"{log.name}.replaced-", f"{log.name}.before-")
    folder = os.path.realpath(log.parent)
    for file in files:
        is_own = file.name in own or (to_write and file.name.startswith(kept))
        if (is_own and os.path.realpath(file.parent) == folder) or is_same(log, file):
            raise UsageError("{file} belongs to the case log itself", file=file)


def refuse_unsound(path: Path, problems: Sequence[Message | str]) -> None:
    """Raise BadDataError with the problems of a log or a copy, if there are any."""
    if problems:
        raise BadDataError(
            *(Problem(problem, file=str(path)) for problem in problems),
            hint="nothing was changed; an older backup may be sound",
        )


def count_cases(connection: "sqlite3.Connection") -> int:
    """Count all cases."""
    return int(connection.execute("SELECT count(*) FROM case_file").fetchone()[0])


def _copied(database: Database, target: Path, fresh: Path, keep: int) -> tuple[BackupResult, Stamp]:
    """Copy one state of the log into a file, check both, and sync the file to the disk."""
    import sqlite3

    schema = database.schema()
    with in_reading(database) as connection:
        with explained(target):
            rotation.refuse_foreign(target, keep, identity.read_stamp(connection).log)
        refuse_unsound(database.path, all_problems(connection, schema))
        with explained(target):
            make_private(fresh)
            with closing(sqlite3.connect(fresh, isolation_level=None)) as copy:
                connection.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")
                stamp = identity.renew(copy)
                refuse_unsound(target, all_problems(copy, schema))
                made = BackupResult(str(target), journal.read_head(copy), count_cases(copy))
            flush(fresh)
    return made, stamp


@contextmanager
def _held(database: Database, target: Path) -> Iterator[LockFile]:
    """Hold the lock of a backup, which programs that use the backup as a log hold as well."""
    with ExitStack() as stack:
        try:
            held = stack.enter_context(database.at_path(target).writers_lock())
        except ConflictError as error:
            raise ConflictError(
                Problem("another program is writing this backup", file=str(target)), hint=_STAYS
            ) from error
        yield held
