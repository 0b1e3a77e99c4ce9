"""The texts to read aloud are whole sentences, for every kind, service, fact and language."""

import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import product

import pytest
from msgspec.structs import replace

from dispatch_cli.cases import call_texts, driver_texts
from dispatch_cli.model import Client, Place, Rules, Vehicle
from dispatch_cli.model.case import Case, Offer, Personal
from dispatch_cli.model.rules import DeskIdentity, Plan, PlanEntry
from dispatch_cli.model.run_cards import BUILT_IN, IMPLIED_VEHICLE
from dispatch_cli.model.words import (
    COUNTRIES,
    LANGUAGES,
    SERVICES,
    SPOTS,
    VEHICLE_CLASSES,
    VEHICLE_STATES,
)
from dispatch_cli.notation import place_at, place_of_postcode

from ..worlds import incident
from .sample_cases import NOON, case, option, service

KINDS = (*BUILT_IN, *SERVICES, "boat_adrift")
AUGSBURG = place_of_postcode("86150", "Augsburg")
RULES = Rules(
    clients={"adac": Client(id="adac", name="ADAC")},
    desk=DeskIdentity(name="Einsatzzentrale Augsburg", number="089 99998-0"),
    plans={
        "boat_adrift": Plan(
            kind="boat_adrift", entries=(PlanEntry(service="tow"),), words=("Boot treibt",)
        )
    },
)
BARE = Rules()
EVENING = NOON.replace(hour=23)

_SENTENCE_END = re.compile(r"(?<=[.?!]) (?=\S)")
_IDS = {each for each in {*KINDS, *SPOTS, *VEHICLE_STATES, *VEHICLE_CLASSES} if "_" not in each}
_POSITION = re.compile(r"\d+\.\d{5}, \d+\.\d{5}")
"""A position has a decimal point in every language, because it can be typed so."""

_WRONG_NUMBER = {"de": re.compile(r"\d\.\d"), "en": re.compile(r"\d,\d")}


def faults(text: str, language: str) -> Iterator[str]:
    """Yield what is wrong with a text that is read aloud."""
    for sentence in _SENTENCE_END.split(text):
        if not sentence[:1].isupper():
            yield f"no capital letter: {sentence}"
        if not sentence.endswith((".", "?", ".“.", '".')):
            yield f"no end: {sentence}"
    for sign in ("{", "}", "_", "  ", " .", " ,", "..", ",.", ": .", "None"):
        if sign in text:
            yield f"{sign!r} in: {text}"
    if _WRONG_NUMBER[language].search(_POSITION.sub("", text)):
        yield f"a number of another language: {text}"
    if language == "de" and (found := _IDS & set(re.findall(r"[^\W\d_]+", text))):
        yield f"the id {found} in: {text}"


def call(name: str, **facts) -> tuple[Case, Offer]:
    """Return a case with a call for a service."""
    made = case(replace(service(name, option("anna")), equipment=(("flatbed", "dollies"),)))
    offer = Offer(
        number=1,
        service=name,
        provider="anna",
        name="Pannenhilfe Lech-Wertach",
        phone="089 99998-112",
        rank=1,
        operator="desk",
        opened_at=NOON,
        answer_by=NOON,
    )
    changes = {"emergency": "called"} if facts.pop("is_called", False) else {}
    made = replace(made, incident=incident(**facts), offers=(offer,), **changes)
    return replace(made, answered=("injured",)), offer


def texts(name: str, language: str, /, rules: Rules = RULES, **facts) -> dict[str, tuple[str, ...]]:
    """Return all texts of a call."""
    made, offer = call(name, **facts)
    personal = Personal(
        caller="Maria Huber", call_back="030 23125-117", plate="A-BC 123", ref="4711",
        to="Werkstatt", note="Hund an Bord", typed_place="86150 maxstr 1", at_vehicle="yes",
    )  # fmt: skip
    firm = call_texts.to_provider(made, offer, rules, language, EVENING)
    caller = call_texts.to_caller(
        made, personal, offer, rules, language, at=EVENING, clock="23:48", late="23:58"
    )
    driver = driver_texts.to_driver(made, personal, offer, rules, language)
    bare = driver_texts.to_driver(made, Personal(), offer, rules, language)
    return {"firm": firm, "caller": caller, "driver": driver, "bare driver": bare}


def all_faults(name: str, language: str, /, rules: Rules = RULES, **facts) -> list[str]:
    """Return what is wrong with the texts of a call."""
    return [
        f"{who}: {fault}"
        for who, said in texts(name, language, rules=rules, **facts).items()
        for text in said
        for fault in faults(text, language)
    ]


FACTS = {
    "nothing": {},
    "a place without town": {"place": place_of_postcode("86150", "")},
    "a place abroad": {"place": place_at(47.5596, 7.5886), "when": NOON + timedelta(hours=3)},
    "no place": {"place": Place(lat=45.0, lon=9.0, foreign_km=240.0)},
    "a car": {"vehicle": Vehicle(kind="car", brand="golf", weight_t=1.6), "persons": 1},
    "everything": {
        "vehicle": Vehicle(
            kind="truck", brand="man", height_m=3.9, ev=True, trailer=True, state="blocked"
        ),
        "where": "A8 Richtung München", "last_exit": "Dasing", "spot": "garage",
        "clearance_m": 2.0, "persons": 48, "children": 13, "pets": 2, "injured": 2, "trapped": True,
        "hazard": "Diesel läuft aus", "is_called": True, "client": "adac", "language": "pl",
    },
}  # fmt: skip


@pytest.mark.parametrize("facts", FACTS.values(), ids=FACTS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_and_service_makes_whole_sentences(language, facts) -> None:
    """Each sentence has a capital letter, an end, no id, and the numbers of its language."""
    found = []
    for kind, name in product(KINDS, SERVICES):
        found += all_faults(name, language, **{"place": AUGSBURG, "kind": kind, **facts})
    assert found == []


def one_fact() -> Iterator[dict[str, object]]:
    """Yield each value of each fact alone, with several classes of vehicles."""
    for kind in (None, *VEHICLE_CLASSES):
        for changes in (
            {}, {"brand": "opel"}, {"weight_t": 1.85}, {"height_m": 2.6}, {"ev": True},
            {"trailer": True}, *({"state": each} for each in VEHICLE_STATES),
        ):  # fmt: skip
            yield {"vehicle": Vehicle(kind=kind, **changes)}
    for spot in SPOTS:
        yield {"spot": spot}
        yield {"spot": spot, "clearance_m": 2.05}
    for count in (0, 1, 2, 12, 13, 120):
        yield {"persons": count}
        yield {"children": count}
        yield {"pets": count}
        yield {"injured": count}
    yield {"trapped": True}
    yield {"hazard": "Gas"}
    yield {"is_called": True}
    yield {"where": "B17 Messe"}
    yield {"last_exit": "Dasing"}
    yield {"client": "none"}
    for country in COUNTRIES:
        place = Place(lat=1, lon=1, country=country, nearest_postcode="79576", foreign_km=4.0)
        yield {"place": place}


@pytest.mark.parametrize("rules", [RULES, BARE], ids=["named", "without a name"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fact_makes_whole_sentences(language, rules) -> None:
    """The same for each fact alone, in a repair and a tow, with and without a name of the desk."""
    found = []
    for facts, name in product(one_fact(), ("roadside_repair", "tow")):
        kind = {"kind": "breakdown", "place": AUGSBURG}
        found += all_faults(name, language, rules=rules, **{**kind, **facts})
    assert found == []


@pytest.mark.parametrize(
    "text",
    [
        "ein Pkw springt nicht an.", "Ein Pkw springt nicht an", "Ein {vehicle}.",
        "Wir brauchen einen tow_truck.", "Ein  Pkw.", "Das Fahrzeug wiegt 1.8 t.",
        "Wir brauchen tow.", "Eine Person. zwei Tiere.",
    ],
)  # fmt: skip
def test_faults_are_found(text) -> None:
    """Control: each rule finds a sentence that breaks it."""
    assert list(faults(text, "de"))


def test_each_language_has_all_words() -> None:
    """A kind, service or spot without words would be said by its id, or not at all."""
    for language in call_texts.CALL_LANGUAGES.values():
        assert language.kinds.keys() >= BUILT_IN.keys()
        assert language.services.keys() == SERVICES.keys()
        assert language.spots.keys() == SPOTS.keys()
        assert language.states.keys() == VEHICLE_STATES.keys()
        assert language.countries.keys() == COUNTRIES.keys()
        assert {*LANGUAGES} <= language.tongues.keys()
        assert all(language.noun(each, "") for each in ("", *VEHICLE_CLASSES))
    both = [each.kinds for each in call_texts.CALL_LANGUAGES.values()]
    assert both[0].keys() == both[1].keys()
    for kind in both[0]:
        assert len({bool(each[kind].predicate) for each in both}) == 1


def test_a_kind_says_its_service_only_if_it_is_not_clear() -> None:
    """Each built-in kind with help on the spot implies it; any other service is named."""
    implied = set()
    for kind, name in product(BUILT_IN, SERVICES):
        vehicle = Vehicle(kind=IMPLIED_VEHICLE.get(kind, "car"))
        firm = " ".join(texts(name, "de", kind=kind, place=AUGSBURG, vehicle=vehicle)["firm"])
        spoken = call_texts.CALL_LANGUAGES["de"].services[name]
        if f"brauchen {spoken}." not in firm and f"brauchen wir {spoken}." not in firm:
            implied.add((kind, name))
    assert ("dead_battery", "jump_start") in implied
    assert ("breakdown", "roadside_repair") in implied
    assert not {name for _, name in implied} & {"tow", "heavy_tow", "recovery", "taxi", "police"}
    assert len(implied) == len({kind for kind, _ in implied})


def test_a_firm_hears_nothing_that_identifies_the_motorist() -> None:
    """Note, language, client and wish are for the accepted firm; control: the driver hears them."""
    facts = {"note": "Canary", "client": "adac", "language": "pl", "wish": "anna"}
    said = texts("tow", "de", kind="breakdown", place=AUGSBURG, **facts)
    firm, driver = " ".join(said["firm"]), " ".join(said["driver"])
    for canary in (
        "Canary",
        "ADAC",
        "Polnisch",
        "Huber",
        "23125",
        "A-BC",
        "4711",
        "maxstr",
        "Werkstatt",
    ):
        assert canary not in firm
        assert canary in driver
