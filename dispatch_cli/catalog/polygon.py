"""Read a service area from a GeoJSON file."""

from collections.abc import Iterator
from math import isfinite
from typing import Any

import msgspec

from ..errors import BadDataError, Problem, SentenceError
from ..model.provider import Ring
from .read import MAX_DEPTH, decode, too_deep_at

MAX_POINTS = 100_000

# Wide enough for everything that is called Germany; only to tell swapped numbers.
_GERMANY = ((47.2, 55.2), (5.8, 15.1))


def parse_polygon(content: bytes, *, shown: str) -> tuple[tuple[Ring, ...], ...]:
    """Read all polygons, each as its rings of (lat, lon) corners without the repeated last one.

    GeoJSON writes longitude first. The rings after a polygon's first are its holes.
    """
    text = decode(content, shown=shown)
    line = too_deep_at(text)
    if line:
        raise BadDataError(
            Problem.at(
                shown, "nested deeper than {max_depth} levels", line=line, max_depth=MAX_DEPTH
            )
        )
    try:
        found = msgspec.json.decode(text)
        polygons = tuple(
            tuple(_ring(points) for points in _list(polygon, "a polygon"))
            for polygon in _polygons(found)
        )
        rings = [ring for polygon in polygons for ring in polygon]
        if not rings:
            raise ValueError("it holds no polygon")
        if sum(map(len, rings)) > MAX_POINTS:
            raise SentenceError("more than {max_points:,} points", max_points=MAX_POINTS)
        _check_order(rings)
    except msgspec.DecodeError as error:
        raise BadDataError(Problem.at(shown, "not valid JSON: {error}", error=error)) from None
    except (ValueError, RecursionError) as error:
        raise BadDataError(
            Problem.at(shown, "not a polygon in GeoJSON: {error}", error=error)
        ) from None
    return tuple(polygon for polygon in polygons if polygon)


def _polygons(found: Any) -> Iterator[Any]:
    """Find the polygons of a geometry, a feature, or a collection of features."""
    kind = found.get("type") if isinstance(found, dict) else None
    match kind:
        case "Polygon":
            yield _list(found.get("coordinates"), "coordinates")
        case "MultiPolygon":
            yield from _list(found.get("coordinates"), "coordinates")
        case "Feature":
            yield from _polygons(found.get("geometry"))
        case "FeatureCollection":
            for feature in _list(found.get("features"), "features"):
                yield from _polygons(feature)
        case _:
            allowed = "Polygon, MultiPolygon, Feature or FeatureCollection"
            raise SentenceError(
                "type is {kind!r}, allowed is {allowed}", kind=str(kind)[:40], allowed=allowed
            )


def _list(value: Any, what: str) -> list[Any]:
    if not isinstance(value, list):
        raise SentenceError("{what} must be a list", what=what)
    return value


def _ring(points: Any) -> Ring:
    """Read one ring: at least three corners, and the first again at the end."""
    corners = tuple(_corner(point) for point in _list(points, "a ring"))
    if len(corners) < 4:
        raise SentenceError("a ring has {count} points, it needs at least 4", count=len(corners))
    if corners[0] != corners[-1]:
        raise ValueError("a ring is not closed: its last point must be its first again")
    return corners[:-1]


def _corner(point: Any) -> tuple[float, float]:
    """Read a position, [lon, lat] or [lon, lat, height]."""
    numbers = _list(point, "a point")
    if len(numbers) < 2 or any(type(number) not in (int, float) for number in numbers):
        raise ValueError("a point must be [lon, lat]")
    lon, lat = numbers[:2]
    # Whole numbers of any length come through JSON; a float of them may not exist.
    if abs(lat) > 90 or abs(lon) > 180 or not isfinite(lat) or not isfinite(lon):
        hint = "; GeoJSON is [lon, lat]" if abs(lat) <= 180 and abs(lon) <= 90 else ""
        raise SentenceError(
            "the point [{lon}, {lat}] is not on earth{advice}",
            lon=_short(lon),
            lat=_short(lat),
            advice=hint,
        )
    return float(lat), float(lon)


def _short(number: float) -> str:
    return f"{number:g}" if abs(number) < 1e9 else "huge"


def _check_order(rings: list[Ring]) -> None:
    """Refuse a polygon of which every corner is in Germany only with lat and lon swapped."""
    (south, north), (west, east) = _GERMANY
    swapped = all(
        not (south <= lat <= north and west <= lon <= east)
        and (south <= lon <= north and west <= lat <= east)
        for ring in rings
        for lat, lon in ring
    )
    if swapped:
        lat, lon = rings[0][0]
        raise SentenceError(
            "its points look like [lat, lon]: [{lon:g}, {lat:g}] would be in Germany the other"
            " way round; GeoJSON is [lon, lat]",
            lon=lon,
            lat=lat,
        )
