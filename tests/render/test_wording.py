"""Sentences are worded in render: a catalogue changes the screen and nothing else."""

import io
import json
import struct
from collections.abc import Iterator
from gettext import GNUTranslations

import pytest

from dispatch_cli.errors import Problem, SentenceError, UsageError
from dispatch_cli.messages import Message
from dispatch_cli.render.envelope import envelope, error_entries
from dispatch_cli.render.layout import Screen
from dispatch_cli.render.stderr_lines import print_error
from dispatch_cli.render.wording import say, word, worded
from tests.catalogues import HEADER, Catalogue, Marked, spoken
from tests.pseudo_language import PseudoLanguage

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


def compiled(sentences: dict[str, str]) -> GNUTranslations:
    """Compile a catalogue as gettext reads it: sorted ids, with a header under the empty one."""
    pairs = [(one.encode(), other.encode()) for one, other in sorted(sentences.items())]
    tables, texts, at = [b"", b""], b"", 28 + 16 * len(pairs)
    for column in (0, 1):
        for pair in pairs:
            tables[column] += struct.pack("<2I", len(pair[column]), at + len(texts))
            texts += pair[column] + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 0)
    return GNUTranslations(io.BytesIO(head + tables[0] + tables[1] + texts))


@pytest.mark.parametrize(
    "language",
    [compiled({"": HEADER, **GERMAN}), Catalogue(GERMAN), Marked(), PseudoLanguage()],
    ids=["compiled", "dictionary", "marked", "pseudo"],
)
def test_an_empty_text_is_not_the_header_of_the_catalogue(language):
    """gettext has a header under "", also in the catalogues of the tests; no screen shows it."""
    assert language.gettext("") == HEADER
    nested = Message("{lat}|{why}", lat=Message(""), why="")
    with spoken(language):
        assert [worded(Message("")), say(""), word(""), word("", "case")] == ["", "", "", ""]
        assert worded(nested) in ("|", "«|»")
