"""Write results and rejects to part files that are renamed at the end, or to stdout."""

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from ...errors import BadDataError, ConflictError, Problem, UnavailableError, UsageError
from ...files import replace_synced, take_lock
from ...messages import Message
from ...records.values import Reject
from .checkpoints import (
    PART,
    TEMPORARY,
    StateFiles,
    files_beside,
    open_private,
    restart_hint,
    write_error,
)

Convert = Callable[[Path, Path], None]
"""Converts the part file (first) to the format of the output (second)."""


class PartFile:
    """The unfinished output or reject file TARGET.part, locked and readable by its owner only.

    Raises ConflictError if another batch has the lock, UsageError if the file cannot be opened.
    """

    def __init__(self, target: Path) -> None:
        self.target = target
        self.path = target.with_name(target.name + PART)
        self.is_new = not self.path.exists()
        try:
            self._file = open_private(self.path)
        except OSError as error:
            raise UsageError(
                Problem.at(target, "cannot be written: {strerror}", strerror=error.strerror)
            ) from None
        _lock(self._file, self.path)

    def was_renamed(self, size: int) -> bool:
        """Return whether a file of ``size`` bytes is here no more, so that this one is a new file.

        A new file may be left by a run that was killed as well; it is empty then.
        """
        return self.is_new or (size > 0 and not os.fstat(self._file.fileno()).st_size)

    def cut(self, size: int) -> None:
        """Truncate the file to ``size`` bytes, and write behind them.

        Raises BadDataError if it has fewer bytes.
        """
        found = os.fstat(self._file.fileno()).st_size
        if found < size:
            raise BadDataError(
                Problem.at(
                    self.path,
                    "has {found} bytes, but {size} bytes were written",
                    found=found,
                    size=size,
                ),
                hint=restart_hint(StateFiles(self.target).start_path),
            )
        self._file.truncate(size)
        self._file.seek(size)

    def write(self, data: bytes | memoryview) -> None:
        """Write bytes; raises UnavailableError for a write error, such as a full disk."""
        try:
            self._file.write(data)
        except OSError as error:
            raise write_error(self.path, error) from None

    def sync(self) -> int:
        """Sync the file to the disk, and return the number of bytes written."""
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise write_error(self.path, error) from None
        return self._file.tell()

    def close(self) -> None:
        """Close the file and keep it, so that a batch can resume it."""
        # A write error has been raised already; the lost bytes are behind the last checkpoint.
        with suppress(OSError):
            self._file.close()

    def discard(self) -> None:
        """Close and remove the file."""
        self.close()
        self.path.unlink(missing_ok=True)

    def finish(self, convert: Convert | None = None) -> None:
        """Rename the file to its target, after ``convert`` to the output format if given."""
        self.close()
        if not self.path.exists():
            return
        temporary = self.path
        if convert is not None:
            temporary = self.target.with_name(self.target.name + TEMPORARY)
        try:
            if convert is not None:
                open_private(temporary).close()
                convert(self.path, temporary)
                with temporary.open("rb+") as converted:
                    os.fsync(converted.fileno())
            replace_synced(temporary, self.target)
        except OSError as error:
            raise write_error(temporary, error) from None
        self.path.unlink(missing_ok=True)


class Stream:
    """Write results to stdout."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._size = 0

    def write(self, data: bytes | memoryview) -> None:
        """Write bytes; raises BrokenPipeError if the reader has closed the pipe."""
        self._size += len(data)
        self._attempt(lambda: self._file.write(data))

    def sync(self) -> int:
        """Flush the stream, and return the number of bytes written."""
        self._attempt(self._file.flush)
        return self._size

    @staticmethod
    def _attempt(write: Callable[[], object]) -> None:
        try:
            write()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise UnavailableError(
                "stdout cannot be written: {strerror}", strerror=error.strerror
            ) from None


class RejectReporter:
    """Report each reject as a message, if there is no reject file."""

    def __init__(self, source: str, report: Callable[[str], None]) -> None:
        self._source, self._report = source, report

    def report(self, reject: Reject) -> None:
        """Report the line, the reason and the detail of a reject, once for all its pieces."""
        if not reject.more:
            self._report(str(reject_problem(reject, self._source)))


def reject_problem(reject: Reject, source: str) -> Problem:
    """Make the problem of a rejected row of a source."""
    return Problem.at(
        source,
        "{reason}: {detail}",
        line=reject.line,
        reason=reject.reason,
        detail=reject.detail,
    )


def check_target(path: Path, option: str, read: Iterable[str | Path]) -> None:
    """Refuse a target that is a folder, a device or an input of the batch; raises UsageError."""
    name = os.fspath(path)
    if "\0" in name or not path.name:
        raise UsageError("{option}: {name!r} is not a valid file name", option=option, name=name)
    if path.exists() and not path.is_file():
        raise UsageError(
            "{option}: {name} is not a regular file",
            option=option,
            name=name,
            hint="without --output the results go to stdout" if option == "--output" else "",
        )
    if not path.parent.is_dir():
        raise UsageError(
            "{option}: the folder {parent} does not exist",
            option=option,
            parent=path.parent,
            hint="create the folder, or name another one",
        )
    present = [each for each in files_beside(path) if each.exists()]
    for other in filter(os.path.exists, read):
        if any(each.samefile(other) for each in present):
            raise UsageError(
                "{option} {name} would overwrite {other}, which the batch reads",
                option=option,
                name=name,
                other=other,
                hint=Message("name another file with {option}", option=option),
            )


def check_no_overlap(path: Path, second: Path, option: str, other: str) -> None:
    """Refuse two options whose files, or the temporary files beside them, are the same.

    Raises UsageError.
    """

    def files_of(path: Path) -> set[Path]:
        return files_beside(path.parent.resolve() / path.name)

    if files_of(path) & files_of(second):
        raise UsageError(
            "{option} and {other} both write {path}, or a temporary file beside it",
            option=option,
            other=other,
            path=second,
            hint=Message("name another file with {option}", option=other),
        )


def _lock(file: BinaryIO, path: Path) -> None:
    """Lock a part file; raises ConflictError if another batch has locked or renamed it.

    The rename can happen between opening and locking.
    """
    # On a file system without locks two batches cannot be kept apart.
    with suppress(OSError):
        if not take_lock(file.fileno()):
            file.close()
            raise ConflictError(
                Problem("another batch is writing this file", file=str(path)),
                hint="wait until it has ended, or name another --output",
            )
    try:
        is_unchanged = os.path.samestat(os.fstat(file.fileno()), os.stat(path))
    except OSError:
        is_unchanged = False
    if not is_unchanged:
        file.close()
        raise ConflictError(Problem("another batch has just written this file", file=str(path)))
