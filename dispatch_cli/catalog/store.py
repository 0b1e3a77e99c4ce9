"""Where the compiled form is kept: read only what is one's own, written whole or not at all."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

from ..model.digest import blake2b

FOLDER = "catalog"
_STALE_AFTER_S = 3600


class _OpenFile:
    """A file that stays the same while others replace it under its name."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    def read_at(self, offset: int, length: int) -> bytes:
        """Read from an offset; fewer bytes where the file ends or cannot be read."""
        try:
            return os.pread(self._fd, length, offset)
        except OSError:
            return b""

    def __del__(self) -> None:
        os.close(self._fd)


def path_of(cache_dir: Path, main: str) -> Path:
    """Where the compiled form of a main file is kept, by the file's absolute path."""
    path = os.fsencode(os.path.abspath(main))
    return cache_dir / FOLDER / f"{blake2b(path, digest_size=16).hexdigest()}.bin"


def open_file(cache_dir: Path, main: str) -> Callable[[int, int], bytes] | None:
    """Open the compiled form for reading; None if there is none or it is not one's own."""
    path = path_of(cache_dir, main)
    try:
        fd = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
    except OSError:
        return None
    file = _OpenFile(fd)
    found = os.fstat(fd)
    if not stat.S_ISREG(found.st_mode) or not _is_private(found):
        return None
    if hasattr(os, "pread"):
        return file.read_at
    with open(path, "rb") as whole:  # Windows, where a file in use cannot be replaced
        content = whole.read()
    return in_memory(content)


def in_memory(content: bytes) -> Callable[[int, int], bytes]:
    """Read from bytes as from a file."""
    return lambda offset, length: content[offset : offset + length]


def save(cache_dir: Path, main: str, content: bytes) -> Path | None:
    """Write the compiled form beside its place and move it there; None if that is impossible."""
    target = path_of(cache_dir, main)
    folder = target.parent
    temporary = f"{target}.{os.getpid()}-{os.urandom(4).hex()}.tmp"
    try:
        os.makedirs(cache_dir, mode=0o700, exist_ok=True)
        os.makedirs(folder, mode=0o700, exist_ok=True)
        if not _is_private(os.lstat(folder)):
            os.chmod(folder, 0o700)
        _sweep(folder)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(temporary, flags, 0o600), "wb") as file:
            file.write(content)
        os.replace(temporary, target)
    except OSError:
        _remove(temporary)
        return None
    return target


def _is_private(found: os.stat_result) -> bool:
    """Whether nobody else can have written it."""
    if not hasattr(os, "geteuid"):
        return True
    return found.st_uid == os.geteuid() and not found.st_mode & 0o077


def _sweep(folder: Path) -> None:
    """Remove what writers have left behind that were killed more than an hour ago."""
    with os.scandir(folder) as entries:
        left = [entry for entry in entries if entry.name.endswith(".tmp")]
    if left:
        newest = max(entry.stat(follow_symlinks=False).st_mtime for entry in left)
        for entry in left:
            if entry.stat(follow_symlinks=False).st_mtime < newest - _STALE_AFTER_S:
                _remove(entry.path)


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return
