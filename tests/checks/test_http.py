"""Every valid form of HTTP is read, and no invalid one breaks a check."""

import asyncio
import gzip
from time import thread_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch_cli.checks.exchange import answer_finding
from dispatch_cli.network import asyncio_answer, guard
from dispatch_cli.network.address import AddressError, parse_address
from dispatch_cli.network.answer_reader import AnswerError, AnswerLimits
from dispatch_cli.network.asyncio_answer import ReceivedAnswer

from .looking import local, reading
from .park import (
    EMPTY_BLOCKS,
    Park,
    bomb,
    gzip_without_end,
    http,
    in_chunks,
    redirects,
    says,
)

_FEED = b'{"free": 2}'


@pytest.mark.parametrize(
    "answer",
    [
        http(_FEED),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"4\r\n{\"fr\r\n7\r\nee\": 2}\r\n0\r\n\r\n",
        b"HTTP/1.0 200 OK\r\n\r\n" + _FEED,
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + http(_FEED),
        b"HTTP/1.1 200\r\nContent-Length: 11\r\n\r\n" + _FEED + b"and more than was said",
    ],
    ids=["length", "chunked", "until the end", "after provisional ones", "more than said"],
)  # fmt: skip
def test_each_form_of_a_body_is_read(park: Park, answer: bytes) -> None:
    """RFC 9112, section 6.3: by its length, in chunks, to the end of the connection."""
    url = f"http://127.0.0.1:{park.serve(says(answer))}/"
    found = reading(local("http", url=url, is_capacity=True))
    assert (found.state, found.free) == ("up", 2), found


@pytest.mark.parametrize(
    ("status", "wanted", "state"),
    [
        ("204 None", (), "up"), ("304 Same", (), "degraded"), ("404 Gone", (404,), "up"),
        ("200 OK", (204,), "degraded"), ("302 Found", (302,), "up"), ("599 Odd", (), "down"),
        ("503 Down", (), "down"),
    ],
)  # fmt: skip
def test_the_status_that_was_agreed_counts(park: Park, status: str, wanted, state: str) -> None:
    """Without a list 200 to 299 is up, else only its own; 5xx is down, the rest degraded."""
    port = park.serve(says(http(b"", status, "Location: http://10.0.0.1/")))
    assert reading(local("http", url=f"http://127.0.0.1:{port}/", status=wanted)).state == state


def test_a_relative_redirect_stays_where_it_is(park: Park) -> None:
    """A redirect with a path keeps host and port."""
    asked: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        asked.append(head.split()[1])
        moved = http(b"", "302 Found", "Location: ../b/?x=%C3%BC+y")
        writer.write(http() if b"/b/" in head else moved)
        await writer.drain()
        await reader.read()

    found = reading(local("http", url=f"http://127.0.0.1:{park.serve(serve)}/a/ä?q=ö#part"))
    assert found.state == "up"
    assert asked == [b"/a/%C3%A4?q=%C3%B6", b"/b/?x=%C3%BC+y"]


def test_a_redirect_to_another_public_server_is_asked_there(
    park: Park, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A redirect to another port is followed if the address is public."""
    monkeypatch.setattr(guard, "kind_refused", lambda address: "")
    end = park.serve(says(http()))
    port = park.serve(redirects(f"http://127.0.0.1:{end}/"))
    assert reading(local("http", url=f"http://127.0.0.1:{port}/")).state == "up"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_redirect_to_another_port_of_an_allowed_host_is_refused(park: Park, host: str) -> None:
    """allow_private covers one port: a redirect reaches no other one."""
    end = park.serve(says(http(b"{}")))
    port = park.serve(redirects(f"http://{host}:{end}/"))
    found = reading(local("http", url=f"http://{host}:{port}/"), resolver=Both())
    park.settle()
    assert ("127.0.0.1", end) not in park.opened
    assert found.state == "degraded"
    assert "redirects, refused: " in str(found.why)
    assert str(found.why).endswith(
        "is loopback (allow_private is for the check's own host and port)"
    )


_PACKED = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
_SPENT = "no answer that can be read: takes too much processor time to read"


def fed(stream: bytes, piece: int = 4096) -> tuple[str, int, float]:
    """Feed a stream until its answer ends; returns reason, bytes and processor time."""

    async def feed() -> tuple[str, int, float]:
        answer = ReceivedAnswer()
        begun, taken = thread_time(), 0
        while taken < len(stream) and not answer.body.done():
            answer.data_received(stream[taken : taken + piece])
            taken += piece
        spent_s = thread_time() - begun
        answer.connection_lost(None)
        error = answer.body.exception()
        why = answer_finding(error).why if isinstance(error, AnswerError) else error or ""
        return str(why), taken, spent_s

    return asyncio.run(feed())


def test_a_gzip_without_end_stops_at_the_processor_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A gzip that decompresses to nothing is cut off long before the limit of bytes."""
    stream = _PACKED + in_chunks(*[gzip_without_end(4000)] + [EMPTY_BLOCKS * 90] * 80)
    monkeypatch.setattr(asyncio_answer, "LIMITS", AnswerLimits(most_cpu_s=0.003))
    why, taken, _ = fed(stream)
    assert why == _SPENT
    assert taken < len(stream) / 2


@pytest.mark.parametrize(
    "stream",
    [
        _PACKED + in_chunks(gzip_without_end(4000), *[EMPTY_BLOCKS * 90] * 70),
        _PACKED + in_chunks(gzip.compress(_FEED), *[b"x"] * 47_000),
        _PACKED + in_chunks(bomb()),
    ],
    ids=["empty blocks", "bytes after the end", "a bomb"],
)  # fmt: skip
def test_no_answer_takes_the_processor_from_the_others(stream: bytes) -> None:
    """Below the limit of bytes, reading takes at most 40 ms of processor time."""
    *_, spent_s = fed(stream, 262_144)
    print(f"{spent_s * 1000:.0f} ms")
    assert spent_s <= 0.04


def test_what_follows_the_end_of_a_gzip_is_left_out(park: Park) -> None:
    """A feed is read to the end of its gzip; the bytes after it are ignored."""
    answer = _PACKED + in_chunks(gzip.compress(_FEED), b"and more", b"x" * 9000) + b"0\r\n\r\n"
    url = f"http://127.0.0.1:{park.serve(says(answer))}/"
    assert reading(local("http", url=url, is_capacity=True)).free == 2


class Both:
    """Resolves localhost to both of its addresses, as /etc/hosts mostly does."""

    async def addresses(self, host: str) -> tuple[str, ...]:
        return ("::1", "127.0.0.1") if host == "localhost" else (host,)


@pytest.mark.parametrize(
    ("text", "host", "authority"),
    [
        ("http://tow.example", "tow.example", "tow.example"),
        ("https://TOW.example:443/x", "tow.example", "tow.example"),
        ("http://tow.example:8080/", "tow.example", "tow.example:8080"),
        ("http://[2001:7fd::1]:8080/", "2001:7fd::1", "[2001:7fd::1]:8080"),
        ("http://[fe80::1%25eth0]/", "fe80::1%25eth0", "[fe80::1]"),
        ("http://müller.example/", "xn--mller-kva.example", "xn--mller-kva.example"),
        ("http://tow.example./", "tow.example.", "tow.example"),
    ],
)
def test_an_address_is_taken_apart(text: str, host: str, authority: str) -> None:
    """Host, port and Host header are right, also for IPv6, umlauts and trailing dots."""
    address = parse_address(text)
    assert (address.host, address.authority) == (host, authority)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "neither"), ("tow.example", "neither"), ("ftp://tow.example", "neither"),
        ("http://", "no host"), ("http://u@tow.example", "credentials"),
        ("http://:p@tow.example", "credentials"), ("http://a b/", "not an address"),
        ("http://a\r\nb/", "not an address"), ("http://a\\b/", "not an address"),
        ("http://h:99999/", "not an address"), ("http://[::1/", "not an address"),
        ("http://a%2fb/", "not an address"), ("http://" + "ü" * 99, "not an address"),
    ],
)  # fmt: skip
def test_what_is_no_address_is_said_so(text: str, why: str) -> None:
    """Addresses that parsers could read differently are refused."""
    with pytest.raises(AddressError, match=why):
        parse_address(text)


@given(st.text() | st.text(alphabet="htps:/@[]%.#?\\ :01x").map(lambda rest: "http://" + rest))
def test_no_text_breaks_the_address(text: str) -> None:
    """Any text is a valid address or refused."""
    try:
        address = parse_address(text)
    except AddressError:
        return
    sent = f"{address.target} {address.authority}"
    assert sent.isascii()
    assert sent.isprintable()
    assert sent.count(" ") == 1


_WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\nX: y\r\n\r\n" + _FEED


@settings(max_examples=200)
@given(
    st.lists(
        st.binary(max_size=40)
        | st.sampled_from([_WHOLE, _WHOLE[:30], _WHOLE[30:], b"\r\n", b"HTTP/1.1 100 x\r\n\r\n",
                           b"Transfer-Encoding: chunked\r\n", b"ffffffffffffffff\r\n"]),
        max_size=6,
    ),
    st.booleans(),
)  # fmt: skip
def test_no_answer_breaks_the_exchange(parts: list[bytes], is_reset: bool) -> None:
    """Any bytes give a status and a body, or one reason."""

    async def read() -> None:
        answer = ReceivedAnswer()
        for part in parts:
            answer.data_received(part)
        answer.connection_lost(ConnectionResetError(104, "reset") if is_reset else None)
        assert answer.head.done()
        assert answer.body.done()
        for each in (answer.head, answer.body):
            error = each.exception()
            assert error is None or isinstance(error, AnswerError | OSError)

    asyncio.run(read())
