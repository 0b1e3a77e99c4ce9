"""Where results and rejects go: to files that get their names when all is there, or to streams."""

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from ...errors import BadDataError, ConflictError, Problem, UnavailableError, UsageError
from ...files import replace_synced, take_lock
from ...records.values import Reject
from .checkpoints import (
    PART,
    RESTART_HINT,
    TEMPORARY,
    StateFiles,
    made_beside,
    open_private,
    unwritable,
)

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

Make = Callable[[Path, Path], None]
"""Makes the file that is wanted (second) of the part file (first)."""


class PartFile:
    """A file in the making, beside its place; only its owner may read it.

    Nobody else can write it meanwhile: raises ConflictError where somebody does.
    """

    def __init__(self, target: Path) -> None:
        self.target = target
        self.path = part_of(target)
        self.is_new = not self.path.exists()
        try:
            self._file = open_private(self.path)
        except OSError as error:
            raise UsageError(
                Problem(f"cannot be written: {error.strerror}", file=str(target))
            ) from None
        _take(self._file, self.path)

    @property
    def size(self) -> int:
        """How many bytes are in it."""
        return os.fstat(self._file.fileno()).st_size

    def cut(self, size: int) -> None:
        """Go on behind a number of bytes, and forget the rest.

        Raises BadDataError where there are not so many: they cannot be made up.
        """
        if self.size < size:
            raise BadDataError(
                Problem(f"has {self.size} bytes, and {size} were written", file=str(self.path)),
                hint=RESTART_HINT.format(path=StateFiles(self.target).start_path),
            )
        self._file.truncate(size)
        self._file.seek(size)

    def write(self, data: bytes | memoryview) -> None:
        """Take some bytes; raises UnavailableError where the disk is full."""
        try:
            self._file.write(data)
        except OSError as error:
            raise unwritable(self.path, error) from None

    def sync(self) -> int:
        """Put what was taken on the disk, and say how many bytes it is."""
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise unwritable(self.path, error) from None
        return self._file.tell()

    def close(self) -> None:
        """Leave the file as it is, for somebody to go on with."""
        # What could not be written has been said; it is behind the last checkpoint.
        with suppress(OSError):
            self._file.close()

    def discard(self) -> None:
        """Take the file away."""
        self.close()
        self.path.unlink(missing_ok=True)

    def finish(self, make: "Make | None" = None) -> None:
        """Give the file its name, at once; ``make`` turns it into the one that is wanted."""
        self.close()
        finish(self.target, make)


class Stream:
    """Results on stdout, for the next program."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._size = 0

    def write(self, data: bytes | memoryview) -> None:
        """Pass bytes on; raises BrokenPipeError where nobody reads them."""
        self._size += len(data)
        self._pass(lambda: self._file.write(data))

    def sync(self) -> int:
        """Pass on what waits."""
        self._pass(self._file.flush)
        return self._size

    @staticmethod
    def _pass(write: Callable[[], object]) -> None:
        try:
            write()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise UnavailableError(f"the output cannot be written: {error.strerror}") from None


class RejectReporter:
    """Rejects that no file takes: each is named, in the words of an error."""

    def __init__(self, source: str, say: Callable[[str], None]) -> None:
        self._source, self._say = source, say

    def name(self, reject: Reject) -> None:
        """Say which record it is and why it is not taken."""
        if not reject.more:
            text = f"{reject.reason}: {reject.detail}"
            self._say(str(Problem(text, file=self._source, line=reject.line)))


def part_of(target: Path) -> Path:
    """The file in which a target is made."""
    return target.with_name(target.name + PART)


def finish(target: Path, make: Make | None = None) -> None:
    """Give a part file that is whole its name, if that has not been done already."""
    part = part_of(target)
    if not part.exists():
        return
    temporary = part if make is None else target.with_name(target.name + TEMPORARY)
    try:
        if make is not None:
            open_private(temporary).close()
            make(part, temporary)
            with temporary.open("rb+") as made:
                os.fsync(made.fileno())
        replace_synced(temporary, target)
    except OSError as error:
        raise unwritable(temporary, error) from None
    part.unlink(missing_ok=True)


def check_target(path: Path, option: str, read: Iterable[str | Path]) -> None:
    """Refuse an output that is a folder, a device or a file that is read; raises UsageError."""
    name = os.fspath(path)
    if "\0" in name or not path.name:
        raise UsageError(f"{option} {name!r} is no name of a file")
    if path.exists() and not path.is_file():
        raise UsageError(
            f"{option}: {name} is no file",
            hint="without --output the results go to stdout" if option == "--output" else "",
        )
    if not path.parent.is_dir():
        raise UsageError(f"{option}: there is no folder {path.parent}")
    present = [each for each in made_beside(path) if each.exists()]
    for other in filter(os.path.exists, read):
        if any(each.samefile(other) for each in present):
            raise UsageError(f"{option} {name} would overwrite {other}, which is read")


def check_apart(output: Path, rejects: Path) -> None:
    """Refuse a reject file that the output's own files would overwrite; raises UsageError."""

    def made(path: Path) -> set[Path]:
        return made_beside(path.parent.resolve() / path.name)

    if made(output) & made(rejects):
        raise UsageError(f"--output and --rejects both write {rejects}, or a file beside it")


def _take(file: BinaryIO, path: Path) -> None:
    """Take the lock of a part file; raises ConflictError where somebody else has it, or had it.

    Whoever had it may have given the file its name, between our opening and our locking it.
    """
    # On a file system without locks nobody can be kept out.
    with suppress(OSError):
        if not take_lock(file.fileno()):
            file.close()
            raise ConflictError(Problem("another batch is writing it", file=str(path)))
    try:
        is_ours = os.path.samestat(os.fstat(file.fileno()), os.stat(path))
    except OSError:
        is_ours = False
    if not is_ours:
        file.close()
        raise ConflictError(Problem("another batch has just written it", file=str(path)))


class BackgroundWriter:
    """Does what is left for later, in its order, while somebody else works out what comes next.

    Where that is not wanted it is done at once.
    """

    def __init__(self, *, is_wanted: bool = True) -> None:
        self._thread: ThreadPoolExecutor | None = None
        if is_wanted:
            from concurrent.futures import ThreadPoolExecutor as Pool

            self._thread = Pool(1)
        self._waiting: list[Future[None]] = []
        self._has_failed = False

    def do(self, work: Callable[[], None]) -> None:
        """Leave something for later; ``wait`` before what it looks at is changed."""
        if self._thread is None:
            work()
        else:
            self._waiting.append(self._thread.submit(self._unless_failed, work))

    def _unless_failed(self, work: Callable[[], None]) -> None:
        """Nothing is done behind what failed: no checkpoint may speak of half a block."""
        if self._has_failed:
            return
        self._has_failed = True
        work()
        self._has_failed = False

    def wait(self) -> None:
        """Wait until all is done; raises what the first raised that failed."""
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            one.result()

    def __enter__(self) -> None:
        """Nothing: it has begun when it was made."""

    def __exit__(self, *error: object) -> None:
        """Let what was begun come to its end, and begin nothing more."""
        if self._thread is not None:
            self._thread.shutdown(cancel_futures=True)
