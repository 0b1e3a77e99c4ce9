"""The screen of the guided loop: the number at the top, the keys always on the bottom lines."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct

from ..messages import Message
from ..results.cascade_answer import EmergencyCall
from .case_cards import (
    block_lines,
    card_lines,
    exhausted_lines,
    overdue_lines,
    say_lines,
    then_lines,
)
from .head import emergency_lines
from .layout import GAP, Line, Screen, flow, plain_line, plain_lines, wrap

if TYPE_CHECKING:
    from ..results.case_results import Exhausted, OfferCard, Recorded

KEYS = (
    "a accepted", "d declined", "n no answer", "u unreachable", "e wrong equipment", "f failed",
    "x cancelled", "t new time", "c call back", "m amend", "Tab next service", "z undo", "q leave",
    "! emergency", "Enter call placed", "r arrived", "s no success", "i note", "p free units",
    "k close",
)  # fmt: skip
_INDENT = " " * 6
_LEAST_BODY = 6


class Page(Struct, frozen=True, kw_only=True):
    """Everything that one screen of the loop shows.

    ``services`` are the services with their states, ``selected`` the one that the keys are for.
    Exactly one of ``asking`` (a call is placed), ``coming`` (whom to call next), ``accepted`` and
    ``nobody`` is there; none where there is nothing to do.
    """

    case_id: int
    client: str
    services: tuple[tuple[str, str], ...]
    selected: str
    emergency: tuple[EmergencyCall, ...] = ()
    asking: "OfferCard | None" = None
    answer_by: datetime | None = None
    coming: "OfferCard | None" = None
    accepted: "Recorded | None" = None
    phone: str = ""
    nobody: "Exhausted | None" = None
    overdue: "tuple[Message | str, ...]" = ()
    message: "tuple[Message | str, ...]" = ()
    is_error: bool = False
    question: tuple[Message | str, ...] = ()


def loop_lines(page: Page, screen: Screen, now: datetime | None) -> list[Line]:
    """Make the screen; ``now`` None leaves out the running clock."""
    head = emergency_lines(page.emergency, screen)
    head += plain_lines(
        (line for each in page.overdue for line in wrap(screen.text(each), screen.width)),
        "bold red",
    )
    head += _services(page, screen)
    tail = [
        *_message(page, screen),
        *plain_lines(flow(map(screen.text, page.question), screen.width, gap="  "), "bold"),
        plain_line(""),
        *plain_lines(flow(KEYS, screen.width, gap="  ", rest=""), "dim"),
    ]
    body = _body(page, screen, now)
    room = (screen.height or 24) - 1 - len(head) - len(tail)
    if len(body) > max(room, _LEAST_BODY) and now is not None:
        body = [*body[: max(room, _LEAST_BODY) - 1], plain_line(_INDENT + "…")]
    return [*head, *body, *tail]


def _services(page: Page, screen: Screen) -> list[Line]:
    texts = [
        f"{'>' if name == page.selected else ' '}{name}: {state}" for name, state in page.services
    ]
    first = f"case {page.case_id}{GAP}{screen.text(page.client)}{GAP}".rstrip() + GAP
    return plain_lines(flow(texts, screen.width, gap=GAP, first=first, rest=_INDENT), "bold")


def _body(page: Page, screen: Screen, now: datetime | None) -> list[Line]:
    if page.asking is not None:
        return card_lines(page.asking, screen, _due(page.answer_by, now))
    if page.coming is not None:
        return _coming(page.coming, screen)
    if page.accepted is not None:
        return _accepted(page, screen)
    if page.nobody is not None:
        return exhausted_lines(page.nobody, screen)
    return []


def _coming(card: "OfferCard", screen: Screen) -> list[Line]:
    """Return the lines for the next firm to call; only the call that is placed is recorded."""
    parts = [f"{screen.text(card.name)}", "Enter when the call is placed"]
    return [
        *plain_lines(flow(parts, screen.width, first="NEXT  ", rest=_INDENT)),
        plain_line(""),
        plain_line(f"{_INDENT}{screen.text(card.phone, 60)}", "bold green"),
        plain_line(""),
        *overdue_lines(card, screen),
        *say_lines(card.say, screen),
        *then_lines(card.then, screen),
    ]


def _accepted(page: Page, screen: Screen) -> list[Line]:
    done = page.accepted
    if done is None:
        return []
    parts = [f"{done.ref}  {screen.text(done.message)}", screen.text(page.phone, 60)]
    return [
        *plain_lines(flow(parts, screen.width, rest=_INDENT), "bold green"),
        *block_lines("TELL THE CALLER", done.tell_caller, screen),
        *block_lines("GIVE THE DRIVER", done.give_driver, screen),
    ]


def _message(page: Page, screen: Screen) -> list[Line]:
    lines: Iterable[str] = (
        line for each in page.message for line in wrap(screen.text(each), screen.width, rest="  ")
    )
    return plain_lines(lines, "bold red" if page.is_error else "yellow")


def _due(answer_by: datetime | None, now: datetime | None) -> str:
    """The running clock against the answer's deadline."""
    if answer_by is None or now is None:
        return ""
    left = (answer_by - now) // timedelta(seconds=1)
    clock = f"{abs(left) // 60}:{abs(left) % 60:02}"
    return f"answer due in {clock}" if left >= 0 else f"ANSWER OVERDUE {clock}"


def declines_question(reasons: Sequence[str]) -> tuple[str, ...]:
    """The reasons of a refusal, a digit each."""
    digits = [f"{number} {reason}" for number, reason in enumerate(reasons, 1)]
    return ("why?", *digits, "Enter none given")
