"""Tells a heartbeat address that a round began or ended, so that its silence is noticed."""

import asyncio
from datetime import UTC, datetime
from urllib.parse import urlsplit

from msgspec import Struct

from ..model.check import CheckSettings, Probe, SecretRef
from .finding import Finding
from .host_names import Names, SystemNames
from .http import look_http
from .kit import Kit
from .look_faults import overdue
from .secret import UnsendableError, secret_value
from .stopwatch import Stopwatch, watch

LIMIT_S = 10.0
_PAUSES_S = (0.3, 0.7, 1.5)


class Ping(Struct, frozen=True):
    """Whether a heartbeat got through; ``why`` never has the address, which is a secret itself."""

    ok: bool
    why: str = ""
    tries: int = 0


def ping(
    url: str | SecretRef,
    event: str = "",
    *,
    is_trusted: bool = False,
    limit_s: float = LIMIT_S,
    resolver: Names | None = None,
) -> Ping:
    """Ask for a heartbeat address, with ``limit_s`` and four tries in all.

    ``event`` is a further part of its path, such as "start" or an exit code. Never raises: a
    heartbeat that fails must not fail the round.
    """
    try:
        address = url if isinstance(url, str) else _resolved(url, is_trusted)
    except UnsendableError as error:
        return Ping(False, str(error))
    names = resolver or SystemNames()
    # Its clock is asked only for feeds, and a heartbeat has none.
    kit = Kit(names, lambda: datetime.now(UTC), CheckSettings())
    try:
        probe = Probe(
            kind="http", url=_with(address, event), allow_private=is_trusted, is_trusted=is_trusted
        )
        kit.prepare((probe,))
        return asyncio.run(_pinged(probe, kit, limit_s))
    except Exception as error:  # Whatever it is, the round goes on; its text may have the address.
        return Ping(False, f"failed ({type(error).__name__})")
    finally:
        if isinstance(names, SystemNames):
            names.close()


def _resolved(secret: SecretRef, is_trusted: bool) -> str:
    if not is_trusted:
        raise UnsendableError("secrets count only in a file that you named")
    return secret_value(secret)


async def _pinged(probe: Probe, kit: Kit, limit_s: float) -> Ping:
    timer, tries = Stopwatch(), 0
    watch.set(timer)
    finding: Finding | None = None
    try:
        async with asyncio.timeout(limit_s):
            for pause_s in (*_PAUSES_S, 0.0):
                tries += 1
                finding = await look_http(probe, kit)
                if finding.state in ("up", "unknown"):  # what was refused will be refused again
                    return Ping(finding.state == "up", finding.why, tries)
                await asyncio.sleep(pause_s)
    except TimeoutError:
        finding = finding or overdue(timer.phase, limit_s)
    return Ping(False, finding.why if finding else "", tries)


def _with(address: str, event: str) -> str:
    if not event:
        return address
    parts = urlsplit(address)
    return parts._replace(path=f"{parts.path.rstrip('/')}/{event}").geturl()
