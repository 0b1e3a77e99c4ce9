"""The catalogues of all languages have every sentence of the program, and are up to date."""

import re
from collections.abc import Mapping
from gettext import GNUTranslations
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.pofile import read_po

from tools import build_catalogue
from tools.package_sentences import FOR_OTHER_LANGUAGES, marked_in

CATALOGUES = sorted(build_catalogue.LOCALE.glob("*/LC_MESSAGES/dispatch.po"))
REPLACED = {"month", "cost"}
"""Values that a translation may replace by one that only other languages need."""

Sentences = Mapping[str, set[str]]


@pytest.fixture
def extracted() -> Sentences:
    """Return all sentences with their modules."""
    return build_catalogue.extracted()


def translations_of(path: Path) -> dict[str, str]:
    """Read a catalogue: each translation by its id, with its context before it."""
    with path.open("rb") as file:
        found = read_po(file)
    return {
        f"{each.context}\x04{each.id}" if each.context else str(each.id): str(each.string)
        for each in found
        if each.id
    }


def places(template: str) -> set[tuple[str, str]]:
    """Return the places of a template, each with its conversion, such as ``!r``."""
    fields = Formatter().parse(template)
    return {(name, kind or "") for _, name, _, kind in fields if name is not None}


def faults(sentences: Sentences, words: Mapping[str, str]) -> list[str]:
    """List what is wrong with the translations of all sentences."""
    found = [f"no longer in the program: {each}" for each in words.keys() - sentences.keys()]
    for each, modules in sentences.items():
        text = words.get(each, "")
        if not text:
            found.append(f"not translated: {each}")
            continue
        if (each[:1], each[-1:]).count(" ") != (text[:1], text[-1:]).count(" "):
            found.append(f"blank at an end: {each}")
        if modules in ({"help"}, {"model"}):
            continue
        ours, theirs = places(each), places(text)
        added, lost = theirs - ours, ours - theirs
        is_for_language = {name for name, _ in added} <= FOR_OTHER_LANGUAGES
        if not is_for_language or (lost and not (added and {n for n, _ in lost} <= REPLACED)):
            found.append(f"other places: {each}")
    return found


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parents[1].name)
def test_every_sentence_is_translated(path, extracted):
    """Each sentence has a translation with the same places, and no other one is left over."""
    words = translations_of(path)
    assert faults(extracted, words) == []
    assert len(extracted) > 2300
    # The controls: a missing, a new and a changed sentence are found.
    assert faults(extracted, {**words, "free now": ""}) == ["not translated: free now"]
    assert faults(extracted, {**words, "x": "y"}) == ["no longer in the program: x"]
    changed = {**words, "closes {closes_at}": "schließt {at}"}
    assert faults(extracted, changed) == ["other places: closes {closes_at}"]


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parents[1].name)
def test_the_catalogues_are_what_the_tool_writes(path):
    """Both files of a language are up to date: python tools/build_catalogue.py."""
    for target, content in build_catalogue.built(path).items():
        assert target.read_bytes() == content, f"{target.name}: run tools/build_catalogue.py"


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parents[1].name)
def test_the_program_reads_each_translation(path):
    """The compiled file gives the text of the readable one, also for a word with a context."""
    with path.with_suffix(".mo").open("rb") as file:
        compiled = GNUTranslations(file)
    for each, text in translations_of(path).items():
        assert compiled.gettext(each) == text


def test_the_extraction_finds_each_form_of_a_sentence():
    """Marked texts, constants, imported ones, and arguments of functions with a template."""
    source = (
        'A = "of a constant"\n'
        "from x import NO_COORDINATES\n"
        'TABLE = {1: marked("of a table"), 2: marked("one" if A else "other")}\n'
        "def refuse(path, template, /, **values):\n    pass\n"
        'refuse(1, "of a {function}", function=2)\n'
        "Message(A)\nUsageError(NO_COORDINATES)\nMessage(TABLE[1])\n"
        'Plural("{count} day", "{count} days", 3)\nsay(a or "else")\n'
    )
    found = marked_in(source)
    assert found >= {"of a constant", "of a table", "one", "other", "of a {function}", "else"}
    assert found >= {"{count} day", "{count} days"}
    assert any(re.match("the link contains no coordinates", each) for each in found)


def test_german_questions_to_the_caller():
    """The sentences that are read aloud are those of the project's list of words."""
    words = translations_of(build_catalogue.LOCALE / "de/LC_MESSAGES/dispatch.po")
    assert words["Are you at the vehicle?"] == "Sind Sie beim Fahrzeug?"
    assert words["How high is the entrance?"] == "Wie hoch ist die Einfahrt?"
    assert words["soonest of all"] == "am schnellsten dort"
