"""A road table without a map: A 99 of ``tests/osm/maps.py``, and A 98 that crosses it."""

from pathlib import Path

from dispatch_cli.model.road_table import (
    Carriageway,
    Exit,
    Post,
    RoadTable,
    Sign,
    distances_m,
)
from dispatch_cli.osm.motorways import road_table_bytes

from ..osm.maps import GAP, LON, lat_of


def northbound() -> Carriageway:
    """Return the carriageway of A 99 from km 20 to km 10, with a gap between km 14 and km 13."""
    line = tuple((lat_of(km), LON + GAP) for km in range(20, 9, -1))
    corners = distances_m(line)
    posts = [Post(float(km), corners[20 - km]) for km in range(20, 9, -1)]
    exits = (Exit("3", "Kreuz Mitte", 3_300.0), Exit("4", "Ober / Unterdorf", 8_300.0))
    sections = (tuple(posts[:7]), tuple(posts[7:]))
    return Carriageway("A99", (Sign("Nordstadt am Berg", 0.0),), sections, exits, line)


def southbound() -> Carriageway:
    """Return the carriageway from km 10 to km 20."""
    line = tuple((lat_of(km), LON) for km in range(10, 21))
    corners = distances_m(line)
    posts = [Post(float(km), corners[km - 10]) for km in range(10, 21)]
    exits = (Exit("4", "Ober / Unterdorf", 2_300.0), Exit("3", "Kreuz Mitte", 7_300.0))
    signs = (Sign("Südstadt", 1_000.0), Sign("Salzburg", 1_000.0))
    return Carriageway("A99", signs, (tuple(posts[:4]), tuple(posts[4:])), exits, line)


def crossing() -> Carriageway:
    """Return A 98, which has the same crossing, an exit 3 as well, and no posts."""
    lat = lat_of(16.5)
    exits = (Exit("7", "Kreuz Mitte", 70.0), Exit("3", "Hinterdorf", 140_000.0))
    return Carriageway("A98", (), (), exits, ((lat, LON), (lat, LON + 2)))


def table() -> RoadTable:
    """Return the table of all three."""
    return RoadTable("© test", "2026-11-01", (northbound(), southbound(), crossing()))


def write(path: Path) -> str:
    """Write the table; returns its path as a provider file names it."""
    path.write_bytes(road_table_bytes(table()))
    return str(path)
