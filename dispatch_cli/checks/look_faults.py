"""Interpret network errors: as failures of the provider, or faults of the observer."""

import errno
import socket
import ssl

from ..messages import Message
from .finding import Finding, degraded, down, unknown
from .guard import RefusedAddressError

_ROUTE = (errno.ENETUNREACH, errno.ENETDOWN, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL)
_OWN = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.EACCES, errno.EPERM)
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


def network_trouble(error: OSError) -> Finding:
    """Make the finding of a network error.

    An unresolved name and a missing route are failures of the provider here, with their ``fault``;
    all checks together show whether they are faults of the observer.
    """
    if isinstance(error, RefusedAddressError):
        return unknown(error.sentence)
    if isinstance(error, ssl.SSLCertVerificationError):
        return degraded(_CERTIFICATE.get(error.verify_code, Message("certificate not trusted")))
    if isinstance(error, ssl.SSLError):
        return down(Message("no TLS: the handshake failed"))
    if isinstance(error, socket.gaierror):
        return down(Message("name not resolved"), "resolver")
    if isinstance(error, ConnectionError) and error.errno is None:
        # asyncio's own error has no errno.
        return down(Message("connection closed in the handshake"))
    if error.errno in _OWN:
        name = errno.errorcode.get(error.errno, "")
        return unknown(Message("cannot check: {error}", error=name), "internal")
    says = _SAYS.get(error.errno or 0, Message("no connection"))
    return down(says, "route" if error.errno in _ROUTE else "")


def overdue(phase: str, timeout_s: float) -> Finding:
    """Make the finding of a time-out in a phase of a check."""
    match phase:
        case "resolve":
            text = "name not resolved within {timeout_s:g} s"
        case "run":
            text = "the command did not end within {timeout_s:g} s"
        case "body":
            text = "began to answer and did not end within {timeout_s:g} s"
        case "connect":
            text = "no connection within {timeout_s:g} s"
        case "tls":
            text = "TLS handshake not finished within {timeout_s:g} s"
        case "provisional":
            text = "only provisional answers within {timeout_s:g} s"
        case _:
            text = "no answer within {timeout_s:g} s"
    why = Message(text, timeout_s=timeout_s)
    finding = {"run": unknown, "body": degraded}.get(phase, down)
    return down(why, "resolver") if phase == "resolve" else finding(why)
