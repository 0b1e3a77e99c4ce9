"""Observations from the case log that a ranking uses in addition to the provider file."""

from collections.abc import Mapping
from datetime import UTC, datetime

from msgspec import Struct

from .case import Booking
from .case_counts import Summary
from .check import CheckSettings, Maintenance, PhoneReport, Watched


class Known(Struct, frozen=True, kw_only=True):
    """The observations of one provider: its looks, its report by phone, its bookings.

    During a ``maintenance`` only a successful look counts.
    """

    watched: Watched | None = None
    report: PhoneReport | None = None
    bookings: tuple[Booking, ...] = ()
    maintenance: Maintenance | None = None


class Observations(Struct, frozen=True, kw_only=True):
    """The observations at ``now``, by provider; the summaries by provider and service.

    ``road_lateness`` has, by the same keys, weight and weighted minutes of the lateness that was
    learned with the travel engine in use; the summaries have that of crow-fly estimates.
    ``as_of`` is the moment for which the weights of the summaries are computed; None: the values
    of the provider file count.
    """

    now: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    known: Mapping[str, Known] = {}
    checks: CheckSettings = CheckSettings()
    last_assigned: dict[str, datetime] = {}
    summaries: dict[tuple[str, str], Summary] = {}
    road_lateness: dict[tuple[str, str], tuple[float, float]] = {}
    as_of: datetime | None = None
