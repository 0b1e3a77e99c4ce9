"""Sentences as values: worded in English, compared by template and values."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest

from dispatch_cli.errors import SentenceError
from dispatch_cli.messages import Clock, Message, promised_clock, quoted, worded

NOON = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)


def test_a_message_is_its_template_with_its_values():
    """The English puts the values at their places, formatted as the template says."""
    message = Message(
        "limit {limit_t:.12g} t, vehicle {weight_t:.12g} t", limit_t=2.8, weight_t=3.0
    )
    assert str(message) == "limit 2.8 t, vehicle 3 t"
    assert repr(message) == "Message('limit 2.8 t, vehicle 3 t')"


@pytest.mark.parametrize(
    ("error", "kept"),
    [
        (SentenceError("lat {lat}", lat="515"), Message("lat {lat}", lat="515")),
        (OSError("disk full"), "disk full"),
    ],
)
def test_a_message_keeps_the_sentence_of_an_error(error, kept):
    """The error itself would keep the frames of its traceback, and the rows of a batch in them."""
    message = Message("row: {problem}", problem=error)
    assert message.values == {"problem": kept}
    assert str(message) == f"row: {error}"


def test_messages_are_equal_by_template_and_values():
    """Another language needs both, so the same English alone does not make them equal."""
    one, same = Message("opens {at}", at="13:00"), Message("opens {at}", at="13:00")
    assert one == same
    assert hash(one) == hash(same)
    assert one != Message("opens 13:00")
    assert one != "opens 13:00"


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        (timedelta(hours=1), "14:00"),
        (timedelta(days=2), "Sun 13:00"),
        (timedelta(days=9), "Sun 06 Dec 13:00"),
        (timedelta(seconds=1), "13:01"),
    ],
)
def test_a_clock_says_as_much_as_is_needed(ahead, said):
    """Clock time today, weekday within a week, else the date; never earlier than the moment."""
    beside = NOON.astimezone(ZoneInfo("Europe/Berlin"))
    assert str(promised_clock(NOON + ahead, beside)) == said


def test_clocks_are_equal_by_both_moments():
    """The same moment beside another one is another sentence."""
    one = Clock(NOON, NOON)
    assert one == Clock(NOON, NOON)
    assert hash(one) == hash(Clock(NOON, NOON))
    assert one != Clock(NOON, NOON + timedelta(days=1))
    assert one != NOON


def test_json_has_the_english():
    """Encoders that are told how write a message as its English text."""
    assert (
        msgspec.json.encode([Message("{n} km outside", n=3)], enc_hook=str) == b'["3 km outside"]'
    )


def test_a_long_text_is_quoted_shortened():
    """The quote has at most as many characters as the limit, the last an ellipsis."""
    assert quoted("huber") == '"huber"'
    assert quoted("x" * 60) == f'"{"x" * 60}"'
    assert quoted("x" * 61) == f'"{"x" * 59}…"'
    assert quoted("abcdef", 4) == '"abc…"'


def test_numbers_have_the_signs_of_the_language_in_every_form():
    """With and without a format, and as a quoted value; control: the English keeps the point."""
    message = Message("{a} t, {b:.1f} t, {c!r}, {d!s}", a=1.5, b=2.25, c=3.5, d=4.5)
    german = {"1,234.5": "1.234,5"}
    assert worded(message, lambda template: german.get(template, template)) == (
        "1,5 t, 2,2 t, 3,5, 4,5"
    )
    assert str(message) == "1.5 t, 2.2 t, 3.5, 4.5"
