"""Read a service area from a GeoJSON file."""

from collections.abc import Iterator
from math import isfinite
from typing import Any

import msgspec

from ..errors import BadDataError, Problem, SentenceError
from ..messages import Message, joined
from ..model.provider import Ring
from .problem_collector import and_more
from .ring_faults import ring_faults
from .untrusted_files import decode, refuse_deep_nesting

MAX_POINTS = 100_000
_MOST_FAULTS = 5
"""The largest number of faults of a file that are named; the others are counted."""

# A box round Germany, to detect swapped latitude and longitude.
_GERMANY = ((47.2, 55.2), (5.8, 15.1))


def parse_polygon(content: bytes, *, shown: str) -> tuple[tuple[Ring, ...], ...]:
    """Read all polygons as rings of (lat, lon) corners, without the repeated last corner.

    GeoJSON has the longitude first. The rings after the first of a polygon are its holes. Raises
    BadDataError, also for rings that cross themselves or each other, or have no area.
    """
    text = decode(content, shown=shown)
    refuse_deep_nesting(text, shown=shown)
    try:
        found = msgspec.json.decode(text)
        faults: list[Message | str] = []
        polygons = tuple(
            tuple(_rings(_list(polygon, Message("a polygon")), faults))
            for polygon in _polygons(found)
        )
        rings = [ring for polygon in polygons for ring in polygon]
        if not rings and not faults:
            raise SentenceError("it contains no polygon")
        if sum(map(len, rings)) > MAX_POINTS:
            raise SentenceError("more than {max_points:,} points", max_points=MAX_POINTS)
        if rings and not faults:
            _check_order(rings)
        for number, polygon in enumerate(polygons if not faults else (), 1):
            for fault in ring_faults(polygon) if polygon else ():
                numbered = Message("polygon {number}: {fault}", number=number, fault=fault)
                faults.append(numbered if len(polygons) > 1 else fault)
        if faults:
            raise SentenceError(
                joined([*faults[:_MOST_FAULTS], *and_more(len(faults[_MOST_FAULTS:]))])
            )
    except msgspec.DecodeError:
        raise BadDataError(_json_problem(text, shown)) from None
    except (SentenceError, RecursionError) as error:
        raise BadDataError(
            Problem.at(shown, "not a polygon in GeoJSON: {error}", error=error)
        ) from None
    return tuple(polygon for polygon in polygons if polygon)


def _json_problem(text: str, shown: str) -> Problem:
    """Find the line and column where a text ceases to be JSON."""
    import json

    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        if text.lstrip().startswith("<"):
            return Problem("not valid JSON but a web page: save the file itself", shown, 1)
        if not text.strip():
            return Problem("not valid JSON: the file is empty", shown)
        found = text[error.pos : error.pos + 1].strip()
        template = "not valid JSON, column {column}: {found} is not expected here"
        return Problem.at(
            shown,
            template,
            line=error.lineno,
            column=error.colno,
            found=found or Message("the end of the line"),
        )
    except RecursionError:
        pass
    # Python reads what no JSON has.
    return Problem("not valid JSON: it contains NaN or Infinity, or a number too long", shown)


def _polygons(found: Any) -> Iterator[Any]:
    """Iterate over the polygons of a geometry, a feature, or a collection of features."""
    kind = found.get("type") if isinstance(found, dict) else None
    match kind:
        case "Polygon":
            yield _list(found.get("coordinates"), "coordinates")
        case "MultiPolygon":
            yield from _list(found.get("coordinates"), "coordinates")
        case "Feature" if found.get("geometry") is None:
            raise SentenceError("a Feature has no geometry, and so no area")
        case "Feature":
            yield from _polygons(found.get("geometry"))
        case "FeatureCollection":
            for feature in _list(found.get("features"), "features"):
                yield from _polygons(feature)
        case _:
            raise SentenceError(
                "type is {kind!r}, allowed is Polygon, MultiPolygon, Feature or FeatureCollection",
                kind=str(kind)[:40],
            )


def _list(value: Any, what: Message | str) -> list[Any]:
    if not isinstance(value, list):
        raise SentenceError("{what} must be a list", what=what)
    return value


def _rings(found: list[Any], faults: list[Message | str]) -> Iterator[Ring]:
    """Iterate over the rings that can be read; those that cannot are added to the faults."""
    for points in found:
        try:
            yield _ring(points)
        except SentenceError as error:
            faults.append(error.sentence)


def _ring(points: Any) -> Ring:
    """Read one ring: at least three corners, and the first one again at the end."""
    corners = tuple(_corner(point) for point in _list(points, Message("a ring")))
    if len(corners) < 4:
        raise SentenceError("a ring has {count} points, it needs at least 4", count=len(corners))
    if corners[0] != corners[-1]:
        raise SentenceError("a ring is not closed: its last point must equal its first")
    return corners[:-1]


def _corner(point: Any) -> tuple[float, float]:
    """Read a position, [lon, lat] or [lon, lat, height]."""
    numbers = _list(point, Message("a point"))
    if len(numbers) < 2 or any(type(number) not in (int, float) for number in numbers):
        raise SentenceError("a point must be [lon, lat]")
    lon, lat = numbers[:2]
    # JSON has integers of any length, which may be too large for a float.
    if abs(lat) > 90 or abs(lon) > 180 or not isfinite(lat) or not isfinite(lon):
        template = "the point [{lon}, {lat}] is out of range"
        if abs(lat) <= 180 and abs(lon) <= 90:
            template = "the point [{lon}, {lat}] is out of range; GeoJSON is [lon, lat]"
        raise SentenceError(template, lon=_short(lon), lat=_short(lat))
    return float(lat), float(lon)


def _short(number: float) -> Message | str:
    return f"{number:g}" if abs(number) < 1e9 else Message("huge")


def _check_order(rings: list[Ring]) -> None:
    """Refuse polygons whose corners are in Germany only after lat and lon are swapped."""
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
