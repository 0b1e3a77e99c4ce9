"""Find the one place that a typed text means, or raise an error with the choices."""

import os
import re
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import msgspec

from ..errors import Problem, UsageError
from ..messages import Message, quoted
from ..model import Place
from ..model.words import fold
from ..notation import recognise_place

if TYPE_CHECKING:
    from .gazetteer import Gazetteer
    from .municipalities import Municipality

_IMPORT_HINT = 'place names need a gazetteer: run "dispatch places import FILE"'
_MOST_CHOICES = 20


def resolve(text: str, *, named: Mapping[str, Place], gazetteer: Path | None) -> Place:
    """Find the one place that a text means.

    It searches the names of the provider file, then all notations, then the gazetteer, which may
    be None or missing. Raises UsageError if no place or several fit, BadDataError for a damaged
    gazetteer.
    """
    own = _own_place(text, named)
    if own is not None:
        return own
    with ExitStack() as stack:
        names = None
        if gazetteer is not None and os.path.exists(gazetteer):
            from .gazetteer import open_gazetteer

            names = stack.enter_context(open_gazetteer(gazetteer))
        place = recognise_place(text)
        if place is not None:
            return _with_town(place, names) if names else place
        from ..notation import place_of_short_code, split_short_code

        words = " ".join(text.split())
        short = split_short_code(words)
        near = _own_place(short[1], named) if short else None
        if near is None:
            if names is None:
                raise UsageError(
                    "place {text} is not understood", text=quoted(words), hint=_IMPORT_HINT
                )
            near = _named_place(short[1] if short else words, names)
        if short is None:
            return near
        place = place_of_short_code(short[0], near)
        return _with_town(place, names) if names else place


def _own_place(text: str, named: Mapping[str, Place]) -> Place | None:
    """Find a named place of the provider file, and label it with its name."""
    name = {fold(one): one for one in named}.get(fold(" ".join(text.split())))
    if name is None:
        return None
    return msgspec.structs.replace(named[name], label=name, source="named")


def _with_town(place: Place, names: "Gazetteer") -> Place:
    """Add the town to the label; raises UsageError for a typed town of another postcode."""
    if not place.postcode:
        return place
    _, _, typed = place.label.partition(" ")
    town = names.town_of(place.postcode)
    if place.postcode_given and typed and town:
        from ..notation.place_names import fold_name, is_same_town

        typed = typed.split(",")[0]
        known = names.towns_of(place.postcode)
        meant = [one for one in known if fold_name(one) == fold_name(typed)]
        meant += [one for one in (town, *known) if is_same_town(typed, one)]
        if not meant:
            raise UsageError(
                "place {text}: {postcode} is {town} ({count} places), not {typed}"
                if len(known) > 1
                else "place {text}: {postcode} is {town}, not {typed}",
                text=quoted(place.label),
                postcode=place.postcode,
                town=town,
                count=len(known),
                typed=typed[:40],
                hint="ask the caller which of the two is right",
            )
        return msgspec.structs.replace(place, label=f"{place.postcode} {meant[0]}")
    return msgspec.structs.replace(place, label=f"{place.postcode} {town or typed}".strip())


def _named_place(text: str, names: "Gazetteer") -> Place:
    """Find a name, alone or with its district or Land: ``Neuenkirchen (Steinfurt)``."""
    from ..notation.place_names import fold_name, is_abbreviation, is_in_district
    from .municipalities import find_municipalities, place_of_municipality

    found = find_municipalities(fold_name(text), names)
    qualified = re.fullmatch(r"(.+?) ?(?:\(([^()]+)\)|, ?([^,]+))", text)
    if not found and qualified:
        all_of_name = find_municipalities(fold_name(qualified[1]), names)
        qualifier = qualified[2] or qualified[3]
        found = [one for one in all_of_name if is_in_district(qualifier, one.district, one.land)]
        if all_of_name and not found:
            _refuse_choices("place {text} is not known there; there are:", text, all_of_name)
    if not found and "." in text:  # "Frankfurt a.M."
        longer = find_municipalities(fold_name(text).split(" ")[0], names)
        found = [one for one in longer if is_abbreviation(text, one.name, one.district)]
    if not found:
        _refuse_unknown(text, names)
    exact = [one for one in found if one.is_exact]
    if len(exact) == 1 and (len(found) == 1 or exact[0].names_its_district):
        found = exact
    if len(found) > 1:
        _refuse_choices("place {text} is ambiguous; there are:", text, found)
    return place_of_municipality(found[0])


def _refuse_choices(template: str, text: str, choices: "list[Municipality]") -> NoReturn:
    lines = [Problem(Message("  {choice}", choice=one.choice)) for one in choices[:_MOST_CHOICES]]
    if len(choices) > _MOST_CHOICES:
        lines.append(Problem(Message("  and {count} more", count=len(choices) - _MOST_CHOICES)))
    first = choices[0]
    example = f"{first.name}, {first.land}"
    if len(first.postcodes) == 1:
        example = f"{first.postcodes[0]} {first.name}"
    raise UsageError(
        Problem(Message(template, text=quoted(text))),
        *lines,
        hint=Message('add the postcode, the district or the Land: "{example}"', example=example),
    )


def _refuse_unknown(text: str, names: "Gazetteer") -> NoReturn:
    from difflib import get_close_matches

    from ..model.near_words import suggestion
    from ..notation.place_names import fold_name

    known = names.names()
    near = get_close_matches(fold_name(text), known, n=3, cutoff=0.75)
    raise UsageError(
        "place {text} is not known{guess}",
        text=quoted(text),
        guess=suggestion([known[each] for each in near]),
        hint="write a town with its postcode, or a position",
    )
