"""``dispatch case merge`` and ``find``: two cases that are one, and the case of a caller."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from ...cases.book import local
from ...errors import UsageError
from ...messages import Message
from ...model.words import YES
from ..completion import complete_cases
from ..desk_options import CaseArgument, DeskOptions
from ..log_book import open_book
from ..option_groups import with_options
from ..outcome import Outcome
from ..result_output import shown, shown_record
from ..typed_input import ask, read_text
from .typed_data import warn_of_typed_data

if TYPE_CHECKING:
    from ...cases.book import Book


@with_options(DeskOptions)
def merge(
    desk: DeskOptions,
    case_id: CaseArgument,
    duplicate: Annotated[
        int,
        typer.Argument(
            metavar="DUPLICATE",
            min=1,
            help="Number of the case that ends.",
            autocompletion=complete_cases,
        ),
    ],
    *,
    yes: Annotated[
        bool, typer.Option("--yes", help="Merge without a comparison; needed in scripts.")
    ] = False,
    undo: Annotated[
        bool, typer.Option("--undo", help="Undo the merge: the duplicate is open again.")
    ] = False,
) -> Outcome:
    """Merge a duplicate into the case that stays; the duplicate ends, its firms are called off.

    The first number stays, the second ends. Both keep their callers and numbers. On a terminal
    both are shown side by side first.

    dispatch case merge 17 4 --yes
    """
    from ...cases import merge_cases, undo_acts
    from ...render import case_handover

    book = open_book(desk)
    if undo:
        done = undo_acts.undo_merge(book, case_id, duplicate)
        return shown_record(desk, "case merge", done)
    if not yes:
        _must_be_the_same(desk, book, case_id, duplicate)
    merged = merge_cases.merge(book.renewed(), case_id, duplicate)
    return shown(
        desk,
        "case merge",
        merged,
        lines=lambda screen: case_handover.merged_lines(merged, screen),
        columns=case_handover.MERGED_COLUMNS,
        rows=lambda: case_handover.merged_rows(merged),
        warnings=merged.warnings,
    )


def _must_be_the_same(desk: DeskOptions, book: "Book", case_id: int, duplicate: int) -> None:
    """Show both cases on the terminal and ask; raises UsageError for another answer than yes."""
    from ...cases import merge_cases
    from ...render import case_handover
    from ...render.console import print_lines, screen_of

    if not desk.is_asking:
        raise UsageError("a merge in a script needs --yes")
    pair = merge_cases.compare(book, case_id, duplicate)
    here, screen = local(book.now, book), screen_of(sys.stderr)
    print_lines(case_handover.compared_lines(pair, here, screen), sys.stderr, screen)
    question = Message(
        "Is case {duplicate} the same vehicle as case {case_id}? [y/N]",
        duplicate=duplicate,
        case_id=case_id,
    )
    if ask(question).lower() not in YES:
        raise UsageError("nothing was merged")


@with_options(DeskOptions)
def find(
    desk: DeskOptions,
    text: Annotated[
        str,
        typer.Argument(
            metavar="TEXT",
            help="Call-back number, plate, reference, place or case number (- asks for it).",
        ),
    ],
) -> Outcome:
    """Find cases by call-back number, plate, reference, place or case number.

    Shows number, area, kind, state and firm of each case, and no personal data.

    dispatch case find -
    """
    from ...cases import find_case
    from ...render import case_handover

    book = open_book(desk)
    found = find_case.find(book, read_text(text, "what to find"))
    here = local(book.now, book)
    return shown(
        desk,
        "case find",
        {"cases": found},
        lines=lambda screen: case_handover.found_lines(found, here, screen),
        columns=case_handover.FOUND_COLUMNS,
        rows=lambda: case_handover.found_rows(found),
        warnings=() if find_case.is_number(text) else warn_of_typed_data({"TEXT": text}),
    )
