"""Show the progress of a batch on a terminal: rows, rate, rejects and remaining time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from .batch_summary import counted_rows
from .figures import grouped
from .wording import say, worded

Show = Callable[[int, int, float | None], None]


@contextmanager
def meter(stream: TextIO, *, is_wanted: bool) -> Iterator[Show | None]:
    """Show a progress bar on a terminal; yields None if there is none to show.

    The function it yields takes the numbers of all rows and of rejected rows, and the share of the
    input that is read, 0 to 1, None for a stream. The bar disappears at the end.
    """
    if not (is_wanted and stream.isatty()):
        yield None
        return
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    from .console import console_of, screen_of

    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        TaskProgressColumn(),
        TimeRemainingColumn(compact=True),
    )
    console = console_of(stream, screen_of(stream))
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(worded(counted_rows(0)), total=None)
        first: list[tuple[int, float]] = []

        def show(rows: int, rejected: int, share: float | None) -> None:
            # The rate leaves out rows that a resumed batch has ranked before.
            before, begun_s = first[0] if first else (rows, progress.get_time())
            first[:] = [(before, begun_s)]
            elapsed_s = progress.get_time() - begun_s
            rate = (rows - before) / elapsed_s if elapsed_s > 0 else 0.0
            progress.update(
                task,
                description=say(
                    "{rows}  {rate}/s  {rejected} rejected",
                    rows=counted_rows(rows),
                    rate=grouped(rate),
                    rejected=grouped(rejected),
                ),
                completed=share or 0.0,
                total=None if share is None else 1.0,
            )

        yield show
