"""Find rules of opening hours that later rules replace, by evaluation over two years.

In OpenStreetMap's notation a rule behind a semicolon replaces all earlier ones on its days:
"Mo-Fr 08:00-12:00; Mo-Fr 13:00-17:00" is closed in the morning, and "PH off; Mo-Fr 08:00-17:00" is
open on holidays.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime

from msgspec import Struct

from ..messages import Message
from ..model import Timetable

DAYS = 731
"""Days to evaluate: in two years holidays fall on most days of the week."""

DaysOf = Callable[[str], frozenset[date]]
"""The days on which hours are open, of DAYS, with the holidays of the provider."""

_QUOTED = re.compile(r'"[^"]*"')
_TIMES = re.compile(
    r"[0-9]{2}:[0-9]{2}(?:-[0-9]{2}:[0-9]{2}|\+)(?:,[0-9]{2}:[0-9]{2}(?:-[0-9]{2}:[0-9]{2}|\+))*"
)
_STATES = re.compile(r" ?\b(?:off|closed|open|unknown)\b")
_OVERNIGHT = re.compile(r"\b(0[5-9]|1[01]):([0-9]{2})-(0[4-7]):([0-9]{2})\b")
_AT_NOON = "12:00-12:01"


class _Rule(Struct, frozen=True):
    """One rule of a text, with the days on which it holds."""

    text: str
    days: frozenset[date]

    @property
    def selector(self) -> str:
        """The days as they are written, without times and states."""
        return _STATES.sub("", _TIMES.sub("", _QUOTED.sub("", self.text))).strip()

    @property
    def is_off(self) -> bool:
        """Whether the rule closes."""
        return re.search(r"\b(?:off|closed)\b", self.text) is not None

    @property
    def is_always(self) -> bool:
        """Whether the rule means round the clock, on every day."""
        return self.text in ("24/7", "00:00-24:00", "Mo-Su 00:00-24:00")


def rule_warnings(text: str, days_of: DaysOf) -> Iterator[Message]:
    """Say which rules of a result of ``parse_hours`` hardly ever hold, and what to write.

    A rule that holds on no day, an exception before its rule, hours behind "24/7", and hours from a
    morning to the next one are told.
    """
    yield from _overnight_warnings(text)
    parts = _split(text)
    if len(parts) < 2:
        return
    rules = [_Rule(each, days_of(_at_noon(each))) for each in parts]
    for number, rule in enumerate(rules):
        replacing = _replacing(rule, rules[number + 1 :])
        if not replacing:
            continue
        left = rule.days.difference(*(each.days for each in replacing))
        later = max(replacing, key=lambda each: len(rule.days & each.days))
        template = (
            'the rule "{rule}" holds on {left} of its {days} days in two years: "{later}" replaces'
            " it; write {advice}"
            if left
            else 'the rule "{rule}" never holds: "{later}" replaces it; write {advice}'
        )
        yield Message(
            template,
            rule=rule.text,
            left=len(left),
            days=len(rule.days),
            later=later.text,
            advice=_advice(rule, later),
        )


def _replacing(rule: _Rule, later: Sequence[_Rule]) -> list[_Rule]:
    """Return the later rules that replace a rule on all its days, or on most and by mistake.

    Mistakes: the exception stands before the rule ("PH off; Mo-Fr …"), or hours stand behind
    hours round the clock. A later exception ("Mo-Fr 08:00-18:00; Oct-Apr Mo-Fr …") is none.
    """
    others = [each for each in later if rule.days & each.days and each.text != rule.text]
    if not rule.days.difference(*(each.days for each in others)):
        return others
    mistaken = [
        each for each in others if not each.days < rule.days or (rule.is_always and not each.is_off)
    ]
    left = rule.days.difference(*(each.days for each in mistaken))
    return mistaken if 2 * len(left) <= len(rule.days) else []


def _advice(rule: _Rule, later: _Rule) -> str:
    """Write the spelling that was probably meant."""
    if rule.selector == later.selector and not (rule.is_off or later.is_off):
        times = [span for each in (rule, later) for span in _TIMES.findall(each.text)]
        merged = " ".join(filter(None, [rule.selector, ",".join(times)]))
        return f'"{merged}"'
    if not later.selector and later.text != "24/7":
        return f'the days before "{later.text}", which holds on all days without them'
    if rule.days < later.days or rule.is_off:
        return f'the exception last: "{later.text}; {rule.text}"'
    if rule.is_always:
        return f'only one of the two: "{later.text}"'
    return f'only one of the two, or a comma between them: "{rule.text}, {later.text}"'


def _overnight_warnings(text: str) -> Iterator[Message]:
    """Warn of hours from the morning to the next morning: "08:00-05:00" is open overnight."""
    for found in _OVERNIGHT.finditer(_QUOTED.sub("", text)):
        hour = int(found[3]) + 12
        # Bars close until 04:00; later ends in the morning are afternoons without "+ 12".
        if found[3] + found[4] > "0400" and (hour, found[4]) > (int(found[1]), found[2]):
            yield Message(
                '"{hours}" is open overnight until {end}; write "{meant}" if that is meant',
                hours=found[0],
                end=f"{found[3]}:{found[4]}",
                meant=f"{found[1]}:{found[2]}-{hour}:{found[4]}",
            )


def _split(text: str) -> list[str]:
    """Split at semicolons that stand in no comment."""
    masked = _QUOTED.sub(lambda found: "x" * len(found[0]), text)
    ends = [match.start() for match in re.finditer(";", masked)]
    starts = [0, *(end + 1 for end in ends)]
    return [text[a:b].strip() for a, b in zip(starts, [*ends, len(text)], strict=True)]


def _at_noon(rule: str) -> str:
    """Return hours that are open for a minute on each day of a rule, whatever it says of them."""
    selector = _STATES.sub("", _TIMES.sub(_AT_NOON, _QUOTED.sub("", rule))).strip()
    if selector == "24/7":
        selector = ""
    return selector if _AT_NOON in selector else f"{selector} {_AT_NOON}".strip()


def days_in(timetable: Timetable) -> frozenset[date]:
    """Return the days of minutes at noon."""
    spans = (span for span in timetable.spans if span.state == "open")
    # Noon is the same day in UTC, wherever the provider is in Germany.
    return frozenset(datetime.fromtimestamp(span.start, UTC).date() for span in spans)
