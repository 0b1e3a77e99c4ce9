"""Whether the observer itself is offline: then no provider's state changes."""

import re
from collections.abc import Callable, Collection, Iterable

from msgspec.structs import replace

from ..model.check import Reading
from ..model.check_kinds import CHECK_KINDS

SEVERAL = 2
"""So many unrelated names that cannot be resolved, or places without a route, are no accident."""

SEVERAL_TOGETHER = 3
"""So many unrelated providers must fail in one run for the failures to have one cause."""

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
) -> str:
    """Say why the observer is offline, or "" if it is not.

    ``reference_ok`` is whether the reference target was reached, None without one: it decides. One
    that is named by its address (``reference_is_named`` False) says nothing about names. Without
    one, unrelated providers that fail together decide: two names or routes that make at least a
    fifth, or three failures of any kind that are more than half. ``known_down`` are providers that
    are hard down already: that they fail again is no news. Commands look at nothing in particular
    and do not count.
    """
    if reference_ok is False:
        return "the reference target cannot be reached"
    known = set(known_down)
    looks = [
        each
        for each in readings
        if CHECK_KINDS[each.kind].is_network
        and each.provider not in known
        and each.fault not in ("lag", "internal")
    ]
    if not (reference_ok and reference_is_named):
        said = _together(looks, _cannot_resolve, SEVERAL, _SHARE, among=_has_name)
        if said:
            return f"names cannot be resolved: {said}"
    if reference_ok:
        return ""
    said = _together(looks, lambda each: each.fault == "route", SEVERAL, _SHARE)
    if said:
        return f"there is no route: {said}"
    said = _together(looks, has_failed, SEVERAL_TOGETHER, _SHARE_TOGETHER)
    return f"providers fail together: {said}" if said else ""


def attributed(reading: Reading) -> Reading:
    """Blame the provider for a name or route of its own, once the observer is known to be online.

    What the observer was too slow for, or could not do at all, stays its own.
    """
    if reading.fault not in _FAULTS:
        return reading
    return replace(reading, state="down", fault="")


def has_failed(reading: Reading) -> bool:
    """Whether nothing answered, for whatever reason."""
    return reading.state == "down" or reading.fault in _FAULTS


def related_by(reading: Reading) -> str:
    """What looks with one cause share: a domain, a network of addresses, or the provider itself."""
    host = reading.host.rstrip(".").lower()
    if not host:
        return f"provider {reading.provider}"
    address = _IPV4.fullmatch(host)
    if address is not None:
        return address[1]
    if ":" in host:
        return host
    labels = host.split(".")
    # Two labels are the domain, but where the second is an office of the first (co.uk, com.tr).
    count = 3 if len(labels) > 2 and len(labels[-2]) <= 3 and len(labels[-1]) == 2 else 2
    return ".".join(labels[-count:])


def _together(
    looks: Iterable[Reading],
    is_so: Callable[[Reading], bool],
    several: int,
    share: float,
    among: Callable[[Reading], bool] = lambda _: True,
) -> str:
    """How many unrelated hosts it is so of ("12 of 14 …"), or "" if they are not many.

    A host counts where all looks at it are so: one answer proves name and way.
    """
    hosts: dict[str, bool] = {}
    for each in looks:
        if among(each):
            related = related_by(each)
            hosts[related] = hosts.get(related, True) and is_so(each)
    found = sum(hosts.values())
    # More than half, but a whole fifth is enough: two of ten.
    is_many = found >= share * len(hosts) if share < 0.5 else found > share * len(hosts)
    return f"{found} of {len(hosts)} unrelated hosts" if found >= several and is_many else ""


def _cannot_resolve(reading: Reading) -> bool:
    return reading.fault == "resolver"


def _has_name(reading: Reading) -> bool:
    """Whether the look began with a name, as far as that is known."""
    return not (_IPV4.fullmatch(reading.host) or ":" in reading.host)
