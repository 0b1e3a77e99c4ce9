"""Write files atomically, for their owner only or for all; lock files; check owner and mode."""

import errno
import os
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_STALE_AFTER_S = 3600
_SUFFIX = ".tmp"
_LOCK_RETRY_S = 0.02
NO_LOCKS = (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS)
"""Errors of a file system without locks."""
NO_FLUSH = (errno.EINVAL, errno.ENOTSUP, errno.EROFS)
"""Errors of a file system that cannot flush a folder by itself."""


def write_private(path: Path, content: bytes) -> None:
    """Write a file atomically, with mode 0600 in folders of mode 0700.

    A concurrent reader sees the old file or the new one. Raises OSError.
    """
    make_private_folder(path.parent)
    _put(path, content, 0o600)


def write_shared(path: Path, content: bytes) -> None:
    """Write a file atomically, with mode 0644 in an existing folder.

    It is flushed to the disk before the rename; a link of that name is replaced, not followed.
    Raises OSError.
    """
    _put(path, content, 0o644, on_disk=True)


def write_owned(path: Path, content: bytes) -> None:
    """Write a file atomically, with mode 0600 in an existing folder; a link is replaced.

    It is flushed to the disk before the rename. Raises OSError.
    """
    _put(path, content, 0o600, on_disk=True)


def rewrite(path: Path, content: bytes, found: os.stat_result) -> None:
    """Replace the content of a file atomically; it keeps its mode, and its owner where allowed.

    ``found`` is the status of the file, which must be no link. After a failure or a kill it is the
    old file, whole. Raises OSError.
    """
    _put(path, content, stat.S_IMODE(found.st_mode), on_disk=True, owner=found)
    with suppress(OSError):  # the rename has succeeded
        flush_folder(path.parent)


def write_new(path: Path, content: bytes) -> None:
    """Write a file that does not exist yet, whole or not at all.

    Raises FileExistsError if it exists, else OSError.
    """
    if os.path.lexists(path):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    _put(path, content, 0o666, on_disk=True, is_new=True)
    with suppress(OSError):
        flush_folder(path.parent)


def _put(
    path: Path,
    content: bytes,
    mode: int,
    *,
    on_disk: bool = False,
    owner: os.stat_result | None = None,
    is_new: bool = False,
) -> None:
    temporary = f"{path}.{os.getpid()}-{os.urandom(4).hex()}{_SUFFIX}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(os.open(temporary, flags, mode), "wb") as file:
            if owner is not None:
                _take_over(file.fileno(), owner)
            file.write(content)
            if on_disk:
                file.flush()
                os.fsync(file.fileno())
        if is_new:
            _name_new(temporary, path)
        else:
            os.replace(temporary, path)
    except BaseException:  # Ctrl-C as well
        with suppress(OSError):
            os.unlink(temporary)
        raise
    _sweep(path)


def _take_over(file: int, owner: os.stat_result) -> None:
    """Give a file the mode of another one, which the umask changes, and its owner."""
    if hasattr(os, "fchown"):
        with suppress(OSError):  # only root may give a file away
            os.fchown(file, owner.st_uid, owner.st_gid)
        os.fchmod(file, stat.S_IMODE(owner.st_mode))


def _name_new(temporary: str, path: Path) -> None:
    """Give a file its name unless another file has it; a rename would replace that one."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from None
        os.rename(temporary, path)
    else:
        os.unlink(temporary)


@contextmanager
def hold_file(path: Path) -> Iterator[None]:
    """Hold a lock on a file that is replaced by others, in a ``with`` block; waits for it.

    Without locks in the file system, and on Windows, where an open file cannot be replaced, there
    is no lock. Raises OSError.
    """
    if os.name == "nt":  # pragma: no cover
        yield
        return
    while True:
        file = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        try:
            try:
                take_lock(file, wait=True)
            except OSError as error:
                if error.errno not in NO_LOCKS:
                    raise
            # Another program may have replaced the file while this one waited.
            if os.path.samestat(os.fstat(file), os.stat(path)):
                yield
                return
        finally:
            os.close(file)


def replace_synced(temporary: Path, path: Path) -> None:
    """Rename a file that is flushed to the disk, and flush the folder. Raises OSError."""
    os.replace(temporary, path)
    with suppress(OSError):  # the rename has succeeded
        flush_folder(path.parent)


def flush_folder(folder: Path) -> None:
    """Flush the names in a folder to the disk, where the system can. Raises OSError."""
    try:
        file = os.open(folder, os.O_RDONLY)
    except OSError:  # Windows opens no folders, and flushes names by itself
        return
    try:
        os.fsync(file)
    except OSError as error:
        if error.errno not in NO_FLUSH:
            raise
    finally:
        os.close(file)


@contextmanager
def hold_lock(path: Path, *, wait_s: float = 0.0) -> Iterator[bool]:
    """Hold a lock file in a ``with`` block; yields False if another process has it for ``wait_s``.

    The lock ends with the process. Raises OSError if the file cannot be made.
    """
    if not path.parent.exists():
        make_private_folder(path.parent)
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
    lock = os.open(path, flags, 0o600)
    end = time.monotonic() + wait_s
    try:
        while not (is_held := take_lock(lock)) and time.monotonic() < end:
            time.sleep(_LOCK_RETRY_S)
        yield is_held
    finally:
        os.close(lock)


def take_lock(file: int, *, wait: bool = False) -> bool:
    """Lock an open file until the process ends; returns False if another process has the lock.

    Raises OSError on a file system without locks: see ``NO_LOCKS``.
    """
    try:
        import fcntl
    except ImportError:  # pragma: no cover - Windows
        import msvcrt

        try:
            # It waits at most ten seconds.
            mode = msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK  # type: ignore[attr-defined]
            msvcrt.locking(file, mode, 1)  # type: ignore[attr-defined]
        except OSError:
            return False
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    return True


def make_private_folder(folder: Path) -> None:
    """Make a folder and its parents with mode 0700, also for a folder of our own that exists.

    Raises OSError.
    """
    for each in reversed([folder, *folder.parents]):
        # "parents=True" would give the parents the mode of the umask.
        each.mkdir(mode=0o700, exist_ok=True)
    found = os.lstat(folder)
    if _is_own(found) and not is_private(found):
        os.chmod(folder, 0o700)


def is_private(found: os.stat_result) -> bool:
    """Return whether the file is our own and no other user can read or write it."""
    return _is_own(found) and not stat.S_IMODE(found.st_mode) & 0o077


def only_owner_writes(found: os.stat_result) -> bool:
    """Return whether only the owner, ourselves or root, can write the file."""
    if not hasattr(os, "geteuid"):
        return True  # Windows has other access rights
    return found.st_uid in (0, os.geteuid()) and not stat.S_IMODE(found.st_mode) & 0o022


def read_private(path: Path, limit: int) -> bytes | None:
    """Read a private file; None if it is missing, not private or over ``limit`` bytes."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(os.open(path, flags), "rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode) or not is_private(found) or found.st_size > limit:
                return None
            return file.read()
    except OSError:
        return None


def state_of_package(*parts: str) -> str:
    """Return path, size and time of a file of an installed package; "" if there is no such file.

    They stand for the version of the package: importlib.metadata takes 50 ms for the version,
    importlib.util 5 ms to find the file, this search of ``sys.path`` 0.05 ms.
    """
    for folder in sys.path:
        with suppress(OSError):  # not in this folder
            path = os.path.join(folder, *parts)
            found = os.stat(path)
            return f"{path} {found.st_size} {found.st_mtime_ns}"
    return ""


def _is_own(found: os.stat_result) -> bool:
    return not hasattr(os, "geteuid") or found.st_uid == os.geteuid()


def _sweep(path: Path) -> None:
    """Remove temporary files of this file that a killed process left over an hour ago."""
    with suppress(OSError), os.scandir(path.parent) as entries:
        left = [
            entry
            for entry in entries
            if entry.name.startswith(path.name) and entry.name.endswith(_SUFFIX)
        ]
        newest = path.stat().st_mtime
        for entry in left:
            if entry.stat(follow_symlinks=False).st_mtime < newest - _STALE_AFTER_S:
                os.unlink(entry.path)
