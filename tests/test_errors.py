"""Errors keep sentences as messages, so that a catalogue finds their templates."""

from dispatch_cli.errors import Problem, SentenceError, UsageError
from dispatch_cli.messages import Message
from dispatch_cli.render.wording import worded

from .catalogues import Catalogue, spoken

GERMAN = Catalogue(
    {
        "the file is empty": "die Datei ist leer",
        "save it again": "neu speichern",
        "provider {id}": "Firma {id}",
    }
)


def test_templates_without_places_are_looked_up() -> None:
    """A problem, a hint and an invalid value given as plain templates are in the language."""
    owner = Message("provider {id}", id='"huber"')
    error = UsageError(
        Problem("the file is empty", "a.toml", 3, owner), "the file is empty", hint="save it again"
    )
    with spoken(GERMAN):
        assert [worded(each) for each in error.problems] == [
            'a.toml:3: Firma "huber": die Datei ist leer',
            "die Datei ist leer",
        ]
        assert worded(error.hint) == "neu speichern"
        assert worded(SentenceError("the file is empty").sentence) == "die Datei ist leer"
    assert str(error) == 'a.toml:3: provider "huber": the file is empty\nthe file is empty'


def test_an_error_without_a_hint_has_an_empty_one() -> None:
    """No hint is printed, so the empty text must not become a message, which is true."""
    assert UsageError("the file is empty").hint == ""


def test_values_are_data() -> None:
    """Braces in a value are kept as they are, and the value is not looked up."""
    typed = "the file is empty {x}"
    with spoken(GERMAN):
        assert worded(Problem.at("f", "{typed}", typed=typed)) == f"f: {typed}"
