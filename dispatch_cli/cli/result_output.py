"""Show a result: a screen on a terminal, else tab-separated rows, or JSON with ``--json``."""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, TypeVar

from ..errors import DispatchError, ExitCode
from .desk_options import DeskOptions
from .outcome import UNSHOWN, Outcome, emit, emit_list

if TYPE_CHECKING:
    from ..messages import Message
    from ..render.envelope import ErrorEntry
    from ..render.fact_page import Section
    from ..render.layout import Line, Screen
    from ..render.plain import PlainRow
    from ..results.case_results import Recorded

LONG_LINE = 10_000

T = TypeVar("T")


def shown(
    desk: DeskOptions,
    verb: str,
    data: object,
    *,
    lines: "Callable[[Screen], Iterable[Line]]",
    columns: Sequence[str] = (),
    rows: "Callable[[], Iterable[PlainRow]]" = tuple,
    warnings: "Sequence[Message | str]" = (),
    hint: "Message | str" = "",
    exit_code: ExitCode = ExitCode.OK,
    is_served: bool = False,
    is_emergency: bool = False,
    trouble: "DispatchError | None" = None,
) -> Outcome:
    """Make the outcome of a command: a screen on a terminal, else rows, or JSON.

    Without ``columns`` the unbroken lines of the screen are printed instead of rows. ``trouble`` is
    an error beside the result, such as a file that was not written; its exit code counts.
    """
    if trouble is not None:
        exit_code = trouble.exit_code

    def show() -> None:
        all_warnings = (*UNSHOWN.warnings, *warnings)
        if desk.json:
            from ..results.result_status import status_of

            status = status_of(exit_code, served=is_served, emergency=is_emergency)
            emit(
                f"dispatch.{verb.replace(' ', '.')}/1",
                data,
                exit_code=exit_code,
                status=status,
                warnings=all_warnings,
                errors=() if trouble is None else _entries(trouble),
            )
            if trouble is not None:
                from ..render import stderr_lines

                stderr_lines.print_error(trouble, stream=sys.stderr, quiet=desk.quiet)
            return
        if sys.stdout.isatty():
            from ..render.console import print_lines, screen_of

            screen = screen_of(sys.stdout)
            print_lines(lines(screen), sys.stdout, screen)
        elif columns:
            from ..render.plain import write_table

            write_table(columns, rows(), sys.stdout)
        else:
            from ..render.layout import Screen, line_text

            wide = Screen(LONG_LINE, None, getattr(sys.stdout, "encoding", None) or "utf-8")
            # Never with colours, also with FORCE_COLOR: scripts read "log head" and "case audit".
            sys.stdout.writelines(line_text(line) + "\n" for line in lines(wide))
        sys.stdout.flush()
        from ..render import stderr_lines

        if not desk.quiet:
            stderr_lines.print_notes(all_warnings, hint, stream=sys.stderr)
        if trouble is not None:
            stderr_lines.print_error(trouble, stream=sys.stderr, quiet=desk.quiet)

    return Outcome(show, exit_code)


def _entries(trouble: DispatchError) -> "tuple[ErrorEntry, ...]":
    from ..render.envelope import error_entries

    return error_entries(trouble)


def shown_record(
    desk: DeskOptions, verb: str, done: "Recorded", *, hint: "Message | str" = ""
) -> Outcome:
    """Make the outcome of a recorded act."""
    from ..render import case_cards

    return shown(
        desk,
        verb,
        done,
        lines=lambda screen: case_cards.recorded_lines(done, screen),
        columns=case_cards.RECORDED_COLUMNS,
        rows=lambda: case_cards.recorded_rows(done),
        warnings=done.warnings,
        hint=hint,
    )


def paged(
    desk: DeskOptions,
    verb: str,
    key: str,
    pages: Iterable[Sequence[T]],
    *,
    lines: "Callable[[Sequence[T], Screen], Iterable[Line]]",
    columns: Sequence[str],
    rows: "Callable[[Iterable[T]], Iterable[PlainRow]]",
    beside: Mapping[str, object] = {},
) -> Outcome:
    """Make the outcome of a command whose ``data`` is one long list under ``key``.

    ``beside`` are further keys of the ``data``. Each page is written before the next one is read.
    On a terminal each has its own headings.
    """

    def show() -> None:
        if desk.json:
            items = chain.from_iterable(pages)
            emit_list(f"dispatch.{verb.replace(' ', '.')}/1", key, items, beside)
        elif sys.stdout.isatty():
            from ..render.console import print_lines, screen_of

            screen = screen_of(sys.stdout)
            for page in pages:
                if page:
                    print_lines(lines(page, screen), sys.stdout, screen)
        else:
            from ..render.plain import write_table

            write_table(columns, (row for page in pages for row in rows(page)), sys.stdout)
        sys.stdout.flush()

    return Outcome(show)


def listing(
    schema: str,
    columns: Sequence[str],
    rows: "Iterable[Sequence[Message | str]]",
    *,
    json: bool,
    data: object = None,
    warnings: "Sequence[Message | str]" = (),
    sections: "Callable[[], Iterable[Section]] | None" = None,
    folded: Sequence[str] = (),
) -> Outcome:
    """Make the outcome of a command that lists rows; ``data`` is its JSON instead of the rows.

    With ``sections`` a terminal shows a page of facts instead of the rows. ``folded`` names the
    columns whose long words may be broken.
    """

    def show() -> None:
        if json:
            named = [dict(zip(columns, row, strict=True)) for row in rows]
            emit(schema, {"rows": named} if data is None else data, warnings=warnings)
            return
        if sections is not None and sys.stdout.isatty():
            from ..render.console import print_lines, screen_of
            from ..render.fact_page import page_lines

            screen = screen_of(sys.stdout)
            print_lines(page_lines(sections(), screen), sys.stdout, screen)
        else:
            from ..render.listing import print_listing

            print_listing(columns, rows, stream=sys.stdout, folded=folded)
        sys.stdout.flush()
        if warnings:
            from ..render import stderr_lines

            stderr_lines.print_warnings(warnings, stream=sys.stderr)

    return Outcome(show)


def streamed(
    schema: str,
    columns: Sequence[str],
    rows: "Iterable[Sequence[Message | str]]",
    *,
    json: bool,
    key: str,
    items: Iterable[object],
) -> Outcome:
    """Make the outcome of a command that lists many rows, which are not kept in memory.

    With ``--json`` the list ``items`` is printed under ``key``, else ``rows``.
    """
    if json:
        return Outcome(lambda: emit_list(schema, key, items))
    return listing(schema, columns, rows, json=False)
