"""Show a long list page by page, so that its length costs no memory."""

import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, TypeVar

from ..outcome import Outcome
from .session import Desk

if TYPE_CHECKING:
    from ...render.layout import Line, Screen
    from ...render.plain import Row

T = TypeVar("T")


def paged(
    desk: Desk,
    verb: str,
    key: str,
    pages: Iterable[Sequence[T]],
    *,
    lines: "Callable[[Sequence[T], Screen], Iterable[Line]]",
    columns: Sequence[str],
    rows: "Callable[[Iterable[T]], Iterable[Row]]",
) -> Outcome:
    """Make the outcome of a verb whose ``data`` is one long list under ``key``.

    Each page is written before the next one is read. On a terminal each has heads of its own.
    """

    def show() -> None:
        if desk.json:
            _write_json(f"dispatch.{verb.replace(' ', '.')}/1", key, pages)
        elif sys.stdout.isatty():
            from ...render.console import print_lines, screen_of

            screen = screen_of(sys.stdout)
            for page in pages:
                if page:
                    print_lines(lines(page, screen), sys.stdout, screen)
        else:
            from ...render.plain import write_table

            write_table(columns, (row for page in pages for row in rows(page)), sys.stdout)
        sys.stdout.flush()

    return Outcome(show)


def _write_json(schema: str, key: str, pages: Iterable[Sequence[object]]) -> None:
    """Write the envelope with its list in pieces; the bytes are those of one envelope."""
    from ...render.envelope import envelope

    def encoded(items: Sequence[object]) -> bytes:
        return envelope(schema, data={key: items}, status="success", exit_code=0)

    empty = encoded([])
    begin = empty.index(b"[]", empty.index(f'"{key}":'.encode())) + 1
    out, between = sys.stdout.buffer, b""
    out.write(empty[:begin])
    for page in pages:
        if page:
            out.write(between + encoded(page)[begin : begin - len(empty)])
            between = b","
    out.write(empty[begin:])
