"""Show the calls that are not finished, without personal data, and their missed deadlines."""

import re
from collections.abc import Iterator
from datetime import datetime

from ..model.draft import Draft
from ..results.case_results import DraftView, Overdue
from . import draft_calls
from .urgency import Urgency, urgency_by

_POSTCODE = re.compile(r"(?<![\w.,+/:-])[0-9]{5}(?![\w.,+/:-])")


def sort_key(draft: Draft, now: datetime) -> tuple[Urgency, datetime, datetime, int]:
    """Return the key of a draft in the one order of urgency of calls and cases."""
    due = draft_calls.deadline(draft, now)
    urgency = urgency_by(
        is_person=draft.is_danger,
        is_overdue=due.is_overdue(now),
        is_over=draft.ended_at is not None,
        is_on_line=draft.on_line,
    )
    return urgency, due.at, draft.opened_at, draft.id


def view(draft: Draft, now: datetime) -> DraftView:
    """Return the view of a draft at a moment."""
    facts, due = draft.facts, draft_calls.deadline(draft, now)
    injured = facts.get("injured", "")
    return DraftView(
        number=draft.number,
        state="held" if draft_calls.is_held(draft) else "parked",
        operator=draft.operator,
        opened_at=draft.opened_at,
        changed_at=draft.changed_at,
        waits_min=max(0.0, (now - draft.parked_at).total_seconds() / 60),
        kind=facts.get("kind", ""),
        area=_area(facts.get("at", "")),
        injured=int(injured) if injured.isdecimal() else None,
        in_danger=draft.is_danger,
        has_number=bool(facts.get("call_back")),
        on_line=draft.on_line,
        missing=draft.missing,
        due=due.what,
        due_at=due.at,
        overdue=due.is_overdue(now),
    )


def overdue_of(draft: Draft, now: datetime) -> Iterator[Overdue]:
    """Yield the missed deadline of a parked call, or of a draft that must be erased."""
    due = draft_calls.deadline(draft, now)
    if due.is_overdue(now):
        yield Overdue(draft.number, due.what, due.at, "", "", is_ahead=due.is_ahead)


def _area(place: str) -> str:
    """Return the postcode that a typed place has; empty without one, or with several."""
    from ..notation import is_postcode

    found = {each for each in _POSTCODE.findall(place) if is_postcode(each)}
    return found.pop() if len(found) == 1 else ""
