"""What an operator sees on a real terminal, at the sizes that desks have."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pyte
import pytest

from dispatch_cli import api
from dispatch_cli.plans import BUILT_IN, IMPLIED_VEHICLE
from dispatch_cli.render.cascade_table import ScreenOptions, answer_lines
from dispatch_cli.render.layout import Screen, line_text

from ..terminal import on_terminal, screen_lines

SAMPLE = Path(__file__).resolve().parents[2] / "providers.toml"
WHEN = datetime(2026, 11, 27, 12, 3, tzinfo=ZoneInfo("Europe/Berlin"))
LINE = (
    "cascade", "breakdown", "--at", "86150 Augsburg", "--client", "adac", "--vehicle", "car",
    "--weight-t", "1.6", "--when", "2026-11-27T12:03", "--providers", str(SAMPLE),
)  # fmt: skip


@pytest.fixture(scope="module")
def catalog():
    """Return the sample, which no test changes."""
    return api.load(SAMPLE, now=WHEN)


@pytest.mark.parametrize("kind", BUILT_IN)
def test_every_plan_fits_80_by_24(home, catalog, kind):
    """Each built-in plan shows the emergency line and the first phone of each service."""
    place = api.locate("86150", catalog)
    for facts in ({}, {"injured": 2, "persons": 5, "spot": "ditch"}):
        incident = api.Incident(
            kind=kind,
            place=place,
            when=WHEN,
            vehicle=api.Vehicle(kind=IMPLIED_VEHICLE.get(kind)),
            **facts,
        )
        answer = api.rank(catalog, incident)
        lines = [line_text(line) for line in answer_lines(answer, Screen(80, 24), ScreenOptions())]
        assert len(lines) <= 24, kind
        assert all(len(line) <= 80 for line in lines)
        shown = "\n".join(lines)
        for call in answer.emergency:
            assert any(call.dial in line and call.service in line for line in lines)
        for cascade in answer.cascades:
            assert cascade.candidates, (kind, cascade.service)
            assert cascade.candidates[0].phone in shown, (kind, cascade.service)


@pytest.mark.parametrize("columns", [60, 140])
def test_ranked_numbers_are_whole_on_a_terminal(home, catalog, columns):
    """On a real terminal of its width each ranked number is on one line."""
    code, raw = on_terminal(LINE, columns=columns, rows=40)
    lines = screen_lines(raw, columns=columns)
    assert code == 0
    answer = api.rank(
        catalog,
        api.Incident(
            kind="breakdown", place=api.locate("86150"), when=WHEN, client="adac",
            vehicle=api.Vehicle(kind="car", weight_t=1.6),
        ),
    )  # fmt: skip
    for row in answer.cascades[0].candidates:
        assert any(row.phone in line for line in lines), row.phone
    assert any("86150 Augsburg" in line for line in lines)
    assert any("Next:" in line for line in lines)


def test_readable_without_colour(home):
    """NO_COLOR and a dumb terminal get the same words and not one colour."""
    _, coloured = on_terminal(LINE)
    assert b"\x1b[" in coloured
    for env in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        _, plain = on_terminal(LINE, env=env)
        assert b"\x1b[3" not in plain
        assert screen_lines(plain)[0] == screen_lines(coloured)[0]


def test_columns_of_the_environment_are_respected(home):
    """COLUMNS decides where it is set."""
    _, raw = on_terminal(LINE, columns=200, env={"COLUMNS": "80"})
    assert max(map(len, screen_lines(raw, columns=200))) <= 80


def test_a_broken_file_leaves_the_emergency_line_on_a_terminal(home):
    """112 is shown in words before the error, with exit code 4."""
    (home / "bad.toml").write_text("[[")
    argv = ("cascade", "unfall", "-a", "86150", "--injured", "1", "--providers", "bad.toml")
    code, raw = on_terminal(argv)
    lines = screen_lines(raw)
    assert code == 4
    assert lines[0].startswith("EMERGENCY  112")
    assert any(line.startswith("error: bad.toml:1") for line in lines)


@pytest.mark.parametrize(
    "argv",
    [
        ("accident", "--injured", "2", "--persons", "5"),
        ("accident", "--injured", "1", "--hazard", "x", "--persons", "4", "--spot", "tunnel",
         "--vehicle", "truck", "--state", "on_side"),
        ("fire", "--trapped", "--persons", "5", "--spot", "lane", "--vehicle", "bus"),
    ],
)  # fmt: skip
def test_the_emergency_line_does_not_scroll_away(home, argv):
    """On a terminal of 24 lines that really scrolls, the emergency line is still on the screen."""
    line = ("cascade", *argv, "--at", "86150", "--when", "2026-11-27T12:03")
    _, raw = on_terminal(line, columns=80, rows=24)
    screen = pyte.Screen(80, 24)
    pyte.ByteStream(screen).feed(raw)
    assert any(row.startswith("EMERGENCY") for row in screen.display), screen.display
