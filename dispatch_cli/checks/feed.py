"""Read a capacity feed: the report of a provider's own system about its units."""

import json
import re
from datetime import UTC, datetime
from math import isfinite
from typing import Annotated, Any, Literal, get_args

import msgspec
from msgspec import Meta, Struct

from ..errors import SentenceError
from ..messages import Message, joined, quoted
from .finding import Finding, degraded, short_sentence

MOST_UNITS = 10_000
LONGEST_WAIT_MIN = 1440

_State = Literal["up", "busy", "degraded", "down"]
_Moment = Annotated[datetime, Meta(tz=True)]
_BOM = b"\xef\xbb\xbf"
_LONGEST_INTEGER = 15
_EXAMPLE = "2026-11-27T12:03:00+01:00"
_KINDS = ((list, Message("a list")), (dict, Message("an object")))


class _FeedError(SentenceError):
    """A value of a feed that cannot be used."""


class _FeedContent(Struct, frozen=True, kw_only=True):
    """The fields of a feed; all others are ignored."""

    free: int | None = None
    wait_min: float | None = None
    state: _State | None = None
    as_of: datetime | None = None
    valid_until: datetime | None = None


def judged_feed(body: bytes) -> Finding:
    """Make the finding of a feed, without regard to its age, which ``availability`` checks.

    Anything else than a feed is "degraded" with the reason: the server answers, but its numbers
    are not used.
    """
    try:
        fields, repeated = _decoded(body)
    except _FeedError as error:
        return degraded(short_sentence(Message("no feed: {error}", error=error.sentence)))
    faults = [
        Message("{name} occurs twice, as {values}", name=name, values=values)
        for name, values in repeated.items()
    ]
    content: dict[str, Any] = {}
    for name, read in _READERS.items():
        value = fields.get(name)
        if value is not None and name not in repeated:
            try:
                content[name] = read(name, value)
            except _FeedError as error:
                faults.append(error.sentence)
    if faults:
        return degraded(short_sentence(Message("feed: {faults}", faults=joined(faults))))
    feed = _FeedContent(**content)
    if feed.free is None and feed.wait_min is None and feed.state is None:
        return degraded(short_sentence(_without_values(fields)))
    return Finding(
        state=feed.state or _implied(feed),
        why=_says(feed),
        free=feed.free,
        wait_min=feed.wait_min,
        as_of=feed.as_of,
        valid_until=feed.valid_until,
    )


def _decoded(body: bytes) -> tuple[dict[str, Any], dict[str, Message]]:
    """Decode the object of a feed; returns also its fields with two different values.

    Raises _FeedError.
    """
    repeated: dict[str, Message] = {}

    def object_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        # The outermost object comes last.
        found = dict(pairs)
        repeated.clear()
        for name, value in pairs if len(pairs) > len(found) else ():
            if name in _READERS and value != found[name]:
                one, other = _shown(value), _shown(found[name])
                repeated[name] = Message("{one} and {other}", one=one, other=other)
        return found

    try:
        text = body.removeprefix(_BOM).decode()
        found = json.loads(text, object_pairs_hook=object_of, parse_int=_integer)
    except UnicodeDecodeError as error:
        if body.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise _FeedError("it is UTF-16, not UTF-8") from None
        raise _FeedError("byte 0x{byte:02x} is not UTF-8", byte=body[error.start]) from None
    except json.JSONDecodeError as error:
        raise _FeedError(_looks_like(text, error)) from None
    except RecursionError:
        raise _FeedError("its JSON is nested too deep") from None
    if not isinstance(found, dict):
        example = '{"free": 2}'
        text = "it is {found}, not an object such as {example}"
        raise _FeedError(text, found=_shown(found), example=example)
    return found, repeated


def _integer(text: str) -> int | float:
    """Read an integer; a long one becomes a float, which is out of every range."""
    return int(text) if len(text) <= _LONGEST_INTEGER else float(text)


def _number(name: str, value: object, most: float) -> float:
    """Return a number from 0 to ``most``; raises _FeedError."""
    if isinstance(value, str) and re.fullmatch(r"\s*[0-9]+(\.[0-9]+)?\s*", value):
        raise _FeedError(
            "{name} is the text {found}: send the number {number} without quotes",
            name=name,
            found=quoted(value, 20),
            number=value.strip()[:20],
        )
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _FeedError("{name} is {found}, not a number", name=name, found=_shown(value))
    limits = "{name} is {found}, allowed are 0 to {most:,}"
    if not isfinite(value):
        # Only NaN differs from itself.
        what = Message("NaN") if value != value else Message("infinite")  # noqa: PLR0124
        raise _FeedError(limits, name=name, found=what, most=most)
    if not 0 <= value <= most:
        raise _FeedError(limits, name=name, found=f"{value:,.12g}", most=most)
    return value


def _free(name: str, value: object) -> int:
    number = _number(name, value, MOST_UNITS)
    if number != int(number):
        raise _FeedError("{name} is {number:g}, not a whole number", name=name, number=number)
    return int(number)


def _wait_min(name: str, value: object) -> float:
    return float(_number(name, value, LONGEST_WAIT_MIN))


def _state(name: str, value: object) -> str:
    if value not in get_args(_State):
        text = "{name} is {found}, allowed are up, busy, degraded and down"
        raise _FeedError(text, name=name, found=_shown(value))
    return str(value)


def _moment(name: str, value: object) -> datetime:
    """Read a time with its offset; raises _FeedError."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        text = '{name} is the number {found}: send a text, "{instead}"'
        raise _FeedError(text, name=name, found=_shown(value), instead=_as_text(value))
    no_time = '{name} is {found}, not a time such as "{example}"'
    if not isinstance(value, str):
        raise _FeedError(no_time, name=name, found=_shown(value), example=_EXAMPLE)
    try:
        return msgspec.convert(value, _Moment)
    except msgspec.ValidationError:
        pass
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        found = None
    if found is not None and found.tzinfo is not None:
        return found  # without seconds, which RFC 3339 has
    if found is not None and len(value) > len("2026-11-27"):
        text = "{name} {found} has no time zone: add Z or +01:00"
        raise _FeedError(text, name=name, found=quoted(value, 40))
    raise _FeedError(no_time, name=name, found=quoted(value, 40), example=_EXAMPLE)


def _as_text(number: float) -> str:
    """Write seconds or milliseconds since 1970 as the text that a feed has; or an example."""
    seconds = number / 1000 if number >= 1e11 else number
    if not 1e9 <= seconds < 1e10:
        return _EXAMPLE
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"


_READERS: dict[str, Any] = {
    "free": _free,
    "wait_min": _wait_min,
    "state": _state,
    "as_of": _moment,
    "valid_until": _moment,
}


def _without_values(fields: dict[str, Any]) -> Message:
    """Say that a feed has no values.

    Names a field that is null, or a key that differs from a field only in its spelling.
    """
    nothing = Message("no feed: it has neither free nor wait_min nor state")
    nulls = [name for name in _READERS if name in fields and fields[name] is None]
    if nulls:
        return Message("{nothing}, and {name} is null", nothing=nothing, name=nulls[0])
    for key in fields:
        plain = re.sub(r"[^a-z]+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key[:40]).lower())
        if plain.strip("_") in _READERS and key not in _READERS:
            text = "{nothing}, but {found}: write {name}"
            return Message(text, nothing=nothing, found=quoted(key, 40), name=plain.strip("_"))
    return nothing


def _shown(value: object) -> Message | str:
    """Name a value, or its kind where it has parts."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return quoted(value, 40)
    if isinstance(value, int | float):
        return f"{value:.16g}"
    return next((words for kind, words in _KINDS if isinstance(value, kind)), "null")


def _implied(feed: _FeedContent) -> Literal["up", "busy"]:
    if feed.free is None:
        return "busy" if feed.wait_min else "up"
    return "up" if feed.free else "busy"


def _says(feed: _FeedContent) -> Message | str:
    parts = []
    if feed.free is not None:
        parts.append(Message("{count} free", count=feed.free))
    if feed.wait_min:
        parts.append(Message("wait {wait_min:.0f} min", wait_min=feed.wait_min))
    state = Message(feed.state or "no wait")
    return joined(parts, ", ") or Message("feed says {state}", state=state)


def _looks_like(text: str, error: json.JSONDecodeError) -> Message:
    start = text[:2000].lstrip().lower()
    if not start:
        return Message("an empty answer")
    if start.startswith("<"):
        title = re.search(r"<title[^>]*>([^<]*)", text[:2000], re.IGNORECASE)
        if title is None:
            return Message("an HTML page")
        return Message("an HTML page {title}", title=quoted(title[1].strip(), 40))
    where = "not JSON, in line {line}, column {column}"
    return Message(where, line=error.lineno, column=error.colno)
