"""The reason of a check is kept in a column of text, so that any language can word it later."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch_cli.messages import Clock, Message, Plural
from dispatch_cli.model.stored_sentences import restored_sentence, stored_sentence

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)

_VALUES = st.one_of(
    st.text(max_size=8), st.integers(-(2**53), 2**53), st.floats(allow_nan=False, width=32)
)
_SENTENCES = st.recursive(
    st.builds(lambda value: Message("port {port} open", port=value), _VALUES),
    lambda inner: st.builds(
        lambda one, other: Message("{one}, {other}", one=one, other=other), inner, _VALUES | inner
    ),
    max_leaves=5,
)


@given(_SENTENCES)
def test_a_sentence_comes_back_with_its_values(sentence: Message) -> None:
    """Template, numbers, texts and inner sentences are the same after storing."""
    if "inf" not in str(sentence):
        assert restored_sentence(stored_sentence(sentence)) == sentence
    assert isinstance(restored_sentence(stored_sentence(sentence)), Message)


@given(st.one_of(st.text(), st.text().map("[".__add__), _SENTENCES.map(stored_sentence)))
def test_a_text_comes_back_as_this_text(text: str) -> None:
    """Output of a program is never read as a sentence, also if it looks like a stored one."""
    assert restored_sentence(stored_sentence(text)) == text


def test_the_form_is_an_array_of_template_and_values() -> None:
    """A value that is a sentence or a moment is such an array as well."""
    age, at = Plural("{count} day", "{count} days", 2), Clock(NOON - timedelta(days=2), NOON)
    stored = stored_sentence(Message("{age} old (as of {at})", age=age, at=at))
    assert stored == (
        '["{age} old (as of {at})",{"age":["{count} days",{"count":2}],'
        '"at":["{day} {time}",{"day":["Wed",{}],"time":"12:00"}]}]'
    )
    assert str(restored_sentence(stored)) == "2 days old (as of Wed 12:00)"


@pytest.mark.parametrize(
    "text",
    [
        "connection refused, 3 x",
        "",
        "[",
        "[1]",
        '["one"]',
        '["a {b}",{}]',
        '["a {b.c}",{"b":"x"}]',
        '["{0}",{}]',
        '[["x",{}],{}]',
        '["x",[1]]',
        "[" * 100_000,
    ],
)
def test_other_texts_are_themselves(text: str) -> None:
    """Rows of earlier versions, and damaged ones, are read as plain text."""
    assert restored_sentence(text) == text
