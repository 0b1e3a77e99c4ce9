"""Tell a heartbeat address that a round began or ended, so that a missing round is noticed."""

import asyncio
from datetime import UTC, datetime
from urllib.parse import urlsplit

from msgspec import Struct

from ..messages import Message
from ..model.check import CheckSettings, Probe, SecretRef
from ..network.host_names import Resolver, SystemResolver
from .finding import Finding
from .http import look_http
from .look_faults import overdue
from .round_tools import RoundTools
from .secret import UNTRUSTED, UnsendableError, secret_value
from .stopwatch import Stopwatch, watch

LIMIT_S = 10.0
_PAUSES_S = (0.3, 0.7, 1.5)


class PingResult(Struct, frozen=True):
    """Whether a heartbeat was accepted; ``why`` never has the address, which is a secret."""

    ok: bool
    why: Message | str = ""
    tries: int = 0


def ping(
    url: str | SecretRef,
    event: str = "",
    *,
    is_trusted: bool = False,
    limit_s: float = LIMIT_S,
    resolver: Resolver | None = None,
) -> PingResult:
    """Request a heartbeat address, with at most four tries within ``limit_s``.

    ``event`` is added to its path, such as "start" or an exit code. Never raises: a heartbeat that
    fails must not fail the round.
    """
    try:
        address = url if isinstance(url, str) else _resolved(url, is_trusted)
    except UnsendableError as error:
        return PingResult(False, error.sentence)
    names = resolver or SystemResolver()
    # Only feeds need the clock, and a heartbeat has none.
    tools = RoundTools(names, lambda: datetime.now(UTC), CheckSettings())
    try:
        probe = Probe(
            kind="http", url=_with(address, event), allow_private=is_trusted, is_trusted=is_trusted
        )
        tools.prepare((probe,))
        return asyncio.run(_pinged(probe, tools, limit_s))
    except Exception as error:  # The error's text may have the address.
        return PingResult(False, Message("failed ({error})", error=type(error).__name__))
    finally:
        if isinstance(names, SystemResolver):
            names.close()


def _resolved(secret: SecretRef, is_trusted: bool) -> str:
    if not is_trusted:
        raise UnsendableError(UNTRUSTED)
    return secret_value(secret)


async def _pinged(probe: Probe, tools: RoundTools, limit_s: float) -> PingResult:
    timer, tries = Stopwatch(), 0
    watch.set(timer)
    finding: Finding | None = None
    try:
        async with asyncio.timeout(limit_s):
            for pause_s in (*_PAUSES_S, 0.0):
                tries += 1
                finding = await look_http(probe, tools)
                if finding.state in ("up", "unknown"):  # a refused address stays refused
                    return PingResult(finding.state == "up", finding.why, tries)
                await asyncio.sleep(pause_s)
    except TimeoutError:
        finding = finding or overdue(timer.phase, limit_s)
    return PingResult(False, finding.why if finding else "", tries)


def _with(address: str, event: str) -> str:
    if not event:
        return address
    parts = urlsplit(address)
    return parts._replace(path=f"{parts.path.rstrip('/')}/{event}").geturl()
