"""The top of the screen: emergency numbers, advice for the caller, then the incident as read."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import PurePath

from ..messages import Message, Plural, joined
from ..results.cascade_answer import Answer, EmergencyCall, IncidentView
from . import figures
from .layout import GAP, Line, Screen, cells, flow, plain_line, plain_lines, wrap
from .wording import word

EMERGENCY_STYLE = "bold red"
_INDENT = " " * 5

_FACT_LIMIT = 200
_CLOSED_WORDS = frozenset({"asked", "hazard", "language", "spot"})
"""The facts whose values are closed words of the model."""


def head_lines(answer: Answer, screen: Screen, now: datetime | None) -> list[Line]:
    """Make the top of the screen; without ``now`` the incident's date is always shown."""
    lines = [*emergency_lines(answer.emergency, screen)]
    lines += advice_lines(answer.advice, screen, has_emergency=bool(answer.emergency))
    lines += [
        plain_line(line)
        for centre in answer.control_centres
        for line in wrap(screen.text(centre), screen.width, first=_INDENT, rest=_INDENT)
    ]
    incident = answer.incident
    if answer.emergency:
        lines += _emergency_head(incident, screen)
    else:
        lines += _quiet_head(incident, screen, now)
    return lines + _notes(answer, screen)


def emergency_lines(calls: Iterable[EmergencyCall], screen: Screen) -> list[Line]:
    """Make one line for each number to dial, with all services that this call reaches."""
    by_number: dict[str, list[EmergencyCall]] = {}
    for call in calls:
        by_number.setdefault(call.dial, []).append(call)
    lines = []
    for number, group in by_number.items():
        # The text of a service that is reached through another number is not needed.
        texts = dict.fromkeys(call.text for call in group if call.dial == call.number)
        values = {
            "number": number,
            "services": ", ".join(word(call.service) for call in group),
            "text": joined(texts, " "),
        }
        if len(group) > 1:
            line = Message("EMERGENCY  {number}  {services}: one call. {text}", **values)
        else:
            line = Message("EMERGENCY  {number}  {services}: {text}", **values)
        wrapped = wrap(screen.text(line), screen.width, rest=_INDENT)
        lines += plain_lines(wrapped, EMERGENCY_STYLE)
    return lines


def advice_lines(
    advice: Iterable[Message | str], screen: Screen, *, has_emergency: bool
) -> list[Line]:
    """Make the lines of advice for the caller, below the emergency line or alone."""
    first = _INDENT if has_emergency else screen.say("SAY") + "  "
    rest = " " * max(cells(first), len(_INDENT))
    lines: list[Line] = []
    for each in advice:
        wrapped = wrap(screen.text(each), screen.width, first=first, rest=rest)
        lines += plain_lines(wrapped, "bold")
        first = rest
    return lines


def vehicle_text(incident: IncidentView, screen: Screen) -> str:
    """Write the known facts of the vehicle, and the assumed ones that were not asked."""
    vehicle = incident.vehicle
    kind, weight = word(str(vehicle.get("kind") or "car")), vehicle.get("weight_t")
    if not weight:
        weight = incident.assumed_weight_t
        first = Message("{vehicle}, {weight} t assumed", vehicle=kind, weight=weight)
    elif vehicle.get("kind"):
        first = Message("{vehicle} {weight} t", vehicle=kind, weight=weight)
    else:
        first = Message("{vehicle} assumed, {weight} t", vehicle=kind, weight=weight)
    height = vehicle.get("height_m")
    parts: list[Message | str] = [
        first,
        str(vehicle.get("brand") or ""),
        Message("EV") if vehicle.get("ev") else "",
        Message("trailer") if vehicle.get("trailer") else "",
        Message("{height} m high", height=height) if height else "",
        word(str(vehicle.get("state") or "").replace("_", " ")),
    ]
    return screen.text(joined(parts, ", "))


def facts(incident: IncidentView, screen: Screen) -> list[str]:
    """Write the other facts of the incident, each with its own words."""
    known = {key: value for key, value in incident.facts.items() if value}
    return [screen.text(_fact(key, value), _FACT_LIMIT) for key, value in known.items()]


def _fact(key: str, value: object) -> Message | str:
    """Write one fact; only places, notes and names are the caller's own words."""
    if value is True:
        return word(key)
    text = str(value)
    if key in _CLOSED_WORDS:
        text = ", ".join(map(word, text.split(", ")))
    match key, value:
        case "injured", int(count):
            return Message("{count} injured", count=count)
        case "persons", int(count):
            return Plural("{count} person", "{count} persons", count)
        case "children", int(count):
            return Plural("{count} child", "{count} children", count)
        case "pets", int(count):
            return Plural("{count} pet", "{count} pets", count)
        case "clearance_m", _:
            return Message("clearance {height} m", height=value)
        case "spot", _:
            return Message("on {spot}", spot=text)
        case "language", _:
            return Message("speaks {language}", language=text)
    return Message("{fact} {value}", fact=word(key.replace("_", " ")), value=text)


def client_text(incident: IncidentView, screen: Screen) -> str:
    """Write the client of the caller; "not asked" differs from "no client"."""
    if incident.client is None:
        return screen.say("client not asked")
    if not incident.has_client:
        return screen.say("no client")
    return screen.say("client {client}", client=incident.client)


def label_text(incident: IncidentView, screen: Screen) -> str:
    """Write the kind of the incident, in capitals if it is a single service."""
    kind = screen.word(incident.kind, of="kind")
    return kind.upper() if incident.services == (incident.kind,) else kind


def _emergency_head(incident: IncidentView, screen: Screen) -> list[Line]:
    """Make the line of the incident, and one for the place, which 112 needs first."""
    vehicle = ", ".join([vehicle_text(incident, screen), *facts(incident, screen)])
    parts = [
        label_text(incident, screen),
        screen.text(figures.date_and_clock(incident.when)),
        vehicle,
        client_text(incident, screen),
    ]
    first = screen.say("CONFIRM") + "  "
    confirm = wrap(screen.text(incident.place), screen.width, first=first, rest=_INDENT)
    return [
        *(plain_line(line) for line in flow(parts, screen.width, rest=_INDENT)),
        *(plain_line(line, "bold") for line in confirm),
    ]


def _quiet_head(incident: IncidentView, screen: Screen, now: datetime | None) -> list[Line]:
    """Make the line of the incident, and the question about injured persons."""
    is_today = now is not None and now.astimezone(incident.when.tzinfo).date() == (
        incident.when.date()
    )
    when = incident.when
    parts = [
        screen.say(
            "{kind}  {place}: confirm", kind=label_text(incident, screen), place=incident.place
        ),
        # One more blank separates the place, which the caller must confirm.
        " " + vehicle_text(incident, screen),
        client_text(incident, screen),
        screen.text(figures.time_of_day(when) if is_today else figures.date_and_clock(when)),
        *facts(incident, screen),
    ]
    ask = [screen.say("Anyone hurt or on the carriageway?"), screen.say("112 / 110 first")]
    question = flow(ask, screen.width, gap="  ")
    lines = flow(parts, screen.width, rest=_INDENT[1:])
    if len(lines) > 1:
        lines = flow((part.strip() for part in parts), screen.width, gap="  ", rest=_INDENT[1:])
    return [
        *(plain_line(line, "bold") for line in lines),
        *(plain_line(line, EMERGENCY_STYLE) for line in question),
    ]


def _notes(answer: Answer, screen: Screen) -> list[Line]:
    """Make the line of the provider file, and of facts that would make the ranking more exact."""
    source = answer.provider_file
    is_sample = source.source == "sample"
    name = screen.say("packaged sample") if is_sample else PurePath(source.path).name
    count = source.providers
    providers = Plural("{file}, {count} provider", "{file}, {count} providers", count, file=name)
    parts = [screen.text(providers)]
    if answer.ask:
        questions = ", ".join(map(screen.word, answer.ask))
        parts.append(screen.say("ask: {questions}", questions=questions))
    return [plain_line(line, "dim") for line in flow(parts, screen.width, gap=GAP)]
