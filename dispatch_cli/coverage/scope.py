"""Define the scope of a coverage report: its time, regions, services and minimum."""

from datetime import datetime

from msgspec import Struct

REGION_DIGITS = 2
"""Number of leading postcode digits that name a region by default."""


class CoverageScope(Struct, frozen=True, kw_only=True):
    """The time range, the regions and the services of a coverage report, and its minimum.

    ``regions`` are leading digits of postcodes; none means the first two digits of every postcode.
    No ``services`` means all but those of 110 and 112.
    """

    start: datetime
    days: int
    minimum: int = 2
    regions: tuple[str, ...] = ()
    services: tuple[str, ...] = ()

    @property
    def end(self) -> datetime:
        """The end: ``days`` of 24 hours after the start, in the time zone of the start."""
        # Adding to a local time would shift the end by a change of clocks.
        return datetime.fromtimestamp(self.start.timestamp() + self.days * 86400, self.start.tzinfo)

    def region_of(self, postcode: str) -> str | None:
        """Return the longest region that a postcode begins with; None without one."""
        if not self.regions:
            return postcode[:REGION_DIGITS]
        fitting = [region for region in self.regions if postcode.startswith(region)]
        return max(fitting, key=len, default=None)
