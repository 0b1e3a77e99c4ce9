"""What firms, callers and drivers hear: a rough place before the acceptance, all facts after it."""

import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from dispatch_cli.cases import call_texts, driver_texts
from dispatch_cli.cases.vehicle_makes import written_make
from dispatch_cli.model import Client, Place, Rules, Vehicle
from dispatch_cli.model.case import Case, Offer, Personal, Promise
from dispatch_cli.model.rules import DeskIdentity
from dispatch_cli.model.words import LANGUAGES
from dispatch_cli.notation import place_at, place_of_postcode

from ..worlds import incident
from .sample_cases import MINUTE, NOON, case, option, service


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (place_of_postcode("86150", "Augsburg"), "86150 Augsburg"),
        (place_at(48.3705, 10.8978), "86153"),
        (place_at(47.5596, 7.5886), "Switzerland, nearest 79576"),
        (place_at(54.5, 6.5), "outside Germany, nearest 27498"),
        (Place(lat=45.0, lon=9.0, foreign_km=240.0), "?"),
    ],
)
def test_the_rough_area(place: Place, said: str) -> None:
    """Postcode and town, or country and nearest postcode; a blurred place abroad has neither."""
    assert call_texts.rough_area(incident(place=place)) == said
    assert str(place.lat) not in said


def test_every_language_has_every_text():
    """A language that is only named would be spoken in English."""
    assert set(call_texts.TEXTS) == set(LANGUAGES)
    for texts in call_texts.TEXTS.values():
        assert texts.keys() == call_texts.TEXTS["en"].keys()


def called(**facts) -> tuple[Case, Offer]:
    """Return a case with a call for a tow."""
    made = case(service("tow", option("anna")))
    offer = Offer(
        number=1,
        service="tow",
        provider="anna",
        name="Anna",
        phone="1",
        rank=1,
        operator="desk",
        opened_at=NOON,
        answer_by=NOON,
    )
    return replace(made, incident=incident(kind="tow", **facts), offers=(offer,)), offer


def told(made: Case, offer: Offer, rules: Rules, **personal: str) -> tuple[str, ...]:
    """Return the German text for the caller at noon."""
    return call_texts.to_caller(
        made, Personal(**personal), offer, rules, "de", at=NOON, clock="12:40", late="12:50"
    )


@pytest.mark.parametrize(
    ("language", "facts", "said"),
    [
        (
            "de",
            {"persons": 2, "children": 1, "pets": 1},
            "Zwei Personen, davon ein Kind, ein Tier.",
        ),
        ("de", {"persons": 1, "pets": 2}, "Eine Person, zwei Tiere."),
        ("de", {"children": 2}, "Zwei Personen, davon zwei Kinder."),
        ("de", {"persons": 48, "children": 13}, "Es sind 48 Personen, davon 13 Kinder."),
        ("de", {"pets": 14}, "Es sind 14 Tiere."),
        (
            "en",
            {"persons": 4, "children": 2, "pets": 1},
            "Four people, two of them children, one pet.",
        ),
        ("en", {"persons": 1, "children": 1}, "One person, one of them a child."),
        ("en", {"persons": 13}, "There are 13 people."),
    ],
)
def test_firm_and_driver_hear_who_comes_along(language, facts, said) -> None:
    """Persons, the children among them and animals; a service on the spot needs them as well."""
    made, offer = called(**facts)
    repair = replace(offer, service="roadside_repair")
    for each in (offer, repair):
        asked = replace(made, offers=(each,))
        assert call_texts.to_provider(asked, each, Rules(), language, NOON)[-2] == said
        driver = driver_texts.to_driver(asked, Personal(), each, Rules(), language)
        assert any(said in line for line in driver)
    made, offer = called()
    silent = " ".join(call_texts.to_provider(made, offer, Rules(), language, NOON))
    assert not {"Person", "person", "people", "Tier", "pet"} & set(silent.split())


@pytest.mark.parametrize(
    ("language", "said"), [("de", "A8 km 63,5, letzte Ausfahrt Dasing"), ("en", "last exit Dasing")]
)
def test_the_last_exit_is_said_in_the_language_of_the_call(language, said) -> None:
    """The road, then the exit; the exit alone where the caller knows no road."""
    made, offer = called(where="A8 km 63,5", last_exit="Dasing")
    firm = call_texts.to_provider(made, offer, Rules(), language, NOON)
    driver = driver_texts.to_driver(made, Personal(), offer, Rules(), language)
    for texts in (firm, driver):
        assert said in " ".join(texts)
        assert ("last exit" in " ".join(texts)) == (language == "en")
    made, offer = called(last_exit="Dasing")
    exit_alone = {"de": ", letzte Ausfahrt Dasing, brauchen", "en": ", last exit Dasing."}
    assert exit_alone[language] in call_texts.to_provider(made, offer, Rules(), language, NOON)[1]


def test_firms_hear_the_number_and_callers_the_name_of_the_desk() -> None:
    """A firm that rings back needs the number; a caller must know who speaks."""
    rules = Rules(desk=DeskIdentity(name="Leitstelle Schwaben", number="089 99998-0"))
    made, offer = called()
    firm = call_texts.to_provider(made, offer, rules, "de", NOON)
    greeting = "Guten Tag, hier ist die Leitstelle Schwaben."
    assert firm[:2] == (greeting, "Unsere Nummer ist 089 99998-0.")
    caller = told(made, offer, rules)
    assert caller[0] == greeting
    assert "089 99998-0" in caller[-1]
    assert len(told(made, offer, Rules())) == 1


def test_a_caller_who_waits_on_the_line_is_not_greeted_again() -> None:
    """The caller knows who speaks."""
    rules = Rules(desk=DeskIdentity(name="Leitstelle Schwaben"))
    made, offer = called()
    assert len(told(made, offer, rules)) == 2
    assert len(told(replace(made, on_line_since=NOON), offer, rules)) == 1


def test_a_driver_hears_the_client_only_if_there_is_one() -> None:
    """A motorist without a club is no client "none"; control: the name of a client is said."""
    rules = Rules(clients={"adac": Client(id="adac", name="ADAC")})
    said = []
    for client in ("none", "adac"):
        made, offer = called(client=client)
        said.append(" ".join(driver_texts.to_driver(made, Personal(), offer, rules, "de")))
    assert ["Kunde" in each for each in said] == [False, True]
    assert "Kunde ADAC" in said[1]


@pytest.mark.parametrize(
    ("hour", "german", "english"),
    [
        (0, "Guten Morgen", "Good morning"),
        (9, "Guten Morgen", "Good morning"),
        (10, "Guten Tag", "Good morning"),
        (12, "Guten Tag", "Good afternoon"),
        (17, "Guten Tag", "Good afternoon"),
        (18, "Guten Abend", "Good evening"),
        (23, "Guten Abend", "Good evening"),
    ],
)
def test_the_greeting_follows_the_time_of_day(hour, german, english) -> None:
    """Firms are greeted by the local time of the call."""
    made, offer = called()
    for language, said in (("de", german), ("en", english)):
        firm = call_texts.to_provider(made, offer, Rules(), language, NOON.replace(hour=hour))
        assert firm[0] == f"{said}."


@pytest.mark.parametrize(
    ("facts", "personal", "said", "not_said"),
    [
        ({"spot": "garage"}, {}, "bleiben Sie beim Fahrzeug", "Leitplanke"),
        ({"spot": "shoulder"}, {}, "hinter der Leitplanke", "beim Fahrzeug"),
        ({"spot": "lane"}, {}, "hinter der Leitplanke", "beim Fahrzeug"),
        ({"where": "A8 Richtung München"}, {}, "hinter der Leitplanke", "beim Fahrzeug"),
        ({"spot": "tunnel"}, {}, "Notausgang", "beim Fahrzeug"),
        ({}, {}, "lassen Sie Ihr Telefon frei", "beim Fahrzeug"),
        ({"spot": "ditch"}, {}, "lassen Sie Ihr Telefon frei", "beim Fahrzeug"),
        ({"spot": "garage", "hazard": "gas"}, {}, "Ihr Telefon frei", "beim Fahrzeug"),
        ({"spot": "parking", "injured": 1}, {}, "Ihr Telefon frei", "beim Fahrzeug"),
        ({"spot": "shoulder", "trapped": True}, {}, "Ihr Telefon frei", "steigen Sie"),
        ({"spot": "garage"}, {"at_vehicle": "no"}, "Ihr Telefon frei", "beim Fahrzeug"),
    ],
)
def test_no_caller_is_told_to_stay_in_danger(facts, personal, said, not_said) -> None:
    """ "Stay with the vehicle" is only said of a spot that is known and away from the traffic."""
    made, offer = called(**facts)
    text = told(made, offer, Rules(), **personal)[-1]
    assert said in text
    assert not_said not in text


def test_no_one_is_hurt_only_if_it_was_asked() -> None:
    """A fact that was not asked is never said as "no"; neither are plate and member number."""
    rules = Rules(clients={"adac": Client(id="adac", name="ADAC")})
    made, offer = called(client="adac", vehicle=Vehicle(kind="car", brand="vw golf"))
    said = {}
    for answered in (None, ("at",), ("at", "injured", "plate", "ref")):
        case_ = replace(made, answered=answered)
        said[answered] = " ".join(driver_texts.to_driver(case_, Personal(), offer, rules, "de"))
    assert ["Niemand ist verletzt." in each for each in said.values()] == [False, False, True]
    assert ["Kennzeichen nicht gefragt" in each for each in said.values()] == [False, True, False]
    assert ["nummer nicht gefragt" in each for each in said.values()] == [False, True, False]


def test_texts_of_a_file_for_the_old_built_in_ones_still_work() -> None:
    """Each documented key replaces its text, with the placeholders that it has always had."""
    own = {
        "desk": "Hier spricht {desk}", "desk_number": "Rückfragen unter {number}",
        "area": "im Raum {area}", "exit": "hinter {exit}", "person": "{count} Person",
        "persons": "{count} Leute", "child": "{count} Kind dabei", "children": "{count} Kinder",
        "ask": "Wann sind Sie da?", "drive": "Tel. {call_back}",
        "tell": "{name} kommt bis {clock}, sonst ab {late} Uhr anrufen{number}.",
        "tell_late": "Es wird {clock} Uhr.",
    }  # fmt: skip
    rules = Rules(
        desk=DeskIdentity(name="Leitstelle Schwaben", number="089 99998-0"), say={"de": own}
    )
    made, offer = called(
        place=place_of_postcode("86150", ""), last_exit="Dasing", persons=1, spot="garage"
    )
    assert call_texts.to_provider(made, offer, rules, "de", NOON) == (
        "Hier spricht Leitstelle Schwaben.",
        "Rückfragen unter 089 99998-0.",
        "Für ein Fahrzeug im Raum 86150, hinter Dasing, Parkhaus oder Tiefgarage,"
        " brauchen wir einen Abschleppwagen.",
        "1 Person.",
        "Wann sind Sie da?",
    )
    assert told(made, offer, rules) == (
        "Hier spricht Leitstelle Schwaben.",
        "Anna kommt bis 12:40, sonst ab 12:50 Uhr anrufen: 089 99998-0.",
    )
    driver = driver_texts.to_driver(made, Personal(call_back="1"), offer, rules, "de")
    assert "Tel. 1." in driver
    made, offer = called(persons=3, children=1)
    assert "Drei Leute, 1 Kind dabei." in call_texts.to_provider(made, offer, rules, "de", NOON)


def test_braces_in_typed_words_are_no_placeholders() -> None:
    """A value is filled in once; the words of a caller stay as they were typed."""
    made, offer = called()
    typed = Personal(typed_place="{call_back} {words}", call_back="1")
    driver = driver_texts.to_driver(made, typed, offer, Rules(), "de")
    assert "Der Anrufer sagte: „{call_back} {words}“." in driver


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Pannenhilfe Lech-Wertach", "Die Pannenhilfe Lech-Wertach kommt"),
        ("ADAC Pannenhilfe", "Die ADAC Pannenhilfe kommt"),
        ("Abschleppdienst Gersthofen", "Der Abschleppdienst Gersthofen kommt"),
        ("Autohaus Huber", "Das Autohaus Huber kommt"),
        ("Abschlepp Huber", "Abschlepp Huber kommt"),
        ("Gebrüder Hofer", "Gebrüder Hofer kommt"),
    ],
)
def test_a_firm_has_its_article(name, said) -> None:
    """The article stands before a word whose gender is known."""
    made, offer = called()
    assert told(made, replace(offer, name=name), Rules())[0].startswith(said)


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("golf", "VW Golf"), ("vw golf", "VW Golf"), ("VW Golf", "VW Golf"), ("bmw", "BMW"),
        ("audi a4", "Audi A4"), ("golf gti", "VW Golf Gti"), ("iX3", "iX3"), ("", ""),
        ("mercedes sprinter", "Mercedes Sprinter"),
    ],
)  # fmt: skip
def test_makes_are_written_as_names(typed, written) -> None:
    """A model alone gets its make; words that are already written with capitals stay."""
    assert written_make(typed) == written


def test_every_documented_placeholder_is_filled() -> None:
    """The page names no placeholder that stays as it is; control: an unknown one does."""
    page = (Path(__file__).parents[2] / "docs" / "provider-file.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \|", page.partition("## `[say.LANGUAGE]`")[2], re.M)
    own = {key: " ".join(re.findall(r"\{\w+\}", places)) or "text" for key, places in rows}
    assert len(own) == 12
    own["tell_late"] = own["tell"]
    named = Rules(desk=DeskIdentity(name="Leitstelle", number="1"), say={"de": own})
    made, offer = called(last_exit="Dasing", persons=2, children=1)
    more, _ = called(place=place_of_postcode("86150", ""), persons=1, children=3)
    late = replace(
        offer,
        promises=tuple(Promise(NOON + minutes * MINUTE, NOON, "provider") for minutes in (20, 40)),
    )
    said: list[str] = []
    for each in (made, more):
        said += call_texts.to_provider(each, offer, named, "de", NOON)
        said += driver_texts.to_driver(each, Personal(call_back="1"), offer, named, "de")
        said += told(each, offer, named)
        said += told(replace(each, offers=(late,)), late, named)
    assert "{" not in " ".join(said)
    wrong = Rules(say={"de": {"ask": "{unknown}"}})
    assert "{unknown}." in call_texts.to_provider(made, offer, wrong, "de", NOON)
