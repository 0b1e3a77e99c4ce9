"""Notes and reminders, and what is kept, given to its owner or erased."""

import re
from collections.abc import Sequence
from typing import Annotated

import typer
from msgspec.structs import asdict

from ...errors import UsageError
from ..desk_options import CaseArgument, DeskOptions
from ..log_book import open_book, zone_of
from ..option_groups import with_options
from ..outcome import Outcome
from ..result_output import shown
from ..typed_input import read_moment, read_text
from .typed_data import warn_of_typed_data

COLUMNS = ("case", "done")
FORGOTTEN_COLUMNS = ("case", "done", "exports_that_stay")


@with_options(DeskOptions)
def note(
    desk: DeskOptions,
    case_id: CaseArgument,
    text: Annotated[
        str, typer.Argument(metavar="TEXT", help="-: typed on the terminal, or a line of stdin.")
    ],
) -> Outcome:
    """Add a line to a case's notes, which are personal.

    dispatch case note 17 -
    """
    from ...cases import keep_case

    book = open_book(desk)
    said = read_text(text, "note")
    if not said:
        raise UsageError("an empty note")
    keep_case.note(book.renewed(), case_id, said)
    return _done(desk, "note", case_id, "noted", warnings=warn_of_typed_data({"note": text}))


@with_options(DeskOptions)
def callback(
    desk: DeskOptions,
    case_id: CaseArgument,
    time: Annotated[str, typer.Argument(metavar="TIME", help="35 (minutes), 12:40, or done.")],
) -> Outcome:
    """Remember to call the motorist back; a missed one stands first in the list."""
    from ...cases import keep_case
    from ...cases.book import clock

    book = open_book(desk)
    at = None if time in ("done", "erledigt") else read_moment(time, book)
    keep_case.remind(book, case_id, at)
    return _done(desk, "callback", case_id, f"call back {clock(at, book)}" if at else "called back")


@with_options(DeskOptions)
def hold(
    desk: DeskOptions,
    case_id: CaseArgument,
    until: Annotated[
        str, typer.Option("--until", metavar="DAY", help="2026-12-24, or with a time.")
    ],
) -> Outcome:
    """Keep one case back from erasure until a day."""
    from ...cases import keep_case
    from ...notation import parse_when

    book = open_book(desk)
    is_day = re.fullmatch(r"\d{4}-\d{2}-\d{2}", until.strip())
    text = f"{until.strip()}T23:59" if is_day else until
    moment = parse_when(text, book.now, book.catalog.rules.settings.timezone)
    keep_case.hold(book, case_id, moment)
    return _done(desk, "hold", case_id, f"kept until {moment.astimezone(zone_of(book)):%Y-%m-%d}")


@with_options(DeskOptions)
def export(desk: DeskOptions, case_id: CaseArgument) -> Outcome:
    """Give a person what is kept about them; it is written down that it was given."""
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
        typer.Option("--older-than", metavar="DAYS", help="Closed longer ago than that."),
    ] = "30d",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say which cases, erase nothing.")
    ] = False,
    clock_is_right: Annotated[
        bool,
        typer.Option(
            "--clock-is-right", help="Erase also after the clock has jumped: you have checked it."
        ),
    ] = False,
) -> Outcome:
    """Erase what is personal in cases that were closed long enough ago.

    dispatch case forget --older-than 30d --dry-run
    """
    from ...cases import erase_case

    book = open_book(desk)
    found = re.fullmatch(r"([0-9]{1,5}) ?(d|t|days|tage)?", older_than.strip().lower())
    if found is None:
        raise UsageError(
            "--older-than {older_than!r} is not understood; write days, as 30d",
            older_than=older_than,
        )
    gone = erase_case.forget(
        book,
        older_than_days=float(found[1]),
        dry_run=dry_run,
        clock_is_right=clock_is_right,
    )
    zone = zone_of(book)
    exports = {
        case_id: [f"{act.at.astimezone(zone):%Y-%m-%d %H:%M} by {act.operator}" for act in acts]
        for case_id, acts in erase_case.exports_of(book, gone.cases).items()
    }
    done = "would be erased" if dry_run else "erased"
    return shown(
        desk,
        "case forget",
        {**asdict(gone), "exports": {str(key): given for key, given in exports.items()}},
        lines=lambda screen: _lines([f"case {each} {done}" for each in gone.cases] or ["none due"]),
        columns=FORGOTTEN_COLUMNS,
        rows=lambda: [
            {
                "case": each,
                "done": done,
                "exports_that_stay": "; ".join(exports.get(each, ())),
            }
            for each in gone.cases
        ],
        warnings=[
            f"case {case_id} was exported {given}: that copy cannot be reached from here"
            for case_id, all_given in exports.items()
            for given in all_given
        ],
    )


def _done(
    desk: DeskOptions, verb: str, case_id: int, done: str, *, warnings: Sequence[str] = ()
) -> Outcome:
    """Say what was done without repeating what was said."""
    return shown(
        desk,
        f"case {verb}",
        {"case": case_id, "done": done},
        lines=lambda screen: _lines([f"case {case_id}: {done}"]),
        columns=COLUMNS,
        rows=lambda: [{"case": case_id, "done": done}],
        warnings=warnings,
    )


def _lines(texts: list[str]) -> "list[tuple[tuple[str, str], ...]]":
    return [((text, ""),) for text in texts]
