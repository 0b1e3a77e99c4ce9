"""Find the services that an incident needs, and the emergency calls that no file can remove.

A plan is what a fire service calls a run card. The built-in plans are in ``run_cards``; a file may
add kinds, replace the services of a built-in one and add emergency services to it.
"""

from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from .messages import Message
from .model import Incident, Plan, PlanEntry, Rules, Settings
from .model.run_cards import BUILT_IN, IMPLIED_VEHICLE, RECOVERY
from .model.words import (
    CARRYING_SERVICES,
    EMERGENCY_NUMBERS,
    EMERGENCY_SERVICES,
    SERVICES,
    SPOTS,
    VEHICLE_CLASSES,
    VEHICLE_STATES,
    fold,
    lookup,
)
from .results.cascade_answer import EmergencyCall

__all__ = [
    "BUILT_IN",
    "CONDITIONS",
    "IMPLIED_VEHICLE",
    "advice_for",
    "emergency_calls",
    "find_kind",
    "plan_of",
    "services_for",
]


class Condition(Struct, frozen=True):
    """A condition of a plan entry, and the option that sets it."""

    option: str
    holds: Callable[[Incident, Settings], bool]


def _is_spot(name: str) -> Condition:
    return Condition(f"--spot {name}", lambda incident, _: incident.spot == name)


def _is_state(name: str) -> Condition:
    return Condition(f"--state {name}", lambda incident, _: incident.vehicle.state == name)


def _is_class(name: str) -> Condition:
    return Condition(f"--vehicle {name}", lambda incident, _: incident.vehicle.kind == name)


def _is_beyond_seats(incident: Incident, settings: Settings) -> bool:
    """Return whether persons and pets need more seats than a tow truck is assumed to have."""
    return incident.travellers + incident.pets > settings.truck_seats


CONDITIONS: Mapping[str, Condition] = {
    "injured": Condition("--injured N", lambda incident, _: incident.injured > 0),
    "trapped": Condition("--trapped", lambda incident, _: incident.trapped),
    "hazard": Condition("--hazard TEXT", lambda incident, _: bool(incident.hazard)),
    **{name: _is_spot(name) for name in SPOTS},
    **{name: _is_state(name) for name in VEHICLE_STATES},
    **{name: _is_class(name) for name in VEHICLE_CLASSES},
    "heavy": Condition("--weight-t, --vehicle", lambda incident, _: incident.vehicle.is_heavy),
    "light": Condition("--weight-t, --vehicle", lambda incident, _: not incident.vehicle.is_heavy),
    "ev": Condition("--ev", lambda incident, _: incident.vehicle.ev),
    "trailer": Condition("--trailer", lambda incident, _: incident.vehicle.trailer),
    "persons": Condition("--persons N", lambda incident, _: (incident.persons or 0) > 0),
    "children": Condition("--children N", lambda incident, _: incident.children > 0),
    "pets": Condition("--pets N", lambda incident, _: incident.pets > 0),
    "beyond_seats": Condition("--persons N, --pets N", _is_beyond_seats),
}

# They hold for every kind, with any provider file. On a lane or in a tunnel the police must close
# the road before other services can work there.
_ALWAYS = (
    PlanEntry(service="police", when=("lane", "tunnel")),
    PlanEntry(service="ambulance", when=("injured",)),
    PlanEntry(service="fire", when=("hazard", "trapped")),
)
_BEYOND_SEATS = PlanEntry(service="taxi", when=("beyond_seats",))

_CALLER_DIALS = Message(
    "The caller dials 112 at the scene, or is put through; "
    "112 from this desk reaches this desk's control centre."
)
_EMERGENCY_TEXTS = {
    "ambulance": _CALLER_DIALS,
    "fire": _CALLER_DIALS,
    "police": Message("The caller dials 110 at the scene, or is put through."),
}
_POLICE_WITH_112 = Message("The control centre at 112 calls the police: one call.")
_DIAL_112 = Message(
    "Please dial 112 now. Say where you are, what has happened and how many people are hurt. We"
    " will call you back."
)
_BEHIND_BARRIER = Message(
    "Please put on your safety vest, get out on the side away from the traffic and wait behind the"
    " barrier. Do not go back to the vehicle. Put up the warning triangle only if it is safe."
)
_OFF_THE_LANE = Message(
    "Please switch on the hazard lights, leave the vehicle and the carriageway if it is safe, and"
    " wait behind the barrier with your safety vest on. Do not go back to the vehicle."
)
_OUT_OF_TUNNEL = Message(
    "Please switch off the engine, leave the key in, walk to the nearest emergency exit and use the"
    " emergency telephone there."
)


def find_kind(word: str, plans: Mapping[str, Plan] = BUILT_IN) -> str | None:
    """Find the incident kind, or the service, that an English or German word stands for.

    ``plans`` are those of the file; the built-in ones are always known, and keep their words. A
    kind comes before a service of the same name, because its plan has that service and more.
    """
    folded = fold(word)
    own = {kind: plan for kind, plan in plans.items() if kind not in BUILT_IN}
    return (
        _kind_called(folded, BUILT_IN)
        or lookup(word, SERVICES)
        or _kind_called(folded, own)
        # More words that the file has for a built-in kind.
        or _kind_called(folded, plans)
    )


def _kind_called(folded: str, plans: Mapping[str, Plan]) -> str | None:
    for kind, plan in plans.items():
        if folded == fold(kind) or any(folded == fold(other) for other in plan.words):
            return kind
    return None


def plan_of(kind: str, plans: Mapping[str, Plan]) -> Plan:
    """Make the plan for a kind or a service name, with the entries that no file can remove."""
    built_in = BUILT_IN.get(kind)
    plan = plans.get(kind) or built_in or Plan(kind=kind, entries=(PlanEntry(service=kind),))
    entries = [*plan.entries]
    if built_in is not None and plan is not built_in:
        entries += [entry for entry in built_in.entries if entry.service in EMERGENCY_SERVICES]
    if kind in EMERGENCY_SERVICES:
        # A file may redefine the word "ambulance", but its number is always shown.
        entries.append(PlanEntry(service=kind))
    offered = {entry.service for entry in entries} - EMERGENCY_SERVICES.keys()
    carrying = [entry for entry in entries if entry.service in CARRYING_SERVICES]
    if carrying:
        # After help on the spot no taxi is needed, so that it waits as the truck does.
        after = carrying[-1].after if all(entry.after for entry in carrying) else None
        entries.append(replace(_BEYOND_SEATS, after=after))
    if offered - {"taxi"}:
        # Recovery comes first: a vehicle on its side or roof cannot roll onto a truck.
        entries = [*RECOVERY, *entries]
    return Plan(kind=kind, entries=(*_ALWAYS, *entries), words=plan.words)


def services_for(incident: Incident, rules: Rules) -> tuple[PlanEntry, ...]:
    """List the services that an incident needs now or later, each once, without emergency services.

    An entry is needed now if the service that it waits for is not needed.
    """
    wanted: dict[str, PlanEntry] = {}
    for entry in _needed(incident, rules.plans, rules.settings):
        if entry.service not in EMERGENCY_SERVICES:
            wanted.setdefault(entry.service, entry)
    return tuple(
        entry
        if entry.after in wanted or entry.after is None
        else PlanEntry(service=entry.service, equipment=entry.equipment)
        for entry in wanted.values()
    )


def emergency_calls(incident: Incident, rules: Rules | None = None) -> tuple[EmergencyCall, ...]:
    """List the emergency services that an incident needs, in the order of dialling.

    Without ``rules`` the built-in plans apply, so that no provider file is needed. A call to 112
    includes the police, but on a lane or in a tunnel they are called first, to close the road.
    """
    rules = rules or Rules()
    needed = {entry.service for entry in _needed(incident, rules.plans, rules.settings)}
    in_traffic = incident.spot in ("lane", "tunnel")
    order = ("police", "ambulance", "fire") if in_traffic else ("ambulance", "fire", "police")
    services = [service for service in order if service in needed]
    through_112 = not in_traffic and any(service != "police" for service in services)
    return tuple(
        EmergencyCall(service, "110", _POLICE_WITH_112, "112")
        if service == "police" and through_112
        else EmergencyCall(
            service,
            EMERGENCY_NUMBERS[service],
            _EMERGENCY_TEXTS[service],
            EMERGENCY_NUMBERS[service],
        )
        for service in services
    )


def numbers_to_dial(incident: Incident, rules: Rules | None = None) -> frozenset[str]:
    """Return the emergency numbers that must be dialled, as far as a person may be in danger.

    The call to the police after a crash without injured persons, outside traffic, can wait.
    """
    numbers = {call.dial for call in emergency_calls(incident, rules)}
    return frozenset(numbers if incident.in_danger or "112" in numbers else ())


def advice_for(incident: Incident, calls: Iterable[EmergencyCall]) -> tuple[Message, ...]:
    """List the sentences that the operator reads to the caller at once, the most urgent first."""
    advice = []
    if incident.spot == "shoulder":
        advice.append(_BEHIND_BARRIER)
    if incident.spot == "lane":
        advice.append(_OFF_THE_LANE)
    if incident.spot == "tunnel":
        advice.append(_OUT_OF_TUNNEL)
    if any(call.dial == "112" for call in calls):
        advice.append(_DIAL_112)
    return tuple(advice)


def _needed(
    incident: Incident, plans: Mapping[str, Plan], settings: Settings
) -> Iterable[PlanEntry]:
    """List the entries of an incident's plan whose conditions hold."""

    def holds(name: str) -> bool:
        return CONDITIONS[name].holds(incident, settings)

    for entry in plan_of(incident.kind, plans).entries:
        if entry.when and not any(map(holds, entry.when)):
            continue
        if not any(map(holds, entry.unless)):
            yield entry
