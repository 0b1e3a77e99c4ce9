"""Every sentence of the program has a value for each of its places."""

from collections.abc import Collection

import pytest

from tools.package_sentences import (
    FOR_OTHER_LANGUAGES,
    all_errors,
    places_in,
    sources,
    spoken_in,
)


def faults_of_templates(source: str, errors: Collection[str]) -> tuple[int, list[str]]:
    """Count the sentences whose template is literal, and list those that no catalogue can have."""
    seen, faults = 0, []
    for line, templates, filled, is_open in spoken_in(source, errors):
        if None in templates:
            faults.append(f"{line}: a template is not literal")
        literal = [text for text in templates if text is not None]
        seen += bool(literal)
        wanted = {place for text in literal for place in places_in(text)}
        differs = wanted - filled or filled - wanted - FOR_OTHER_LANGUAGES
        if literal and not is_open and differs:
            faults.append(f"{line}: {sorted(wanted)}, but {sorted(filled)} are given")
    return seen, faults


def test_every_template_is_literal_and_filled():
    """No sentence is put together from pieces, and places and values have the same names."""
    errors = all_errors()
    seen, wrong = 0, []
    for name, source in sources().items():
        count, faults = faults_of_templates(source, errors)
        seen += count
        wrong += [f"{name}:{each}" for each in faults]
    assert {"UsageError", "HoursError", "NoUnitError"} <= errors
    assert seen > 800
    assert sorted(wrong) == []


@pytest.mark.parametrize(
    "source",
    [
        'Message(f"no {thing}")',
        'say("no " + thing)',
        'Problem.at(path, "no {}".format(thing))',
        'Problem.at(path, "line {line}", line=3)',
        'UsageError("no thing", hint=f"find {thing}")',
        'UsageError("no {thing}")',
        'UsageError("no thing", hint="find {thing}")',
        'Message("no {thing}", thing=1, other=2)',
        'Message("no {thing}" if thing else "no {other}", thing=1)',
        'Plural("{count} thing of {many}", "{count} things", count)',
        'def one():\n    text = f"no {thing}"\n    raise HoursError(text, 3)',
        'def one():\n    text = "no {thing}"\n    Message(text, thing=1)\n'
        '    text = "no {other}"\n    Message(text, thing=1)',
        'TEXT = "no {thing}"\ndef one():\n    raise UsageError(TEXT, other=1)',
    ],
)
def test_a_sentence_that_no_catalogue_can_have_is_found(source: str):
    """Each fault in a small source is found."""
    assert faults_of_templates(source, {"UsageError", "HoursError"})[1]


@pytest.mark.parametrize(
    "source",
    [
        'Message("no {thing:.1f}", thing=1)',
        'Problem.at(path, "no {thing}", line=3, thing=1)',
        'UsageError("no {thing}", thing=1, hint="find it")',
        'def one():\n    text = "no {thing}" if thing else "none"\n    Message(text, thing=1)',
        'Plural("{count} {thing}", "{count} {thing}s", 3, thing=1)',
        "Message(word)",
    ],
)
def test_a_whole_sentence_is_no_fault(source: str):
    """Sentences as they should be are not reported."""
    assert faults_of_templates(source, {"UsageError"})[1] == []
