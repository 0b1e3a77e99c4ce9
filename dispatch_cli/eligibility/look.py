"""One look at one provider for one service of one incident."""

from .. import geo
from ..model import Availability, Provider, Span, Timetable
from .need import Need

_NOTHING_KNOWN = Availability()


class Look:
    """One look at one provider: what several gates need, worked out once."""

    __slots__ = ("_hours", "availability", "distance_km", "fit", "need", "provider", "short_km")

    def __init__(self, need: Need, provider: Provider) -> None:
        place = need.incident.place
        self.need, self.provider = need, provider
        self.distance_km = geo.great_circle_km(provider.lat, provider.lon, place.lat, place.lon)
        self.fit, self.short_km = geo.fit(provider.area, provider.lat, provider.lon, place)
        self.availability = need.observations.availability.get(provider.id, _NOTHING_KNOWN)
        self._hours: Timetable | None = None

    def timetable(self) -> Timetable:
        """The provider's opening hours round the incident's time."""
        if self._hours is None:
            self._hours = self.need.hours_of(self.provider, self.provider.region)
        return self._hours

    def span_now(self) -> Span:
        """The stretch of opening hours in which the incident's time lies."""
        return self.timetable().span_at(self.need.incident.when)
