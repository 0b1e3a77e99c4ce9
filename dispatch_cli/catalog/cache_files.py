"""Read and write the cache files with compiled forms; only private files are read."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

from ..files import is_private, write_private
from ..model.digest import blake2b

FOLDER = "catalog"


class _OpenFile:
    """An open file, which stays the same when another one replaces it under its name."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    def read_at(self, offset: int, length: int) -> bytes:
        """Read bytes from an offset; returns fewer at the end and after a read error."""
        try:
            return os.pread(self._fd, length, offset)
        except OSError:
            return b""

    def __del__(self) -> None:
        os.close(self._fd)


def cache_path(cache_dir: Path, main: str) -> Path:
    """Return the path of the compiled form of a main file, from the absolute path of that."""
    path = os.fsencode(os.path.abspath(main))
    return cache_dir / FOLDER / f"{blake2b(path, digest_size=16).hexdigest()}.bin"


def open_file(cache_dir: Path, main: str) -> Callable[[int, int], bytes] | None:
    """Open the compiled form for reading; None if it is missing or not private."""
    path = cache_path(cache_dir, main)
    try:
        fd = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
    except OSError:
        return None
    file = _OpenFile(fd)
    found = os.fstat(fd)
    if not stat.S_ISREG(found.st_mode) or not is_private(found):
        return None
    if hasattr(os, "pread"):
        return file.read_at
    with open(path, "rb") as whole:  # Windows, where a file in use cannot be replaced
        content = whole.read()
    return read_from_bytes(content)


def read_from_bytes(content: bytes) -> Callable[[int, int], bytes]:
    """Make a function that reads from bytes as from a file."""
    return lambda offset, length: content[offset : offset + length]


def save(cache_dir: Path, main: str, content: bytes) -> Path | None:
    """Write the compiled form and return its path; None if that is impossible."""
    target = cache_path(cache_dir, main)
    try:
        write_private(target, content)
    except OSError:
        return None
    return target
