"""Say what to write instead of a character outside quotes that TOML does not allow."""

import re
import unicodedata

from ..messages import Message
from .bare_values import as_header, as_text
from .toml_stops import TomlStop

_OPENING = "“„«»‹›‟‘‚‛’”´`″′＂＇"
_CLOSING = _OPENING
_DASHES = "‐‑‒–—―−﹣－"
_LINE_BREAKS = "\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
_JOINED_FILES = "\ufeff"


def say_sign(stop: TomlStop) -> Message | None:
    """Make the sentence for the character at which the parser stops; None for one of TOML."""
    sign = stop.sign
    if not sign or (sign.isascii() and (sign.isprintable() or sign in "\t\n") and sign != "`"):
        return None
    if sign in _OPENING:
        return _say_quote(stop)
    if sign == _JOINED_FILES:
        return Message(
            "a byte order mark (U+FEFF) is inside the file: delete this invisible character"
        )
    if sign == "\r":
        return Message(
            "a carriage return (U+000D) ends a line alone: save the file with line ends LF or CRLF"
        )
    name = {"sign": _code(sign), "name": _name(sign)}
    if sign in _LINE_BREAKS:
        template = "{sign} ({name}) is not a line break in TOML: put a line break (LF) here"
        return Message(template, **name)
    category = unicodedata.category(sign)
    if category == "Zs":
        if stop.text[stop.at - 1 : stop.at].isdigit() and stop.rest[1:2].isdigit():
            return Message("{sign} ({name}) is a hard blank inside a number: delete it", **name)
        template = "{sign} ({name}) is a hard blank: write a normal blank"
        return Message(template, **name)
    if category in ("Cf", "Cc", "Co", "Cn", "Cs"):
        return Message("{sign} ({name}) is an invisible character: delete it", **name)
    return _say_visible(stop, sign)


def _say_visible(stop: TomlStop, sign: str) -> Message | None:
    """Make the sentence for a character that looks like one of TOML, or for a letter in a key."""
    if sign in _DASHES:
        if stop.at == stop.value_at and stop.value[1:2].isdigit():
            template = "{sign} ({code}) is not the minus sign of TOML: write -"
            return Message(template, sign=sign, code=_code(sign))
        return None
    plain = unicodedata.normalize("NFKC", sign)
    if plain != sign and plain.isascii() and plain.strip():
        template = "{sign} ({code}) is not the character {plain}: write {plain}"
        return Message(template, sign=sign, code=_code(sign), plain=plain)
    if stop.value_at >= 0 or not unicodedata.category(sign).startswith(("L", "M")):
        return None
    if sign.isalpha() and not unicodedata.name(sign, "").startswith("LATIN"):
        return Message(
            "{sign} ({code}, {name}) is not a Latin letter: write the Latin one",
            sign=sign,
            code=_code(sign),
            name=_name(sign),
        )
    whole = stop.text[stop.start : stop.line_end(stop.at)].partition("#")[0]
    if whole.startswith("["):
        brackets = 2 if whole.startswith("[[") else 1
        template = "{sign} in the name of a table needs quotes: write {instead}"
        return Message(template, sign=sign, instead=as_header(whole.strip(" \t[]"), brackets))
    key = re.split(r"[{,]", stop.before)[-1] if stop.bracket else stop.before
    key = (key + stop.rest.partition("=")[0]).strip()
    template = "{sign} in a key needs quotes: write {instead} ="
    return Message(template, sign=sign, instead=as_text(key))


def _say_quote(stop: TomlStop) -> Message:
    """Name a typographic quotation mark, and show the text with straight ones."""
    inner, rest = "", stop.rest[1:]
    end = next((at for at, each in enumerate(rest) if each in _CLOSING or each in "\"'"), -1)
    if end > 0:
        inner = rest[:end]
    return Message(
        "{sign} ({code}) is not a quotation mark of TOML: write {instead}",
        sign=stop.sign,
        code=_code(stop.sign),
        instead=as_text(inner) if inner.strip() else '"',
    )


def closing_sign(text: str) -> str:
    """Return the typographic quotation mark that ends a text; "" if none does."""
    ended = text.rstrip(" \t,]}")
    return ended[-1] if ended and ended[-1] in _CLOSING else ""


def _code(sign: str) -> str:
    return f"U+{ord(sign):04X}"


def _name(sign: str) -> str:
    return unicodedata.name(sign, "control character").lower()
