"""Open the provider file and the case log, as every command does."""

import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from .. import catalog, folders, store
from ..errors import BadDataError, DispatchError
from ..messages import Message, joined
from ..model import Observations
from ..render import answer_times
from . import screen_language

if TYPE_CHECKING:
    from ..road_ranking import RoadTables
    from ..store import Store


def now() -> datetime:
    """Read the clock; each command does so once."""
    return datetime.now(UTC)


def holiday_dates(region: str, years: Sequence[int]) -> Sequence[date]:
    """Return the public holidays of a region; they are kept in the cache folder."""
    from .. import public_holidays

    return public_holidays.holiday_dates(region, years, folders.cache_dir())


def find_catalog(option: Path | None) -> tuple[Path, str]:
    """Find the provider file; returns its path, and the source of that path."""
    return catalog.find_file(
        None if option is None else str(option), os.environ, Path.cwd(), folders.config_dir()
    )


def open_catalog(option: Path | None, at: datetime | None = None) -> catalog.Catalog:
    """Find and load the provider file; raises BadDataError with all its problems."""
    path, source = find_catalog(option)
    opened = catalog.load(
        path,
        source=source,
        now=at or now(),
        cache_dir=folders.cache_dir(),
        holidays=holiday_dates,
    )
    screen_language.set_from_file(opened.rules.desk.language)
    answer_times.set_zone(opened.rules.settings.timezone)
    return opened


def refuse_sample(opened: catalog.Catalog, *, is_wanted: bool) -> None:
    """Raise BadDataError for the packaged sample unless ``--sample`` was typed."""
    if opened.source == "sample" and not is_wanted:
        raise BadDataError(
            "no provider file found; the packaged sample has only invented firms",
            hint='start your own file with "dispatch providers init", or try out with --sample',
        )


def open_own_catalog(option: Path | None, at: datetime, *, sample: bool) -> catalog.Catalog:
    """Find and load a provider file; raises BadDataError for the sample without ``sample``."""
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
    """Make a case log object for ``option``, else for the user's own log, without reading it.

    ``warn`` is called with each reason why the file is less safe than it could be.
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
    roads: "RoadTables | None" = None,
) -> tuple[Observations, list[Message]]:
    """Read the observations of the case log for a ranking.

    If the log cannot be read, the provider file alone counts, with a warning.
    """
    path = _log_path(option)
    try:
        # Before the import of the case log's modules, which takes 2 ms.
        if not path.exists():
            missing = Message(
                "{path}: there is no case log; the values of the provider file are used", path=path
            )
            return Observations(), [missing] if option is not None else []
        from ..cases.observe_log import observe

        with store_at(path, at, on_network=on_network) as log, log.reading() as reader:
            return observe(known, reader, at, learned=learned, roads=roads), []
    except (DispatchError, OSError) as error:
        problems = error.problems if isinstance(error, DispatchError) else (str(error),)
        why = joined(Message("{problem}", problem=each) for each in problems)
        ranked = Message('ranked without the case log: {why}; see "dispatch doctor"', why=why)
        return Observations(), [ranked]
