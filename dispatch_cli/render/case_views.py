"""The output for the handover list, one case with its history, and missed deadlines."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from ..messages import Message
from ..results.case_results import DraftView
from ..results.lasting_problem import LastingProblem
from .draft_views import draft_cells
from .figures import iso, past_clock
from .layout import (
    Line,
    Screen,
    cells,
    flow,
    line_text,
    pad,
    plain_line,
    plain_lines,
    wrap,
)
from .wording import say

if TYPE_CHECKING:
    from ..results.case_results import (
        Act,
        Audit,
        CaseView,
        OfferView,
        Overdue,
        PersonalView,
        ServiceView,
    )
    from .plain import PlainRow

_INDENT = " " * 6
_NAME_LEAST = 12

LIST_COLUMNS = (
    "case", "age_min", "kind", "client", "area", "service", "state", "offer", "provider", "due",
    "due_at", "overdue", "operator", "case_state",
)  # fmt: skip
SHOW_COLUMNS = (
    "what", "ref", "service", "state", "phone", "name", "at", "answered_at", "promised_at",
    "arrived_at", "reason", "override", "operator", "text",
)  # fmt: skip
PERSONAL_COLUMNS = ("key", "value")
_PERSONAL = ("place", "where", "caller", "call_back", "plate", "ref", "to", "language", "note")


def list_lines(
    views: Sequence["CaseView | DraftView"], now: datetime, screen: Screen
) -> list[Line]:
    """Make the handover list: a line for each parked call, and each service of each case."""
    if not views:
        return [plain_line("no case")]
    rows: list[tuple[str, ...]] = []
    for view in views:
        if isinstance(view, DraftView):
            rows.append(draft_cells(view, now))
        else:
            rows += [_list_cells(view, service, now) for service in view.services or (None,)]
    heads = ("Case", "Age", "Service", "State", "Due", "Operator")
    texts = [[screen.text(cell) for cell in row] for row in rows]
    widths = [max(map(cells, column)) for column in zip(heads, *texts, strict=True)]
    widths = _fitted(widths, screen.width)
    lines = [_row_line(heads, widths, screen, "bold")]
    for row in texts:
        style = "bold red" if row[4].endswith("MISSED") else ""
        lines.append(_row_line(row, widths, screen, style))
    return lines


def list_rows(views: Iterable["CaseView | DraftView"]) -> "Iterable[PlainRow]":
    """Make a row for each parked call and each service of each case; a case has at least one."""
    for view in views:
        if isinstance(view, DraftView):
            yield {
                "case": view.number,
                "age_min": round(view.waits_min, 1),
                "kind": view.kind,
                "area": view.area,
                "state": view.state,
                "due": view.due,
                "due_at": iso(view.due_at),
                "overdue": view.overdue,
                "operator": view.operator,
                "case_state": view.state,
            }
            continue
        shared: PlainRow = {
            "case": view.id,
            "age_min": round(view.age_min, 1),
            "kind": view.kind,
            "client": view.client or "",
            "area": view.area,
            "due": view.due,
            "due_at": iso(view.next_deadline),
            "overdue": view.overdue,
            "operator": view.operator,
            "case_state": view.state,
        }
        for service in view.services:
            yield {
                **shared,
                "service": service.service,
                "state": service.state,
                "offer": service.offer,
                "provider": service.provider,
                "due": service.due,
                "due_at": iso(service.due_at),
                "overdue": service.overdue,
            }
        if not view.services:
            yield shared


def show_lines(
    view: "CaseView",
    now: datetime,
    screen: Screen,
    acts: Iterable["Act"] = (),
    personal: "PersonalView | None" = None,
) -> list[Line]:
    """Make the screen of one case."""
    head = [
        f"case {view.id}",
        screen.text(view.kind),
        f"near {screen.text(view.area)}" if view.area else "",
        screen.text(view.client or "no client"),
        view.state,
        f"opened {past_clock(view.opened_at, now)} by {screen.text(view.operator)}",
    ]
    lines = plain_lines(flow(filter(None, head), screen.width, rest=_INDENT), "bold")
    for call in view.emergency:
        lines.append(plain_line(f"EMERGENCY  {call.dial}  {call.service}", "bold red"))
    if view.next_deadline is not None:
        missed = "MISSED: " if view.overdue else ""
        text = f"{missed}{view.due} due {past_clock(view.next_deadline, now)}"
        lines.append(plain_line(text, "bold red" if view.overdue else ""))
    if view.not_asked:
        facts = ", ".join(say(each) for each in view.not_asked)
        asked = say("not asked: {facts}", facts=facts)
        lines += plain_lines(wrap(asked, screen.width, rest=_INDENT))
    for service in view.services:
        lines += service_lines(service, now, screen)
    for offer in view.offers:
        lines += _offer_lines(offer, now, screen)
    lines += _act_lines(acts, now, screen)
    return lines + (personal_lines(personal, screen) if personal else [])


def service_lines(service: "ServiceView", now: datetime, screen: Screen) -> list[Line]:
    """Make the lines of a service: state, live offer, and its last resort if it is exhausted."""
    parts = [f"{service.service.upper()}: {service.state}"]
    if service.provider:
        parts += [f"{service.offer} {screen.text(service.provider)}", screen.text(service.phone)]
    if service.there_at is not None:
        parts.append(f"there {past_clock(service.there_at, now)}")
    if service.state == "exhausted":
        parts.append(f"last resort {screen.text(service.last_resort)}")
    return plain_lines(flow(parts, screen.width, rest=_INDENT))


def show_rows(view: "CaseView", acts: Iterable["Act"] = ()) -> "Iterable[PlainRow]":
    """Make the rows of one case: the case, its services, its offers, and the given records."""
    yield {
        "what": "case",
        "ref": str(view.id),
        "service": view.kind,
        "state": view.state,
        "at": iso(view.opened_at),
        "promised_at": iso(view.next_deadline),
        "reason": view.due,
        "operator": view.operator,
        "text": view.area,
    }
    for call in view.emergency:
        yield {"what": "emergency", "service": call.service, "phone": call.dial}
    for service in view.services:
        yield {
            "what": "service",
            "ref": service.offer,
            "service": service.service,
            "state": service.state,
            "phone": service.phone,
            "name": service.provider,
            "promised_at": iso(service.there_at),
            "text": f"last resort {service.last_resort}",
        }
    for offer in view.offers:
        yield {
            "what": "offer",
            "ref": offer.ref,
            "service": offer.service,
            "state": offer.state,
            "phone": offer.phone,
            "name": offer.name,
            "at": iso(offer.opened_at),
            "answered_at": iso(offer.answered_at),
            "promised_at": iso(offer.promised_at),
            "arrived_at": iso(offer.arrived_at),
            "reason": offer.reason,
            "override": offer.override,
            "operator": offer.operator,
        }
    for act in acts:
        yield {
            "what": "act",
            "ref": str(act.case_id),
            "state": act.action,
            "at": iso(act.at),
            "operator": act.operator,
            "text": _details(act),
        }


def personal_lines(personal: "PersonalView", screen: Screen) -> list[Line]:
    """Make the block of the motorist's personal data."""
    lines = [plain_line("PERSONAL (this view is recorded in the journal)", "bold")]
    for row in personal_rows(personal):
        for number, part in enumerate(str(row["value"]).splitlines()):
            first = f"  {row['key']}  " if number == 0 else _INDENT
            lines += plain_lines(
                wrap(screen.text(part, 2000), screen.width, first=screen.text(first), rest=_INDENT)
            )
    return lines


def personal_rows(personal: "PersonalView") -> "Iterable[PlainRow]":
    """Make a row for each item of the motorist's personal data."""
    for key in _PERSONAL:
        if value := getattr(personal, key):
            yield {"key": key, "value": value}
    yield {"key": "position", "value": f"{personal.lat:.5f}, {personal.lon:.5f}"}
    for key, value in personal.texts.items():
        yield {"key": key, "value": value}


def audit_lines(found: "Audit", now: datetime, screen: Screen) -> list[Line]:
    """Make a line for a jump of the clock and for each missed deadline."""
    lines: list[Line] = []
    if found.clock:
        lines += plain_lines(wrap(screen.text(found.clock), screen.width, rest=_INDENT), "bold red")
    for each in found.overdue:
        lines += overdue_lines(each, now, screen)
    return lines


def overdue_lines(each: "Overdue", now: datetime, screen: Screen) -> list[Line]:
    """Make the lines of a missed deadline: its kind, its time, and the number to call."""
    who = f"{screen.text(each.phone)}  {screen.text(each.name)}" if each.name else ""
    at = past_clock(each.since, now)
    what = f"{each.what} overdue since {at}"
    if each.is_ahead:
        what = f"{each.what} due now: a clock that was ahead has set it to {at}"
    elif each.is_broken:
        what = f"{each.what} due now: help cannot be there at {at} as promised, tell the motorist"
    is_draft = each.ref.startswith("G")
    parts = [each.ref if is_draft else f"case {each.ref}", what, who]
    return plain_lines(flow(filter(None, parts), screen.width, rest=_INDENT), "bold red")


def lasting_problems(
    found: "Audit", now: datetime, screen: Screen, file_problem: Message | str
) -> dict[str, LastingProblem]:
    """Return the problems of an audit by key, each with the line that reports it.

    ``file_problem`` is the reason why the provider file cannot be read, or empty.
    """
    lasting = {"clock": LastingProblem(screen.text(found.clock))} if found.clock else {}
    if file_problem:
        unread = Message("the provider file cannot be read: {problem}", problem=file_problem)
        lasting["provider file"] = LastingProblem(screen.text(unread))
    for each in found.overdue:
        line = "".join(map(line_text, overdue_lines(each, now, screen)))
        lasting[each.problem] = LastingProblem(line, each.since.isoformat())
    return lasting


def _list_cells(view: "CaseView", service: "ServiceView | None", now: datetime) -> tuple[str, ...]:
    name = service.service if service else view.kind
    state = service.state if service else view.state
    due = ""
    due_at = service.due_at if service else view.next_deadline
    if due_at is not None:
        what, is_missed = (service.due, service.overdue) if service else (view.due, view.overdue)
        due = f"{what} {past_clock(due_at, now)}" + (" MISSED" if is_missed else "")
    return str(view.id), _age(view.age_min), name, state, due, view.operator


def _fitted(widths: list[int], width: int) -> list[int]:
    """Narrow the operator's column, then the service's, until the row fits."""
    fitted = list(widths)
    for column in (5, 2):
        over = sum(fitted) + 2 * (len(fitted) - 1) - width
        fitted[column] = max(min(fitted[column], _NAME_LEAST), fitted[column] - max(0, over))
    return fitted


def _row_line(row: Sequence[str], widths: Sequence[int], screen: Screen, style: str) -> Line:
    texts = [pad(screen.shorten(c, w), w) for c, w in zip(row, widths, strict=True)]
    return plain_line(screen.shorten("  ".join(texts).rstrip(), screen.width), style)


def _offer_lines(offer: "OfferView", now: datetime, screen: Screen) -> list[Line]:
    state = offer.state.replace("_", " ") + (f", {offer.reason}" if offer.reason else "")
    parts = [
        f"{offer.ref}  {past_clock(offer.opened_at, now)}",
        screen.text(offer.phone),
        screen.text(offer.name),
        f"{offer.service}: {state}",
        _promised(offer, now, screen),
        f"there {past_clock(offer.arrived_at, now)}" if offer.arrived_at else "",
        f"out of order: {offer.override}" if offer.override else "",
        screen.text(offer.operator),
    ]
    return plain_lines(flow(filter(None, parts), screen.width, gap="  ", rest=_INDENT))


def _promised(offer: "OfferView", now: datetime, screen: Screen) -> str:
    """Write every promised time; from the second on with its speaker."""
    times = [
        past_clock(each.there_at, now) + (f" ({screen.text(each.speaker)})" if number else "")
        for number, each in enumerate(offer.promises)
    ]
    return f"promised {', '.join(times)}" if times else ""


def _act_lines(acts: Iterable["Act"], now: datetime, screen: Screen) -> list[Line]:
    lines: list[Line] = []
    for act in acts:
        parts = [past_clock(act.at, now)]
        parts += map(screen.text, (act.action, _details(act), act.operator))
        lines += plain_lines(flow(filter(None, parts), screen.width, gap="  ", rest=_INDENT))
    return [plain_line("LOG", "bold"), *lines] if lines else []


def _details(act: "Act") -> str:
    return " ".join(f"{key}={value}" for key, value in act.details.items() if value is not None)


def _age(minutes: float) -> str:
    if minutes < 100:
        return f"{minutes:.0f} min"
    return f"{minutes / 60:.0f} h" if minutes < 48 * 60 else f"{minutes / 1440:.0f} d"
