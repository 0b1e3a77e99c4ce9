"""Read the observations for a ranking from the case log."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec.structs import replace

from .. import availability
from ..model import Known, Observations
from ..model.case import Booking
from ..model.check import Checking, Maintenance
from ..model.clock_jumps import TOLERANCE

if TYPE_CHECKING:
    from ..catalog import Catalog
    from ..road_ranking import RoadTables
    from ..store import Reader, Transaction


def observe(
    catalog: "Catalog",
    reader: "Reader | Transaction",
    now: datetime,
    *,
    learned: bool = True,
    without_case: int = 0,
    roads: "RoadTables | None" = None,
) -> Observations:
    """Read states, reports, bookings, last assignments and learned values from the case log.

    Without ``learned`` the values of the provider file count. Units booked by ``without_case``
    count as free, because a case does not wait for its own unit. With ``roads`` the lateness that
    was learned with their engine is read as well.
    """
    checking = catalog.checking()
    settings = checking.settings
    states = reader.watched(but_up=availability.fresh_at(now, settings))
    reports = reader.reports(now - availability.ASKED_AGAIN)
    bookings = _with_ahead(reader, now)
    summaries = reader.summaries() if learned else ()
    by_road = reader.summaries(roads.source) if learned and roads is not None else ()
    return Observations(
        now=now,
        known={
            each: Known(
                watched=states.get(each),
                report=reports.get(each),
                bookings=_others(bookings.get(each, ()), without_case),
                maintenance=_maintenance(catalog, checking, each, now),
            )
            for each in {**states, **reports, **bookings}
        },
        # The heartbeat may be a secret, and a batch stores its observations in a file.
        checks=replace(settings, heartbeat="", reference=None),
        last_assigned=reader.last_assigned(),
        summaries={(each.provider, each.service): each for each in summaries},
        road_lateness={
            (each.provider, each.service): (each.late_weight, each.late_min_weighted)
            for each in by_road
        },
        as_of=now if learned else None,
    )


def _with_ahead(reader: "Reader | Transaction", now: datetime) -> dict[str, list[Booking]]:
    """Read the bookings; one that was made by a clock ahead counts as overdue from now on.

    Its begin and end are wrong by an unknown time, and its unit is on a job.
    """
    found = reader.bookings()
    ahead = reader.booked_ahead(now + TOLERANCE) if found else set()
    if not ahead:
        return found
    return {
        provider: sorted(
            (
                replace(each, begin=now - TOLERANCE, end=now)
                if (each.case_id, each.offer) in ahead
                else each
                for each in bookings
            ),
            key=lambda each: (each.unit, each.begin),
        )
        for provider, bookings in found.items()
    }


def _others(bookings: Iterable[Booking], without_case: int) -> tuple[Booking, ...]:
    return tuple(each for each in bookings if each.case_id != without_case)


def _maintenance(
    catalog: "Catalog", checking: Checking, provider_id: str, now: datetime
) -> Maintenance | None:
    """Return the maintenance of a provider; None without one or for an unknown provider."""
    provider = catalog.find(provider_id) if checking.maintenance else None
    return None if provider is None else checking.maintenance_of(provider, now)
