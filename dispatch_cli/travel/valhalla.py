"""The matrix of Valhalla (valhalla.github.io), with the size and weight of recovery vehicles."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from ..messages import Message
from ..model.travel_engines import TravelSettings, UnitKind
from .engine_protocol import EngineError, Leg, Legs, Point, Send, leg_of, metres_between

_MATRIX, _LOCATE, _STATUS = "/sources_to_targets", "/locate", "/status"
_MOST = 50
"""Bases of one request: the default limit of a server is 2,500 pairs and 50 locations."""
_NO_WAY = (154, 170, 171, 442)
"""Errors of a whole request because of some of its ends: too far apart, in unconnected regions, no
road near a location, no route."""

_TRUCKS: Mapping[UnitKind, Mapping[str, float]] = {
    "tow_truck": {
        "height": 3.3, "width": 2.5, "length": 9.0, "weight": 12.0, "axle_load": 8.0,
    },
    "heavy_truck": {
        "height": 4.0, "width": 2.55, "length": 12.0, "weight": 32.0, "axle_load": 11.5,
    },
}  # fmt: skip
"""A flatbed of 12 t, and a recovery truck of 32 t: metres and tonnes."""
_NOWHERE_M = 1e6


class _Cell(msgspec.Struct):
    """A pair; servers before 3.5 do not say the points on the roads."""

    time: float | None = None
    distance: float | None = None
    begin_lat: float | None = None
    begin_lon: float | None = None
    end_lat: float | None = None
    end_lon: float | None = None

    @property
    def begin(self) -> Point | None:
        return _point(self.begin_lat, self.begin_lon)

    @property
    def end(self) -> Point | None:
        return _point(self.end_lat, self.end_lon)


class _Matrix(msgspec.Struct):
    sources_to_targets: list[list[_Cell]] = []
    units: str = "kilometers"
    error_code: int = 0


class _Edge(msgspec.Struct):
    correlated_lat: float
    correlated_lon: float


class _Located(msgspec.Struct):
    edges: list[_Edge] | None = None


class _Status(msgspec.Struct):
    tileset_last_modified: int = 0


class Valhalla:
    """Asks ``/sources_to_targets``; it says lengths in kilometres."""

    def __init__(self, settings: TravelSettings) -> None:
        self._snap_m = round(settings.snap_m)
        self._settings = settings
        self._version = ""

    def profile(self, unit: UnitKind) -> str:
        """Return the costing with its options."""
        return msgspec.json.encode(self._costing(unit)).decode()

    def legs(self, bases: Sequence[Point], place: Point, unit: UnitKind, send: Send) -> Legs:
        """Return the roads from each base to the place."""
        if not self._version:
            self._version = _version(send)
        found: list[Leg] = []
        place_snap_m: float | None = None
        for start in range(0, len(bases), _MOST):
            legs, snap_m = self._matrix(bases[start : start + _MOST], place, unit, send)
            found += legs
            place_snap_m = snap_m if place_snap_m is None else place_snap_m
        if place_snap_m is None:
            place_snap_m = self._place_snap_m(place, unit, send)
        return Legs(legs=tuple(found), place_snap_m=place_snap_m, data_version=self._version)

    def _costing(self, unit: UnitKind) -> dict[str, Any]:
        truck = _TRUCKS.get(unit, {})
        name = "truck" if truck else "auto"
        # The server takes at most 252 km/h.
        options = {**truck, "top_speed": round(min(self._settings.top_kmh(unit), 252))}
        return {"costing": name, "costing_options": {name: options}}

    def _location(self, point: Point) -> dict[str, float]:
        # A point farther from every road than this has none, instead of the nearest one.
        return {
            "lat": round(point[0], 6), "lon": round(point[1], 6), "search_cutoff": self._snap_m,
        }  # fmt: skip

    def _matrix(
        self, bases: Sequence[Point], place: Point, unit: UnitKind, send: Send
    ) -> tuple[list[Leg], float | None]:
        """Ask for some bases; if one of them fails the request, ask without it."""
        # The place may be uncertain, so that its own limit is checked later.
        target = {"lat": round(place[0], 6), "lon": round(place[1], 6)}
        asked = {
            "sources": [self._location(base) for base in bases],
            "targets": [target],
            "units": "kilometers",
            **self._costing(unit),
        }
        status, body = send(_MATRIX, msgspec.json.encode(asked))
        matrix = _decoded(_Matrix, status, body)
        if status == 200:
            return _legs_of(matrix, bases, place)
        if matrix.error_code not in _NO_WAY:
            raise EngineError(Message("HTTP {status}", status=status))
        if len(bases) == 1:
            return [_no_leg(bases[0], place)], None
        near = self._near_roads(bases, unit, send)
        parts = [near] if 0 < sum(near) < len(bases) else _halves(len(bases))
        legs = [_no_leg(base, place) for base in bases]
        snap_m: float | None = None
        for part in parts:
            numbers = [at for at, is_in in enumerate(part) if is_in]
            found, part_snap_m = self._matrix([bases[at] for at in numbers], place, unit, send)
            snap_m = part_snap_m if snap_m is None else snap_m
            for at, leg in zip(numbers, found, strict=True):
                legs[at] = leg
        return legs, snap_m

    def _near_roads(self, bases: Sequence[Point], unit: UnitKind, send: Send) -> list[bool]:
        """Return for each base whether it has a road within the limit."""
        found = self._located([self._location(base) for base in bases], unit, send)
        return [bool(each.edges) for each in found]

    def _place_snap_m(self, place: Point, unit: UnitKind, send: Send) -> float:
        """Return how far the place is from the nearest road; _NOWHERE_M without one."""
        location = {"lat": round(place[0], 6), "lon": round(place[1], 6)}
        [found] = self._located([location], unit, send)
        return min(
            (
                metres_between(place, (edge.correlated_lat, edge.correlated_lon))
                for edge in found.edges or ()
            ),
            default=_NOWHERE_M,
        )

    def _located(
        self, locations: list[dict[str, float]], unit: UnitKind, send: Send
    ) -> list[_Located]:
        asked = {"locations": locations, "verbose": False, **self._costing(unit)}
        status, body = send(_LOCATE, msgspec.json.encode(asked))
        if status != 200:
            raise EngineError(Message("HTTP {status}", status=status))
        found: list[_Located] = _decoded(list[_Located], status, body)
        if len(found) != len(locations):
            raise EngineError(Message("the road table has the wrong size"))
        return found


def _halves(count: int) -> list[list[bool]]:
    half = count // 2
    return [[at < half for at in range(count)], [at >= half for at in range(count)]]


def _version(send: Send) -> str:
    status, body = send(_STATUS, None)
    if status != 200:  # a server may switch this service off
        return "-"
    return str(_decoded(_Status, status, body).tileset_last_modified)


def _decoded(shape: Any, status: int, body: bytes) -> Any:
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        if status != 200:
            return shape()
        raise EngineError(Message("the answer is not a road table")) from None


def _no_leg(base: Point, place: Point) -> Leg:
    return Leg(None, 0.0, None, metres_between(base, place))


def _point(lat: float | None, lon: float | None) -> Point | None:
    return None if lat is None or lon is None else (lat, lon)


def _legs_of(
    matrix: _Matrix, bases: Sequence[Point], place: Point
) -> tuple[list[Leg], float | None]:
    rows = matrix.sources_to_targets
    if len(rows) != len(bases) or any(len(row) != 1 for row in rows):
        raise EngineError(Message("the road table has the wrong size"))
    if matrix.units != "kilometers":
        raise EngineError(Message("the road table is not in kilometres"))
    legs = []
    place_snap_m: float | None = None
    for base, [cell] in zip(bases, rows, strict=True):
        begin, end = cell.begin, cell.end
        on_roads = None if begin is None or end is None else (begin, end)
        metres = (cell.distance or 0.0) * 1000
        legs.append(leg_of(cell.time, metres, base, place, on_roads=on_roads))
        if end is not None:
            place_snap_m = max(place_snap_m or 0.0, metres_between(place, end))
    return legs, place_snap_m
