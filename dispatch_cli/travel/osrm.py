"""The table service of OSRM (project-osrm.org): minutes of a car in free traffic."""

from collections.abc import Sequence

import msgspec

from ..messages import Message
from ..model.travel_engines import TravelSettings, UnitKind
from .engine_protocol import EngineError, Leg, Legs, Point, Send, leg_of, metres_between

_BY_GET = 90
"""Bases of one request by GET: servers before 26 allow 100 coordinates by default."""
_BY_POST = 900
_PATH = "/table/v1/driving/"
_OPTIONS = "annotations=duration,distance&generate_hints=false"
_NO_POST = ("InvalidUrl", "InvalidQuery", "InvalidOptions", "InvalidService")
"""Codes with which a server answers that does not read parameters by POST."""


class _Waypoint(msgspec.Struct):
    location: tuple[float, float]
    distance: float = 0.0


class _Table(msgspec.Struct):
    code: str = ""
    durations: list[list[float | None]] = []
    distances: list[list[float | None]] = []
    sources: list[_Waypoint] = []
    destinations: list[_Waypoint] = []
    data_version: str = ""


_DECODER = msgspec.json.Decoder(_Table)


class Osrm:
    """Asks ``/table`` from all bases to the place, in one request where the server takes it."""

    def __init__(self, settings: TravelSettings) -> None:
        self._takes_post = True

    def profile(self, unit: UnitKind) -> str:
        """Return the one profile that a server has."""
        return "driving"

    def legs(self, bases: Sequence[Point], place: Point, unit: UnitKind, send: Send) -> Legs:
        """Return the roads from each base to the place."""
        most = _BY_POST if self._takes_post else _BY_GET
        found = [
            self._chunk(bases[start : start + most], place, send)
            for start in range(0, len(bases), most)
        ]
        return _joined(found)

    def _chunk(self, bases: Sequence[Point], place: Point, send: Send) -> Legs:
        by_post = self._takes_post and len(bases) > _BY_GET
        if by_post:
            status, body = send(_PATH, _posted(bases, place))
        else:
            status, body = send(f"{_PATH}{_coordinates(bases, place)}?{_selection(bases)}", None)
        table = _decoded(status, body)
        if by_post and (status in (404, 405) or table.code in _NO_POST):
            self._takes_post = False
            return self.legs(bases, place, "car", send)
        if table.code == "TooBig" and len(bases) > 1:
            half = len(bases) // 2
            return _joined(
                [self._chunk(each, place, send) for each in (bases[:half], bases[half:])]
            )
        if table.code != "Ok":
            raise EngineError(_refused(status, table.code))
        return _legs_of(table, bases, place)


def _joined(parts: Sequence[Legs]) -> Legs:
    return Legs(
        legs=tuple(leg for part in parts for leg in part.legs),
        place_snap_m=max((part.place_snap_m or 0.0 for part in parts), default=None),
        data_version=parts[-1].data_version if parts else "",
    )


def _coordinates(bases: Sequence[Point], place: Point) -> str:
    return ";".join(f"{lon:.6f},{lat:.6f}" for lat, lon in (place, *bases))


def _selection(bases: Sequence[Point]) -> str:
    sources = ";".join(map(str, range(1, len(bases) + 1)))
    return f"destinations=0&sources={sources}&{_OPTIONS}"


def _posted(bases: Sequence[Point], place: Point) -> bytes:
    return msgspec.json.encode(
        {
            "coordinates": [[round(lon, 6), round(lat, 6)] for lat, lon in (place, *bases)],
            "destinations": [0],
            "sources": [*range(1, len(bases) + 1)],
            "annotations": ["duration", "distance"],
            "generate_hints": False,
        }
    )


def _decoded(status: int, body: bytes) -> _Table:
    try:
        return _DECODER.decode(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        if status != 200:
            return _Table()
        raise EngineError(Message("the answer is not a road table")) from None


def _refused(status: int, code: str) -> Message:
    if status == 200 or not code.isalpha() or len(code) > 40:
        return Message("HTTP {status}", status=status)
    return Message("HTTP {status}, {code}", status=status, code=code)


def _legs_of(table: _Table, bases: Sequence[Point], place: Point) -> Legs:
    count = len(bases)
    sizes = {len(table.durations), len(table.distances), len(table.sources)}
    rows = [*table.durations, *table.distances]
    if sizes != {count} or len(table.destinations) != 1 or any(len(row) != 1 for row in rows):
        raise EngineError(Message("the road table has the wrong size"))
    target = table.destinations[0]
    place_on_road = (target.location[1], target.location[0])

    def leg(at: int) -> Leg:
        source = table.sources[at]
        on_road = (source.location[1], source.location[0])
        return leg_of(
            table.durations[at][0],
            table.distances[at][0] or 0.0,
            bases[at],
            place,
            on_roads=(on_road, place_on_road),
            said_m=source.distance,
        )

    snap_m = max(target.distance, metres_between(place, place_on_road))
    return Legs(
        legs=tuple(map(leg, range(count))), place_snap_m=snap_m, data_version=table.data_version
    )
