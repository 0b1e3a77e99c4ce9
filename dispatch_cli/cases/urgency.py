"""The one order of urgency of cases and parked calls, for the lists, the audit and the desk."""

from collections.abc import Sequence
from datetime import datetime
from enum import IntEnum

from ..model.case import Case
from .case_deadlines import APPOINTMENT_AFTER, Deadline, deadlines

_PROVIDERS = frozenset({"answer", "ring back", "arrival", "closing", "last resort answer"})
"""Deadlines until which a provider acts and not the desk."""


class Urgency(IntEnum):
    """How urgent a case or a parked call is; the smallest value is first."""

    PERSON = 0
    """A person is hurt or in danger, and the desk has something to do for them."""
    OVERDUE = 1
    ON_LINE = 2
    DUE = 3
    APPOINTMENT = 4
    OVER = 5


def urgency_of(case: Case, due: Sequence[Deadline], now: datetime) -> Urgency:
    """Return the urgency of a case with its deadlines."""
    is_overdue = any(each.is_overdue(now) for each in due)
    is_to_do = is_overdue or any(each.what not in _PROVIDERS for each in due)
    return urgency_by(
        is_person=is_to_do and (case.incident.in_danger or case.emergency_by is not None),
        is_overdue=is_overdue,
        is_over=case.closed_at is not None or case.cancelled,
        is_on_line=case.on_line_since is not None,
        is_appointment=case.incident.when - now > APPOINTMENT_AFTER,
    )


def urgency_by(
    *,
    is_person: bool,
    is_overdue: bool,
    is_over: bool,
    is_on_line: bool,
    is_appointment: bool = False,
) -> Urgency:
    """Return the urgency of a case or of a parked call with these facts."""
    if is_person and not is_over:
        return Urgency.PERSON
    if is_overdue:
        return Urgency.OVERDUE
    if is_over:
        return Urgency.OVER
    if is_on_line:
        return Urgency.ON_LINE
    return Urgency.APPOINTMENT if is_appointment else Urgency.DUE


def sort_key(case: Case, now: datetime) -> tuple[Urgency, datetime, datetime, int]:
    """Return the key of a case: its urgency, then its next deadline, then its age."""
    due = deadlines(case, now)
    far = datetime.max.replace(tzinfo=now.tzinfo)
    return urgency_of(case, due, now), due[0].at if due else far, case.opened_at, case.id
