"""Group the postcodes of a name into municipalities, each with a centre and an uncertainty."""

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from ..model import Place
from ..model.sphere import great_circle_km
from ..model.words import LAENDER
from ..notation import (
    centre_of,
    is_postcode,
    land_of,
    place_of_postcode,
    postcode_uncertainty_km,
)
from ..notation.place_names import district_words, fold_name
from .gazetteer import Entry, Names

_FARTHEST_APART_KM = 15.0
"""Postcodes of one name and district that are farther apart are villages with the same name."""


_FEW = 2
"""Postcodes of a city that the neighbouring district may list."""


class Municipality(Struct, frozen=True):
    """The postcodes of a name in one district that are near each other."""

    name: str
    district: str
    land: str
    postcodes: tuple[str, ...]
    is_exact: bool
    """Whether the name is the searched one, not a longer one."""

    @property
    def names_its_district(self) -> bool:
        """Whether its district has its name: an independent city, or the seat of the Kreis."""
        words = fold_name(self.name).split()
        return district_words(self.district)[: len(words)] == words

    @property
    def choice(self) -> str:
        """The line that distinguishes it from others of its name."""
        codes = self.postcodes[0]
        if len(self.postcodes) > 1:
            codes = f"{self.postcodes[0]}-{self.postcodes[-1]}"
        land = LAENDER.get(self.land, self.land)
        return ", ".join(part for part in (f"{codes} {self.name}", self.district, land) if part)


def find_municipalities(folded_name: str, names: Names) -> list[Municipality]:
    """List the municipalities of a folded name, then those whose longer names begin with it.

    A longer name is omitted if it is a part of an exact one (``Dresden Friedrichstadt``), or if a
    hyphen joins it (``Wolfsburg-Unkeroda`` is not in Wolfsburg).
    """
    if not folded_name:
        return []
    # A gazetteer may be of another date than the table of postcodes.
    entries = [one for one in names.named(folded_name) if is_postcode(one.postcode)]
    exact = [one for one in entries if one.folded == folded_name]
    exact_codes = {one.postcode for one in exact}
    own_districts = {one.district_code for one in exact}
    longer = [
        one
        for one in entries
        if one.folded != folded_name
        and one.postcode not in exact_codes
        and one.district_code not in own_districts
        and fold_name(one.name.partition("-")[0]) != folded_name
    ]
    # A part of a town with a longer name is not listed as a choice of its own: "Geislingen an der
    # Steige Türkheim".
    stems = {(one.folded, one.district_code) for one in longer}
    towns = [
        one
        for one in longer
        if not any(
            one.folded.startswith(f"{stem} ") and one.district_code == code for stem, code in stems
        )
    ]
    return [*_grouped(exact, True), *_grouped(towns, False)]


def place_of_municipality(municipality: Municipality) -> Place:
    """Make the place of a municipality.

    The centre is the mean of the centres of its postcodes; the uncertainty covers each of them
    with its own uncertainty.
    """
    if len(municipality.postcodes) == 1:
        only = place_of_postcode(municipality.postcodes[0], municipality.name)
        return replace(only, source="name", postcode_given=False)
    centres = {code: centre_of(code) for code in municipality.postcodes}
    lat = sum(one[0] for one in centres.values()) / len(centres)
    lon = sum(one[1] for one in centres.values()) / len(centres)
    away = {code: great_circle_km(lat, lon, *centre) for code, centre in centres.items()}
    ordered = tuple(sorted(away, key=lambda code: (away[code], code)))
    return Place(
        lat=lat,
        lon=lon,
        uncertainty_km=max(km + postcode_uncertainty_km(code) for code, km in away.items()),
        label=f"{municipality.name} ({min(ordered)}-{max(ordered)})",
        source="name",
        postcode=ordered[0],
        postcodes=ordered,
        land=municipality.land or land_of(ordered[0]),
    )


def _grouped(entries: Iterable[Entry], exact: bool) -> list[Municipality]:
    groups: dict[tuple[str, str], list[Entry]] = {}
    for one in entries:
        groups.setdefault((one.folded, one.district_code), []).append(one)
    found = [
        Municipality(group[0].name, group[0].district, _land(group), codes, exact)
        for group in groups.values()
        for codes in _together(sorted({one.postcode for one in group}))
    ]
    return _absorbed(found)


def _absorbed(found: list[Municipality]) -> list[Municipality]:
    """Merge one or two postcodes that are listed in the neighbouring district into their city.

    Postcodes cross city limits: 22113 and 22145 Hamburg and 24109 Kiel are listed in the
    surrounding Kreis, and an operator could not choose between two Kiels.
    """
    merged = {city: [*city.postcodes] for city in found if len(city.postcodes) >= 3}
    kept = []
    for one in found:
        few = one.postcodes if len(one.postcodes) <= _FEW else ()
        for city in merged if few else ():
            near = all(any(_touch(each, code, slack=1) for code in city.postcodes) for each in few)
            if near and fold_name(city.name) == fold_name(one.name):
                merged[city] += few
                break
        else:
            kept.append(one)
    return [
        replace(one, postcodes=tuple(sorted(merged[one]))) if one in merged else one for one in kept
    ]


def _land(group: list[Entry]) -> str:
    lands = [one.land for one in group]
    return max(sorted(set(lands)), key=lands.count)


def _together(codes: list[str]) -> list[tuple[str, ...]]:
    """Split postcodes into groups whose areas touch, estimated from centres and radii."""
    clusters: list[tuple[str, ...]] = []
    left = list(codes)
    while left:
        cluster = [left.pop(0)]
        for code in cluster:  # grows while it is walked
            near = [one for one in left if _touch(code, one)]
            left = [one for one in left if one not in near]
            cluster.extend(near)
        clusters.append(tuple(sorted(cluster)))
    return clusters


def _touch(first: str, second: str, *, slack: float = 2) -> bool:
    apart_km = great_circle_km(*centre_of(first), *centre_of(second))
    reach_km = slack * (postcode_uncertainty_km(first) + postcode_uncertainty_km(second))
    return apart_km <= min(_FARTHEST_APART_KM, reach_km)
