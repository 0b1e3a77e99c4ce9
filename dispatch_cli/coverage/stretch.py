"""The time and the regions that are looked at, and what is asked of them."""

from datetime import datetime

from msgspec import Struct

REGION_DIGITS = 2
"""A region is named by the first digits of its postcodes."""


class Stretch(Struct, frozen=True, kw_only=True):
    """The time that is looked at, and what is asked of it.

    States count from the start for ``near_min``: today's outage says nothing about next week.
    ``regions`` are leading digits of postcodes; none: the first two of every postcode. No
    ``services``: all but those of 110 and 112.
    """

    start: datetime
    days: int
    minimum: int = 2
    near_min: float = 60.0
    regions: tuple[str, ...] = ()
    services: tuple[str, ...] = ()

    @property
    def end(self) -> datetime:
        """So many days of 24 hours later, in the zone of the start."""
        # Adding to a local time moves the hands of the clock; what passes is time.
        return datetime.fromtimestamp(self.start.timestamp() + self.days * 86400, self.start.tzinfo)

    def region_of(self, postcode: str) -> str | None:
        """The region in which a postcode is counted, None if it is in none that was asked for."""
        if not self.regions:
            return postcode[:REGION_DIGITS]
        fitting = [region for region in self.regions if postcode.startswith(region)]
        return max(fitting, key=len, default=None)
