"""Open the case of a call from its facts, or park the call."""

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from ...errors import UnavailableError, UsageError
from ...messages import Message
from ..desk_options import DeskOptions
from ..outcome import Outcome
from ..result_output import shown
from ..typed_input import ask
from .opened import shown_opened
from .questions import Interview, print_parked

if TYPE_CHECKING:
    from ...cases.book import Book
    from ...cases.draft_calls import Record
    from ...model.draft import Draft
    from ...results.case_results import DraftView

Warnings = Sequence[Message | str]

NO_NUMBER = Message("no call-back number: the caller is lost if the line drops")


def opened_from_interview(
    desk: DeskOptions,
    book: "Book",
    interview: Interview,
    warnings: Warnings,
    *,
    like: int = 0,
    work: bool = False,
    verb: str = "open",
) -> Outcome:
    """Ask the missing facts and open the case; Ctrl-C leaves the call parked.

    If the log cannot be written at the end, the operator can try again.
    """
    try:
        interview.run()
        while True:
            try:
                return opened_from_facts(
                    desk,
                    book.renewed(),
                    interview.call.facts,
                    warnings,
                    draft=interview.call.draft,
                    like=like,
                    work=work,
                    verb=verb,
                )
            except UnavailableError as error:
                from ...render import stderr_lines

                # The question says what to do; a second hint would contradict it.
                stderr_lines.print_error(error, stream=sys.stderr, quiet=True)
                ask(Message("NOT SAVED. Enter tries again"))
    except (KeyboardInterrupt, UsageError):
        if not book.unshown.recorded:
            print_parked(interview.call)
        raise


def opened_from_facts(
    desk: DeskOptions,
    book: "Book",
    facts: Mapping[str, str],
    warnings: Warnings,
    *,
    draft: "Draft | None" = None,
    like: int = 0,
    work: bool = False,
    verb: str = "open",
) -> Outcome:
    """Open the case of these facts, and end its draft in the same transaction."""
    from ...cases.call_in_progress import open_call

    _must_be_complete(facts)
    opened = open_call(book, facts, draft=draft, like=like)
    notes = [*opened.warnings, *warnings]
    if not work:
        return shown_opened(desk, book, opened, notes, verb=verb)
    from ..desk import opened_desk

    # The place to confirm is shown here as well, because the card shows only the rough area.
    confirm = Message("CONFIRM  {place}", place=opened.answer.incident.place)
    return opened_desk(desk, book, opened.case.id, [confirm, *notes])


def shown_started(
    desk: DeskOptions,
    book: "Book",
    facts: Mapping[str, str],
    warnings: Warnings,
    *,
    on_line: bool = False,
) -> Outcome:
    """Park a call with its first facts."""
    from ...cases import draft_calls, open_case

    if not facts and not on_line:
        raise UsageError("a parked call needs a fact", hint="for example --call-back NUMBER")
    notes = [*warnings, *open_case.doubtful_number(facts.get("call_back", ""))]

    def act(record: "Record") -> object:
        def with_warning(draft: "Draft", done: Message) -> None:
            if not draft.can_be_called_back:
                notes.append(NO_NUMBER)
            record(draft, done)

        return draft_calls.start(book, facts, on_line=on_line, record=with_warning)

    return shown_draft(desk, "case open", book, act, warnings=notes)


def shown_draft(
    desk: DeskOptions,
    verb: str,
    book: "Book",
    act: "Callable[[Record], object]",
    *,
    warnings: Warnings = (),
) -> Outcome:
    """Do an act on a parked call, and make its outcome without the facts of the call.

    ``act`` passes the changed draft to its argument before the commit.
    """
    from ...cases.book import local
    from ...cases.view_drafts import view
    from ...render import draft_views

    here = local(book.now, book)
    recorded: list[tuple[DraftView, Message]] = []
    act(lambda draft, done: recorded.append((view(draft, book.now), done)))
    ((found, done),) = recorded
    return shown(
        desk,
        verb,
        {"draft": found, "done": done},
        lines=lambda screen: draft_views.draft_lines(found, done, here, screen),
        columns=draft_views.DRAFT_COLUMNS,
        rows=lambda: draft_views.draft_rows([found]),
        warnings=warnings,
    )


def _must_be_complete(facts: Mapping[str, str]) -> None:
    """Raise UsageError if kind or place is missing."""
    options = {"kind": "KIND", "at": "--at PLACE"}
    missing = [option for name, option in options.items() if not facts.get(name)]
    if missing:
        raise UsageError(
            "missing: {missing}",
            missing=", ".join(missing),
            hint="on a terminal the command asks for it, unless --quiet",
        )
