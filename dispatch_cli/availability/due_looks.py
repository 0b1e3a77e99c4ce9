"""Decide which checks are made in a run, and what holds for the others until their next look."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from hashlib import blake2b

import msgspec
from msgspec.structs import replace

from ..model.check import Probe, Reading

_SLACK = timedelta(seconds=30)
"""Cron does not start to the second: a check of every 5 minutes is due in each such run."""
_OWN_FAULTS = ("lag", "internal")
_NO_ANSWER = ("down", "unknown")
Key = tuple[str, str]
"""A provider and the digest of one of its checks."""
Probes = Mapping[str, tuple[Probe, ...]]


def due_probes(probes: Probes, last: Mapping[Key, Reading], now: datetime) -> Probes:
    """Return the checks that are made now, by provider; a provider without any is left out.

    A check without a last look is due, and so is one whose last look failed or had no result: a
    single failure must not hold for a day. After the clock was set back each check is due.
    """
    due: dict[str, tuple[Probe, ...]] = {}
    for provider, found in probes.items():
        now_due = tuple(
            each
            for each in found
            if each.every_min is None or _is_due(each, last.get(key_of(provider, each)), now)
        )
        if now_due:
            due[provider] = now_due
    return due


def kept_readings(
    probes: Probes, due: Probes, last: Mapping[Key, Reading], made: Iterable[Reading]
) -> list[Reading]:
    """Return the last readings of the checks that are not due, for providers that answer now.

    They count as of this run, since they hold until their next look. Without an answer in this run
    they are left out: a certificate that was valid this morning does not show that the machine
    still runs, and would keep its provider from ever being down.
    """
    at: dict[str, datetime] = {}
    for each in made:
        if not each.fault and each.state not in _NO_ANSWER:
            at[each.provider] = max(each.at, at.get(each.provider, each.at))
    return [
        replace(last[key_of(provider, probe)], at=at[provider])
        for provider in at
        for probe in probes[provider]
        if probe not in due[provider]
    ]


def looks_to_keep(
    due: Probes, made: Iterable[Reading], left_out: Collection[str]
) -> dict[Key, Reading]:
    """Return the readings of this run to keep until the next look, by the keys of their checks.

    ``made`` has the readings of a provider in the order of its checks, unless it was left out. A
    look that failed by our own fault is made again by the next run.
    """
    by_provider: dict[str, list[Reading]] = {}
    for each in made:
        by_provider.setdefault(each.provider, []).append(each)
    return {
        key_of(provider, probe): reading
        for provider, readings in by_provider.items()
        if provider not in left_out
        for probe, reading in zip(_as_made(due[provider]), readings, strict=True)
        if not (probe.every_min is None or probe.is_refused or reading.fault in _OWN_FAULTS)
    }


def _as_made(probes: Iterable[Probe]) -> list[Probe]:
    """Return checks in the order of their readings: the refused ones come last."""
    return sorted(probes, key=lambda each: each.is_refused)


def keys_of(probes: Probes) -> set[Key]:
    """Return the keys of all checks that are not made in every run."""
    return {
        key_of(provider, each)
        for provider, found in probes.items()
        for each in found
        if each.every_min is not None
    }


def key_of(provider: str, probe: Probe) -> Key:
    """Return the key of a check; a changed check has another one, and is due at once."""
    content = msgspec.json.encode(replace(probe, is_trusted=False, every_min=None))
    return provider, blake2b(content, digest_size=12).hexdigest()


def _is_due(probe: Probe, last: Reading | None, now: datetime) -> bool:
    if probe.every_min is None or last is None or last.at > now or last.state in _NO_ANSWER:
        return True
    return now - last.at >= timedelta(minutes=probe.every_min) - _SLACK
