"""Parts of cities that have the name of another municipality: Harburg in Hamburg and in Swabia."""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from ..model import Place
from ..model.sphere import great_circle_km
from .carried_towns import Town, towns_named
from .place_names import fold_name
from .postcode_search import centre_of, nearest_postcode

UNLISTED: Mapping[str, str] = {"goeggingen": "86199"}
"""Postcodes of parts that GeoNames does not list, by their folded names."""

_ELSEWHERE_KM = 15.0
_LEAST = 2_000
"""Inhabitants from which a part is named."""

_TIMES, _VILLAGE = 10, 2_000
"""A part is meant as well from ten times the inhabitants of the municipality, at least 2,000."""


class CityPart(Struct, frozen=True):
    """A part of a city; ``is_large``: it is meant at least as often as its namesake."""

    name: str
    postcode: str
    is_large: bool

    @property
    def choice(self) -> str:
        """The text by which it can be typed: ``21073 Hamburg-Harburg``."""
        from .town_check import town_of

        return f"{self.postcode} {town_of(self.postcode)}-{self.name}"


def parts_elsewhere(name: str, postcodes: Iterable[str]) -> list[CityPart]:
    """List the parts of other cities with the name of a municipality, the largest first.

    Parts with fewer inhabitants than the municipality of these postcodes are omitted, and very
    small ones.
    """
    folded, centres = fold_name(name), [centre_of(code) for code in postcodes]

    def is_here(lat: float, lon: float) -> bool:
        return any(great_circle_km(lat, lon, *centre) <= _ELSEWHERE_KM for centre in centres)

    towns = [town for town in towns_named(folded) if town.country == "DE"]
    own = max((town.inhabitants for town in towns if is_here(town.lat, town.lon)), default=0)
    others = [
        town
        for town in towns
        if town.inhabitants >= max(own, _LEAST) and not is_here(town.lat, town.lon)
    ]
    others.sort(key=lambda town: -town.inhabitants)
    found = [_part(town, own) for town in others]
    unlisted = UNLISTED.get(folded)
    if unlisted is not None and not is_here(*centre_of(unlisted)):
        found.append(CityPart(name, unlisted, is_large=False))
    return found


def parts_beside(place: Place) -> list[CityPart]:
    """List the parts of other cities that have the name by which a place was found."""
    _, _, behind = place.label.partition(" ")
    name = behind if place.label.startswith(place.postcode) else place.label.partition(" (")[0]
    return parts_elsewhere(name, place.postcodes)


def _part(town: Town, own: int) -> CityPart:
    _, postcode = nearest_postcode(town.lat, town.lon)
    return CityPart(town.name, postcode, town.inhabitants >= _TIMES * max(own, _VILLAGE))
