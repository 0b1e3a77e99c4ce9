"""Make, check, sync and remove the files of a SQLite database."""

import os
import stat
from pathlib import Path

from ..messages import Message
from .log_faults import MOVE_AWAY, refused, second_name, symbolic_link

COMPANIONS = ("-wal", "-shm", "-journal")

VERSIONS_PLACE = 18
"""Offset of two bytes in a database's header: each is 2 with a write-ahead log, else 1.

https://www.sqlite.org/fileformat2.html, section 1.3.
"""


def refuse_odd(path: Path) -> bool:
    """Return whether there is a database; raises BadDataError unless its files are regular."""
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
            is_folder = stat.S_ISDIR(found.st_mode)
            why = (
                Message("a folder, not a case log") if is_folder else Message("not a regular file")
            )
            raise refused(each, why, MOVE_AWAY)
    return True


def refuse_second_name(path: Path) -> bool:
    """Return True for a file with one name; raises BadDataError for any other.

    A second name that an interrupted restore has given is allowed.
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
    """Make an empty file that only its owner may read; SQLite's companions get the same mode."""
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    os.close(os.open(path, flags, 0o600))


def remove(path: Path) -> None:
    """Remove a file and its companions, as left by a killed program."""
    remove_companions(path)
    path.unlink(missing_ok=True)


def is_same(one: Path, other: Path) -> bool:
    """Return whether two paths are names of one file; False if one of them does not exist."""
    try:
        return os.path.samestat(os.lstat(one), os.lstat(other))
    except OSError:
        return False


def remove_companions(path: Path) -> None:
    """Remove the companions of a database, which must contain no commits."""
    for suffix in COMPANIONS:
        Path(f"{path}{suffix}").unlink(missing_ok=True)


def flush(path: Path) -> None:
    """Sync the content of a file to the disk."""
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
