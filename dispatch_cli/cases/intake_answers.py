"""Read the answers of a caller as they are typed, into facts by name."""

import re
from collections.abc import Callable, Mapping

from .. import folders, intake, notation, places
from ..errors import UsageError
from ..messages import Message, joined, quoted
from ..model import NO_CLIENT, Place, Rules
from ..model.draft import COPIED_PLACE
from ..model.typed_words import two_readings
from ..model.words import SPOTS, YES, fold, lookup

Facts = Mapping[str, str]
"""The answers so far by the name of the fact; an empty text: the question was passed over."""

Change = dict[str, str | None]
"""New answers by the name of the fact; None deletes an answer."""

NO = frozenset({"n", "no", "nein", "0"})
_TRAPPED = frozenset({"trapped", "eingeklemmt", "e"})
_CARRIAGEWAY = frozenset({"carriageway", "fahrbahn", "f"})
_COMPANIONS = re.compile(r"(?P<count>[0-9]{1,3}) ?(?P<word>[^\W\d]*)")
_CHILDREN = frozenset({"child", "children", "kid", "kids", "kind", "kinder", "k"})
_PETS = frozenset(
    {"animal", "animals", "pet", "pets", "dog", "dogs", "cat", "cats", "tier", "tiere", "hund"}
    | {"hunde", "katze", "katzen", "t"}
)


def read_danger(text: str, _: Rules) -> Change:
    """Read "no", a number, "trapped", "carriageway" or another spot, or several of them."""
    if fold(text) in NO:
        return {"injured": "0"}
    change: Change = {"injured": "0"}
    if (spot := lookup(text, SPOTS)) is not None:
        return {**change, "spot": spot}
    for word in text.replace(",", " ").split():
        if word.isascii() and word.isdecimal() and len(word) < 4:
            change["injured"] = str(int(word))
        elif fold(word) in YES:
            change["injured"] = "1"
        elif fold(word) in _TRAPPED:
            change["trapped"] = "yes"
        elif fold(word) in _CARRIAGEWAY:
            change["spot"] = "lane"
        elif (found := lookup(word, SPOTS)) is not None:
            change["spot"] = found
        elif two_readings(word, "spot"):
            intake.read_word(word, "spot")
        else:
            raise UsageError(
                "{word} is not understood; write a number of persons, trapped, carriageway, or one"
                " of: {spots}",
                word=quoted(word),
                spots=joined(map(Message, SPOTS), ", "),
            )
    return change


def read_place(text: str, rules: Rules) -> Change:
    """Read a place, which must be one that can be found."""
    resolve_place(text, rules)
    return {"at": text, COPIED_PLACE: None}


def resolve_place(text: str, rules: Rules) -> Place:
    """Find the one place that a text means; raises UsageError if no place or several fit."""
    return places.resolve(
        text, named=rules.places, gazetteer=folders.gazetteer(), roads=rules.roads
    )


def dialled(text: str) -> str:
    """Return a call-back number that can be dialled.

    Raises UsageError, whose text does not contain the number.
    """
    try:
        notation.parse_phone(text)
    except ValueError:
        raise UsageError(
            "this call-back number cannot be dialled",
            hint="repeat it to the caller; write it like 0170 1234567 or +43 660 1234567",
        ) from None
    return text


def read_back(text: str, _: Rules) -> Change:
    """Confirm the repeated number; after "no" the number is asked for again."""
    return {"read_back": "yes"} if _is_yes(text) else {"call_back": None}


def read_kind(text: str, rules: Rules) -> Change:
    """Read a kind of incident or a service."""
    return {"kind": intake.read_kind(text, rules.plans)}


def read_client(text: str, rules: Rules) -> Change:
    """Read a client of the provider file, or "none"."""
    found = NO_CLIENT if fold(text) in NO else intake.find_client(text, rules)
    if found is None:
        raise UsageError(
            "unknown client {text}; allowed: {known}",
            text=quoted(text),
            known=", ".join([*rules.clients, NO_CLIENT]),
        )
    return {"client": found}


def read_companions(text: str, _: Rules) -> Change:
    """Read "3", or "3, 1 child, 2 dogs"."""
    change: Change = {}
    left = text
    for match in _COMPANIONS.finditer(text):
        word = fold(match["word"])
        fact = "children" if word in _CHILDREN else "pets" if word in _PETS else "persons"
        left = left.replace(match[0], "", 1)
        change[fact] = str(int(match["count"]))
    words = set(re.findall(r"[^\W\d]+", left.casefold())) - {"and", "und"}
    if not change.keys() & {"persons", "children"} or words:
        raise UsageError(
            "{text} is not a number of persons; write, for example, 3 or 3, 1 child, 2 dogs",
            text=quoted(text),
        )
    return {"persons": change.get("children"), **change}


def one_of(key: str) -> Callable[[str, Rules], Change]:
    """Return a function that reads a word of a closed set."""

    def read(text: str, _: Rules) -> Change:
        name, flag = intake.read_word(text, key)
        change: Change = {key: name}
        return {**change, flag: "yes"} if flag else change

    return read


def amount(key: str) -> Callable[[str, Rules], Change]:
    """Return a function that reads an amount, and keeps it as it was typed."""

    def read(text: str, _: Rules) -> Change:
        getattr(notation, intake.AMOUNTS[key])(text)
        return {key: text}

    return read


def text(key: str) -> Callable[[str, Rules], Change]:
    """Return a function that keeps a text as it was typed."""
    return lambda typed, _: {key: typed}


def yes_no(key: str) -> Callable[[str, Rules], Change]:
    """Return a function that reads "yes" or "no"."""
    return lambda typed, _: {key: "yes" if _is_yes(typed) else "no"}


def _is_yes(text: str) -> bool:
    if fold(text) in YES:
        return True
    if fold(text) in NO:
        return False
    raise UsageError("{text} is neither yes nor no", text=quoted(text))
