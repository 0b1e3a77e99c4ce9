"""Check a name: whether it resolves, and whether to an address of the file."""

from ..messages import Message
from ..model.check import Probe
from ..network.host_names import known_addresses
from .finding import Finding, degraded, short, up
from .look_faults import network_trouble
from .round_tools import RoundTools
from .stopwatch import watch


async def look_dns(probe: Probe, tools: RoundTools) -> Finding:
    """Resolve a name with the resolver of the system; no packet is sent to its addresses.

    Another address than those of ``addresses`` is "degraded": the name is served, but points
    elsewhere.
    """
    watch.get().begin("resolve")
    try:
        found = await known_addresses(tools.names, probe.host)
    except OSError as error:
        return network_trouble(error)
    watch.get().begin("")
    shown = short(", ".join(found))
    if probe.addresses and not set(found) & set(probe.addresses):
        return degraded(Message("resolves to {addresses}: not as expected", addresses=shown))
    return up(Message("resolves to {addresses}", addresses=shown))
