"""Make text from files and callers harmless for terminals, monitors and JSON.

Names, notes and places come from files and callers. rich lets ESC, 8-bit control sequences, bidi
overrides and NUL through, so that a provider's name could clear the screen, set the window title
or reverse a phone number. No character is deleted: those that cannot be shown become escapes.
"""

from unicodedata import category

MAX_MARKS = 4
"""Most combining marks on one character: Vietnamese needs two; many cover the lines above."""

# Controls, formats (bidi, zero width, tags), surrogates, private use, unassigned, line separators;
# and marks that enclose, because no language needs them and a circle round a digit hides it.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Me"})
_MARKS = frozenset({"Mn", "Mc"})

# Letters and marks without a visible glyph: fillers, joiners, variation selectors.
_INVISIBLE_RANGES = (
    (0x034F, 0x034F),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFFA0, 0xFFA0),
    (0xE0100, 0xE01EF),
)
_INVISIBLE = frozenset(
    chr(code) for first, last in _INVISIBLE_RANGES for code in range(first, last + 1)
)
_FIRST_MARK = "\u0300"
"""The first combining mark; every printable character before it is visible."""

_SHORT = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}


def clean(text: str, limit: int = 500) -> str:
    r"""Replace the characters of a text that a terminal would obey or not show by escapes.

    Control and format characters become ``\x1b`` or ``\u202e``, line breaks and tabs ``\n`` and
    ``\t``. The result has at most ``limit`` characters; a longer text ends in "…". It needs no
    further escaping, but rich must get it as ``Text``, never as markup.
    """
    if len(text) <= limit and text.isprintable() and (text.isascii() or max(text) < _FIRST_MARK):
        return text
    shown: list[str] = []
    length = 0
    for piece in _pieces(text[: limit + 1]):
        shown.append(piece)
        length += len(piece)
        if length > limit:
            return _cut(shown, length, limit)
    return "".join(shown)


def json_escaped(encoded: bytes) -> bytes:
    r"""Write every character of a JSON text that ``clean`` hides as an escape such as ``\u202e``.

    The texts stay exact: a reader of JSON finds the characters themselves. Takes JSON without
    blanks or line breaks between its values.
    """
    if encoded.isascii() and b"\x7f" not in encoded:
        return encoded
    text = encoded.decode()
    hidden = [character for character in set(text) if _is_hidden(character)]
    if not hidden:
        return encoded
    return text.translate({ord(each): _json_escape(each) for each in hidden}).encode()


def _json_escape(character: str) -> str:
    """Write a character as JSON does: those beyond 16 bits as two surrogates."""
    code = ord(character)
    if code < 0x10000:
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"


def _is_hidden(character: str) -> bool:
    return category(character) in _HIDDEN or character in _INVISIBLE


def escape(character: str) -> str:
    """Write a character by its code point, as Python would in a string."""
    code = ord(character)
    if character in _SHORT:
        return _SHORT[character]
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _pieces(text: str) -> list[str]:
    """Return each character, or its escape if it must not be shown."""
    pieces = []
    # A mark needs a base character in this text, else it would change the character before it.
    has_base, marks = False, 0
    for character in text:
        kind = category(character)
        if kind in _MARKS and character not in _INVISIBLE:
            marks += 1
            is_shown = has_base and marks <= MAX_MARKS
        else:
            marks = 0
            is_shown = kind not in _HIDDEN and character not in _INVISIBLE
            has_base = is_shown and kind != "Zs"
        pieces.append(character if is_shown else escape(character))
    return pieces


def _cut(shown: list[str], length: int, limit: int) -> str:
    """Drop whole pieces from the end until the text fits with its "…"."""
    while shown and length > limit - 1:
        length -= len(shown.pop())
    return "".join(shown) + "…"
