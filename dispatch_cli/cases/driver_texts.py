"""The texts for the driver of the accepted firm: everything that is known, as it was recorded."""

from collections.abc import Iterator
from functools import partial

from ..model import Rules
from ..model.case import Case, Offer, Personal
from ..model.run_cards import BUILT_IN
from ..model.words import EQUIPMENT, SERVICES
from .call_language import CallLanguage
from .call_texts import (
    Filled,
    language_of,
    persons_and_danger,
    road_of,
    sentences,
    spot_of,
    text,
    vehicle_facts,
)
from .joint_calls import of_one_call
from .vehicle_makes import written_make


def to_driver(
    case: Case, personal: Personal, offer: Offer, rules: Rules, language: str
) -> tuple[str, ...]:
    """Return the facts for the accepted firm: place, vehicle, the caller's words, what to bring.

    Each text is a line of one or several sentences.
    """
    filled, words = partial(text, rules.say, language), language_of(language)
    incident = case.incident
    place = (
        words.spoken(incident.place.readback),
        *road_of(incident, filled),
        *spot_of(incident, filled, words),
    )
    vehicle = ", ".join(_of_vehicle(case, personal, offer, filled, words))
    bring = ", ".join(_to_bring(case, offer, filled, words))
    presence = {"yes": "at_vehicle", "no": "away"}.get(personal.at_vehicle)
    safety = list(persons_and_danger(case, filled, words))
    if case.answered and "injured" in case.answered and not incident.in_danger:
        safety.append(filled("nobody_hurt"))
    note = incident.note or personal.note
    tongue = words.tongues.get((incident.language or "").casefold(), incident.language)
    lines = (
        (filled("at", place=", ".join(place)),),
        (filled("said", words=personal.typed_place) if personal.typed_place else "",),
        (
            filled("job", services=", ".join(_of_job(case, offer, rules, words))),
            filled("of_vehicle", facts=vehicle) if vehicle else "",
        ),
        (", ".join(_of_client(case, personal, rules, filled)), *safety),
        (
            filled("drive", call_back=personal.call_back) if personal.call_back else "",
            filled("caller", caller=personal.caller) if personal.caller else "",
            filled(presence) if presence else "",
        ),
        (
            filled("to", place=personal.to) if personal.to else "",
            filled("speaks", language=tongue) if tongue else "",
        ),
        (filled("note", note=note) if note else "",),
        (filled("bring", things=bring) if bring else "",),
    )
    return tuple(filter(None, (" ".join(sentences(*line)) for line in lines)))


def _of_job(case: Case, offer: Offer, rules: Rules, words: CallLanguage) -> Iterator[str]:
    """Yield the services of a call, and what has happened."""
    services = [each.service for each in of_one_call(case, offer.number)] or [offer.service]
    for service in services:
        yield words.word(SERVICES, service)
    kind, own = case.incident.kind, rules.plans.get(case.incident.kind)
    if kind in BUILT_IN:
        yield words.word({kind: BUILT_IN[kind].words}, kind)
    elif kind in SERVICES and kind not in services:
        yield words.word(SERVICES, kind)
    elif own is not None and own.words:
        yield own.words[0]


def _of_vehicle(
    case: Case, personal: Personal, offer: Offer, filled: Filled, words: CallLanguage
) -> Iterator[str]:
    """Yield class and make, the facts of the vehicle, and its plate."""
    vehicle = case.incident.vehicle
    facts = list(vehicle_facts(case, offer, filled, words, "is_"))
    if vehicle.kind or vehicle.brand:
        facts.insert(0, words.noun(vehicle.kind or "", written_make(vehicle.brand or "")))
    yield from facts
    if personal.plate:
        yield filled("plate", plate=personal.plate)
    elif facts and case.answered is not None and "plate" not in case.answered:
        yield filled("no_plate")


def _of_client(case: Case, personal: Personal, rules: Rules, filled: Filled) -> Iterator[str]:
    """Yield the client and the motorist's number there; nothing for a motorist without client."""
    client = rules.clients.get(case.incident.client or "")
    if client is not None:
        yield filled("client", client=client.name)
    if personal.ref:
        yield filled("member", member=personal.ref)
    elif client is not None and case.answered is not None and "ref" not in case.answered:
        yield filled("no_member")


def _to_bring(case: Case, offer: Offer, filled: Filled, words: CallLanguage) -> Iterator[str]:
    """Yield the equipment that the services of a call need, and the greatest height of the unit."""
    asked = {each.service for each in of_one_call(case, offer.number)}
    for service in case.services:
        for group in service.equipment if service.service in asked else ():
            yield " / ".join(words.word(EQUIPMENT, each) for each in group)
    if case.incident.clearance_m is not None:
        yield filled("low", height=words.amount(case.incident.clearance_m, ".2f"))
