"""Read a place on a motorway: "A5 km 577,2 Richtung Basel", "AK Heidelberg", "Ausfahrt 37".

The position comes from a road table; here a text is only divided into its parts.
"""

import re

from msgspec import Struct

from ..errors import UsageError
from ..messages import marked
from .position import place_error

NO_ROAD_TABLE = marked(
    "kilometres and exits of roads need a road table, and are allowed only for the place of an"
    " incident"
)
_NO_WORD_BEFORE = r"(?<![\w.,+/-])"
_NUMBER = r"(?:[0-9]{1,4} ?[+] ?[0-9]{3}(?![0-9])(?: ?m(?!\w))?|[0-9]{1,4}(?:[.,][0-9]{1,3})?)"
"""A kilometre; behind a plus its metres, as on the plans of the road authority: "577+200"."""
_MOTORWAY = re.compile(
    rf"{_NO_WORD_BEFORE}(?:(?:bundes)?autobahn ?-?(?:a ?-?)?|bab ?-?(?:a ?-?)?|a ?-?)"
    r"(?P<number>[0-9]{1,3})(?![\w+]|[.,/][0-9])",
    re.I,
)
_FEDERAL = re.compile(
    rf"{_NO_WORD_BEFORE}(?:b|bundesstra(?:ss|ß)e) ?-?[0-9]{{1,3}}(?![\w+]|[.,/][0-9])", re.I
)
_KM = r"(?:bau)?(?:km|kilomet(?:er|re)[ns]?)(?:-?(?:stein|schild|tafel))?[.:]?"
_KILOMETRE = re.compile(
    rf"{_NO_WORD_BEFORE}{_KM} ?(?P<before>{_NUMBER})(?![\w.,]*[0-9])"
    rf"|(?<![\w.,])(?P<behind>{_NUMBER}) ?{_KM}(?!\w)"
    r"|(?<![\w.,])(?P<bare>[0-9]{1,4}[.,][0-9]{1,3})(?![\w.,]*[0-9])",
    re.I,
)
_KILOMETRES = re.compile(
    rf"(?:(?:zwischen|von|between|from) )?(?:{_KM} ?)?(?P<first>{_NUMBER}) ?(?:{_KM} ?)?"
    rf"(?:und|bis|and|to|-) ?(?:{_KM} ?)?(?P<second>{_NUMBER})(?: ?{_KM}(?!\w))?(?![\w.,]*[0-9])",
    re.I,
)
_BETWEEN = re.compile(
    r"(?<!\w)(?:zwischen|between) (?P<first>[^,;]+?) (?:und|and|&) (?P<second>[^,;]+)", re.I
)
_CROSSINGS = ("autobahnkreuz", "autobahndreieck", "kreuz", "dreieck", "ak", "ad")
_EXITS = (
    "autobahnausfahrt", "anschlussstelle", "anschlußstelle", "ausfahrt", "abfahrt", "auffahrt",
    "anschluss", "exit", "as",
)  # fmt: skip
_EXIT_WORDS = "|".join((*_CROSSINGS, *_EXITS))
_EXIT = re.compile(
    rf"(?<![\w-])(?P<word>{_EXIT_WORDS})\.?(?: nr\.?)? ?(?P<what>[^ ,;][^,;]*)", re.I
)
_CROSSING_BEHIND = re.compile(r"(?P<what>[^\W\d]+er (?:kreuz|dreieck))", re.I)
# "kurz nach Walldorf", "2 km nach Walldorf" and "nach Ausfahrt 37" mean behind it, not towards it.
_BEFORE_BEHIND = (
    "kurz", "gleich", "direkt", "hinter", "knapp", "unmittelbar", "km", "kilometer", "kilometern",
    "m", "meter", "metern",
)  # fmt: skip
_NACH = (
    "".join(rf"(?<!\b{word} )" for word in _BEFORE_BEHIND)
    + rf"nach(?! (?:der|dem|den|{_EXIT_WORDS}|[^\W\d]+er (?:kreuz|dreieck))(?!\w))"
)
_TOWARDS = re.compile(
    r"[(]?(?:(?<!\w)in )?(?:(?<!\w)(?:fahrtrichtung|fahrtr\.?|richtung|ri\.?|rtg\.?|fr\.?|direction"
    rf"|towards?|heading|{_NACH})(?!\w):?|->|→)"
    r" ?(?P<town>[^\W\d](?:[^\d,;()]|[(][^()]*[)])*?)[)]?"
    rf"(?=$|[,;]| (?:{_KM}|bei|zwischen|between|at|in höhe|höhe|kurz|{_EXIT_WORDS})(?!\w)| [0-9])",
    re.I,
)
_POSTCODE = re.compile(r"(?<!\d)[0-9]{5}(?!\d)")
_FILLERS = frozenset(
    ("auf", "der", "die", "dem", "an", "am", "bei", "beim", "in", "höhe", "hoehe", "nähe", "naehe",
     "on", "the", "at", "near", "motorway", "von", "from", "ca", "etwa")
)  # fmt: skip
ROAD_EXAMPLES = marked('write it like "A5 km 577,2 Richtung Basel" or "A5 Ausfahrt 37"')


class RoadText(Struct, frozen=True, kw_only=True):
    """The parts of a place on a motorway, as they were typed.

    ``road`` is like "A5", or empty if no motorway was named. ``exits`` are the name or number of
    one exit, or of the two between which the place is; ``is_crossing`` tells that the word before
    the name means a junction of motorways, None if there was no such word. With both ``km`` and
    ``exits`` two numbers were typed that may be either.
    """

    road: str = ""
    km: float | None = None
    km_to: float | None = None
    exits: tuple[str, ...] = ()
    is_crossing: bool | None = None
    towards: str = ""


def is_road_text(text: str) -> bool:
    """Return whether a clean text is a place on a motorway or a kilometre of another road."""
    if "://" in text or _POSTCODE.search(text):
        return False
    words = _without_fillers(text)
    motorway = _MOTORWAY.search(words)
    if (motorway or _FEDERAL.search(words)) and _has_kilometre(words):
        return True
    if re.match(rf"{_KM} ?[0-9]", words, re.I):
        return True
    if motorway is not None and motorway.start() == 0:
        rest = words[motorway.end() :].strip(" ,")
        named = (_EXIT, _BETWEEN, _TOWARDS, _CROSSING_BEHIND)
        return not rest or any(each.match(rest) for each in named)
    if _CROSSING_BEHIND.fullmatch(words):
        return True
    start = _EXIT.match(words)
    return start is not None and " " in words and not _is_short_word_of_a_name(start)


def _is_short_word_of_a_name(start: re.Match[str]) -> bool:
    """Return whether "as", "ak" or "ad" is only the beginning of another word."""
    return len(start["word"]) == 2 and not re.match(r"[. ]", start.string[2:])


def _has_kilometre(words: str) -> bool:
    rest = _MOTORWAY.sub(" ", words)
    return bool(_KILOMETRE.search(rest) or re.search(rf"{_KM}(?!\w)", rest, re.I))


def read_road(text: str) -> RoadText | None:
    """Divide a clean text into the parts of a place on a motorway; None for any other text.

    Raises UsageError for a road that is no motorway, and for words that mean nothing.
    """
    if not is_road_text(text):
        return None
    left, road = _without_fillers(text), ""
    motorway = _MOTORWAY.search(left)
    if motorway is not None:
        road = f"A{int(motorway['number'])}"
        left = _cut(left, motorway)
    elif _FEDERAL.search(left):
        raise place_error(
            text,
            "road tables have motorways only",
            hint="write the next town, crossing or position",
        )
    towards = _TOWARDS.search(left)
    if towards is not None:
        left = _cut(left, towards)
    found = _kilometres(left) or _exits(left)
    if found is None:
        if left.strip(" ,;"):
            raise place_error(
                text, "{words} is not understood", words=left.strip(" ,;"), hint=ROAD_EXAMPLES
            )
        found = RoadText(), ""
    parts, left = found
    unread = " ".join(_without_fillers(left).replace(",", " ").replace(";", " ").split())
    if unread:
        raise place_error(text, "{words} is not understood", words=unread, hint=ROAD_EXAMPLES)
    if parts == RoadText():
        raise place_error(text, "the kilometre or the exit is missing", hint=ROAD_EXAMPLES)
    if parts.km is not None and not road:
        raise place_error(text, "the motorway is missing", hint=ROAD_EXAMPLES)
    return RoadText(
        road=road,
        km=parts.km,
        km_to=parts.km_to,
        exits=parts.exits,
        is_crossing=parts.is_crossing,
        towards="" if towards is None else towards["town"].strip(),
    )


def _cut(text: str, match: re.Match[str]) -> str:
    return " ".join(f"{text[: match.start()]} {text[match.end() :]}".split())


def _without_fillers(text: str) -> str:
    """Remove words such as "auf der" at the start and the end."""
    words = text.strip(" ,;").split()
    while words and words[0].casefold().strip(".,") in _FILLERS:
        words.pop(0)
    while words and words[-1].casefold().strip(".,") in _FILLERS:
        words.pop()
    return " ".join(words)


def _kilometres(left: str) -> tuple[RoadText, str] | None:
    both = _KILOMETRES.search(left)
    if both is not None and not re.search(r"[^\W\d]", re.sub(_KM, "", both["first"], flags=re.I)):
        first, second = sorted((_number(both["first"]), _number(both["second"])))
        is_bare = re.fullmatch(r"[0-9]{1,3}", both["second"]) and not re.search(_KM, both[0], re.I)
        exits = (both["first"], both["second"]) if is_bare else ()
        return RoadText(km=first, km_to=second, exits=exits), _cut(left, both)
    one = _KILOMETRE.search(left)
    if one is None:
        return None
    digits = one["before"] or one["behind"] or one["bare"]
    return RoadText(km=_number(digits)), _cut(left, one)


def _exits(left: str) -> tuple[RoadText, str] | None:
    both = _BETWEEN.search(left)
    if both is not None:
        names = (_exit_name(both["first"])[0], _exit_name(both["second"])[0])
        return RoadText(exits=names), _cut(left, both)
    behind = _CROSSING_BEHIND.search(left)
    if behind is not None:
        return RoadText(exits=(behind["what"],), is_crossing=True), _cut(left, behind)
    one = _EXIT.search(left)
    if one is None:
        return None
    name, is_crossing = _exit_name(one[0])
    return RoadText(exits=(name,), is_crossing=is_crossing), _cut(left, one)


def _exit_name(text: str) -> tuple[str, bool | None]:
    """Divide "AK Heidelberg" into its name and whether its word means a junction of motorways."""
    match = _EXIT.fullmatch(_without_fillers(text))
    if match is None:
        return _without_fillers(text), None
    return match["what"].strip(), match["word"].casefold() in _CROSSINGS


def _number(digits: str) -> float:
    kilometres, plus, metres = digits.rstrip(" mM").partition("+")
    if plus:
        return float(f"{kilometres.strip()}.{metres.strip()}")
    return float(digits.replace(",", "."))


def refuse_roads(text: str) -> None:
    """Raise UsageError for a place on a road, where no road table can be used."""
    if is_road_text(text):
        raise UsageError(NO_ROAD_TABLE, hint="write the next exit, town or position")
