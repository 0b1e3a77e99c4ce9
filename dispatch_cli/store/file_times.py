"""Read the time of the last write to a case log, and restore it after reading.

The last connection that closes copies the write-ahead log into the database, and every connection
makes an empty ``-wal``: both change the times of files without a new commit.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path


def written_at(log: Path) -> datetime | None:
    """Return when a case log was last written; None without a file."""
    newest = max(_times(log).values(), default=None)
    return None if newest is None else datetime.fromtimestamp(newest / 1e9, UTC)


@contextmanager
def kept_times(log: Path) -> Iterator[None]:
    """Restore the modification time of a case log after a block that commits nothing.

    SQLite may write to the files without a commit. A file of another owner keeps the new time.
    """
    newest = max(_times(log).values(), default=None)
    try:
        yield
    finally:
        if newest is not None:
            for path, time in _times(log).items():
                if time > newest:
                    with suppress(OSError):
                        os.utime(path, ns=(newest, newest))


def _times(log: Path) -> dict[Path, int]:
    """Return the modification times, in ns, of the files that hold commits."""
    found = {}
    for path in (log, Path(f"{log}-wal")):
        with suppress(OSError):
            state = path.stat()
            if state.st_size:
                found[path] = state.st_mtime_ns
    return found
