"""Find rules of opening hours that later rules replace, by evaluation over two years.

In OpenStreetMap's notation a rule behind a semicolon replaces all earlier ones on its days:
"Mo-Fr 08:00-12:00; Mo-Fr 13:00-17:00" is closed in the morning, and "PH off; Mo-Fr 08:00-17:00" is
open on holidays.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import pairwise

from msgspec import Struct

from ..messages import Message
from ..model import Timetable

DAYS = 731
"""Days to evaluate: in two years holidays fall on most days of the week."""

DaysOf = Callable[[str], frozenset[date]]
"""The days of DAYS with open hours, with the holidays of the provider."""

_QUOTED = re.compile(r'"[^"]*"')
_TIMES = re.compile(
    r"[0-9]{2}:[0-9]{2}(?:-[0-9]{2}:[0-9]{2}|\+)(?:,[0-9]{2}:[0-9]{2}(?:-[0-9]{2}:[0-9]{2}|\+))*"
)
_STATES = re.compile(r" ?\b(?:off|closed|open|unknown)\b")
_WEEKDAYS = re.compile(r"(?:(?:Mo|Tu|We|Th|Fr|Sa|Su|PH)[,-]?)*")
_SPAN = re.compile(r"([0-9]{2}:[0-9]{2})-([0-9]{2}:[0-9]{2})")
# After a morning in the same list: "08:00-12:00,01:00-05:00".
_AFTERNOON = re.compile(
    r"\b(?:0[5-9]|1[01]):[0-9]{2}-1[1-3]:[0-9]{2},((0[1-5]):([0-9]{2})-(0[2-7]):([0-9]{2}))\b"
)
_OVERNIGHT = re.compile(r"\b(0[5-9]|1[01]):([0-9]{2})-(0[4-7]):([0-9]{2})\b")
_AT_NOON = "12:00-12:01"


class _Rule(Struct, frozen=True):
    """One rule of a text, with its days."""

    text: str
    days: frozenset[date]

    @property
    def selector(self) -> str:
        """The days as they are written, without times and states."""
        return _STATES.sub("", _TIMES.sub("", _QUOTED.sub("", self.text))).strip()

    @property
    def spans(self) -> list[tuple[str, str]]:
        """The times of day, as pairs of "08:00" and "12:00"."""
        return _SPAN.findall(_QUOTED.sub("", self.text))

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

    The function reports a rule that holds on no day, an exception before its rule, hours behind
    "24/7", hours from a morning to the next one, and days without times.
    """
    yield from _overnight_warnings(text)
    yield from _night_warnings(text)
    yield from _whole_day_warnings(text)
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
        each
        for each in others
        if not each.days < rule.days
        or (rule.is_always and not each.is_off)
        or (_WEEKDAYS.fullmatch(each.selector) and _is_after(rule, each))
    ]
    left = rule.days.difference(*(each.days for each in mistaken))
    # No firm is closed on those holidays only on which it would be closed anyway.
    is_holiday = rule.is_off and rule.selector == "PH"
    return mistaken if is_holiday or 2 * len(left) <= len(rule.days) else []


def _is_after(rule: _Rule, later: _Rule) -> bool:
    """Whether the hours of a later rule begin after those of a rule, as those of an afternoon."""
    spans = [*rule.spans, *later.spans]
    is_in_a_day = all(start < end for start, end in spans)
    return (
        bool(rule.spans and later.spans)
        and is_in_a_day
        and (max(end for _, end in rule.spans) <= min(start for start, _ in later.spans))
    )


def _is_apart(rule: _Rule, later: _Rule) -> bool:
    """Whether both rules have hours, and no time of day is in both."""
    spans = sorted([*rule.spans, *later.spans])
    if not (rule.spans and later.spans):
        return False
    (first, _), (start, end) = spans[0], spans[-1]
    # Only the last one may end on the next day, before the first one begins.
    return (
        all(begin < stop for begin, stop in spans[:-1])
        and all(stop <= begin for (_, stop), (begin, _) in pairwise(spans))
        and (start < end or end <= first)
    )


def _advice(rule: _Rule, later: _Rule) -> Message | str:
    """Write the spelling that was probably meant."""
    is_open = not (rule.is_off or later.is_off)
    plain = not any("unknown" in each.text or '"' in each.text for each in (rule, later))
    is_apart = _is_apart(rule, later) or not (rule.spans and later.spans)
    if rule.selector == later.selector and is_open and plain and is_apart:
        times = [span for each in (rule, later) for span in _TIMES.findall(each.text)]
        merged = " ".join(filter(None, [rule.selector, ",".join(times)]))
        return f'"{merged}"'
    if is_open and is_apart and rule.spans and later.spans:
        return _with_rules('a comma between them: "{rule}, {later}"', rule, later)
    if later.is_always and not rule.is_off:
        return Message('only one of the two: "{rule}"', rule=rule.text)
    if not later.selector:
        text = 'the days before "{later}", which holds on all days without them'
        return Message(text, later=later.text)
    if rule.is_always:
        return Message('only one of the two: "{rule}"', rule=later.text)
    if rule.days < later.days or rule.is_off:
        return _with_rules('the exception last: "{later}; {rule}"', rule, later)
    return _with_rules('only one of the two: "{rule}" or "{later}"', rule, later)


def _with_rules(template: str, rule: _Rule, later: _Rule) -> Message:
    return Message(template, rule=rule.text, later=later.text)


def _overnight_warnings(text: str) -> Iterator[Message]:
    """Warn of hours from the morning to the next morning: "08:00-05:00" is open overnight."""
    for found in _OVERNIGHT.finditer(_QUOTED.sub("", text)):
        hour = int(found[3]) + 12
        # Bars close until 04:00; later ends in the morning are afternoons without "+ 12".
        is_round_the_clock = found[1] + found[2] == found[3] + found[4]
        if is_round_the_clock:
            continue
        if found[3] + found[4] > "0400" and (hour, found[4]) > (int(found[1]), found[2]):
            yield Message(
                '"{hours}" is open overnight until {end}; write "{meant}" if that is meant',
                hours=found[0],
                end=f"{found[3]}:{found[4]}",
                meant=f"{found[1]}:{found[2]}-{hour}:{found[4]}",
            )


def _night_warnings(text: str) -> Iterator[Message]:
    """Warn of a second time that lacks its twelve hours: "08:00-12:00,01:00-05:00"."""
    for found in _AFTERNOON.finditer(_QUOTED.sub("", text)):
        meant = f"{int(found[2]) + 12}:{found[3]}-{int(found[4]) + 12}:{found[5]}"
        yield Message(
            '"{hours}" is open at night; write "{meant}" if that is meant',
            hours=found[1],
            meant=meant,
        )


def _whole_day_warnings(text: str) -> Iterator[Message]:
    """Warn of days without times: "Mo-Fr" of a list is open at night as well."""
    rules = (rule.strip() for part in _split(text) for rule in part.split(", "))
    for rule in rules:
        if rule and _WEEKDAYS.fullmatch(rule):
            yield Message(
                '"{days}" has no times and is open day and night; write "{days} 08:00-18:00", '
                'or "{days} 00:00-24:00" if that is meant',
                days=rule,
            )


def _split(text: str) -> list[str]:
    """Split at semicolons that stand in no comment."""
    masked = _QUOTED.sub(lambda found: "x" * len(found[0]), text)
    ends = [match.start() for match in re.finditer(";", masked)]
    starts = [0, *(end + 1 for end in ends)]
    return [text[a:b].strip() for a, b in zip(starts, [*ends, len(text)], strict=True)]


def _at_noon(rule: str) -> str:
    """Return hours that are open for a minute on each day of a rule, with any state."""
    selector = _STATES.sub("", _TIMES.sub(_AT_NOON, _QUOTED.sub("", rule))).strip()
    if selector == "24/7":
        selector = ""
    return selector if _AT_NOON in selector else f"{selector} {_AT_NOON}".strip()


def days_in(timetable: Timetable) -> frozenset[date]:
    """Return the days of minutes at noon."""
    spans = (span for span in timetable.spans if span.state == "open")
    # Noon is the same day in UTC, wherever the provider is in Germany.
    return frozenset(datetime.fromtimestamp(span.start, UTC).date() for span in spans)
