"""An incident: what happened, its place, its vehicle, and the caller's client."""

from datetime import datetime

from msgspec import Struct, field

from ..messages import Message, marked
from .road_table import RoadPoint
from .words import COUNTRIES, DANGEROUS_SPOTS, DEFAULT_WEIGHT_T

NO_CLIENT = "none"
"""The operator's input for a motorist who is the customer of no client."""

HEAVY_FROM_T = 7.5
"""Above this mass a vehicle needs heavy units (German driving licence class C1 ends here)."""


NO_POSITION_YET = marked("0, 0 is the position of a device without a fix")


class Place(Struct, frozen=True, kw_only=True):
    """A position on the ground with its uncertainty.

    ``postcode`` is the caller's own if ``postcode_given``, else that of the nearest postcode
    centre. ``postcodes`` are all in which the place may lie, the likeliest first; areas made of
    postcodes are compared with them.
    """

    lat: float
    lon: float
    uncertainty_km: float = 0.0
    label: str = ""
    source: str = "coordinate"
    postcode: str = ""
    postcode_given: bool = False
    postcodes: tuple[str, ...] = ()
    land: str = ""
    foreign_km: float = 0.0
    """Kilometres beyond the border, an estimate; 0 in Germany."""
    country: str = ""
    """Code of a foreign country (``"CH"``); empty in Germany or if it is not known."""
    nearest_postcode: str = ""
    """The German postcode nearest to a foreign place; ``nearest_km`` is how far its centre is."""
    nearest_km: float = 0.0
    road: RoadPoint | None = None
    """Motorway, direction and kilometre or exit, if the place was named by them."""

    @property
    def readback(self) -> Message:
        """The text that the operator reads to the caller to confirm the place."""
        town = self.abroad if self.foreign_km else self.label or self.postcode
        if self.road is not None:
            km = max(0.1, self.uncertainty_km)
            return Message(
                "{road}, near {town}, ± {km:.2g} km", road=self.road.name, town=town, km=km
            )
        if not self.foreign_km and (self.postcode_given or self.uncertainty_km >= 0.1):
            km = max(0.1, self.uncertainty_km)
            return Message("near {town}, ± {km:.2g} km", town=town, km=km)
        return Message("{lat:.5f}, {lon:.5f} ({town})", lat=self.lat, lon=self.lon, town=town)

    @property
    def is_null_island(self) -> bool:
        """Whether the position is 0, 0 (in the Atlantic), as devices without a position send it."""
        return self.lat == 0 and self.lon == 0

    @property
    def surely_abroad_km(self) -> float:
        """Kilometres beyond the border; 0 if the place may lie in a German postcode."""
        return 0.0 if self.postcodes else self.foreign_km

    @property
    def abroad(self) -> Message:
        """The text for a foreign place: country if known, nearest postcode and its distance."""
        if not self.nearest_postcode:
            return Message("{foreign_km:,.0f} km outside Germany", foreign_km=self.foreign_km)
        return Message("{area}, {km:,.0f} km", area=self.roughly_abroad, km=self.nearest_km)

    @property
    def roughly_abroad(self) -> Message:
        """The text for a foreign place without its distance: country if known, nearest postcode."""
        return Message(
            "{country}, nearest {postcode}",
            country=Message(COUNTRIES.get(self.country, marked("outside Germany"))),
            postcode=self.nearest_postcode,
        )


class Vehicle(Struct, frozen=True, kw_only=True):
    """The stranded vehicle; None means "not asked", never "no"."""

    kind: str | None = None
    brand: str | None = None
    ev: bool = False
    trailer: bool = False
    weight_t: float | None = None
    height_m: float | None = None
    state: str | None = None

    @property
    def assumed_weight_t(self) -> float:
        """The entered weight in tonnes, else that of an ordinary vehicle of the class."""
        return self.weight_t or DEFAULT_WEIGHT_T[self.kind or "car"]

    @property
    def is_heavy(self) -> bool:
        """Whether ordinary tow trucks are too small for it."""
        if self.weight_t is not None:
            return self.weight_t > HEAVY_FROM_T
        return self.kind in ("truck", "bus")


class Incident(Struct, frozen=True, kw_only=True):
    """An incident as the caller describes it; None means "not asked"."""

    kind: str
    place: Place
    when: datetime
    client: str | None = None
    vehicle: Vehicle = field(default_factory=Vehicle)
    spot: str | None = None
    clearance_m: float | None = None
    where: str | None = None
    last_exit: str | None = None
    trapped: bool = False
    injured: int = 0
    hazard: str | None = None
    persons: int | None = None
    children: int = 0
    pets: int = 0
    language: str | None = None
    note: str | None = None
    wish: str | None = None
    asked: tuple[str, ...] = ()
    number: int = 0
    """Number of the case, or of the row in a batch; 0: none. It only decides ties."""

    @property
    def travellers(self) -> int:
        """The number of people to take along; 1 if not asked, and at least the children."""
        return max(1 if self.persons is None else self.persons, self.children)

    @property
    def is_under_a_roof(self) -> bool:
        """Whether the spot has a roof, so that a truck may be too high for it."""
        return self.spot in ("garage", "tunnel")

    @property
    def in_danger(self) -> bool:
        """Whether a person is hurt, trapped or in traffic, so that no contract counts."""
        return is_danger(injured=self.injured, trapped=self.trapped, spot=self.spot)


def is_danger(*, injured: int, trapped: bool, spot: str | None) -> bool:
    """Return whether a person is hurt, trapped or in traffic: the one definition of danger."""
    return injured > 0 or trapped or spot in DANGEROUS_SPOTS
