"""Write a map as GeoJSON (RFC 7946): the same facts for other programs, WGS 84, (lon, lat).

Texts are cleaned, because programs for maps show them at once. Minutes are not rounded.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from math import isfinite
from typing import Any

import msgspec

from ...messages import Message
from ...results.map_scene import MapCircle, MapFirm, MapIncident, MapScene, MapSheet, Position, Ring
from ..answer_times import with_local_times
from ..clean import clean
from .map_words import attributions, description_of, title_of
from .projection import ring_of

_DIGITS = 6
"""Decimals of a degree: a tenth of a metre."""


def geojson_map(scene: MapScene) -> str:
    """Return the file: one feature collection with a title, a time and the sources of the data.

    Titles and notes are in the language of the screen, properties and their words in English.
    """
    features = list(_features(scene))
    collection = {
        "type": "FeatureCollection",
        "title": title_of(scene),
        "time": with_local_times(scene.at).isoformat(),
        "attribution": " ".join(map(str, attributions(scene))),
        "notes": [*map(str, scene.notes)],
        "emergency": [msgspec.to_builtins(each, enc_hook=str) for each in scene.emergency],
        "sheets": [_sheet_facts(scene, sheet) for sheet in scene.sheets],
        "features": features,
    }
    return json.dumps(_plain(collection), ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def _sheet_facts(scene: MapScene, sheet: MapSheet) -> dict[str, Any]:
    facts: dict[str, Any] = {"service": sheet.service, "text": description_of(scene, sheet)}
    if sheet.last_resort is not None:
        facts["last_resort"] = {"phone": sheet.last_resort.phone, "text": sheet.last_resort.text}
    return facts


def _plain(value: Any) -> Any:
    """Return a value that JSON can hold: texts cleaned, infinite numbers as null."""
    if isinstance(value, str | Message):
        return clean(str(value), 2000)
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, dict):
        return {clean(str(key)): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value


def _feature(geometry: dict[str, Any], **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _features(scene: MapScene) -> Iterator[dict[str, Any]]:
    if scene.incident is not None:
        yield from _incident(scene.incident)
    for sheet in scene.sheets:
        for firm in sheet.firms:
            yield from _firm(firm, sheet.service)
        yield from _places(sheet)
    for road in scene.ground.roads.lines:
        line = {"type": "LineString", "coordinates": [_lon_lat(each) for each in road.points]}
        if len(road.points) > 1:
            yield _feature(line, what="road", ref=road.ref, kind=road.kind)


def _incident(incident: MapIncident) -> Iterator[dict[str, Any]]:
    facts = {"place": incident.place, "uncertainty_km": incident.uncertainty_km}
    if not incident.is_rough:
        yield _feature(_point((incident.lat, incident.lon)), what="incident", **facts)
    if incident.uncertainty_km > 0:
        circle = MapCircle(incident.lat, incident.lon, incident.uncertainty_km)
        yield _feature(_polygon([[ring_of(circle)]]), what="uncertainty", **facts)


def _firm(firm: MapFirm, service: str) -> Iterator[dict[str, Any]]:
    """Yield a firm with all that the JSON of the command says of it, and its area."""
    facts: dict[str, Any] = {"provider": firm.provider, "name": firm.name, "phone": firm.phone}
    if firm.rank:
        facts["rank"] = firm.rank
    if firm.state:
        facts["state"] = firm.state
    if firm.there_at is not None:
        facts["there_at"] = with_local_times(firm.there_at).isoformat()
    for source in (firm.candidate, firm.exclusion):
        if source is not None:
            facts |= msgspec.to_builtins(with_local_times(source), enc_hook=str)
    what = "firm" if firm.rank else "excluded"
    yield _feature(_point((firm.lat, firm.lon)), what=what, service=service, **facts)
    area = firm.area
    if area is None or not (area.circles or area.polygons):
        return
    rings = [[ring_of(circle)] for circle in area.circles]
    yield _feature(
        _polygon([*rings, *area.polygons]),
        what="area",
        service=service,
        provider=firm.provider,
        rank=firm.rank,
        kind=area.kind,
        text=area.text,
        radius_km=area.circles[0].radius_km if area.kind == "radius" else None,
    )


def _places(sheet: MapSheet) -> Iterator[dict[str, Any]]:
    for layer in sheet.dots:
        if layer.positions:
            points = [_lon_lat(each) for each in layer.positions]
            yield _feature(
                {"type": "MultiPoint", "coordinates": points},
                what="places",
                service=sheet.service,
                level=layer.level,
                label=str(layer.label),
                count=len(points),
                postcodes=list(layer.names),
            )
    for cell in sheet.cells:
        yield _feature(
            _point((cell.lat, cell.lon)),
            what="incidents",
            count=sum(cell.counts.values()),
            levels={str(sheet.cell_labels[level]): n for level, n in cell.counts.items()},
        )


def _lon_lat(position: Position) -> list[float]:
    lat, lon = position
    return [round((lon + 180) % 360 - 180, _DIGITS), round(lat, _DIGITS)]


def _point(position: Position) -> dict[str, Any]:
    return {"type": "Point", "coordinates": _lon_lat(position)}


def _polygon(polygons: Sequence[Sequence[Ring]]) -> dict[str, Any]:
    """Return polygons with closed rings, outer ones against the clock, holes with it."""
    found = [
        [_closed(ring, is_outer=number == 0) for number, ring in enumerate(rings)]
        for rings in polygons
    ]
    if len(found) == 1:
        return {"type": "Polygon", "coordinates": found[0]}
    return {"type": "MultiPolygon", "coordinates": found}


def _closed(ring: Ring, *, is_outer: bool) -> list[list[float]]:
    corners: Iterable[Position] = ring
    if _is_against_the_clock(ring) != is_outer:
        corners = reversed(ring)
    found = [_lon_lat(each) for each in corners]
    return [*found, found[0]]


def _is_against_the_clock(ring: Ring) -> bool:
    twice = 0.0
    for number, (lat, lon) in enumerate(ring):
        before_lat, before_lon = ring[number - 1]
        twice += (before_lon - lon) * (before_lat + lat)
    return twice > 0
