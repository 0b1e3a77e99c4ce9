"""Small provider files for the tests of the catalog."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from dispatch_cli.catalog import Catalog, load
from dispatch_cli.errors import BadDataError

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

HUBER = """
[[provider]]
id = "huber"
name = "Abschlepp Huber"
phone = "089 99998-207"
services = ["tow"]
base = "48.3645,10.8928"
area = { radius_km = 30 }
"""
"""One provider in Augsburg with the keys that must be there, and no others."""


def no_holidays(region: str, years: Sequence[int]) -> Sequence[date]:
    """Return no public holidays."""
    return ()


def write(folder: Path, text: str | bytes, name: str = "providers.toml") -> Path:
    """Write a file, and the folders above it."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def open_file(path: Path, cache_dir: Path | None = None, *, now: datetime = NOW) -> Catalog:
    """Load a file as the command line does, without public holidays."""
    return load(path, source="option", now=now, cache_dir=cache_dir, holidays=no_holidays)


def open_text(folder: Path, text: str | bytes) -> Catalog:
    """Write a main file and load it."""
    return open_file(write(folder, text))


def problems_of(folder: Path, text: str | bytes) -> list[str]:
    """List the problems of a main file, without the name of its folder."""
    with pytest.raises(BadDataError) as caught:
        open_text(folder, text)
    return [str(problem).replace(f"{folder}/", "") for problem in caught.value.problems]


def line_of(text: str, part: str) -> int:
    """Return the line, from 1, in which a part of a text begins."""
    return text[: text.index(part)].count("\n") + 1
