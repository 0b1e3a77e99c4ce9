"""Map links that hold coordinates, read without network."""

import re
from collections.abc import Iterable
from math import cos, radians
from urllib.parse import SplitResult, parse_qsl, unquote_plus, urlsplit

from .degrees import read_degrees
from .reading import Reading, cleaned, number_of, refused

_NUMBER = r"[+-]?[0-9]{1,3}(?:\.[0-9]+)?"
_KNOWN_HOST = re.compile(
    r"(?:.*\.)?(?:google\.(?:com?\.)?[a-z]{2,3}|openstreetmap\.(?:org|de)|osm\.org|opentopomap\.org"
    r"|apple\.com|bing\.com|waze\.com|here\.com|osmand\.net)"
)
_SHORT_LINK = re.compile(
    r"(?:(?:.*\.)?(?:app\.)?goo\.gl|g\.co|osm\.org/go|(?:www\.)?openstreetmap\.org/go|osm\.li|bit\.ly"
    r"|t\.co|her\.is|binged\.it|aka\.ms|tinyurl\.com|maps\.apple|maps\.apple\.com/p)(?:/.*)?"
    r"|(?:www\.|ul\.)?waze\.com/ul/h[a-z0-9]*"
)
_SCHEMES = {"comgooglemaps": "google.com", "waze": "waze.com", "maps": "maps.apple.com"}
_WORDS = re.compile(r"^/{3}|(?:what3words\.com|w3w\.co|w3w\.me)(?:/|$)|^what3words:", re.I)

# Parameters that hold the place itself, the surest first, and those that hold only the view.
_PINS = ("coordinate", "pin", "q", "query", "where1", "destination", "daddr", "to", "sp", "ll")
_VIEWS = ("cp", "center", "map", "sll", "cbll", "viewpoint")
_POINT = re.compile(
    rf"(?:loc:|ll\.|point\.|geo:)? ?({_NUMBER}) ?[,~_ ] ?({_NUMBER})(?:[,(_ ](.*))?"
)
_PIXELS = 100
"""How far from the middle of the screen the place may be that somebody meant."""


def read_link(text: str) -> Reading | None:
    """Read the position from a link, also from one inside a message; None if there is no link.

    A marker goes before the middle of a view, and a view is as uncertain as its scale (100
    pixels). Raises UsageError for links that can be read only with network, for routes, and for
    links without coordinates.
    """
    if _WORDS.search(text):
        raise refused(text, "what3words needs a network service: give coordinates or a plus code")
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
        raise refused(text, "not a link that can be read") from None
    if _SHORT_LINK.fullmatch(f"{host}{parts.path}".rstrip("/").lower()):
        raise refused(text, "a short link needs the network: open it and paste the long one")
    if not _KNOWN_HOST.fullmatch(host.lower()):
        raise refused(text, f"{host[:40]} is not a map that is known here: give the coordinates")
    return _position(text, parts)


def _position(text: str, parts: SplitResult) -> Reading:
    path = unquote_plus(parts.path)
    fields = dict(reversed(parse_qsl(parts.query)))
    if "/dir/" in f"{path}/" or path.startswith("/directions") or "saddr" in fields:
        raise refused(text, "a route has several places: give one")
    pinned = list(_pins(path, parts.fragment, fields))
    if len(set(pinned)) > 1:
        raise refused(text, "the link names several places: give one")
    if pinned:
        return Reading(*pinned[0], "link")
    for point in (_path_point(path), *(_point(fields.get(key, "")) for key in _PINS)):
        if point:
            return Reading(*point[0], "link")
    view = _view(path, unquote_plus(parts.fragment), fields)
    if view is None:
        raise refused(text, "the link holds no coordinates: give a position, postcode or town")
    return view


def _pins(path: str, fragment: str, fields: dict[str, str]) -> Iterable[tuple[float, float]]:
    """Markers that cannot be mistaken: Google's pin data, and pairs of parameters."""
    for lat, lon in re.findall(rf"!3d({_NUMBER})!4d({_NUMBER})(?![0-9.])", f"{path}#{fragment}"):
        yield number_of(lat), number_of(lon)
    for lat_key, lon_key in (("mlat", "mlon"), ("lat", "lon"), ("lat", "lng")):
        lat, lon = fields.get(lat_key, ""), fields.get(lon_key, "")
        if re.fullmatch(_NUMBER, lat) and re.fullmatch(_NUMBER, lon):
            yield number_of(lat), number_of(lon)
            return


def _path_point(path: str) -> tuple[tuple[float, float], str] | None:
    match = re.search(r"/(?:place|search|l)/([^/@]+)", path)
    return _point(match[1]) if match else None


def _point(value: str) -> tuple[tuple[float, float], str] | None:
    """The coordinates that a parameter begins with, and what follows them."""
    value = cleaned(value)
    match = _POINT.fullmatch(value)
    if match:
        return (number_of(match[1]), number_of(match[2])), match[3] or ""
    if not re.search("[°'][^NSEWO]*[NSEWO]", value):
        return None
    reading = read_degrees(value)
    return ((reading.lat, reading.lon), "") if reading else None


def _view(path: str, fragment: str, fields: dict[str, str]) -> Reading | None:
    """The middle of a map view, as vague as the view is wide."""
    match = re.search(rf"/@({_NUMBER}),({_NUMBER})(?:,([0-9.]+)([zma]))?", path)
    if match:
        return _seen(number_of(match[1]), number_of(match[2]), match[3], match[4] or "z")
    match = re.search(rf"(?:^|map=)([0-9.]+)/({_NUMBER})/({_NUMBER})(?:[/&]|$)", fragment)
    if match:
        return _seen(number_of(match[2]), number_of(match[3]), match[1], "z")
    for key in _VIEWS:
        point = _point(fields.get(key, ""))
        if point:
            rest = re.match(r"[0-9.]+", point[1])
            zoom = fields.get("z") or fields.get("zoom") or fields.get("lvl") or (rest and rest[0])
            return _seen(*point[0], zoom, "z")
    return None


def _seen(lat: float, lon: float, scale: str | None, unit: str) -> Reading:
    """``scale`` is a zoom level (web Mercator, 256 pixels a tile) or the height in metres."""
    if not scale or unit == "a" or not re.fullmatch(r"[0-9]{1,9}(?:\.[0-9]+)?", scale):
        return Reading(lat, lon, "link")
    if unit == "m":
        return Reading(lat, lon, "link", number_of(scale) / 10_000)
    metres_a_pixel = 156_543.034 * cos(radians(lat)) / 2 ** min(number_of(scale), 30.0)
    return Reading(lat, lon, "link", max(0.0, metres_a_pixel) * _PIXELS / 1000)
