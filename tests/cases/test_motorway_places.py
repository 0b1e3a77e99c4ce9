"""A place on a motorway at the desk: in one line, in the questions, and in what is said."""

from datetime import UTC, datetime

import pytest

from dispatch_cli.cases import call_texts, driver_texts
from dispatch_cli.cases.call_line import understand
from dispatch_cli.cases.intake_questions import next_question, not_asked
from dispatch_cli.model import Rules
from dispatch_cli.model.case import Personal
from dispatch_cli.places import resolve
from dispatch_cli.store.erasure import blurred

from ..places.road_world import write
from ..worlds import incident
from .test_call_texts import called

SOUTH = "A99 km 17,5 Richtung Südstadt"


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Rules:
    """Rules with the road table of ``road_world``."""
    return Rules(roads=(write(tmp_path_factory.mktemp("roads") / "a99.json"),))


def place(text: str, rules: Rules):
    """Find a place with the road tables of the rules."""
    return resolve(text, named={}, gazetteer=None, roads=rules.roads)


@pytest.mark.parametrize(
    ("line", "at", "rest"),
    [
        (f"{SOUTH} Panne VW Golf 0171 2345678", SOUTH, ""),
        (f"panne {SOUTH} golf", SOUTH, ""),
        ("golf starthilfe A99 Richtung Nordstadt km 12,5 standstreifen",
         "A99 Richtung Nordstadt km 12,5", ""),
        ("golf panne A99 km 17 ri hamburg", "A99 km 17 ri hamburg", ""),
        ("golf panne BAB 99 km 17", "BAB 99 km 17", ""),
        ("unfall AK Mitte 2 verletzt", "AK Mitte", ""),
        ("panne A99 zwischen Mitte und Unterdorf Richtung Südstadt golf",
         "A99 zwischen Mitte und Unterdorf Richtung Südstadt", ""),
    ],
)  # fmt: skip
def test_one_line_has_a_place_on_a_motorway(rules: Rules, line: str, at: str, rest: str) -> None:
    """The words of the place are taken, and no others: kind, vehicle and number stay facts."""
    found = understand(line, {}, rules)
    assert (found.facts["at"], found.rest) == (at, rest)
    assert "where" not in found.facts
    assert "kind" in found.facts


def test_without_a_table_a_road_is_no_place(rules: Rules) -> None:
    """As before, it says where, and the place is asked for; so does a kilometre off the posts."""
    for line, known in ((f"{SOUTH} panne", Rules()), ("A99 km 99 panne", rules)):
        facts = understand(line, {}, known).facts
        assert "at" not in facts
        assert facts["where"].startswith("A99")


def asked(facts: dict[str, str], rules: Rules) -> list[str]:
    """Return the questions that are asked after some answers, all of which are passed over."""
    facts, keys = dict(facts), []
    while (question := next_question(facts, rules)) is not None:
        keys.append(question.key)
        facts[question.key] = ""
    return keys


def test_what_the_place_says_is_not_asked_again(rules: Rules) -> None:
    """The road is asked for without kilometre or direction, the last exit without both."""
    known = {"injured": "0", "spot": "shoulder"}
    assert {"where", "last_exit"} <= set(asked({**known, "at": "86150"}, rules))
    assert {"where", "last_exit"} <= set(
        asked({"injured": "0", "at": "Rastplatz an der A8"}, rules)
    )
    without_direction = asked({**known, "at": "A99 km 17,5"}, rules)
    assert "where" in without_direction
    assert "last_exit" not in without_direction
    for at in (SOUTH, "AK Mitte Richtung Nordstadt"):
        assert not {"where", "last_exit"} & set(asked({**known, "at": at}, rules))


def test_what_was_not_asked_knows_the_place(rules: Rules) -> None:
    """A case at a kilometre with direction does not miss the road."""
    at_kilometre = incident(place=place(SOUTH, rules), spot="shoulder")
    assert "where" not in not_asked(at_kilometre, ("injured",), rules)
    assert "where" in not_asked(incident(spot="shoulder"), ("injured",), rules)


@pytest.mark.parametrize(
    ("text", "firm", "driver"),
    [
        (SOUTH, "A99 Richtung Südstadt", "A99 Kilometer 17,5 Richtung Südstadt, bei 8"),
        ("A99 km 17", "A99", "A99 Kilometer 17, bei 8"),
        ("A99 zwischen km 18 und 19", "A99", "A99 zwischen Kilometer 18 und 19, bei 8"),
        ("AK Mitte", "A99, A98", "A99, A98, Kreuz Mitte, bei 8"),
        ("AS Ober Richtung Südstadt", "A99 Richtung Südstadt",
         "A99 Ausfahrt Ober / Unterdorf Richtung Südstadt, bei 8"),
        ("A99 zwischen Mitte und Ober", "A99",
         "A99 zwischen Kreuz Mitte und Ober / Unterdorf, bei 8"),
    ],
)  # fmt: skip
def test_a_firm_hears_the_road_and_the_driver_the_kilometre(
    rules: Rules, text: str, firm: str, driver: str
) -> None:
    """Before the acceptance the place is rough; after it everything is said."""
    found = place(text, rules)
    case, offer = called(place=found)
    now = datetime(2026, 11, 30, 12, tzinfo=UTC)
    said = " ".join(call_texts.to_provider(case, offer, rules, "de", now))
    assert f", {firm}, brauchen wir" in said
    assert not any(each in said for each in ("Kilometer", "Ausfahrt", "Kreuz", "zwischen"))
    lines = driver_texts.to_driver(case, Personal(), offer, rules, "de")
    assert lines[0].startswith(f"Ort: {driver}")
    english = driver_texts.to_driver(case, Personal(), offer, rules, "en")
    assert str(found.readback) in english[0]


def test_a_road_that_the_caller_named_is_not_said_twice(rules: Rules) -> None:
    """His own words for the road stand instead."""
    case, offer = called(place=place(SOUTH, rules), where="A99 hinter der Brücke")
    now = datetime(2026, 11, 30, 12, tzinfo=UTC)
    said = " ".join(call_texts.to_provider(case, offer, rules, "de", now))
    assert said.count("A99") == 1


def test_an_erased_place_has_no_kilometre(rules: Rules) -> None:
    """The road would give away the place that was blurred."""
    coarse = blurred(place(SOUTH, rules))
    assert coarse.road is None
    assert "A99" not in str(coarse.readback)
