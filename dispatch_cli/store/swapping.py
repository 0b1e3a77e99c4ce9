"""Put a database in the place of another so that a kill at any moment loses neither.

The old files get second names first (hard links). Then the new file takes the place in one step, so
that there is a whole log at the path at every moment. The companions of the old one go at last.
Where the old log is ``settled``, which means that its database alone has everything, its companions
go before that, and never after it: then they may be those of a program that has opened the new one.
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
"""Errors of a file system without hard links: there the old files are copied."""


def put_in_place(
    fresh: Path,
    path: Path,
    now: datetime,
    *,
    is_settled: bool,
    announce: Callable[[], None],
) -> tuple[str, ...]:
    """Put a file in the place of a log; returns the names under which the old files are kept.

    ``announce`` notes outside of both, on the disk, that from now on either may be at the path. An
    exception leaves the old log as it was, unless the new one is in place already.
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
                "the backup is in place, but what stood beside the log before, now"
                " {aside}, cannot be removed: {strerror}",
                aside=aside,
                strerror=error.strerror,
            ),
            hint="repeat the command once that is mended",
        ) from error
    return tuple(f"{aside}{suffix}" for suffix in suffixes)


def finish_interrupted(path: Path) -> None:
    """Take away the second names that a killed program has left; no program may be at it.

    Before the new file was in place, these are the names aside; afterwards, the old companions.
    """
    for aside in _sets_aside(path):
        is_still_there = is_same(path, Path(aside))
        for suffix in (*COMPANIONS, ""):
            here, there = Path(f"{path}{suffix}"), Path(f"{aside}{suffix}")
            if is_same(here, there):
                (there if is_still_there else here).unlink()


def set_aside(path: Path) -> list[str]:
    """What is still there of logs that a backup has replaced, and of a restore that was killed.

    Of each log its database, or its companions where they are without one.
    """
    return [
        next(f"{each}{suffix}" for suffix in _ALL if os.path.lexists(f"{each}{suffix}"))
        for each in [*_sets_aside(path), f"{path}.restored"]
        if _is_there(each)
    ]


def _sets_aside(path: Path) -> list[str]:
    """The names under which logs were kept, without the endings of companions."""
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
    """Give a file a second name, or copy it where it can have only one."""
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        make_private(Path(target))
        shutil.copyfile(source, target)
        flush(Path(target))
