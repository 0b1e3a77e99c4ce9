"""Which provider file, and where that setting came from."""

import os
from collections.abc import Mapping
from pathlib import Path

from ..errors import BadDataError, Problem
from ..messages import Message
from .read import near_miss

NAME = "providers.toml"
VARIABLE = "DISPATCH_PROVIDERS"


def find_file(
    option: str | None, environ: Mapping[str, str], cwd: Path, config_dir: Path
) -> tuple[Path, str]:
    """Find the provider file: the first of the option, the environment, the folder, the config.

    The second value says which: ``option``, ``environment``, ``folder``, ``config`` or ``sample``.
    A file that is named and missing is a BadDataError; the search does not go on.
    """
    # 1. --providers FILE
    if option is not None:
        return _named(option, cwd, "--providers"), "option"
    # 2. DISPATCH_PROVIDERS; empty is as good as unset
    if environ.get(VARIABLE):
        return _named(os.path.expanduser(environ[VARIABLE]), cwd, VARIABLE), "environment"
    # 3. ./providers.toml; a link that leads nowhere is a hit, too, and an error later
    if os.path.lexists(cwd / NAME):
        return _short(NAME, cwd), "folder"
    # 4. the user's config folder
    if os.path.lexists(config_dir / NAME):
        return config_dir / NAME, "config"
    # 5. our own
    return sample_path(), "sample"


def sample_path() -> Path:
    """The sample that the package carries; in a source checkout the only copy is at the top."""
    package = Path(__file__).parent.parent
    carried = package / NAME
    return carried if carried.exists() else package.parent / NAME


def _named(name: str, cwd: Path, setting: str) -> Path:
    """Check that a file that the user named is there."""
    if not name.strip() or "\0" in name:
        raise BadDataError("{setting} names no file", setting=setting)
    path = _short(name, cwd)
    if not os.path.lexists(path):
        text = f"there is no such file{near_miss(str(path))}"
        raise BadDataError(
            Problem(text, file=str(path)), hint=Message("{setting} names it", setting=setting)
        )
    return path


def _short(name: str, cwd: Path) -> Path:
    """Keep a name as the user wrote it, where it means the same to the whole program."""
    return Path(name) if str(cwd) == os.getcwd() else cwd / name
