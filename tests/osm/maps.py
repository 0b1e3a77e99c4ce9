"""A small map as XML of OpenStreetMap, which osmium reads as well, and the shared extracts.

The motorway A 99 runs from south to north at longitude 11: along one degree of latitude a kilometre
is 0.008993 degrees. Its carriageway to the north lies 20 m east of the one to the south. The
kilometres fall towards the north: post 20 at latitude 48.0, post 10 ten kilometres north of it.
"""

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from math import cos, radians
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest

SHARED = Path(__file__).resolve().parents[2].parent / "shared/data/osm"
HEIDELBERG = SHARED / "heidelberg.osm.pbf"
BERLIN = SHARED / "berlin-borsigwalde.osm.pbf"
HAS_OSMIUM = find_spec("osmium") is not None

needs_osmium = pytest.mark.skipif(not HAS_OSMIUM, reason="the extra osm is not here")
needs_extracts = pytest.mark.skipif(
    not (HAS_OSMIUM and HEIDELBERG.exists()),
    reason="the shared OpenStreetMap extracts, or the extra osm, are not here",
)

KM = 1 / 111.19508
"""Degrees of latitude of a kilometre on the sphere of the program."""
GAP = 0.020 / 111.19508 / cos(radians(48))
"""Degrees of longitude between the two carriageways: 20 m."""
SOUTH, LON = 48.0, 11.0


def lat_of(km: float) -> float:
    """Return the latitude of a kilometre of A 99."""
    return SOUTH + (20 - km) * KM


class Map:
    """A map to which nodes and ways are added."""

    def __init__(self, as_of: str = "2026-11-01T00:00:00Z") -> None:
        self.as_of = as_of
        self._parts: list[str] = []
        self._next = 1000

    def node(
        self, lat: float, lon: float, tags: Mapping[str, str] | None = None, id: int = 0
    ) -> int:
        """Add a node; returns its id."""
        number = id or self._new()
        self._parts.append(
            f'<node id="{number}" version="1" timestamp="2026-10-05T00:00:00Z"'
            f' lat="{lat:.7f}" lon="{lon:.7f}">{_tags(tags)}</node>'
        )
        return number

    def way(self, nodes: Sequence[int], tags: Mapping[str, str], id: int = 0) -> int:
        """Add a way of nodes; returns its id."""
        number = id or self._new()
        refs = "".join(f'<nd ref="{node}"/>' for node in nodes)
        self._parts.append(
            f'<way id="{number}" version="1" timestamp="2026-10-05T00:00:00Z">'
            f"{refs}{_tags(tags)}</way>"
        )
        return number

    def house(self, lat: float, lon: float, tags: Mapping[str, str], id: int = 0) -> int:
        """Add a closed way of 20 m round a point; returns its id."""
        half = 0.01 * KM
        corners = [
            self.node(lat + north * half, lon + east * half)
            for north, east in ((-1, -1), (-1, 1), (1, 1), (1, -1))
        ]
        return self.way([*corners, corners[0]], {"building": "yes", **tags}, id)

    def text(self) -> str:
        """Return the map as XML: all nodes before all ways, each sorted by id."""
        found = sorted(self._parts, key=lambda part: (part[1], int(part.split('"')[1])))
        body = "\n".join(found)
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<osm version="0.6" generator="test">\n{body}\n</osm>\n'
        )

    def write(self, path: Path) -> Path:
        """Write the map; returns the path."""
        path.write_text(self.text(), "utf-8")
        return path

    def _new(self) -> int:
        self._next += 1
        return self._next


def _tags(tags: Mapping[str, str] | None) -> str:
    return "".join(
        f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in (tags or {}).items()
    )


def add_motorway(found: Map) -> None:
    """Add A 99 from km 21 to km 9 with posts from 20 to 10, two exits, and signs.

    To the north a sign names Nordstadt, to the south a ramp has a sign to Südstadt. Exit 3
    (Kreuz Mitte) is at km 17, exit 4 (Ober / Unterdorf) at km 12.
    """
    northbound, southbound = [], []
    for km in range(21, 8, -1):
        post = {"highway": "milestone", "distance": f"{km}.0"} if 10 <= km <= 20 else {}
        exits = {
            17: {"highway": "motorway_junction", "ref": "3", "name": "Kreuz Mitte"},
            12: {"highway": "motorway_junction", "ref": "4", "name": "Ober / Unterdorf"},
        }
        northbound.append(found.node(lat_of(km), LON + GAP, post))
        southbound.append(found.node(lat_of(km), LON, post))
        if km in exits:
            northbound.append(found.node(lat_of(km - 0.3), LON + GAP, exits[km]))
            southbound.append(found.node(lat_of(km - 0.7), LON, exits[km]))
    road = {"highway": "motorway", "ref": "A 99", "oneway": "yes"}
    southbound.reverse()
    found.way(northbound[:6], {**road, "destination": "Nordstadt"})
    found.way(northbound[5:], road)
    found.way(southbound[:7], road)
    found.way(southbound[6:], road)
    ramp = found.node(lat_of(13.2), LON - 0.01)
    found.way(
        [ramp, southbound[4]],
        {"highway": "motorway_link", "oneway": "yes", "destination": "Südstadt; Salzburg",
         "destination:ref": "A 99"},
    )  # fmt: skip


def add_firms(found: Map) -> None:
    """Add a firm or service of each kind near A 99, some of which no import can use."""
    found.node(48.01, 11.02, {"shop": "car_repair", "name": "Werkstatt Eins",
               "phone": "+49 89 99998 101", "opening_hours": "Mo-Fr 08:00-17:00",
               "addr:street": "Hauptstraße", "addr:housenumber": "1", "addr:postcode": "80331",
               "addr:city": "München", "service:vehicle:towing": "yes"}, id=1)  # fmt: skip
    found.house(48.02, 11.02, {"shop": "car", "name": "Autohaus Zwei", "brand": "Volkswagen;Škoda",
                "contact:phone": "089 99998 102; 089 99998 103"}, id=2)  # fmt: skip
    found.node(48.03, 11.02, {"shop": "car_repair", "name": "Ohne Nummer"}, id=3)
    found.node(48.03, 11.03, {"shop": "car_repair", "name": "Falsch", "phone": "keins"}, id=4)
    found.node(48.03, 11.04, {"shop": "car", "name": "Nur Handel", "phone": "089 99998 104"}, id=5)
    found.node(48.04, 11.02, {"amenity": "taxi", "operator": "Taxi Drei", "mobile":
               "0171 3920005", "opening_hours": "nach Vereinbarung"}, id=6)  # fmt: skip
    found.node(48.04, 11.03, {"amenity": "fuel", "brand": "Aral", "phone": "089 99998 105",
               "opening_hours": "24/7"}, id=7)  # fmt: skip
    found.node(48.04, 11.04, {"amenity": "charging_station", "operator": "Strom",
               "phone": "089 99998 106"}, id=8)  # fmt: skip
    found.house(48.05, 11.02, {"amenity": "hospital", "name": "Klinik", "phone": "089 99998 107"},
                id=9)  # fmt: skip
    found.node(48.05, 11.03, {"amenity": "fire_station", "addr:street": "Wachweg"}, id=10)
    found.node(48.05, 11.04, {"amenity": "police", "name": "Polizei", "phone": "089 2910 0"}, id=11)
    found.node(48.05, 11.05, {"emergency": "ambulance_station", "name": "Wache"}, id=12)
    found.node(48.06, 11.02, {"amenity": "hospital", "name": "Reha", "emergency": "no"}, id=13)
    found.house(48.02, 11.02, {"shop": "car", "name": "Autohaus Zwei", "brand": "Volkswagen",
               "phone": "+49 89 99998102"}, id=14)  # fmt: skip
    found.node(48.07, 11.02, {"shop": "motorcycle_repair", "name": "Motorrad Vier",
               "phone": "089 99998 108", "service:vehicle:tyres": "yes"}, id=15)  # fmt: skip
    found.node(48.07, 11.03, {"shop": "tyres", "name": "Reifen Fünf", "phone": "112"}, id=16)
    first, second = found.node(48.08, 11.02), found.node(48.08, 11.03)
    found.way([first, second], {"shop": "car_repair", "name": "Strich", "phone": "089 99998 109"},
              id=17)  # fmt: skip
    found.node(48.09, 11.02, {"shop": "car;car_repair", "name": "Sechs [/b]\u202e",
               "phone": "089 99998 110"}, id=18)  # fmt: skip


def whole_map() -> Map:
    """Return the map with motorway and firms."""
    found = Map()
    add_motorway(found)
    add_firms(found)
    return found
