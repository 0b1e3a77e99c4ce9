"""What the desk knows beside the file."""

from collections.abc import Mapping
from datetime import UTC, datetime

from msgspec import Struct

from .case import Booking, Summary
from .check import CheckSettings, Maintenance, Report, Watched


class Known(Struct, frozen=True, kw_only=True):
    """What is known of one provider: looks, its own word, bookings, and whether looks count now.

    While a ``maintenance`` lasts, only a look that found nothing wrong says anything.
    """

    watched: Watched | None = None
    report: Report | None = None
    bookings: tuple[Booking, ...] = ()
    maintenance: Maintenance | None = None


class Observations(Struct, frozen=True, kw_only=True):
    """What was known at ``now``, by provider; what the log has learned, by service too.

    ``as_of`` is the moment to which the summaries are faded; None: nothing is learned.
    """

    now: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    known: Mapping[str, Known] = {}
    checks: CheckSettings = CheckSettings()
    last_assigned: dict[str, datetime] = {}
    summaries: dict[tuple[str, str], Summary] = {}
    as_of: datetime | None = None
