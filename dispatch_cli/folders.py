"""Find the folders for the files of the program, by the rules of the platform."""

import os
import sys
from pathlib import Path
from typing import Literal

APP = "dispatch"

# The XDG base directory specification: each variable, and the default without it.
_XDG = {
    "config": ("XDG_CONFIG_HOME", ".config"),
    "cache": ("XDG_CACHE_HOME", ".cache"),
    "data": ("XDG_DATA_HOME", ".local/share"),
    "state": ("XDG_STATE_HOME", ".local/state"),
}


def config_dir() -> Path:
    """Return the folder for the user's provider file."""
    return _folder("config")


def cache_dir() -> Path:
    """Return the folder for files that can be made again: compiled provider files, holidays."""
    return _folder("cache")


def data_dir() -> Path:
    """Return the folder for imported files: the gazetteer."""
    return _folder("data")


def state_dir() -> Path:
    """Return the folder for reports of unexpected errors."""
    return _folder("state")


def gazetteer() -> Path:
    """Return the path of the file that ``dispatch places import`` writes."""
    return data_dir() / "gazetteer.sqlite3"


def _folder(kind: Literal["config", "cache", "data", "state"]) -> Path:
    if sys.platform in ("win32", "darwin", "ios", "android"):
        import platformdirs

        return Path(getattr(platformdirs, f"user_{kind}_dir")(APP, appauthor=False))
    # The same as platformdirs, as a test checks; importing it would cost every start 7 ms.
    variable, default = _XDG[kind]
    folder = os.environ.get(variable, "")
    return (Path(folder) if folder.strip() else Path("~").expanduser() / default) / APP
