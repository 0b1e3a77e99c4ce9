"""Word network errors."""

import errno
import socket
from typing import TYPE_CHECKING

from ..messages import Message

if TYPE_CHECKING:
    import ssl

_SAYS = {
    errno.ECONNREFUSED: Message("connection refused"),
    errno.ECONNRESET: Message("connection reset"),
    errno.ECONNABORTED: Message("connection reset"),
    errno.EPIPE: Message("connection reset"),
    errno.ETIMEDOUT: Message("no answer to the connection"),
    errno.ENETUNREACH: Message("network unreachable"),
    errno.ENETDOWN: Message("network is down"),
    errno.EHOSTUNREACH: Message("host unreachable"),
    errno.EADDRNOTAVAIL: Message("no local address to connect from"),
}

# OpenSSL's X509_V_ERR numbers.
_CERTIFICATE = {
    9: Message("certificate not valid yet"),
    10: Message("certificate expired"),
    18: Message("certificate signed by itself"),
    19: Message("certificate from an unknown issuer"),
    20: Message("certificate from an unknown issuer"),
    21: Message("certificate from an unknown issuer"),
    62: Message("certificate for another host"),
    64: Message("certificate for another host"),
}


def connection_fault(error: OSError) -> Message:
    """Word the error of a name or a connection without TLS."""
    if isinstance(error, socket.gaierror):
        return Message("name not resolved")
    if isinstance(error, ConnectionError) and error.errno is None:
        # asyncio's own error has no errno.
        return Message("connection closed in the handshake")
    return _SAYS.get(error.errno or 0, Message("no connection"))


def tls_fault(error: "ssl.SSLError") -> Message:
    """Word the error of a TLS handshake."""
    if hasattr(error, "verify_code"):
        return _CERTIFICATE.get(error.verify_code, Message("certificate not trusted"))
    return Message("no TLS: the handshake failed")
