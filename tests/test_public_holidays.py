"""Public holidays by region and their cache."""

import json
import multiprocessing
import os
import stat
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from dispatch_cli.hours import evaluate_hours
from dispatch_cli.public_holidays import holiday_dates

FRONLEICHNAM = date(2027, 5, 27)  # 60 days after Easter, 28 March 2027
MARIA_HIMMELFAHRT = date(2026, 8, 15)  # a Saturday
FRIEDENSFEST = date(2026, 8, 8)  # a Saturday


@pytest.mark.parametrize(
    ("region", "day", "is_holiday"),
    [
        ("BY", FRONLEICHNAM, True),
        ("BE", FRONLEICHNAM, False),
        ("SN", FRONLEICHNAM, False),
        ("SN+catholic", FRONLEICHNAM, True),
        ("TH", FRONLEICHNAM, False),
        ("th+catholic", FRONLEICHNAM, True),
        ("BY", MARIA_HIMMELFAHRT, False),
        ("BY+catholic", MARIA_HIMMELFAHRT, True),
        ("SL", MARIA_HIMMELFAHRT, True),
        ("Augsburg", MARIA_HIMMELFAHRT, True),
        ("Augsburg", FRIEDENSFEST, True),
        ("BY+catholic", FRIEDENSFEST, False),
        ("Augsburg", date(2027, 1, 6), True),
        ("BE", date(2027, 1, 6), False),
        ("BE", date(2027, 3, 8), True),
        ("HH", date(2026, 10, 3), True),
    ],
)
def test_which_region_has_which_day(region: str, day: date, is_holiday: bool) -> None:
    """The days that differ between the Länder, inside them, and in Augsburg."""
    assert (day in holiday_dates(region, [2026, 2027], None)) is is_holiday


@pytest.mark.parametrize(
    ("region", "state"), [("BY", "open"), ("BY+catholic", "closed"), ("Augsburg", "closed")]
)
def test_hours_on_a_regional_holiday(region: str, state: str) -> None:
    """On Saturday 15 August 2026 at noon, ``PH off`` closes only where the day is a holiday."""
    noon = datetime(2026, 8, 15, 12, tzinfo=ZoneInfo("Europe/Berlin"))
    table = evaluate_hours(
        "Mo-Sa 08:00-18:00; PH off",
        holidays=holiday_dates(region, [2026], None),
        start=noon,
        days=1,
        timezone="Europe/Berlin",
    )
    assert table.span_at(noon).state == state


def test_in_order_and_without_doubles(tmp_path: Path) -> None:
    """Years may come in any order and twice; Bavaria has 12 days in each of these."""
    for cache_dir in (None, tmp_path):
        dates = holiday_dates("BY", (2027, 2026, 2027), cache_dir)
        assert list(dates) == sorted(set(dates))
        assert len(dates) == 24
    assert holiday_dates("BY", [], tmp_path) == ()
    assert holiday_dates("BY", [1900, 5000, -1], tmp_path) == ()


def test_unknown_region() -> None:
    """An unknown region is refused with what is allowed."""
    with pytest.raises(ValueError, match=r"Augsburg"):
        holiday_dates("XX", [2027], None)


def test_the_package_is_loaded_only_for_what_is_missing(tmp_path: Path) -> None:
    """A second process that asks for the same year does not import the package."""
    script = (
        "import sys; from pathlib import Path\n"
        "from dispatch_cli.public_holidays import holiday_dates\n"
        "dates = holiday_dates(sys.argv[2], [int(sys.argv[3])], Path(sys.argv[1]))\n"
        "print(len(dates), 'holidays' in sys.modules, 'importlib.metadata' in sys.modules)"
    )

    def ask(region: str, year: int) -> str:
        command = [sys.executable, "-c", script, str(tmp_path), region, str(year)]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    assert ask("BY", 2027).startswith("12 True")
    assert ask("BY", 2027) == "12 False False"
    assert ask("BY", 2028).startswith("12 True")
    assert ask("BY", 2027) == "12 False False"


def test_folder_and_file_are_the_owners_alone(tmp_path: Path) -> None:
    """New folders are made with mode 0700 and the file with 0600; nothing else is left behind."""
    folder = tmp_path / "a" / "b"
    holiday_dates("BY", [2027], folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o700
    assert [path.name for path in folder.iterdir()] == ["holidays.json"]
    assert stat.S_IMODE((folder / "holidays.json").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff\xfe", b"[]", b"null", b'{"schema":"dispatch.holidays/1"}', b"[" * 100_000,
     b'{"schema":"other/1","source":"","dates":{}}', b"\0" * 5000],
)  # fmt: skip
def test_damaged_or_foreign_content_is_built_anew(tmp_path: Path, content: bytes) -> None:
    """With any content of the file the answer is right, and the file is sound afterwards."""
    file = tmp_path / "holidays.json"
    file.write_bytes(content)
    assert len(holiday_dates("BY", [2027], tmp_path)) == 12
    assert list(json.loads(file.read_bytes())["dates"]) == ["BY"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("schema", "dispatch.holidays/2"), ("source", "an older calendar"),
     ("dates", {"BY": {"2027": ["2026-05-05"]}})],
)  # fmt: skip
def test_dates_of_another_version_are_not_believed(
    tmp_path: Path, field: str, value: object
) -> None:
    """Another schema, another state of the package or dates of the wrong year count for nothing."""
    file = tmp_path / "holidays.json"
    expected = holiday_dates("BY", [2027], tmp_path)
    changed = json.loads(file.read_bytes())
    changed["dates"]["BY"]["2027"] = ["2027-02-02"]
    changed[field] = value
    file.write_text(json.dumps(changed))
    assert holiday_dates("BY", [2027], tmp_path) == expected


def test_a_sound_cache_is_believed(tmp_path: Path) -> None:
    """A date that only the cache has comes back, so the test above can fail."""
    file = tmp_path / "holidays.json"
    holiday_dates("BY", [2027], tmp_path)
    changed = json.loads(file.read_bytes())
    changed["dates"]["BY"]["2027"] = ["2027-02-02"]
    file.write_text(json.dumps(changed))
    assert holiday_dates("BY", [2027], tmp_path) == (date(2027, 2, 2),)


@pytest.mark.parametrize("made", ["a file in the way", "a folder in the way", "under a file"])
def test_a_cache_that_cannot_be_written(tmp_path: Path, made: str) -> None:
    """Without a usable folder the answer is the same."""
    folder = tmp_path / "cache"
    if made == "a file in the way":
        folder.write_text("")
    elif made == "under a file":
        (tmp_path / "file").write_text("")
        folder = tmp_path / "file" / "cache"
    else:
        (folder / "holidays.json").mkdir(parents=True)
    assert len(holiday_dates("BY", [2027], folder)) == 12


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission(tmp_path: Path) -> None:
    """A folder that may not be written to only costs the time again."""
    folder = tmp_path / "cache"
    folder.mkdir(mode=0o500)
    assert len(holiday_dates("BY", [2027], folder)) == 12


def _ask(folder: Path) -> list[int]:
    regions = ("BY", "BE", "Augsburg", "SN+catholic")
    return [len(holiday_dates(r, [year], folder)) for year in range(2020, 2030) for r in regions]


def test_two_processes_at_once(tmp_path: Path) -> None:
    """Two processes that fill the same file agree with one alone, and leave it sound."""
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        answers = pool.map(_ask, [tmp_path] * 2, chunksize=1)
    assert answers == [_ask(tmp_path / "other")] * 2
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["holidays.json"]
    assert json.loads((tmp_path / "holidays.json").read_bytes())["dates"]
