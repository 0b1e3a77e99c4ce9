"""A capacity feed is used only if it is valid."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch_cli.checks.feed import judged_feed

from .looking import NOW, local, reading
from .park import Park, http, says


def _judged(feed: Any) -> Any:
    body = feed if isinstance(feed, bytes) else json.dumps(feed).encode()
    return judged_feed(body)


@pytest.mark.parametrize(
    ("feed", "state", "free", "wait_min"),
    [
        ({"free": 3}, "up", 3, None),
        ({"free": 0, "wait_min": 25}, "busy", 0, 25.0),
        ({"wait_min": 12.5}, "busy", None, 12.5),
        ({"wait_min": 0}, "up", None, 0.0),
        ({"state": "degraded", "free": 1}, "degraded", 1, None),
        ({"state": "down"}, "down", None, None),
        ({"free": 1, "more": {"that": ["nobody", "asked"]}}, "up", 1, None),
        ({"free": 2, "as_of": "2026-11-27T12:50:00+01:00"}, "up", 2, None),
        ({"free": 2, "valid_until": "2026-11-27T12:04:00Z"}, "up", 2, None),
    ],
)
def test_a_sound_feed_is_used(feed, state: str, free: int | None, wait_min: float | None) -> None:
    """Free units, wait and state are those of the feed."""
    found = _judged(feed)
    assert (found.state, found.free, found.wait_min) == (state, free, wait_min)


@pytest.mark.parametrize(
    "feed",
    [
        b'{"free": NaN}', b'{"wait_min": Infinity}', b'{"wait_min": 1e999}', b'{"free": -1}',
        b'{"free": 10001}', b'{"free": 1e30}', b'{"free": 99999999999999999999999999}',
        b'{"free": true}', b'{"free": "2"}', b'{"free": 1.5}', b'{"wait_min": -0.1}',
        b'{"wait_min": 1441}', b'{"state": "fine"}', b'{"free": 1, "as_of": "2026-11-27T12:00"}',
        b'{"free": 1, "as_of": 1764244980}', b'{"free": 1, "valid_until": "soon"}', b"[]", b"{}",
        b"3", b"null", b'"up"', b'{"free": 1', b"<html>200", b"", b" ", b"\xff\xfe{}",
        b"{" * 99_999,
        b'{"a":' * 5_000 + b"1" + b"}" * 5_000, b'{"free": null}',
    ],
)  # fmt: skip
def test_an_unsound_feed_is_degraded_and_its_numbers_are_not_used(feed: bytes) -> None:
    """NaN, huge, negative or wrong values give a reason, and no number."""
    found = _judged(feed)
    assert found.state == "degraded"
    assert "feed" in str(found.why)
    assert (found.free, found.wait_min) == (None, None)


SENTENCES = [
    (b'{"free": "2"}', 'feed: free is the text "2": send the number 2 without quotes'),
    (
        b'{"wait_min": " 10 "}',
        'feed: wait_min is the text " 10 ": send the number 10 without quotes',
    ),
    (b'{"free": "two"}', 'feed: free is "two", not a number'),
    (b'{"free": 2.5}', "feed: free is 2.5, not a whole number"),
    (b'{"free": -1}', "feed: free is -1, allowed are 0 to 10,000"),
    (b'{"free": 10001}', "feed: free is 10,001, allowed are 0 to 10,000"),
    (b'{"free": 99999999999999999999}', "feed: free is 1e+20, allowed are 0 to 10,000"),
    (b'{"free": ' + b"9" * 5000 + b"}", "feed: free is infinite, allowed are 0 to 10,000"),
    (b'{"free": true}', "feed: free is true, not a number"),
    (b'{"free": [2]}', "feed: free is a list, not a number"),
    (b'{"free": {"a": 1}}', "feed: free is an object, not a number"),
    (b'{"wait_min": 1441}', "feed: wait_min is 1,441, allowed are 0 to 1,440"),
    (b'{"wait_min": NaN}', "feed: wait_min is NaN, allowed are 0 to 1,440"),
    (b'{"state": "UP"}', 'feed: state is "UP", allowed are up, busy, degraded and down'),
    (b'{"state": ["up"]}', "feed: state is a list, allowed are up, busy, degraded and down"),
    (
        b'{"free": 2, "as_of": 1795777380}',
        'feed: as_of is the number 1795777380: send a text, "2026-11-27T11:03:00Z"',
    ),
    (
        b'{"free": 2, "valid_until": 1795777380000}',
        'feed: valid_until is the number 1795777380000: send a text, "2026-11-27T11:03:00Z"',
    ),
    (
        b'{"free": 2, "as_of": -5}',
        'feed: as_of is the number -5: send a text, "2026-11-27T12:03:00+01:00"',
    ),
    (
        b'{"free": 2, "as_of": "2026-11-28T12:00:00"}',
        'feed: as_of "2026-11-28T12:00:00" has no time zone: add Z or +01:00',
    ),
    (
        b'{"free": 2, "as_of": "28.11.2026 12:00"}',
        'feed: as_of is "28.11.2026 12:00", not a time such as "2026-11-27T12:03:00+01:00"',
    ),
    (
        b'{"free": 2, "as_of": "2026-11-28T25:00:00Z"}',
        'feed: as_of is "2026-11-28T25:00:00Z", not a time such as "2026-11-27T12:03:00+01:00"',
    ),
    (
        b'{"free": "2", "wait_min": -1}',
        'feed: free is the text "2": send the number 2 without quotes; '
        "wait_min is -1, allowed are 0 to 1,440",
    ),
    (b'{"free": 0, "free": 5}', "feed: free occurs twice, as 0 and 5"),
    (b'{"free": null}', "no feed: it has neither free nor wait_min nor state, and free is null"),
    (b'{"x": 1}', "no feed: it has neither free nor wait_min nor state"),
    (
        b'{"waitMin": 2}',
        'no feed: it has neither free nor wait_min nor state, but "waitMin": write wait_min',
    ),
    (b'[{"free": 2}]', 'no feed: it is a list, not an object such as {"free": 2}'),
    (b"null", 'no feed: it is null, not an object such as {"free": 2}'),
    (b'{"free": 2, "x": "\xf6"}', "no feed: byte 0xf6 is not UTF-8"),
    ('{"free": 2}'.encode("utf-16"), "no feed: it is UTF-16, not UTF-8"),
    (b'{"free": 2 3}', "no feed: not JSON, in line 1, column 12"),
    (b"{'free': 2}", "no feed: not JSON, in line 1, column 2"),
    (b'{"free": 2}\n{"free": 3}', "no feed: not JSON, in line 2, column 1"),
    (b"<html><title> Log\nin </title>", 'no feed: an HTML page "Log in"'),
    (b" \n", "no feed: an empty answer"),
    (b'{"a":' * 99_000, "no feed: its JSON is nested too deep"),
]


@pytest.mark.parametrize(("body", "why"), SENTENCES, ids=range(len(SENTENCES)))
def test_the_reason_is_a_sentence_for_people(body: bytes, why: str) -> None:
    """Each fault names the field, what was found, and what is allowed or what to send."""
    assert str(_judged(body).why) == why


@pytest.mark.parametrize(
    "body",
    [b'\xef\xbb\xbf{"free": 2}', b'{"free": 2.0}', b'{"free": 2, "free": 2}', b'{"free": 2e0}',
     b'{"x": {"free": 1, "free": 3}, "free": 2}', b'{"free": 2, "x": NaN}', b'{"free": 2, "x": '
     b"99999999999999999999999}", b'\n {"free": 2, "as_of": null} \n'],
)  # fmt: skip
def test_what_has_one_meaning_is_read(body: bytes) -> None:
    """A byte order mark, 2.0 as a whole number, and oddities in other fields are not faults."""
    found = _judged(body)
    assert (found.state, found.free, str(found.why)) == ("up", 2, "2 free")


def test_the_age_of_a_feed_is_judged_elsewhere() -> None:
    """A feed keeps its times; ``availability`` checks its age."""
    for moment in ("2026-11-27T11:32:00Z", "2026-11-27T12:09:00Z"):
        found = _judged({"free": 3, "as_of": moment, "valid_until": moment})
        assert (found.state, found.free) == ("up", 3)
        assert found.as_of == found.valid_until == datetime.fromisoformat(moment)


def test_a_feed_is_read_over_http(park: Park) -> None:
    """A check over HTTP returns numbers and moments of the feed."""
    body = b'{"free": 2, "wait_min": 5, "as_of": "2026-11-27T12:00:00Z"}'
    port = park.serve(says(http(body)))
    found = reading(local("http", url=f"http://127.0.0.1:{port}/", is_capacity=True), now=NOW)
    assert (found.state, found.free, found.wait_min) == ("up", 2, 5.0)
    assert found.as_of == datetime.fromisoformat("2026-11-27T12:00:00Z")
    assert str(found.why) == "2 free, wait 5 min"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.datetimes().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
_FEEDS = st.dictionaries(
    st.sampled_from(["free", "wait_min", "state", "as_of", "valid_until", "x"]), _JSON
)


@settings(max_examples=60)
@given(st.binary() | _JSON.map(json.dumps).map(str.encode) | _FEEDS.map(json.dumps).map(str.encode))
def test_no_feed_breaks_the_look(body: bytes) -> None:
    """Any content gives a state, and numbers only within their limits."""
    found = _judged(body)
    assert found.state in ("up", "busy", "degraded", "down", "unknown")
    assert found.free is None or 0 <= found.free <= 10_000
    assert found.wait_min is None or 0 <= found.wait_min <= 1440
    assert len(str(found.why)) <= 160
    assert str(found.why)


@pytest.mark.parametrize("text", ["2026-11-27T11:03Z", "2026-11-27 12:03+01:00"])
def test_a_time_without_seconds_is_a_time(text):
    """ISO 8601 leaves them out; the offset is what counts."""
    found = judged_feed(f'{{"free": 2, "as_of": "{text}"}}'.encode())
    assert found.as_of == datetime(2026, 11, 27, 11, 3, tzinfo=UTC)
