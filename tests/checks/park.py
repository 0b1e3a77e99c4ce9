"""Hostile servers on loopback, each on its own port, in one thread."""

import asyncio
import socket
import ssl
import struct
import zlib
from collections.abc import Awaitable, Callable, Coroutine
from functools import cache
from pathlib import Path
from threading import Thread
from typing import Any

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Sip = Callable[[bytes], list[bytes]]


class Park:
    """Serves until it is closed; ``opened`` counts connections by address and port."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._closing: list[Callable[[], object]] = []
        self.opened: dict[tuple[str, int], int] = {}

    def serve(
        self, how: Serve, *, host: str = "127.0.0.1", port: int = 0, pem: Path | None = None
    ) -> int:
        """Serve each connection in some way; with TLS if there is a certificate."""
        context = None
        if pem:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(pem)

        async def counted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            here = writer.get_extra_info("sockname")[:2]
            self.opened[here] = self.opened.get(here, 0) + 1
            try:
                await how(reader, writer)
            except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                pass  # The client left, as clients of such servers do, or the park closes.
            finally:
                writer.transport.abort()

        server = self._do(asyncio.start_server(counted, host, port, ssl=context))
        self._closing.append(server.close)
        return server.sockets[0].getsockname()[1]

    def answer_sip(self, how: Sip) -> int:
        """Answer each UDP packet with some packets."""

        class Answers(asyncio.DatagramProtocol):
            def connection_made(self, transport: asyncio.DatagramTransport) -> None:
                self.transport = transport

            def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
                for packet in how(data):
                    self.transport.sendto(packet, addr)

        made = self._loop.create_datagram_endpoint(Answers, local_addr=("127.0.0.1", 0))
        transport, _ = self._do(made)
        self._closing.append(transport.close)
        return transport.get_extra_info("sockname")[1]

    def settle(self) -> None:
        """Wait until all connections are counted."""
        self._do(asyncio.sleep(0.1))

    def close(self) -> None:
        """End all servers."""
        self._do(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _close(self) -> None:
        for close in self._closing:
            close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _do(self, what: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(10)


def says(*parts: bytes) -> Serve:
    """Read a request's head and answer it."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for part in parts:
            writer.write(part)
            await writer.drain()
        writer.write_eof() if writer.can_write_eof() else None
        await reader.read()

    return serve


def http(body: bytes = b"", status: str = "200 OK", *headers: str) -> bytes:
    """Write an answer of HTTP."""
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join((*head, "", "")).encode("latin-1") + body


def redirects(to: str) -> Serve:
    """Redirect every request."""
    return says(http(b"", "302 Found", f"Location: {to}"))


def redirects_along(*hops: str) -> Serve:
    """Send the first request to the first hop, the next to the second, and so on."""
    locations = iter(hops)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await redirects(next(locations, hops[-1]))(reader, writer)

    return serve


async def tar_pit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Accept, and never answer."""
    while await reader.read(65_536):
        continue


def drips(start: bytes, each: bytes, pause_s: float = 0.1) -> Serve:
    """Send the same bytes again and again, slowly."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(start)
        while True:
            writer.write(each)
            await writer.drain()
            await asyncio.sleep(pause_s)

    return serve


async def shuts(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Close the connection at its first byte, politely."""
    await reader.read(65_536)
    writer.close()
    await writer.wait_closed()


async def resets(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Reset the connection after the first bytes."""
    await reader.read(65_536)
    opened: socket.socket = writer.get_extra_info("socket")
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@cache
def bomb() -> bytes:
    """Make a feed of 200 MB that is 200 kB when compressed."""
    parts = b'{"free": 1, "x": "', b" " * 1_000_000, b'"}'
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    # After a full flush a block is packed as if nothing stood before it: one serves for all.
    head, block = (packer.compress(part) + packer.flush(zlib.Z_FULL_FLUSH) for part in parts[:2])
    check, size = 0, 0
    for part in (parts[0], *[parts[1]] * 200, parts[2]):
        check, size = zlib.crc32(part, check), size + len(part)
    body = head + block * 200 + packer.compress(parts[2]) + packer.flush()
    return b"\x1f\x8b\x08" + bytes(7) + body + struct.pack("<II", check, size)


EMPTY_BLOCKS = bytes.fromhex(
    "04c081000000000090ff6b100007020000000040feaf41001c080000000000f9bf060170200000000000e4ff1a"
)
"""Four deflate blocks with a code table of their own and nothing in them (RFC 1951, 3.2.7)."""


def gzip_without_end(size: int) -> bytes:
    """Make the begin of a gzip that decompresses to no bytes and never ends."""
    head = b"\x1f\x8b\x08" + bytes(7)
    return head + EMPTY_BLOCKS * (size // len(EMPTY_BLOCKS))


def in_chunks(*parts: bytes) -> bytes:
    """Write the parts of a body as HTTP chunks, without the last one."""
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)


def echoes(status: str, *more: str) -> Sip:
    """Answer a SIP request by RFC 3261, with some status."""

    def answer(packet: bytes) -> list[bytes]:
        kept = [
            line
            for line in packet.decode().split("\r\n")
            if line.split(":")[0] in ("Via", "From", "To", "Call-ID", "CSeq")
        ]
        head = [f"SIP/2.0 {status}", *kept, *more, "Content-Length: 0", "", ""]
        return ["\r\n".join(head).encode()]

    return answer
