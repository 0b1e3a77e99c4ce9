"""Look up place names in the tables of the package, for a program without imported gazetteer."""

from bisect import bisect_left
from functools import cache

from ..notation.carried_towns import postal_names
from ..notation.centres import centres
from .gazetteer import Entry


class CarriedNames:
    """The names in the table of postcodes, as those of a gazetteer."""

    def town_of(self, postcode: str) -> str:
        """Return the best-known town of a postcode; "" if it has none."""
        return next(iter(self.towns_of(postcode)), "")

    def towns_of(self, postcode: str) -> list[str]:
        """List all names in a postcode."""
        area = centres().area(postcode)
        return [*area.towns] if area else []

    def named(self, folded_name: str) -> list[Entry]:
        """List all entries of a folded name, and of longer names that begin with its words."""
        return [
            _entry(folded, code, name)
            for folded in _beginning_with(folded_name)
            for code, name in postal_names()[folded]
        ]

    def beginning(self, letters: str) -> dict[str, str]:
        """Return the names whose folded forms begin with some letters, by these forms."""
        names = _sorted_names()
        first = bisect_left(names, letters)
        last = bisect_left(names, f"{letters}\U0010ffff")
        return {folded: postal_names()[folded][-1][1] for folded in names[first:last]}


def _entry(folded: str, postcode: str, name: str) -> Entry:
    area = centres().area(postcode)
    assert area is not None  # noqa: S101
    # An independent city and the Landkreis around it may have the same name.
    kind = "city" if area.municipality else "district"
    code = f"{kind} {area.district}, {area.land}"
    return Entry(name, folded, postcode, area.district, code, area.land)


@cache
def _sorted_names() -> list[str]:
    return sorted(postal_names())


def _beginning_with(folded: str) -> list[str]:
    """List the folded names that are a name or begin with its words."""
    names = _sorted_names()
    exact = [folded] if folded in postal_names() else []
    first = bisect_left(names, f"{folded} ")
    return exact + names[first : bisect_left(names, f"{folded}!")]
