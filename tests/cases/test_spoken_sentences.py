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


GOLF = {
    "kind": "dead_battery", "spot": "garage", "clearance_m": 2.0, "persons": 1,
    "vehicle": Vehicle(kind="car", brand="golf"),
}  # fmt: skip
TRUCK = {
    "kind": "truck_breakdown", "where": "A8 Richtung München km 48,2", "last_exit": "Dasing",
    "spot": "shoulder",
    "vehicle": Vehicle(kind="truck", brand="man", height_m=3.9, trailer=True, state="blocked"),
}  # fmt: skip
EXAMPLES = [
    (
        "jump_start", GOLF,
        "Ein VW Golf in 86150 Augsburg, Parkhaus oder Tiefgarage, Einfahrt 2,00 m,"
        " springt nicht an. Eine Person.",
        "A VW Golf in 86150 Augsburg, multi-storey or underground car park, entrance 2.00 m"
        " high, will not start. One person.",
    ),
    (
        "tow", {"kind": "dead_battery", "vehicle": Vehicle(kind="car")},
        "Ein Pkw in 86150 Augsburg springt nicht an. Wir brauchen einen Abschleppwagen."
        " Das Fahrzeug wiegt geschätzt 1,8 t.",
        "A car in 86150 Augsburg will not start. We need a tow truck."
        " The vehicle weighs an estimated 1.8 t.",
    ),
    (
        "tow", {"kind": "tow", "vehicle": Vehicle(kind="car", brand="Opel Corsa", weight_t=1.35)},
        "Für einen Opel Corsa in 86150 Augsburg brauchen wir einen Abschleppwagen."
        " Das Fahrzeug wiegt 1,35 t.",
        "We need a tow truck for an Opel Corsa in 86150 Augsburg. The vehicle weighs 1.35 t.",
    ),
    (
        "tyre_change", {"kind": "flat_tyre", "place": place_of_postcode("86150", "")},
        "Ein Fahrzeug im Postleitzahlbereich 86150 hat einen platten Reifen.",
        "A vehicle in the area of postcode 86150 has a flat tyre.",
    ),
    (
        "heavy_tow", TRUCK,
        "Ein Lkw MAN in 86150 Augsburg, A8 Richtung München km 48,2, letzte Ausfahrt Dasing, auf"
        " dem Standstreifen, hat eine Panne. Wir brauchen einen Abschleppwagen für schwere"
        " Fahrzeuge. Das Fahrzeug wiegt geschätzt 12 t, ist 3,90 m hoch, hat einen Anhänger und"
        " rollt nicht.",
        "A MAN truck in 86150 Augsburg, A8 Richtung München km 48,2, last exit Dasing, on the hard"
        " shoulder, has broken down. We need a tow truck for heavy vehicles. The vehicle weighs an"
        " estimated 12 t, is 3.90 m high, has a trailer and does not roll.",
    ),
    (
        "motorcycle_tow", {"kind": "motorcycle_breakdown",
                           "vehicle": Vehicle(kind="motorcycle", brand="bmw")},
        "Ein Motorrad BMW in 86150 Augsburg hat eine Panne. Wir brauchen einen Motorradtransport."
        " Das Fahrzeug wiegt geschätzt 0,3 t.",
        "A BMW motorcycle in 86150 Augsburg has broken down. We need a motorcycle transport."
        " The vehicle weighs an estimated 0.3 t.",
    ),
    (
        "tow", {"kind": "accident", "injured": 2, "trapped": True, "hazard": "Benzin läuft aus",
                "is_called": True},
        "Ein Fahrzeug in 86150 Augsburg hatte einen Unfall. Wir brauchen einen Abschleppwagen."
        " Verletzt sind zwei Personen. Mindestens eine Person ist eingeklemmt."
        " Achtung, Gefahr: Benzin läuft aus. Der Notruf ist abgesetzt.",
        "A vehicle in 86150 Augsburg has had an accident. We need a tow truck."
        " There are two people hurt. At least one person is trapped."
        " Beware of a hazard: Benzin läuft aus. The emergency call has been made.",
    ),
    (
        "taxi", {"kind": "stranded", "persons": 3, "children": 1, "pets": 1},
        "Für Reisende in 86150 Augsburg brauchen wir ein Fahrzeug für die Weiterfahrt."
        " Drei Personen, davon ein Kind, ein Tier.",
        "We need onward transport for travellers in 86150 Augsburg."
        " Three people, one of them a child, one pet.",
    ),
    (
        "lockout", {"kind": "locked_out", "vehicle": Vehicle(kind="van", brand="mercedes vito")},
        "Ein Transporter Mercedes Vito in 86150 Augsburg ist verschlossen und muss geöffnet"
        " werden.",
        "A Mercedes Vito van in 86150 Augsburg is locked and must be opened.",
    ),
    (
        "ev_charge", {"kind": "ev_empty", "vehicle": Vehicle(kind="car", brand="audi", ev=True)},
        "Ein Audi in 86150 Augsburg hat einen leeren Akku. Das Fahrzeug fährt elektrisch.",
        "An Audi in 86150 Augsburg has an empty drive battery. The vehicle is electric.",
    ),
    (
        "recovery", {"kind": "stuck", "spot": "ditch",
                     "vehicle": Vehicle(kind="camper", state="on_side")},
        "Ein Wohnmobil in 86150 Augsburg, im Graben, hat sich festgefahren. Wir brauchen eine"
        " Bergung. Das Fahrzeug wiegt geschätzt 3,5 t und liegt auf der Seite.",
        "A camper in 86150 Augsburg, in a ditch, is stuck. We need a recovery."
        " The vehicle weighs an estimated 3.5 t and lies on its side.",
    ),
    (
        "accident_securing", {"kind": "oil_spill", "spot": "lane"},
        "Eine Ölspur in 86150 Augsburg, auf der Fahrbahn, verschmutzt die Straße."
        " Wir brauchen eine Absicherung der Stelle.",
        "An oil spill in 86150 Augsburg, on the carriageway, makes the road dirty."
        " We need the place secured.",
    ),
    (
        "tow", {"kind": "boat_adrift", "place": place_at(47.5596, 7.5886)},
        "Für ein Fahrzeug in der Schweiz, nahe 79576, brauchen wir einen Abschleppwagen.",
        "We need a tow truck for a vehicle in Switzerland, near 79576.",
    ),
    (
        "fuel_delivery", {"kind": "out_of_fuel", "when": NOON + timedelta(hours=3)},
        "Ein Fahrzeug in 86150 Augsburg hat keinen Kraftstoff mehr."
        " Die Hilfe wird erst für 15:00 Uhr gebraucht.",
        "A vehicle in 86150 Augsburg has run out of fuel. The help is wanted for 15:00.",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "facts", "german", "english"), EXAMPLES)
def test_what_a_firm_hears(name, facts, german, english) -> None:
    """The exact text, in both languages, between the greeting and the question."""
    for language, said, hello, question in (
        ("de", german, "Guten Abend, hier ist die Einsatzzentrale Augsburg."
         " Unsere Nummer ist 089 99998-0.", "Wann können Sie dort sein?"),
        ("en", english, "Good evening, this is Einsatzzentrale Augsburg."
         " Our number is 089 99998-0.", "When can you be there?"),
    ):  # fmt: skip
        firm = texts(name, language, **{"place": AUGSBURG, **facts})["firm"]
        assert " ".join(firm) == f"{hello} {said} {question}"


def test_what_caller_and_driver_hear() -> None:
    """The exact texts after an acceptance, in both languages."""
    facts = {**GOLF, "place": AUGSBURG, "client": "adac", "note": None, "language": "pl"}
    german, english = texts("jump_start", "de", **facts), texts("jump_start", "en", **facts)
    assert german["caller"] == (
        "Guten Abend, hier ist die Einsatzzentrale Augsburg.",
        "Die Pannenhilfe Lech-Wertach kommt zu Ihnen, voraussichtlich bis 23:48 Uhr. Bitte bleiben"
        " Sie beim Fahrzeug und lassen Sie Ihr Telefon frei. Ist bis 23:58 Uhr niemand da, rufen"
        " Sie uns bitte wieder an: 089 99998-0.",
    )
    assert english["caller"][1] == (
        "Pannenhilfe Lech-Wertach is coming to you, probably by 23:48. Please stay with the vehicle"
        " and keep your phone free. If no help is there by 23:58, please call us again:"
        " 089 99998-0."
    )
    assert german["driver"] == (
        "Ort: 86150 Augsburg, auf 1,3 km genau, Parkhaus oder Tiefgarage, Einfahrt 2,00 m.",
        "Der Anrufer sagte: „86150 maxstr 1“.",
        "Auftrag: Starthilfe, Batterie leer. Fahrzeug: VW Golf, 1,8 t geschätzt, Kennzeichen"
        " A-BC 123.",
        "Kunde ADAC, Mitgliedsnummer 4711. Eine Person. Niemand ist verletzt.",
        "Rückruf 030 23125-117. Name: Maria Huber. Der Anrufer ist am Fahrzeug.",
        "Ziel: Werkstatt. Der Anrufer spricht Polnisch.",
        "Notiz: Hund an Bord.",
        "Mitbringen: Plateau / Rangierroller, Fahrzeug unter 2,00 m.",
    )
    assert english["driver"][:4] == (
        "Place: 86150 Augsburg, within 1.3 km, multi-storey or underground car park,"
        " entrance 2.00 m high.",
        'The caller said: "86150 maxstr 1".',
        "Job: jump start, dead battery. Vehicle: VW Golf, 1.8 t estimated, plate A-BC 123.",
        "Client ADAC, membership number 4711. One person. No one is hurt.",
    )
