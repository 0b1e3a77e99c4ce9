"""One round: every provider is looked at once, within a time that is kept."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from hashlib import blake2b
from time import perf_counter
from urllib.parse import urlsplit

from msgspec import Struct

from ..model.check import CheckSettings, Probe, Reading
from .command import look_command
from .finding import Finding, unknown
from .host_names import Names, SystemNames
from .http import look_http
from .kit import Kit
from .lag import LagMeter
from .look_faults import overdue
from .ports import look_tcp, look_tls
from .stopwatch import Stopwatch, watch
from .telephone import look_sip

Target = tuple[str, Probe]

_LOOKS = {
    "http": look_http,
    "tcp": look_tcp,
    "tls": look_tls,
    "sip": look_sip,
    "command": look_command,
}
_REFERENCE_S = 5.0
_LAG_SHARE = 0.25
"""An exchange waits for about four turns of the loop, so a quarter of the time-out lost in one
turn may be the whole of it."""
_SPARE_FILES = 64
_START_TOGETHER = 10


class Round(Struct, frozen=True):
    """What one round saw.

    ``reference_ok`` is None where nobody was asked. ``left_out`` names the providers with a probe
    that the time did not suffice for; such a probe has no reading.
    """

    readings: tuple[Reading, ...]
    reference_ok: bool | None
    left_out: tuple[str, ...]
    seconds: float


def look_at(
    targets: Sequence[Target],
    settings: CheckSettings,
    *,
    clock: Callable[[], datetime],
    budget_s: float,
    resolver: Names | None = None,
) -> Round:
    """Look once at each target, and at the reference before and, if anybody failed, after.

    One look is one sample, without retries. ``clock`` gives aware moments. The order follows from
    a digest of the provider's id, so that a provider's turn comes at the same place of each round
    and not all ring at once. Whatever has not ended after ``budget_s`` is cut off.
    """
    begun = perf_counter()
    turns = in_turn(targets)
    names = resolver or SystemNames()
    kit = Kit(names, clock, settings)
    kit.prepare(probe for _, probe in turns)
    until_s = budget_s - (perf_counter() - begun)
    try:
        readings, reference_ok = asyncio.run(_round(turns, kit, until_s))
    finally:
        if isinstance(names, SystemNames):
            names.close()
    seen = tuple(reading for reading in readings if reading is not None)
    left_out = dict.fromkeys(
        provider for (provider, _), reading in zip(turns, readings, strict=True) if reading is None
    )
    return Round(seen, reference_ok, tuple(sorted(left_out)), perf_counter() - begun)


def in_turn(targets: Iterable[Target]) -> list[Target]:
    """Order targets by a digest of the provider's id; those of one provider stay in order."""
    return sorted(targets, key=lambda target: blake2b(target[0].encode(), digest_size=8).digest())


async def _round(
    targets: list[Target], kit: Kit, budget_s: float
) -> tuple[list[Reading | None], bool | None]:
    until = asyncio.get_running_loop().time() + budget_s
    lag = LagMeter()
    readings: list[Reading | None] = [None] * len(targets)
    turns = iter(enumerate(targets))

    async def work() -> None:
        for index, (provider, probe) in turns:
            readings[index] = await _look(provider, probe, kit, lag)

    try:
        before = asyncio.ensure_future(_reference(kit))
        workers = []
        for number in range(_at_once(kit.settings, len(targets))):
            workers.append(asyncio.ensure_future(work()))
            # All in one turn of the loop would make each late for its own answer.
            if number % _START_TOGETHER == 0:
                await asyncio.sleep(0)
        await _until(until, before, *workers)
        reference_ok = before.result() if _is_through(before) else None
        if reference_ok and any(each and each.state == "down" for each in readings):
            after = asyncio.ensure_future(_reference(kit))
            await _until(until, after)
            reference_ok = after.result() if _is_through(after) else reference_ok
    finally:
        lag.close()
    return readings, reference_ok


async def _until(
    until: float, *tasks: "asyncio.Future[None] | asyncio.Future[bool | None]"
) -> None:
    """Wait for all of them until a moment of the loop's clock, and end those that go on."""
    left_s = max(0.0, until - asyncio.get_running_loop().time())
    _, late = await asyncio.wait(tasks, timeout=left_s)
    for task in late:
        task.cancel()
    if late:
        await asyncio.wait(late)
    for task in tasks:
        if _is_through(task):
            task.result()


def _is_through(task: "asyncio.Future[None] | asyncio.Future[bool | None]") -> bool:
    return task.done() and not task.cancelled()


async def _look(provider: str, probe: Probe, kit: Kit, lag: LagMeter) -> Reading:
    timer = Stopwatch()
    watch.set(timer)
    at, begun = kit.clock(), asyncio.get_running_loop().time()
    try:
        async with asyncio.timeout(probe.timeout_s) as limit:
            finding = await _LOOKS[probe.kind](probe, kit)
    except Exception as error:  # A fault in one look must not take the others along.
        finding = (
            _too_late(timer, probe, lag.worst_since(begun))
            if limit.expired()
            # The error's text may hold what was sent, so only its name is told.
            else unknown(f"the checker failed ({type(error).__name__})", "internal")
        )
    return _reading(provider, probe, at, finding, timer)


def host_of(probe: Probe) -> str:
    """Say what a probe asks, a name or an address; "" for a command."""
    if probe.host or not probe.url:
        return probe.host
    # A SIP address has no slashes.
    slashed = probe.url if "://" in probe.url else probe.url.replace(":", "://", 1)
    return urlsplit(slashed).hostname or ""


def _too_late(timer: Stopwatch, probe: Probe, late_s: float) -> Finding:
    if late_s > _LAG_SHARE * probe.timeout_s:
        return unknown(f"the checker itself was late by {late_s:.1f} s", "lag")
    return overdue(timer.phase, probe.timeout_s)


def _reading(
    provider: str, probe: Probe, at: datetime, finding: Finding, timer: Stopwatch
) -> Reading:
    return Reading(
        provider=provider,
        kind=probe.kind,
        at=at,
        state=finding.state,
        why=finding.why,
        host=host_of(probe),
        free=finding.free,
        wait_min=finding.wait_min,
        as_of=finding.as_of,
        valid_until=finding.valid_until,
        phases=timer.phases(),
        fault=finding.fault,
    )


async def _reference(kit: Kit) -> bool | None:
    """Whether the reference answers; None without one."""
    settings = kit.settings
    asked = settings.reference
    if asked is None:
        return None
    watch.set(Stopwatch())
    try:
        async with asyncio.timeout(_REFERENCE_S):
            opened = await kit.dial(asked.host, asked.port, may_be_private=settings.is_trusted)
    except (OSError, TimeoutError):
        return False
    opened.close()
    return True


def _at_once(settings: CheckSettings, targets: int) -> int:
    """How many looks may run together: each needs an open file or two."""
    wanted = max(1, min(settings.concurrency, targets))
    with suppress(ImportError):  # Windows
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        need = 2 * wanted + _SPARE_FILES
        if soft != resource.RLIM_INFINITY and soft < need:
            soft = need if hard == resource.RLIM_INFINITY else min(need, hard)
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            wanted = max(1, min(wanted, (soft - _SPARE_FILES) // 2))
    return wanted
