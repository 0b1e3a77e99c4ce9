"""Where the loop is drawn: on lines that are redrawn, or one screen after the other."""

import sys
from datetime import datetime
from types import TracebackType
from typing import Protocol

from ...render.case_loop import Page, loop_lines
from ...render.console import console_of, print_lines, screen_of, text_of


class Display(Protocol):
    """Where the loop is drawn."""

    def draw(self, page: Page, now: datetime) -> None:
        """Show a page as of a moment."""


class LiveDisplay:
    """Lines that are redrawn in place; the last state stays on the terminal when it ends."""

    def __init__(self) -> None:
        from rich.live import Live

        self._console = console_of(sys.stdout, screen_of(sys.stdout))
        self._live: Live = Live(
            console=self._console,
            auto_refresh=False,
            # What is printed by others must not be caught: messages go to stderr anyway.
            redirect_stdout=False,
            redirect_stderr=False,
            vertical_overflow="crop",
        )

    def __enter__(self) -> "LiveDisplay":
        self._live.start()
        # Killed without warning, the program would leave a terminal without a cursor.
        self._console.show_cursor(True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._live.stop()

    def draw(self, page: Page, now: datetime) -> None:
        """Show a page in the place of the one before; a resized terminal is measured again."""
        screen = screen_of(sys.stdout)
        self._console.width = screen.width
        self._live.update(text_of(loop_lines(page, screen, now)), refresh=True)


class PlainDisplay:
    """One screen after the other, where nothing can be redrawn; without a clock."""

    def __init__(self) -> None:
        self._shown: Page | None = None

    def draw(self, page: Page, now: datetime) -> None:
        """Show a page if it says something new."""
        if page == self._shown:
            return
        self._shown = page
        screen = screen_of(sys.stdout)
        if sys.stdout.isatty():
            print_lines(loop_lines(page, screen, None), sys.stdout, screen)
        else:
            from ...render.layout import line_text

            for line in loop_lines(page, screen, None):
                sys.stdout.write(line_text(line) + "\n")
        sys.stdout.flush()
