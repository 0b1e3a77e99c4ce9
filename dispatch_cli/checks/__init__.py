"""Check each provider once over the network: whether it answers, what, and how fast.

``look_at`` runs one round of checks, ``ping`` tells a heartbeat address that a round began or
ended. asyncio and HTTP are imported only when one of them is called.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..network.host_names import Resolver
    from .heartbeat import PingResult, ping
    from .round import RoundResult, look_at

_HOMES = {
    "Resolver": "..network.host_names",
    "PingResult": ".heartbeat",
    "RoundResult": ".round",
    "look_at": ".round",
    "ping": ".heartbeat",
}

__all__ = ["PingResult", "Resolver", "RoundResult", "look_at", "ping"]


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name], __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
