"""One request over a plain socket: its address, its time-out, its limits."""

import socket
import ssl
import time
from threading import Event

import pytest

from dispatch_cli.network import blocking_call
from dispatch_cli.network.address import parse_address
from dispatch_cli.network.answer_reader import AnswerLimits
from dispatch_cli.network.blocking_call import CallError, call
from dispatch_cli.network.http_request import HttpRequest

from ..checks.certificates import Authority
from ..checks.park import Park, says
from ..travel.road_servers import RoadServer, http

LIMITS = AnswerLimits()


@pytest.fixture
def road_server():
    """Return a server that answers as the test says."""
    with RoadServer() as server:
        yield server


def ask(url, *, timeout_s=1.0, may_be_private=True, limits=LIMITS, body=None):
    """Send a request that must be answered within a time."""
    request = HttpRequest(address=parse_address(url), body=body)
    return call(
        request,
        until=time.monotonic() + timeout_s,
        may_be_private=may_be_private,
        limits=limits,
    )


def failure_of(url, **options):
    """Return why a request has no answer."""
    with pytest.raises(CallError) as caught:
        ask(url, **options)
    return str(caught.value.why)


def test_an_answer_is_read_whole(road_server):
    """Status, headers and body come from the server; a body makes the request a POST."""
    road_server.reply = lambda target, body: http(b"<" + body + b">", "201 Created", "X-Y: z")
    found = ask(f"{road_server.url}/a?b=c", body=b"{}")
    assert (found.status, found.fields["x-y"], found.body) == (201, "z", b"<{}>")
    assert road_server.requests == ["/a?b=c"]


def test_a_name_is_resolved(road_server):
    """A host name is resolved, and its second address is tried if the first one refuses."""
    road_server.reply = lambda *_: http(b"here")
    assert ask(f"http://localhost:{road_server.port}/").body == b"here"


def test_an_unknown_name_is_said():
    """A name that the resolver does not know is no bug."""
    assert failure_of("http://no-such-host.invalid/") == "name not resolved"
    assert failure_of(f"http://{'a' * 70}.invalid/") == "name not resolved"


def test_a_hanging_resolver_ends_at_the_time_out(monkeypatch):
    """The resolver of the system has no time-out; the call has."""
    hang = Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [hang.wait(20)][1:])
    begun = time.monotonic()
    assert failure_of("http://tow.example/", timeout_s=0.2) == "name not resolved in time"
    assert time.monotonic() - begun < 1
    hang.set()


def test_a_private_address_needs_leave(road_server):
    """Without leave nothing is sent to loopback, also not through a name."""
    road_server.reply = lambda *_: http(b"")
    assert failure_of(road_server.url, may_be_private=False) == "refused: 127.0.0.1 is loopback"
    name = f"http://localhost:{road_server.port}/"
    assert "is loopback" in failure_of(name, may_be_private=False)
    assert road_server.requests == []


async def talks(reader, writer):
    """Answer without TLS, whatever comes."""
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    await writer.drain()
    await reader.read()


def test_an_untrusted_certificate_is_refused(tmp_path):
    """A server with a certificate of its own is named as such; nothing is read from it."""
    park = Park()
    try:
        pem = Authority(tmp_path).issue("localhost", (-1, 30))
        port = park.serve(says(http(b"secret")), pem=pem)
        assert failure_of(f"https://localhost:{port}/") == "certificate from an unknown issuer"
        plain = park.serve(talks)
        assert failure_of(f"https://localhost:{plain}/") == "no TLS: the handshake failed"
    finally:
        park.close()


def test_a_trusted_certificate_is_read(tmp_path, monkeypatch):
    """With a trusted certificate the answer comes over TLS."""
    park, authority = Park(), Authority(tmp_path)
    try:
        port = park.serve(says(http(b"over TLS")), pem=authority.issue("localhost", (-1, 30)))
        trusted = ssl.create_default_context(cafile=str(authority.root))
        monkeypatch.setattr(ssl, "create_default_context", lambda: trusted)
        assert ask(f"https://localhost:{port}/").body == b"over TLS"
    finally:
        park.close()


def test_a_drip_ends_at_the_time_out(road_server):
    """A server that sends a byte now and then cannot hold the call beyond its time."""
    road_server.reply = lambda *_: None
    begun = time.monotonic()
    assert failure_of(road_server.url, timeout_s=0.3) == "no answer in time"
    assert 0.25 < time.monotonic() - begun < 1
    assert failure_of(road_server.url, timeout_s=-1) == "no answer in time"


def test_limits_are_those_of_the_caller(road_server):
    """A body over the limit is cut off."""
    road_server.reply = lambda *_: http(b"x" * 5000)
    assert len(ask(road_server.url).body) == 5000
    small = AnswerLimits(most_bytes=4096)
    assert failure_of(road_server.url, limits=small) == "more than 4 KiB"


def test_a_host_without_any_address(monkeypatch):
    """A resolver that returns nothing is an error, too."""
    monkeypatch.setattr(blocking_call, "_numeric", lambda host, until: [])
    assert failure_of("http://tow.example/") == "name not resolved"
