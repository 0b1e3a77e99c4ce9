"""What the case log knows for a ranking."""

from datetime import datetime
from typing import TYPE_CHECKING

from .. import availability
from ..model import Availability, Observations
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
    ``without_case`` has taken count as free: it does not wait for itself. Bookings and reports
    count for as long as they last; states only for incidents near to now.
    """
    settings = catalog.checking().settings
    known = _known(catalog, reader, when, now, settings, without_case=without_case)
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
    for provider_id, ours in reader.bookings().items():
        bookings = [each for each in ours if each.case_id != without_case]
        provider = catalog.find(provider_id)
        if provider is None:
            continue
        taken = availability.units_at(provider.units, bookings, when, now)
        if taken is not None:
            known[provider_id] = availability.joined(known.get(provider_id), taken)
    return known
