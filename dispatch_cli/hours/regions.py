"""The regions whose public holidays can be told apart: the Länder, and what differs inside them."""

from ..errors import SentenceError
from ..model.words import LAENDER

# Here a day is a holiday only where most people are Catholic (Mariä Himmelfahrt in BY,
# Fronleichnam in SN and TH); in the other Länder the whole Land has the day or nobody has.
CATHOLIC_LAENDER = ("BY", "SN", "TH")
CITIES = ("Augsburg",)  # 8 August, by the Bavarian Feiertagsgesetz, article 1 (2)

REGIONS = (*LAENDER, *(f"{land}+catholic" for land in CATHOLIC_LAENDER), *CITIES)
_BY_FOLDED = {region.casefold(): region for region in REGIONS}


def parse_region(text: str) -> str:
    """Read a holiday region in any case, such as ``by``, ``BY+catholic`` or ``augsburg``.

    Raises ValueError with everything that is allowed.
    """
    region = _BY_FOLDED.get("".join(text.split()).casefold())
    if region is None:
        raise SentenceError(
            '"{text}" is no holiday region; allowed: {regions}',
            text=text,
            regions=", ".join(REGIONS),
        )
    return region


def region_of(municipality: str, land: str) -> str:
    """Return the holiday region of a place: its municipality if that has days of its own."""
    return municipality if municipality in CITIES else land


def is_region(text: str) -> bool:
    """Whether a text names a holiday region."""
    return "".join(text.split()).casefold() in _BY_FOLDED
