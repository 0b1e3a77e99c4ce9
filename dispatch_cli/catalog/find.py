"""Find the provider file, and the setting that names it."""

import os
from collections.abc import Mapping
from pathlib import Path

from ..errors import BadDataError, Problem
from ..messages import Message, marked
from .untrusted_files import MISSING, suggest_file

NAME = "providers.toml"
VARIABLE = "DISPATCH_PROVIDERS"


def find_file(
    option: str | None, environ: Mapping[str, str], cwd: Path, config_dir: Path
) -> tuple[Path, str]:
    """Find the provider file: the first of option, environment, folder, configuration and sample.

    The second value is ``option``, ``environment``, ``folder``, ``config`` or ``sample``. Raises
    BadDataError for a named file that is missing, without searching further.
    """
    # 1. --providers FILE
    if option is not None:
        return _named(option, cwd, "--providers"), marked("option")
    # 2. DISPATCH_PROVIDERS; an empty value is ignored
    if environ.get(VARIABLE):
        return _named(os.path.expanduser(environ[VARIABLE]), cwd, VARIABLE), marked("environment")
    # 3. ./providers.toml; a broken link is found as well, and reading it is an error
    if os.path.lexists(cwd / NAME):
        return _short(NAME, cwd), marked("folder")
    # 4. the configuration folder of the user
    if os.path.lexists(config_dir / NAME):
        return config_dir / NAME, marked("config")
    # 5. the sample in the package
    return sample_path(), marked("sample")


def sample_path() -> Path:
    """Return the path of the sample: in the package, or at the top of a source checkout."""
    package = Path(__file__).parent.parent
    carried = package / NAME
    return carried if carried.exists() else package.parent / NAME


def _named(name: str, cwd: Path, setting: str) -> Path:
    """Check that a file that the user has named exists."""
    if not name.strip() or "\0" in name:
        raise BadDataError(
            "{setting} is empty or has a NUL character; write the path of a file", setting=setting
        )
    path = _short(name, cwd)
    if not os.path.lexists(path):
        raise BadDataError(
            Problem.at(path, MISSING, guess=suggest_file(str(path))),
            hint=Message("{setting} names this file: correct its path", setting=setting),
        )
    return path


def _short(name: str, cwd: Path) -> Path:
    """Keep a relative name as the user wrote it, if ``cwd`` is the working folder."""
    return Path(name) if str(cwd) == os.getcwd() else cwd / name
