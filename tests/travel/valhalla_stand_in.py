"""A stand-in for Valhalla: its matrix, its search for roads, and its refusal of whole requests."""

import json
from collections.abc import Collection

from dispatch_cli.model.sphere import great_circle_km

from .road_servers import Point, http

NO_EDGES, UNCONNECTED = 171, 170
"""Errors of the real server: no road near a location; locations in unconnected regions."""
_KMH = 45.0
_DETOUR = 1.4


class ValhallaStandIn:
    """Answers as the real server does; a test may set what is wrong with some points.

    One source of ``off_road`` or ``unconnected`` refuses the whole matrix, as in the real server.
    ``has_points``: the matrix has the points on the roads, as from version 3.5 on. ``place_snap_m``
    is the distance of the place from its road, None without a road. ``bodies`` has the decoded
    requests by their path.
    """

    def __init__(self) -> None:
        self.off_road: Collection[Point] = ()
        self.unconnected: Collection[Point] = ()
        self.without_way: Collection[Point] = ()
        self.has_points = True
        self.has_status = True
        self.place_snap_m: float | None = 0.0
        self.bodies: list[tuple[str, dict]] = []

    def __call__(self, target: str, body: bytes) -> bytes:
        """Make the answer to a request."""
        asked = json.loads(body) if body else {}
        self.bodies.append((target, asked))
        if target == "/status":
            if not self.has_status:
                return http(b"", "404 Not Found")
            return _json({"version": "3.9.1", "tileset_last_modified": 1790000000})
        found = self._located(asked) if target == "/locate" else self.matrix(asked)
        return _refused(found) if isinstance(found, int) else _json(found)

    def paths(self) -> list[str]:
        """Return the paths of the requests."""
        return [target for target, _ in self.bodies]

    def matrix(self, asked: dict) -> dict | int:
        """Make the answer of a matrix, or the error that refuses it."""
        bases = [_point(each) for each in asked["sources"]]
        [place] = [_point(each) for each in asked["targets"]]
        if self.place_snap_m is None or any(base in self.off_road for base in bases):
            return NO_EDGES
        if any(base in self.unconnected for base in bases):
            return UNCONNECTED
        cells = [[self._cell(base, place)] for base in bases]
        return {"sources_to_targets": cells, "units": asked["units"], "algorithm": "costmatrix"}

    def _cell(self, base: Point, place: Point) -> dict:
        cell = {"time": None, "distance": None}
        if base not in self.without_way:
            seconds, km = road(base, place)
            cell = {"time": seconds, "distance": km}
        if self.has_points:
            lat, lon = self._road_near(place)
            cell |= {"begin_lat": base[0], "begin_lon": base[1], "end_lat": lat, "end_lon": lon}
        return cell

    def _located(self, asked: dict) -> list[dict]:
        found = []
        for each in asked["locations"]:
            point = _point(each)
            # Only bases have a limit.
            is_place = "search_cutoff" not in each
            if point in self.off_road or (is_place and self.place_snap_m is None):
                found.append({"edges": None, "nodes": None})
                continue
            lat, lon = self._road_near(point) if is_place else point
            edge = {"way_id": 1, "correlated_lat": lat, "correlated_lon": lon}
            farther = {"way_id": 2, "correlated_lat": lat + 0.003, "correlated_lon": lon}
            found.append({"edges": [farther, edge], "nodes": []})
        return found

    def _road_near(self, place: Point) -> Point:
        return place[0] + (self.place_snap_m or 0.0) / 111_195, place[1]


def road(base: Point, place: Point) -> tuple[float, float]:
    """Return seconds and kilometres of the road, as the stand-in has it."""
    km = great_circle_km(*base, *place) * _DETOUR
    return round(km / _KMH * 3600, 1), round(km, 3)


def _json(content: object) -> bytes:
    return http(json.dumps(content).encode())


def _refused(error: int) -> bytes:
    body = {"error_code": error, "error": "refused", "status_code": 400, "status": "Bad Request"}
    return http(json.dumps(body).encode(), "400 Bad Request")


def _point(location: dict) -> Point:
    return location["lat"], location["lon"]
