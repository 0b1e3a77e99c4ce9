"""Read the coordinates in map links, without network."""

import re
from collections.abc import Iterable
from math import cos, radians
from urllib.parse import SplitResult, parse_qsl, unquote_plus, urlsplit

from .degrees import read_degrees
from .position import NO_COORDINATES, Position, clean_text, number_of, place_error

_NUMBER = r"[+-]?[0-9]{1,3}(?:\.[0-9]+)?"
_KNOWN_HOST = re.compile(
    r"(?:.*\.)?(?:google\.(?:com?\.)?[a-z]{2,3}|openstreetmap\.(?:org|de)|osm\.org|opentopomap\.org"
    r"|apple\.com|bing\.com|waze\.com|here\.com|osmand\.net|plus\.codes)"
)
_SHORT_LINK = re.compile(
    r"(?:(?:.*\.)?(?:app\.)?goo\.gl|g\.co|osm\.org/go|(?:www\.)?openstreetmap\.org/go|osm\.li|bit\.ly"
    r"|t\.co|her\.is|binged\.it|aka\.ms|tinyurl\.com|maps\.apple|maps\.apple\.com/p)(?:/.*)?"
    r"|(?:www\.|ul\.)?waze\.com/ul/h[a-z0-9]*"
)
_SCHEMES = {"comgooglemaps": "google.com", "waze": "waze.com", "maps": "maps.apple.com"}
_WORDS = re.compile(r"^/{3}|(?:what3words\.com|w3w\.co|w3w\.me)(?:/|$)|^what3words:", re.I)

# Parameters with the place itself, the most certain first, and those with only the view.
_PINS = ("coordinate", "pin", "q", "query", "where1", "destination", "daddr", "to", "sp", "ll")
_VIEWS = ("cp", "center", "map", "sll", "cbll", "viewpoint")
_POINT = re.compile(
    rf"(?:loc:|ll\.|point\.|geo:)? ?({_NUMBER}) ?[,~_ ] ?({_NUMBER})(?:[,(_ ](.*))?"
)
_COMMAS = re.compile(r"([+-]?[0-9]{1,3}),([0-9]+), ?([+-]?[0-9]{1,3}),([0-9]+)")
"""Coordinates with decimal commas: "48,3705,10,8978"."""
_PIXELS = 100
"""The assumed distance of the intended place from the middle of the screen."""


def read_link(text: str) -> Position | None:
    """Read the position from a link, also from one inside a message; None if there is no link.

    A marker has precedence over the middle of a view; a view is uncertain by 100 of its pixels.
    Raises UsageError for links that need the network, for routes, and for links without
    coordinates.
    """
    if _WORDS.search(text):
        raise place_error(text, "what3words needs the network; write coordinates or a plus code")
    link = re.search(r"[a-z0-9.]+://\S+", text, re.I)
    address = link[0] if link else text
    if not link:
        if not re.match(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}(?:[/?]\S*)?$", address, re.I):
            return None
        address = f"https://{address}"
    try:
        parts = urlsplit(address)
        host = _SCHEMES.get(parts.scheme.lower()) or (parts.hostname or "")
    except ValueError:
        raise place_error(text, "the link is not a valid URL") from None
    if _SHORT_LINK.fullmatch(f"{host}{parts.path}".rstrip("/").lower()):
        raise place_error(text, "a short link needs the network; open it and paste the long link")
    if not _KNOWN_HOST.fullmatch(host.lower()):
        raise place_error(
            text, "links of {host} are not supported; write the coordinates", host=host[:40]
        )
    return _position(text, parts)


def _position(text: str, parts: SplitResult) -> Position:
    path = unquote_plus(parts.path)
    fields = dict(reversed(parse_qsl(parts.query)))
    if "/dir/" in f"{path}/" or path.startswith("/directions") or "saddr" in fields:
        raise place_error(text, "a route has several places; write one")
    pinned = list(_pins(path, parts.fragment, fields))
    if len(set(pinned)) > 1:
        raise place_error(text, "the link has several places; write one")
    if pinned:
        return Position(*pinned[0], "link")
    # The code comes first: beside it, "ll" is the middle of the view.
    code = _linked_code(parts)
    if code:
        return code
    for point in (_path_point(path), *(read_point(fields.get(key, "")) for key in _PINS)):
        if point:
            return Position(*point[0], "link")
    view = _view(path, unquote_plus(parts.fragment), fields)
    if view is None:
        raise place_error(text, NO_COORDINATES)
    return view


def _linked_code(parts: SplitResult) -> Position | None:
    """Read a full plus code from the path, or from a parameter with the place itself."""
    # A plus is kept here; in the parameters of a form it would mean a blank.
    texts = [parts.path, *(each for each in parts.query.split("&") if each.split("=")[0] in _PINS)]
    if not any("+" in each or "%2b" in each.lower() for each in texts):
        return None
    from .plus_codes import read_linked_code

    return next(filter(None, map(read_linked_code, texts)), None)


def _pins(path: str, fragment: str, fields: dict[str, str]) -> Iterable[tuple[float, float]]:
    """Find unambiguous markers: the pin data of Google, and pairs of parameters."""
    for lat, lon in re.findall(rf"!3d({_NUMBER})!4d({_NUMBER})(?![0-9.])", f"{path}#{fragment}"):
        yield number_of(lat), number_of(lon)
    for lat_key, lon_key in (("mlat", "mlon"), ("lat", "lon"), ("lat", "lng")):
        lat, lon = fields.get(lat_key, ""), fields.get(lon_key, "")
        if re.fullmatch(_NUMBER, lat) and re.fullmatch(_NUMBER, lon):
            yield number_of(lat), number_of(lon)
            return


def _path_point(path: str) -> tuple[tuple[float, float], str] | None:
    match = re.search(r"/(?:place|search|l)/([^/@]+)", path)
    return read_point(match[1]) if match else None


def read_point(value: str) -> tuple[tuple[float, float], str] | None:
    """Read the coordinates at the start of a parameter, and the text behind them."""
    value = clean_text(value)
    commas = _COMMAS.fullmatch(value)
    if commas:
        value = "{}.{},{}.{}".format(*commas.groups())
    match = _POINT.fullmatch(value)
    if match:
        return (number_of(match[1]), number_of(match[2])), match[3] or ""
    if not re.search("[°'][^NSEWO]*[NSEWO]", value):
        return None
    reading = read_degrees(value)
    return ((reading.lat, reading.lon), "") if reading else None


def _view(path: str, fragment: str, fields: dict[str, str]) -> Position | None:
    """Read the middle of a map view; its uncertainty follows from the scale."""
    match = re.search(rf"/@({_NUMBER}),({_NUMBER})(?:,([0-9.]+)([zma]))?", path)
    if match:
        return _view_at(number_of(match[1]), number_of(match[2]), match[3], match[4] or "z")
    match = re.search(rf"(?:^|map=)([0-9.]+)/({_NUMBER})/({_NUMBER})(?:[/&]|$)", fragment)
    if match:
        return _view_at(number_of(match[2]), number_of(match[3]), match[1], "z")
    for key in _VIEWS:
        point = read_point(fields.get(key, ""))
        if point:
            rest = re.match(r"[0-9.]+", point[1])
            zoom = fields.get("z") or fields.get("zoom") or fields.get("lvl") or (rest and rest[0])
            return _view_at(*point[0], zoom, "z")
    return None


def _view_at(lat: float, lon: float, scale: str | None, unit: str) -> Position:
    """Make the position of a view from its zoom level (256 pixels a tile) or height in metres."""
    if not scale or unit == "a" or not re.fullmatch(r"[0-9]{1,9}(?:\.[0-9]+)?", scale):
        return Position(lat, lon, "link")
    if unit == "m":
        return Position(lat, lon, "link", number_of(scale) / 10_000)
    metres_a_pixel = 156_543.034 * cos(radians(lat)) / 2 ** min(number_of(scale), 30.0)
    return Position(lat, lon, "link", max(0.0, metres_a_pixel) * _PIXELS / 1000)
