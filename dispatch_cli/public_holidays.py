"""List the public holidays of a region, from the package ``holidays`` through a cache.

Importing that package takes about 140 ms, so the dates of each region and year are kept in one JSON
file. A file that is damaged, foreign or of another version is built anew.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from pathlib import Path

import msgspec

from .files import read_private, state_of_package, write_private
from .hours import parse_region

_FILE = "holidays.json"
_MOST_BYTES = 1_000_000  # 20 regions x 50 years are 150 kB


class _Cache(msgspec.Struct, frozen=True):
    """The file; ``source`` is the state of the German calendar of the package."""

    schema: str
    source: str
    dates: dict[str, dict[int, tuple[date, ...]]]


_SCHEMA = "dispatch.holidays/1"


def holiday_dates(region: str, years: Iterable[int], cache_dir: Path | None) -> tuple[date, ...]:
    """List all public holidays, national and regional, of a region such as ``BY+catholic``.

    Sorted and distinct; there are none before 1991 and after 4099. Without a ``cache_dir`` that can
    be read and written, every call uses the package. Raises ValueError for an unknown region.
    """
    name = parse_region(region)
    wanted = sorted(set(years))
    # The file with the German calendar stands for the version of the package.
    source = state_of_package("holidays", "countries", "germany.py") if cache_dir else ""
    path = cache_dir / _FILE if cache_dir and source else None
    known = _read(path, source).get(name, {}) if path else {}
    missing = [year for year in wanted if year not in known]
    if missing:
        found = _computed(name, missing)
        known = known | found
        if path:
            _add(path, source, name, found)
    return tuple(day for year in wanted for day in known[year])


def _computed(region: str, years: list[int]) -> dict[int, tuple[date, ...]]:
    import holidays

    land, _, category = region.partition("+")
    categories = (holidays.PUBLIC, category) if category else (holidays.PUBLIC,)
    calendar = holidays.country_holidays("DE", subdiv=land, years=years, categories=categories)
    return {year: tuple(sorted(day for day in calendar if day.year == year)) for year in years}


def _read(path: Path, source: str) -> dict[str, dict[int, tuple[date, ...]]]:
    content = read_private(path, _MOST_BYTES)
    if content is None:
        return {}
    try:
        cache = msgspec.json.decode(content, type=_Cache)
    except (msgspec.MsgspecError, RecursionError):  # damaged or foreign
        return {}
    sound = (
        cache.schema == _SCHEMA
        and cache.source == source
        and all(
            day.year == year
            for by_year in cache.dates.values()
            for year, days in by_year.items()
            for day in days
        )
    )
    return cache.dates if sound else {}


def _add(path: Path, source: str, region: str, found: dict[int, tuple[date, ...]]) -> None:
    """Add dates to the file, and to those that another process has added meanwhile.

    The last rename counts; dates that are lost by it are computed again.
    """
    dates = _read(path, source)
    dates = dates | {region: dates.get(region, {}) | found}
    content = msgspec.json.encode(_Cache(_SCHEMA, source, dates))
    with suppress(OSError):  # without the file the dates are computed at each start
        write_private(path, content)
