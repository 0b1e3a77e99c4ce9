"""The top of the screen: emergency numbers, advice for the caller, then the incident as read."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import PurePath

from ..messages import Message
from ..results.cascade_answer import Answer, EmergencyCall, IncidentView
from . import figures
from .layout import GAP, Line, Screen, flow, plain_line, plain_lines, wrap
from .wording import worded

EMERGENCY_STYLE = "bold red"
_INDENT = " " * 5

# Facts whose value needs a word beside it.
_FACT_FORMS = {
    "injured": "{} injured",
    "persons": "{} persons",
    "children": "{} children",
    "pets": "{} pets",
    "clearance_m": "clearance {} m",
    "spot": "on {}",
    "language": "speaks {}",
}
_FACT_LIMIT = 200


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
        services = ", ".join(call.service for call in group)
        # The text of a service that is reached through another number is not needed.
        texts = dict.fromkeys(call.text for call in group if call.dial == call.number)
        words = ": ".join([services, *(["one call."] if len(group) > 1 else [])])
        what_to_say = " ".join(worded(text) for text in texts if text)
        text = f"EMERGENCY  {number}  {words}{'' if len(group) > 1 else ':'} {what_to_say}"
        lines += [
            plain_line(line, EMERGENCY_STYLE)
            for line in wrap(screen.text(text), screen.width, rest=_INDENT)
        ]
    return lines


def advice_lines(
    advice: Iterable[Message | str], screen: Screen, *, has_emergency: bool
) -> list[Line]:
    """Make the lines of advice for the caller, below the emergency line or alone."""
    first = _INDENT if has_emergency else "SAY  "
    lines: list[Line] = []
    for each in advice:
        wrapped = wrap(screen.text(each), screen.width, first=first, rest=_INDENT)
        lines += plain_lines(wrapped, "bold")
        first = _INDENT
    return lines


def vehicle_text(incident: IncidentView, screen: Screen) -> str:
    """Write the known facts of the vehicle, and the assumed ones that were not asked."""
    vehicle = incident.vehicle
    kind = str(vehicle.get("kind") or "car")
    weight = vehicle.get("weight_t")
    if weight:
        first = f"{kind} {weight} t" if vehicle.get("kind") else f"{kind} assumed, {weight} t"
    else:
        first = f"{kind}, {incident.assumed_weight_t} t assumed"
    height = vehicle.get("height_m")
    parts = [
        first,
        str(vehicle.get("brand") or ""),
        "EV" if vehicle.get("ev") else "",
        "trailer" if vehicle.get("trailer") else "",
        f"{height} m high" if height else "",
        str(vehicle.get("state") or "").replace("_", " "),
    ]
    return screen.text(", ".join(part for part in parts if part))


def facts(incident: IncidentView, screen: Screen) -> list[str]:
    """Write the other facts of the incident, each with its own words."""
    texts = []
    for key, value in incident.facts.items():
        if value is True:
            text = key
        elif value is False or value in ("", 0):
            continue
        elif key in _FACT_FORMS:
            text = _FACT_FORMS[key].format(value)
        else:
            text = f"{key.replace('_', ' ')} {value}"
        texts.append(screen.text(text, _FACT_LIMIT))
    return texts


def client_text(incident: IncidentView, screen: Screen) -> str:
    """Write the client of the caller; "not asked" differs from "no client"."""
    if incident.client is None:
        return "client not asked"
    return f"client {screen.text(incident.client)}" if incident.has_client else "no client"


def label_text(incident: IncidentView, screen: Screen) -> str:
    """Write the kind of the incident, in capitals if it is a single service."""
    kind = screen.text(incident.kind)
    return kind.upper() if incident.services == (incident.kind,) else kind


def _emergency_head(incident: IncidentView, screen: Screen) -> list[Line]:
    """Make the line of the incident, and one for the place, which 112 needs first."""
    vehicle = ", ".join([vehicle_text(incident, screen), *facts(incident, screen)])
    parts = [
        label_text(incident, screen),
        figures.date_and_clock(incident.when),
        vehicle,
        client_text(incident, screen),
    ]
    confirm = wrap(screen.text(incident.place), screen.width, first="CONFIRM  ", rest=_INDENT)
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
    place = f"{label_text(incident, screen)}  {screen.text(incident.place)}: confirm"
    parts = [
        place,
        # One more blank separates the place, which the caller must confirm.
        " " + vehicle_text(incident, screen),
        client_text(incident, screen),
        figures.time_of_day(when) if is_today else figures.date_and_clock(when),
        *facts(incident, screen),
    ]
    question = flow(
        ["Anyone hurt or on the carriageway?", "112 / 110 first"], screen.width, gap="  "
    )
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
    name = "packaged sample" if source.source == "sample" else PurePath(source.path).name
    parts = [f"{screen.text(name)}, {source.providers} providers"]
    if answer.ask:
        parts.append("ask: " + ", ".join(screen.text(ask) for ask in answer.ask))
    return [plain_line(line, "dim") for line in flow(parts, screen.width, gap=GAP)]
