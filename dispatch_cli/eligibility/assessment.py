"""Compute the values that several gates need about one provider, each once."""

from .. import geo
from ..availability import availability_at
from ..model import Availability, Provider
from .need import Need


class Assessment:
    """A provider for one service of an incident: its distance, area fit and availability."""

    __slots__ = ("_availability", "distance_km", "fit", "need", "provider", "short_km")

    def __init__(self, need: Need, provider: Provider) -> None:
        place = need.incident.place
        self.need, self.provider = need, provider
        self.distance_km = geo.great_circle_km(provider.lat, provider.lon, place.lat, place.lon)
        self.fit, self.short_km = geo.fit(provider.area, provider.lat, provider.lon, place)
        self._availability: Availability | None = None

    @property
    def availability(self) -> Availability:
        """The availability of the provider at the incident's time."""
        if self._availability is None:
            need = self.need
            self._availability = availability_at(self.provider, need.incident.when, need.basis)
        return self._availability
