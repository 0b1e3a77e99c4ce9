"""The questions to a caller, in the order in which the answers matter: a registry.

First whether a person is hurt or in danger, then the place, then how to reach the caller if the
line drops; after that what decides the service and the truck, and last what can be asked later. A
question that was not asked, or was passed over, leaves its fact unknown; it never becomes "no".
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime

from msgspec import Struct

from .. import plans
from ..errors import UsageError
from ..messages import Message
from ..model import NO_CLIENT, Incident, Place, Rules, Vehicle
from ..model.words import CARRYING_SERVICES, DANGEROUS_SPOTS, SPOTS, VEHICLE_CLASSES, VEHICLE_STATES
from ..notation.position import clean_text
from ..notation.roads import RoadText, is_road_text, read_road
from .intake_answers import (
    Change,
    Facts,
    amount,
    dialled,
    one_of,
    read_back,
    read_client,
    read_companions,
    read_danger,
    read_kind,
    read_place,
    text,
    yes_no,
)

_IN_TRAFFIC = frozenset({*DANGEROUS_SPOTS, "ramp"})
_MOTORWAY = re.compile(r"\bA ?[0-9]{1,3}\b(?! ?[0-9])")
_DAY_FROM, _EVENING_FROM = 10, 18
"""The hours of the day at which the greeting changes."""
_HEAVY_CLASSES = frozenset({"van", "camper", "truck", "bus"})


class Question(Struct, frozen=True, kw_only=True):
    """One question: its fact, the sentence for the caller, the allowed answers, when it is asked.

    ``answers`` is shown to the operator: a sentence, or the words of a closed set. A ``needed``
    question cannot be passed over.
    """

    key: str
    sentence: Message
    named: Message | None = None
    """The sentence in which the desk says its name, if it has one."""
    answers: Message | tuple[str, ...]
    read: Callable[[str, Rules], Change]
    needed: bool = False
    applies: Callable[[Facts, Rules], bool] = lambda facts, rules: True
    usual: Callable[[Facts], str] = lambda facts: ""
    """The answer that Enter gives; empty: none, the question is then passed over."""

    def asked(self, facts: Facts, desk: str, at: datetime) -> Message:
        """Return the sentence with the answers that it repeats, and the name of the desk.

        ``at`` is the local time of the call, by which the caller is greeted.
        """
        if desk and self.named is not None:
            return Message(self.named.id, desk=desk, greeting=greeting(at))
        return Message(self.sentence.id, **{**facts, "greeting": greeting(at)})

    def answer(self, typed: str, facts: Facts, rules: Rules) -> Change:
        """Read a typed answer; raises UsageError for one that is not allowed."""
        typed = typed.strip() or self.usual(facts)
        if typed:
            return self.read(typed, rules)
        if self.needed:
            raise UsageError("this question needs an answer: {answers}", answers=self.answers)
        return {self.key: ""}


def greeting(at: datetime) -> Message:
    """Return the greeting at a local time of the day."""
    if at.hour < _DAY_FROM:
        return Message("good morning")
    return Message("hello") if at.hour < _EVENING_FROM else Message("good evening")


def next_question(facts: Facts, rules: Rules) -> Question | None:
    """Return the first question that applies and was not asked yet; None if all were asked."""
    for question in QUESTIONS:
        if question.key not in facts and question.applies(facts, rules):
            return question
    return None


def on_request(names: Iterable[str], facts: Facts) -> Question | None:
    """Return the question for the first fact that the operator wants to be asked for."""
    for name in names:
        if name not in facts:
            asked = ON_REQUEST.get(name, Message("{name}?", name=name.replace("_", " ")))
            return Question(key=name, sentence=asked, answers=Message("text"), read=text(name))
    return None


def not_asked(incident: Incident, answered: Collection[str] | None, rules: Rules) -> list[str]:
    """Return the facts that the caller was not asked for, in the order of the questions."""
    if answered is None:
        return []
    known: dict[str, str] = {
        "kind": incident.kind,
        "spot": incident.spot or "",
        "vehicle": incident.vehicle.kind or "",
        "client": incident.client or "",
        "where": incident.where or "",
        "at": "" if incident.place.road is None else str(incident.place.road.name),
    }
    return [
        each.key
        for each in QUESTIONS
        if each.key not in answered
        and each.key not in ("read_back", "note", "last_exit")
        and each.applies(known, rules)
    ]


def change_facts(facts: Facts, change: Change) -> dict[str, str]:
    """Return the answers after a change."""
    merged = {**facts, **change}
    return {key: value for key, value in merged.items() if value is not None}


def _in_traffic(facts: Facts, _: Rules) -> bool:
    """Whether the vehicle is on a motorway or in moving traffic, where a postcode is no place."""
    at = facts.get("at", "")
    return (
        facts.get("spot") in _IN_TRAFFIC
        or bool(_MOTORWAY.search(at))
        or is_road_text(clean_text(at))
    )


def _is_road_open(facts: Facts, rules: Rules) -> bool:
    """Whether the road, the direction or the kilometre of a vehicle in traffic is not known yet."""
    road = _road_in(facts)
    return _in_traffic(facts, rules) and (road is None or not road.towards)


def _is_exit_open(facts: Facts, rules: Rules) -> bool:
    """Whether the exit before a vehicle in traffic says more than its place."""
    return _in_traffic(facts, rules) and _road_in(facts) is None


def _road_in(facts: Facts) -> RoadText | None:
    """Return the parts of a place on a motorway; None for any other place."""
    try:
        return read_road(clean_text(facts.get("at", "")))
    except UsageError:
        return None


def _is_carried(facts: Facts, rules: Rules) -> bool:
    """Whether a truck may have to carry the vehicle, now or after a repair has failed."""
    if not facts.get("kind"):
        return False
    incident = Incident(
        kind=facts["kind"],
        place=Place(lat=0, lon=0),
        when=datetime(1970, 1, 1, tzinfo=UTC),
        spot=facts.get("spot") or None,
        vehicle=Vehicle(kind=facts.get("vehicle") or None),
    )
    return any(each.service in CARRYING_SERVICES for each in plans.services_for(incident, rules))


_YES_NO = Message("yes, no")

QUESTIONS: tuple[Question, ...] = (
    Question(
        key="injured",
        sentence=Message(
            "Roadside assistance, {greeting}. Is anybody hurt or in danger?", greeting=""
        ),
        named=Message("{desk}, {greeting}. Is anybody hurt or in danger?", desk="", greeting=""),
        answers=Message("no, number of hurt persons, trapped, carriageway, or another spot"),
        read=read_danger,
        needed=True,
    ),
    Question(
        key="at",
        sentence=Message("Where are you?"),
        answers=Message("position, postcode, place name or map link"),
        read=read_place,
        needed=True,
    ),
    Question(
        key="spot",
        sentence=Message("Where exactly does the vehicle stand?"),
        answers=tuple(SPOTS),
        read=one_of("spot"),
    ),
    Question(
        key="where",
        sentence=Message("Which road, which direction, which kilometre is on the blue sign?"),
        answers=Message("text"),
        read=text("where"),
        applies=_is_road_open,
    ),
    Question(
        key="last_exit",
        sentence=Message("Which exit did you pass last?"),
        answers=Message("text"),
        read=text("last_exit"),
        applies=_is_exit_open,
    ),
    Question(
        key="call_back",
        sentence=Message("Under which number do we reach you if the line drops?"),
        answers=Message("phone number"),
        read=lambda typed, _: {"call_back": dialled(typed), "read_back": None},
    ),
    Question(
        key="read_back",
        sentence=Message("I repeat your number: {call_back}. Is that right?", call_back=""),
        answers=_YES_NO,
        read=read_back,
        needed=True,
        applies=lambda facts, _: bool(facts.get("call_back")),
    ),
    Question(
        key="at_vehicle",
        sentence=Message("Are you at the vehicle?"),
        answers=_YES_NO,
        read=yes_no("at_vehicle"),
    ),
    Question(
        key="kind",
        sentence=Message("What has happened?"),
        answers=Message("kind of incident or service"),
        read=read_kind,
        needed=True,
        usual=lambda facts: "accident" if _is_hurt(facts) else "breakdown",
    ),
    Question(
        key="vehicle",
        sentence=Message("What vehicle is it?"),
        answers=tuple(VEHICLE_CLASSES),
        read=one_of("vehicle"),
        applies=lambda facts, _: facts.get("kind") not in plans.IMPLIED_VEHICLE,
    ),
    Question(
        key="brand",
        sentence=Message("Which make and model?"),
        answers=Message("text"),
        read=text("brand"),
    ),
    Question(
        key="weight_t",
        sentence=Message("How much does the vehicle weigh?"),
        answers=Message("tonnes"),
        read=amount("weight_t"),
        applies=lambda facts, rules: (
            facts.get("vehicle") in _HEAVY_CLASSES and _is_carried(facts, rules)
        ),
    ),
    Question(
        key="clearance_m",
        sentence=Message("How high is the entrance?"),
        answers=Message("metres"),
        read=amount("clearance_m"),
        applies=lambda facts, _: facts.get("spot") == "garage",
    ),
    Question(
        key="state",
        sentence=Message("Does the vehicle roll, or is a wheel blocked?"),
        answers=tuple(VEHICLE_STATES),
        read=one_of("state"),
        applies=_is_carried,
    ),
    Question(
        key="trailer",
        sentence=Message("Is a trailer attached?"),
        answers=_YES_NO,
        read=yes_no("trailer"),
        applies=_is_carried,
    ),
    Question(
        key="persons",
        sentence=Message("How many persons must come along? Are there children or animals?"),
        answers=Message("number, such as 3, or 3, 1 child, 1 dog"),
        read=read_companions,
        applies=_is_carried,
    ),
    Question(
        key="client",
        sentence=Message("Are you a member of a club, or insured for breakdowns?"),
        answers=Message("client, or none"),
        read=read_client,
    ),
    Question(
        key="ref",
        sentence=Message("What is your membership number?"),
        answers=Message("number"),
        read=text("ref"),
        applies=lambda facts, _: facts.get("client") not in ("", None, NO_CLIENT),
    ),
    Question(
        key="to",
        sentence=Message("Where shall the vehicle be taken?"),
        answers=Message("text"),
        read=text("to"),
        applies=_is_carried,
    ),
    Question(
        key="note",
        sentence=Message("What else is to be known?"),
        answers=Message("text"),
        read=text("note"),
    ),
)
"""All questions, in their order."""


ON_REQUEST: Mapping[str, Message] = {
    "caller": Message("What is your name?"),
    "plate": Message("What is on the number plate?"),
}
"""The questions for facts that are only asked if the operator has written ``-`` for them."""


def _is_hurt(facts: Facts) -> bool:
    """Return whether a person is hurt or trapped, which a vehicle on the lane alone does not do."""
    return facts.get("injured", "0") not in ("", "0") or facts.get("trapped") == "yes"
