"""Read times as people say them on the telephone: "35-40", "halbe Stunde", "viertel nach zwölf".

A text is either a length of time from now, or a time of day by one or more readings of the clock.
Texts that people use in two senses are refused with both of them.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ..errors import UsageError
from ..messages import Message, quoted
from ..model.words import composed
from .moments import parse_when

MOST_MINUTES = 600
"""The largest length of time; a larger number may be a time of day without its colon."""

_UNITS = (
    ("null", "zero"), ("ein", "one"), ("zwei", "two"), ("drei", "three"), ("vier", "four"),
    ("fünf", "five"), ("sechs", "six"), ("sieben", "seven"), ("acht", "eight"), ("neun", "nine"),
    ("zehn", "ten"), ("elf", "eleven"), ("zwölf", "twelve"), ("dreizehn", "thirteen"),
    ("vierzehn", "fourteen"), ("fünfzehn", "fifteen"), ("sechzehn", "sixteen"),
    ("siebzehn", "seventeen"), ("achtzehn", "eighteen"), ("neunzehn", "nineteen"),
)  # fmt: skip
_TENS = (
    ("zwanzig", "twenty"), ("dreißig", "thirty"), ("vierzig", "forty"), ("fünfzig", "fifty"),
    ("sechzig", "sixty"), ("siebzig", "seventy"), ("achtzig", "eighty"), ("neunzig", "ninety"),
)  # fmt: skip


def _number_words() -> Iterator[tuple[str, int]]:
    """Yield the German and English words of the numbers 0 to 99."""
    for number, words in enumerate(_UNITS):
        yield from ((word, number) for word in words)
    yield from (("eins", 1), ("eine", 1), ("einer", 1), ("zwo", 2))
    for tens, (german, english) in enumerate(_TENS, 2):
        yield from ((german, 10 * tens), (english, 10 * tens))
        for unit, (one, two) in enumerate(_UNITS[1:10], 1):
            yield f"{one}und{german}", 10 * tens + unit
            yield f"{english} {two}", 10 * tens + unit


def _plain(text: str) -> str:
    """Write a text in small letters without umlauts, hyphens of words and double blanks."""
    plain = composed(text).casefold()
    for letter, written in (
        ("ä", "ae"),
        ("ö", "oe"),
        ("ü", "ue"),
        ("–", "-"),
        ("—", "-"),
        ("’", "'"),
    ):
        plain = plain.replace(letter, written)
    return " ".join(re.sub(r"(?<=[a-z])-(?=[a-z])", " ", plain).split()).rstrip(".!,")


_NUMBERS = {_plain(word): number for word, number in _number_words()}
_N = "|".join(sorted(map(re.escape, _NUMBERS), key=len, reverse=True))
_COUNT = rf"[0-9]{{1,4}}|{_N}"
_HOUR = rf"[0-9]{{1,2}}|{_N}"

HINT = Message("write 35 for minutes from now, or 12:38")
"""The forms that are always understood."""

JUST_PASSED_MIN = 5
"""A minute without an hour that has passed so lately was hardly meant for the next hour."""

_ABOUT = re.compile(
    r"(?:(?:so|ca\.?|circa|etwa|ungefaehr|rund|gut|knapp|reichlich|spaetestens|about|around"
    r"|roughly|maybe|good|just under) )+"
)
_IN = re.compile(r"(?:in|noch|max\.?|maximal|hoechstens|at most|up to|no more than) (?=.)")
_AT = re.compile(r"(?:um|gegen|bis|at|by)(?: about| circa| ca\.?)? (?=.)")
_MINUTES = r"(?:m|min|mins|minute|minuten|minutes)\.?"
_HOURS = r"(?:h|hr|hrs|std|stunde|stunden|hour|hours)\.?"
_A = (
    r"(?:(?:ein|eine|einer|einen|'?ne|'?ner|'?n|a|an|one)"
    r"(?: (?:gute|guten|knappe|knappen|reichliche|reichlichen|good|short))?"
    r"|gute|guten|knappe|knappen|reichliche|reichlichen) "
)

_SOON = re.compile(
    r"(?:jetzt |ganz |very )?(?:gleich|sofort|bald|baldmoeglichst|demnaechst|kuerze|kurzem|soon"
    r"|shortly|asap|immediately|right away|straight away|(?:ein )?moment|(?:a|one) moment"
    r"|(?:(?:ein|a) )?(?:paar|few|couple of) (?:minuten|minutes|min)|so schnell wie moeglich"
    r"|as soon as possible)"
)
_RANGE = re.compile(
    rf"(?P<first>{_COUNT}) ?(?:-|bis(?: zu)?|or|oder|to) ?(?P<last>{_COUNT})"
    rf"(?P<unit> ?(?:{_MINUTES}|(?P<hours>{_HOURS})))?"
)
_BETWEEN = re.compile(
    rf"(?:zwischen|between) (?P<first>{_COUNT}) (?:und|and) (?P<last>{_COUNT})"
    rf"(?P<unit> ?(?:{_MINUTES}|(?P<hours>{_HOURS})))?"
)
_PAIR = re.compile(
    rf"(?P<first>[0-9]{{2,3}}), (?P<last>[0-9]{{2,3}})(?P<unit> ?{_MINUTES})?(?P<hours>)"
)
_TO = re.compile(rf"(?P<first>{_COUNT}) to (?P<last>{_COUNT})")
_OF_MINUTES = re.compile(rf"(?P<count>{_COUNT}) ?{_MINUTES}")
_OF_HOURS = re.compile(
    rf"(?P<hours>{_COUNT}) ?{_HOURS}(?:(?: und| and)? ?(?P<minutes>{_COUNT})(?: ?{_MINUTES})?)?"
)
_COMPACT = re.compile(r"(?P<hour>[0-9]{1,2}) ?h ?(?P<minute>[0-9]{2})")
_DECIMAL_HOURS = re.compile(rf"(?P<whole>[0-9]{{1,2}})[.,](?P<tenths>[0-9]{{1,2}}) ?{_HOURS}")
_AND_A_HALF = re.compile(rf"(?:(?P<count>{_N})einhalb|(?P<other>{_COUNT}) and a half) {_HOURS}")
_LENGTHS = (
    (rf"(?:{_A})?(?:viertelstunde|(?:viertel|quarter)(?: of)?(?: an| a)? ?(?:stunde|hour))", 15),
    (rf"(?:1/4|¼) ?{_HOURS}", 15),
    (rf"(?:{_A})?(?:halbe|halben|half)(?: of)?(?: an| a)? ?(?:stunde|hour)", 30),
    (rf"half {_A}hour|halbstunde|(?:1/2|½) ?{_HOURS}", 30),
    (rf"(?:{_A})?(?:drei ?viertel ?stunde|three quarters(?: of)?(?: an| a)? hour)", 45),
    (rf"(?:3/4|¾) ?{_HOURS}", 45),
    (rf"(?:{_A})(?:stunde|hour)", 60),
    (rf"(?:anderthalb|eineinhalb|1 1/2|1½) {_HOURS}|{_A}hour and a half", 90),
)
"""Lengths with words of their own, in minutes."""

_CLOCK = re.compile(r"(?P<hour>[0-9]{1,2})(?:\.| uhr ?)(?P<minute>[0-9]{2})(?: uhr)?")
_FOUR_DIGITS = re.compile(r"(?P<hour>[0-9]{2})(?P<minute>[0-9]{2})(?: ?uhr)?")
_WHOLE_HOUR = re.compile(rf"(?P<hour>{_HOUR}) ?(?:uhr|o'?clock)")
_ANY_HOUR = re.compile(rf"(?P<hour>{_HOUR})")
_HALF = re.compile(rf"halb(?: (?P<hour>{_HOUR}))?")
_HALF_PAST = re.compile(rf"half past(?: (?P<hour>{_HOUR}))?")
_BRITISH_HALF = re.compile(rf"half (?P<hour>{_HOUR})")
_THREE_QUARTERS = re.compile(rf"drei ?viertel (?P<hour>{_HOUR})")
_ONE_QUARTER = re.compile(rf"viertel (?P<hour>{_HOUR})")
_BESIDE = re.compile(
    rf"(?:(?P<minutes>{_COUNT})(?: {_MINUTES})?|(?P<quarter>(?:a )?(?:viertel|quarter)))"
    rf" (?P<side>nach|past|after|vor|to|before)(?P<half> halb)?(?: (?P<hour>{_HOUR}))?(?: uhr)?"
)
_NAMED_HOURS = {"mittag": 720, "mittags": 720, "noon": 720, "mitternacht": 0, "midnight": 0}
_BARE = rf"[0-9]{{1,3}}|{_N}"
_BARE_WORD = re.compile(rf"(?P<count>{_N})")


def parse_spoken(text: str, now: datetime, timezone: str) -> datetime | None:
    """Read a time as it is said; None if the text has none of the spoken forms.

    Of the readings of a time of day the next one counts. Raises UsageError for "soon", for a length
    above ``MOST_MINUTES``, for texts with two meanings, and for a time of which one reading has
    passed while the other is further ahead than ``MOST_MINUTES`` or in the next hour.
    """
    found = read_spoken(text)
    if found is None:
        return None
    if isinstance(found, timedelta):
        return now + found
    here = now.astimezone(ZoneInfo(timezone))
    passed = 60 * here.hour + here.minute
    soonest = min(found, key=lambda minute: (minute - passed) % (24 * 60))
    latest = min(found, key=lambda minute: (passed - minute) % (24 * 60))
    ahead, ago = (soonest - passed) % (24 * 60), (passed - latest) % (24 * 60)
    has_hour = len(found) < 24
    is_far = ahead > MOST_MINUTES if has_hour else 0 < ago <= JUST_PASSED_MIN
    if len(found) > 1 and is_far:
        raise UsageError(
            "{text}: {past} has passed, and {next} is in {hours} h {minutes} min",
            text=quoted(text),
            past=_written(latest),
            next=_written(soonest),
            hours=ahead // 60,
            minutes=ahead % 60,
            hint=HINT,
        )
    return parse_when(_written(soonest), now, timezone)


def read_spoken(text: str) -> timedelta | tuple[int, ...] | None:
    """Read a length of time, or the minutes of the day at which a spoken time of day may be.

    Returns None if the text has none of the spoken forms.
    """
    plain = _plain(text)
    about = _without(_ABOUT, plain)
    is_length = bool(_IN.match(about))
    spoken = _without(_ABOUT, _without(_IN, about))
    if spoken != plain and not is_length and re.fullmatch(_BARE, spoken):
        # "so 35" is no hour; "so 8" may be one.
        is_length = _number(spoken) > 24
        if not is_length:
            raise _minutes_or_hour(text, _number(spoken))
    if _SOON.fullmatch(spoken) or _SOON.fullmatch(plain):
        raise UsageError(
            "{text} is no time: how many minutes?", text=quoted(text), hint="ask, and write 35"
        )
    length = _length(text, spoken, is_length=is_length)
    if length is not None:
        if length > MOST_MINUTES:
            raise UsageError(
                "{text} is longer than {most} minutes",
                text=quoted(text),
                most=MOST_MINUTES,
                hint="write the time of day (12:38), with its date if it is not today",
            )
        return timedelta(minutes=length)
    if is_length:
        return None
    return _clock(text, _without(_AT, spoken), is_time=bool(_AT.match(spoken)))


def _without(pattern: re.Pattern[str], text: str) -> str:
    """Remove a beginning that fits a pattern."""
    match = pattern.match(text)
    return text[match.end() :] if match else text


def _length(text: str, spoken: str, *, is_length: bool) -> int | None:
    """Read a length of time in minutes; None if it is no length."""
    for pattern, minutes in _LENGTHS:
        if re.fullmatch(pattern, spoken):
            return minutes
    match = _BETWEEN.fullmatch(spoken)
    if match and not match["unit"] and _number(match["last"]) <= 24:
        first, last = _number(match["first"]), _number(match["last"])
        raise _two_meanings(text, f"{first}-{last} min", _written(60 * last))
    match = match or _PAIR.fullmatch(spoken) or _RANGE.fullmatch(spoken)
    if match and (match["unit"] or not _TO.fullmatch(spoken)):
        first, last = _number(match["first"]), _number(match["last"])
        if first >= last:
            raise UsageError(
                "{text} goes from {first} to {last}: write the later one, for example 40",
                text=quoted(text),
                first=first,
                last=last,
            )
        return last * 60 if match["hours"] else last
    if match := _OF_MINUTES.fullmatch(spoken):
        return _number(match["count"])
    if (match := _COMPACT.fullmatch(spoken)) and int(match["hour"]) > 2:
        length = 60 * int(match["hour"]) + int(match["minute"])
        raise _two_meanings(text, f"{length} min", f"{match['hour']}:{match['minute']}")
    if match := _OF_HOURS.fullmatch(spoken):
        return 60 * _number(match["hours"]) + _number(match["minutes"] or "0")
    if match := _DECIMAL_HOURS.fullmatch(spoken):
        return round(60 * float(f"{match['whole']}.{match['tenths']}"))
    if match := _AND_A_HALF.fullmatch(spoken):
        return 60 * _number(match["count"] or match["other"]) + 30
    if is_length and re.fullmatch(_COUNT, spoken):
        return _number(spoken)
    if _BARE_WORD.fullmatch(spoken) and _number(spoken) > 24:
        return _number(spoken)
    return None


def _clock(text: str, spoken: str, *, is_time: bool) -> tuple[int, ...] | None:
    """Read the minutes of the day of a spoken time of day; None if it is none.

    ``is_time``: a word such as "at" shows that a bare number is an hour.
    """
    if match := _CLOCK.fullmatch(spoken) or _FOUR_DIGITS.fullmatch(spoken):
        return (_minute_of_day(text, int(match["hour"]), int(match["minute"])),)
    match = _WHOLE_HOUR.fullmatch(spoken)
    if match or (is_time and (match := _ANY_HOUR.fullmatch(spoken))):
        return _at_hour(text, match["hour"], 0)
    if match := _HALF_PAST.fullmatch(spoken):
        return _at_hour(text, match["hour"], 30)
    if match := _HALF.fullmatch(spoken):
        # "halb drei" is half an hour before three.
        return _at_hour(text, match["hour"], -30)
    if match := _THREE_QUARTERS.fullmatch(spoken):
        return _at_hour(text, match["hour"], -15)
    if spoken in _NAMED_HOURS:
        return (_NAMED_HOURS[spoken],)
    if (match := _TO.fullmatch(spoken)) and _number(match["first"]) < _number(match["last"]):
        first, last = _number(match["first"]), _number(match["last"])
        raise _two_meanings(text, f"{first}-{last} min", _written(60 * last - first))
    if match := _BESIDE.fullmatch(spoken):
        minutes = 15 if match["quarter"] else _number(match["minutes"])
        if minutes < 60:
            minutes *= 1 if match["side"] in ("nach", "past", "after") else -1
            return _at_hour(text, match["hour"], minutes - (30 if match["half"] else 0))
    _refuse_two_meanings(text, spoken)
    return None


def _refuse_two_meanings(text: str, spoken: str) -> None:
    """Raise UsageError for a text that people use in two senses, with both of them."""
    if match := _BRITISH_HALF.fullmatch(spoken):
        hour = _number(match["hour"])
        raise _two_meanings(text, _written(60 * hour + 30), _written(60 * hour - 30))
    if match := _ONE_QUARTER.fullmatch(spoken):
        hour = _number(match["hour"])
        raise _two_meanings(text, _written(60 * hour - 45), _written(60 * hour + 15))
    if spoken in ("viertel", "quarter", "a quarter"):
        raise _two_meanings(text, "15 min", "viertel nach 12")
    if spoken in ("dreiviertel", "drei viertel", "three quarters"):
        raise _two_meanings(text, "45 min", "viertel vor 12")
    if match := _BARE_WORD.fullmatch(spoken):
        raise _minutes_or_hour(text, _number(match["count"]))


def _minutes_or_hour(text: str, number: int) -> UsageError:
    return _two_meanings(text, f"{number} min", _written(60 * number))


def _two_meanings(text: str, one: str, other: str) -> UsageError:
    return UsageError(
        "{text} has two meanings; write {one} or {other}", text=quoted(text), one=one, other=other
    )


def _at_hour(text: str, hour: str | None, minutes: int) -> tuple[int, ...]:
    """Return the minutes of the day so many minutes after an hour; of every hour for None.

    An hour up to 12 is meant in the morning or in the afternoon.
    """
    if hour is None:
        return tuple(60 * each + minutes % 60 for each in range(24))
    number = _number(hour)
    _minute_of_day(text, number, 0)
    hours: Iterable[int] = (number, number + 12) if number <= 12 else (number,)
    return tuple((60 * each + minutes) % (24 * 60) for each in hours)


def _minute_of_day(text: str, hour: int, minute: int) -> int:
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        raise UsageError(
            "time {text} does not exist; write 35 for minutes from now, or 12:38",
            text=quoted(text),
        )
    return (60 * hour + minute) % (24 * 60)


def _number(text: str) -> int:
    return _NUMBERS[text] if text in _NUMBERS else int(text)


def _written(minute_of_day: int) -> str:
    """Write a minute of the day as 12:38."""
    hour, minute = divmod(minute_of_day % (24 * 60), 60)
    return f"{hour:02}:{minute:02}"
