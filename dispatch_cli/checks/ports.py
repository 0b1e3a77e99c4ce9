"""Looks at a port: whether it opens, and the certificate behind it."""

import asyncio
import socket
import ssl
from datetime import UTC, datetime

from ..model.check import Probe
from .faults import network_trouble
from .finding import Finding, degraded, down, up
from .kit import Kit


async def look_tcp(probe: Probe, kit: Kit) -> Finding:
    """See whether a port opens; nothing is sent."""
    try:
        opened = await _dialled(probe, kit)
    except OSError as error:
        return network_trouble(error)
    opened.close()
    return up(f"port {probe.port} open")


async def look_tls(probe: Probe, kit: Kit) -> Finding:
    """Finish a handshake and count the days that the certificate still holds.

    A certificate that is not to be trusted is "degraded": the provider itself is there.
    """
    try:
        opened = await _dialled(probe, kit)
        try:
            _, writer = await asyncio.open_connection(
                sock=opened,
                ssl=kit.certificates,
                server_hostname=probe.host.rstrip("."),
                ssl_handshake_timeout=probe.timeout_s + 1,  # The look's own limit comes first.
            )
        except BaseException:
            opened.close()
            raise
    except ConnectionError as error:
        return network_trouble(error) if error.errno else down("no TLS: connection closed")
    except OSError as error:
        return network_trouble(error)
    certificate = writer.get_extra_info("peercert")
    writer.transport.abort()  # A closing word that the other side may never answer is not said.
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(certificate["notAfter"]), UTC)
    days = (ends - kit.clock()).days
    says = f"certificate holds {days} more {'day' if days == 1 else 'days'}"
    return degraded(says) if days < probe.certificate_days else up(says)


async def _dialled(probe: Probe, kit: Kit) -> socket.socket:
    return await kit.dial(
        probe.host, probe.port, may_be_private=probe.allow_private and probe.is_trusted
    )
