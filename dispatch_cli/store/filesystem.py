"""What is known of the file system and the owners of a case log."""

import os
import re
import stat
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

_NETWORK = re.compile(r"nfs[34]?|cifs|smb[a-z0-9]*|9p|fuse\.(sshfs|rclone|s3fs)")
_LOCAL_FUSE = frozenset({"fuseblk", "fusectl"})
_MOUNTS = Path("/proc/self/mountinfo")


class _Mount(Struct, frozen=True):
    number: str
    parent: str
    place: str
    kind: str


def file_system_of(path: Path, mounts: str | None = None) -> str:
    """The type of the file system that a path is on; "" where the system does not tell.

    ``mounts`` is the system's table of them (man 5 proc_pid_mountinfo).
    """
    if mounts is None:
        try:
            mounts = _MOUNTS.read_bytes().decode("utf-8", "surrogateescape")
        except OSError:
            return ""
    way = _way_to(os.path.realpath(path), _parsed(mounts))
    return way[-1].kind if way else ""


def _parsed(mounts: str) -> list[_Mount]:
    found = []
    # A name may hold other ends of lines; a newline, a space and a backslash stand as octal codes.
    for line in mounts.split("\n"):
        before, dash, after = line.partition(" - ")
        fields = before.split(" ")
        if dash and len(fields) >= 5:
            place = re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), fields[4])
            found.append(_Mount(fields[0], fields[1], place, after.split(" ")[0]))
    return found


def _way_to(target: str, mounts: list[_Mount]) -> list[_Mount]:
    """The mounts that a path leads through, from the root to the one that it is on.

    A mount belongs to the one that it was made on (its parent). Of those on one mount the path
    comes to the outermost first, which hides what others have inside of it.
    """
    numbers = {each.number for each in mounts}
    # One whose parent the table does not have stands on the root.
    left = [
        replace(each, parent=each.parent if each.parent in numbers - {each.number} else "")
        for each in mounts
        if _is_within(target, each.place)
    ]
    way: list[_Mount] = []
    while here := [each for each in left if each.parent in ("", *(on.number for on in way[-1:]))]:
        shortest = min(len(each.place) for each in here)
        way.append([each for each in here if len(each.place) == shortest][-1])
        left.remove(way[-1])
    return way


def _is_within(path: str, place: str) -> bool:
    return path == place or path.startswith(place.rstrip("/") + "/")


def is_network(file_system: str) -> bool:
    """Whether file locks and shared memory on a file system do not reach all who can write."""
    return _NETWORK.fullmatch(file_system) is not None


def is_doubtful(file_system: str) -> bool:
    """Whether a file system is a program of its own (FUSE), whose locks and syncs are unknown."""
    return file_system.startswith("fuse") and file_system not in _LOCAL_FUSE


def is_read_only(path: Path) -> bool:
    """Whether the file system of an existing path takes no writes at all."""
    if not hasattr(os, "statvfs"):  # pragma: no cover - Windows
        return False
    return bool(os.statvfs(path).f_flag & os.ST_RDONLY)


def doubts(path: Path, kind: str) -> list[str]:
    """What makes a log at a path less safe than it could be, in sentences.

    ``kind`` is its file system; what others may do is ``shared_with``.
    """
    found = []
    if is_network(kind):
        found.append(f"{path} is on a network file system ({kind}): only this machine may use it")
    elif is_doubtful(kind):
        found.append(f"{path} is on {kind}, whose locks and syncs may not be those of a local disk")
    if path.exists() and is_read_only(path):
        found.append(
            f"{path} is on a read-only file system: it can be read, and nothing can be recorded"
        )
    return found + [f"{each}: others can change the case log" for each in shared_with(path)]


def shared_with(path: Path) -> list[str]:
    """What others own or can write of a log, the folders above it and the links on the way to it.

    Root counts as ourselves: it can write everywhere anyway.
    """
    if not hasattr(os, "geteuid"):  # pragma: no cover - Windows keeps such rights elsewhere
        return []
    ways = [each for each in reversed(path.parents) if each.is_symlink()]
    folder = Path(os.path.realpath(path.parent))
    above = [each for each in reversed(folder.parents) if not _is_sticky(each)]
    return [f"{each} {why}" for each in (*above, *ways, folder, path) for why in _shared(each)]


def _is_sticky(folder: Path) -> bool:
    """Whether in a folder, as in /tmp, only their owners can rename or remove files."""
    try:
        return bool(os.stat(folder).st_mode & stat.S_ISVTX)
    except OSError:
        return False


def _shared(path: Path) -> list[str]:
    try:
        found = os.lstat(path)
    except OSError:
        return []
    why = []
    if found.st_uid not in (0, os.geteuid()):
        why.append(f"belongs to {_name(found.st_uid)}")
    if stat.S_ISLNK(found.st_mode):
        return why
    mode = stat.S_IMODE(found.st_mode)
    if mode & stat.S_IWOTH:
        why.append(f"can be written by everybody (mode {mode:04o})")
    elif mode & stat.S_IWGRP:
        why.append(f"can be written by its group (mode {mode:04o})")
    return why


def _name(user: int) -> str:
    try:
        import pwd

        return pwd.getpwuid(user).pw_name
    except (ImportError, KeyError):
        return f"user {user}"
