"""Where the program keeps its files, by the platform's rules."""

import os
import sys
from pathlib import Path
from typing import Literal

APP = "dispatch"

# The XDG base directory specification: the variable, and what holds where it is not set.
_XDG = {
    "config": ("XDG_CONFIG_HOME", ".config"),
    "cache": ("XDG_CACHE_HOME", ".cache"),
    "data": ("XDG_DATA_HOME", ".local/share"),
    "state": ("XDG_STATE_HOME", ".local/state"),
}


def config_dir() -> Path:
    """The folder for the user's own provider file."""
    return _folder("config")


def cache_dir() -> Path:
    """The folder for what can be made again: the compiled provider file, holiday dates."""
    return _folder("cache")


def data_dir() -> Path:
    """The folder for what the user imported: the gazetteer."""
    return _folder("data")


def state_dir() -> Path:
    """The folder for what the program writes down: reports of unexpected errors."""
    return _folder("state")


def gazetteer() -> Path:
    """The file that ``dispatch places import`` writes."""
    return data_dir() / "gazetteer.sqlite3"


def _folder(kind: Literal["config", "cache", "data", "state"]) -> Path:
    if sys.platform in ("win32", "darwin", "ios", "android"):
        import platformdirs

        return Path(getattr(platformdirs, f"user_{kind}_dir")(APP, appauthor=False))
    # What platformdirs says here too, and a test holds the two together; importing it would
    # cost every start 7 ms.
    variable, default = _XDG[kind]
    given = os.environ.get(variable, "")
    return (Path(given) if given.strip() else Path("~").expanduser() / default) / APP
