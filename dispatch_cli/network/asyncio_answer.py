"""An HTTP answer that asyncio receives, read with the limits of ``answer``."""

import asyncio
from collections.abc import Mapping
from typing import Any

from .answer_reader import AnswerError, AnswerLimits, AnswerReader, broken_off

LIMITS = AnswerLimits()


class ReceivedAnswer(asyncio.Protocol):
    """An answer while it is received; ``head`` and ``body`` complete one after the other.

    The connection is cut at the limits of bytes and processor time. Both futures fail with
    AnswerError or OSError.
    """

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.head: asyncio.Future[int] = loop.create_future()
        self.body: asyncio.Future[bytes] = loop.create_future()
        self._reader = AnswerReader(LIMITS)
        self._transport: asyncio.Transport | None = None

    @property
    def fields(self) -> Mapping[str, str]:
        """The headers by their names in lower case."""
        return self._reader.fields

    @property
    def transport(self) -> asyncio.BaseTransport | None:
        """The connection that the answer comes over."""
        return self._transport

    @property
    def received_body(self) -> bytes:
        """The body as far as it was read, decompressed."""
        return self._reader.received_body

    def close(self) -> None:
        """Cut the connection."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport if isinstance(transport, asyncio.Transport) else None

    def data_received(self, data: bytes) -> None:
        if self.body.done():  # data behind a complete body, or of a refused one
            return
        try:
            self._reader.feed(data)
        except AnswerError as error:
            self._complete()
            self._fail(error)
        else:
            self._complete()

    def connection_lost(self, exc: Exception | None) -> None:
        if exc is not None:
            self._fail(exc if isinstance(exc, OSError) else broken_off())
            return
        try:
            self._reader.end()
        except AnswerError as error:
            self._fail(error)
        else:
            self._complete()

    def _complete(self) -> None:
        """Complete the futures as far as the answer was read."""
        if self._reader.status and not self.head.done():
            self.head.set_result(self._reader.status)
        if self._reader.body is not None and not self.body.done():
            self.body.set_result(self._reader.body)

    def _fail(self, error: Exception) -> None:
        for each in (self.head, self.body):
            if not each.done():
                _fail_quietly(each, error)
        self.close()


def _fail_quietly(future: "asyncio.Future[Any]", error: Exception) -> None:
    future.set_exception(error)
    future.exception()  # Marks the error as retrieved, so that asyncio does not log it.
