"""What the case log knows for a ranking."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ..casework import last_slots
from ..model import Availability, Observations
from ..model.case import Engagement

if TYPE_CHECKING:
    from ..catalog import Catalog
    from ..store import Reader, Transaction

LIVE_WITHIN = timedelta(minutes=60)
"""Occupied units count only for incidents this near to now: today says nothing of next week."""


def observe(
    catalog: "Catalog",
    reader: "Reader | Transaction",
    now: datetime,
    when: datetime,
    *,
    learned: bool = True,
    without_case: int = 0,
) -> Observations:
    """Read who was assigned when, whose units are taken, and what the answers so far teach.

    Without ``learned`` the file's values count, as if nobody had ever answered. The units that
    ``without_case`` has taken count as free: it does not wait for itself.
    """
    availability: dict[str, Availability] = {}
    if abs(when - now) <= LIVE_WITHIN:
        for provider_id, taken in reader.engaged(now).items():
            engaged = [each for each in taken if each.case_id != without_case]
            provider = catalog.find(provider_id)
            if provider is not None and engaged:
                availability[provider_id] = _availability(provider.units, engaged, now)
    summaries = reader.summaries() if learned else ()
    return Observations(
        availability=availability,
        last_assigned=reader.last_assigned(),
        summaries={(each.provider, each.service): each for each in summaries},
        as_of=now if learned else None,
    )


def _availability(units: int, engaged: Sequence[Engagement], now: datetime) -> Availability:
    """How many units are free, and how long until the next one is where none is."""
    free = max(0, units - len({engagement.unit for engagement in engaged}))
    if free:
        return Availability(free=free)
    last = [engagement.until for engagement in last_slots(engaged)]
    ends = [until for until in last if until is not None]
    wait_min = max(0.0, (min(ends) - now).total_seconds() / 60) if ends else None
    return Availability(state="busy", free=0, wait_min=wait_min)
