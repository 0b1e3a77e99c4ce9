"""The pictures of the README and the docs are those that the program makes now."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tools import build_pictures

from ..catalogues import Catalogue, spoken

ROOT = Path(__file__).resolve().parents[2]
PICTURES = sorted((ROOT / "docs" / "pictures").glob("*.svg"))
TITLE = "BOARD  {shown}: {count}, parked {parked}, overdue {overdue}"


def test_no_picture_is_stale_whatever_the_settings_of_the_user_are() -> None:
    """The script makes the same bytes again, also with other colours, sizes and languages."""
    user = {"NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "40", "LANG": "de_DE.UTF-8"}
    user |= {"DISPATCH_LANG": "de", "DISPATCH_SAY": "en", "TZ": "Asia/Tokyo"}
    ran = subprocess.run(
        [sys.executable, ROOT / "tools" / "build_pictures.py", "--check"],
        capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), **user},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_a_changed_word_makes_a_picture_stale(tmp_path: Path) -> None:
    """Without a change no English picture is stale; with another title the board alone is."""
    with build_pictures.bare_environment(tmp_path):
        now = build_pictures.desk_pictures("en")
        with spoken(Catalogue({TITLE: TITLE.replace("BOARD", "PLANK")})):
            changed = build_pictures.desk_pictures("en")
    assert build_pictures.stale({f"{name}-en.svg": svg for name, svg in now.items()}) == []
    names = build_pictures.stale({f"{name}-en.svg": svg for name, svg in changed.items()})
    assert names == ["board-en.svg"]


def test_board_card_and_new_call_are_there_in_both_languages() -> None:
    """The folder has five pictures and five screens in German and in English, and no others."""
    screens = ("board", "card-accepted", "card-asking", "intake", "plan")
    wanted = ["batch-summary.svg", "cascade.svg", "coverage.svg", "map.svg", "status-page.svg"]
    wanted += [f"{each}-{code}.svg" for each in screens for code in ("de", "en")]
    assert [each.name for each in PICTURES] == sorted(wanted)


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.name)
def test_a_picture_is_small_and_loads_nothing(path: Path) -> None:
    """A picture has no font or other file of the network, and less than 40 kB."""
    svg = path.read_text(encoding="utf-8")
    names_of_formats = {"http://www.w3.org/2000/svg"}
    if "<foreignObject" in svg:
        names_of_formats.add("http://www.w3.org/1999/xhtml")
    assert set(re.findall(r'https?://[^")]+', svg)) == names_of_formats
    assert "@font-face" not in svg
    assert "@import" not in svg
    assert len(svg) < 40_000


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.name)
def test_every_number_on_a_picture_is_kept_free_for_films(path: Path) -> None:
    """A picture shows no telephone number that somebody could have."""
    text = re.sub(r"<[^>]+>", "\n", path.read_text(encoding="utf-8")).replace("&#160;", " ")
    numbers = re.findall(r"\b0[1-9][0-9]+ [0-9][0-9 -]{4,}[0-9]", text)
    assert numbers or path.name.startswith(("board", "batch-summary"))
    assert [each for each in numbers if not re.match(r"089 99998-|030 23125-", each)] == []
