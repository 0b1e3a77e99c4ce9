"""Interpret network errors: as failures of the provider, or faults of the observer."""

import errno
import socket
import ssl

from ..messages import Message
from ..network.connection_faults import connection_fault, tls_fault
from ..network.guard import RefusedAddressError
from .finding import Finding, degraded, down, unknown

_ROUTE = (errno.ENETUNREACH, errno.ENETDOWN, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL)
_OWN = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.EACCES, errno.EPERM)


def network_trouble(error: OSError) -> Finding:
    """Make the finding of a network error.

    An unresolved name and a missing route are failures of the provider here, with their ``fault``;
    all checks together show whether they are faults of the observer.
    """
    if isinstance(error, RefusedAddressError):
        return unknown(refusal_of(error))
    if isinstance(error, ssl.SSLCertVerificationError):
        return degraded(tls_fault(error))
    if isinstance(error, ssl.SSLError):
        return down(tls_fault(error))
    if isinstance(error, socket.gaierror):
        return down(connection_fault(error), "resolver")
    if error.errno in _OWN:
        name = errno.errorcode.get(error.errno, "")
        return unknown(Message("cannot check: {error}", error=name), "internal")
    return down(connection_fault(error), "route" if error.errno in _ROUTE else "")


def refusal_of(error: RefusedAddressError) -> Message:
    """Word a refused address, with the setting of the check that would allow it."""
    return Message("{refusal} (allow_private = true would allow it)", refusal=error.what)


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
