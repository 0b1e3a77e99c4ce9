"""Show the calls that are not finished, without personal data, and their missed deadlines."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from ..model.draft import Draft
from ..model.words import DANGEROUS_SPOTS
from ..results.case_results import DraftView, Overdue
from . import draft_calls
from .book import Book

if TYPE_CHECKING:
    from ..store import Reader

_POSTCODE = re.compile(r"(?<![\w.,+/:-])[0-9]{5}(?![\w.,+/:-])")


def views(book: Book) -> list[DraftView]:
    """Return the calls that are not finished: missed deadlines first, then by deadline.

    A list of the cases must be read after this, so that a call that is finished in between stands
    in one of both.
    """
    with book.store.reading() as reader:
        found = [view(draft, book.now) for draft in reader.drafts()]
    return sorted(found, key=lambda each: (not each.overdue, each.due_at))


def view(draft: Draft, now: datetime) -> DraftView:
    """Return the view of a draft at a moment."""
    facts, due = draft.facts, draft_calls.deadline(draft, now)
    injured = facts.get("injured", "")
    return DraftView(
        number=draft.number,
        state="asking" if draft_calls.is_held(draft) else "parked",
        operator=draft.operator,
        opened_at=draft.opened_at,
        changed_at=draft.changed_at,
        waits_min=max(0.0, (now - draft.parked_at).total_seconds() / 60),
        kind=facts.get("kind", ""),
        area=_area(facts.get("at", "")),
        injured=int(injured) if injured.isdecimal() else None,
        in_danger=injured not in ("", "0")
        or facts.get("trapped") == "yes"
        or facts.get("spot") in DANGEROUS_SPOTS,
        has_number=bool(facts.get("call_back")),
        on_line=draft.on_line,
        missing=draft.missing,
        due=due.what,
        due_at=due.at,
        overdue=due.is_overdue(now),
    )


def overdue(reader: "Reader", now: datetime) -> Iterator[Overdue]:
    """Yield the missed deadlines of parked calls, and of drafts that must be erased."""
    for draft in (*reader.drafts(), *reader.drafts_ended(now)):
        due = draft_calls.deadline(draft, now)
        if due.is_overdue(now):
            yield Overdue(draft.number, due.what, due.at, "", "", is_ahead=due.is_ahead)


def _area(place: str) -> str:
    """Return the postcode that a typed place has; empty without one, or with several."""
    from ..notation import is_postcode

    found = {each for each in _POSTCODE.findall(place) if is_postcode(each)}
    return found.pop() if len(found) == 1 else ""
