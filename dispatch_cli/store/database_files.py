"""The files that make up a SQLite database: made private, removed, brought to the disk."""

import os
import stat
from pathlib import Path

from .log_faults import MOVE_AWAY, refused, second_name, symbolic_link

COMPANIONS = ("-wal", "-shm", "-journal")

VERSIONS_PLACE = 18
"""Place of two bytes in a database's header: each 2 with a write-ahead log, each 1 without one.

https://www.sqlite.org/fileformat2.html, section 1.3.
"""


def refuse_odd(path: Path) -> bool:
    """Whether there is a database; raises BadDataError where a file of it is no plain file."""
    for suffix in ("", *COMPANIONS):
        each = Path(f"{path}{suffix}")
        try:
            found = os.lstat(each)
        except FileNotFoundError:
            if not suffix:
                return False
            continue
        if stat.S_ISLNK(found.st_mode):
            raise symbolic_link(each)
        if not stat.S_ISREG(found.st_mode):
            kind = "a folder" if stat.S_ISDIR(found.st_mode) else "no plain file"
            raise refused(each, f"{kind}, not a case log", MOVE_AWAY)
    return True


def refuse_second_name(path: Path) -> bool:
    """Whether a file has one name; raises BadDataError otherwise, but for one that a restore gives.

    A restore that was killed may have left the name to which it was about to move the log aside.
    """
    found = os.lstat(path)
    if found.st_nlink == 1:
        return True
    with os.scandir(path.parent) as entries:
        for each in entries:
            if each.name.startswith(f"{path.name}.replaced-") and each.inode() == found.st_ino:
                return True
    raise second_name(path)


def make_private(path: Path) -> None:
    """Make an empty file that only its owner may read; SQLite's own beside it follow its mode."""
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    os.close(os.open(path, flags, 0o600))


def remove(path: Path) -> None:
    """Remove what a killed program may have left of a file that was being made."""
    remove_companions(path)
    path.unlink(missing_ok=True)


def is_same(one: Path, other: Path) -> bool:
    """Whether two paths are names of one file; False where one of them has no file."""
    try:
        return os.path.samestat(os.lstat(one), os.lstat(other))
    except OSError:
        return False


def remove_companions(path: Path) -> None:
    """Remove what stands beside a database; the caller knows that it holds nothing."""
    for suffix in COMPANIONS:
        Path(f"{path}{suffix}").unlink(missing_ok=True)


def flush(path: Path) -> None:
    """Have a file's content on the disk."""
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
