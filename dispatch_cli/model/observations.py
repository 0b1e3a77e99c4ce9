"""What the desk knows beside the file."""

from datetime import datetime

from msgspec import Struct

from .case import Summary
from .provider import Availability


class Observations(Struct, frozen=True, kw_only=True):
    """Availability and who was assigned when, by provider; what the log holds, by service too.

    ``as_of`` is the moment to which the summaries are faded; None: nothing is learned.
    """

    availability: dict[str, Availability] = {}
    last_assigned: dict[str, datetime] = {}
    summaries: dict[tuple[str, str], Summary] = {}
    as_of: datetime | None = None
