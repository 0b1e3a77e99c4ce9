"""Make all pictures of the README and the docs from the program: docs/pictures.

    python tools/build_pictures.py [--check]

With ``--check`` nothing is written: the exit code is 1 where a picture is not what the program
shows now. Two runs give the same bytes: the clock stands still, and the cases are invented.
"""

import argparse
import asyncio
import io
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.segment import Segment, Segments
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input

from dispatch_cli import api
from dispatch_cli.cli import screen_language
from dispatch_cli.cli.desk import desk_tools
from dispatch_cli.desk_app.desk_program import DeskProgram
from dispatch_cli.desk_app.key_guard import KeyGuard
from dispatch_cli.errors import UsageError
from dispatch_cli.map_scenes.cascade_scene import cascade_scene
from dispatch_cli.render.maps.svg_map import svg_map
from dispatch_cli.render.picture import export_svg, svg_of

try:
    from tools.command_pictures import command_pictures, status_picture
    from tools.picture_world import World, fill
except ModuleNotFoundError:  # started as a script
    from command_pictures import command_pictures, status_picture
    from picture_world import World, fill

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "pictures"
PROVIDERS = ROOT / "providers.toml"
LANGUAGES = ("de", "en")
Found = TypeVar("Found")
SIZE = (80, 24)
NOON = datetime(2026, 11, 27, 12, 3, tzinfo=ZoneInfo("Europe/Berlin"))
COMMAND = (
    'dispatch cascade breakdown --at "86150 Augsburg" --client adac --vehicle car --weight-t 1.6'
)
_CALL = {
    "de": "86153 batterie golf adac 030 23125-119 tiefgarage gelb",
    "en": "86153 dead battery golf adac 030 23125-119 garage yellow",
}
"""What the operator has typed on the picture of a new call."""


def main() -> int:
    """Write all pictures, or say which of them are not what the program shows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    is_check = parser.parse_args().check
    with tempfile.TemporaryDirectory() as folder, bare_environment(Path(folder)):
        found = pictures()
    if is_check:
        names = stale(found)
        for name in names:
            print(f"docs/pictures/{name} is stale: python tools/build_pictures.py")
        return 1 if names else 0
    for old in FOLDER.glob("*.svg"):
        old.unlink()
    for name, svg in found.items():
        (FOLDER / name).write_text(svg, encoding="utf-8")
    return 0


def stale(found: Mapping[str, str]) -> list[str]:
    """Return the names of the pictures in the repository that are not those of the program."""
    paths = {name: FOLDER / name for name in found}
    return [
        name
        for name, path in paths.items()
        if not path.exists() or path.read_text(encoding="utf-8") != found[name]
    ]


@contextmanager
def bare_environment(folder: Path) -> Iterator[None]:
    """Hide the settings and the folders of the user, which change what the program shows."""
    before = dict(os.environ)
    for name in list(os.environ):
        if name.startswith(("DISPATCH_", "TEXTUAL", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES")):
            del os.environ[name]
    for name in ("CACHE", "CONFIG", "DATA", "STATE"):
        os.environ[f"XDG_{name}_HOME"] = str(folder)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def pictures() -> dict[str, str]:
    """Return the text of each picture by its name."""
    found = {"cascade.svg": cascade_picture(), "map.svg": map_picture()}
    with spoken("en"):
        found["status-page.svg"] = status_picture()
        found |= {f"{name}.svg": svg for name, svg in command_pictures().items()}
    for language in LANGUAGES:
        with spoken(language):
            for name, svg in desk_pictures(language).items():
                found[f"{name}-{language}.svg"] = svg
    return found


def cascade_picture() -> str:
    """Export the cascade of the README's first command."""
    catalog = api.load(PROVIDERS, now=NOON)
    incident = api.Incident(
        kind="breakdown",
        place=api.locate("86150 Augsburg", catalog),
        when=NOON,
        client="adac",
        vehicle=api.Vehicle(kind="car", weight_t=1.6),
    )
    with spoken("en"):
        return export_svg(api.rank(catalog, incident), command=COMMAND, width=100)


def map_picture() -> str:
    """Draw the map of a tow at the place of the README's first command."""
    catalog = api.load(PROVIDERS, now=NOON)
    place = api.locate("86150 Augsburg", catalog)
    incident = api.Incident(kind="tow", place=place, when=NOON)
    with spoken("en"):
        return svg_map(cascade_scene(api.rank(catalog, incident), catalog))


@contextmanager
def spoken(language: str) -> Iterator[None]:
    """Word the screens in a language, and in English again afterwards."""
    screen_language.set_from(["--lang", language])
    try:
        yield
    finally:
        screen_language.set_from(["--lang", "en"])


def desk_pictures(language: str) -> dict[str, str]:
    """Export the screens of the desk: board, plan, new call, and a card in two states."""
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder), PROVIDERS, language)
        shown = fill(world)

        async def play(pilot: Pilot[None]) -> dict[str, str]:
            found = {"board": await _look(pilot)}
            world.at(0.35)
            await pilot.press("f2")
            pilot.app.post_message(events.Paste(_CALL[language]))
            world.at(0)
            await pilot.press("enter")
            found["intake"] = await _look(pilot)
            return found

        plan = asyncio.run(_at_desk(_desk(world), _plan))
        found = asyncio.run(_at_desk(_desk(world), play)) | {"plan": plan}
        found["card-asking"] = asyncio.run(_at_desk(_desk(world, shown), _look))
        world.at(-0.5)
        world.accept(shown, 2, 35)
        found["card-accepted"] = asyncio.run(_at_desk(_desk(world, shown), _look))
    return found


def _desk(world: World, case_id: int | None = None) -> DeskProgram:
    """Make the program of the desk for a world."""
    tools = desk_tools(_bug)
    guard = KeyGuard(_Seconds())
    return DeskProgram(world.book(), tools, spoken=world.language, case_id=case_id, guard=guard)


class _Seconds:
    """A clock for keys that goes on by a second with each look: no key is dropped."""

    def __init__(self) -> None:
        self._seconds = 0.0

    def __call__(self) -> float:
        self._seconds += 1.0
        return self._seconds


def _bug(error: BaseException) -> UsageError:
    raise AssertionError from error


async def _at_desk(program: DeskProgram, play: Callable[[Pilot[None]], Awaitable[Found]]) -> Found:
    """Let a desk run without a terminal while its pilot plays."""
    async with program.run_test(size=SIZE) as pilot:
        program.query_one("#field", Input).cursor_blink = False
        return await play(pilot)


async def _plan(pilot: Pilot[None]) -> str:
    """Export the plan of all open cases, which is made in the background."""
    await pilot.press("f8")
    await pilot.app.workers.wait_for_complete()
    return await _look(pilot)


async def _look(pilot: Pilot[None]) -> str:
    """Export what stands on the screen of a desk."""
    await pilot.pause()
    await pilot.pause()  # what an act has changed is drawn in the next turn
    strips = pilot.app.screen._compositor.render_strips()
    console = Console(
        file=io.StringIO(), width=SIZE[0], height=SIZE[1], record=True, force_terminal=True,
        color_system="truecolor", legacy_windows=False, _environ={},
    )  # fmt: skip
    for strip in strips:
        console.print(Segments([*strip.simplify(), Segment.line()]), end="")
    return svg_of(console)


if __name__ == "__main__":
    sys.exit(main())
