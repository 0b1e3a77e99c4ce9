"""Pictures of commands, as a terminal shows them, and of the status page."""

import io
import os
import random
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from rich.console import Console
from rich.text import Text

from dispatch_cli.render.picture import svg_of
from dispatch_cli.render.status_page import status_page
from dispatch_cli.results.check_results import DAYS, CheckReport, CheckRow, DayState, ShownState

try:
    from tools.walkthroughs import NOON, ROOT, Reader, Step, steps_of
except ModuleNotFoundError:  # started as a script
    from walkthroughs import NOON, ROOT, Reader, Step, steps_of

WEEKEND = ROOT / "docs" / "how-to" / "plan-the-weekend.md"
_COLOURS = {"FORCE_COLOR": "1", "TERM": "xterm-256color", "COLORTERM": "truecolor"}
_WIDTH = 80
_PAGE_SIZE = (900, 640)


def command_pictures() -> dict[str, str]:
    """Return the picture of each command by its name."""
    return {
        "batch-summary": _picture(_summary_steps()),
        "coverage": _picture(steps_of(WEEKEND.read_text(encoding="utf-8"))),
    }


def _summary_steps() -> list[Step]:
    commands = ("dispatch providers init", "dispatch batch calls.csv --summary")
    return [_many_calls(), *(Step(commands=(command,)) for command in commands)]


def _many_calls() -> Step:
    """Make a file of 400 tows round Augsburg over a week, without any place of a person."""
    draw = random.Random(18)  # noqa: S311 - the same places each time
    rows = ["lat,lon,kind,when"]
    for _ in range(400):
        lat, lon = draw.gauss(48.35, 0.25), draw.gauss(10.9, 0.35)
        when = NOON + timedelta(minutes=draw.randrange(7 * 1440))
        rows.append(f"{lat:.3f},{lon:.3f},tow,{when.isoformat()}")
    return Step(file="calls.csv", text="\n".join(rows) + "\n")


def _picture(steps: Sequence[Step]) -> str:
    """Export what the last step shows, under its command."""
    with tempfile.TemporaryDirectory() as folder, _working_in(Path(folder)):
        reader = Reader(Path(folder), _COLOURS)
        for step in steps:
            reader.take(step)
    console = Console(
        file=io.StringIO(), width=_WIDTH, record=True, force_terminal=True,
        color_system="truecolor", legacy_windows=False, _environ={},
    )  # fmt: skip
    console.print(Text(f"$ {steps[-1].commands[-1]}", style="bold"), Text(""), sep="\n")
    # The empty line keeps the descenders of the last line inside the picture.
    console.print(Text.from_ansi(reader.answer), Text(""), sep="\n", soft_wrap=True)
    return svg_of(console)


@contextmanager
def _working_in(folder: Path) -> Iterator[None]:
    """Work in a folder, as the reader of a page does."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def status_picture() -> str:
    """Return the status page of some invented states: a picture that holds the page itself."""
    page = status_page(_report(), days=_days())
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    body = re.search(r"<body>\n(.*)\n</body>", page, re.DOTALL)
    if style is None or body is None:
        raise LookupError("the status page has no style or no body")
    # A picture has the wide form of the page, however small it is shown.
    rules = style[1].replace("@media(max-width:44rem)", "@media not all")
    width, height = _PAGE_SIZE
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">\n'
        f'<foreignObject width="{width}" height="{height}">\n'
        f'<body xmlns="http://www.w3.org/1999/xhtml">\n<style>{rules}</style>\n{body[1]}\n'
        "</body>\n</foreignObject>\n</svg>\n"
    )


def _days() -> dict[str, list[DayState]]:
    """Make the last days of each firm: an outage, a certificate that is not renewed."""
    days: dict[str, list[DayState]] = {row.provider: ["up"] * DAYS for row in _report().rows}
    days["Bergung Fuggerstadt"][11] = days["Bergung Fuggerstadt"][-1] = "down"
    days["Autohilfe Dasing"][-8:] = ["degraded"] * 8
    return days


def _report() -> CheckReport:
    """Make the report of a run at noon: one firm is down, two need attention, two are well."""
    rows = (
        _row("089 99998-101", "Abschlepp Lechfeld", "up", 400, why="status 200"),
        _row("089 99998-102", "Bergung Fuggerstadt", "down", 34, why="no answer within 10 s"),
        _row("089 99998-104", "Autohilfe Friedberg", "busy", 12, why="0 units free", free=0),
        _row(
            "089 99998-105", "Autohilfe Dasing", "degraded", 150, why="certificate ends in 6 days"
        ),
        _row("089 99998-120", "Pannenhilfe Wertach", "up", 900, why="2 units free", free=2),
    )
    return CheckReport(at=NOON, seconds=1.2, checked=5, rows=rows)


def _row(
    phone: str, name: str, state: ShownState, before_min: float, *, why: str,
    free: int | None = None,
) -> CheckRow:  # fmt: skip
    return CheckRow(
        provider=name, name=name, phone=phone, state=state, why=why, free=free, seen_at=NOON,
        since=NOON - timedelta(minutes=before_min),
    )  # fmt: skip
