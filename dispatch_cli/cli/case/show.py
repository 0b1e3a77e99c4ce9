"""``dispatch case show``, ``list`` and ``audit``."""

import itertools
from typing import TYPE_CHECKING, Annotated

import typer

from ...cases.book import local
from ...errors import DispatchError, ExitCode, UsageError
from ...messages import Message
from ..desk_options import CaseArgument, DeskOptions
from ..log_book import open_book
from ..map_option import MapOption, check_map, write_map
from ..option_groups import with_options
from ..outcome import Outcome
from ..result_output import shown

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from ...cases.book import Book
    from ...results.case_results import Audit, PersonalView
    from ...results.map_scene import MapScene


@with_options(DeskOptions)
def show(
    desk: DeskOptions,
    *,
    case_id: CaseArgument,
    log: Annotated[bool, typer.Option("--log", help="Add the journal of the case.")] = False,
    personal: Annotated[
        bool, typer.Option("--personal", help="Add personal data; the journal records this view.")
    ] = False,
    call_back: Annotated[
        bool,
        typer.Option(
            "--call-back",
            help="Add the call-back number, if you work on the case; the journal records it.",
        ),
    ] = False,
    map_file: MapOption = None,
) -> Outcome:
    """Show a case: its state, services and offers.

    A map has the area of the postcode; with --personal it has the exact place.
    """
    from ...cases import take_over, view_case
    from ...render import case_views

    check_map(map_file)
    book = open_book(desk)
    # First, so that the shown journal has the record of this view as well.
    private = view_case.personal(book, case_id) if personal else None
    numbers = view_case.call_back_numbers(book, case_id) if call_back else ()
    view = view_case.show(book, case_id)
    acts = view_case.acts(book, case_id) if log else []
    trouble = write_map(map_file, lambda: _scene(book, case_id, is_exact=private is not None))
    here = local(book.now, book)
    data: dict[str, object] = {"case": view}
    if log:
        data["log"] = acts
    if private is not None:
        data["personal"] = private
    if call_back:
        data["call_back"] = numbers
    return shown(
        desk,
        "case show",
        data,
        lines=lambda screen: [
            *case_views.show_lines(view, here, screen, acts, private),
            *(case_views.call_back_lines(numbers, screen) if call_back else ()),
        ],
        columns=case_views.SHOW_COLUMNS,
        rows=lambda: [
            *case_views.show_rows(view, acts),
            *(
                {"what": "personal", "ref": str(case_id), "state": row["key"], "text": row["value"]}
                for row in (case_views.personal_rows(private) if private else ())
            ),
            *case_views.call_back_rows(numbers),
        ],
        warnings=(*take_over.takeovers(book, [view]), *_map_warnings(map_file, private, trouble)),
        trouble=trouble,
    )


def _scene(book: "Book", case_id: int, *, is_exact: bool) -> "MapScene":
    from ...cases.case_scene import case_scene
    from ...map_scenes.known_roads import known_roads

    roads = known_roads(book.catalog.rules.roads)
    return case_scene(book, case_id, is_exact=is_exact, roads=roads)


def _map_warnings(
    path: "Path | None", private: "PersonalView | None", trouble: "DispatchError | None"
) -> "list[Message | str]":
    """Warn of a written map with the exact place, which no later erasure reaches."""
    if path is None or private is None or trouble is not None:
        return []
    return [
        Message(
            "{path} has the exact place; dispatch case forget does not reach the file: delete it"
            " yourself",
            path=path,
        )
    ]


@with_options(DeskOptions)
def list_cases(
    desk: DeskOptions,
    open_only: Annotated[bool, typer.Option("--open", help="List open cases only.")] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="List all closed cases, not only the last 50.")
    ] = False,
) -> Outcome:
    """List parked calls, open cases and the last 50 closed ones, without personal data.

    Missed deadlines are first.
    """
    from ...cases import take_over, view_case
    from ...render import case_list, case_views
    from ...results.case_results import CaseView, DraftView

    if open_only and everything:
        raise UsageError("--open and --all exclude each other", hint="leave one of them out")
    book = open_book(desk)
    here = local(book.now, book)
    found = view_case.listed(book, closed=0 if open_only or everything else view_case.LATELY_CLOSED)
    cases = [each for each in found if isinstance(each, CaseView)]
    drafts = [each for each in found if isinstance(each, DraftView)]
    if everything:
        from ..result_output import paged

        return paged(
            desk,
            "case list",
            "cases",
            itertools.chain([cases if desk.json else found], view_case.closed_pages(book)),
            lines=lambda page, screen: case_list.list_lines(page, here, screen),
            columns=case_views.LIST_COLUMNS,
            rows=case_views.list_rows,
            beside={"drafts": drafts},
        )
    return shown(
        desk,
        "case list",
        {"cases": cases, "drafts": drafts},
        lines=lambda screen: case_list.list_lines(found, here, screen),
        columns=case_views.LIST_COLUMNS,
        rows=lambda: case_views.list_rows(found),
        warnings=take_over.takeovers(book, cases),
    )


@with_options(DeskOptions)
def audit(desk: DeskOptions) -> Outcome:
    """List missed deadlines, with exit code 7; without any no output and exit code 0.

    With --quiet each line is printed when it begins, as a reminder, and when it is over.
    """
    from ...cases import view_case
    from ...render import deadline_lines

    book = open_book(desk)
    is_by_cron = desk.quiet and not desk.json
    found = view_case.audit(book, is_by_cron=is_by_cron)
    here = local(book.now, book)
    exit_code = ExitCode.ATTENTION if found.overdue or found.clock else ExitCode.OK
    if is_by_cron:
        return Outcome(_news(book, found, here), exit_code)
    return shown(
        desk,
        "case audit",
        found,
        lines=lambda screen: deadline_lines.audit_lines(found, here, screen),
        exit_code=exit_code,
    )


def _news(book: "Book", found: "Audit", here: "datetime") -> "Callable[[], None]":
    """Return a function that prints the changes since the last audit by cron."""
    from ...reminders import problems_of_audit
    from ..reminding import reminder_of

    lasting = problems_of_audit(found, here, book.file_problem)
    reminder = reminder_of(book.store.path, "audit", book.catalog)
    is_seen = not found.clock and book.store.path.exists()
    return lambda: reminder.print_news(lasting, book.now, is_seen=is_seen)
