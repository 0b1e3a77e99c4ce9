"""Recognize kilometres of roads, which no table translates to positions yet."""

import re

from ..messages import marked

NO_KILOMETRES = marked(
    "kilometres of roads are not supported yet; write the next exit, town or position"
)

_ROAD = r"(?:bab|a|autobahn|b|bundesstra(?:ss|ß)e) ?-?[0-9]{1,3}"
_KILOMETRE = re.compile(
    r"(?:^|.*[ ,])(?:km|kilometer) ?[0-9]"
    rf"|{_ROAD}[ ,](?:.*[ ,])?[0-9]{{1,3}}(?:[.,][0-9]+)? ?(?:km|kilometer)(?:[ ,]|$)"
    r"|(?:bab|a|autobahn) ?-?[0-9]{1,3}(?:[ ,].*)?[ ,][0-9]{1,3}[.,][0-9]",
    re.I,
)


def is_road_kilometre(text: str) -> bool:
    """Return whether a clean text is a kilometre of a road: ``A8 km 123,4 Ri. München``."""
    folded = text.lower()
    if "km" in folded or "kilometer" in folded or folded.startswith(("a", "bab")):
        return _KILOMETRE.match(text) is not None
    return False
