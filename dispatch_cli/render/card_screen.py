"""The card of the desk: one case, the number to call large and alone, what to say, the cascade."""

from datetime import datetime

from ..messages import Message
from ..results.desk_results import DeskCard
from .board_screen import title_line
from .card_cascade import cascade_lines, cut, cut_cascade, excluded_lines
from .case_cards import block_lines
from .deadline_lines import overdue_lines
from .desk_words import act_words, is_seen, running, same_lines, vehicle_words
from .figures import past_clock
from .head import advice_lines, emergency_lines
from .layout import Line, Screen, cells, flow, line_text, pad, plain_line, plain_lines, wrap

_INDENT = " " * 9
_PHONE_LIMIT = 60
_BLANK: Line = (("", ""),)
_MOST_ADVICE = 4
_MOST_MISSED = 3
"""Lines of missed deadlines; a card must have room for the number and the text to say."""


def card_lines(card: DeskCard, operator: str, now: datetime, screen: Screen) -> list[Line]:
    """Make the card, at most as high as the screen: number and text to say are never cut."""
    head = [_title(card, operator, now, screen), *_facts(card, now, screen)]
    head += emergency_block(card, now, screen)
    if card.stands not in ("accepted", "arrived", "ended"):
        urgent = advice_lines(card.advice, screen, has_emergency=bool(card.case.emergency))
        head += urgent[:_MOST_ADVICE]
    body, rest = _body(card, now, screen)
    height = screen.height or 1000
    tail = _last_acts(card, now, screen)
    if len(head) + len(body) > height:
        body = [line for line in body if line != _BLANK]
    used = len(head) + len(body)
    rows = cascade_lines(card, now, screen) if card.stands not in ("accepted", "arrived") else []
    rows = cut_cascade(rows, max(0, height - used - len(tail) - 1), screen)
    lines = [*head, *body, *([_BLANK, *rows] if rows else [])]
    left = height - len(lines) - len(tail)
    if rows and left > 1:
        lines += excluded_lines(card, screen)
        left = height - len(lines) - len(tail)
    lines += rest[: max(0, left)]
    left = height - len(lines) - 1
    history = history_lines(card, now, screen)
    if left >= len(tail) + 4 and len(history) > 1:
        return [*lines, _BLANK, *cut(history, left, screen)][:height]
    blanks = max(0, height - len(lines) - len(tail))
    return [*lines, *[_BLANK] * blanks, *tail][:height]


def _title(card: DeskCard, operator: str, now: datetime, screen: Screen) -> Line:
    """Make the first line: case, service, state, and the deadline that runs."""
    offer = card.offer
    number, service = card.case.id, screen.word(card.service.replace("_", " "))
    position, count = (offer.position or "-", offer.of) if offer else ("-", 0)
    next_call = Message("CASE {id}  {service}  next call", id=number, service=service)
    known = {
        "next": next_call,
        "rings_back": next_call,
        "asking": Message(
            "CASE {id}  {service}  firm {position} of {count}",
            id=number,
            service=service,
            position=position,
            count=count,
        ),
        "accepted": Message("CASE {id}  {service} ACCEPTED", id=number, service=service),
        "arrived": Message("CASE {id}  {service} ON THE SCENE", id=number, service=service),
        "exhausted": Message(
            "CASE {id}  {service}  NO PROVIDER LEFT TO ASK", id=number, service=service
        ),
        "idle": Message("CASE {id}  {service}  nothing to call", id=number, service=service),
        "ended": Message("CASE {id}  ENDED", id=number),
    }[card.stands]
    left = "  ".join(filter(None, (screen.text(known), _due_words(card, now, screen))))
    client = screen.text(card.client)
    # The client gives way to the deadline, which must be whole.
    with_client = title_line(f"{left}  {client}".rstrip(), operator, now, screen)
    is_whole = client in line_text(with_client)
    return with_client if is_whole else title_line(left, operator, now, screen)


def _due_words(card: DeskCard, now: datetime, screen: Screen) -> str:
    """Word the running deadline of the chosen service; each second it is another text."""
    if card.stands in ("asking", "rings_back") and card.answer_by is not None:
        left = (card.answer_by - now).total_seconds()
        if left < 0:
            return screen.say("ANSWER OVERDUE {time}", time=running(-left))
        return screen.say("answer due in {time}", time=running(left))
    parts = []
    if card.stands == "accepted" and card.there_at is not None:
        parts.append(screen.say("by {at}", at=past_clock(card.there_at, now)))
        due = min(filter(None, (card.tell_driver_by, card.tell_caller_by)), default=None)
        if due is not None:
            left = (due - now).total_seconds()
            late = screen.say("TELL THEM, overdue {time}", time=running(-left))
            parts.append(
                late if left < 0 else screen.say("tell them in {time}", time=running(left))
            )
    return "  ".join(parts)


def _facts(card: DeskCard, now: datetime, screen: Screen) -> list[Line]:
    """Make the lines with place, kind, vehicle, safety, and the caller on the line."""
    view = card.case
    if view.injured:
        safety = screen.say("{count} HURT", count=view.injured)
    elif view.in_danger:
        safety = screen.say("IN DANGER")
    else:
        is_asked = view.injured is not None and "injured" not in view.not_asked
        safety = screen.say("no one hurt") if is_asked else screen.say("hurt: not asked")
    vehicle = vehicle_words(view, card.make, screen) or screen.say("vehicle not asked")
    place = ", ".join(filter(None, (screen.text(card.road), screen.text(view.place))))
    parts = [place, screen.word(view.kind.replace("_", " ")), vehicle, safety]
    style = "bold red" if view.injured or view.in_danger else ""
    lines = plain_lines(flow(parts, screen.width, gap="  "), style)
    if view.on_line_since is not None:
        waits = (now - view.on_line_since).total_seconds()
        text = screen.say("caller waits on the line {time}", time=running(waits))
        if waits >= 180 and card.tell_caller_by is None:
            text += "   " + screen.say('say: "I will ring you back"')
        lines.append(plain_line(screen.shorten(text, screen.width), "yellow"))
    missed = [line for each in card.missed for line in overdue_lines(each, now, screen)]
    return [*lines, *missed[:_MOST_MISSED], *same_lines(card.same, screen)]


def emergency_block(card: DeskCard, now: datetime, screen: Screen) -> list[Line]:
    """Make the block of the emergency calls, and that their record is missing."""
    if not card.case.emergency:
        return []
    if card.emergency == "called":
        dials = ", ".join(dict.fromkeys(each.dial for each in card.case.emergency))
        return [plain_line(screen.say("{dials} called (F9 changes the record)", dials=dials))]
    if card.emergency == "not_needed":
        return [plain_line(screen.say("recorded: no emergency call is needed"))]
    lines = emergency_lines(card.case.emergency, screen)[:3]
    if card.emergency_by is not None:
        left = (card.emergency_by - now).total_seconds()
        text = screen.say("112 NOT CONFIRMED, F9 records who called: {time}", time=running(left))
        lines.append(plain_line(screen.shorten(text, screen.width), "bold red"))
    return lines


def _body(card: DeskCard, now: datetime, screen: Screen) -> tuple[list[Line], list[Line]]:
    """Make the block that must be whole, and the lines that follow as far as there is room."""
    off = [
        plain_line(
            screen.shorten(
                screen.say(
                    "CALL OFF {phone} {name} ({ref}), then o", phone=phone, name=name, ref=ref
                ),
                screen.width,
            ),
            "bold red",
        )
        for ref, name, phone in card.to_call_off
    ]
    if card.accepted is not None:
        return [*off, *_accepted(card, screen)], _if_it_fails(card, screen)
    if card.exhausted is not None:
        title = screen.say("CALL") + "     "
        text = screen.say("last resort: {text}", text=screen.text(card.exhausted.text))
        found = plain_lines(wrap(text, screen.width, first=title, rest=_INDENT))
        return [*off, _BLANK, *found, _BLANK, number_line(card.phone, screen), _BLANK], []
    if card.offer is not None:
        return [*off, *_call(card, screen)], []
    if card.phone:
        # The texts could not be made, but the number is known.
        name = plain_line(screen.shorten(screen.text(card.name), screen.width), "bold")
        return [*off, _BLANK, name, number_line(card.phone, screen)], []
    return off, []


def number_line(phone: str, screen: Screen) -> Line:
    """Make the line with the number alone."""
    return ((_INDENT, ""), (screen.text(phone, _PHONE_LIMIT), "bold green"))


def _call(card: DeskCard, screen: Screen) -> list[Line]:
    """Make the block of a call: the firm, its number alone on a line, and what to say."""
    offer = card.offer
    if offer is None:
        return []
    lines = [_BLANK]
    if card.rings_back:
        text = screen.say("{name} RINGS BACK (a d n e answer that call)", name=card.rings_back)
        lines = [plain_line(screen.shorten(text, screen.width), "yellow"), _BLANK]
    label = pad(screen.say("CALL"), 9)
    others = ", ".join(screen.text(each, _PHONE_LIMIT) for each in offer.other_phones)
    second = screen.say("2nd number: {phones}", phones=others) if others else ""
    room = screen.width - cells(label) - cells(second) - 2
    first = label + screen.shorten(screen.text(offer.name), max(room, 12))
    lines = [
        _BLANK,
        plain_line(screen.shorten(f"{first}  {second}".rstrip(), screen.width), "bold"),
    ]
    lines += [_BLANK, number_line(offer.phone, screen), _BLANK]
    doubts = [each for each in (offer.overdue, offer.in_spite_of) if each]
    for doubt in doubts:
        lines += plain_lines(wrap(screen.text(doubt), screen.width, rest=_INDENT), "yellow")
    if planned := offer.planned or card.planned:
        lines += plain_lines(wrap(screen.text(planned), screen.width, rest=_INDENT))
    said = " ".join(screen.text(each) for each in offer.say if each)
    first = pad(screen.say("SAY"), 9)
    return lines + plain_lines(wrap(f'"{said}"', screen.width, first=first, rest=_INDENT))


def _accepted(card: DeskCard, screen: Screen) -> list[Line]:
    """Make the blocks for the driver and the caller, each with its box."""
    done = card.accepted
    if done is None:
        return []
    head = f"{screen.text(card.name)}   {screen.text(card.phone, _PHONE_LIMIT)}   {done.ref}"
    lines = [plain_line(screen.shorten(head, screen.width), "bold green"), _BLANK]
    driver = _box(screen.say("1 GIVE THE DRIVER"), card.tell_driver_by, "g", screen)
    lines += block_lines(driver, done.give_driver, screen)
    if done.tell_caller:
        caller = _box(screen.say("2 TELL THE CALLER"), card.tell_caller_by, "b", screen)
        lines += [_BLANK, *block_lines(caller, done.tell_caller, screen)]
    return lines


def _box(title: str, due: datetime | None, key: str, screen: Screen) -> str:
    state = screen.say("[ ] told: {key}", key=key) if due else screen.say("[x] told")
    return pad(title, max(screen.width - cells(state) - 1, cells(title) + 1)) + state


def _if_it_fails(card: DeskCard, screen: Screen) -> list[Line]:
    later = [each.service for each in card.case.services if each.state == "later"]
    if not later:
        return []
    names = ", ".join(screen.word(each.replace("_", " ")) for each in later)
    text = screen.say("If that does not help: {services} (Tab)", services=names)
    return [_BLANK, *plain_lines(wrap(text, screen.width))]


def _last_acts(card: DeskCard, now: datetime, screen: Screen) -> list[Line]:
    """Make one line with the last two acts of the case."""
    found = [each for each in card.acts if is_seen(each)][-2:]
    texts = [f"{past_clock(each.at, now)} {act_words(each, screen)}." for each in found]
    text = "   ".join(texts)
    return [plain_line(screen.shorten(text, screen.width), "dim")] if text else []


def history_lines(card: DeskCard, now: datetime, screen: Screen) -> list[Line]:
    """Make the history of the case: what changed, when and by whom; the newest is last."""
    lines = [plain_line(screen.say("HISTORY"), "bold")]
    for act in card.acts:
        if is_seen(act):
            text = (
                f"{past_clock(act.at, now)}  {act_words(act, screen)}  {screen.text(act.operator)}"
            )
            lines.append(plain_line(screen.shorten(text, screen.width)))
    return lines
