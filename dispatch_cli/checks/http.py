"""An HTTP look: the status, and the capacity feed where there is one."""

import zlib
from datetime import timedelta
from typing import TYPE_CHECKING

from ..model.check import Probe, SecretRef
from .faults import network_trouble
from .feed import judged_feed
from .finding import Finding, degraded, down, unknown, up
from .kit import Kit
from .secret import UnsendableError, secret_value, sendable
from .stopwatch import watch

if TYPE_CHECKING:
    from aiohttp import ClientResponse
    from yarl import URL

MOST_REDIRECTS = 3
MOST_BYTES = 256 * 1024
_UNTRUSTED = "certificate not trusted"
_REDIRECTS = (301, 302, 303, 307, 308)


async def look_http(probe: Probe, kit: Kit) -> Finding:
    """Ask once and follow at most three redirects.

    Headers, secrets and the leave for private addresses are for the origin of the probe's own
    address and go no further.
    """
    import aiohttp
    from yarl import URL

    try:
        own = URL(probe.url)
        if refusal := _refused_form(own):
            return unknown(refusal)
        headers = _headers(probe)
    except (ValueError, UnsendableError) as error:
        return unknown(str(error) if isinstance(error, UnsendableError) else "not an address")
    try:
        return await _followed(probe, kit, own, headers)
    except aiohttp.ClientConnectorCertificateError as error:
        cause = error.certificate_error
        return network_trouble(cause) if isinstance(cause, OSError) else degraded(_UNTRUSTED)
    except aiohttp.ClientConnectorError as error:
        return _elsewhere(network_trouble(error.os_error), error.host, own)
    except aiohttp.ServerDisconnectedError:
        return down("connection closed without an answer")
    except aiohttp.ClientPayloadError:
        return degraded("the answer broke off")
    except aiohttp.InvalidURL as error:
        return _elsewhere(unknown("not an address"), str(error.url), own)
    except aiohttp.ClientResponseError as error:
        return degraded(f"answers, but not HTTP: {_protocol_fault(error.message)}")
    except aiohttp.ClientOSError as error:
        return network_trouble(error)


async def _followed(probe: Probe, kit: Kit, own: "URL", headers: dict[str, str]) -> Finding:
    from yarl import URL

    url = own
    for _ in range(MOST_REDIRECTS + 1):
        is_own = url.origin() == own.origin()
        may_be_private = probe.allow_private and probe.is_trusted and url.host == own.host
        session = kit.session(may_be_private=may_be_private)
        watch.get().begin("resolve")
        async with session.get(
            url, headers=headers if is_own else None, allow_redirects=False
        ) as answer:
            if answer.status not in _REDIRECTS or answer.status in probe.status:
                finding = await _judged(probe, kit, answer)
                answer.close()  # What is left of the body is not waited for.
                return finding
            location = answer.headers.get("Location", "")
            answer.close()
        try:
            url = url.join(URL(location))
        except ValueError:
            return degraded("redirects to something that is not an address")
        if not location or (refusal := _refused_form(url)):
            return degraded(f"redirects: {refusal if location else 'without saying where'}")
    return degraded(f"more than {MOST_REDIRECTS} redirects")


async def _judged(probe: Probe, kit: Kit, answer: "ClientResponse") -> Finding:
    status = answer.status
    expected = status in probe.status if probe.status else 200 <= status <= 299
    if not expected:
        if status == 503 and "Retry-After" in answer.headers:
            return degraded("HTTP 503, maintenance")
        return down(f"HTTP {status}") if status >= 500 else degraded(f"HTTP {status}")
    if not probe.is_capacity:
        return up(f"HTTP {status}")
    watch.get().begin("body")
    body = await _body(answer)
    watch.get().begin("")
    if isinstance(body, Finding):
        return body
    stale_after = timedelta(minutes=kit.settings.stale_min)
    return judged_feed(body, now=kit.clock(), stale_after=stale_after)


async def _body(answer: "ClientResponse") -> bytes | Finding:
    """Read at most 256 KiB, packed and unpacked, or say why not."""
    packing = answer.headers.get("Content-Encoding", "identity").strip().lower()
    unpack = None
    if packing in ("gzip", "x-gzip", "deflate"):
        unpack = zlib.decompressobj(zlib.MAX_WBITS | 32)
    elif packing not in ("identity", ""):
        return degraded("packed in a way that was not asked for")
    read, body = 0, bytearray()
    async for part in answer.content.iter_any():
        read += len(part)
        try:
            body += unpack.decompress(part, MOST_BYTES + 1 - len(body)) if unpack else part
        except zlib.error:
            return degraded("no feed: cannot be unpacked")
        if read > MOST_BYTES or len(body) > MOST_BYTES:
            return degraded(f"no feed: more than {MOST_BYTES // 1024} KiB")
    return bytes(body)


def _headers(probe: Probe) -> dict[str, str]:
    headers = {"Accept": "application/json" if probe.is_capacity else "*/*"}
    for name, value in probe.headers:
        if isinstance(value, SecretRef):
            if not probe.is_trusted:
                raise UnsendableError("secrets count only in a file that you named")
            headers[name] = secret_value(value)
        else:
            headers[name] = sendable(f"header {name}", value)
    return headers


def _refused_form(url: "URL") -> str:
    if url.scheme not in ("http", "https"):
        return "neither http nor https"
    if not url.host:
        return "no host in the address"
    if url.raw_user is not None or url.raw_password is not None:
        return "credentials in the address"
    return ""


def _elsewhere(finding: Finding, host: str, own: "URL") -> Finding:
    """A redirect that leads where nobody may go is what the server did, so it is not unknown."""
    if finding.state == "unknown" and not finding.fault and host != own.raw_host:
        return degraded(f"redirects, {finding.why}")
    return finding


def _protocol_fault(message: str) -> str:
    if "more than" in message or "Too many" in message:
        return "a header without end"
    return "cannot be read"
