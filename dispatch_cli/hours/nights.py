"""Split hours over midnight in a rule after a semicolon, because the library drops their end.

In "Mo-Su 08:00-18:00; Fr-Sa 08:00-02:00" the library drops the first two hours of Sunday, because
an earlier rule applies on Sundays; the reference implementation of OpenStreetMap keeps them. The
library keeps them in a rule after a comma: "…; Fr-Sa 08:00-24:00, Sa-Su 00:00-02:00".
"""

import re

from .hour_words import WEEKDAYS

_MIDNIGHT = 24 * 60
# Texts in quotes may contain separators; a comma without a blank continues a list.
_SEPARATED = r'((?:"[^"]*"|[^";,]|,(?! ))+)(; |, |$)'
_SPAN = "[0-9]{1,2}:[0-9]{2}-[0-9]{1,2}:[0-9]{2}"
_RULE = (
    r"(?:(?P<days>(?:(?:Mo|Tu|We|Th|Fr|Sa|Su|PH)(?:-[A-Z][a-z]| [+-][0-9]+ days?)?,?)+) )?"
    rf"(?P<times>{_SPAN}(?:,{_SPAN})*)(?P<state> .*)?"
)


def split_nights(text: str) -> str:
    """Split nights in rules after a semicolon; the specification gives the result the same meaning.

    Rules with dates, weeks or ``Mo[1]`` stay: the days after theirs cannot be written.
    """
    if "; " not in text:
        return text
    written = ""
    separator = ""
    for match in re.finditer(_SEPARATED, text):
        rule = match[1]
        written += separator + (_split(rule) if separator == "; " else rule)
        separator = match[2]
    return written


def _split(rule: str) -> str:
    match = re.fullmatch(_RULE, rule)
    if match is None or (match["state"] or "").startswith(" off"):
        return rule
    evenings, mornings = [], []
    for span in match["times"].split(","):
        start, end = span.split("-")
        past = _minutes(end) - (0 if _minutes(end) <= _minutes(start) else _MIDNIGHT)
        evenings.append(f"{start}-24:00" if past >= 0 else span)
        if past > 0:
            mornings.append(f"00:00-{past // 60:02}:{past % 60:02}")
    if not mornings:
        return rule
    days, state = match["days"], match["state"] or ""
    evening = f"{days} {','.join(evenings)}" if days else ",".join(evenings)
    morning = f"{_day_after(days)} {','.join(mornings)}" if days else ",".join(mornings)
    return f"{evening}{state}, {morning}{state}"


def _minutes(clock: str) -> int:
    hour, _, minute = clock.partition(":")
    return int(hour) * 60 + int(minute)


def _day_after(days: str) -> str:
    def after(match: re.Match[str]) -> str:
        if not match[0].startswith("PH"):
            return WEEKDAYS[(WEEKDAYS.index(match[0]) + 1) % 7]
        shift = int(match[1] or 0) + 1
        return f"PH {shift:+} day" if shift else "PH"

    return re.sub(r"PH(?: ([+-][0-9]+) days?)?|[A-Z][a-z]", after, days)
