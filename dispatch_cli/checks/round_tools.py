"""Share resolver, clock, certificates and connections among the checks of a round."""

import asyncio
import socket
import ssl
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cached_property
from typing import TypeVar

import aiohappyeyeballs

from ..model.check import CheckSettings, Probe
from ..model.check_kinds import CHECK_KINDS
from ..network.guard import RefusedAddressError, open_socket
from ..network.host_names import Resolver, known_addresses
from .stopwatch import watch
from .stragglers import Stragglers

Place = tuple[socket.AddressFamily, socket.SocketKind, int, str, tuple[str, int]]
"""A socket address in the form of ``getaddrinfo``."""

_Protocol = TypeVar("_Protocol", bound=asyncio.BaseProtocol)
_LONGEST_HANDSHAKE_S = 3600.0  # asyncio needs a limit; the time-out of the check comes first.
_TRY_NEXT_ADDRESS_S = 0.25  # RFC 8305, section 8


class RoundTools:
    """The resolver, clock, certificates and connections of one round."""

    def __init__(
        self, names: Resolver, clock: Callable[[], datetime], settings: CheckSettings
    ) -> None:
        self.names = names
        self.clock = clock
        self.settings = settings
        self.stragglers = Stragglers()

    def prepare(self, probes: Iterable[Probe]) -> None:
        """Load the certificates before the round begins, so that they delay no check."""
        if any(
            CHECK_KINDS[probe.kind].is_secure or probe.url.startswith("https:") for probe in probes
        ):
            self.certificates  # noqa: B018 - loads and caches them

    @cached_property
    def certificates(self) -> ssl.SSLContext:
        """The system's trusted certificates, loaded once and only if a check uses TLS."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_default_certs()
        context.set_alpn_protocols(["http/1.1"])
        return context

    async def connect(
        self,
        speaks: Callable[[], _Protocol],
        host: str,
        port: int,
        *,
        is_secure: bool,
        may_be_private: bool,
    ) -> tuple[asyncio.Transport, _Protocol]:
        """Connect to a host over TCP or TLS with a protocol."""
        opened = await self.dial(host, port, may_be_private=may_be_private)
        loop = asyncio.get_running_loop()
        try:
            if not is_secure:
                return await loop.create_connection(speaks, sock=opened)
            watch.get().begin("tls")
            return await loop.create_connection(
                speaks,
                sock=opened,
                ssl=self.certificates,
                server_hostname=host.partition("%")[0].rstrip("."),
                ssl_handshake_timeout=_LONGEST_HANDSHAKE_S,
            )
        except BaseException:
            opened.close()
            raise

    async def dial(self, host: str, port: int, *, may_be_private: bool) -> socket.socket:
        """Connect to a host over TCP; if the first address is slow, the next one is tried as well.

        Raises RefusedAddressError if every address of the host is refused.
        """
        where = await self.places(host, port, socket.SOCK_STREAM)
        refusals: list[RefusedAddressError] = []

        def opened(place: aiohappyeyeballs.AddrInfoType) -> socket.socket:
            try:
                return open_socket(place[0], place[1], place[4][0], may_be_private=may_be_private)
            except RefusedAddressError as error:
                refusals.append(error)
                raise

        try:
            return await aiohappyeyeballs.start_connection(
                where, happy_eyeballs_delay=_TRY_NEXT_ADDRESS_S, socket_factory=opened
            )
        except OSError:
            # Several errors are raised as one OSError.
            if len(refusals) == len(where):
                raise refusals[0] from None
            raise

    async def places(self, host: str, port: int, kind: socket.SocketKind) -> list[Place]:
        """List the socket addresses of a host."""
        watch.get().begin("resolve")
        addresses = await known_addresses(self.names, host)
        watch.get().begin("connect")
        return [
            (
                socket.AF_INET6 if ":" in address else socket.AF_INET,
                kind,
                0,
                "",
                (address, port),
            )
            for address in addresses
        ]
