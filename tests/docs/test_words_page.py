"""docs/words.md says what the code says."""

import re
from pathlib import Path

import pytest

from dispatch_cli.eligibility import GATES, reasons_of
from dispatch_cli.model.typed_words import two_readings
from dispatch_cli.model.words import DECLINE_REASONS, SERVICES

WORDS = Path(__file__).resolve().parents[2] / "docs" / "words.md"


def section(heading: str) -> str:
    """Return the part of the page under a second-level heading."""
    text = WORDS.read_text(encoding="utf-8")
    return text.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]


def rows(heading: str) -> list[list[str]]:
    """Return the cells of every table row whose first cell is code."""
    found = re.findall(r"^\| `.*\|$", section(heading), flags=re.MULTILINE)
    return [[cell.strip().strip("`") for cell in row.strip("|").split("|")] for row in found]


def test_the_table_has_every_service_with_its_german_term() -> None:
    """The page lists the services of the code, in its order, with the term that it shows."""
    expected = [[service, words[0]] for service, words in SERVICES.items()]
    assert rows("Services") == expected


def test_the_gates_are_explained_in_the_order_in_which_they_are_asked() -> None:
    """Every exclusion reason stands on the page, in order, with a German explanation."""
    found = rows("Why a provider is not asked")
    assert tuple(row[0] for row in found) == reasons_of(GATES)
    assert all(len(row) == 3 and all(row) for row in found)


@pytest.mark.parametrize(
    ("service", "german"),
    [
        ("tow", "Abschleppen"),
        ("roadside_repair", "Pannenhilfe"),
        ("recovery", "Bergung"),
        ("winch_out", "Herausziehen"),
        ("accident_securing", "Absicherung"),
        ("lockout", "Türöffnung"),
        ("taxi", "Weiterfahrt"),
        ("ambulance", "Rettungsdienst"),
    ],
)
def test_the_terms_that_were_agreed_stand_there(service: str, german: str) -> None:
    """The terms that the issue fixes are on the page, independently of the code."""
    assert [service, german] in rows("Services")


def test_the_ambulance_is_distinguished_from_a_patient_transport() -> None:
    """The page explains the one confusion of words that could cost a life."""
    assert "Rettungsdienst (112, not Krankentransport)" in WORDS.read_text(encoding="utf-8")


def test_a_reason_for_a_refusal_has_a_key() -> None:
    """The reasons are at most nine, because the loop reads a reason as one digit."""
    assert len(DECLINE_REASONS) <= 9


def test_the_words_with_two_readings_stand_there() -> None:
    """Each word of the table is refused with both readings that its row names."""
    found = re.findall(r"^\| ([A-Z][^|]+) \| ([^|]+) \|$", section("Words of a call"), re.MULTILINE)
    assert len(found) == 4
    for listed, written in found:
        for word in listed.split(", "):
            fact = "vehicle" if "camper" in written else "spot"
            readings = two_readings(word, fact)
            assert readings is not None, word
            assert written.replace(", or ", " or ") == " or ".join(readings)
