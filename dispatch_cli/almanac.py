"""Public holidays by region, from the ``holidays`` package through a small cache.

Loading that package takes about 140 ms, so a (region, year) is asked of it once and then kept in
one JSON file. The file is data of no weight: whatever is odd about it, it is built anew.
"""

import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from pathlib import Path

import msgspec

from .hours import parse_region

_FILE = "holidays.json"
_MOST_BYTES = 1_000_000  # 20 regions x 50 years are 150 kB


class _Cache(msgspec.Struct, frozen=True):
    """``source`` is the state of the package's German calendar from which the dates come."""

    schema: str
    source: str
    dates: dict[str, dict[int, tuple[date, ...]]]


_SCHEMA = "dispatch.holidays/1"


def holiday_dates(region: str, years: Iterable[int], cache_dir: Path | None) -> tuple[date, ...]:
    """List all public holidays, national and regional, of a region such as ``BY+catholic``.

    In order, without doubles; nothing before 1991 and after 4099. Without ``cache_dir``, or where
    it cannot be read or written, every call asks the package. Raises ValueError for an unknown
    region.
    """
    name = parse_region(region)
    wanted = sorted(set(years))
    source = _source() if cache_dir else ""
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


def _source() -> str:
    """The state of the installed calendar: path, size and time of the file that decides the dates.

    It stands for the version, which importlib.metadata would need 50 ms to tell, and importlib.util
    5 ms to locate; looking along the path costs 0.05 ms. "" if it is not there as a file.
    """
    for folder in sys.path:
        with suppress(OSError):  # not in this folder
            path = os.path.join(folder, "holidays", "countries", "germany.py")
            state = os.stat(path)
            return f"{path} {state.st_size} {state.st_mtime_ns}"
    return ""


def _read(path: Path, source: str) -> dict[str, dict[int, tuple[date, ...]]]:
    try:
        with path.open("rb") as file:
            cache = msgspec.json.decode(file.read(_MOST_BYTES), type=_Cache)
    except (OSError, msgspec.MsgspecError, RecursionError):  # absent, unreadable, damaged, foreign
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
    """Put dates into the file, with what another process has put there meanwhile.

    Whoever renames last wins; dates that are lost by that are asked for again.
    """
    import tempfile

    dates = _read(path, source)
    dates = dates | {region: dates.get(region, {}) | found}
    content = msgspec.json.encode(_Cache(_SCHEMA, source, dates))
    with suppress(OSError):  # a folder that cannot be written to only costs the time again
        for folder in reversed([path.parent, *path.parent.parents]):
            folder.mkdir(mode=0o700, exist_ok=True)  # "parents" would leave those to the umask
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{_FILE}.")  # mode 0600
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            os.replace(temporary, path)
        finally:
            with suppress(FileNotFoundError):  # renamed
                os.unlink(temporary)
