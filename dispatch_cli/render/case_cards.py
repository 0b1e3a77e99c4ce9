"""The card of an offer for the time of the call, and the record of an answer."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..messages import Message
from . import figures
from .figures import iso
from .layout import GAP, Line, Screen, cells, flow, pad, plain_line, plain_lines, wrap

if TYPE_CHECKING:
    from ..results.case_results import Exhausted, LaterProvider, OfferCard, Recorded
    from .plain import PlainRow

_INDENT = " " * 6
_CALL, _SAY, _THEN = Message("CALL"), Message("SAY"), Message("then")
_PHONE_LIMIT = 60

OFFER_COLUMNS = (
    "case", "ref", "service", "phone", "provider", "name", "position", "of", "answer_by", "say",
    "other_phones", "then", "skipped", "override", "in_spite_of",
    "overdue",
)  # fmt: skip
RECORDED_COLUMNS = ("case", "ref", "state", "message", "tell_caller", "give_driver")


def card_lines(card: "OfferCard", screen: Screen, due: str = "") -> list[Line]:
    """Make the card of an offer: its number alone on a line, the texts to say, the next calls."""
    offer = {"ref": card.ref, "position": card.position, "count": card.of}
    if card.position:
        position = screen.say("offer {ref}, {position} of {count}", **offer)
    else:
        position = screen.say("offer {ref}, out of order", **offer)
    answer_by = figures.time_of_day(card.answer_by)
    head = [
        screen.say("case {number}", number=card.case_id),
        screen.word(card.service),
        position,
        due or screen.say("answer due by {time}", time=answer_by),
    ]
    lines = plain_lines(flow(head, screen.width, rest=_INDENT), "bold")
    lines += _override_lines(card, screen)
    lines += _call(card, screen)
    lines += say_lines(card.say, screen)
    lines += _skipped(card.skipped, screen)
    return lines + then_lines(card.then, screen)


def label(text: Message, screen: Screen) -> tuple[str, str]:
    """Return a label, and blanks in its width: the same for all labels of a card."""
    blanks = screen.hanging(_CALL, _SAY, _THEN)
    return pad(screen.text(text), len(blanks)), blanks


def say_lines(say: Iterable[str], screen: Screen) -> list[Line]:
    """Make the block of the texts for the provider."""
    lines: list[Line] = []
    first, rest = label(_SAY, screen)
    for text in say:
        if text:
            begin = rest if lines else first
            lines += plain_lines(wrap(screen.text(text), screen.width, first=begin, rest=rest))
    return lines


def then_lines(then: "Iterable[LaterProvider]", screen: Screen) -> list[Line]:
    """Make the block of the next calls, with whole numbers and shortened names."""
    rows = [
        (
            screen.text(later.phone, _PHONE_LIMIT),
            screen.text(later.name),
            screen.say("{minutes} min", minutes=f"{later.minutes:.0f}"),
        )
        for later in then
    ]
    widest = max((cells(phone) for phone, _, _ in rows), default=0)
    lines = []
    first, rest = label(_THEN, screen)
    for number, (phone, name, minutes) in enumerate(rows):
        begin = rest if number else first
        room = max(screen.width - cells(begin) - widest - len(minutes) - 4, 8)
        lines.append(
            plain_line(f"{begin}{pad(phone, widest)}  {screen.shorten(name, room)}  {minutes}")
        )
    return lines


def exhausted_lines(found: "Exhausted", screen: Screen) -> list[Line]:
    """Make the block of an exhausted service: the last resort, and the skipped providers."""
    number = found.case_id
    title = GAP.join(
        (
            screen.say("case {number}", number=number),
            screen.word(found.service).upper(),
            screen.say("NO PROVIDER LEFT TO ASK"),
        )
    )
    command = f"dispatch case rerank {number}"
    return [
        plain_line(screen.shorten(title, screen.width), "bold red"),
        *last_resort_lines(found.phone, found.text, screen),
        *_skipped(found.skipped, screen),
        plain_line(screen.say("rank all providers again: {command}", command=command)),
    ]


def last_resort_lines(phone: str, text: Message | str, screen: Screen) -> list[Line]:
    """Make the block of the last resort, with its number alone on a line."""
    first, rest = label(_CALL, screen)
    line = screen.say("last resort: {text}", text=text)
    head = wrap(line, screen.width, first=first, rest=rest)
    return [
        *plain_lines(head),
        plain_line(""),
        plain_line(f"{rest}{screen.text(phone, _PHONE_LIMIT)}", "bold green"),
        plain_line(""),
    ]


def recorded_lines(done: "Recorded", screen: Screen) -> list[Line]:
    """Make the recorded sentence, and the blocks of texts for the caller and the driver."""
    text = f"{done.ref}  {screen.text(done.message)}"
    return [
        *plain_lines(wrap(text, screen.width, rest=_INDENT), "bold"),
        *block_lines(screen.say("TELL THE CALLER"), done.tell_caller, screen),
        *block_lines(screen.say("GIVE THE DRIVER"), done.give_driver, screen),
    ]


def block_lines(title: str, texts: Iterable[str], screen: Screen) -> list[Line]:
    """Make a block of texts, which keep their line breaks, under a worded title."""
    lines: list[Line] = []
    for text in texts:
        for part in text.splitlines():
            wrapped = wrap(screen.text(part), screen.width, first=_INDENT, rest=_INDENT)
            lines += plain_lines(wrapped)
    return [plain_line(title, "bold"), *lines] if lines else []


def exhausted_rows(found: "Exhausted") -> "list[PlainRow]":
    """Make the row of an exhausted service, with the number of its last resort."""
    return [
        {
            "case": found.case_id,
            "service": found.service,
            "phone": found.phone,
            "name": "LAST RESORT",
            "say": found.text,
            "skipped": _why_skipped(found.skipped),
        }
    ]


def card_rows(card: "OfferCard") -> "list[PlainRow]":
    """Make the row of an offer."""
    return [
        {
            "case": card.case_id,
            "service": card.service,
            "phone": card.phone,
            "ref": card.ref,
            "provider": card.provider,
            "name": card.name,
            "position": card.position,
            "of": card.of,
            "answer_by": iso(card.answer_by),
            "say": " ".join(filter(None, card.say)),
            "other_phones": "; ".join(card.other_phones),
            "then": "; ".join(f"{later.phone} {later.name}" for later in card.then),
            "skipped": _why_skipped(card.skipped),
            "override": card.override,
            "in_spite_of": card.in_spite_of,
            "overdue": card.overdue,
        }
    ]


def recorded_rows(done: "Recorded") -> "list[PlainRow]":
    """Make the row of a recorded act."""
    return [
        {
            "case": done.case_id,
            "ref": done.ref,
            "state": done.state,
            "message": done.message,
            "tell_caller": "; ".join(done.tell_caller),
            "give_driver": "; ".join(done.give_driver),
        }
    ]


def _why_skipped(skipped: Iterable[tuple[str, Message | str]]) -> str:
    return "; ".join(f"{name}: {why}" for name, why in skipped)


def _override_lines(card: "OfferCard", screen: Screen) -> list[Line]:
    if not card.override:
        return []
    if card.override == "wish":
        why = Message("the caller's wish")
    else:
        why = Message("the operator's decision")
    if card.in_spite_of:
        gate = card.in_spite_of
        text = screen.say("asked out of order: {why}, despite: {gate}", why=why, gate=gate)
    else:
        text = screen.say("asked out of order: {why}", why=why)
    return plain_lines(wrap(text, screen.width, rest=_INDENT))


def _call(card: "OfferCard", screen: Screen) -> list[Line]:
    others = ", ".join(screen.text(phone, _PHONE_LIMIT) for phone in card.other_phones)
    parts = [screen.text(card.name)]
    parts += [screen.say("2nd: {phones}", phones=others)] if others else []
    first, rest = label(_CALL, screen)
    return [
        *plain_lines(flow(parts, screen.width, first=first, rest=rest)),
        plain_line(""),
        plain_line(f"{rest}{screen.text(card.phone, _PHONE_LIMIT)}", "bold green"),
        plain_line(""),
        *overdue_lines(card, screen),
        *planned_lines(card, screen),
    ]


def overdue_lines(card: "OfferCard", screen: Screen) -> list[Line]:
    """Make the lines about an overdue unit of the provider; none without one."""
    if not card.overdue:
        return []
    text = screen.text(card.overdue)
    return plain_lines(wrap(text, screen.width, first=_INDENT, rest=_INDENT), "yellow")


def planned_lines(card: "OfferCard", screen: Screen) -> list[Line]:
    """Make the lines about the plan that puts the provider first; none without a plan."""
    if not card.planned:
        return []
    text = screen.text(card.planned)
    return plain_lines(wrap(text, screen.width, first=_INDENT, rest=_INDENT))


def _skipped(skipped: Iterable[tuple[str, Message | str]], screen: Screen) -> list[Line]:
    lines: list[Line] = []
    for name, why in skipped:
        text = screen.say("skipped {name}: {why}", name=name, why=why)
        lines += plain_lines(wrap(text, screen.width, first=_INDENT, rest=_INDENT), "yellow")
    return lines
