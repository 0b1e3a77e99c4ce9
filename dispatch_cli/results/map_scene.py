"""What a map shows: the value that ``--map`` draws as HTML, SVG or GeoJSON.

Positions are (lat, lon) in degrees, WGS 84. ``render.maps`` draws the value and adds no fact.
"""

from collections.abc import Iterable
from datetime import datetime
from math import radians
from typing import Literal

from msgspec import Struct

from ..messages import Message
from ..model.sphere import EARTH_RADIUS_KM
from .cascade_answer import Candidate, EmergencyCall, Exclusion, IncidentView, LastResortLine

KM_PER_DEGREE = radians(1) * EARTH_RADIUS_KM
"""Kilometres of a degree of latitude."""

Position = tuple[float, float]
"""(lat, lon) in degrees."""

Ring = tuple[Position, ...]
"""Corners, the first not repeated at the end."""

RoadKind = Literal["motorway", "trunk", "primary", "other"]
DotLevel = Literal["best", "slow", "late", "none", "outside"]
"""How well a place is served, the best first; ``outside`` has no bearing on the result."""


class MapBox(Struct, frozen=True):
    """A part of the earth between two latitudes and two longitudes, edges included.

    ``east`` is above 180 for a box across the 180th meridian.
    """

    south: float
    west: float
    north: float
    east: float

    def grown(self, share: float) -> "MapBox":
        """Return the box with a margin of ``share`` of its height and width on each side."""
        up, out = share * (self.north - self.south), share * (self.east - self.west)
        south, north = max(-85.0, self.south - up), min(85.0, self.north + up)
        return MapBox(south, self.west - out, north, self.east + out)


class MapCircle(Struct, frozen=True):
    """All places within a distance of a point."""

    lat: float
    lon: float
    radius_km: float


class MapArea(Struct, frozen=True, kw_only=True):
    """The area of a firm, as far as it has a geometry.

    ``circles`` of postcodes stand round their centres and hold nine of ten addresses. An area of
    ``kind`` "country" has no geometry.
    """

    kind: Literal["radius", "polygon", "postcodes", "country"]
    circles: tuple[MapCircle, ...] = ()
    polygons: tuple[tuple[Ring, ...], ...] = ()
    text: str = ""
    """The postcodes or the outline as the provider file names them."""


class MapFirm(Struct, frozen=True, kw_only=True):
    """A firm on the map: ``rank`` in the cascade, or 0 for one that is out.

    ``state`` is the state of its offer in a case, else empty. ``arrival_min`` is None where the
    minutes are not known or may not be shown; ``travel_source`` is that of the minutes.
    """

    provider: str
    name: str
    phone: str
    lat: float
    lon: float
    rank: int = 0
    candidate: Candidate | None = None
    exclusion: Exclusion | None = None
    area: MapArea | None = None
    state: str = ""
    arrival_min: float | None = None
    travel_source: str = ""
    there_at: datetime | None = None
    """The expected arrival if the firms are asked in turn; in a case only a promised one."""


class MapIncident(Struct, frozen=True, kw_only=True):
    """The place of an incident with its uncertainty; ``place`` is what the caller confirms."""

    lat: float
    lon: float
    uncertainty_km: float
    place: Message | str
    is_rough: bool = False
    """Whether the position is that of a postcode, because the exact one is personal data."""


class RoadLine(Struct, frozen=True, kw_only=True):
    """A part of a road, as the ground of a map; ``ref`` is its number (``A 8``) or empty."""

    points: tuple[Position, ...]
    ref: str = ""
    kind: RoadKind = "other"


class Roads(Struct, frozen=True):
    """The roads of a road table, with the day of its data, or empty."""

    lines: tuple[RoadLine, ...] = ()
    as_of: str = ""


def motorways(lines: Iterable[tuple[str, Iterable[Position]]], as_of: str = "") -> Roads:
    """Make the roads of a map from the numbers and corners of motorways, as a road table has them.

    Lines with fewer than two corners are left out.
    """
    found = [RoadLine(points=tuple(corners), ref=ref, kind="motorway") for ref, corners in lines]
    return Roads(tuple(line for line in found if len(line.points) > 1), as_of)


class MapTown(Struct, frozen=True):
    """A town, to find one's way on the map."""

    name: str
    lat: float
    lon: float
    inhabitants: int


class MapGround(Struct, frozen=True):
    """What lies below the facts of a map."""

    roads: Roads = Roads()
    towns: tuple[MapTown, ...] = ()


class DotLayer(Struct, frozen=True, kw_only=True):
    """Places of one level: postcodes or incidents.

    ``names`` has the postcode of each position, or nothing.
    """

    level: DotLevel
    label: Message | str
    positions: tuple[Position, ...]
    names: tuple[str, ...] = ()


class CountCell(Struct, frozen=True):
    """Many incidents near one position, counted by level."""

    lat: float
    lon: float
    counts: dict[DotLevel, int]


class MapSheet(Struct, frozen=True, kw_only=True):
    """One picture of a map, usually that of one service."""

    box: MapBox
    service: str = ""
    firms: tuple[MapFirm, ...] = ()
    last_resort: LastResortLine | None = None
    dots: tuple[DotLayer, ...] = ()
    cells: tuple[CountCell, ...] = ()
    cell_labels: dict[DotLevel, Message] = {}
    """What each level of the cells means."""
    notes: tuple[Message | str, ...] = ()


class MapScene(Struct, frozen=True, kw_only=True):
    """A whole map: what it is about, its sheets, and the ground below them.

    ``at`` is the time of the incident, or of the report. ``view`` has the other facts of the
    incident of a cascade, ``case_id`` and ``what`` number and kind of a case. ``is_private``: only
    the owner of the file may read it, because it has the place of a person.
    """

    kind: Literal["cascade", "case", "batch", "coverage"]
    at: datetime
    sheets: tuple[MapSheet, ...]
    ground: MapGround = MapGround()
    incident: MapIncident | None = None
    view: IncidentView | None = None
    case_id: int = 0
    what: str = ""
    emergency: tuple[EmergencyCall, ...] = ()
    facts: tuple[Message | str, ...] = ()
    """Sentences below the title: client, vehicle, counts."""
    notes: tuple[Message | str, ...] = ()
    is_private: bool = True
