"""The new call on the desk: what was understood, field by field, and the question to ask now."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from ..messages import Message
from ..results.cascade_answer import Answer, EmergencyCall
from ..results.case_results import CaseView
from .board_screen import title_line
from .desk_words import NO_CLIENT_ID, running, same_lines
from .head import advice_lines, emergency_lines
from .layout import Line, Screen, cells, pad, plain_line, plain_lines, wrap

_LABEL = 20
_FIRST = 4
_MOST_URGENT, _MOST_ADVICE = 3, 4
"""Lines of emergency calls and of advice; the question must have room below them."""


LABELS: dict[str, Message] = {
    "injured": Message("Hurt, in danger"),
    "at": Message("Place"),
    "spot": Message("Spot"),
    "where": Message("Road"),
    "last_exit": Message("Last exit"),
    "call_back": Message("Call-back number"),
    "read_back": Message("Number repeated"),
    "at_vehicle": Message("At the vehicle"),
    "kind": Message("What"),
    "vehicle": Message("Vehicle"),
    "brand": Message("Make"),
    "weight_t": Message("Weight (t)"),
    "clearance_m": Message("Entrance height (m)"),
    "state": Message("Rolls"),
    "trailer": Message("Trailer"),
    "persons": Message("Persons"),
    "client": Message("Client"),
    "ref": Message("Member number"),
    "to": Message("Destination"),
    "note": Message("Notes"),
}
"""The label of each fact of a new call."""

_WORDS = frozenset({"kind", "spot", "vehicle", "state", "trailer", "at_vehicle", "read_back"})


class IntakePage(Struct, frozen=True, kw_only=True):
    """What a new call shows. ``fields`` are the facts of the questions that apply, in their order.

    ``asked`` is the fact of the question; ``rest`` the words that were not understood.
    """

    number: str
    since: datetime
    saved_at: datetime | None
    fields: tuple[tuple[str, str | None], ...]
    asked: str
    rest: str = ""
    sentence: Message | str = ""
    answers: Message | tuple[str, ...] | str = ""
    read_place: Message | str = ""
    preview: Answer | None = None
    emergency: tuple[EmergencyCall, ...] = ()
    advice: tuple[Message | str, ...] = ()
    """What to dial and to say at once, by the answers so far."""

    same: tuple[CaseView, ...] = ()
    danger: bool = False
    trapped: bool = False
    clients: Mapping[str, str] = {}
    """The names of the clients by id."""

    @property
    def is_trapped(self) -> bool:
        """Whether a person is trapped, by the answer or by the incident as it was read."""
        facts = self.preview.incident.facts if self.preview is not None else {}
        return self.trapped or bool(facts.get("trapped"))


def intake_lines(page: IntakePage, operator: str, now: datetime, screen: Screen) -> list[Line]:
    """Make the screen of a new call; a fact that was not asked is never shown as "no"."""
    height = screen.height or 1000
    since = running((now - page.since).total_seconds())
    title = screen.say("NEW CALL  draft {number}, no case yet   since {since}",
                       number=page.number or "-", since=since)  # fmt: skip
    lines = [title_line(title, operator, now, screen)]
    lines += emergency_lines(page.emergency, screen)[:_MOST_URGENT]
    advice = advice_lines(page.advice, screen, has_emergency=bool(page.emergency))
    lines += advice[:_MOST_ADVICE]
    if page.rest:
        text = screen.say("NOT UNDERSTOOD, kept as a note: {rest}", rest=page.rest)
        lines.append(plain_line(screen.shorten(text, screen.width), "yellow"))
    question = _question(page, screen)
    lines += same_lines(page.same, screen)
    below = [plain_line(""), *question, *_preview(page, screen), *_saved(page, screen)]
    room = height - len(lines) - min(len(below), len(question) + 3)
    fields = _fields(page, screen)
    if len(fields) > room:
        fields = _around_asked(fields, page, room, screen)
    lines += fields
    left = height - len(lines)
    return [*lines, *below[:left]]


def _fields(page: IntakePage, screen: Screen) -> list[Line]:
    """Make a line for each fact: its label and its value, "?" if it was not asked."""
    lines = []
    for name, value in page.fields:
        label = screen.text(LABELS[name]) if name in LABELS else screen.word(name)
        mark = ">" if name == page.asked else " "
        if value is None:
            shown = screen.say("?  not asked yet") if name in ("injured", "at", "kind") else "?"
        elif not value:
            shown = screen.say("-  passed over")
        elif name == "injured":
            shown = _safety(value, page, screen)
        elif name == "client":
            known = screen.text(page.clients.get(value, value))
            shown = screen.say("no client") if value == NO_CLIENT_ID else known
        else:
            shown = screen.word(value.replace("_", " ")) if name in _WORDS else screen.text(value)
        if name == "at" and page.read_place:
            shown += "   " + screen.say("confirm: {place}", place=page.read_place)
        style = "bold" if name == page.asked else ""
        is_bad = value is None or value != "0" or page.danger or page.is_trapped
        if name == "injured" and is_bad:
            style = "bold red"
        text = f"{mark} {pad(label, _LABEL)} {shown}"
        lines.append(plain_line(screen.shorten(text, screen.width), style))
    return lines


def _safety(injured: str, page: IntakePage, screen: Screen) -> str:
    """Word who is hurt, trapped or in danger; "nobody" if the call has none of these facts."""
    parts = [] if injured == "0" else [screen.say("{count} hurt", count=injured)]
    if page.is_trapped:
        parts.append(screen.word("trapped"))
    if page.danger:
        parts.append(screen.say("IN DANGER"))
    return ", ".join(parts) or screen.say("nobody")


def _around_asked(fields: list[Line], page: IntakePage, room: int, screen: Screen) -> list[Line]:
    """Keep the fields round the one that is asked; a last line says how many are left out."""
    left_out = len(fields) - room + 1
    more = plain_line("  " + screen.say("… {count} more", count=left_out), "dim")
    room = max(1, room - 1)
    names = [name for name, _ in page.fields]
    at = names.index(page.asked) if page.asked in names else 0
    first = max(0, min(at - room // 2, len(fields) - room))
    return [*fields[first : first + room], more]


def _question(page: IntakePage, screen: Screen) -> list[Line]:
    if not page.sentence:
        return []
    label = pad(screen.say("ASK"), 7)
    lines = plain_lines(
        wrap(f'"{screen.text(page.sentence)}"', screen.width, first=label, rest=" " * 7), "bold"
    )
    words = page.answers
    if isinstance(words, tuple):
        words = ", ".join(screen.word(each.replace("_", " ")) for each in words)
    if words:
        lines += plain_lines(wrap(screen.text(words), screen.width, first=" " * 7, rest=" " * 7))
    return lines


def _preview(page: IntakePage, screen: Screen) -> list[Line]:
    """Name the first providers of the order, as if they were called now."""
    if page.preview is None or not page.preview.cascades:
        return []
    cascade = page.preview.cascades[0]
    service = screen.word(cascade.service.replace("_", " "))
    rows = cascade.candidates[:_FIRST]
    if not rows:
        text = screen.say("{service}: no provider can come", service=service)
        return [plain_line(screen.shorten(text, screen.width), "bold red")]

    def first(name: str) -> str:
        return screen.say(
            "ORDER for {service}, if called at once: {name}, {minutes} min",
            service=service,
            name=name,
            minutes=f"{rows[0].arrival_min:.0f}",
        )

    # A long name gives way to the minutes.
    name = screen.shorten(screen.text(rows[0].name), max(8, screen.width - cells(first(""))))
    lines = [plain_line(screen.shorten(first(name), screen.width))]
    for rank, row in enumerate(rows[1:], 2):
        minutes = screen.say("{minutes} min", minutes=f"{row.arrival_min:.0f}")
        name = screen.shorten(screen.text(row.name), screen.width - cells(minutes) - 8)
        lines.append(plain_line(f"  {rank}  {pad(name, 30)} {minutes}"))
    return lines


def _saved(page: IntakePage, screen: Screen) -> list[Line]:
    if page.saved_at is None:
        return []
    return [
        plain_line(""),
        plain_line(screen.say("Draft saved {at}.", at=f"{page.saved_at:%H:%M:%S}"), "dim"),
    ]
