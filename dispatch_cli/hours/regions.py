"""The regions with public holidays of their own: the Länder, and parts of them."""

from ..errors import SentenceError
from ..model.words import LAENDER

# Mariä Himmelfahrt (BY) and Fronleichnam (SN, TH) are holidays only where most people are Catholic;
# in the other Länder a holiday applies to the whole Land.
CATHOLIC_LAENDER = ("BY", "SN", "TH")
CITIES = ("Augsburg",)  # 8 August, by the Bavarian Feiertagsgesetz, article 1 (2)

REGIONS = (*LAENDER, *(f"{land}+catholic" for land in CATHOLIC_LAENDER), *CITIES)
_BY_FOLDED = {region.casefold(): region for region in REGIONS}


def parse_region(text: str) -> str:
    """Read a holiday region, such as ``by``, ``BY+catholic`` or ``augsburg``; case is ignored.

    Raises ValueError with all regions.
    """
    region = _BY_FOLDED.get("".join(text.split()).casefold())
    if region is None:
        raise SentenceError(
            '"{region}" is not a holiday region; allowed: {allowed}',
            region=" ".join(text.split()),
            allowed=", ".join(REGIONS),
        )
    return region


def region_of(municipality: str, land: str) -> str:
    """Return the holiday region of a place: its municipality if that has holidays of its own."""
    return municipality if municipality in CITIES else land


def is_region(text: str) -> bool:
    """Return whether a text names a holiday region."""
    return "".join(text.split()).casefold() in _BY_FOLDED
