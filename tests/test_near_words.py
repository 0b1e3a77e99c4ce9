"""A wrong word gives the question whether one of the nearest allowed words is meant."""

from dispatch_cli.messages import Message
from dispatch_cli.model.near_words import did_you_mean, suggestion


def test_the_nearest_word_is_suggested_as_it_is_written() -> None:
    """Case and umlauts make no difference, and the suggestion has the allowed spelling."""
    assert str(did_you_mean("tueroffnung", ["Abschleppen", "Türöffnung"])) == (
        ' (did you mean "Türöffnung"?)'
    )


def test_no_near_word_gives_an_empty_text() -> None:
    """A word that is like none of the allowed ones gets no suggestion."""
    assert did_you_mean("xyz", ["tow"]) == did_you_mean("tow", []) == ""


def test_as_many_words_are_suggested_as_allowed() -> None:
    """The most similar word comes first; words with one spelling are named once."""
    near = did_you_mean("tow", ["towe", "tow_", "towed", "towers"], most=3)
    assert str(near).count('"') == 6
    assert str(did_you_mean("tow", ["towe", "towed"], most=1)) == ' (did you mean "towe"?)'


def test_long_lists_of_words_are_searched_too() -> None:
    """More words than the cache holds are searched without it."""
    assert str(did_you_mean("id-77", [f"id-{number}" for number in range(600)])) == (
        ' (did you mean "id-77"?)'
    )


def test_each_number_of_words_has_its_own_sentence() -> None:
    """One, two and three words have templates of their own, for other languages."""
    assert suggestion(()) == ""
    assert str(suggestion("a")) == ' (did you mean "a"?)'
    assert str(suggestion("ab")) == ' (did you mean "a" or "b"?)'
    three = suggestion("abc")
    assert isinstance(three, Message)
    assert str(three) == ' (did you mean "a", "b" or "c"?)'
