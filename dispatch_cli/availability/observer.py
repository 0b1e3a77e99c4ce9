"""Detect that the observer itself is offline: then no provider's state changes."""

import re
from collections.abc import Callable, Collection, Iterable

from msgspec.structs import replace

from ..messages import Message
from ..model.check import Reading
from ..model.check_kinds import CHECK_KINDS

SEVERAL = 2
"""Unrelated hosts without an address, or without a route, that have one cause."""

SEVERAL_TOGETHER = 3
"""Unrelated hosts that must fail in one run for the failures to have one cause."""

_SHARE = 0.2
_SHARE_TOGETHER = 0.5

_FAULTS = ("resolver", "route")
_IPV4 = re.compile(r"(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}")


def observer_fault(
    readings: Iterable[Reading],
    *,
    reference_ok: bool | None,
    reference_is_named: bool = True,
    known_down: Collection[str] = (),
) -> Message | str:
    """Return why the observer is offline, or "" if it is online.

    ``reference_ok`` is whether the reference target was reached, None without one: it decides. A
    target with a numeric address (``reference_is_named`` False) does not test names. Without
    a target, unrelated providers that fail together decide: two names or routes that make at least
    a fifth, or three failures of any kind that are more than half. ``known_down`` are providers
    that are hard down already; their failures do not count, and neither do commands.
    """
    if reference_ok is False:
        return Message("the reference target cannot be reached")
    known = set(known_down)
    looks = [
        each
        for each in readings
        if CHECK_KINDS[each.kind].is_network
        and each.provider not in known
        and each.fault not in ("lag", "internal")
    ]
    if not (reference_ok and reference_is_named):
        share = _together(looks, _cannot_resolve, SEVERAL, _SHARE, among=_has_name)
        if share:
            return Message("names cannot be resolved: {share}", share=share)
    if reference_ok:
        return ""
    share = _together(looks, lambda each: each.fault == "route", SEVERAL, _SHARE)
    if share:
        return Message("there is no route: {share}", share=share)
    share = _together(looks, has_failed, SEVERAL_TOGETHER, _SHARE_TOGETHER)
    return Message("providers fail together: {share}", share=share) if share else ""


def attributed(reading: Reading) -> Reading:
    """Count a missing name or route as the provider's failure, once the observer is online.

    Other faults, such as lateness of the checker, remain faults of the observer.
    """
    if reading.fault not in _FAULTS:
        return reading
    return replace(reading, state="down", fault="")


def has_failed(reading: Reading) -> bool:
    """Return whether no answer came, for any reason."""
    return reading.state == "down" or reading.fault in _FAULTS


def related_by(reading: Reading) -> str:
    """Return what checks with one cause share: a domain, a network, or the provider itself."""
    host = reading.host.rstrip(".").lower()
    if not host:
        return f"provider {reading.provider}"
    address = _IPV4.fullmatch(host)
    if address is not None:
        return address[1]
    if ":" in host:
        return host
    labels = host.split(".")
    # The domain has two labels, or three below a second-level registry (co.uk, com.tr).
    count = 3 if len(labels) > 2 and len(labels[-2]) <= 3 and len(labels[-1]) == 2 else 2
    return ".".join(labels[-count:])


def _together(
    looks: Iterable[Reading],
    is_failure: Callable[[Reading], bool],
    several: int,
    share: float,
    among: Callable[[Reading], bool] = lambda _: True,
) -> Message | None:
    """Return the share of unrelated hosts that fail ("12 of 14 …"), or None if it is too small.

    A host fails if all checks of it fail: one answer proves name and route.
    """
    hosts: dict[str, bool] = {}
    for each in looks:
        if among(each):
            related = related_by(each)
            hosts[related] = hosts.get(related, True) and is_failure(each)
    failed = sum(hosts.values())
    # Exactly a fifth is enough (two of ten), exactly a half is not.
    is_many = failed >= share * len(hosts) if share < 0.5 else failed > share * len(hosts)
    if failed < several or not is_many:
        return None
    return Message("{failed} of {hosts} unrelated hosts", failed=failed, hosts=len(hosts))


def _cannot_resolve(reading: Reading) -> bool:
    return reading.fault == "resolver"


def _has_name(reading: Reading) -> bool:
    """Return whether the host of a check is a name and no numeric address."""
    return not (_IPV4.fullmatch(reading.host) or ":" in reading.host)
