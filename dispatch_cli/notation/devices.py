"""Read the positions that devices send: geo URIs (RFC 5870) and the AML of emergency calls."""

import re
from urllib.parse import unquote_plus

from msgspec.structs import replace

from ..messages import quoted
from .position import NO_COORDINATES, Position, number_of, place_error

_NUMBER = r"[+-]?[0-9]+(?:\.[0-9]+)?"
_GEO = re.compile(
    rf"geo: ?({_NUMBER}), ?({_NUMBER})(?:, ?{_NUMBER})?((?:;[a-z0-9-]+(?:=[^;?]*)?)*)(?:\?(.*))?",
    re.I,
)
_NEARLY_POINT = re.compile(r"(?:loc:)? ?[+-]?[0-9]{1,3}[.,][0-9]")


def read_device(text: str) -> Position | None:
    """Read a geo URI or an AML message from a clean text; None if it is neither."""
    if text[:4].lower() == "geo:":
        return _geo(text)
    if re.search(r"(?:^|[; \"])lt=", text, re.I):
        return _aml(text)
    return None


def _geo(text: str) -> Position:
    """Read a geo URI: latitude, longitude, ``u`` in metres; ``crs`` can only be WGS 84."""
    match = _GEO.fullmatch(text.replace("%2C", ",").replace("%2c", ","))
    if match is None:
        raise place_error(text, 'not a geo URI; write "geo:48.3705,10.8978;u=35"')
    parameters = _fields(text, match[3][1:].split(";") if match[3] else [])
    crs = parameters.get("crs", "wgs84").lower()
    if crs != "wgs84":
        raise place_error(
            text, "the reference system {system} is not supported; use wgs84", system=crs[:20]
        )
    lat, lon = number_of(match[1]), number_of(match[2])
    radius_km = _metres(text, parameters.get("u")) / 1000
    # Android: the view is at A in "geo:A?q=B(label)", the pin at B.
    pin = _pin(text, match[4] or "")
    if pin is not None:
        return replace(pin, source="geo", uncertainty_km=max(radius_km, pin.uncertainty_km))
    if match[4] and lat == lon == 0:
        raise place_error(text, NO_COORDINATES)
    return Position(lat, lon, "geo", radius_km)


def _pin(text: str, query: str) -> Position | None:
    """Read the pin from the parameter ``q``; None if it is missing or the name of a place.

    Raises UsageError for several pins, and for numbers that are no coordinates.
    """
    from .links import read_point

    pins = set()
    for part in query.split("&"):
        name, _, value = part.partition("=")
        if name.strip().lower() != "q":
            continue
        # A plus is a blank, but not in a plus code.
        code = _plus_code(value)
        pin = unquote_plus(value).strip()
        point = None if code else read_point(pin.partition("(")[0])
        if code:
            pins.add(code)
        elif point and not point[1][:1].isdigit():
            pins.add(Position(*point[0], "geo"))
        elif _NEARLY_POINT.match(pin):
            raise place_error(text, "the pin {pin} is not a position", pin=quoted(pin[:40]))
    if len(pins) > 1:
        raise place_error(text, "the link has several places; write one")
    return next(iter(pins), None)


def _plus_code(value: str) -> Position | None:
    if "+" not in value and "%2b" not in value.lower():
        return None
    from .plus_codes import read_linked_code

    return read_linked_code(value)


def _aml(text: str) -> Position:
    """Read ``lt``, ``lg`` and the radius ``rd`` in metres, the names of ETSI TS 103 625."""
    pairs = re.findall(r'(?:^|[;, "])((?:lt|lg|rd)=[^;, "]*)', text, re.I)
    fields = _fields(text, pairs)
    lat, lon = fields.get("lt", ""), fields.get("lg", "")
    if not (re.fullmatch(_NUMBER, lat) and re.fullmatch(_NUMBER, lon)):
        raise place_error(text, "lt= and lg= must be decimal degrees")
    return Position(number_of(lat), number_of(lon), "aml", _metres(text, fields.get("rd")) / 1000)


def _fields(text: str, pairs: list[str]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for pair in pairs:
        key, _, value = pair.partition("=")
        if fields.setdefault(key.lower(), value) != value:
            raise place_error(text, "{field} occurs twice with different values", field=key)
    return fields


def _metres(text: str, digits: str | None) -> float:
    if digits is None:
        return 0.0
    if not re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", digits):
        raise place_error(
            text, "the uncertainty {digits!r} is not a number of metres", digits=digits[:20]
        )
    return number_of(digits)
