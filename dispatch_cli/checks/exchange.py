"""One request over HTTP and its answer, with bounds on everything that the other side decides.

The connection is asyncio's and the reading is httptools' (llhttp, which Node.js reads with). A
look costs half of aiohttp's processor time: it has no use for pools, cookies and sessions.
"""

import asyncio
import zlib
from time import thread_time
from typing import Any

import httptools

from .. import __version__
from .address import Address
from .finding import Finding, degraded, down
from .kit import Kit
from .stopwatch import watch

MOST_BYTES = 256 * 1024
"""Of a body, packed and unpacked."""
MOST_HEAD = 32 * 1024
MOST_CPU_S = 0.02
"""Processor time for reading one answer. A packed body of 256 KiB takes 1 ms; a stream of empty
deflate blocks or of chunks of one byte stays below the bound of bytes and can take 70 ms, while
all other looks of the round wait."""
_SLICE = 16 * 1024
"""The processor time is looked at after each slice, since unpacking cannot be interrupted."""
_PACKED = ("gzip", "x-gzip", "deflate")


class ExchangeError(Exception):
    """An answer that is none, and what that means, in words of our own."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.why)
        self.finding = finding


class Answer(asyncio.Protocol):
    """An answer as it comes in; ``head`` and ``body`` are waited for one after the other.

    An answer that goes beyond the bounds of bytes or of processor time is cut off.
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
            if self.body.done():  # what follows a whole body, or a refused one
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
            self._fail(cause if isinstance(cause, ExchangeError) else _no_http("cannot be read"))
        if not self.head.done() and self._received > MOST_HEAD:
            self._fail(_no_http("a header without end"))
        elif self.head.done() and self._received > MOST_HEAD + MOST_BYTES:
            self._fail(_too_long())

    def connection_lost(self, exc: Exception | None) -> None:
        if exc is not None:
            self._fail(exc if isinstance(exc, OSError) else _broken_off())
        elif not self.head.done():
            self._fail(ExchangeError(down("connection closed without an answer")))
        elif "content-length" in self.fields or "transfer-encoding" in self.fields:
            self._fail(_broken_off())
        else:
            self.on_message_complete()  # A body may end with the connection, RFC 9112, 6.3.

    @property
    def transport(self) -> asyncio.BaseTransport | None:
        """The connection that the answer comes over."""
        return self._transport

    def close(self) -> None:
        """Cut the connection, whatever still comes."""
        if self._transport is not None:
            self._transport.abort()

    def _fail(self, error: Exception) -> None:
        for each in (self.head, self.body):
            if not each.done():
                _fail_quietly(each, error)
        self.close()

    # What httptools calls.

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
        packing = self.fields.get("content-encoding", "identity").strip().lower()
        if packing in _PACKED:
            self._unpack = zlib.decompressobj(zlib.MAX_WBITS | 32)
        elif packing != "identity":
            _fail_quietly(self.body, ExchangeError(degraded("packed as was not asked for")))

    def on_body(self, body: bytes) -> None:
        if self.body.done():
            return
        room = MOST_BYTES + 1 - len(self._kept)
        try:
            if self._unpack is None:
                self._kept += body
            elif not self._unpack.eof:  # zlib would keep, and copy, all that follows the end
                self._kept += self._unpack.decompress(body, room)
        except zlib.error:
            raise ExchangeError(degraded("no feed: cannot be unpacked")) from None
        if len(self._kept) > MOST_BYTES:
            raise _too_long()

    def on_message_complete(self) -> None:
        if self.head.done() and not self.body.done():
            self.body.set_result(bytes(self._kept))


async def asked(
    kit: Kit, address: Address, headers: dict[str, str], *, may_be_private: bool
) -> Answer:
    """Connect through the guard and send a request; raises OSError."""
    lines = (
        f"GET {address.target} HTTP/1.1",
        f"Host: {address.authority}",
        f"User-Agent: dispatch/{__version__}",
        "Accept-Encoding: identity",
        "Connection: close",
        *(f"{name}: {value}" for name, value in headers.items()),
    )
    transport, answer = await kit.connect(
        Answer,
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
    future.exception()  # Whoever does not wait for it does not want its error either.


def _no_http(why: str) -> ExchangeError:
    return ExchangeError(degraded(f"answers, but not HTTP: {why}"))


def _broken_off() -> ExchangeError:
    return ExchangeError(degraded("the answer broke off"))


def _too_slow() -> ExchangeError:
    return ExchangeError(degraded("no feed: takes too much processor time to read"))


def _too_long() -> ExchangeError:
    return ExchangeError(degraded(f"no feed: more than {MOST_BYTES // 1024} KiB"))
