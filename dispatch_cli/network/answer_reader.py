"""Read one HTTP answer from bytes, with limits on bytes and processor time.

httptools parses (llhttp, the parser of Node.js). Nothing here opens a connection: checks feed the
reader from asyncio, travel engines from a plain socket, which imports in a tenth of the time.
"""

import zlib
from time import thread_time

import httptools
from msgspec import Struct

from ..messages import Message

MOST_HEAD = 32 * 1024
_SLICE = 16 * 1024
"""The processor time is compared after each slice, since decompression cannot be interrupted."""
_PACKED = ("gzip", "x-gzip", "deflate")


class AnswerLimits(Struct, frozen=True):
    """The limits of one answer: bytes of the body, compressed and decompressed, and seconds.

    A compressed body of 256 KiB takes 1 ms; a stream of empty deflate blocks or of chunks of one
    byte stays below the limit of bytes and can take 70 ms.
    """

    most_bytes: int = 256 * 1024
    most_cpu_s: float = 0.02


class AnswerError(Exception):
    """An invalid answer. ``is_silent``: there was none; ``is_body``: its head was valid."""

    def __init__(self, why: Message, *, is_silent: bool = False, is_body: bool = False) -> None:
        super().__init__(str(why))
        self.why = why
        self.is_silent = is_silent
        self.is_body = is_body


class AnswerReader:
    """An answer while it is read; ``status`` and ``body`` complete one after the other.

    ``status`` is 0, and ``body`` None, until they are complete.
    """

    def __init__(self, limits: AnswerLimits) -> None:
        self.status = 0
        self.fields: dict[str, str] = {}
        self.body: bytes | None = None
        self._limits = limits
        self._parser = httptools.HttpResponseParser(self)
        self._unpack: zlib._Decompress | None = None
        self._has_packed = False
        self._kept = bytearray()
        self._received = 0
        self._cpu_s = 0.0

    @property
    def received_body(self) -> bytes:
        """The body as far as it was read, decompressed."""
        return bytes(self._kept)

    def feed(self, data: bytes) -> None:
        """Read bytes of the answer; raises AnswerError. Bytes behind a whole answer are ignored."""
        for start in range(0, len(data), _SLICE):
            if self.body is not None:
                return
            begun = thread_time()
            self._read(data[start : start + _SLICE])
            self._cpu_s += thread_time() - begun
            if self._cpu_s > self._limits.most_cpu_s:
                text = "takes too much processor time to read"
                raise AnswerError(Message(text), is_body=True)

    def end(self) -> None:
        """End the answer with its connection; raises AnswerError if it is not complete."""
        if self.body is not None:
            return
        if not self.status:
            raise AnswerError(Message("connection closed without an answer"), is_silent=True)
        if "content-length" in self.fields or "transfer-encoding" in self.fields:
            raise broken_off()
        self.on_message_complete()  # A body may end with the connection, RFC 9112, 6.3.

    def _read(self, data: bytes) -> None:
        self._received += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            cause = error.__context__
            if isinstance(cause, AnswerError):
                raise cause from None
            raise _no_http(Message("cannot be read")) from None
        if not self.status and self._received > MOST_HEAD:
            raise _no_http(Message("header over {most_kib} KiB", most_kib=MOST_HEAD // 1024))
        if self.status and self._received > MOST_HEAD + self._limits.most_bytes:
            raise self._too_long()

    def _too_long(self) -> AnswerError:
        most_kib = self._limits.most_bytes // 1024
        return AnswerError(Message("more than {most_kib} KiB", most_kib=most_kib), is_body=True)

    # Callbacks of httptools.

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header field; of several with one name, the first."""
        self.fields.setdefault(name.decode("latin-1").lower(), value.decode("latin-1"))

    def on_headers_complete(self) -> None:
        """Keep the status; raises AnswerError for an encoding that cannot be read."""
        status = self._parser.get_status_code()
        if status < 200:  # Provisional: the answer is still to come.
            self.fields.clear()
            return
        if self.status:
            return
        self.status = status
        encoding = self.fields.get("content-encoding", "identity").strip().lower()
        if encoding in _PACKED:
            self._unpack = zlib.decompressobj(zlib.MAX_WBITS | 32)
        elif encoding != "identity":
            text = 'unexpected Content-Encoding "{encoding}"'
            raise AnswerError(Message(text, encoding=encoding))

    def on_body(self, body: bytes) -> None:
        """Keep a part of the body, unpacked; raises AnswerError for too much or broken data."""
        if self.body is not None:
            return
        room = self._limits.most_bytes + 1 - len(self._kept)
        try:
            if self._unpack is None:
                self._kept += body
            elif not self._unpack.eof:  # else zlib would keep, and copy, all data behind the end
                self._has_packed = True
                self._kept += self._unpack.decompress(body, room)
        except zlib.error:
            raise AnswerError(Message("cannot be decompressed"), is_body=True) from None
        if len(self._kept) > self._limits.most_bytes:
            raise self._too_long()

    def on_message_complete(self) -> None:
        """Keep the whole body; raises AnswerError if packed data ends too early."""
        if not self.status or self.body is not None:
            return
        if self._unpack is not None and self._has_packed and not self._unpack.eof:
            raise AnswerError(Message("the compressed body is incomplete"), is_body=True)
        self.body = bytes(self._kept)


def broken_off() -> AnswerError:
    """Make the error of an answer whose connection ended too early."""
    return AnswerError(Message("the answer broke off"))


def _no_http(why: Message) -> AnswerError:
    return AnswerError(Message("answers, but not HTTP: {why}", why=why))
