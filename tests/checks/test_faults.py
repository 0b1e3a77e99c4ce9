"""Each network error is a failure of the provider or a fault of the observer."""

import errno
import socket
import ssl

import pytest

from dispatch_cli.checks.finding import short
from dispatch_cli.checks.look_faults import network_trouble, overdue


def _distrust(code: int) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code = code
    return error


@pytest.mark.parametrize(
    ("error", "state", "fault"),
    [
        (OSError(errno.ECONNREFUSED, ""), "down", ""),
        (OSError(errno.ECONNRESET, ""), "down", ""),
        (TimeoutError(errno.ETIMEDOUT, ""), "down", ""),
        (OSError("Multiple exceptions"), "down", ""),
        (OSError(errno.ENETUNREACH, ""), "down", "route"),
        (OSError(errno.EHOSTUNREACH, ""), "down", "route"),
        (OSError(errno.ENETDOWN, ""), "down", "route"),
        (socket.gaierror(socket.EAI_AGAIN, ""), "down", "resolver"),
        (socket.gaierror(socket.EAI_NONAME, ""), "down", "resolver"),
        (OSError(errno.EMFILE, ""), "unknown", "internal"),
        (OSError(errno.EPERM, ""), "unknown", "internal"),
        (ssl.SSLError("wrong version"), "down", ""),
        (_distrust(10), "degraded", ""),
        (_distrust(99), "degraded", ""),
    ],
)
def test_each_error_belongs_to_server_or_observer(error: OSError, state: str, fault: str) -> None:
    """A refusal is the provider's; a missing name or route may be the observer's."""
    found = network_trouble(error)
    assert (found.state, found.fault) == (state, fault)
    assert str(found.why)


@pytest.mark.parametrize(
    ("phase", "state", "fault", "why"),
    [
        ("resolve", "down", "resolver", "name not resolved within 2.5 s"),
        ("connect", "down", "", "no connection within 2.5 s"),
        ("tls", "down", "", "TLS handshake not finished within 2.5 s"),
        ("answer", "down", "", "no answer within 2.5 s"),
        ("provisional", "down", "", "only provisional answers within 2.5 s"),
        ("body", "degraded", "", "began to answer and did not end within 2.5 s"),
        ("run", "unknown", "", "the command did not end within 2.5 s"),
    ],
)
def test_a_time_out_says_in_which_phase(phase: str, state: str, fault: str, why: str) -> None:
    """The reason of a time-out names its phase."""
    found = overdue(phase, 2.5)
    assert (found.state, found.fault, str(found.why)) == (state, fault, why)


def test_a_strangers_words_are_one_short_line() -> None:
    """A reason has at most 160 characters and no line breaks."""
    assert short(" a\n\tb ") == "a b"
    assert len(short("x" * 9_999)) == 160
