"""Show a case that was opened or amended: emergency numbers, and the next calls."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...cases.book import local
from ...messages import Message
from ..desk_options import DeskOptions
from ..outcome import UNSHOWN, Outcome, emit
from ..result_output import shown

if TYPE_CHECKING:
    from ...cases.book import Book
    from ...cases.open_case import OpenedCase
    from ...results.cascade_answer import Answer


def shown_opened(
    desk: DeskOptions,
    book: "Book",
    opened: "OpenedCase",
    warnings: "Sequence[Message | str]",
    *,
    verb: str = "open",
) -> Outcome:
    """Make the outcome of ``case open``, which shows the exact place once."""
    answer, case = opened.answer, opened.case
    notes: tuple[Message | str, ...] = (*UNSHOWN.warnings, *warnings)
    view = opened.view

    def show() -> None:
        from ...render import case_opened, stderr_lines
        from ...results.result_status import status_of

        if desk.json:
            emit(
                f"dispatch.case.{verb}/1",
                {"case": view, "answer": answer},
                exit_code=answer.exit_code,
                status=status_of(
                    answer.exit_code, served=_is_served(answer), emergency=bool(answer.emergency)
                ),
                warnings=notes,
            )
            return
        if sys.stdout.isatty():
            from ...render.cascade_table import print_answer
            from ...render.wording import say

            print(say("CASE {case_id}", case_id=case.id))
            print_answer(
                answer,
                stream=sys.stdout,
                suggest="" if desk.quiet else f"dispatch case offer {case.id}",
                now=local(book.now, book),
            )
        else:
            from ...render.plain import write_table

            rows = case_opened.opened_rows(case.id, answer)
            write_table(case_opened.OPENED_COLUMNS, rows, sys.stdout)
        sys.stdout.flush()
        if not desk.quiet:
            stderr_lines.print_warnings(notes, stream=sys.stderr)

    return Outcome(show, answer.exit_code)


def shown_amended(
    desk: DeskOptions, verb: str, book: "Book", opened: "OpenedCase", changes: dict[str, object]
) -> Outcome:
    """Make the outcome of ``case amend``, which shows the place only if it has changed."""
    from ...render import case_opened

    answer = opened.answer
    view = opened.view
    here = local(book.now, book)
    place = answer.incident.place if "at" in changes else ""
    is_waiting = any(service.state == "waiting" for service in view.services)
    return shown(
        desk,
        verb,
        {
            "case": view,
            "emergency": answer.emergency,
            "advice": answer.advice,
            "place": place,
        },
        lines=lambda screen: case_opened.amended_lines(view, answer, place, here, screen),
        columns=case_opened.OPENED_COLUMNS,
        rows=lambda: case_opened.amended_rows(view, answer, place),
        warnings=opened.warnings,
        hint=Message('place the next call: "dispatch case offer {id}"', id=view.id)
        if is_waiting
        else "",
        exit_code=answer.exit_code,
        is_served=_is_served(answer),
        is_emergency=bool(answer.emergency),
    )


def _is_served(answer: "Answer") -> bool:
    return any(cascade.candidates for cascade in answer.cascades)
