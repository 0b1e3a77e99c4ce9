"""From what the operator types to one place, or to the question that must be asked."""

import os
import re
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import msgspec

from ..errors import Problem, UsageError
from ..messages import Message
from ..model import Place
from ..model.words import fold
from ..notation import recognise_place

if TYPE_CHECKING:
    from .gazetteer import Gazetteer
    from .municipalities import Municipality

_IMPORT_HINT = 'names need a gazetteer: "dispatch places import FILE"'
_MOST_CHOICES = 20


def resolve(text: str, *, named: Mapping[str, Place], gazetteer: Path | None) -> Place:
    """Find the one place that a text means.

    First the names of the provider file, then every notation, then the gazetteer (None or missing:
    there is none). Raises UsageError where nothing or more than one place fits; it never guesses.
    Raises BadDataError for a damaged gazetteer.
    """
    own = _own_place(text, named)
    if own is not None:
        return own
    with ExitStack() as stack:
        names = None
        if gazetteer is not None and os.path.exists(gazetteer):
            from .gazetteer import opened

            names = stack.enter_context(opened(gazetteer))
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
                    'place "{words}" is not understood', words=words[:60], hint=_IMPORT_HINT
                )
            near = _named_place(short[1] if short else words, names)
        if short is None:
            return near
        place = place_of_short_code(short[0], near)
        return _with_town(place, names) if names else place


def _own_place(text: str, named: Mapping[str, Place]) -> Place | None:
    """The provider file's own place of that name, labelled with it."""
    name = {fold(one): one for one in named}.get(fold(" ".join(text.split())))
    if name is None:
        return None
    return msgspec.structs.replace(named[name], label=name, source="named")


def _with_town(place: Place, names: "Gazetteer") -> Place:
    """Write the town behind the postcode; a town that was given must belong to it."""
    if not place.postcode:
        return place
    _, _, typed = place.label.partition(" ")
    town = names.town_of(place.postcode)
    if place.postcode_given and typed and town:
        from .place_names import folded, same_town

        typed = typed.split(",")[0]
        known = names.towns_of(place.postcode)
        meant = [one for one in known if folded(one) == folded(typed)]
        meant += [one for one in (town, *known) if same_town(typed, one)]
        if not meant:
            others = f" ({len(known)} places)" if len(known) > 1 else ""
            raise UsageError(
                'place "{label}": {postcode} is {town}{others}, not {typed}',
                label=place.label[:60],
                postcode=place.postcode,
                town=town,
                others=others,
                typed=typed[:40],
                hint="ask the caller which of the two is right",
            )
        return msgspec.structs.replace(place, label=f"{place.postcode} {meant[0]}")
    return msgspec.structs.replace(place, label=f"{place.postcode} {town or typed}".strip())


def _named_place(text: str, names: "Gazetteer") -> Place:
    """Find a name, alone or with its district or Land: ``Neuenkirchen (Steinfurt)``."""
    from .municipalities import municipalities, place_of_municipality
    from .place_names import abbreviates, folded, in_district

    found = municipalities(folded(text), names)
    qualified = re.fullmatch(r"(.+?) ?(?:\(([^()]+)\)|, ?([^,]+))", text)
    if not found and qualified:
        all_of_name = municipalities(folded(qualified[1]), names)
        qualifier = qualified[2] or qualified[3]
        found = [one for one in all_of_name if in_district(qualifier, one.district, one.land)]
        if all_of_name and not found:
            _refuse_choices(text, "is not known there", all_of_name)
    if not found and "." in text:  # "Frankfurt a.M."
        longer = municipalities(folded(text).split(" ")[0], names)
        found = [one for one in longer if abbreviates(text, one.name, one.district)]
    if not found:
        _refuse_unknown(text, names)
    exact = [one for one in found if one.is_exact]
    if len(exact) == 1 and (len(found) == 1 or exact[0].names_its_district):
        found = exact
    if len(found) > 1:
        _refuse_choices(text, "is ambiguous", found)
    return place_of_municipality(found[0])


def _refuse_choices(text: str, why: str, choices: "list[Municipality]") -> NoReturn:
    lines = [Problem(Message("  {choice}", choice=one.choice)) for one in choices[:_MOST_CHOICES]]
    if len(choices) > _MOST_CHOICES:
        lines.append(Problem(Message("  and {count} more", count=len(choices) - _MOST_CHOICES)))
    first = choices[0]
    example = f"{first.name}, {first.land}"
    if len(first.postcodes) == 1:
        example = f"{first.postcodes[0]} {first.name}"
    raise UsageError(
        Problem(Message('place "{text}" {why}; there are:', text=text[:60], why=why)),
        *lines,
        hint=Message('add the postcode, the district or the Land: "{example}"', example=example),
    )


def _refuse_unknown(text: str, names: "Gazetteer") -> NoReturn:
    import difflib

    from .place_names import folded

    known = names.names()
    near = difflib.get_close_matches(folded(text), known, n=3, cutoff=0.75)
    guesses = " or ".join(f'"{known[one]}"' for one in near)
    raise UsageError(
        f'place "{text[:60]}" is not known' + (f": did you mean {guesses}?" if guesses else ""),
        hint="give a town with its postcode, or a position",
    )
