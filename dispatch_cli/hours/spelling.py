"""Opening hours as Germans write them, rewritten as OpenStreetMap writes them."""

import re
from bisect import bisect_right
from itertools import pairwise

from msgspec.structs import replace

from .tokens import EXAMPLE, HoursError, Token, tokens

LONGEST = 2000
"""Characters; the longest value in OpenStreetMap has 255, and working out grows with the length."""

_FALLBACK = (
    '"||" (otherwise) is not worked out; add the other hours after a comma: '
    '"Mo-Fr 08:00-18:00, Mo-Su 18:00-22:00 unknown \\"auf Anfrage\\""'
)
# A comma after one of these ends a rule, unless another time of day follows a time of day.
_ENDS_RULE = frozenset({"time", "state", "comment", "always"})
_SELECTS_DAYS = frozenset({"day", "month", "week", "easter"})


def parse_hours(text: str) -> str:
    """Rewrite opening hours in German or English spelling as OpenStreetMap ``opening_hours``.

    Reading the result again gives the same text. A comment without a state means ``unknown``, as
    OpenStreetMap has it (the library takes it for open), and the result says so. Raises HoursError
    with the column and what is allowed; also for a fallback rule and for hours by the sun, which
    the library does not work out.
    """
    if len(text) > LONGEST:
        raise HoursError(
            "{count} characters are more than {longest}", count=len(text), longest=LONGEST
        )
    found = _trimmed(tokens(text))
    if not found:
        raise HoursError("no hours in it; allowed is e.g. {example}", example=EXAMPLE)
    read = _states(_always(_times(_dates(found))))
    for previous, token in zip([None, *read], read, strict=False):
        _check(previous, token)
    written, starts = _joined(read)
    _judge(written, starts, read)
    _refuse_a_rule_without_its_days(written)
    return written


def _refuse_a_rule_without_its_days(written: str) -> None:
    """Refuse ``Mo-Fr 8-12; 13-17``: after a semicolon the times hold on every day of the week.

    Whoever writes so means a lunch break; taken at its word it closes every morning.
    """
    outside_quotes = re.sub(r'"[^"]*"', '""', written)
    rules = [rule.strip() for rule in outside_quotes.split(";")]
    for before, rule in pairwise(rules):
        if re.match(r"[A-Z]", before) and re.match(r"\d\d:\d\d", rule):
            raise HoursError(
                '"{rule}" stands without its days: write a comma before it, or the days again',
                rule=rule,
            )


def _trimmed(found: list[Token]) -> list[Token]:
    """Leave out empty rules, also where a line ends with a semicolon."""
    kept: list[Token] = []
    for token in found:
        if not (token.text == ";" and (not kept or kept[-1].text == ";")):
            kept.append(token)
    return kept[:-1] if kept and kept[-1].text == ";" else kept


def _dates(found: list[Token]) -> list[Token]:
    """Turn "24. Dezember" round."""
    turned: list[Token] = []
    for token in found:
        if token.kind == "month" and turned and turned[-1].kind == "ordinal":
            day = turned.pop()
            turned += [token, replace(day, kind="number", text=str(int(day.text)))]
        else:
            turned.append(token)
    return turned


def _times(found: list[Token]) -> list[Token]:
    """Tell times of day from years, days of the month, weeks and counts; "8" becomes "08:00"."""
    read: list[Token] = []
    counting = False  # in brackets, or in the list after "week"
    for token in found:
        if token.kind == "hours":  # "8 Uhr": the number before it has become a time
            if not read or read[-1].kind != "time":
                raise HoursError(
                    '"{written}" needs a time before it', token.column, written=token.written
                )
            continue
        if token.kind == "week" or token.text == "[":
            counting = True
        elif counting and token.kind != "number" and token.text not in ("-", ",", "/"):
            counting = False
        if token.kind == "number" and (counting or _is_count(token, read)):
            read.append(token)
        elif token.kind == "number" and [t.kind for t in read[-2:]] == ["time", "mark"]:
            # "14:00-16:00/30" is every half an hour; any other mark is followed by a time.
            read.append(replace(token, kind="time") if read[-1].text == "/" else _time(token))
        elif token.kind in ("time", "number", "ordinal"):
            read.append(_time(token))
        else:
            read.append(token)
    return read


def _is_count(token: Token, before: list[Token]) -> bool:
    """Whether a number is a year, the step of years or a day of the month (also "Dec 24-26")."""
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
            '"{written}" is no time of day from 00:00 to 24:00', token.column, written=token.written
        )
    return replace(token, kind="time", text=f"{int(hour):02}:{int(minute or 0):02}")


def _always(found: list[Token]) -> list[Token]:
    """Read "24 h" after days as the whole day, and at the end of a range as midnight."""
    read: list[Token] = []
    for token in found:
        if token.kind == "always" and read and read[-1].text != ";":
            end = read[-1].text == "-"
            read.append(replace(token, kind="time", text="24:00" if end else "00:00-24:00"))
        elif not (token.text == "Mo-Su" and read and read[-1].kind == "always"):  # "24 h täglich"
            read.append(token)
    return read


def _states(found: list[Token]) -> list[Token]:
    """Say "unknown" where a comment stands without a state; mend the marks round days."""
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
    """Refuse what the library would take for something else, or explain with less insight."""
    if token.text == "||":
        raise HoursError(_FALLBACK, token.column)
    if previous is None:
        return
    days_before = previous.kind in ("day", "offset") or previous.text == "]"
    if days_before and token.kind == "day":
        # The library takes "PH Mo-Fr" for both, the specification for holidays on these days.
        raise HoursError(
            'put a comma or a dash between "{before}" and "{written}"',
            token.column,
            before=previous.written,
            written=token.written,
        )
    if previous.kind in _ENDS_RULE and token.kind in _SELECTS_DAYS:
        raise HoursError(
            'put a semicolon or a comma before "{written}"', token.column, written=token.written
        )


def _joined(read: list[Token]) -> tuple[str, list[int]]:
    """Write tokens with OpenStreetMap's blanks, and say at which offset each starts."""
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
        # With a blank it starts another rule, without it goes on with days or times.
        ended = before[0]
        is_time = ended.kind == "time" or ended.text == "+"
        return (ended.kind in _ENDS_RULE or is_time) and not (is_time and token.kind == "time")
    if previous.kind == "mark":
        return previous.text == ";" or (previous.text in "]+" and token.kind != "mark")
    return token.kind != "mark"


def _judge(written: str, starts: list[int], read: list[Token]) -> None:
    """Have the library parse it, and say its objection in our words at the writer's column."""
    from opening_hours import OpeningHours, ParserError  # type: ignore[attr-defined]

    try:
        OpeningHours(written)
    except ParserError as error:
        place = re.search(r"--> [0-9]+:([0-9]+)", str(error))
        offset = int(place[1]) - 1 if place else 0
        token = read[max(0, bisect_right(starts, offset) - 1)]
        if offset >= len(written):
            problem = 'something is missing after "{written}"; allowed is e.g. {example}'
        else:
            problem = '"{written}" does not fit here; allowed is e.g. {example}'
        raise HoursError(problem, token.column, written=token.written, example=EXAMPLE) from None
