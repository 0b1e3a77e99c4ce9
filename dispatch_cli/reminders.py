"""Decide when a change or a lasting problem is reported, so that each is reported once.

A lasting problem is reported at its beginning, at intervals, and at its end.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from .messages import Clock, Message, joined
from .model.check import is_reported_change
from .model.clock_jumps import is_ahead
from .model.provider import CheckState
from .results.case_results import Audit, Overdue
from .results.check_results import CheckReport, HardState, StateChange
from .results.lasting_problem import LastingProblem

_GAP = "   "
"""The blanks between two facts of one line."""


class ReportedProblem(Struct, frozen=True):
    """When a lasting problem was reported first and last, and when it had begun by then."""

    first_at: datetime
    last_at: datetime
    since: str = ""


class ReportedState(Struct, frozen=True):
    """The state of a provider that was reported last; a provider without one was reported up."""

    state: CheckState
    is_flapping: bool = False


_FINE = ReportedState("unknown")


def unreported_changes(
    before: Mapping[str, ReportedState], found: Iterable[HardState]
) -> tuple[list[StateChange], dict[str, ReportedState]]:
    """Return the changes since the last report, and the reported states to store after that.

    It compares states, not runs: a change that another run has found first is reported as well.
    Between the beginning and the end of flapping there is no change. Providers that are not in
    ``found`` are left out without a report.
    """
    changes, after = list[StateChange](), dict[str, ReportedState]()
    for each in found:
        told = before.get(each.provider, _FINE)
        now = ReportedState(each.state, each.is_flapping)
        is_new = told.is_flapping != now.is_flapping or (
            not now.is_flapping and is_reported_change(told.state, now.state)
        )
        if is_new:
            changes.append(_change(told, each))
        kept = now if is_new else told
        if kept.is_flapping or is_reported_change(_FINE.state, kept.state):
            after[each.provider] = kept
    return changes, after


def without(
    before: Mapping[str, ReportedState],
    after: Mapping[str, ReportedState],
    failed: Iterable[str],
) -> dict[str, ReportedState]:
    """Return the reported states if the reports about some providers have failed."""
    kept = dict(after)
    for each in failed:
        kept.pop(each, None)
        if each in before:
            kept[each] = before[each]
    return kept


def _change(told: ReportedState, found: HardState) -> StateChange:
    return StateChange(
        provider=found.provider,
        name=found.name,
        phone=found.phone,
        before=told.state,
        after=found.state,
        at=found.at,
        why=found.why,
        is_flapping=found.is_flapping,
    )


def due_reminders(
    before: Mapping[str, ReportedProblem],
    found: Iterable[HardState],
    now: datetime,
    *,
    again_after: timedelta,
) -> tuple[list[HardState], dict[str, ReportedProblem]]:
    """Return the outages to remind of, and the reported outages to store after that.

    The first report of an outage is a change, not a reminder. An operator who has acknowledged an
    outage gets none until the end of that. A provider that flaps gives none, and one that is
    closed none before it opens.
    """
    due, after = list[HardState](), dict[str, ReportedProblem]()
    for each in found:
        if each.state != "down" or each.is_flapping:
            continue
        since = each.at.isoformat()
        known = before.get(each.provider)
        if known is None or known.since != since:
            known = ReportedProblem(now, now, since)
        elif not (each.is_closed or each.acknowledged_until) and (
            now - known.last_at >= again_after or is_ahead(known.last_at, now)
        ):
            due.append(each)
            known = replace(known, last_at=now)
        after[each.provider] = known
    return due, after


def news_of(
    before: Mapping[str, ReportedProblem],
    lasting: Mapping[str, LastingProblem],
    now: datetime,
    *,
    again_after: timedelta,
    zone: ZoneInfo,
    is_over: Callable[[str], bool] = lambda _: True,
) -> tuple[list[Message | str], dict[str, ReportedProblem]]:
    """Return the lines to print now, and the reported problems to store after that.

    A problem with another beginning is a new one. A last report in the future, after the clock was
    set back, does not suppress a reminder. ``is_over`` is asked for a reported problem that was not
    found now: False if the run could not have found it; it is then kept without a line.
    """
    lines: list[Message | str] = []
    after = {}
    for name, each in lasting.items():
        known = before.get(name)
        if known is None or known.since != each.since:
            lines.append(each.line)
            after[name] = ReportedProblem(now, now, each.since)
        elif now - known.last_at >= again_after or is_ahead(known.last_at, now):
            lines.append(Message("still: {line}", line=each.line))
            after[name] = replace(known, last_at=now)
        else:
            after[name] = known
    for name, known in before.items():
        if name in lasting:
            continue
        if not is_over(name):
            after[name] = known
        else:
            reported_at = Clock(known.first_at, now.astimezone(zone))
            over = "over: {name} (first reported {reported_at})"
            lines.append(Message(over, name=name, reported_at=reported_at))
    return lines, after


def problems_of_audit(
    found: Audit, now: datetime, file_problem: Message | str
) -> dict[str, LastingProblem]:
    """Return the lasting problems of an audit by key, each with the line that reports it.

    ``file_problem`` is the reason why the provider file cannot be read, or empty.
    """
    lasting = {"clock": LastingProblem(found.clock)} if found.clock else {}
    if file_problem:
        unread = Message("the provider file cannot be read: {problem}", problem=file_problem)
        lasting["provider file"] = LastingProblem(unread)
    for each in found.overdue:
        lasting[each.problem] = LastingProblem(_line(each, now), each.since.isoformat())
    return lasting


def problems_of_run(report: CheckReport) -> dict[str, LastingProblem]:
    """Return the lasting problem of an offline observer by its key; empty if it is online."""
    sentence = report.offline_sentence
    return {"observer offline": LastingProblem(sentence)} if sentence else {}


def _line(each: Overdue, now: datetime) -> Message | str:
    """Return the line of a missed deadline: the case, the deadline, and the number to call."""
    name = Message(each.service) if each.service else each.name
    who = Message("{phone}  {name}", phone=each.phone, name=name) if name else ""
    return joined([Message("case {number}", number=each.ref), each.sentence_at(now), who], _GAP)
