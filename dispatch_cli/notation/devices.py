"""Read the positions that devices send: geo URIs (RFC 5870) and the AML of emergency calls."""

import re

from .position import NO_COORDINATES, Position, number_of, place_error

_NUMBER = r"[+-]?[0-9]+(?:\.[0-9]+)?"
_GEO = re.compile(
    rf"geo: ?({_NUMBER}), ?({_NUMBER})(?:, ?{_NUMBER})?((?:;[a-z0-9-]+(?:=[^;?]*)?)*)(?:\?(.*))?",
    re.I,
)
_PIN = re.compile(rf"(?:.*&)?q=(?:loc:)?({_NUMBER})(?:,|%2C) ?({_NUMBER})(?:[(&%].*)?$", re.I)


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
    pin = _PIN.match(match[4] or "")
    if pin:  # Android: the view is at A in "geo:A?q=B(label)", the pin at B
        lat, lon = number_of(pin[1]), number_of(pin[2])
    elif match[4] and lat == lon == 0:
        raise place_error(text, NO_COORDINATES)
    return Position(lat, lon, "geo", _metres(text, parameters.get("u")) / 1000)


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
