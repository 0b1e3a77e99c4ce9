"""Send one HTTP request and read its answer, with limits on bytes and processor time.

asyncio makes the connection, httptools parses (llhttp, the parser of Node.js). A check takes half
of the processor time of aiohttp, whose pools, cookies and sessions it does not need.
"""

import asyncio
import zlib
from time import thread_time
from typing import Any

import httptools

from .. import __version__
from ..messages import Message
from .address import Address
from .finding import Finding, degraded, down, short_sentence
from .round_tools import RoundTools
from .stopwatch import watch

MOST_BYTES = 256 * 1024
"""Limit of a body, compressed and decompressed."""
MOST_HEAD = 32 * 1024
MOST_CPU_S = 0.02
"""Limit of the processor time for one answer. A compressed body of 256 KiB takes 1 ms; a stream of
empty deflate blocks or of chunks of one byte stays below the limit of bytes and can take 70 ms,
during which all other checks of the round wait."""
_SLICE = 16 * 1024
"""The processor time is compared after each slice, since decompression cannot be interrupted."""
_PACKED = ("gzip", "x-gzip", "deflate")


class ExchangeError(Exception):
    """An invalid answer, with the finding that follows from it."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(str(finding.why))
        self.finding = finding


class HttpAnswer(asyncio.Protocol):
    """An answer while it is received; ``head`` and ``body`` complete one after the other.

    The connection is cut at the limits of bytes and processor time.
    """

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.head: asyncio.Future[int] = loop.create_future()
        self.body: asyncio.Future[bytes] = loop.create_future()
        self.fields: dict[str, str] = {}
        self._parser = httptools.HttpResponseParser(self)
        self._transport: asyncio.Transport | None = None
        self._unpack: zlib._Decompress | None = None
        self._kept = bytearray()
        self._received = 0
        self._cpu_s = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport if isinstance(transport, asyncio.Transport) else None

    def data_received(self, data: bytes) -> None:
        for start in range(0, len(data), _SLICE):
            if self.body.done():  # data behind a complete body, or of a refused one
                break
            begun = thread_time()
            self._read(data[start : start + _SLICE])
            self._cpu_s += thread_time() - begun
            if self._cpu_s > MOST_CPU_S:
                self._fail(_too_slow())

    def _read(self, data: bytes) -> None:
        self._received += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            cause = error.__context__
            self._fail(
                cause if isinstance(cause, ExchangeError) else _no_http(Message("cannot be read"))
            )
        if not self.head.done() and self._received > MOST_HEAD:
            over = Message("header over {most_kib} KiB", most_kib=MOST_HEAD // 1024)
            self._fail(_no_http(over))
        elif self.head.done() and self._received > MOST_HEAD + MOST_BYTES:
            self._fail(_too_long())

    def connection_lost(self, exc: Exception | None) -> None:
        if exc is not None:
            self._fail(exc if isinstance(exc, OSError) else _broken_off())
        elif not self.head.done():
            self._fail(ExchangeError(down(Message("connection closed without an answer"))))
        elif "content-length" in self.fields or "transfer-encoding" in self.fields:
            self._fail(_broken_off())
        else:
            self.on_message_complete()  # A body may end with the connection, RFC 9112, 6.3.

    @property
    def transport(self) -> asyncio.BaseTransport | None:
        """The connection that the answer comes over."""
        return self._transport

    @property
    def received_body(self) -> bytes:
        """The body as far as it was read, decompressed."""
        return bytes(self._kept)

    def close(self) -> None:
        """Cut the connection."""
        if self._transport is not None:
            self._transport.abort()

    def _fail(self, error: Exception) -> None:
        for each in (self.head, self.body):
            if not each.done():
                _fail_quietly(each, error)
        self.close()

    # Callbacks of httptools.

    def on_header(self, name: bytes, value: bytes) -> None:
        self.fields.setdefault(name.decode("latin-1").lower(), value.decode("latin-1"))

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if status < 200:  # Provisional: the answer is still to come.
            self.fields.clear()
            return
        if self.head.done():
            return
        self.head.set_result(status)
        encoding = self.fields.get("content-encoding", "identity").strip().lower()
        if encoding in _PACKED:
            self._unpack = zlib.decompressobj(zlib.MAX_WBITS | 32)
        elif encoding != "identity":
            text = 'unexpected Content-Encoding "{encoding}"'
            why = short_sentence(Message(text, encoding=encoding))
            _fail_quietly(self.body, ExchangeError(degraded(why)))

    def on_body(self, body: bytes) -> None:
        if self.body.done():
            return
        room = MOST_BYTES + 1 - len(self._kept)
        try:
            if self._unpack is None:
                self._kept += body
            elif not self._unpack.eof:  # zlib would keep, and copy, all data behind the end
                self._kept += self._unpack.decompress(body, room)
        except zlib.error:
            raise ExchangeError(degraded(Message("no feed: cannot be decompressed"))) from None
        if len(self._kept) > MOST_BYTES:
            raise _too_long()

    def on_message_complete(self) -> None:
        if self.head.done() and not self.body.done():
            self.body.set_result(bytes(self._kept))


async def asked(
    tools: RoundTools, address: Address, headers: dict[str, str], *, may_be_private: bool
) -> HttpAnswer:
    """Connect through the guard and send a request; raises OSError."""
    lines = (
        f"GET {address.target} HTTP/1.1",
        f"Host: {address.authority}",
        f"User-Agent: dispatch/{__version__}",
        "Accept-Encoding: identity",
        "Connection: close",
        *(f"{name}: {value}" for name, value in headers.items()),
    )
    transport, answer = await tools.connect(
        HttpAnswer,
        address.host,
        address.port,
        is_secure=address.scheme == "https",
        may_be_private=may_be_private,
    )
    watch.get().begin("answer")
    transport.write("\r\n".join((*lines, "", "")).encode("ascii"))
    return answer


def _fail_quietly(future: "asyncio.Future[Any]", error: Exception) -> None:
    future.set_exception(error)
    future.exception()  # Marks the error as retrieved, so that asyncio does not log it.


def _no_http(why: Message) -> ExchangeError:
    return ExchangeError(degraded(Message("answers, but not HTTP: {why}", why=why)))


def _broken_off() -> ExchangeError:
    return ExchangeError(degraded(Message("the answer broke off")))


def _too_slow() -> ExchangeError:
    return ExchangeError(degraded(Message("no feed: takes too much processor time to read")))


def _too_long() -> ExchangeError:
    text = "no feed: more than {most_kib} KiB"
    return ExchangeError(degraded(Message(text, most_kib=MOST_BYTES // 1024)))
