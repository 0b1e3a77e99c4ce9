"""Give the area of a firm a geometry: circle, outlines, or the centres of its postcodes."""

from bisect import bisect_left

from ..model import Circle, Country, Polygon, Postcodes, Provider
from ..notation.centres import centres
from ..results.map_scene import MapArea, MapCircle

MOST_POSTCODES = 2_000
"""An area of more postcodes is drawn without its geometry, as one of the whole country is."""


def area_of(provider: Provider) -> MapArea:
    """Return the area of a provider for a map; postcodes have the points of the table."""
    match provider.area:
        case Circle(radius_km=radius_km):
            circle = MapCircle(provider.lat, provider.lon, radius_km)
            return MapArea(kind="radius", circles=(circle,))
        case Polygon(polygons=polygons, text=text):
            return MapArea(kind="polygon", polygons=polygons, text=text)
        case Postcodes() as postcodes:
            circles = tuple(_circles(postcodes))
            return MapArea(kind="postcodes", circles=circles, text=postcodes.text)
        case Country():
            return MapArea(kind="country")


def _circles(postcodes: Postcodes) -> list[MapCircle]:
    """Return the circles of all postcodes of the ranges; none where there are too many."""
    table = centres()
    everything = list(table.everything())
    codes = [code for code, _, _ in everything]
    found: dict[str, MapCircle] = {}
    for first, last in postcodes.ranges:
        begin, end = bisect_left(codes, first), bisect_left(codes, last + "0")
        if len(found) + end - begin > MOST_POSTCODES:
            return []
        for code, lat, lon in everything[begin:end]:
            found[code] = MapCircle(lat, lon, table.radius_km(code))
    return list(found.values())
