"""Looks at a port: whether it opens, and the certificate behind it."""

import asyncio
import ssl
from datetime import UTC, datetime

from ..messages import counted
from ..model.check import Probe
from .finding import Finding, degraded, up
from .kit import Kit
from .look_faults import network_trouble


async def look_tcp(probe: Probe, kit: Kit) -> Finding:
    """See whether a port opens; nothing is sent."""
    try:
        opened = await kit.dial(probe.host, probe.port, may_be_private=probe.may_be_private)
    except OSError as error:
        return network_trouble(error)
    opened.close()
    return up(f"port {probe.port} open")


async def look_tls(probe: Probe, kit: Kit) -> Finding:
    """Finish a handshake and count the days that the certificate still holds.

    A certificate that is not to be trusted is "degraded": the provider itself is there.
    """
    try:
        transport, _ = await kit.connect(
            asyncio.Protocol,
            probe.host,
            probe.port,
            is_secure=True,
            may_be_private=probe.may_be_private,
        )
    except OSError as error:
        return network_trouble(error)
    found = certificate_finding(transport, probe, kit.clock())
    transport.abort()  # A closing word that the other side may never answer is not said.
    return found


def certificate_finding(transport: asyncio.BaseTransport, probe: Probe, now: datetime) -> Finding:
    """Say how many days the certificate of a connection still holds: "up", or "degraded"."""
    certificate = transport.get_extra_info("peercert")
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(certificate["notAfter"]), UTC)
    days = (ends - now).days
    says = f"certificate holds {counted(days, 'more day')}"
    return degraded(says) if days < probe.certificate_days else up(says)
