"""Understand one line of an operator: place, kind, vehicle, client, number, in any order.

Each word is read where exactly one reading is possible. What was not understood stays as it was
typed, for the note; nothing is guessed without being shown.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress

from msgspec import Struct

from .. import intake, notation, plans
from ..errors import UsageError
from ..model import NO_CLIENT, Rules
from ..model.typed_words import WITH_A_FACT
from ..model.words import SPOTS, VEHICLE_CLASSES, VEHICLE_STATES, fold, lookup
from ..notation.place_names import fold_name
from ..places.carried_names import CarriedNames
from .intake_answers import resolve_place
from .road_words import find_road_words
from .vehicle_makes import MAKES_AND_MODELS

_TAKEN, _CODE = "\x00", "\x01"
"""What stands in the place of understood words, and of the postcode."""

_MOST_WORDS = 4
_MOST_TOWN = 3
_LEAST_PREFIX = 4
_LEAST_TOWN = 4

_PHONE = re.compile(r"(?<![\w.,])(?:\+|00?)[1-9][0-9 /()-]{4,}[0-9](?![\w.,])")
_COUNTS = {"ein": 1, "eine": 1, "einer": 1, "one": 1, "zwei": 2, "two": 2, "drei": 3, "three": 3,
           "vier": 4, "four": 4, "fuenf": 5, "five": 5}  # fmt: skip
_HURT = re.compile(
    rf"\b(?P<count>[0-9]{{1,3}}|{'|'.join(_COUNTS)}|fünf) "
    r"(?:(?:leicht|schwer|slightly|badly|seriously)(?:e|er)? ?)?(?:person(?:en)? |people )?"
    r"(?:leicht|schwer)?(?:verletzte?r?|hurt|injured)(?: person(?:en)?)?\b",
    re.I,
)
"""Hurt persons with their number; without one the question is asked."""

_NOBODY = re.compile(
    r"\b(?:niemand|keiner?|nobody|no one|none|nicht|not) (?:ist |is )?"
    r"(?:verletzte?r?|hurt|injured)\b",
    re.I,
)
_WEIGHT = re.compile(
    r"(?<![\w.,])(?:[0-9]{1,3}(?:[.,][0-9]{1,3})? ?t(?:o|onnen?|ons?)?"
    r"|(?:(?<!\b[0-9] )(?<!\b[0-9]{2} )(?<!\b[0-9]{3} )[0-9]{3}|[0-9]{1,3}[.,][0-9]{3}"
    r"|[0-9]{4,6}(?:[.,][0-9])?) ?(?:kg|kilo(?:gramm)?))\b",
    re.I,
)
"""A weight with its unit. "7 500 kg" is not read: it may be 7,500 kg, or 500 kg behind a number."""
_CLEARANCE = re.compile(
    r"\b(?:einfahrt|durchfahrt|durchfahrtshöhe|clearance) ?(?P<m>[0-9](?:[.,][0-9]{1,2})?) ?m?\b",
    re.I,
)
_COMPANIONS = re.compile(
    r"\b[0-9]{1,2} (?:personen|person|people|persons|passengers|kinder|kind|children|child|tiere"
    r"|hunde|hund|dogs|dog|pets)\b",
    re.I,
)
_ROAD = re.compile(
    r"\b[AB] ?[0-9]{1,3}\b(?:,? (?:ri\.?|richtung|direction) [^\W\d]+)?"
    r"(?:,? km ?[0-9]{1,3}(?:[.,][0-9]{1,2})?)?",
    re.I,
)
_TOWARDS = re.compile(r"(?<![\w-])(?:(?:fahrt)?richtung|ri\.?|direction|towards) (?=[^\W\d])", re.I)
"""The words before the town to which a road leads; the vehicle may be far from that town."""
_STREET = re.compile(
    r"\b[^\W\d][\w.-]*(?:str|straße|strasse|weg|allee|gasse|platz|ring)\.? [0-9]{1,4}[a-z]?\b", re.I
)
_POSTCODE = re.compile(r"(?<![\w.,+/-])[0-9]{5}(?![\w.+/-]|,\d)")

_ELECTRIC = frozenset({"e_auto", "elektroauto", "elektro", "stromer", "ev", "electric"})
_TRAILER = frozenset({"anhaenger", "wohnwagen", "trailer", "caravan"})
_TRAPPED = frozenset({"eingeklemmt", "trapped"})
_SMALL = frozenset({"in", "bei", "near", "at", "mit", "with", "und", "and", "auf", "on", "der",
                    "die", "das", "the", "a", "ein", "eine"})  # fmt: skip


_BEGIN_ANYTHING = frozenset({"won't", "wont", "kein"})
"""Words that begin the name of a kind, but say nothing alone."""


def _count(text: str) -> int:
    """Read a number of persons, in digits or as a word."""
    return int(text) if text.isdecimal() else _COUNTS[fold(text)]


def _town_begun(text: str) -> str:
    """Return the longest name of a town with which a text begins; empty if it begins with none."""
    words = text.split()
    for size in range(min(_MOST_TOWN, len(words)), 0, -1):
        name = " ".join(words[:size]).rstrip(",;")
        letters = fold_name(name)
        if len(letters) >= _LEAST_TOWN - 1 and letters in CarriedNames().beginning(letters):
            return name
    return ""


def _towns_ahead(text: str) -> Iterator[frozenset[str]]:
    """Yield the words of each town that a direction of the text names."""
    for match in _TOWARDS.finditer(text):
        ahead = text[match.end() :]
        yield frozenset((_town_begun(ahead) or ahead.split()[0].strip(",;")).split())


class Understood(Struct, frozen=True):
    """The facts of a line by name, as they are kept in a draft, and the words that are left."""

    facts: dict[str, str]
    rest: str


def understand(line: str, known: Mapping[str, str], rules: Rules) -> Understood:
    """Read a line; ``known`` are the facts so far, which a new word of the line replaces."""
    reading = _Line(line, known, rules)
    reading.read()
    return Understood(reading.facts, " ".join(reading.left()))


class _Line:
    """One line whose words are taken away as they are understood."""

    def __init__(self, line: str, known: Mapping[str, str], rules: Rules) -> None:
        self._text = " ".join(line.split())
        self._known, self._rules = known, rules
        self.facts: dict[str, str] = {}
        self._towards = tuple(_towns_ahead(self._text))

    def read(self) -> None:
        """Read first what has a form of its own, then words, then the place."""
        self._phones()
        self._take(_NOBODY, lambda _: {"injured": "0"})
        self._take(_HURT, lambda match: {"injured": str(_count(match["count"]))})
        self._take(_WEIGHT, lambda match: self._amount("weight_t", match[0]))
        self._take(_CLEARANCE, lambda match: self._amount("clearance_m", match["m"]))
        self._take(_COMPANIONS, self._companions)
        self._whole_place()
        self._motorway_place()
        self._road()
        self._words()
        if "at" not in self.facts:
            self._place()
        else:
            self._town()

    def left(self) -> Iterator[str]:
        """Yield the words that nothing has understood, without those that mean nothing alone."""
        where = self.facts.get("where", "").split()
        for word in re.split(rf"[{_TAKEN}{_CODE} ]+", self._text):
            if any(map(str.isalnum, word)) and fold(word) not in _SMALL and word not in where:
                yield word.strip(",;")

    def _take(
        self, pattern: re.Pattern[str], read: Callable[[re.Match[str]], dict[str, str] | None]
    ) -> None:
        """Take what a pattern finds out of the line, if it can be read."""
        for match in list(pattern.finditer(self._text)):
            with suppress(UsageError, ValueError):
                found = read(match)
                if found and match[0] in self._text:
                    self.facts |= found
                    self._text = self._text.replace(match[0], _TAKEN, 1)

    def _phone(self, match: re.Match[str]) -> dict[str, str] | None:
        if "call_back" not in self.facts and not _POSTCODE.fullmatch(match[0]):
            notation.parse_phone(match[0])
            return {"call_back": match[0]}
        return None

    def _phones(self) -> None:
        """Take the call-back number, but not a postcode that follows it."""
        for match in list(_PHONE.finditer(self._text)):
            groups = match[0].split(" ")
            for size in range(len(groups), 0, -1):
                number = " ".join(groups[:size])
                self._take(re.compile(rf"(?<!\w){re.escape(number)}(?!\w)"), self._phone)
                if "call_back" in self.facts:
                    return

    def _amount(self, fact: str, text: str) -> dict[str, str]:
        getattr(notation, intake.AMOUNTS[fact])(text)
        return {fact: text}

    def _companions(self, match: re.Match[str]) -> dict[str, str]:
        from .intake_answers import read_companions

        change = read_companions(match[0], self._rules) if "ers" in match[0].casefold() else {}
        if not change:
            word = fold(match[0].split()[1])
            fact = "children" if word[:3] in ("kin", "chi") else "pets"
            fact = "persons" if word in ("people", "passengers") else fact
            change = {fact: match[0].split()[0]}
        return {key: value for key, value in change.items() if value is not None}

    def _whole_place(self) -> None:
        """Take a postcode with its street and town, or a position or link, which have one form."""
        code = _POSTCODE.search(self._text)
        if code is not None and notation.is_postcode(code[0]):
            street = _STREET.search(self._text)
            words = code[0]
            if street is not None:
                words = f"{code[0]} {street[0]}"
                self.facts["where"] = street[0]
                self._text = self._text.replace(street[0], _TAKEN, 1)
            self._text = self._text.replace(code[0], _CODE, 1)
            self.facts["at"] = self._resolved(words) or code[0]
            return
        typed = self._text.split()
        for index, word in enumerate(typed):
            for size in range(min(_MOST_TOWN, len(typed) - index - 1), 0, -1):
                # A short plus code needs the town behind it, which may have several words.
                with_town = " ".join(typed[index : index + size + 1])
                is_code = "+" in word[2:] and {*with_town}.isdisjoint({_TAKEN, _CODE})
                if is_code and self._resolved(with_town):
                    self.facts["at"] = with_town
                    self._text = " ".join([*typed[:index], _TAKEN, *typed[index + size + 1 :]])
                    return
            is_link = "://" in word or word.startswith("geo:") or re.search(r"\d\.\d{2,},", word)
            if (is_link or "+" in word[1:]) and self._resolved(word):
                self.facts["at"] = word
                self._text = self._text.replace(word, _TAKEN, 1)
                return

    def _motorway_place(self) -> None:
        """Take the words that name a place on a motorway of the road tables."""
        words = self._text.split(" ")
        found = None if "at" in self.facts else find_road_words(words, self._rules)
        if found is not None:
            self.facts["at"] = " ".join(words[found]).strip(",;")
            self._text = " ".join([*words[: found.start], _TAKEN, *words[found.stop :]])

    def _road(self) -> None:
        """Take a motorway or federal road: it says where, though not yet at which place."""
        match = _ROAD.search(self._text)
        if match is not None and any(letter.isalpha() for letter in match[0][:1]):
            behind = re.split(f"[{_TAKEN}{_CODE}]", self._text[match.end() :])[0].split()
            words = [match[0]]
            while behind and (lookup(behind[0], SPOTS) or self._word(behind[0]) is None):
                words.append(behind.pop(0))
            self.facts["where"] = " ".join(words)
            self._text = self._text.replace(match[0], _TAKEN, 1)

    def _town(self) -> None:
        """Take the word behind a postcode as its town, unless it is certainly another one."""
        words = re.search(rf"{_CODE}[,;]?(?: [{_TAKEN},;]+)* (?P<words>[^{_TAKEN}\d]+)", self._text)
        town = _town_begun(words["words"]) if words is not None else ""
        if not town:
            return
        code, _, street = self.facts["at"].partition(" ")
        with_town = f"{code} {town}"
        with_street = f"{with_town}, {street}"
        found = (street and self._resolved(with_street)) or self._resolved(with_town)
        if found:
            self.facts["at"] = found
            self._text = self._text.replace(town, _TAKEN, 1)

    def _words(self) -> None:
        """Take words of closed sets, the longest run of words first."""
        words = self._text.split(" ")
        size = _MOST_WORDS
        while size:
            at = 0
            while at + size <= len(words):
                run = words[at : at + size]
                found = None if {*"".join(run)} & {_TAKEN, _CODE} else self._word(" ".join(run))
                if found is not None:
                    self.facts = {**found, **self.facts} if "kind" in found else self.facts | found
                    words[at : at + size] = [_TAKEN]
                at += 1
            size -= 1
        self._text = " ".join(words)

    def _word(self, text: str) -> dict[str, str] | None:
        """Return the fact of some words; None if they are no words of a closed set."""
        folded = fold(text.strip(",;"))
        if folded in _TRAPPED:
            return {"trapped": "yes", "injured": self.facts.get("injured", "1")}
        if folded in _ELECTRIC:
            return {"ev": "yes", "vehicle": "car"}
        if folded in _TRAILER:
            return {"trailer": "yes"}
        if folded in WITH_A_FACT:
            vehicle, flag = WITH_A_FACT[folded]
            return {flag: "yes", "vehicle": self.facts.get("vehicle", vehicle)}
        client = self._client(text.strip(",;"))
        if client:
            return {"client": client}
        kind = plans.find_kind(text.strip(",;"), self._rules.plans)
        if kind and "kind" not in self.facts:
            return {"kind": kind}
        if folded in MAKES_AND_MODELS:
            brand = f"{self.facts.get('brand', '')} {text.strip(',;')}".strip()
            usual = lookup(folded, VEHICLE_CLASSES) or "car"
            return {"brand": brand, "vehicle": self.facts.get("vehicle", usual)}
        for fact, words in (
            ("spot", SPOTS),
            ("state", VEHICLE_STATES),
            ("vehicle", VEHICLE_CLASSES),
        ):
            found = lookup(text.strip(",;"), words)
            if found is not None:
                return {fact: found}
        kind = self._kind_begun(folded)
        return {"kind": kind} if kind and "kind" not in self.facts else None

    def _client(self, text: str) -> str:
        found = intake.find_client(text, self._rules) or ""
        # A single word such as "kein" may belong to another fact.
        return "" if found == NO_CLIENT and "_" not in fold(text) else found

    def _kind_begun(self, folded: str) -> str:
        """Return the kind that a word begins; empty if it begins none, or several."""
        if len(folded) < _LEAST_PREFIX or folded in _BEGIN_ANYTHING:
            return ""
        found = {
            kind
            for kind, plan in {**plans.BUILT_IN, **self._rules.plans}.items()
            if any(fold(each).startswith(folded) for each in (kind, *plan.words))
        }
        return found.pop() if len(found) == 1 else ""

    def _place(self) -> None:
        """Take the longest run of words that names exactly one place, not that of a direction."""
        words = self._text.split(" ")
        for size in range(min(_MOST_WORDS, len(words)), 0, -1):
            for at in range(len(words) - size + 1):
                run = words[at : at + size]
                name = " ".join(run).strip(",;")
                if {*name} & {_TAKEN, _CODE} or len(name) < _LEAST_TOWN or not name[0].isalpha():
                    continue
                if any({*name.split()} <= each for each in self._towards):
                    continue
                if self._resolved(name):
                    self.facts["at"] = name
                    self._text = " ".join([*words[:at], _TAKEN, *words[at + size :]])
                    return

    def _resolved(self, text: str) -> str:
        """Return a text that means exactly one place; empty for any other one."""
        try:
            resolve_place(text, self._rules)
        except UsageError:
            return ""
        return text
