"""What all looks of a round share: names, the clock, HTTP sessions, the certificates trusted."""

import socket
import ssl
from collections.abc import Callable, Container
from datetime import datetime
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any

import aiohappyeyeballs

from ..model.check import CheckKind, CheckSettings
from .guard import open_socket
from .names import Names, known_addresses
from .stopwatch import Stopwatch, watch

if TYPE_CHECKING:
    from aiohttp import ClientSession

Place = tuple[socket.AddressFamily, socket.SocketKind, int, str, tuple[str, int]]
"""Where to connect to, in the form of ``getaddrinfo``."""

_TRY_NEXT_ADDRESS_S = 0.25  # RFC 8305, section 8


class Kit:
    """The tools of one round; ``close`` it in the end."""

    def __init__(
        self, names: Names, clock: Callable[[], datetime], settings: CheckSettings
    ) -> None:
        self.names = names
        self.clock = clock
        self.settings = settings
        self._sessions: dict[bool, ClientSession] = {}

    def prepare(self, kinds: Container[CheckKind]) -> None:
        """Load what takes long before the round's clock runs, so that no look is late for it."""
        if "http" in kinds:
            import_module(f"{__package__}.client")
        if "http" in kinds or "tls" in kinds:
            self.certificates  # noqa: B018 - loaded by being asked for

    def session(self, *, may_be_private: bool) -> "ClientSession":
        """The HTTP client, which opens its sockets through the guard."""
        if may_be_private not in self._sessions:
            from .client import new_session

            self._sessions[may_be_private] = new_session(
                self.names, self.certificates, may_be_private=may_be_private
            )
        return self._sessions[may_be_private]

    @cached_property
    def certificates(self) -> ssl.SSLContext:
        """The system's trusted certificates, loaded once and only if something speaks TLS."""
        context = _TimedContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_default_certs()
        context.set_alpn_protocols(["http/1.1"])
        return context

    async def dial(self, host: str, port: int, *, may_be_private: bool) -> socket.socket:
        """Connect to a host over TCP; a second address is tried where the first is slow."""
        where = await self.places(host, port, socket.SOCK_STREAM)
        return await aiohappyeyeballs.start_connection(
            where,
            happy_eyeballs_delay=_TRY_NEXT_ADDRESS_S,
            socket_factory=lambda place: open_socket(
                place[0], place[1], place[4][0], may_be_private=may_be_private
            ),
        )

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

    async def close(self) -> None:
        """Close whatever is open."""
        for session in self._sessions.values():
            await session.close()


class _TimedContext(ssl.SSLContext):
    """Tells the stopwatch when the handshake begins, which no HTTP client does."""

    def wrap_bio(self, *args: Any, **named: Any) -> ssl.SSLObject:
        timer: Stopwatch | None = watch.get(None)
        if timer is not None:
            timer.begin("tls")
        return super().wrap_bio(*args, **named)
