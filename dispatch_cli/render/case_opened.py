"""The output for a case that was opened or amended: emergency numbers, then each service."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from ..messages import Message
from ..results.cascade_answer import Answer
from .case_cards import label
from .case_views import service_lines
from .head import emergency_lines
from .layout import Line, Screen, plain_line, plain_lines, wrap

if TYPE_CHECKING:
    from ..results.case_results import CaseView
    from .plain import PlainRow

OPENED_COLUMNS = ("case", "service", "state", "phone", "provider", "name", "place", "text")
_INDENT = " " * 6


def opened_rows(case_id: int, answer: Answer) -> "Iterable[PlainRow]":
    """Make a row for each emergency number, then for the first candidate of each service."""
    place = str(answer.incident.place)
    yield from _emergency_rows(case_id, answer, place)
    for cascade in answer.cascades:
        shared: PlainRow = {
            "case": case_id,
            "service": cascade.service,
            "state": cascade.when,
            "place": place,
        }
        if cascade.candidates:
            first = cascade.candidates[0]
            yield {
                **shared,
                "phone": first.phone,
                "provider": first.provider,
                "name": first.name,
                "text": "; ".join(map(str, first.why)),
            }
        else:
            last = cascade.last_resort
            yield {**shared, "phone": last.phone, "name": "LAST RESORT", "text": last.text}


def amended_lines(
    view: "CaseView", answer: Answer, place: Message | str, now: datetime, screen: Screen
) -> list[Line]:
    """Make the screen after new facts: emergency numbers, advice, place, then each service."""
    lines, (say, rest) = emergency_lines(answer.emergency, screen), label(Message("SAY"), screen)
    for advice in answer.advice:
        lines += plain_lines(wrap(screen.text(advice), screen.width, first=say, rest=rest), "bold")
    lines.append(plain_line(screen.say("case {number} ranked again", number=view.id), "bold"))
    if place:
        first = screen.say("CONFIRM") + "  "
        confirm = wrap(screen.text(place), screen.width, first=first, rest=_INDENT)
        lines += plain_lines(confirm, "bold")
    for service in view.services:
        lines += service_lines(service, now, screen)
    return lines


def amended_rows(view: "CaseView", answer: Answer, found: Message | str) -> "Iterable[PlainRow]":
    """Make a row for each emergency number, then for each service of the case."""
    place = str(found)
    yield from _emergency_rows(view.id, answer, place)
    for service in view.services:
        yield {
            "case": view.id,
            "service": service.service,
            "state": service.state,
            "phone": service.phone,
            "name": service.provider,
            "place": place,
            "text": f"last resort {service.last_resort}",
        }


def _emergency_rows(case_id: int, answer: Answer, place: Message | str) -> "Iterable[PlainRow]":
    for call in answer.emergency:
        yield {
            "case": case_id,
            "service": call.service,
            "state": "now",
            "phone": call.dial,
            "name": call.service,
            "place": place,
            "text": str(call.text),
        }
