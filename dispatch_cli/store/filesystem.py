"""Find the file system of a case log, and the users who can change it."""

import os
import re
import stat
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from ..messages import Message

_NETWORK = re.compile(r"nfs[34]?|cifs|smb[a-z0-9]*|9p|fuse\.(sshfs|rclone|s3fs)")
_LOCAL_FUSE = frozenset({"fuseblk", "fusectl"})
_MOUNTS = Path("/proc/self/mountinfo")


class _Mount(Struct, frozen=True):
    number: str
    parent: str
    place: str
    kind: str


def file_system_of(path: Path, mounts: str | None = None) -> str:
    """Return the type of the file system of a path; "" if the system does not tell.

    ``mounts`` is the table of mounts (man 5 proc_pid_mountinfo). Default: that of the system.
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
    # A name may contain other line separators; newline, space and backslash are octal codes.
    for line in mounts.split("\n"):
        before, dash, after = line.partition(" - ")
        fields = before.split(" ")
        if dash and len(fields) >= 5:
            place = re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), fields[4])
            found.append(_Mount(fields[0], fields[1], place, after.split(" ")[0]))
    return found


def _way_to(target: str, mounts: list[_Mount]) -> list[_Mount]:
    """List the mounts on the way to a path, from the root to its own.

    Each mount has a parent, on which it was made. Of several on one parent, the outermost comes
    first on the way, and hides the ones inside of it.
    """
    numbers = {each.number for each in mounts}
    # A mount whose parent is not in the table is treated as one on the root.
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
    """Return whether a file system is on a network, without shared locks and memory."""
    return _NETWORK.fullmatch(file_system) is not None


def is_doubtful(file_system: str) -> bool:
    """Return whether a file system is a program (FUSE), whose locks and syncs are unknown."""
    return file_system.startswith("fuse") and file_system not in _LOCAL_FUSE


def is_read_only(path: Path) -> bool:
    """Return whether the file system of an existing path is read-only."""
    if not hasattr(os, "statvfs"):  # pragma: no cover - Windows
        return False
    return bool(os.statvfs(path).f_flag & os.ST_RDONLY)


def risks(path: Path, kind: str) -> list[Message]:
    """List the risks of a log at a path, as sentences; ``kind`` is its file system."""
    found = []
    if is_network(kind):
        found.append(
            Message(
                "{path} is on a network file system ({file_system}): only this machine may use it",
                path=path,
                file_system=kind,
            )
        )
    elif is_doubtful(kind):
        found.append(
            Message(
                "{path} is on {file_system}, whose locks and syncs may not be those of a local"
                " disk",
                path=path,
                file_system=kind,
            )
        )
    if path.exists() and is_read_only(path):
        found.append(
            Message(
                "{path} is on a read-only file system: it can be read, and nothing can be recorded",
                path=path,
            )
        )
    others = (
        Message("{shared}: others can change the case log", shared=each)
        for each in shared_with(path)
    )
    return [*found, *others]


def shared_with(path: Path) -> list[Message]:
    """List files, folders and links on the way to a log that other users own or can write.

    Root does not count, because it can write everywhere.
    """
    if not hasattr(os, "geteuid"):  # pragma: no cover - Windows has other permissions
        return []
    ways = [each for each in reversed(path.parents) if each.is_symlink()]
    folder = Path(os.path.realpath(path.parent))
    above = [each for each in reversed(folder.parents) if not _is_sticky(each)]
    return [found for each in (*above, *ways, folder, path) for found in _shared(each)]


def _is_sticky(folder: Path) -> bool:
    """Return whether only owners can rename or remove files in a folder, as in /tmp."""
    try:
        return bool(os.stat(folder).st_mode & stat.S_ISVTX)
    except OSError:
        return False


def _shared(path: Path) -> list[Message]:
    try:
        found = os.lstat(path)
    except OSError:
        return []
    shared = []
    if found.st_uid not in (0, os.geteuid()):
        shared.append(Message("{path} belongs to {owner}", path=path, owner=_name(found.st_uid)))
    if stat.S_ISLNK(found.st_mode):
        return shared
    mode = stat.S_IMODE(found.st_mode)
    if mode & stat.S_IWOTH:
        shared.append(
            Message("{path} can be written by all users (mode {mode:04o})", path=path, mode=mode)
        )
    elif mode & stat.S_IWGRP:
        shared.append(
            Message("{path} can be written by its group (mode {mode:04o})", path=path, mode=mode)
        )
    return shared


def _name(user: int) -> Message | str:
    try:
        import pwd

        return pwd.getpwuid(user).pw_name
    except (ImportError, KeyError):
        return Message("user {user_id}", user_id=user)
