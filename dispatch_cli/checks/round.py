"""Run one round of checks within a time limit: each target once."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from functools import cache
from hashlib import blake2b
from importlib import import_module
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

from ..messages import Message
from ..model.check import CheckSettings, Probe, Reading
from ..model.check_kinds import CHECK_KINDS
from ..network.host_names import Resolver, SystemResolver
from .finding import Finding, unknown
from .lag import LagMeter
from .look_faults import overdue
from .round_tools import RoundTools
from .stopwatch import Stopwatch, watch

Target = tuple[str, Probe]
Look = Callable[[Probe, RoundTools], Coroutine[Any, Any, Finding]]
"""Makes one check, and returns its finding."""

_REFERENCE_S = 5.0
_LAG_SHARE = 0.25
"""An exchange waits for about four turns of the loop: if one turn is late by a quarter of the
time-out, the loop alone may have caused the time-out."""
_SPARE_FILES = 64
_START_TOGETHER = 10


class RoundResult(Struct, frozen=True):
    """The readings of one round.

    ``reference_ok`` is None without a reference target. ``left_out`` names the providers with a
    check that was not made for lack of time, and has no reading.
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
    resolver: Resolver | None = None,
) -> RoundResult:
    """Check each target once, and the reference before and, after any failure, again.

    A check is one sample, without retries. ``clock`` returns aware moments. The order follows from
    a digest of the provider's id, so that a provider has the same position in each round. Checks
    that have not ended after ``budget_s`` are cancelled.
    """
    begun = perf_counter()
    turns = in_turn(targets)
    names = resolver or SystemResolver()
    tools = RoundTools(names, clock, settings)
    tools.prepare(probe for _, probe in turns)
    for _, probe in turns:
        look_of(probe.kind)  # imports its module before the time of a check begins
    until_s = budget_s - (perf_counter() - begun)
    try:
        readings, reference_ok = asyncio.run(_round(turns, tools, until_s))
    finally:
        if isinstance(names, SystemResolver):
            names.close()
    seen = tuple(reading for reading in readings if reading is not None)
    left_out = dict.fromkeys(
        provider for (provider, _), reading in zip(turns, readings, strict=True) if reading is None
    )
    return RoundResult(seen, reference_ok, tuple(sorted(left_out)), perf_counter() - begun)


@cache
def look_of(kind: str) -> Look:
    """Return the function that checks a provider by a kind: ``look_KIND`` in the kind's module."""
    module = import_module(f".{CHECK_KINDS[kind].module}", __package__)
    look: Look = getattr(module, f"look_{kind}")
    return look


def in_turn(targets: Iterable[Target]) -> list[Target]:
    """Order targets by a digest of the provider's id; those of one provider stay in order."""
    return sorted(targets, key=lambda target: blake2b(target[0].encode(), digest_size=8).digest())


async def _round(
    targets: list[Target], tools: RoundTools, budget_s: float
) -> tuple[list[Reading | None], bool | None]:
    until = asyncio.get_running_loop().time() + budget_s
    lag = LagMeter()
    readings: list[Reading | None] = [None] * len(targets)
    turns = iter(enumerate(targets))

    async def work() -> None:
        for index, (provider, probe) in turns:
            readings[index] = await _look(provider, probe, tools, lag)

    try:
        before = asyncio.ensure_future(_reference(tools))
        workers = []
        for number in range(_at_once(tools.settings, len(targets))):
            workers.append(asyncio.ensure_future(work()))
            # If all started in one turn of the loop, each would read its answer late.
            if number % _START_TOGETHER == 0:
                await asyncio.sleep(0)
        await _until(until, before, *workers)
        reference_ok = before.result() if _is_through(before) else None
        if reference_ok and any(each and each.state == "down" for each in readings):
            after = asyncio.ensure_future(_reference(tools))
            await _until(until, after)
            reference_ok = after.result() if _is_through(after) else reference_ok
    finally:
        lag.close()
    return readings, reference_ok


async def _until(
    until: float, *tasks: "asyncio.Future[None] | asyncio.Future[bool | None]"
) -> None:
    """Wait for tasks until a moment of the loop's clock, and cancel the rest."""
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


async def _look(provider: str, probe: Probe, tools: RoundTools, lag: LagMeter) -> Reading:
    timer = Stopwatch()
    watch.set(timer)
    at, begun = tools.clock(), asyncio.get_running_loop().time()
    try:
        async with asyncio.timeout(probe.timeout_s) as limit:
            finding = await look_of(probe.kind)(probe, tools)
    except Exception as error:  # a fault in one check must not end the others
        finding = (
            _too_late(timer, probe, lag.worst_since(begun))
            if limit.expired()
            # The error's text may contain what was sent, so that only its type is reported.
            else unknown(
                Message("the checker failed ({error})", error=type(error).__name__), "internal"
            )
        )
    return _reading(provider, probe, at, finding, timer)


def host_of(probe: Probe) -> str:
    """Return the host of a check, a name or an address; "" for a command."""
    if probe.host or not probe.url:
        return probe.host
    # A SIP address has no slashes.
    slashed = probe.url if "://" in probe.url else probe.url.replace(":", "://", 1)
    return urlsplit(slashed).hostname or ""


def _too_late(timer: Stopwatch, probe: Probe, late_s: float) -> Finding:
    if late_s > _LAG_SHARE * probe.timeout_s:
        text = "the checker itself was late by {late_s:.1f} s"
        return unknown(Message(text, late_s=late_s), "lag")
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


async def _reference(tools: RoundTools) -> bool | None:
    """Return whether the reference target answers; None without one."""
    settings = tools.settings
    asked = settings.reference
    if asked is None:
        return None
    watch.set(Stopwatch())
    try:
        async with asyncio.timeout(_REFERENCE_S):
            opened = await tools.dial(asked.host, asked.port, may_be_private=settings.is_trusted)
    except (OSError, TimeoutError):
        return False
    opened.close()
    return True


def _at_once(settings: CheckSettings, targets: int) -> int:
    """Return how many checks may run together: each needs up to two open files."""
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
