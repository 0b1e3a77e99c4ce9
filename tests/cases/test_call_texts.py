"""The text for a provider before its acceptance has a rough place and nothing more exact."""

import pytest
from msgspec.structs import replace

from dispatch_cli.cases import call_texts
from dispatch_cli.model import Client, Place, Rules
from dispatch_cli.model.case import Case, Offer, Personal
from dispatch_cli.model.rules import DeskIdentity
from dispatch_cli.model.words import LANGUAGES
from dispatch_cli.notation import place_at, place_of_postcode

from ..worlds import incident
from .sample_cases import NOON, case, option, service


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


@pytest.mark.parametrize(
    ("language", "facts", "said"),
    [
        ("de", {"persons": 2, "children": 1, "pets": 1}, "2 Personen, davon 1 Kind, 1 Tier"),
        ("de", {"persons": 1, "pets": 2}, "1 Person, 2 Tiere"),
        ("de", {"children": 2}, "2 Personen, davon 2 Kinder"),
        ("en", {"persons": 4, "children": 2, "pets": 1}, "4 people, 2 of them children, 1 pet"),
        ("en", {"persons": 1, "children": 1}, "1 person, 1 of them a child"),
    ],
)
def test_firm_and_driver_hear_who_comes_along(language, facts, said) -> None:
    """Persons, the children among them and animals, each in singular and plural."""
    made, offer = called(**facts)
    assert said in call_texts.to_provider(made, offer, Rules(), language)[-2]
    assert said in " ".join(call_texts.to_driver(made, Personal(), offer, Rules(), language))
    repair = replace(offer, service="roadside_repair")
    at_the_roadside = replace(made, offers=(repair,))
    assert said not in " ".join(call_texts.to_provider(at_the_roadside, repair, Rules(), language))


@pytest.mark.parametrize(
    ("language", "said"), [("de", "A8 km 63,5, letzte Ausfahrt Dasing"), ("en", "last exit Dasing")]
)
def test_the_last_exit_is_said_in_the_language_of_the_call(language, said) -> None:
    """The road, then the exit; the exit alone where the caller knows no road."""
    made, offer = called(where="A8 km 63,5", last_exit="Dasing")
    firm = call_texts.to_provider(made, offer, Rules(), language)
    driver = call_texts.to_driver(made, Personal(), offer, Rules(), language)
    for texts in (firm, driver):
        assert said in " ".join(texts)
        assert ("last exit" in " ".join(texts)) == (language == "en")
    made, offer = called(last_exit="Dasing")
    exit_alone = {"de": "letzte Ausfahrt Dasing, bei", "en": "last exit Dasing, near"}
    assert exit_alone[language] in call_texts.to_provider(made, offer, Rules(), language)[0]


def test_firms_hear_the_number_and_callers_the_name_of_the_desk() -> None:
    """A firm that rings back needs the number; a caller must know who speaks."""
    rules = Rules(desk=DeskIdentity(name="Leitstelle Schwaben", number="089 99998-0"))
    made, offer = called()
    firm = call_texts.to_provider(made, offer, rules, "de")
    assert firm[:2] == ("Hier ist Leitstelle Schwaben.", "Unsere Nummer ist 089 99998-0.")
    caller = call_texts.to_caller(offer, "12:40", "12:50", rules, "de")
    assert caller[0] == "Hier ist Leitstelle Schwaben."
    assert "089 99998-0" in caller[-1]
    assert len(call_texts.to_caller(offer, "12:40", "12:50", Rules(), "de")) == 1


def test_a_driver_hears_the_client_only_if_there_is_one() -> None:
    """A motorist without a club is no client "none"; control: the name of a client is said."""
    rules = Rules(clients={"adac": Client(id="adac", name="ADAC")})
    said = []
    for client in ("none", "adac"):
        made, offer = called(client=client)
        said.append(" ".join(call_texts.to_driver(made, Personal(), offer, rules, "de")))
    assert ["Kunde" in each for each in said] == [False, True]
    assert "Kunde ADAC" in said[1]
