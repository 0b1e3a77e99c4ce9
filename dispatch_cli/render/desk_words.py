"""The words of the operator's desk: running times, what is due, and what another operator did."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from ..messages import Clock, Message, time_of_day
from ..results.case_results import Act, CaseView, DraftView, ServiceView
from . import wording
from .layout import Line, Screen, plain_line

_HOUR_S = 3600
_RUNS_BELOW_S = 100 * 60
"""A deadline that is further away is shown as a time of day."""

SOON_S = 12 * _HOUR_S
"""A time within these seconds needs no day."""

NO_CLIENT_ID = "none"
"""What stands in a case for the customer of no client."""

_UNSEEN = ("personal", "refused")
"""Acts that change nothing: looks at personal data, and refusals."""


def running(seconds: float) -> str:
    """Write a time that runs, such as 4:52 or -0:35, or 1:20:00 from an hour on."""
    whole = int(abs(seconds))
    sign = "-" if seconds < 0 and whole else ""
    if whole >= _HOUR_S:
        return f"{sign}{whole // _HOUR_S}:{whole // 60 % 60:02}:{whole % 60:02}"
    return f"{sign}{whole // 60}:{whole % 60:02}"


def due_in(due: datetime | None, now: datetime) -> str:
    """Write how long a deadline is away, or the time of day of one that is far away."""
    if due is None:
        return "-"
    seconds = (due - now).total_seconds()
    if abs(seconds) < _RUNS_BELOW_S:
        return running(seconds)
    if seconds < 0:
        hours = int(-seconds // _HOUR_S)
        return f"-{hours}h" if hours < 100 else f"-{hours // 24}d"
    return f"{due.astimezone(now.tzinfo):%H:%M}"


def act_words(act: Act, screen: Screen) -> str:
    """Word an act of the journal; a changed fact has both values."""
    changed = [
        f"{screen.word(key.replace('_', ' '))} {_both_values(str(value), screen)}"
        for key, value in act.details.items()
        if "→" in str(value)
    ]
    if changed:
        return screen.text(", ".join(changed))
    sentence = _act_sentence(act, screen)
    if sentence is None:
        return screen.word(act.action.replace("_", " "))
    return screen.text(sentence).rstrip(": ")


def _both_values(change: str, screen: Screen) -> str:
    """Word the values before and after a change, such as "- → hard shoulder"."""
    return " → ".join(screen.word(each.replace("_", " ")) for each in change.split(" → "))


def _act_sentence(act: Act, screen: Screen) -> Message | None:
    """Return the sentence of an act; None for one that is shown by its own name."""

    def word(key: str) -> str:
        return screen.word(str(act.details.get(key) or "").replace("_", " "))

    number = act.details.get("offer") or act.details.get("offers")
    offer = f"{act.case_id}.{number}" if number else str(act.case_id)
    return {
        "open": Message("opened"),
        "offer": Message("call {offer} placed", offer=offer),
        "accept": Message("{offer} accepts", offer=offer),
        "decline": Message("{offer} declines: {reason}", offer=offer, reason=word("reason")),
        "no_answer": Message("{offer} does not answer", offer=offer),
        "unreachable": Message("{offer} cannot be reached", offer=offer),
        "wrong_equipment": Message("{offer} lacks the equipment", offer=offer),
        "fail": Message("{offer} does not come after all", offer=offer),
        "unsuccessful": Message("{offer} came without success", offer=offer),
        "arrive": Message("{offer} is on the scene", offer=offer),
        "eta": Message("{offer} has a new time", offer=offer),
        "later": Message("{offer} rings back", offer=offer),
        "call off": Message("{offer} is called off", offer=offer),
        "tell_driver": Message("the driver knows"),
        "tell_caller": Message("the caller knows"),
        "correct": Message("{offer} corrected: {outcome}", offer=offer, outcome=word("outcome")),
        "amend": (
            Message("facts changed") if {*act.details} - {"services"} else Message("ranked again")
        ),
        "note": Message("note written"),
        "callback": Message("call back set"),
        "personal": Message("the motorist's data changed"),
        "emergency": Message("emergency call: {state}", state=word("state")),
        "last resort": Message("last resort: {state}", state=word("state")),
        "exhausted": Message("no provider left"),
        "line": Message("line of the caller changed"),
        "close": Message("closed"),
        "cancel": Message("the motorist cancelled"),
        "take": Message("taken over"),
        "hand over": Message("handed over"),
        "merge": Message("merged"),
        "undo": Message("undone: {undone}", undone=word("undone")),
    }.get(act.action)


def is_seen(act: Act) -> bool:
    """Return whether an act belongs to the history of a case on a screen."""
    return not act.action.startswith(_UNSEEN) or act.action == "personal"


def state_words(view: CaseView, now: datetime, screen: Screen) -> str:
    """Word what is to be done next in a case, or what it waits for, with its firm."""
    service = service_due(view)
    name = screen.text(service.provider) if service and service.provider else ""
    at = _clock(view.next_deadline, now)
    there = _clock(service.there_at, now) if service and service.there_at else at
    if view.appointment is not None and not view.overdue and not name:
        return screen.say("appointment {at}", at=Clock(view.appointment, now))
    number = service.offer.partition(".")[2] if service else ""
    sentences = {
        "emergency call": Message("112 NOT CONFIRMED"),
        "next call": Message("next call due"),
        "answer": Message("asks {number}. {name}", number=number, name=name),
        "ring back": Message("firm rings back {at}", at=at),
        "tell caller": Message("tell the caller"),
        "tell driver": Message("tell the driver"),
        "call back": Message("call the caller {at}", at=at),
        "arrival": Message("on the way, by {there}", there=there),
        "new time": Message("needs a new time"),
        "closing": Message("to be closed {at}", at=at),
        "last resort": Message("call the last resort"),
        "last resort answer": Message("last resort asked"),
        "call off": Message("call off {name}", name=name),
    }
    if view.due not in sentences:
        return screen.word((view.due or view.state).replace("_", " "))
    return screen.text(sentences[view.due]).strip()


def draft_words(draft: DraftView, now: datetime, screen: Screen) -> str:
    """Word the state of a call that is not finished."""
    waits = running(draft.waits_min * 60)
    if draft.state == "held":
        return screen.say("is being asked")
    return screen.say("PARKED, waits {waits}", waits=waits)


def service_due(view: CaseView) -> ServiceView | None:
    """Return the service whose deadline is that of the case, else the first one under way."""
    due = [each for each in view.services if each.due_at == view.next_deadline and each.due]
    under_way = [each for each in view.services if each.offer]
    return next(iter([*due, *under_way]), None)


def vehicle_words(view: CaseView, make: str, screen: Screen) -> str:
    """Write make, or class, and weight of the vehicle; a weight that was not asked is left out."""
    parts = [make, screen.word(view.vehicle) if view.vehicle and not make else ""]
    if view.weight_t is not None:
        parts.append(screen.say("{weight} t", weight=wording.number(view.weight_t, "g")))
    return screen.text(" ".join(filter(None, parts)))


def client_word(client: str | None, names: Mapping[str, str]) -> str:
    """Write the name of a client; "-" for a motorist without one, "?" if it was not asked."""
    if client is None:
        return "?"
    return "-" if client == NO_CLIENT_ID else names.get(client, client)


def mark_of(view: CaseView | DraftView, screen: Screen) -> str:
    """Mark hurt persons, persons in danger, and that the caller was not asked about them."""
    if view.injured:
        return screen.say("{count}H", count=view.injured)
    if view.in_danger:
        return "!"
    return "?" if view.injured is None else ""


def same_lines(same: Sequence[CaseView], screen: Screen) -> list[Line]:
    """Make a line for the open cases that may be about the same motorist; none without one."""
    if not same:
        return []
    text = screen.say(
        "MAY BE THE SAME: case {number}, {kind}, {place}, {state}",
        number=same[0].id,
        kind=screen.word(same[0].kind.replace("_", " ")),
        place=same[0].place,
        state=screen.word(same[0].state),
    )
    if len(same) > 1:
        text += ", " + screen.say("{count} more", count=len(same) - 1)
    return [plain_line(screen.shorten(text, screen.width), "yellow")]


def _clock(moment: datetime | None, now: datetime) -> Message | Clock | str:
    """Return a time of day; one that is half a day away or more has its day as well."""
    if moment is None:
        return ""
    if abs((moment - now).total_seconds()) < SOON_S:
        return time_of_day(moment.astimezone(now.tzinfo))
    return Clock(moment, now)
