"""Open the provider file as every command does."""

import os
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from .. import catalog, folders, places


def now() -> datetime:
    """Read the clock; each command does so once."""
    return datetime.now(UTC)


def holiday_dates(region: str, years: Sequence[int]) -> Sequence[date]:
    """All public holidays of a region, remembered in the cache folder."""
    from .. import almanac

    return almanac.holiday_dates(region, years, folders.cache_dir())


def find_catalog(option: Path | None) -> tuple[Path, str]:
    """Find the provider file: its path, and where that setting came from."""
    return catalog.find_file(
        None if option is None else str(option), os.environ, Path.cwd(), folders.config_dir()
    )


def open_catalog(option: Path | None, at: datetime | None = None) -> catalog.Catalog:
    """Find and load the provider file; raises BadDataError with everything wrong in it."""
    # Before the file is read: a provider's base may be a postcode.
    places.recall_postcodes(folders.cache_dir())
    path, source = find_catalog(option)
    return catalog.load(
        path,
        source=source,
        now=at or now(),
        cache_dir=folders.cache_dir(),
        holidays=holiday_dates,
    )
