"""Check a SIP server: send OPTIONS over UDP, and repeat it by RFC 3261 until an answer comes."""

import asyncio
import secrets
import socket
from collections.abc import Sequence
from urllib.parse import urlsplit

from ..messages import Message
from ..model.check import Probe
from ..network.guard import open_socket
from .finding import Finding, unknown
from .look_faults import network_trouble
from .round_tools import Place, RoundTools
from .sip import PORT, SipQuestion, judged_answer, parse_answer, request
from .stopwatch import watch

_T1_S = 0.5
_T2_S = 4.0
_MOST_PACKETS = 50
"""Packets that are read; more of them without an answer make the result unknown."""


async def look_sip(probe: Probe, tools: RoundTools) -> Finding:
    """Check whether a call would be taken now; "down" if no final answer comes in time."""
    place = _place(probe)
    if place is None:
        return unknown(Message("not a SIP address"))
    uri, host, port = place
    try:
        opened = _opened(
            await tools.places(host, port, socket.SOCK_DGRAM),
            may_be_private=probe.may_be_private,
        )
    except OSError as error:
        return network_trouble(error)
    with opened:
        try:
            return await _asked(opened, uri)
        except OSError as error:
            return network_trouble(error)


def _opened(where: Sequence[Place], *, may_be_private: bool) -> socket.socket:
    """Open a socket to the first address with a route; it receives only from that address."""
    trouble = OSError()
    for family, kind, _, _, address in where:
        try:
            opened = open_socket(family, kind, address[0], may_be_private=may_be_private)
        except OSError as error:
            trouble = error
            continue
        try:
            opened.connect(address)
        except OSError as error:
            opened.close()
            trouble = error
            continue
        return opened
    raise trouble


async def _asked(opened: socket.socket, uri: str) -> Finding:
    question = SipQuestion(
        branch=f"z9hG4bK{secrets.token_hex(12)}",
        call_id=secrets.token_hex(16),
        tag=secrets.token_hex(6),
    )
    host, port = opened.getsockname()[:2]
    packet = request(question, uri, f"[{host}]:{port}" if ":" in host else f"{host}:{port}")
    loop = asyncio.get_running_loop()
    watch.get().begin("answer")
    opened.send(packet)
    wait_s, again = _T1_S, loop.time() + _T1_S
    for _ in range(_MOST_PACKETS):
        try:
            async with asyncio.timeout_at(again) as until:
                answer = parse_answer(await loop.sock_recv(opened, 65_535), question)
        except TimeoutError:
            if not until.expired():
                raise
            opened.send(packet)
            wait_s = min(2 * wait_s, _T2_S)
            again = loop.time() + wait_s
            continue
        if answer is None:
            continue
        if answer.code >= 200:
            return judged_answer(answer)
        watch.get().begin("provisional")
        wait_s = _T2_S  # Section 17.1.2.2: from here on the request is repeated every T2.
    return unknown(Message("its packets do not answer the request"))


def _place(probe: Probe) -> tuple[str, str, int] | None:
    """Return the URI of the request, and the host and port of its receiver."""
    host, port, uri = probe.host, probe.port or PORT, ""
    if probe.url:
        try:
            parts = urlsplit(probe.url.replace(":", "://", 1))
            host, port = parts.hostname or "", parts.port or port
        except ValueError:
            return None
        if parts.scheme != "sip" or parts.path or parts.query or parts.fragment or parts.password:
            return None
        uri = probe.url
    if not host:
        return None
    uri = uri or (f"sip:[{host}]:{port}" if ":" in host else f"sip:{host}:{port}")
    is_plain = uri.isascii() and uri.isprintable() and not set(uri) & set(' <>"')
    return (uri, host, port) if is_plain else None
