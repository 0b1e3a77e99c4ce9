"""Read MGRS and UTM with the library ``mgrs`` of the NGA."""

import re
import warnings

from .position import Position, number_of, place_error

_MGRS = re.compile(
    r"(?:MGRS:? ?)?([0-9]{1,2}) ?([C-HJ-NP-X]) ?([A-HJ-NP-Z]) ?([A-HJ-NP-V]) ?([0-9 ]*)", re.I
)
_UTM = re.compile(
    r"(?P<word>(?:UTM|ETRS89)[:/ ]*)?(?:Zone ?)?(?P<zone>[0-9]{1,2}) ?(?P<band>[C-HJ-NP-X])?[ ,;]+"
    r"(?:[EOR] ?)?(?P<east>[0-9]{6}(?:[.,][0-9]+)?) ?(?:mE|m|E)?[ ,;/]+"
    r"(?:[NH] ?)?(?P<north>[0-9]{7}(?:[.,][0-9]+)?) ?(?:mN|m|N)?",
    re.I,
)
_BANDS = "CDEFGHJKLMNPQRSTUVWX"


def read_grid(text: str) -> Position | None:
    """Read a grid reference from a clean text; None if it is none.

    An MGRS reference names a square: the position is its middle, the uncertainty half its
    diagonal. Raises UsageError below six digits (a square of a kilometre or more).
    """
    match = _MGRS.fullmatch(text)
    if match:
        return _mgrs(text, match)
    match = _UTM.fullmatch(text)
    return _utm(text, match) if match else None


def _mgrs(text: str, match: re.Match[str]) -> Position:
    groups = match[5].split()
    digits = "".join(groups)
    if len(groups) > 2 or (len(groups) == 2 and len(groups[0]) != len(groups[1])):
        raise place_error(text, "easting and northing need the same number of digits")
    if len(digits) % 2 or len(digits) > 10:
        raise place_error(
            text,
            "{count} digits cannot be halved into easting and northing of 3 to 5",
            count=len(digits),
        )
    if len(digits) < 6:
        raise place_error(text, "the square is a kilometre or more; write at least six digits")
    half = len(digits) // 2
    # A five and zeros lead to the middle of the square. Releases of the library differ in whether
    # a square stands for its corner or its middle; one of a metre is nearly both.
    middle = "5".ljust(5 - half, "0") if half < 5 else ""
    east, north = digits[:half] + middle, digits[half:] + middle
    square = f"{int(match[1])}{match[2]}{match[3]}{match[4]}".upper()
    lat, lon = _position(text, f"{square}{east}{north}")
    side_km = 10.0 ** (2 - half)
    return Position(lat, lon, "mgrs", side_km * 0.5**0.5)


def _utm(text: str, match: re.Match[str]) -> Position | None:
    band = (match["band"] or "").upper()
    if not band and not match["word"]:
        return None
    if band == "S":
        raise place_error(
            text,
            "S may be the southern hemisphere or the band at 32° to 40° north",
        )
    import mgrs

    southern = band != "" and band < "N"
    try:
        square = mgrs.MGRS().UTMToMGRS(
            int(match["zone"]),
            "S" if southern else "N",
            number_of(match["east"]),
            number_of(match["north"]),
        )
    except mgrs.core.MGRSError:
        raise place_error(text, "there is no such UTM position") from None
    lat, lon = _position(text, square)
    # "N" also stands for the northern hemisphere.
    if band and band != "N" and _BANDS[min(19, max(0, int((lat + 80) // 8)))] != band:
        raise place_error(text, "the northing does not lie in band {band}", band=band)
    return Position(lat, lon, "utm")


def _position(text: str, square: str) -> tuple[float, float]:
    import mgrs

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # "Latitude Warning": the square is not in its band
            lat, lon = mgrs.MGRS().toLatLon(square)
    except (mgrs.core.MGRSError, RuntimeWarning):
        raise place_error(text, "there is no such grid square") from None
    return float(lat), float(lon)
