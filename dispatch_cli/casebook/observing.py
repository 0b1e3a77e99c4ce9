"""What the case log knows for a ranking."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from .. import availability
from ..casework import last_slots
from ..model import Availability, Observations
from ..model.case import Engagement
from ..model.check import CheckSettings

if TYPE_CHECKING:
    from ..catalog import Catalog
    from ..store import Reader, Transaction


def observe(
    catalog: "Catalog",
    reader: "Reader | Transaction",
    now: datetime,
    when: datetime,
    *,
    learned: bool = True,
    without_case: int = 0,
) -> Observations:
    """Read who was assigned when, who can be reached, and what the answers so far teach.

    Without ``learned`` the file's values count, as if nobody had ever answered. The units that
    ``without_case`` has taken count as free: it does not wait for itself. States and taken units
    count only for incidents near to now: today says nothing of next week.
    """
    settings = catalog.checking().settings
    is_near = availability.is_near(when, now, settings)
    known = (
        _known(catalog, reader, when, now, settings, without_case=without_case) if is_near else {}
    )
    summaries = reader.summaries() if learned else ()
    return Observations(
        availability=known,
        last_assigned=reader.last_assigned(),
        summaries={(each.provider, each.service): each for each in summaries},
        as_of=now if learned else None,
    )


def _known(
    catalog: "Catalog",
    reader: "Reader | Transaction",
    when: datetime,
    now: datetime,
    settings: CheckSettings,
    *,
    without_case: int,
) -> dict[str, Availability]:
    """What checks, the phone and our own cases say of everybody who is not simply up."""
    known = availability.availability_for(
        reader.watched(but_up=availability.fresh_at(now, settings)),
        reader.reports(now - availability.ASKED_AGAIN),
        when,
        now,
        settings,
    )
    for provider_id, ours in reader.engaged(now).items():
        engaged = [each for each in ours if each.case_id != without_case]
        provider = catalog.find(provider_id)
        if provider is not None and engaged:
            taken = _taken(provider.units, engaged, now)
            known[provider_id] = availability.joined(known.get(provider_id), taken)
    return known


def _taken(units: int, engaged: Sequence[Engagement], now: datetime) -> Availability:
    """How many units are free, and how long until the next one is where none is."""
    # Not a difference of numbers: a truck beyond the known ones (--extra-unit) takes none of them.
    free = len(set(range(1, units + 1)) - {engagement.unit for engagement in engaged})
    if free:
        return Availability(free=free)
    last = [engagement.until for engagement in last_slots(engaged)]
    ends = [until for until in last if until is not None]
    wait_min = max(0.0, (min(ends) - now).total_seconds() / 60) if ends else None
    return Availability(state="busy", free=0, wait_min=wait_min)
