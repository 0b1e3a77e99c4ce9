"""Words of both languages are understood as input in either; lists are in the chosen one."""

from typing import get_args

import pytest

from dispatch_cli.cases import keep_promises, provider_reports, take_over
from dispatch_cli.cli import screen_language
from dispatch_cli.cli.case.emergency import ANSWERS
from dispatch_cli.cli.closed_word import _translated, closed_word
from dispatch_cli.model.case import CALLERS, CorrectedOutcome
from dispatch_cli.model.words import DECLINE_REASONS, SPEAKERS, fold

SETS = {
    "reasons": DECLINE_REASONS, "outcomes": get_args(CorrectedOutcome), "callers": CALLERS,
    "take": take_over.REASONS, "told": keep_promises.TOLD, "speakers": SPEAKERS,
    "states": provider_reports.REPORTED_STATES, "answers": tuple(ANSWERS),
}  # fmt: skip


@pytest.mark.parametrize("name", SETS)
def test_each_word_of_a_set_has_one_meaning_in_all_languages(name):
    """An id, its spellings and its translations give the id; no two ids share a word."""
    allowed = SETS[name]
    owners: dict[str, set[str]] = {}
    for each, word in [*((each, each) for each in allowed), *_translated(allowed)]:
        owners.setdefault(fold(word), set()).add(each)
        assert closed_word(word, allowed) == each
        assert closed_word(word.upper().replace("_", "-"), allowed) == each
    assert all(len(found) == 1 for found in owners.values())
    assert closed_word("xyz", allowed) == "xyz"


def test_german_words_record_what_the_english_ids_record(dispatch, firms):
    """A case is worked in German words; JSON has the ids."""
    dispatch("case", "open", "tow", "--at", "86150")
    dispatch("case", "offer", "1")
    assert dispatch("case", "decline", "1", "--reason", "kein Fahrzeug frei").code == 0
    shown = dispatch("case", "show", "1", "--json").envelope["data"]["case"]
    assert "no_unit" in str(shown)
    correct = ("--outcome", "nicht erreichbar", "--because", "x")
    assert dispatch("case", "correct", "1.1", *correct).code == 0
    assert dispatch("case", "emergency", "1", "--called-by", "Anrufer").code == 0
    take = ("case", "take", "1", "--operator", "karl", "--reason", "abgesprochen")
    assert dispatch(*take).code == 0
    assert dispatch("providers", "report", "lech", "--state", "besetzt").code == 0


def test_allowed_words_are_shown_in_the_language_of_the_screen(dispatch, firms):
    """A German error lists German words, which can be typed so."""
    dispatch("case", "open", "tow", "--at", "86150")
    dispatch("case", "offer", "1")
    dispatch("case", "accept", "1", "--eta", "35")
    try:
        err = dispatch("case", "told", "1.1", "Onkel", "--lang", "de").err
        assert "erlaubt: Fahrer, Anrufer" in err
        assert "allowed: driver, caller" in dispatch("case", "told", "1.1", "Onkel").err
        assert dispatch("case", "told", "1.1", "Fahrer").code == 0
    finally:
        screen_language.set_from([])
