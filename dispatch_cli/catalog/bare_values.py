"""Say what to write for a value that TOML cannot read as it stands, or reads as another kind."""

import re
from collections.abc import Callable, Collection
from datetime import date, time

from ..messages import Message
from .key_kinds import kinds_of

_TRUE = frozenset({"true", "yes", "ja", "on", "wahr", "y", "j"})
_FALSE = frozenset({"false", "no", "nein", "off", "falsch", "n"})
_NONE = frozenset({"null", "none", "nil", "undefined", "n/a", "-", "--", "?"})
_UNITS = frozenset({
    "km", "m", "cm", "mm", "kilometer", "kilometern", "meter", "metern", "metre", "metres",
    "kilometre", "kilometres", "t", "to", "kg", "tonne", "tonnen", "tons", "tonnes", "ton",
    "min", "mins", "minute", "minuten", "minutes", "h", "std", "stunde", "stunden", "hour",
    "hours", "s", "sec", "secs", "sek", "sekunde", "sekunden", "second", "seconds", "ms",
    "km/h", "kmh", "kmph", "kph", "d", "tag", "tage", "day", "days", "uhr", "€", "eur",
    "euro",
})  # fmt: skip
_UNIT_OF_KEY = re.compile(r"_(km|min|s|t|m|kmh)$")
_SAME_UNIT = {
    "km": ("km", "kilometer", "kilometern", "kilometre", "kilometres"),
    "m": ("m", "meter", "metern", "metre", "metres"),
    "t": ("t", "to", "ton", "tons", "tonne", "tonnen", "tonnes"),
    "min": ("min", "mins", "minute", "minuten", "minutes"),
    "s": ("s", "sec", "secs", "sek", "sekunde", "sekunden", "second", "seconds"),
    "kmh": ("km/h", "kmh", "kph"),
}
_SHOWN_UNIT = {"kmh": "km/h"}
_NUMBER = r"[+-]?(?:[0-9]{1,3}(?:\.[0-9]{3})+(?=,)|[0-9]+)(?:[.,][0-9]+)?"
_WITH_UNIT = re.compile(rf"({_NUMBER})\s*([^\W\d_][^\W\d_]*(?:/h)?|%|€)\.?")
_DECIMAL_COMMA = re.compile(r"[+-]?(?:[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]*),[0-9]+")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:[ '’][0-9]{3})+")
_PAIR = re.compile(r"[+-]?[0-9]{1,3}[.,][0-9]+°?\s*[,;\s]\s*[+-]?[0-9]{1,3}[.,][0-9]+°?")
_DAY_FIRST = re.compile(
    r"([0-9]{1,2})\.\s*([0-9]{1,2})\.\s*([0-9]{4}|[0-9]{2})"
    r"(?:(?:[ T]+|,\s*)([0-9]{1,2})[:.]([0-9]{2})(?:\s*Uhr)?)?"
)
_YEAR_FIRST = re.compile(
    r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?:[ T]+([0-9]{1,2}):([0-9]{2})(?::[0-9]{2})?)?"
)
_SLASHED = re.compile(r"[0-9]{1,2}[/-][0-9]{1,2}[/-](?:[0-9]{4}|[0-9]{2})(?:\s.*)?")
_PLACES = ("base", "at")
_LISTS = frozenset({
    "services", "tags", "equipment", "clients", "vehicle_classes", "providers", "postcodes", "only",
    "regions", "include", "words", "command", "status", "when", "unless",
})  # fmt: skip
_LONGEST = 40


def say_bare(found: str, key: str = "") -> Message:
    """Make the sentence for a value without quotes that TOML cannot read; it is not empty."""
    kinds = kinds_of(key)
    is_number = bool(kinds & {"a number", "a whole number"})
    rules: list[Callable[[str, str], Message | None]] = [_word]
    if not kinds or "text" in kinds:
        rules += [_time_of_day, _place]
    if not kinds or "a date" in kinds:
        rules.append(_date)
    if not kinds or is_number:
        rules.append(_number)
    for rule in rules:
        sentence = rule(found, key)
        if sentence is not None:
            return sentence
    if is_number:
        template = "{found} is not a number: write digits alone, with a point before decimals"
        return Message(template, found=shown(found))
    if "a date" in kinds:
        template = "{found} is not a date: write one such as {example}"
        return Message(template, found=shown(found), example="2026-12-24")
    if kinds == {"true or false"}:
        return Message("{found} is neither true nor false: write one of them", found=shown(found))
    return _text(found, key)


def _word(found: str, key: str) -> Message | None:
    """Say what stands for yes, no and nothing."""
    word, kinds = found.casefold(), kinds_of(key)
    if word in _TRUE or word in _FALSE:
        if "text" in kinds:
            return _needs_quotes(found)
        if kinds == {"true or false"}:
            template = "{found} is not a value of TOML: write {instead}"
            return Message(template, found=found, instead="true" if word in _TRUE else "false")
        return Message(
            "{found} is not a value of TOML: write {instead}, or {text} if it is a text",
            found=found,
            instead="true" if word in _TRUE else "false",
            text=as_text(found),
        )
    if word in _NONE:
        return Message("{found} is not a value of TOML: leave out the whole key", found=found)
    return None


def _time_of_day(found: str, key: str) -> Message | None:
    if found == "24/7" or re.match(r"[0-9]{1,2}:[0-9]{2}(?!\d)", found):
        return _needs_quotes(found)
    return None


def _date(found: str, key: str) -> Message | None:
    """Say how to write a date, where its order of day and month is certain."""
    if _SLASHED.fullmatch(found):
        template = "{found} is a date whose order is not certain: write year-month-day, {example}"
        return Message(template, found=shown(found), example="2026-12-24")
    try:
        instead = date_in(found)
    except ValueError:
        template = "{found} is not a date and time of the calendar: write one such as {example}"
        return Message(template, found=shown(found), example="2026-12-24 18:00")
    if not instead:
        return None
    return Message("{found} is a date: write {instead}", found=shown(found), instead=instead)


def date_in(text: str) -> str:
    """Write a date, also one with the day first, as TOML does; "" for any other text.

    Raises ValueError for a day or time that does not exist.
    """
    day_first, year_first = _DAY_FIRST.fullmatch(text), _YEAR_FIRST.fullmatch(text)
    if day_first:
        day, month, year, hour, minute = day_first.groups()
        year = year if len(year) == 4 else f"20{year}"
    elif year_first:
        year, month, day, hour, minute = year_first.groups()
    else:
        return ""
    found = date(int(year), int(month), int(day)).isoformat()
    return found if hour is None else f"{found} {time(int(hour), int(minute)):%H:%M}"


def _place(found: str, key: str) -> Message | None:
    """Say how to write coordinates and postcodes, which are texts."""
    is_place = key in _PLACES and re.fullmatch(rf"{_NUMBER}\s*[,;]\s*{_NUMBER}", found)
    if is_place or (_PAIR.fullmatch(found) and not _DECIMAL_COMMA.fullmatch(found)):
        template = "{found} are coordinates, which need quotes: write {instead}"
        return Message(template, found=shown(found), instead=as_text(found))
    if re.fullmatch(r"0[0-9]{4}", found) or re.match(r"[0-9]{5}[ ,]+[^\W\d]", found):
        template = "{found} begins with a postcode, which needs quotes: write {instead}"
        if found.isdigit():
            template = "{found} is a postcode, which needs quotes: write {instead}"
        return Message(template, found=shown(found), instead=as_text(found))
    return None


def _number(found: str, key: str) -> Message | None:
    """Say how to write a number: without unit, with a decimal point, without leading zeros."""
    with_unit = _WITH_UNIT.fullmatch(found)
    if with_unit and with_unit[2].casefold() in ("%", "prozent", "percent"):
        share = _plain_number(with_unit[1])
        instead = f"{float(share) / 100:g}"
        template = "{found} has a percent sign: write the share from 0 to 1, {instead}"
        return Message(template, found=shown(found), instead=instead)
    if with_unit and (with_unit[2].casefold() in _UNITS or key.startswith(("units", "seats"))):
        return _unit(found, with_unit[1], with_unit[2].casefold(), key)
    if _DECIMAL_COMMA.fullmatch(found):
        template = "{found} has a decimal comma: write {instead}"
        return Message(template, found=shown(found), instead=_plain_number(found))
    if _GROUPED.fullmatch(found):
        template = "{found} is a number in groups: write {instead}"
        return Message(template, found=found, instead=re.sub(r"[ '’]", "", found))
    if re.fullmatch(r"[+-]?(?:\.[0-9]+|[0-9]+\.)", found):
        template = "{found} needs digits before and after its point: write {instead}"
        return Message(template, found=found, instead=str(float(found)))
    if re.fullmatch(r"[+-]?0[0-9]{1,2}(?:\.[0-9]+)?", found):
        instead = re.sub(r"^([+-]?)0+(?=[0-9])", r"\1", found)
        template = "{found} begins with 0, which no number of TOML does: write {instead}"
        return Message(template, found=found, instead=instead)
    return None


def _unit(found: str, number: str, unit: str, key: str) -> Message:
    """Say that a number stands alone; a number of another unit is not converted."""
    match = _UNIT_OF_KEY.search(key)
    number = _plain_number(number)
    if match and unit not in _SAME_UNIT[match[1]]:
        return Message(
            "{found} has a unit: write the number alone, in {unit} as the key {key} says",
            found=shown(found),
            unit=_SHOWN_UNIT.get(match[1], match[1]),
            key=key,
        )
    template = "{found} has a unit: write the number alone, {instead}"
    return Message(template, found=shown(found), instead=number)


def _text(found: str, key: str) -> Message:
    """Say how to write anything else: a text needs quotes, a list brackets."""
    if found.startswith("(") and "text" not in kinds_of(key):
        return Message("( begins nothing in TOML: a list stands in [ and ]")
    if re.match(r"&#?\w+", found):
        template = "{entity} is a character of a web page: write the character itself"
        return Message(template, entity=found.partition(";")[0] + ";")
    if re.fullmatch(r"\+?[0-9][0-9 \t/().–-]{4,}", found):
        template = "{found} needs quotes, as every telephone number: write {instead}"
        if key in ("phone", "number"):
            return Message(template, found=shown(found), instead=as_text(found))
    if key in _LISTS:
        template = "{found} is a text, which needs quotes, in a list: write [{instead}]"
        entries = [as_text(each.strip(" \"'")) for each in found.split(",") if each.strip(" \"'")]
        return Message(template, found=shown(found), instead=", ".join(entries[:5]))
    return _needs_quotes(found)


def _needs_quotes(found: str) -> Message:
    bare = found.strip("\"'")
    bare = found if not bare or '"' in bare else bare
    template = "{found} is a text, which needs quotes: write {instead}"
    return Message(template, found=shown(found), instead=as_text(bare))


def say_wrong_kind(value: object, wanted: Collection[str]) -> Message | str:
    """Say what to write for a value of another kind than those wanted; "" if that is not sure."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        if "text" in wanted:
            return Message(": write it in quotes")
        if "true or false" in wanted and value in (0, 1):
            return Message(": write {instead}", instead="true" if value else "false")
    if isinstance(value, time) and "text" in wanted:
        return Message(": write it in quotes")
    if isinstance(value, dict) and "a list" in wanted:
        return Message(": its header needs double brackets, or its value [ and ]")
    if not isinstance(value, str):
        return ""
    found = value.strip()
    if "true or false" in wanted and found.casefold() in _TRUE | _FALSE:
        instead = "true" if found.casefold() in _TRUE else "false"
        return Message(": write {instead} without quotes", instead=instead)
    if "a list" in wanted and found:
        entries = [as_text(each.strip()) for each in found.split(",")[:5] if each.strip()]
        return Message(": write [{instead}]", instead=", ".join(entries))
    return _number_in_quotes(found) if any("number" in each for each in wanted) else ""


def _number_in_quotes(found: str) -> Message | str:
    with_unit = _WITH_UNIT.fullmatch(found)
    if re.fullmatch(_NUMBER, found):
        return Message(": write {instead} without quotes", instead=_plain_number(found))
    if with_unit and with_unit[2].casefold() in _UNITS:
        return Message(": write the number alone, without quotes and without its unit")
    return ""


def _plain_number(found: str) -> str:
    """Write a number with a decimal point, without separators and leading zeros."""
    plain = found.replace(".", "").replace(",", ".") if "," in found else found
    return re.sub(r"^([+-]?)(?:0+(?=[0-9])|(?=\.))", _with_zero, plain)


def _with_zero(start: re.Match[str]) -> str:
    return start[1] if start[0] != start[1] else f"{start[1]}0"


def as_text(found: str) -> str:
    """Write a text as a string of TOML; a long one is shortened."""
    text = shown(found)
    if '"' not in text and "\\" not in text:
        return f'"{text}"'
    if "'" not in text:
        return f"'{text}'"
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def as_header(name: str, brackets: int) -> str:
    """Write the header of a table whose name, or the part behind its first dot, needs quotes."""
    first, dot, rest = name.partition(".")
    quoted = f"{first}{dot}{as_text(rest)}" if dot and first.isascii() else as_text(name)
    return f"{'[' * brackets}{quoted}{']' * brackets}"


def shown(found: str) -> str:
    """Put what was found on one line of at most 40 characters."""
    found = found.replace("\n", " ")
    return found if len(found) <= _LONGEST else f"{found[: _LONGEST - 1]}…"
