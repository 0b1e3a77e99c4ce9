"""Send one HTTP request over a plain socket and wait for the answer, until a fixed moment."""

import socket
from collections.abc import Mapping
from contextlib import suppress
from ipaddress import ip_address
from threading import Thread
from time import monotonic

from msgspec import Struct

from ..messages import Message
from .address import Address
from .answer_reader import AnswerError, AnswerLimits, AnswerReader
from .connection_faults import connection_fault, tls_fault
from .guard import RefusedAddressError, open_socket
from .http_request import HttpRequest

_READ_AT_ONCE = 64 * 1024


class CallError(Exception):
    """A request without an answer; ``why`` is the sentence for it."""

    def __init__(self, why: Message) -> None:
        super().__init__(str(why))
        self.why = why


class HttpAnswer(Struct, frozen=True):
    """A whole answer; ``fields`` are its headers by their names in lower case."""

    status: int
    fields: Mapping[str, str]
    body: bytes


def call(
    request: HttpRequest, *, until: float, may_be_private: bool, limits: AnswerLimits
) -> HttpAnswer:
    """Send a request and read the answer by a moment of the monotonic clock; raises CallError.

    Redirects are answers; nothing is followed.
    """
    address = request.address
    try:
        with _connected(address, until, may_be_private=may_be_private) as opened:
            opened.settimeout(_left_s(until))
            opened.sendall(request.content)
            return _read(opened, until, limits)
    except RefusedAddressError as error:
        raise CallError(error.what) from None
    except TimeoutError:
        raise CallError(Message("no answer in time")) from None
    except AnswerError as error:
        raise CallError(error.why) from None
    except OSError as error:
        is_tls = type(error).__module__ == "ssl"  # without its import, which takes 15 ms
        words = tls_fault(error) if is_tls else connection_fault(error)  # type: ignore[arg-type]
        raise CallError(words) from None


def _read(opened: socket.socket, until: float, limits: AnswerLimits) -> HttpAnswer:
    reader = AnswerReader(limits)
    while reader.body is None:
        opened.settimeout(_left_s(until))
        data = opened.recv(_READ_AT_ONCE)
        if data:
            reader.feed(data)
        else:
            reader.end()
    return HttpAnswer(reader.status, reader.fields, reader.body)


def _left_s(until: float) -> float:
    left_s = until - monotonic()
    if left_s <= 0:
        raise TimeoutError
    return left_s


def _connected(address: Address, until: float, *, may_be_private: bool) -> socket.socket:
    """Connect to the first address of the host that answers; raises OSError, CallError."""
    numbers = _numeric(address.host, until)
    failure: OSError = socket.gaierror(socket.EAI_NONAME, "no address")
    for tried, number in enumerate(numbers):
        family = socket.AF_INET6 if ":" in number else socket.AF_INET
        try:
            opened = open_socket(family, socket.SOCK_STREAM, number, may_be_private=may_be_private)
        except RefusedAddressError as error:
            failure = error
            continue
        try:
            # An address that does not answer leaves time for the next one.
            opened.settimeout(_left_s(until) / (len(numbers) - tried))
            opened.connect((number, address.port))
            return _secured(opened, address, until) if address.scheme == "https" else opened
        except OSError as error:
            opened.close()
            failure = error
    raise failure


def _secured(opened: socket.socket, address: Address, until: float) -> socket.socket:
    import ssl

    context = ssl.create_default_context()
    opened.settimeout(_left_s(until))
    name = address.host.partition("%")[0].rstrip(".")
    return context.wrap_socket(opened, server_hostname=name)


def _numeric(host: str, until: float) -> list[str]:
    """Resolve a name in a thread, because the system's resolver has no time-out."""
    with suppress(ValueError):
        ip_address(host.partition("%")[0])
        return [host]
    found: list[str] = []
    errors: list[OSError] = []

    def look_up() -> None:
        try:
            addresses = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except OSError as error:
            errors.append(error)
        except ValueError as error:  # an invalid name: too long, empty, with NUL
            errors.append(socket.gaierror(socket.EAI_NONAME, str(error)))
        else:
            found.extend(dict.fromkeys(str(each[4][0]) for each in addresses))

    thread = Thread(target=look_up, name="dispatch-name", daemon=True)
    thread.start()
    thread.join(_left_s(until))
    if errors:
        raise errors[0]
    if not found:
        raise CallError(Message("name not resolved in time"))
    return found
