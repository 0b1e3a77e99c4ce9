"""Open the provider file as every command does."""

import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from .. import catalog, folders, store
from ..errors import BadDataError, DispatchError
from ..messages import Message
from ..model import Observations

if TYPE_CHECKING:
    from ..store import Store


def now() -> datetime:
    """Read the clock; each command does so once."""
    return datetime.now(UTC)


def holiday_dates(region: str, years: Sequence[int]) -> Sequence[date]:
    """All public holidays of a region, remembered in the cache folder."""
    from .. import public_holidays

    return public_holidays.holiday_dates(region, years, folders.cache_dir())


def find_catalog(option: Path | None) -> tuple[Path, str]:
    """Find the provider file: its path, and where that setting came from."""
    return catalog.find_file(
        None if option is None else str(option), os.environ, Path.cwd(), folders.config_dir()
    )


def open_catalog(option: Path | None, at: datetime | None = None) -> catalog.Catalog:
    """Find and load the provider file; raises BadDataError with everything wrong in it."""
    path, source = find_catalog(option)
    return catalog.load(
        path,
        source=source,
        now=at or now(),
        cache_dir=folders.cache_dir(),
        holidays=holiday_dates,
    )


def refuse_sample(opened: catalog.Catalog, *, is_wanted: bool) -> None:
    """Refuse the packaged sample unless it was asked for; raises BadDataError."""
    if opened.source == "sample" and not is_wanted:
        raise BadDataError(
            "no provider file: the packaged sample cannot be worked with, nobody can be called",
            hint='"dispatch providers init" starts your own; --sample is for trying things out',
        )


def open_own_catalog(option: Path | None, at: datetime, *, sample: bool) -> catalog.Catalog:
    """Load a provider file to work with; raises BadDataError for the packaged sample.

    ``sample``: the user wants to try things out with invented firms.
    """
    found = open_catalog(option, at)
    refuse_sample(found, is_wanted=sample)
    return found


def store_at(
    option: Path | None,
    at: datetime,
    *,
    on_network: bool = False,
    warn: Callable[[Message | str], None] = lambda text: None,
) -> "Store":
    """Prepare the case log that was named, else the user's own; nothing is read or made yet.

    ``warn`` is called with what makes the file less safe than it could be.
    """
    notices = store.StoreNotices(_say_on_terminal, warn)
    return store.open_store(_log_path(option), now=at, on_network=on_network, notices=notices)


def _say_on_terminal(text: Message | str) -> None:
    if sys.stderr.isatty():
        from ..render.wording import worded

        sys.stderr.write(f"{worded(text)}\n")
        sys.stderr.flush()


def _log_path(option: Path | None) -> Path:
    return Path(os.path.abspath(option or store.default_path(folders.state_dir())))


def observe_case_log(
    option: Path | None,
    known: catalog.Catalog,
    at: datetime,
    *,
    learned: bool,
    on_network: bool = False,
) -> tuple[Observations, list[str]]:
    """Read what the case log knows for a ranking, and warn where that cannot be had.

    A log that cannot be read takes nobody's help away: then the file alone counts.
    """
    path = _log_path(option)
    try:
        # Before a store is made: the modules of the case log take 2 ms to import.
        if not path.exists():
            missing = [f"{path}: there is no case log: the file's values count"]
            return Observations(), missing if option is not None else []
        from ..cases.observe_log import observe

        with store_at(path, at, on_network=on_network) as log, log.reading() as reader:
            return observe(known, reader, at, learned=learned), []
    except (DispatchError, OSError) as error:
        return Observations(), [
            f'ranked without the case log: {error}; see "dispatch doctor"',
        ]
