"""Rewrite opening hours in German or English spelling in the syntax of OpenStreetMap."""

import re
from bisect import bisect_right
from itertools import pairwise

from msgspec.structs import replace

from ..model.words import composed
from .tokens import EXAMPLE, HoursError, Token, tokenize

LONGEST = 2000
"""Characters; the longest value in OpenStreetMap has 255, and evaluation time grows with length."""

_FALLBACK = (
    '"||" (otherwise) is not supported; write the other hours after a comma: '
    '"Mo-Fr 08:00-18:00, Mo-Su 18:00-22:00 unknown \\"auf Anfrage\\""'
)
# A comma after one of these ends a rule, unless another time of day follows a time of day.
_ENDS_RULE = frozenset({"time", "state", "comment", "always"})
_SELECTS_DAYS = frozenset({"day", "month", "week", "easter"})


def parse_hours(text: str) -> str:
    """Rewrite opening hours in German or English spelling as OpenStreetMap ``opening_hours``.

    Parsing the result again gives the same text. A comment without a state means ``unknown`` in
    OpenStreetMap and open in the library, so the result has ``unknown``. Raises HoursError with the
    column and an allowed example; also for a fallback rule and for hours by the sun.
    """
    text = composed(text)
    if len(text) > LONGEST:
        raise HoursError(
            "the hours have {count} characters, allowed are {longest}",
            count=len(text),
            longest=LONGEST,
        )
    found = _drop_empty_rules(tokenize(text))
    if not found:
        raise HoursError("the hours are empty; write e.g. {example}", example=EXAMPLE)
    read = _add_unknown(_read_whole_days(_read_times(_turn_dates(found))))
    for previous, token in zip([None, *read], read, strict=False):
        _check(previous, token)
    written, starts = _join(read)
    _check_with_library(written, starts, read)
    _refuse_a_rule_without_its_days(written)
    return written


def _refuse_a_rule_without_its_days(written: str) -> None:
    """Refuse ``Mo-Fr 8-12; 13-17``: after a semicolon the times apply to every day of the week.

    Its authors mean a lunch break; by the syntax it closes every morning.
    """
    outside_quotes = re.sub(r'"[^"]*"', '""', written)
    rules = [rule.strip() for rule in outside_quotes.split(";")]
    for before, rule in pairwise(rules):
        if re.match(r"[A-Z]", before) and re.match(r"\d\d:\d\d", rule):
            raise HoursError(
                '"{rule}" has no days; write a comma before it, or repeat the days',
                rule=rule,
            )


def _drop_empty_rules(found: list[Token]) -> list[Token]:
    """Remove empty rules, also that after a semicolon at the end of a line."""
    kept: list[Token] = []
    for token in found:
        if not (token.text == ";" and (not kept or kept[-1].text == ";")):
            kept.append(token)
    return kept[:-1] if kept and kept[-1].text == ";" else kept


def _turn_dates(found: list[Token]) -> list[Token]:
    """Put the month first in "24. Dezember"."""
    turned: list[Token] = []
    for token in found:
        if token.kind == "month" and turned and turned[-1].kind == "ordinal":
            day = turned.pop()
            turned += [token, replace(day, kind="number", text=str(int(day.text)))]
        else:
            turned.append(token)
    return turned


def _read_times(found: list[Token]) -> list[Token]:
    """Separate times of day from years, days, weeks and counts; "8" becomes "08:00"."""
    read: list[Token] = []
    counting = False  # in brackets, or in the list after "week"
    for token in found:
        if token.kind == "hours":  # "8 Uhr": the number before it has become a time
            if not read or read[-1].kind != "time":
                raise HoursError(
                    'write a time before "{written}"', token.column, written=token.written
                )
            continue
        if token.kind == "week" or token.text == "[":
            counting = True
        elif counting and token.kind != "number" and token.text not in ("-", ",", "/"):
            counting = False
        if token.kind == "number" and (counting or _is_count(token, read)):
            read.append(token)
        elif token.kind == "number" and [t.kind for t in read[-2:]] == ["time", "mark"]:
            # "14:00-16:00/30" is every half an hour; after any other mark there is a time.
            read.append(replace(token, kind="time") if read[-1].text == "/" else _time(token))
        elif token.kind in ("time", "number", "ordinal"):
            read.append(_time(token))
        else:
            read.append(token)
    return read


def _is_count(token: Token, before: list[Token]) -> bool:
    """Return whether a number is a year, a step of years or a day of the month ("Dec 24-26")."""
    kinds = [other.kind for other in before[-3:]]
    mark = before[-1].text if before else ""
    if len(token.text) == 4 or kinds[-1:] == ["month"]:
        return True
    if mark == "-":
        return kinds == ["month", "number", "mark"]
    return mark == "/" and kinds[-2:] == ["number", "mark"]


def _time(token: Token) -> Token:
    hour, _, minute = token.text.replace(".", ":").partition(":")
    # OpenStreetMap writes 26:00 for two o'clock the next morning, up to 48:00.
    if len(hour) > 2 or int(hour) > 48 or int(minute or 0) > 59 or token.kind == "ordinal":
        raise HoursError(
            '"{written}" is not a time of day from 00:00 to 24:00',
            token.column,
            written=token.written,
        )
    return replace(token, kind="time", text=f"{int(hour):02}:{int(minute or 0):02}")


def _read_whole_days(found: list[Token]) -> list[Token]:
    """Read "24 h" after days as the whole day, at the end of a range as midnight."""
    read: list[Token] = []
    for token in found:
        if token.kind == "always" and read and read[-1].text != ";":
            end = read[-1].text == "-"
            read.append(replace(token, kind="time", text="24:00" if end else "00:00-24:00"))
        elif not (token.text == "Mo-Su" and read and read[-1].kind == "always"):  # "24 h täglich"
            read.append(token)
    return read


def _add_unknown(found: list[Token]) -> list[Token]:
    """Add "unknown" before a comment without a state; correct the marks round days."""
    read: list[Token] = []
    for at, token in enumerate(found):
        before = read[-1].kind if read else None
        after = found[at + 1].kind if at + 1 < len(found) else None
        if token.kind == "comment" and before != "state":
            read.append(Token("state", "unknown", token.column, token.written))
        if token.text == "/" and before == after == "day":  # "Sa/So"
            read.append(replace(token, text=","))
        elif not (token.text == ":" and before in ("day", "month", "number")):  # "Mo-Fr: 8"
            read.append(token)
    return read


def _check(previous: Token | None, token: Token) -> None:
    """Refuse pairs that the library misreads, or explains less well."""
    if token.text == "||":
        raise HoursError(_FALLBACK, token.column)
    if previous is None:
        return
    days_before = previous.kind in ("day", "offset") or previous.text == "]"
    if days_before and token.kind == "day":
        # The library reads "PH Mo-Fr" as both, the specification as holidays on these days.
        raise HoursError(
            'write a comma or a dash between "{before}" and "{written}"',
            token.column,
            before=previous.written,
            written=token.written,
        )
    if previous.kind in _ENDS_RULE and token.kind in _SELECTS_DAYS:
        raise HoursError(
            'write a semicolon or a comma before "{written}"', token.column, written=token.written
        )


def _join(read: list[Token]) -> tuple[str, list[int]]:
    """Write tokens with the blanks of OpenStreetMap; returns also the offset of each token."""
    written = ""
    starts: list[int] = []
    for at, token in enumerate(read):
        if at and _is_blank_before(read[max(0, at - 2) : at], token):
            written += " "
        starts.append(len(written))
        written += token.text
    return written, starts


def _is_blank_before(before: list[Token], token: Token) -> bool:
    previous = before[-1]
    if previous.text == ",":
        # With a blank it starts another rule, without it continues days or times.
        ended = before[0]
        is_time = ended.kind == "time" or ended.text == "+"
        return (ended.kind in _ENDS_RULE or is_time) and not (is_time and token.kind == "time")
    if previous.kind == "mark":
        return previous.text == ";" or (previous.text in "]+" and token.kind != "mark")
    return token.kind != "mark"


def _check_with_library(written: str, starts: list[int], read: list[Token]) -> None:
    """Parse the result with the library; its error gets our words and the column of the input."""
    from opening_hours import OpeningHours, ParserError  # type: ignore[attr-defined]

    try:
        OpeningHours(written)
    except ParserError as error:
        place = re.search(r"--> [0-9]+:([0-9]+)", str(error))
        offset = int(place[1]) - 1 if place else 0
        token = read[max(0, bisect_right(starts, offset) - 1)]
        if offset >= len(written):
            problem = 'the hours end too early after "{written}"; write e.g. {example}'
        else:
            problem = '"{written}" is not allowed here; write e.g. {example}'
        raise HoursError(problem, token.column, written=token.written, example=EXAMPLE) from None
