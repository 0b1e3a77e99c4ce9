"""Check a provider over HTTP: the status, and the capacity feed if there is one."""

import re
from collections.abc import Awaitable, Callable

from msgspec.structs import replace

from ..messages import Message, joined
from ..model.check import Probe, SecretRef
from ..network.address import Address, AddressError, parse_address
from ..network.answer_reader import AnswerError
from ..network.asyncio_answer import ReceivedAnswer
from ..network.guard import RefusedAddressError
from .exchange import answer_finding, asked
from .feed import judged_feed
from .finding import Finding, degraded, down, unknown, up
from .look_faults import network_trouble, refusal_of
from .ports import certificate_finding
from .round_tools import RoundTools
from .secret import UNTRUSTED, UnsendableError, secret_value, sendable
from .stopwatch import watch

MOST_REDIRECTS = 3
_REDIRECTS = (301, 302, 303, 307, 308)
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


Judge = Callable[[ReceivedAnswer], Awaitable[Finding]]
"""Judges the body of an answer whose status is right."""


async def look_http(probe: Probe, tools: RoundTools) -> Finding:
    """Send one request, and judge its status, or its capacity feed."""
    return await look_at_answer(probe, tools, _judged_feed if probe.is_capacity else None)


async def look_at_answer(probe: Probe, tools: RoundTools, judge: Judge | None) -> Finding:
    """Send one request, and follow at most three redirects; without ``judge`` no body is read.

    Headers and secrets are sent to the origin of the configured address only, and only its host
    and port may be private.
    """
    try:
        own = parse_address(probe.url)
        headers = _headers(probe)
    except (AddressError, UnsendableError) as error:
        return unknown(error.sentence)
    address = own
    for _ in range(MOST_REDIRECTS + 1):
        found = await _asked(probe, tools, address, own, headers, judge=judge)
        if isinstance(found, Finding):
            return found
        try:
            address = address.towards(found)
        except AddressError as error:
            return degraded(Message("redirects: {error}", error=error))
    return degraded(Message("more than {most} redirects", most=MOST_REDIRECTS))


async def _asked(
    probe: Probe,
    tools: RoundTools,
    address: Address,
    own: Address,
    headers: dict[str, str],
    *,
    judge: Judge | None,
) -> Finding | str:
    """Request one address; returns the finding, or the target of a redirect."""
    # Another port of the same host is another server: 127.0.0.1 has every local service.
    is_own = (address.host, address.port) == (own.host, own.port)
    may_be_private = probe.may_be_private and is_own
    try:
        answer = await asked(
            tools,
            address,
            headers if address.origin == own.origin else {},
            may_be_private=may_be_private,
        )
    except RefusedAddressError as error:
        if address is own:
            return unknown(refusal_of(error))
        # The server itself has sent the redirect to a refused address.
        leave = "{refusal} (allow_private is for the check's own host and port)"
        why = Message(leave, refusal=error.what) if probe.may_be_private else refusal_of(error)
        return degraded(Message("redirects, {why}", why=why))
    except OSError as error:
        return network_trouble(error)
    certificate = None
    if answer.transport is not None and address.scheme == "https":
        certificate = certificate_finding(answer.transport, probe, tools.clock())
    try:
        status = await answer.head
        if status in _REDIRECTS and status not in probe.status:
            return answer.fields.get("location", "")
        found = await _judged(probe, status, answer, judge)
        if certificate is None or certificate.state == "up" or found.state != "up":
            return found
        both = joined((found.why, certificate.why), ", ")
        return replace(found, state=certificate.state, why=both)
    except AnswerError as error:
        return answer_finding(error)
    except OSError as error:
        return network_trouble(error)
    finally:
        answer.close()  # without waiting for the rest of a body


async def _judged(
    probe: Probe, status: int, answer: ReceivedAnswer, judge: Judge | None
) -> Finding:
    expected = status in probe.status if probe.status else 200 <= status <= 299
    answered = Message("HTTP {status}", status=status)
    if not expected:
        if status == 503 and "retry-after" in answer.fields:
            return degraded(Message("HTTP 503, maintenance"))
        return down(answered) if status >= 500 else degraded(answered)
    if judge is None:
        return up(answered)
    watch.get().begin("body")
    return await judge(answer)


async def _judged_feed(answer: ReceivedAnswer) -> Finding:
    try:
        body = await answer.body
    except AnswerError as error:
        if not error.is_body:
            raise
        return degraded(Message("no feed: {why}", why=error.why))
    watch.get().begin("")
    return judged_feed(body)


def _headers(probe: Probe) -> dict[str, str]:
    headers = {"Accept": "application/json" if probe.is_capacity else "*/*"}
    for name, value in probe.headers:
        if not _NAME.fullmatch(name):
            raise UnsendableError("header {name!r} has characters that cannot be sent", name=name)
        if isinstance(value, SecretRef):
            if not probe.is_trusted:
                raise UnsendableError(UNTRUSTED)
            headers[name] = secret_value(value)
        else:
            headers[name] = sendable(Message("header {name}", name=name), value)
    return headers
