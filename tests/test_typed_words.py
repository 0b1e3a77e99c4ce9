"""The words of operators for spots, vehicles and clients: one reading each, or a refusal."""

from pathlib import Path

import pytest

from dispatch_cli import intake
from dispatch_cli.cases import intake_answers
from dispatch_cli.errors import UsageError
from dispatch_cli.model import Client, Rules, Vehicle
from dispatch_cli.model.typed_words import TWO_READINGS, WITH_A_FACT
from dispatch_cli.model.usual_sizes import MOST_USUAL_M, MOST_USUAL_T, unusual_sizes
from dispatch_cli.model.words import (
    DEFAULT_WEIGHT_T,
    SPOTS,
    VEHICLE_CLASSES,
    VEHICLE_STATES,
    fold,
    lookup,
)
from tests.worlds import NOON

RULES = Rules(
    clients={
        "adac": Client(id="adac", name="ADAC Südbayern"),
        "mb": Client(id="mb", name="Mercedes-Benz"),
        "one": Client(id="one", name="Twice"),
        "two": Client(id="two", name="twice"),
    }
)
NO_GAZETTEER = Path("/nonexistent")


def facts(**typed: object) -> dict[str, object]:
    """Read typed facts as the commands do."""
    return intake.read_facts(typed, RULES, NOON, NO_GAZETTEER)


@pytest.mark.parametrize(
    ("fact", "word", "found"),
    [
        ("spot", "Standspur", {"spot": "shoulder"}),
        ("spot", "Überholspur", {"spot": "lane"}),
        ("spot", "UEBERHOLSPUR", {"spot": "lane"}),
        ("spot", "hard shoulder", {"spot": "shoulder"}),
        ("vehicle", "SUV", {"vehicle": "car"}),
        ("vehicle", "Kombi", {"vehicle": "car"}),
        ("vehicle", "Sprinter", {"vehicle": "van"}),
        ("vehicle", "E-Auto", {"vehicle": "car", "ev": True}),
        ("vehicle", "electric car", {"vehicle": "car", "ev": True}),
        ("vehicle", "Gespann", {"vehicle": "car", "trailer": True}),
        ("vehicle", "Lastzug", {"vehicle": "truck", "trailer": True}),
        ("vehicle", "Traktor", {"vehicle": "truck"}),
        ("client", "ADAC", {"client": "adac"}),
        ("client", "adac südbayern", {"client": "adac"}),
        ("client", "mercedes benz", {"client": "mb"}),
        ("client", "None", {"client": "none"}),
        ("client", "kein Club", {"client": "none"}),
        ("client", "twice", {"client": "twice"}),  # of two clients: an unknown id
        ("client", "ADCA", {"client": "ADCA"}),
    ],
)
def test_a_word_with_one_reading_is_understood(fact, word, found) -> None:
    """Words of both languages are read in any spelling; some also set a flag."""
    assert facts(**{fact: word}) == found


@pytest.mark.parametrize(
    ("fact", "word", "one", "other"),
    [
        ("spot", "Autobahn", "lane", "shoulder"),
        ("spot", "Landstraße", "lane", "roadside"),
        ("spot", "Kreuzung", "lane", "roadside"),
        ("spot", "Baustelle", "lane", "offroad"),
        ("vehicle", "Wohnwagen", "car with trailer", "camper"),
    ],
)
def test_a_word_with_two_readings_is_refused_with_both(fact, word, one, other) -> None:
    """The error names both, and each of them is understood."""
    with pytest.raises(UsageError) as refused:
        facts(**{fact: word})
    text = f'--{fact} "{word}" has two readings; write "{one}" or "{other}"'
    assert str(refused.value.problems[0]) == text
    assert facts(**{fact: one})
    assert facts(**{fact: other})
    with pytest.raises(UsageError, match="two readings"):
        intake_answers.one_of(fact)(word, RULES)


def test_no_word_has_two_rules() -> None:
    """A word stands in one table only, folded, and its readings are terms of its set."""
    sets = {"spot": SPOTS, "vehicle": VEHICLE_CLASSES}
    for fact, table in TWO_READINGS.items():
        for word, readings in table.items():
            assert fold(word) == word
            assert lookup(word, sets[fact]) is None
            assert word not in WITH_A_FACT
            for each in readings:
                assert intake.read_word(each, fact)
    for word, (kind, flag) in WITH_A_FACT.items():
        assert (fold(word), lookup(word, VEHICLE_CLASSES)) == (word, None)
        assert kind in VEHICLE_CLASSES
        assert flag in Vehicle.__struct_fields__
    for words in (SPOTS, VEHICLE_CLASSES, VEHICLE_STATES):
        folded = [fold(each) for others in words.values() for each in others]
        assert len(folded) == len(set(folded))


def test_an_answer_to_a_question_sets_the_same_facts() -> None:
    """The questions of a call read the same words as the options."""
    assert intake_answers.one_of("vehicle")("E-Auto", RULES) == {"vehicle": "car", "ev": "yes"}
    assert intake_answers.read_danger("Überholspur", RULES) == {"injured": "0", "spot": "lane"}
    assert intake_answers.read_danger("hard shoulder", RULES)["spot"] == "shoulder"
    with pytest.raises(UsageError, match='write "lane" or "shoulder"'):
        intake_answers.read_danger("Autobahn", RULES)
    assert intake_answers.read_client("ADAC Südbayern", RULES) == {"client": "adac"}
    assert intake_answers.read_client("nein", RULES) == {"client": "none"}


def test_a_row_of_a_file_is_read_like_the_options() -> None:
    """The facts of a row have the flag of a word, and the id of a client."""
    reading = intake.IncidentReader()
    raw = intake.RawIncident(kind="tow", vehicle="Gespann", client="ADAC")
    incident = reading.incident(raw, RULES)
    assert not reading.rejected
    assert (incident.vehicle.kind, incident.vehicle.trailer) == ("car", True)
    assert incident.client == "adac"


def test_a_size_that_a_class_seldom_has_is_named() -> None:
    """A car of 40 t or 2.9 m is asked about; usual ones and unknown classes are not."""
    found = unusual_sizes(Vehicle(kind="car", weight_t=40, height_m=2.9))
    assert [str(each) for each in found.values()] == [
        "40 t is unusual for the vehicle car",
        "2.9 m is an unusual height for the vehicle car",
    ]
    assert not unusual_sizes(Vehicle(weight_t=40, height_m=2.9))
    for kind in VEHICLE_CLASSES:
        limits = Vehicle(kind=kind, weight_t=MOST_USUAL_T[kind], height_m=MOST_USUAL_M[kind])
        assert not unusual_sizes(limits)
        assert not unusual_sizes(Vehicle(kind=kind))
        assert DEFAULT_WEIGHT_T[kind] <= MOST_USUAL_T[kind]
