"""Interpret network errors: as failures of the provider, or faults of the observer."""

import errno
import socket
import ssl

from .finding import Finding, degraded, down, unknown
from .guard import RefusedAddressError

_ROUTE = (errno.ENETUNREACH, errno.ENETDOWN, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL)
_OWN = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.EACCES, errno.EPERM)
_SAYS = {
    errno.ECONNREFUSED: "connection refused",
    errno.ECONNRESET: "connection reset",
    errno.ECONNABORTED: "connection reset",
    errno.EPIPE: "connection reset",
    errno.ETIMEDOUT: "no answer to the connection",
    errno.ENETUNREACH: "network unreachable",
    errno.ENETDOWN: "network is down",
    errno.EHOSTUNREACH: "host unreachable",
    errno.EADDRNOTAVAIL: "no local address to connect from",
}

# OpenSSL's X509_V_ERR numbers.
_CERTIFICATE = {
    9: "certificate not valid yet",
    10: "certificate expired",
    18: "certificate signed by itself",
    19: "certificate from an unknown issuer",
    20: "certificate from an unknown issuer",
    21: "certificate from an unknown issuer",
    62: "certificate for another host",
    64: "certificate for another host",
}


def network_trouble(error: OSError) -> Finding:
    """Make the finding of a network error.

    An unresolved name and a missing route are failures of the provider here, with their ``fault``;
    all checks together show whether they are faults of the observer.
    """
    if isinstance(error, RefusedAddressError):
        return unknown(str(error))
    if isinstance(error, ssl.SSLCertVerificationError):
        return degraded(_CERTIFICATE.get(error.verify_code, "certificate not trusted"))
    if isinstance(error, ssl.SSLError):
        return down("no TLS: the handshake failed")
    if isinstance(error, socket.gaierror):
        return down("name not resolved", "resolver")
    if isinstance(error, ConnectionError) and error.errno is None:
        return down("connection closed in the handshake")  # asyncio's own error has no errno
    if error.errno in _OWN:
        return unknown(f"cannot check: {errno.errorcode.get(error.errno, '')}", "internal")
    says = _SAYS.get(error.errno or 0, "no connection")
    return down(says, "route" if error.errno in _ROUTE else "")


def overdue(phase: str, timeout_s: float) -> Finding:
    """Make the finding of a time-out in a phase of a check."""
    within = f"within {timeout_s:g} s"
    if phase == "resolve":
        return down(f"name not resolved {within}", "resolver")
    if phase == "run":
        return unknown(f"the command did not end {within}")
    if phase == "body":
        return degraded(f"began to answer and did not end {within}")
    what = {
        "connect": "no connection",
        "tls": "TLS handshake not finished",
        "provisional": "only provisional answers",
    }
    return down(f"{what.get(phase, 'no answer')} {within}")
