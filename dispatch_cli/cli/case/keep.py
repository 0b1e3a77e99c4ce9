"""The commands for notes, call backs and personal data."""

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from ...cases.book import local
from ...cases.decisions import of_case
from ...errors import UsageError
from ...messages import Message, joined
from ..completion import words_of
from ..desk_options import CaseArgument, DeskOptions
from ..log_book import open_book
from ..option_groups import with_options
from ..outcome import Outcome
from ..result_output import shown
from ..typed_input import read_moment, read_text
from .typed_data import warn_of_typed_data

if TYPE_CHECKING:
    from ...cases.book import Book
    from ...cases.erase_case import Forgotten
    from ...render.layout import Line, Screen

COLUMNS = ("case", "done")
FORGOTTEN_COLUMNS = ("case", "done", "exports_that_stay")


@with_options(DeskOptions)
def note(
    desk: DeskOptions,
    case_id: CaseArgument,
    text: Annotated[
        str,
        typer.Argument(metavar="TEXT", help="Text of the note (- asks for it)."),
    ],
) -> Outcome:
    """Add a line to the notes of a case, which are personal data.

    dispatch case note 17 -
    """
    from ...cases import keep_case

    book = open_book(desk)
    line = read_text(text, Message("note"))
    if not line:
        raise UsageError("the note is empty")
    warnings = warn_of_typed_data({"note": text})
    keep_case.note(book.renewed(), case_id, line)
    return _done(desk, "note", case_id, keep_case.NOTED, warnings=warnings)


@with_options(DeskOptions)
def callback(
    desk: DeskOptions,
    case_id: CaseArgument,
    time: Annotated[
        str,
        typer.Argument(
            metavar="TIME",
            help="Time: 35 (minutes from now), 12:40, or done.",
            autocompletion=words_of(lambda: ("done",)),
        ),
    ],
) -> Outcome:
    """Set the time to call the motorist back; missed call backs are first in the list."""
    from ...cases import keep_case

    book = open_book(desk)
    at = None if time in ("done", "erledigt") else read_moment(time, book)
    return _done(desk, "callback", case_id, keep_case.remind(book, case_id, at))


@with_options(DeskOptions)
def hold(
    desk: DeskOptions,
    case_id: CaseArgument,
    until: Annotated[
        str,
        typer.Option(
            "--until", metavar="DAY", help="Last day, such as 2026-12-24, or a moment of it."
        ),
    ],
) -> Outcome:
    """Keep the personal data of a case from erasure until a day."""
    from ...cases import keep_case

    book = open_book(desk)
    moment = keep_case.last_moment(book, until)
    return _done(desk, "hold", case_id, keep_case.hold(book, case_id, moment))


@with_options(DeskOptions)
def export(desk: DeskOptions, case_id: CaseArgument) -> Outcome:
    """Print the motorist's personal data for the motorist; the journal records the export."""
    from ...cases import keep_case
    from ...render import case_views

    personal = keep_case.export(open_book(desk), case_id)
    return shown(
        desk,
        "case export",
        personal,
        lines=lambda screen: case_views.personal_lines(personal, screen),
        columns=case_views.PERSONAL_COLUMNS,
        rows=lambda: case_views.personal_rows(personal),
    )


@with_options(DeskOptions)
def forget(
    desk: DeskOptions,
    older_than: Annotated[
        str,
        typer.Option("--older-than", metavar="DAYS", help="Least number of days since closing."),
    ] = "30d",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="List the cases without erasing them.")
    ] = False,
    clock_is_right: Annotated[
        bool,
        typer.Option(
            "--clock-is-right", help="Confirm the time after a jump of the clock, and erase."
        ),
    ] = False,
) -> Outcome:
    """Erase the personal data of cases that were closed long enough ago.

    dispatch case forget --older-than 30d --dry-run
    """
    from ...cases import erase_case

    book = open_book(desk)
    found = re.fullmatch(r"([0-9]{1,5}) ?(d|t|days|tage)?", older_than.strip().lower())
    if found is None:
        raise UsageError(
            "--older-than {older_than!r} is not a number of days; write, for example, 30d",
            older_than=older_than,
        )
    gone = erase_case.forget(
        book,
        older_than_days=float(found[1]),
        dry_run=dry_run,
        clock_is_right=clock_is_right,
    )
    return _shown_erasures(desk, gone, book)


def _shown_erasures(desk: DeskOptions, gone: "Forgotten", book: "Book") -> Outcome:
    """Make the outcome of an erasure, with a warning for each export that stays."""
    exports = {
        case_id: [
            Message(
                "{at:%Y-%m-%d %H:%M} by {operator}", at=local(act.at, book), operator=act.operator
            )
            for act in acts
        ]
        for case_id, acts in gone.exports.items()
    }
    done = Message("would be erased") if gone.dry_run else Message("erased")
    return shown(
        desk,
        "case forget",
        {
            "cases": gone.cases,
            "dry_run": gone.dry_run,
            "exports": {str(key): texts for key, texts in exports.items()},
            "drafts": gone.drafts,
        },
        lines=lambda screen: _lines(
            [
                *(
                    Message("{number} would be erased", number=each)
                    if gone.dry_run
                    else Message("{number} erased", number=each)
                    for each in gone.drafts
                ),
                *(
                    [
                        Message("case {case_id} would be erased", case_id=each)
                        if gone.dry_run
                        else Message("case {case_id} erased", case_id=each)
                        for each in gone.cases
                    ]
                    or [Message("no case is due for erasure")]
                ),
            ],
            screen,
        ),
        columns=FORGOTTEN_COLUMNS,
        rows=lambda: [
            {"case": each, "done": done, "exports_that_stay": joined(exports.get(number, ()))}
            for each, number in (
                *((each, 0) for each in gone.drafts),
                *((str(each), each) for each in gone.cases),
            )
        ],
        warnings=[
            Message(
                "case {case_id} was exported {export}: erase that copy as well",
                case_id=case_id,
                export=each,
            )
            for case_id, texts in exports.items()
            for each in texts
        ],
    )


def _done(
    desk: DeskOptions,
    verb: str,
    case_id: int,
    done: Message,
    *,
    warnings: Sequence[Message | str] = (),
) -> Outcome:
    """Make the outcome of a command without the personal data that were entered."""
    return shown(
        desk,
        f"case {verb}",
        {"case": case_id, "done": done},
        lines=lambda screen: _lines([of_case(case_id, done)], screen),
        columns=COLUMNS,
        rows=lambda: [{"case": case_id, "done": done}],
        warnings=warnings,
    )


def _lines(sentences: Iterable[Message], screen: "Screen") -> "list[Line]":
    return [((screen.text(each), ""),) for each in sentences]
