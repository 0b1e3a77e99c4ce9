"""Where the program keeps its files, by the platform's rules."""

from pathlib import Path

APP = "dispatch"


def config_dir() -> Path:
    """The folder for the user's own provider file."""
    from platformdirs import user_config_path

    return user_config_path(APP, appauthor=False)


def cache_dir() -> Path:
    """The folder for what can be made again: the compiled provider file, holiday dates."""
    from platformdirs import user_cache_path

    return user_cache_path(APP, appauthor=False)


def data_dir() -> Path:
    """The folder for what the user imported: the gazetteer."""
    from platformdirs import user_data_path

    return user_data_path(APP, appauthor=False)


def log_dir() -> Path:
    """The folder for reports of unexpected errors."""
    from platformdirs import user_log_path

    return user_log_path(APP, appauthor=False)


def gazetteer() -> Path:
    """The file that ``dispatch places import`` writes."""
    return data_dir() / "gazetteer.sqlite3"
