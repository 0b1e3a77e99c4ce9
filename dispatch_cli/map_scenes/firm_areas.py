"""Give the area of a firm a geometry: circle, outlines, or the centres of its postcodes."""

from bisect import bisect_left
from functools import cache
from operator import itemgetter

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
        case Postcodes(ranges=ranges, text=text):
            return MapArea(kind="postcodes", circles=_circles(ranges), text=text)
        case Country():
            return MapArea(kind="country")


@cache
def _circles(ranges: tuple[tuple[str, str], ...]) -> tuple[MapCircle, ...]:
    """Return the circles of all postcodes of some ranges; none where there are too many.

    Firms with the same postcodes share one result, so that it is drawn once.
    """
    table = centres()
    found: dict[str, MapCircle] = {}
    everything = list(table.everything())
    for first, last in ranges:
        begin = bisect_left(everything, first, key=itemgetter(0))
        end = bisect_left(everything, last + "0", key=itemgetter(0))
        if len(found) + end - begin > MOST_POSTCODES:
            return ()
        for code, lat, lon in everything[begin:end]:
            found[code] = MapCircle(lat, lon, table.radius_km(code))
    return tuple(found.values())
