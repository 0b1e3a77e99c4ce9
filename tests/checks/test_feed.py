"""A capacity feed is used only if it is valid."""

import json
from datetime import datetime
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
    assert "feed" in found.why
    assert (found.free, found.wait_min) == (None, None)


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
    assert found.why == "2 free, wait 5 min"


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
    assert len(found.why) <= 160
    assert found.why
