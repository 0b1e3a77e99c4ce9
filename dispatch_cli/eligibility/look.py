"""Hold the values that several gates need about one provider for one service."""

from .. import geo
from ..model import Availability, Provider, Span, Timetable
from .need import Need

_NOTHING_KNOWN = Availability()


class Look:
    """A provider as seen by the gates: distance, area fit, state and hours, each computed once."""

    __slots__ = ("_hours", "availability", "distance_km", "fit", "need", "provider", "short_km")

    def __init__(self, need: Need, provider: Provider) -> None:
        place = need.incident.place
        self.need, self.provider = need, provider
        self.distance_km = geo.great_circle_km(provider.lat, provider.lon, place.lat, place.lon)
        self.fit, self.short_km = geo.fit(provider.area, provider.lat, provider.lon, place)
        self.availability = need.observations.availability.get(provider.id, _NOTHING_KNOWN)
        self._hours: Timetable | None = None

    def timetable(self) -> Timetable:
        """Return the provider's opening hours around the incident's time."""
        if self._hours is None:
            self._hours = self.need.hours_of(self.provider, self.provider.region)
        return self._hours

    def span_now(self) -> Span:
        """Return the span of opening hours that contains the incident's time."""
        return self.timetable().span_at(self.need.incident.when)
