"""Sentences are worded in render: a catalogue changes the screen and nothing else."""

import io
import json
from collections.abc import Iterator

import pytest

from dispatch_cli.errors import Problem, SentenceError, UsageError
from dispatch_cli.messages import Message
from dispatch_cli.render.envelope import envelope, error_entries
from dispatch_cli.render.layout import Screen
from dispatch_cli.render.stderr_lines import print_error
from dispatch_cli.render.wording import worded
from tests.catalogues import Catalogue, spoken

GERMAN = {
    "lat {lat} is not between {low} and {high}": "{lat} liegt nicht zwischen {low} und {high}",
    "position {lat}: {why}": "Position {lat}: {why}",
    "weigh it": "bitte wiegen",
}


@pytest.fixture
def in_german() -> Iterator[None]:
    """Word sentences by the catalogue, and in English again after the test."""
    with spoken(Catalogue(GERMAN)):
        yield


def sample_error() -> UsageError:
    """Make an error with a place, a sentence within a sentence, and a hint."""
    why = SentenceError("lat {lat} is not between {low} and {high}", lat=515.0, low=-90, high=90)
    sentence = Message("position {lat}: {why}", lat="515", why=why)
    return UsageError(Problem(sentence, "in.csv", 4, "row 3"), hint=Message("weigh it"))


def printed() -> str:
    """Return the error as it is printed on stderr."""
    stream = io.StringIO()
    print_error(sample_error(), stream=stream)
    return stream.getvalue()


def test_without_a_catalogue_the_screen_is_english():
    """The template is the English; a sentence within it and the hint are worded as well."""
    assert printed() == (
        "error: in.csv:4: row 3: position 515: lat 515.0 is not between -90 and 90\n"
        "hint: weigh it\n"
    )


@pytest.mark.usefixtures("in_german")
def test_a_catalogue_words_the_screen():
    """Error, nested sentence and hint are in the other language; file, line and owner stay."""
    assert printed() == (
        "error: in.csv:4: row 3: Position 515: 515.0 liegt nicht zwischen -90 und 90\n"
        "hint: bitte wiegen\n"
    )
    assert Screen().text(Message("weigh it")) == "bitte wiegen"


@pytest.mark.usefixtures("in_german")
def test_json_is_english_in_every_language():
    """JSON has the English text in every language of the screen."""
    text = envelope(
        "dispatch.cascade/1", data={}, status="error", exit_code=2,
        warnings=[Message("weigh it")], errors=error_entries(sample_error()),
    )  # fmt: skip
    found = json.loads(text)
    assert found["errors"][0]["text"] == "position 515: lat 515.0 is not between -90 and 90"
    assert found["warnings"] == ["weigh it"]


@pytest.mark.usefixtures("in_german")
def test_a_sentence_that_is_not_in_the_catalogue_stays_english():
    """A missing translation is English and never an error."""
    assert worded(Message("no {thing} here", thing="unit")) == "no unit here"
