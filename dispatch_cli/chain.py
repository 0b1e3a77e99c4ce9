"""Compute when the services of a plan start, and the expected minutes of the whole plan.

A service ``after`` another one starts when that one can have failed: after its expected minutes to
rescue and the minutes of its job.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from .messages import Message
from .model import Settings
from .model.words import CARRYING_SERVICES
from .results.cascade_answer import WHY_AT_MOST, Cascade


class Link(Struct, frozen=True):
    """A service, the service that it waits for, its expected minutes, and when these start.

    ``start_min`` is 0 for a service that does not wait.
    """

    service: str
    after: str | None
    expected_min: float
    start_min: float = 0.0


def linked(
    afters: Mapping[str, str | None], minutes_of: Callable[[str, float], float], settings: Settings
) -> list[Link]:
    """Make the links of a plan; ``afters`` has the service that each service waits for.

    ``minutes_of`` returns the expected minutes of a service from its start on.
    """
    found: dict[str, Link] = {}

    def link_of(service: str) -> Link:
        if service not in found:
            after, start_min = afters[service], 0.0
            if after is not None and after in afters:
                first = link_of(after)
                start_min = first.start_min + first.expected_min + settings.job_min(after)
            found[service] = Link(service, after, minutes_of(service, start_min), start_min)
        return found[service]

    return [link_of(service) for service in afters]


def plan_min(links: Sequence[Link], settings: Settings) -> float | None:
    """Return the expected minutes until the motorist drives on or is towed.

    None if no service waits for another one. A service on the spot succeeds with the chance
    ``helped``, at the end of its job; one that carries the vehicle ends the plan when it arrives.
    The slowest of several services that follow counts.
    """
    following: dict[str, list[Link]] = {}
    own = {link.service for link in links}
    for link in links:
        if link.after in own:
            following.setdefault(link.after or "", []).append(link)
    roots = [link for link in links if link.service in following and link.after not in own]
    if not roots:
        return None
    return max(_minutes_of(root, following, settings) for root in roots)


def _minutes_of(link: Link, following: Mapping[str, list[Link]], settings: Settings) -> float:
    if link.service in CARRYING_SERVICES:
        return link.expected_min
    minutes = link.expected_min + settings.job_min(link.service)
    later = following.get(link.service)
    if not later:
        return minutes
    rest_min = max(_minutes_of(each, following, settings) for each in later)
    return minutes + (1 - settings.of(link.service).helped) * rest_min


def with_shared_units(
    cascades: Iterable[Cascade], units_of: Callable[[str], int]
) -> tuple[Cascade, ...]:
    """Mark a provider with a single unit that is first for several services at once.

    The mark is in its row for the second service and every later one. ``units_of`` returns the
    units of a provider.
    """
    first_for: dict[str, str] = {}
    found = []
    for cascade in cascades:
        if cascade.when == "now" and cascade.candidates:
            row = cascade.candidates[0]
            earlier = first_for.setdefault(row.provider, cascade.service)
            if earlier != cascade.service and units_of(row.provider) == 1:
                one_unit = Message("one unit: {service}", service=Message(earlier))
                why = (one_unit, *row.why)[:WHY_AT_MOST]
                rows = (replace(row, why=why), *cascade.candidates[1:])
                found.append(replace(cascade, candidates=rows))
                continue
        found.append(cascade)
    return tuple(found)
