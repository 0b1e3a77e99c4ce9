"""What happened, where, to what vehicle, whose customer."""

from datetime import datetime

from msgspec import Struct, field

from ..messages import Message
from .words import COUNTRIES, DANGEROUS_SPOTS, DEFAULT_WEIGHT_T

NO_CLIENT = "none"
"""What the operator types after asking: this motorist is nobody's customer."""

HEAVY_FROM_T = 7.5
"""Above this mass a vehicle needs heavy units (German driving licence class C1 ends here)."""


NO_POSITION_YET = "0, 0 is the position of a device without a fix"


class Place(Struct, frozen=True, kw_only=True):
    """A position on the ground and how well it is known.

    ``postcode`` is the caller's own when ``postcode_given``, else that of the nearest postcode
    centre. ``postcodes`` are all in which the place may lie, the likeliest first; an area made of
    postcodes is held against them.
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
    """Code of a foreign country (``"CH"``); empty in Germany and where it is not known."""
    nearest_postcode: str = ""
    """The German postcode nearest to a foreign place; ``nearest_km`` is how far its centre is."""
    nearest_km: float = 0.0

    @property
    def readback(self) -> str:
        """The words with which the operator confirms the place with the caller."""
        if self.foreign_km:
            return f"{self.lat:.5f}, {self.lon:.5f} ({self.abroad})"
        town = self.label or self.postcode
        if self.postcode_given or self.uncertainty_km >= 0.1:
            return f"near {town}, ± {max(0.1, self.uncertainty_km):.2g} km"
        return f"{self.lat:.5f}, {self.lon:.5f} ({town})"

    @property
    def is_null_island(self) -> bool:
        """Whether it is 0, 0: in the Atlantic, and what a device without a position sends."""
        return self.lat == 0 and self.lon == 0

    @property
    def surely_abroad_km(self) -> float:
        """Kilometres beyond the border; 0 where a German postcode may hold the place after all."""
        return 0.0 if self.postcodes else self.foreign_km

    @property
    def abroad(self) -> Message:
        """Where a foreign place is: its country if known, and its distance to a postcode."""
        if not self.nearest_postcode:
            return Message("{foreign_km:,.0f} km outside Germany", foreign_km=self.foreign_km)
        return Message("{area}, {km:,.0f} km", area=self.roughly_abroad, km=self.nearest_km)

    @property
    def roughly_abroad(self) -> Message:
        """The country of a foreign place, if known, and the nearest postcode."""
        return Message(
            "{country}, nearest {postcode}",
            country=Message(COUNTRIES.get(self.country, "outside Germany")),
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
        """The weight that was said, else that of an ordinary vehicle of the class."""
        return self.weight_t or DEFAULT_WEIGHT_T[self.kind or "car"]

    @property
    def is_heavy(self) -> bool:
        """Whether ordinary tow trucks are too small for it."""
        if self.weight_t is not None:
            return self.weight_t > HEAVY_FROM_T
        return self.kind in ("truck", "bus")


class Incident(Struct, frozen=True, kw_only=True):
    """One call. Only ``kind`` and ``place`` are ever required."""

    kind: str
    place: Place
    when: datetime
    client: str | None = None
    vehicle: Vehicle = field(default_factory=Vehicle)
    spot: str | None = None
    clearance_m: float | None = None
    where: str | None = None
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
    """That of the case, or of the row in a batch; 0: none. Only the lot of ties depends on it."""

    @property
    def travellers(self) -> int:
        """How many people are to be taken along: as many as was said, at least the children."""
        return max(1 if self.persons is None else self.persons, self.children)

    @property
    def is_under_a_roof(self) -> bool:
        """Whether a truck could be too high for the spot."""
        return self.spot in ("garage", "tunnel")

    @property
    def in_danger(self) -> bool:
        """Whether safety beats every contract: somebody is hurt or stands in traffic."""
        return self.injured > 0 or self.trapped or self.spot in DANGEROUS_SPOTS
