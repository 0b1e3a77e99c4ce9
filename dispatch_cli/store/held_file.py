"""Keep a file open, and compare it with the file at its path."""

import os
from pathlib import Path

from msgspec import Struct


class _Descriptor(Struct):
    file: int
    users: int


# POSIX releases all locks of a process on a file when it closes any descriptor of it, also SQLite's
# (https://www.sqlite.org/howtocorrupt.html, 2.2): each file has one, closed with its last user.
_descriptors: dict[tuple[int, int], _Descriptor] = {}


class HeldFile:
    """A file that is kept open beside SQLite, for writing if that is allowed. Raises OSError."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.key = _key(path)
        kept = _descriptors.get(self.key)
        if kept is None:
            file = _open(path)
            found = os.fstat(file)
            self.key = (found.st_dev, found.st_ino)
            kept = _descriptors.setdefault(self.key, _Descriptor(file, 0))
        kept.users += 1
        self.file = kept.file

    def is_in_place(self) -> bool:
        """Return whether the path still leads to this file."""
        try:
            return _key(self.path) == self.key
        except FileNotFoundError:
            return False

    def close(self) -> None:
        """Close the file; the connection to it must be closed before."""
        kept = _descriptors[self.key]
        kept.users -= 1
        if not kept.users:
            del _descriptors[self.key]
            os.close(kept.file)


def _open(path: Path) -> int:
    flags = 0
    for name in ("O_NOFOLLOW", "O_BINARY", "O_CLOEXEC"):
        flags |= getattr(os, name, 0)
    try:
        return os.open(path, os.O_RDWR | flags)
    except OSError:
        return os.open(path, os.O_RDONLY | flags)


def _key(path: Path) -> tuple[int, int]:
    found = os.lstat(path)
    return found.st_dev, found.st_ino
