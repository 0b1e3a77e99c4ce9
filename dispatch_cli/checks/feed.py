"""Read a capacity feed, in which a provider's own system reports its units."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from .finding import Finding, degraded, short

MOST_UNITS = 10_000
LONGEST_WAIT_MIN = 1440.0


class _FeedContent(Struct, frozen=True):
    """The fields of a feed; all others are ignored."""

    free: Annotated[int, Meta(ge=0, le=MOST_UNITS)] | None = None
    wait_min: Annotated[float, Meta(ge=0, le=LONGEST_WAIT_MIN)] | None = None
    state: Literal["up", "busy", "degraded", "down"] | None = None
    as_of: Annotated[datetime, Meta(tz=True)] | None = None
    valid_until: Annotated[datetime, Meta(tz=True)] | None = None


def judged_feed(body: bytes) -> Finding:
    """Make the finding of a feed, without regard to its age, which ``availability`` checks.

    Anything else than a feed is "degraded" with the reason: the server answers, but its numbers
    are not used.
    """
    try:
        feed = msgspec.json.decode(body, type=_FeedContent)
    except msgspec.ValidationError as error:
        return degraded(short(f"feed: {error}"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return degraded(f"no feed: {_looks_like(body)}")
    if feed.free is None and feed.wait_min is None and feed.state is None:
        return degraded("no feed: neither free, nor wait_min, nor state in it")
    return Finding(
        state=feed.state or _implied(feed),
        why=_says(feed),
        free=feed.free,
        wait_min=feed.wait_min,
        as_of=feed.as_of,
        valid_until=feed.valid_until,
    )


def _implied(feed: _FeedContent) -> Literal["up", "busy"]:
    if feed.free is None:
        return "busy" if feed.wait_min else "up"
    return "up" if feed.free else "busy"


def _says(feed: _FeedContent) -> str:
    parts = []
    if feed.free is not None:
        parts.append(f"{feed.free} free")
    if feed.wait_min:
        parts.append(f"wait {feed.wait_min:.0f} min")
    return ", ".join(parts) or f"feed says {feed.state or 'no wait'}"


def _looks_like(body: bytes) -> str:
    start = body[:200].lstrip().lower()
    if not start:
        return "an empty answer"
    return "an HTML page" if start.startswith((b"<!doctype html", b"<html", b"<")) else "not JSON"
