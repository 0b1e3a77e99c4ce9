"""The provider file is the first of five places; a broken one is an error."""

from pathlib import Path

import pytest

from dispatch_cli.catalog import find_file, sample_path
from dispatch_cli.errors import BadDataError

from .files import HUBER, write

CWD, CONFIG = "here", "config"


def find(folder: Path, option: str | None = None, variable: str = "") -> tuple[Path, str]:
    """Find the file with a working folder, a configuration folder and one variable."""
    environ = {"DISPATCH_PROVIDERS": variable, "HOME": str(folder)}
    return find_file(option, environ, folder / CWD, folder / CONFIG)


def test_order(tmp_path: Path) -> None:
    """The first of option, environment, folder, configuration and sample is found."""
    (tmp_path / CWD).mkdir()
    assert find(tmp_path) == (sample_path(), "sample")
    config = write(tmp_path, HUBER, f"{CONFIG}/providers.toml")
    assert find(tmp_path) == (config, "config")
    here = write(tmp_path, HUBER, f"{CWD}/providers.toml")
    assert find(tmp_path) == (here, "folder")
    named = write(tmp_path, HUBER, f"{CWD}/named.toml")
    assert find(tmp_path, variable="named.toml") == (named, "environment")
    assert find(tmp_path, variable=str(config)) == (config, "environment")
    assert find(tmp_path, option="named.toml", variable="no") == (named, "option")


def test_names_stay_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the working folder of the program a name is kept as typed."""
    write(tmp_path, HUBER)
    monkeypatch.chdir(tmp_path)
    short = Path("providers.toml")
    assert find_file("providers.toml", {}, Path.cwd(), tmp_path) == (short, "option")
    assert find_file(None, {}, Path.cwd(), tmp_path) == (short, "folder")


@pytest.mark.parametrize("source", ["option", "environment"])
def test_named_and_missing(tmp_path: Path, source: str) -> None:
    """A named file that is missing is an error, although others exist, with a suggestion."""
    here = write(tmp_path, HUBER, f"{CWD}/providers.toml")
    option, variable = ("provider.toml", "") if source == "option" else (None, "provider.toml")
    with pytest.raises(BadDataError) as caught:
        find(tmp_path, option, variable)
    (problem,) = caught.value.problems
    assert str(problem.text) == f'there is no such file (did you mean "{here}"?)'
    assert caught.value.exit_code == 4


@pytest.mark.parametrize("option", ["", "  ", "a\0b"])
def test_no_name_at_all(tmp_path: Path, option: str) -> None:
    """An empty name and one with NUL are errors."""
    with pytest.raises(BadDataError, match="--providers is empty or has a NUL character"):
        find(tmp_path, option=option)


def test_broken_first_hit(tmp_path: Path) -> None:
    """A broken link is found as well."""
    write(tmp_path, HUBER, f"{CONFIG}/providers.toml")
    (tmp_path / CWD).mkdir()
    (tmp_path / CWD / "providers.toml").symlink_to("gone")
    assert find(tmp_path)[1] == "folder"


def test_sample_is_there() -> None:
    """The sample exists at the top of a checkout, or in the package of a wheel."""
    assert sample_path().name == "providers.toml"
    assert sample_path().exists()
