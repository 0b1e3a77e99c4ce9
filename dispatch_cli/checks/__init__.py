"""One look at each provider over the network: what answers, what it says, how long it took.

``look_at`` is one round of looks, ``ping`` tells a heartbeat address that a round began or ended.
Nothing here imports asyncio or an HTTP client before one of them is called.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .heartbeat import Ping, ping
    from .host_names import Names
    from .round import Round, look_at

_HOMES = {
    "Names": "host_names",
    "Ping": "heartbeat",
    "Round": "round",
    "look_at": "round",
    "ping": "heartbeat",
}

__all__ = ["Names", "Ping", "Round", "look_at", "ping"]


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
