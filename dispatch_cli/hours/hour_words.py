"""The German and English words of opening hours, and the meaning of each."""

from typing import Literal

from ..model.words import fold

Kind = Literal[
    "day", "month", "week", "easter", "state", "join", "filler", "hours", "sun",
    "time", "number", "ordinal", "always", "comment", "offset", "mark",
]  # fmt: skip
"""The kind of a token. ``hours`` is "Uhr" or "h", ``number`` any number but a time of day."""

_DAYS = {
    "Mo": "mo montag montags monday",
    "Tu": "tu di dienstag dienstags tuesday",
    "We": "we mi mittwoch mittwochs wednesday",
    "Th": "th do donnerstag donnerstags thursday",
    "Fr": "fr freitag freitags friday",
    "Sa": "sa samstag samstags sonnabend sonnabends saturday",
    "Su": "su so sonntag sonntags sunday",
    "PH": "ph feiertag feiertage feiertagen feiertags",
    "SH": "sh schulferien",
    "Mo-Su": "täglich tägl tgl",
    # A Werktag is every day but Sundays and public holidays (Bundesurlaubsgesetz § 3 (2)).
    "Mo-Sa": "werktag werktage werktags werktäglich",
    "Mo-Fr": "wochentags",
    "Sa-Su": "wochenende wochenends",
}
_MONTHS = {
    "Jan": "jan januar january jänner",
    "Feb": "feb februar february",
    "Mar": "mar mär mrz märz march",
    "Apr": "apr april",
    "May": "may mai",
    "Jun": "jun juni june",
    "Jul": "jul juli july",
    "Aug": "aug august",
    "Sep": "sep sept september",
    "Oct": "oct okt oktober october",
    "Nov": "nov november",
    "Dec": "dec dez dezember december",
}
_STATES = {
    "off": "off closed geschlossen geschl zu ruhetag",
    "open": "open offen geöffnet",
    "unknown": "unknown unbekannt",
}
_JOINS = {"-": "bis", ",": "und u sowie and"}
_PLAIN: dict[Kind, dict[str, str]] = {
    "week": {"week": "week kw"},
    "easter": {"easter": "easter"},
    "hours": {"": "uhr h"},
    "filler": {"": "von an am gesetzliche gesetzlichen gesetzlicher"},
    "sun": {"": "sunrise sunset dawn dusk sonnenaufgang sonnenuntergang"},
}


def _table() -> dict[str, tuple[Kind, str]]:
    groups: dict[Kind, dict[str, str]] = {
        "day": _DAYS, "month": _MONTHS, "state": _STATES, "join": _JOINS, **_PLAIN,
    }  # fmt: skip
    return {
        fold(word): (kind, meaning)
        for kind, group in groups.items()
        for meaning, words in group.items()
        for word in words.split()
    }


MEANING = _table()
MONTHS = tuple(_MONTHS)
WEEKDAYS = tuple(_DAYS)[:7]
