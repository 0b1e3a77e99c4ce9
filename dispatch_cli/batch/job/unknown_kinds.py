"""Count the texts of unknown kinds, as the beginning of a file of kinds."""

from msgspec import Struct, field

MOST_TEXTS = 1_000
"""Different texts that are counted; a column of notes may have as many as there are rows."""
MOST_CHARACTERS = 300
SHOWN = 10
"""Texts in the summary at the end of a batch."""


class UnknownKinds(Struct, kw_only=True):
    """The rows with an unknown kind by its text; ``others`` have texts that are not counted."""

    texts: dict[str, int] = field(default_factory=dict)
    others: int = 0

    def count(self, text: str) -> None:
        """Count a row; a text beyond the limits is one of the others."""
        is_room = len(self.texts) < MOST_TEXTS and len(text) <= MOST_CHARACTERS
        if text in self.texts or (is_room and not _has_surrogate(text)):
            self.texts[text] = self.texts.get(text, 0) + 1
        else:
            self.others += 1

    @property
    def rows(self) -> int:
        """The number of rows with an unknown kind."""
        return sum(self.texts.values()) + self.others

    def lines(self, most: int = MOST_TEXTS) -> list[str]:
        """Return the lines of a file of kinds, the commonest text first; their kinds are empty."""
        ordered = sorted(self.texts.items(), key=lambda each: (-each[1], each[0]))
        if not ordered:
            return []
        return ["[kinds]", *(f'{_key(text)} = ""  # {count:,}' for text, count in ordered[:most])]


def _has_surrogate(text: str) -> bool:
    """Return whether a text has half of a surrogate pair, which no file in UTF-8 can have."""
    return any("\ud800" <= character <= "\udfff" for character in text)


def _key(text: str) -> str:
    """Write a text as a key of TOML, in quotes and with escapes."""
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
