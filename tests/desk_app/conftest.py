"""A world with three firms and a case log of its own."""

from pathlib import Path

import pytest

from .seats import World


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A case log, three firms and a clock that stands still."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    return World(tmp_path)
