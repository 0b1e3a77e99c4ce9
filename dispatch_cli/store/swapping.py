"""Replace a database by another one so that a kill at any moment loses neither.

First the old files get second names (hard links). Then the new file is renamed to the path, so that
there is a complete log at every moment. The companions of the old log are removed last. If the old
log is ``settled``, which means that its database has all commits, they are removed before the
rename, because afterwards they may belong to a program that has opened the new log.
"""

import errno
import os
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from ..errors import Problem, UnavailableError
from ..files import flush_folder, replace_synced
from .database_files import COMPANIONS, flush, is_same, make_private, remove_companions
from .log_faults import explained

_ALL = ("", *COMPANIONS)
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK)
"""Errors of a file system without hard links, where the old files are copied."""


def put_in_place(
    fresh: Path,
    path: Path,
    now: datetime,
    *,
    is_settled: bool,
    announce: Callable[[], None],
) -> tuple[str, ...]:
    """Put a file in the place of a log; returns the new names of the old files.

    ``announce`` records in the lock file that from now on either log may be at the path. After an
    exception the old log is unchanged, unless the new one is in place already.
    """
    aside = _free_name(path, now)
    kept = ("",) if is_settled else _ALL
    suffixes = [suffix for suffix in kept if os.path.lexists(f"{path}{suffix}")]
    try:
        for suffix in suffixes:
            _keep(f"{path}{suffix}", f"{aside}{suffix}")
        flush_folder(path.parent)
        announce()
        if is_settled:
            remove_companions(path)
        replace_synced(fresh, path)
    except BaseException:
        if os.path.lexists(fresh):
            for suffix in suffixes:
                Path(f"{aside}{suffix}").unlink(missing_ok=True)
        elif not is_settled:
            remove_companions(path)
        raise
    try:
        if not is_settled:
            remove_companions(path)
    except OSError as error:
        raise UnavailableError(
            Problem.at(
                path,
                "the backup is in place, but the companions of the old log, now {aside}, cannot"
                " be removed: {strerror}",
                aside=aside,
                strerror=error.strerror,
            ),
            hint="fix the cause and repeat the command",
        ) from error
    return tuple(f"{aside}{suffix}" for suffix in suffixes)


def finish_interrupted(path: Path) -> None:
    """Remove the second names that a killed restore has left; the lock must be held.

    If the old log is still in place, these are the names aside, else the old companions.
    """
    for aside in _sets_aside(path):
        is_still_there = is_same(path, Path(aside))
        for suffix in (*COMPANIONS, ""):
            here, there = Path(f"{path}{suffix}"), Path(f"{aside}{suffix}")
            if is_same(here, there):
                (there if is_still_there else here).unlink()


def set_aside(path: Path) -> list[str]:
    """List the logs that were replaced by backups, and the file of a killed restore.

    Each is its database, or a companion if the database is missing.
    """
    return [
        next(f"{each}{suffix}" for suffix in _ALL if os.path.lexists(f"{each}{suffix}"))
        for each in [*_sets_aside(path), f"{path}.restored"]
        if _is_there(each)
    ]


def _sets_aside(path: Path) -> list[str]:
    """List the names of replaced logs, without the suffixes of companions."""
    if not path.parent.is_dir():
        return []
    prefix = f"{path.name}.replaced-"
    with explained(path):
        names = [each.name for each in path.parent.iterdir() if each.name.startswith(prefix)]
    for suffix in COMPANIONS:
        names = [name.removesuffix(suffix) for name in names]
    return [str(path.with_name(name)) for name in sorted(set(names))]


def _free_name(path: Path, now: datetime) -> str:
    name = f"{path}.replaced-{now:%Y%m%dT%H%M%S}"
    aside, number = name, 1
    while _is_there(aside):
        number += 1
        aside = f"{name}-{number}"
    return aside


def _is_there(name: str) -> bool:
    return any(os.path.lexists(f"{name}{suffix}") for suffix in _ALL)


def _keep(source: str, target: str) -> None:
    """Give a file a second name, or copy it if the file system has no hard links."""
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        make_private(Path(target))
        shutil.copyfile(source, target)
        flush(Path(target))
