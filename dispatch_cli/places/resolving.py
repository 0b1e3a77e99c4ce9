"""Find the one place that a typed text means, or raise an error with the choices."""

import os
import re
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import msgspec

from ..errors import Problem, UsageError
from ..messages import Message, quoted
from ..model import Place
from ..model.sphere import great_circle_km
from ..model.words import COUNTRIES, fold
from ..notation import recognise_place

if TYPE_CHECKING:
    from ..notation.carried_towns import Town
    from ..notation.city_parts import CityPart
    from .gazetteer import Names
    from .municipalities import Municipality

_MOST_CHOICES = 20
_SAME_TOWN_KM = 30.0
_LONGER = 3
_LONGEST_ROAD = 200
"""Characters of a place on a motorway."""


def resolve(
    text: str,
    *,
    named: Mapping[str, Place],
    gazetteer: Path | None,
    roads: Sequence[str] = (),
) -> Place:
    """Find the one place that a text means.

    It searches the names of the provider file, then all notations, then the place names: those of
    the gazetteer, or those of the package if the gazetteer is None or missing. ``roads`` are the
    paths of road tables, for kilometres and exits of motorways. Raises UsageError if no place or
    several fit, BadDataError for a damaged gazetteer or road table.
    """
    own = _own_place(text, named)
    if own is not None:
        return own
    on_road = _road_place(text, roads)
    if on_road is not None:
        return on_road
    with ExitStack() as stack:
        imported = None
        if gazetteer is not None and os.path.exists(gazetteer):
            from .gazetteer import open_gazetteer

            imported = stack.enter_context(open_gazetteer(gazetteer))
        place = recognise_place(text, imported.towns_of) if imported else recognise_place(text)
        if place is not None:
            return _with_town(place, imported) if imported else place
        from ..notation import place_of_short_code, split_short_code

        words = " ".join(text.split())
        short = split_short_code(words)
        near = _own_place(short[1], named) if short else None
        if near is None:
            name = short[1] if short else words
            is_code = short is not None
            near = (
                _named_place(name, imported, is_code=is_code)
                if imported
                else _carried_place(name, is_code=is_code)
            )
        if short is None:
            return near
        place = place_of_short_code(short[0], near)
        return _with_town(place, imported) if imported else place


@lru_cache(maxsize=1_000)
def _carried_place(text: str, *, is_code: bool = False) -> Place:
    """Find a name in the tables of the package; cached, because rows of a file repeat them."""
    from .carried_names import CarriedNames

    return _named_place(text, CarriedNames(), is_code=is_code)


def _road_place(text: str, tables: Sequence[str]) -> Place | None:
    """Find a place on a motorway; None for any other text."""
    from ..notation.position import clean_text
    from ..notation.roads import read_road

    cleaned = clean_text(text)
    road = read_road(cleaned) if len(cleaned) <= _LONGEST_ROAD else None
    if road is None:
        return None
    from .road_places import road_place

    return road_place(road, cleaned, tables)


def _own_place(text: str, named: Mapping[str, Place]) -> Place | None:
    """Find a named place of the provider file, and label it with its name."""
    name = {fold(one): one for one in named}.get(fold(" ".join(text.split())))
    if name is None:
        return None
    return msgspec.structs.replace(named[name], label=name, source="named")


def _with_town(place: Place, names: "Names") -> Place:
    """Add the town to the label, in the spelling of the gazetteer if the town is known there."""
    if not place.postcode:
        return place
    _, _, typed = place.label.partition(" ")
    town = names.town_of(place.postcode)
    if place.postcode_given and typed and town:
        from ..notation.place_names import fold_name, is_same_town

        first = typed.split(",")[0]
        known = names.towns_of(place.postcode)
        meant = [one for one in known if fold_name(one) == fold_name(first)]
        meant += [one for one in (town, *known) if is_same_town(first, one)]
        town = meant[0] if meant else typed
    return msgspec.structs.replace(place, label=f"{place.postcode} {town or typed}".strip())


def _named_place(text: str, names: "Names", *, is_code: bool = False) -> Place:
    """Find a name, alone or with its district or Land: ``Neuenkirchen (Steinfurt)``.

    ``is_code``: a short plus code has the name behind it, so that any namesake gives another place.
    """
    from ..notation.city_parts import parts_elsewhere
    from ..notation.place_names import fold_name, is_abbreviation, is_in_district
    from ..notation.town_check import abroad_instead
    from .municipalities import find_municipalities, place_of_municipality

    folded = fold_name(text)
    abroad = abroad_instead(folded)
    found = find_municipalities(folded, names) or _by_other_names(folded, names)
    qualified = re.fullmatch(r"(.+?) ?(?:\(([^()]+)\)|, ?([^,]+))", text)
    if not found and qualified:
        all_of_name = find_municipalities(fold_name(qualified[1]), names)
        qualifier = qualified[2] or qualified[3]
        found = [one for one in all_of_name if is_in_district(qualifier, one.district, one.land)]
        if all_of_name and not found:
            _refuse_choices("place {text} is not known there; there are:", text, all_of_name)
    if not found and " " in folded:  # "Frankfurt a.M.", "Frankfurt/Main"
        longer = find_municipalities(folded.split(" ")[0], names)
        found = [one for one in longer if is_abbreviation(text, one.name, one.district)]
    if not found:
        _refuse_unknown(text, names, abroad)
    exact = [one for one in found if one.is_exact]
    if len(exact) == 1 and (len(found) == 1 or exact[0].names_its_district):
        found = exact
    parts: list[CityPart] = []
    if len(found) == 1 and found[0].is_exact and fold_name(found[0].name) == folded:
        known = parts_elsewhere(found[0].name, found[0].postcodes)
        parts = [part for part in known if part.is_large or is_code]
    if len(found) > 1 or abroad or parts:
        _refuse_choices("place {text} is ambiguous; there are:", text, found, abroad, parts)
    return place_of_municipality(found[0])


def _by_other_names(folded: str, names: "Names") -> "list[Municipality]":
    """Find the municipality of a town that the gazetteer lists by another name: ``Halle (Saale)``.

    Only large towns have other names.
    """
    from ..notation import centre_of
    from ..notation.carried_towns import other_folded_names, towns_named
    from .municipalities import find_municipalities

    return [
        one
        for town in towns_named(folded)
        if town.country == "DE"
        for other in other_folded_names(town)
        if other != folded
        for one in find_municipalities(other, names)
        if one.is_exact
        and any(
            great_circle_km(town.lat, town.lon, *centre_of(code)) <= _SAME_TOWN_KM
            for code in one.postcodes
        )
    ][:1]


def _refuse_choices(
    template: str,
    text: str,
    choices: "list[Municipality]",
    abroad: "Town | None" = None,
    parts: "Sequence[CityPart]" = (),
) -> NoReturn:
    lines = [Problem(Message("  {choice}", choice=one.choice)) for one in choices[:_MOST_CHOICES]]
    if len(choices) > _MOST_CHOICES:
        lines.append(Problem(Message("  and {count} more", count=len(choices) - _MOST_CHOICES)))
    lines += [Problem(Message("  {choice}", choice=part.choice)) for part in parts]
    if abroad:
        lines.append(Problem(Message("  {town}", town=_named_abroad(abroad))))
    first = choices[0]
    example = f"{first.name}, {first.land}"
    if len(first.postcodes) == 1:
        example = f"{first.postcodes[0]} {first.name}"
    raise UsageError(
        Problem(Message(template, text=quoted(text))),
        *lines,
        hint=Message('add the postcode, the district or the Land: "{example}"', example=example)
        if abroad is None
        else Message(
            'write "{example}", or for {town} a position',
            example=example,
            town=_named_abroad(abroad),
        ),
    )


def _named_abroad(town: "Town") -> Message:
    return Message("{name} in {country}", name=town.name, country=Message(COUNTRIES[town.country]))


def _refuse_unknown(text: str, names: "Names", abroad: "Town | None") -> NoReturn:
    from ..model.near_words import suggestion

    if abroad:
        raise UsageError(
            "place {text}: {town} is outside Germany",
            text=quoted(text),
            town=_named_abroad(abroad),
            hint="write a position",
        )
    raise UsageError(
        "place {text} is not known{guess}",
        text=quoted(text),
        guess=suggestion(_near_names(text, names)),
        hint="write a town with its postcode, or a position",
    )


def _near_names(text: str, names: "Names") -> list[str]:
    """List up to three names that a text may mean.

    They are parts of a town that have the name, else the names that it begins, else similar ones.
    """
    from difflib import get_close_matches

    from ..notation.carried_towns import towns_named
    from ..notation.place_names import fold_name
    from ..notation.postcode_search import nearest_postcode
    from ..notation.town_check import town_of

    folded = fold_name(text)
    if not folded or any(map(str.isdigit, folded)):
        return []
    parts = [
        f"{code} {town_of(code)}-{town.name}"
        for town in towns_named(folded)
        if town.country == "DE"
        for _, code in [nearest_postcode(town.lat, town.lon)]
    ]
    if parts:
        return parts[:3]
    # Comparing all names would take a tenth of a second in each row of a batch.
    known = names.beginning(folded[:2])
    begun = sorted(one for one in known if one.startswith(f"{folded} "))
    if begun:
        return [known[one] for one in begun[:3]]
    alike = [one for one in known if abs(len(one) - len(folded)) <= _LONGER]
    return [known[one] for one in get_close_matches(folded, alike, n=3, cutoff=0.75)]
