"""Check a port: whether it opens, and how long its certificate is valid."""

import asyncio
import ssl
from datetime import UTC, datetime

from ..messages import Message, Plural
from ..model.check import Probe
from .finding import Finding, degraded, up
from .look_faults import network_trouble
from .round_tools import RoundTools


async def look_tcp(probe: Probe, tools: RoundTools) -> Finding:
    """Open a connection to a port, without sending data."""
    try:
        opened = await tools.dial(probe.host, probe.port, may_be_private=probe.may_be_private)
    except OSError as error:
        return network_trouble(error)
    opened.close()
    return up(Message("port {port} open", port=probe.port))


async def look_tls(probe: Probe, tools: RoundTools) -> Finding:
    """Finish a TLS handshake, and count the days until the certificate expires.

    An untrusted certificate is "degraded": the provider itself can be reached.
    """
    try:
        transport, _ = await tools.connect(
            asyncio.Protocol,
            probe.host,
            probe.port,
            is_secure=True,
            may_be_private=probe.may_be_private,
        )
    except OSError as error:
        return network_trouble(error)
    found = certificate_finding(transport, probe, tools.clock())
    transport.abort()  # without the TLS closure, which the other side may never answer
    return found


def certificate_finding(transport: asyncio.BaseTransport, probe: Probe, now: datetime) -> Finding:
    """Return "up", or "degraded" if a certificate expires within ``certificate_days``."""
    certificate = transport.get_extra_info("peercert")
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(certificate["notAfter"]), UTC)
    days = (ends - now).days
    says = Plural(
        "certificate is valid for {count} more day",
        "certificate is valid for {count} more days",
        days,
    )
    return degraded(says) if days < probe.certificate_days else up(says)
