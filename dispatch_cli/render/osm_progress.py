"""Show on a terminal how much of a map is read."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from .wording import say

Show = Callable[[float | None], None]


@contextmanager
def reading_bar(stream: TextIO, *, is_wanted: bool) -> Iterator[Show]:
    """Show a bar on a terminal; elsewhere nothing is shown.

    The function it yields takes the share of the file that is read, 0 to 1; None if the system
    does not tell it, and the bar then only moves. The bar disappears at the end.
    """
    if not (is_wanted and stream.isatty()):
        yield lambda share: None
        return
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    from .console import console_of, screen_of

    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    console = console_of(stream, screen_of(stream))
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(say("reading the map"), total=None)

        def show(share: float | None) -> None:
            if share is not None:
                progress.update(task, completed=share, total=1.0)

        yield show
