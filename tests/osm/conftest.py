"""Fixtures: maps as files."""

from pathlib import Path

import pytest

from .maps import whole_map


@pytest.fixture
def small_map(tmp_path: Path) -> Path:
    """A file with the map of ``maps.whole_map``."""
    return whole_map().write(tmp_path / "small.osm")
