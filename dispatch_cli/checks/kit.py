"""What all looks of a round share: names, the clock, the certificates trusted."""

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
from .guard import RefusedError, open_socket
from .host_names import Names, known_addresses
from .stopwatch import watch
from .stragglers import Stragglers

Place = tuple[socket.AddressFamily, socket.SocketKind, int, str, tuple[str, int]]
"""Where to connect to, in the form of ``getaddrinfo``."""

_Protocol = TypeVar("_Protocol", bound=asyncio.BaseProtocol)
_LONGEST_HANDSHAKE_S = 3600.0  # A look's own limit comes first; asyncio wants one.
_TRY_NEXT_ADDRESS_S = 0.25  # RFC 8305, section 8


class Kit:
    """The tools of one round."""

    def __init__(
        self, names: Names, clock: Callable[[], datetime], settings: CheckSettings
    ) -> None:
        self.names = names
        self.clock = clock
        self.settings = settings
        self.stragglers = Stragglers()

    def prepare(self, probes: Iterable[Probe]) -> None:
        """Load what takes long before the round's clock runs, so that no look is late for it."""
        if any(
            CHECK_KINDS[probe.kind].is_secure or probe.url.startswith("https:") for probe in probes
        ):
            self.certificates  # noqa: B018 - loaded by being asked for

    @cached_property
    def certificates(self) -> ssl.SSLContext:
        """The system's trusted certificates, loaded once and only if something speaks TLS."""
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
        """Connect to a host over TCP or TLS and speak some protocol."""
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
        """Connect to a host over TCP; a second address is tried where the first is slow.

        Raises RefusedError where every address of the host is refused.
        """
        where = await self.places(host, port, socket.SOCK_STREAM)
        refusals: list[RefusedError] = []

        def opened(place: aiohappyeyeballs.AddrInfoType) -> socket.socket:
            try:
                return open_socket(place[0], place[1], place[4][0], may_be_private=may_be_private)
            except RefusedError as error:
                refusals.append(error)
                raise

        try:
            return await aiohappyeyeballs.start_connection(
                where, happy_eyeballs_delay=_TRY_NEXT_ADDRESS_S, socket_factory=opened
            )
        except OSError:
            # Several errors come back as one without a kind.
            if len(refusals) == len(where):
                raise refusals[0] from None
            raise

    async def places(self, host: str, port: int, kind: socket.SocketKind) -> list[Place]:
        """List where a host may be reached."""
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
