"""The output for cases that are handed over, merged, compared or found."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from ..messages import Message
from .deadline_lines import deadline_lines
from .draft_views import draft_lines
from .figures import iso, past_clock
from .layout import Line, Screen, cells, flow, pad, plain_line, plain_lines, wrap

if TYPE_CHECKING:
    from ..results.hand_over_results import (
        ComparedCase,
        FoundCase,
        HandedCase,
        HandedPromise,
        HandOver,
        Merged,
    )
    from .plain import PlainRow

_INDENT = " " * 6

HAND_OVER_COLUMNS = (
    "case", "kind", "area", "on_line_since", "due", "due_at", "overdue", "ref", "service", "phone",
    "name", "what", "at",
)  # fmt: skip
MERGED_COLUMNS = ("case", "duplicate", "ref", "service", "phone", "name", "call_off_by")
FOUND_COLUMNS = (
    "case", "by", "area", "kind", "state", "provider", "operator", "opened_at", "merged_into",
)  # fmt: skip


def hand_over_lines(done: "HandOver", now: datetime, screen: Screen) -> list[Line]:
    """Make the list to read aloud: a block for each case, the most urgent one first."""
    lines = plain_lines(wrap(screen.text(done.message), screen.width, rest=_INDENT), "bold")
    for each in done.cases:
        lines += _handed_lines(each, now, screen)
    for draft in done.drafts:
        parked = Message("{number} is parked", number=draft.number)
        lines += draft_lines(draft, parked, now, screen)
    return lines


def _handed_lines(case: "HandedCase", now: datetime, screen: Screen) -> list[Line]:
    head = [
        screen.say("case {case_id}", case_id=case.case_id),
        screen.word(case.kind, of="kind"),
        screen.text(case.area),
    ]
    if case.on_line_since is not None:
        since = past_clock(case.on_line_since, now)
        head.append(screen.say("caller on the line since {since}", since=since))
    lines = plain_lines(flow(filter(None, head), screen.width, rest=_INDENT), "bold")
    for due in case.deadlines[:1]:
        lines += deadline_lines(due, now, screen, first=_INDENT)
    for promise in case.promises:
        lines += promise_lines(promise, now, screen)
    return lines


def promise_lines(promise: "HandedPromise", now: datetime, screen: Screen) -> list[Line]:
    """Make the line of what a firm has promised: its number, its name, and until when."""
    what = screen.say("{what} {at}", what=screen.word(promise.what), at=past_clock(promise.at, now))
    parts = [promise.ref, screen.text(promise.phone), screen.text(promise.name), what]
    return plain_lines(flow(parts, screen.width, gap="  ", first=_INDENT, rest=_INDENT * 2))


def hand_over_rows(done: "HandOver") -> "Iterable[PlainRow]":
    """Make a row for each promise of each case; a case without any has one row."""
    for case in done.cases:
        shared: PlainRow = {
            "case": case.case_id,
            "kind": case.kind,
            "area": case.area,
            "on_line_since": iso(case.on_line_since),
            "due": case.due,
            "due_at": iso(case.due_at),
            "overdue": case.overdue,
        }
        for each in case.promises:
            yield {
                **shared,
                "ref": each.ref,
                "service": each.service,
                "phone": each.phone,
                "name": each.name,
                "what": each.what,
                "at": iso(each.at),
            }
        if not case.promises:
            yield shared
    for draft in done.drafts:
        yield {
            "case": draft.number,
            "kind": draft.kind,
            "area": draft.area,
            "due": draft.due,
            "due_at": iso(draft.due_at),
            "overdue": draft.overdue,
        }


def merged_lines(done: "Merged", screen: Screen) -> list[Line]:
    """Make the lines of a merge: what was done, then each firm to call off."""
    lines = plain_lines(wrap(screen.text(done.message), screen.width, rest=_INDENT), "bold")
    for each in done.call_off:
        parts = [each.ref, screen.text(each.phone), screen.text(each.name), screen.say("call off")]
        lines += plain_lines(flow(parts, screen.width, gap="  ", rest=_INDENT))
    return lines


def merged_rows(done: "Merged") -> "Iterable[PlainRow]":
    """Make a row for each firm to call off; one row if there is none."""
    shared: PlainRow = {"case": done.case_id, "duplicate": done.duplicate}
    for each in done.call_off:
        yield {
            **shared,
            "ref": each.ref,
            "service": each.service,
            "phone": each.phone,
            "name": each.name,
            "call_off_by": iso(each.at),
        }
    if not done.call_off:
        yield shared


def compared_lines(
    pair: "tuple[ComparedCase, ComparedCase]", now: datetime, screen: Screen
) -> list[Line]:
    """Make two cases side by side: a line for each fact, with its label."""
    rows: list[tuple[str, Sequence[Message | str]]] = [
        (screen.say("time"), [past_clock(each.opened_at, now) for each in pair]),
        (screen.say("kind"), [screen.word(each.kind, of="kind") for each in pair]),
        (screen.say("vehicle"), [_vehicle(each, screen) for each in pair]),
        (screen.say("plate"), [each.plate for each in pair]),
        (screen.say("number ends"), [each.call_back_end for each in pair]),
        (screen.say("words"), [each.where for each in pair]),
        (screen.say("place"), [each.place for each in pair]),
        (screen.say("state"), [screen.word(each.state, of="case") for each in pair]),
        (screen.say("firm"), [each.provider for each in pair]),
    ]
    first = max(cells(label) for label, _ in rows)
    width = max(10, (screen.width - first - 4) // 2)
    stays, ends = pair
    heads = [
        screen.say("case {case_id} stays", case_id=stays.case_id),
        screen.say("case {case_id} ends", case_id=ends.case_id),
    ]
    lines = [plain_line(f"{pad('', first)}  {pad(heads[0], width)}  {heads[1]}", "bold")]
    for label, texts in rows:
        columns = [list(wrap(screen.text(each) or "-", width)) for each in texts]
        for number in range(max(map(len, columns))):
            left, right = (each[number] if number < len(each) else "" for each in columns)
            head = label if number == 0 else ""
            lines.append(plain_line(f"{pad(head, first)}  {pad(left, width)}  {right}".rstrip()))
    return lines


def _vehicle(case: "ComparedCase", screen: Screen) -> str:
    """Word the facts of the vehicle, such as "car" and "trailer"."""
    return " ".join(map(screen.word, (case.vehicle or "").split()))


def found_lines(found: Sequence["FoundCase"], now: datetime, screen: Screen) -> list[Line]:
    """Make a line for each case that was found."""
    if not found:
        return [plain_line(screen.say("no case"))]
    lines = []
    for each in found:
        parts = [
            each.draft or screen.say("case {case_id}", case_id=each.case_id),
            screen.text(past_clock(each.opened_at, now)),
            screen.text(each.area),
            screen.word(each.kind, of="kind"),
            screen.word(each.state, of="case"),
            screen.text(each.provider),
            screen.text(each.operator),
            screen.say("same {by}", by=screen.word(each.by)),
        ]
        if each.merged_into:
            parts.append(screen.say("merged into {case_id}", case_id=each.merged_into))
        lines += plain_lines(flow(filter(None, parts), screen.width, gap="  ", rest=_INDENT))
    return lines


def found_rows(found: Iterable["FoundCase"]) -> "Iterable[PlainRow]":
    """Make a row for each case that was found."""
    for each in found:
        yield {
            "case": each.draft or each.case_id,
            "by": each.by,
            "area": each.area,
            "kind": each.kind,
            "state": each.state,
            "provider": each.provider,
            "operator": each.operator,
            "opened_at": iso(each.opened_at),
            "merged_into": each.merged_into or "",
        }
