"""How a moment is said on the phone and on the screens of a case, in the language of the text."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from ..messages import time_of_day

_WEEK = timedelta(days=7)
_WEEKDAYS: Mapping[str, tuple[str, ...]] = {
    "de": ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_MONTHS = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip
_GERMAN_ZONES = {"CEST": "MESZ", "CET": "MEZ"}


def spoken(local: datetime, now: datetime, language: str = "en") -> str:
    """Write a local moment beside the local present, in German or else in English.

    The weekday stands before the time of day if it is another day, the date if it is also another
    week, and the year if it is also another year.
    """
    is_german = language == "de"
    time = time_of_day(local)
    if is_german:
        time = " ".join(_GERMAN_ZONES.get(word, word) for word in time.split())
    if local.date() == now.date():
        return time
    day = _WEEKDAYS["de" if is_german else "en"][local.weekday()]
    if abs(local.date() - now.date()) < _WEEK:
        return f"{day} {time}"
    is_this_year = local.year == now.year
    if is_german:
        return f"{day} {local:%d.%m.}{'' if is_this_year else local.year} {time}"
    date = f"{day} {local:%d} {_MONTHS[local.month - 1]}"
    return f"{date} {time}" if is_this_year else f"{date} {local.year} {time}"
