"""The output for the handover list, one case with its history, and missed deadlines."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from ..results.case_results import DraftView
from .deadline_lines import deadline_lines, emergency_call_lines
from .figures import iso, past_clock
from .layout import (
    Line,
    Screen,
    flow,
    plain_line,
    plain_lines,
    wrap,
)
from .wording import worded

if TYPE_CHECKING:
    from ..results.case_results import (
        Act,
        CaseView,
        OfferView,
        PersonalView,
        ServiceView,
    )
    from ..results.hand_over_results import CallBackNumber
    from .plain import PlainRow

_INDENT = " " * 6
_NAME_LEAST = 12

LIST_COLUMNS = (
    "case", "age_min", "kind", "client", "area", "service", "state", "offer", "provider", "due",
    "due_at", "overdue", "operator", "case_state", "place", "vehicle", "phone",
)  # fmt: skip
SHOW_COLUMNS = (
    "what", "ref", "service", "state", "phone", "name", "at", "answered_at", "promised_at",
    "arrived_at", "reason", "override", "operator", "text",
)  # fmt: skip
PERSONAL_COLUMNS = ("key", "value")
_REFUSED = "refused "
PERSONAL_KEYS = (
    "place", "where", "last_exit", "typed_place", "caller", "call_back", "plate", "ref", "to",
    "language", "note",
)  # fmt: skip


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
            "place": view.place,
            "vehicle": view.vehicle or "",
        }
        for service in view.services:
            offer, name, phone = service.offer, service.provider, service.phone
            if service.due:
                offer = service.due_ref if "." in service.due_ref else ""
                name, phone = service.due_name, service.due_phone
            yield {
                **shared,
                "service": service.service,
                "state": service.state,
                "offer": offer,
                "provider": name,
                "phone": phone,
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
    opened = past_clock(view.opened_at, now)
    head = [
        screen.say("case {number}", number=view.id),
        screen.word(view.kind, of="kind"),
        screen.say("near {area}", area=view.area) if view.area else "",
        screen.text(view.client) if view.client else screen.say("no client"),
        screen.word(view.state, of="case"),
        screen.say("opened {at} by {operator}", at=opened, operator=view.opened_by),
        screen.say("{operator} works on it", operator=view.operator)
        if view.operator != view.opened_by
        else "",
        screen.say("caller on the line since {since}", since=past_clock(view.on_line_since, now))
        if view.on_line_since
        else "",
        screen.say("merged into case {number}", number=view.merged_into)
        if view.merged_into
        else "",
        *(screen.say("case {other} is merged into it", other=each) for each in view.merged),
    ]
    lines = plain_lines(flow(filter(None, head), screen.width, rest=_INDENT), "bold")
    lines += emergency_call_lines(view, now, screen)
    for due in view.deadlines:
        lines += deadline_lines(due, now, screen)
    if view.not_asked:
        facts = ", ".join(screen.word(each.replace("_", " ")) for each in view.not_asked)
        asked = screen.say("not asked: {facts}", facts=facts)
        lines += plain_lines(wrap(asked, screen.width, rest=_INDENT))
    for each in view.services:
        lines += service_lines(each, now, screen)
    for offer in view.offers:
        lines += _offer_lines(offer, now, screen)
    lines += _act_lines(acts, now, screen)
    return lines + (personal_lines(personal, screen) if personal else [])


def service_lines(service: "ServiceView", now: datetime, screen: Screen) -> list[Line]:
    """Make the lines of a service: state, live offer, and its last resort if it is exhausted."""
    name, state = screen.word(service.service).upper(), screen.word(service.state, of="case")
    parts = [screen.say("{service}: {state}", service=name, state=state)]
    if service.provider:
        parts += [f"{service.offer} {screen.text(service.provider)}", screen.text(service.phone)]
    if service.there_at is not None:
        parts.append(screen.say("there {at}", at=past_clock(service.there_at, now)))
    if service.planned:
        parts.append(screen.text(service.planned))
    if service.state == "exhausted":
        parts.append(screen.say("last resort {text}", text=service.last_resort))
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
    for merged in view.merged:
        yield {"what": "merged", "ref": str(merged)}
    if (done := view.emergency_call) is not None:
        yield {
            "what": "emergency call",
            "state": done.state,
            "at": iso(done.at),
            "text": done.caller,
        }
    for due in view.deadlines:
        yield {
            "what": "deadline",
            "ref": due.ref,
            "service": due.service,
            "state": "overdue" if due.overdue else "due",
            "phone": due.phone,
            "name": due.name,
            "at": iso(due.at),
            "reason": due.what,
        }
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
    yield from map(_offer_row, view.offers)
    for act in acts:
        yield {
            "what": "act",
            "ref": str(act.case_id),
            "state": act.action,
            "at": iso(act.at),
            "operator": act.operator,
            "text": _details(act),
        }


def _offer_row(offer: "OfferView") -> "PlainRow":
    """Make the row of an offer."""
    return {
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


def personal_lines(personal: "PersonalView", screen: Screen) -> list[Line]:
    """Make the block of the motorist's personal data."""
    title = screen.say("PERSONAL (this view is recorded in the journal)")
    lines = [plain_line(title, "bold")]
    for row in personal_rows(personal):
        for number, part in enumerate(worded(row["value"]).splitlines()):
            first = f"  {_key(str(row['key']), screen)}  " if number == 0 else _INDENT
            lines += plain_lines(
                wrap(screen.text(part, 2000), screen.width, first=first, rest=_INDENT)
            )
    return lines


def _key(key: str, screen: Screen) -> str:
    """Word a key such as "2.because", a text of an offer."""
    number, dot, name = key.rpartition(".")
    return f"{number}{dot}{screen.word(name)}"


def personal_rows(personal: "PersonalView") -> "Iterable[PlainRow]":
    """Make a row for each item of the motorist's personal data."""
    for key in PERSONAL_KEYS:
        if value := getattr(personal, key):
            yield {"key": key, "value": value}
    yield {"key": "position", "value": f"{personal.lat:.5f}, {personal.lon:.5f}"}
    for key, value in personal.texts.items():
        yield {"key": key, "value": value}


def call_back_lines(numbers: "Sequence[CallBackNumber]", screen: Screen) -> list[Line]:
    """Make a line for each call-back number, that of the case itself first."""
    if not numbers:
        return [plain_line(screen.say("no call-back number is recorded"), "bold")]
    return [
        plain_line(
            screen.say(
                "CALL BACK  {number}  (case {case_id})",
                number=each.number,
                case_id=each.case_id,
            ),
            "bold green",
        )
        for each in numbers
    ]


def call_back_rows(numbers: "Iterable[CallBackNumber]") -> "Iterable[PlainRow]":
    """Make a row for each call-back number."""
    for each in numbers:
        yield {"what": "call back", "ref": str(each.case_id), "phone": each.number}


def _offer_lines(offer: "OfferView", now: datetime, screen: Screen) -> list[Line]:
    states = [screen.word(offer.state.replace("_", " ")), screen.word(offer.reason)]
    values = {"service": screen.word(offer.service), "state": ", ".join(filter(None, states))}
    reason = screen.word(offer.override)
    parts = [
        f"{offer.ref}  {screen.text(past_clock(offer.opened_at, now))}",
        screen.text(offer.phone),
        screen.text(offer.name),
        screen.say("{service}: {state}", **values),
        _promised(offer, now, screen),
        screen.say("there {at}", at=past_clock(offer.arrived_at, now)) if offer.arrived_at else "",
        screen.say("out of order: {reason}", reason=reason) if reason else "",
        screen.text(offer.operator),
    ]
    return plain_lines(flow(filter(None, parts), screen.width, gap="  ", rest=_INDENT))


def _promised(offer: "OfferView", now: datetime, screen: Screen) -> str:
    """Write every promised time; from the second on with its speaker."""
    times = [
        screen.text(past_clock(each.there_at, now))
        + (f" ({screen.word(each.speaker)})" if number else "")
        for number, each in enumerate(offer.promises)
    ]
    return screen.say("promised {times}", times=", ".join(times)) if times else ""


def _act_lines(acts: Iterable["Act"], now: datetime, screen: Screen) -> list[Line]:
    lines: list[Line] = []
    for act in acts:
        parts = [screen.text(past_clock(act.at, now)), _action(act, screen)]
        parts += map(screen.text, (_details(act), act.operator))
        lines += plain_lines(flow(filter(None, parts), screen.width, gap="  ", rest=_INDENT))
    return [plain_line(screen.say("LOG"), "bold"), *lines] if lines else []


def _action(act: "Act", screen: Screen) -> str:
    """Word the action of an act, also one that was refused."""
    refused = act.action.removeprefix(_REFUSED)
    action = screen.word(refused, of="act")
    return action if refused == act.action else screen.say("refused {action}", action=action)


def _details(act: "Act") -> str:
    """Write the details of an act: a changed fact with both values, others as ``key=value``."""
    return ", ".join(
        f"{key} {value}" if "→" in str(value) else f"{key}={value}"
        for key, value in act.details.items()
        if value is not None
    )
