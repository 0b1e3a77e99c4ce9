"""The HTTP client: aiohttp, with its sockets opened through the guard and its limits drawn in."""

import socket
import ssl
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from .. import __version__
from .guard import kind_refused, open_socket, refused
from .names import Names, known_addresses
from .stopwatch import watch

if TYPE_CHECKING:
    from aiohappyeyeballs import AddrInfoType

MOST_HEADERS = 100
LONGEST_HEADER = 8190


def new_session(
    names: Names, certificates: ssl.SSLContext, *, may_be_private: bool
) -> aiohttp.ClientSession:
    """Make a session that keeps no cookies and no connections and reads no proxy from outside.

    Redirects, time-outs and encodings are the caller's.
    """

    def vetted(place: "AddrInfoType") -> socket.socket:
        watch.get().begin("connect")
        return open_socket(place[0], place[1], place[4][0], may_be_private=may_be_private)

    timer = aiohttp.TraceConfig()
    timer.on_connection_create_end.append(_connected)
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            limit=0,  # The round itself bounds how many run at once.
            force_close=True,
            use_dns_cache=False,
            resolver=_Resolver(names, may_be_private),
            socket_factory=vetted,
            ssl=certificates,
        ),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),
        headers={"User-Agent": f"dispatch/{__version__}", "Accept-Encoding": "identity"},
        auto_decompress=False,
        trust_env=False,
        max_line_size=LONGEST_HEADER,
        max_field_size=LONGEST_HEADER,
        max_headers=MOST_HEADERS,
        trace_configs=[timer],
    )


async def _connected(*_: Any) -> None:
    watch.get().begin("answer")


class _Resolver(AbstractResolver):
    """Hands the client the addresses that may be used; the guard looks again at the socket."""

    def __init__(self, names: Names, may_be_private: bool) -> None:
        self._names = names
        self._may_be_private = may_be_private

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        addresses = await known_addresses(self._names, host)
        usable = [each for each in addresses if self._may_be_private or not kind_refused(each)]
        if not usable:
            raise refused(addresses[0], kind_refused(addresses[0]))
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in usable
        ]

    async def close(self) -> None:
        """Close nothing: the names belong to the round."""
