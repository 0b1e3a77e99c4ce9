"""The command line with a home of its own, so that no test sees another's files."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from dispatch_cli.cli import run

from .storm_world import FIRMS, INCIDENTS
from .watched import end_server

TWO_FIRMS = """\
[clients.adac]
name = "ADAC"
prefer = { tags = ["adac"], head_start_min = 8 }

[[provider]]
id = "lech"
name = "Abschlepp Lech"
phone = "089 99998-114"
services = ["tow", "roadside_repair"]
base = "86150"
area = { radius_km = 30 }
hours = "24/7"
tags = ["adac"]

[[provider]]
id = "wertach"
name = "Abschlepp Wertach"
phone = "089 99998-207"
services = ["tow"]
base = "86199"
area = { radius_km = 30 }
hours = "Mo-Fr 08:00-18:00"
max_weight_t = 2.8
"""


class Ran(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def envelope(self) -> dict:
        """The one JSON object on stdout."""
        [line] = self.out.splitlines()
        return json.loads(line)


@pytest.fixture(scope="session", autouse=True)
def runs_end() -> Iterator[None]:
    """End the program from which ``watched.run`` forks its runs."""
    yield
    end_server()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home and working folder; every folder of the platform lies below it."""
    for name in ("DATA", "CONFIG", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in (
        "DISPATCH_PROVIDERS",
        "DISPATCH_DB",
        "DISPATCH_SAY",
        "NO_COLOR",
        "COLUMNS",
        "LINES",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DISPATCH_OPERATOR", "maria")
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def firms(home: Path) -> Path:
    """A provider file with two firms in the working folder."""
    path = home / "providers.toml"
    path.write_text(TWO_FIRMS, encoding="utf-8")
    return path


@pytest.fixture
def lech_alone(firms: Path) -> Path:
    """The two firms, of which Wertach is always closed: what a case shows depends on no hour."""
    text = firms.read_text(encoding="utf-8")
    firms.write_text(text.replace("Mo-Fr 08:00-18:00", "off"), encoding="utf-8")
    return firms


@pytest.fixture
def dispatch(home: Path, capsys: pytest.CaptureFixture[str]):
    """Run a command line in this process."""

    def dispatch(*argv: str) -> Ran:
        capsys.readouterr()
        code = run(list(argv))
        out, err = capsys.readouterr()
        return Ran(int(code), out, err)

    return dispatch


@pytest.fixture
def storm(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A provider file and a file of incidents in the working folder."""
    for name in ("DISPATCH_LANG", "LC_ALL", "LC_MESSAGES", "LANG", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    (home / "providers.toml").write_text(FIRMS, "utf-8")
    (home / "incidents.csv").write_text(INCIDENTS, "utf-8")
    return home
