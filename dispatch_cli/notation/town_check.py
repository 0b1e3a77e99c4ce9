"""Compare a typed town with its postcode: the town is the check digit of the postcode.

A false refusal is worse than an error that is not found: the sources know few parts of cities and
few hamlets. So a town is refused only if it is certainly another one, which docs/places.md defines.
Any other known town that is not one of the postcode is a doubt.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from msgspec import Struct

from ..errors import UsageError
from ..messages import Message, quoted
from ..model import Place
from ..model.sphere import great_circle_km
from ..model.words import COUNTRIES, LAENDER
from .carried_towns import (
    Town,
    folded_towns_near,
    other_folded_names,
    postal_names,
    towns_named,
)
from .centres import PostcodeArea, centres
from .place_names import fold_name, is_same_town
from .postcode_search import centres_within

LARGE = 20_000
"""Inhabitants from which a town is certain, if it has at most ``_FEW`` namesakes."""

VERY_LARGE = 100_000
"""Inhabitants from which a town is certain, also with a part behind it (``Berlin-Mitte``)."""

NEAR_KM = 10.0
"""A town whose postcode is at most this far away may share the postcode, as its sources err."""

_FEW = 3
_NAMESAKE_KM = 15.0
_RADII = 2.0
_CITY_KM = 30.0
_TIMES, _VILLAGE = 10, 2_000
"""A city abroad is meant from ten times the inhabitants of the German namesake, at least 2,000."""

_LANDS = frozenset(
    fold_name(name) for land, name in LAENDER.items() if land not in ("BE", "HB", "HH")
)
_TITLES = frozenset(("hansestadt", "kreisstadt", "landeshauptstadt", "stadt"))
_STREET = (
    r"(?:str|strasse|straße|weg|platz|allee|ring|gasse|damm|ufer|chaussee|markt|steig|pfad)\.?$"
)
# In front of other words these are no towns: "Halle West", "Hof 3", "Essen auf Rädern".
_COMMON_WORDS = frozenset(("essen", "halle", "hagen"))


class OtherTown(Struct, frozen=True):
    """A known town that is none of a postcode's; ``postcodes`` is empty abroad."""

    name: str
    postcodes: tuple[str, ...]
    country: str
    is_certain: bool


@lru_cache(maxsize=10_000)
def other_town(postcode: str, typed: str, known: tuple[str, ...] = ()) -> OtherTown | None:
    """Find the other town that a typed town means; None if it may be one of the postcode's.

    ``typed`` may have several parts with commas, such as the town and the Land. ``known`` are more
    names of places in the postcode.
    """
    area = centres().area(postcode)
    parts = [part.strip() for part in typed.split(",")]
    if area is None or not any(map(fold_name, parts)):
        return None
    own = (*area.towns, area.municipality, *known)
    if any(is_one_of(part, own) for part in parts):
        return None
    found = [other for part in parts for other in _others(part, area)]
    return min(found, key=lambda each: not each.is_certain, default=None)


def refuse_other_town(postcode: str, typed: str, known: tuple[str, ...] = ()) -> None:
    """Raise UsageError with both readings if a typed town is certainly not the postcode's."""
    other = other_town(postcode, typed, known)
    if other is None or not other.is_certain:
        return
    town = town_of(postcode)
    raise UsageError(
        "place {text}: {finding}: which is right?",
        text=quoted(f"{postcode} {typed}"),
        finding=_finding(postcode, other),
        hint=Message(
            'ask the caller, then write "{postcode} {town}" or {other}; if a part of {town} is'
            ' called {name} as well, write only "{postcode}"',
            postcode=postcode,
            town=town,
            other=Message("a position") if other.country != "DE" else quoted(_written(other)),
            name=other.name,
        ),
    )


def town_doubt(place: Place) -> Message | None:
    """Make the warning for a place whose typed town is not known in its postcode, but elsewhere."""
    other = _other_town_of(place)
    if other is None:
        return None
    return Message(
        "confirm the place with the caller: {finding}", finding=_finding(place.postcode, other)
    )


def town_contradiction(place: Place) -> Message | None:
    """Say what contradicts itself in a place whose town is certainly not the postcode's."""
    other = _other_town_of(place)
    if other is None or not other.is_certain:
        return None
    return Message("{finding}: which is right?", finding=_finding(place.postcode, other))


def _other_town_of(place: Place) -> OtherTown | None:
    code, _, typed = place.label.partition(" ")
    if not (place.postcode_given and typed and code == place.postcode):
        return None
    return other_town(place.postcode, typed)


def town_of(postcode: str) -> str:
    """Return the best-known town of a postcode; "" for a code without an area."""
    area = centres().area(postcode)
    return area.towns[0] if area else ""


def town_before_street(postcode: str, typed: str) -> str:
    """Return the name of a place in the postcode with which a text begins; "" if it has none."""
    area = centres().area(postcode)
    text = f"{fold_name(typed)} "
    known = [
        name for name in (area.towns if area else ()) if text.startswith(f"{fold_name(name)} ")
    ]
    return max(known, key=len, default="")


def _finding(postcode: str, other: OtherTown) -> Message:
    if other.country != "DE":
        return Message(
            "{postcode} is {town}; {name} is in {country}",
            postcode=postcode,
            town=town_of(postcode),
            name=other.name,
            country=Message(COUNTRIES[other.country]),
        )
    return Message(
        "{postcode} is {town}; {name} has {first} to {last}"
        if len(other.postcodes) > 1
        else "{postcode} is {town}; {name} has {first}",
        postcode=postcode,
        town=town_of(postcode),
        name=other.name,
        first=other.postcodes[0],
        last=other.postcodes[-1],
    )


def _written(other: OtherTown) -> str:
    return other.name if len(other.postcodes) > 1 else f"{other.postcodes[0]} {other.name}"


def is_one_of(part: str, names: Iterable[str]) -> bool:
    """Return whether a typed name is one of some names, shortened, longer or in other spelling."""
    typed = fold_name(part)
    for name in names:
        known = fold_name(name)
        if not known or not typed:
            continue
        if is_same_town(part, name) or typed.replace(" ", "") == known.replace(" ", ""):
            return True
        if f" {typed} " in f" {known} " or f" {known} " in f" {typed} ":
            return True
    return False


def _others(part: str, area: PostcodeArea) -> Iterator[OtherTown]:
    """Find the town that a part names in full, or that other words follow, unless a street does."""
    words = fold_name(part).split()
    if len(words) > 1 and words[0] in _TITLES:
        del words[0]
    name = " ".join(words)
    if name in _LANDS:
        return
    if postal_names().get(name) or towns_named(name):
        other = _elsewhere(name, area)
        if other is not None:
            yield other
        return
    if any(re.search(_STREET, word, re.I) for word in part.split()):
        return
    for count in range(len(words) - 1, 0, -1):
        name = " ".join(words[:count])
        if name not in _COMMON_WORDS and _most(towns_named(name)) >= VERY_LARGE:
            other = _elsewhere(name, area)
            if other is not None and other.is_certain:
                yield other
            return


def _elsewhere(name: str, area: PostcodeArea) -> OtherTown | None:
    """Find the town of a folded name; None if a part of a town near the postcode has it."""
    postal = postal_names().get(name, ())
    spelled = postal[0][1] if postal else towns_named(name)[0].name
    german = [town for town in towns_named(name) if town.country == "DE"]
    inhabitants = _most(german)
    near = [code for code, _ in postal if _may_share(area, code)]
    if near:
        return OtherTown(spelled, tuple(near), "DE", is_certain=False)
    if _is_part_near(name, area):
        return None
    abroad = abroad_instead(name)
    if abroad is not None:
        is_far = great_circle_km(abroad.lat, abroad.lon, area.lat, area.lon) > _CITY_KM
        return OtherTown(abroad.name, (), abroad.country, is_far) if is_far else None
    codes = tuple(code for code, _ in postal)
    if inhabitants >= LARGE:
        codes = _codes_of(max(german, key=lambda town: town.inhabitants), name)
    if not codes or any(_may_share(area, code) for code in codes):
        return OtherTown(spelled, codes, "DE", is_certain=False) if codes else None
    points = [(town.lat, town.lon) for town in german]
    points += [centre for code, _ in postal if (centre := centres().of(code))]
    is_certain = inhabitants >= VERY_LARGE or (inhabitants >= LARGE and _clusters(points) <= _FEW)
    return OtherTown(spelled, codes, "DE", is_certain)


def abroad_instead(name: str) -> Town | None:
    """Find the large city abroad that a folded name means before any German town of the name."""
    towns = towns_named(name)
    abroad = [town for town in towns if town.country != "DE"]
    if not abroad:
        return None
    largest = max(abroad, key=lambda town: town.inhabitants)
    german = _most(town for town in towns if town.country == "DE")
    return largest if largest.inhabitants >= _TIMES * max(german, _VILLAGE) else None


def _codes_of(town: Town, name: str) -> tuple[str, ...]:
    """List the postcodes of a city: those of its name, of its other names, or of longer ones."""
    names = postal_names()
    own = {code for code, _ in names.get(name, ()) if _is_around(town, code)}
    own = own or {
        code
        for other in other_folded_names(town)
        for code, _ in names.get(other, ())
        if _is_around(town, code)
    }
    return tuple(sorted(own))


def _is_around(town: Town, postcode: str) -> bool:
    centre = centres().of(postcode)
    return centre is not None and great_circle_km(town.lat, town.lon, *centre) <= _CITY_KM


def _is_part_near(name: str, area: PostcodeArea) -> bool:
    """Return whether a place near the postcode has the name, or a longer one with these words."""
    km = max(NEAR_KM, _RADII * area.radius_km + 5)
    padded = f" {name} "
    if any(padded in f" {folded} " for folded in folded_towns_near(area.lat, area.lon, km)):
        return True
    near = (centres().area(code) for _, code in centres_within(area.lat, area.lon, km))
    return any(padded in f" {fold_name(town)} " for each in near if each for town in each.towns)


def _may_share(area: PostcodeArea, postcode: str) -> bool:
    """Return whether two postcodes are so near that a place may be listed in the wrong one."""
    centre = centres().of(postcode)
    if centre is None:
        return False
    reach_km = area.radius_km + centres().radius_km(postcode)
    return great_circle_km(area.lat, area.lon, *centre) <= max(NEAR_KM, _RADII * reach_km)


def _clusters(points: Iterable[tuple[float, float]]) -> int:
    """Count the places of a name; points near each other are one place."""
    found: list[tuple[float, float]] = []
    for point in points:
        if all(great_circle_km(*point, *other) > _NAMESAKE_KM for other in found):
            found.append(point)
    return len(found)


def _most(towns: Iterable[Town]) -> int:
    return max((town.inhabitants for town in towns), default=0)
