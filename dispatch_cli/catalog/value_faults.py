"""Say in plain words what is wrong with a value of TOML, or with what stands behind it."""

import re

from ..messages import Message
from .bare_values import as_text, say_bare, shown
from .toml_stops import Fault, TomlStop

_WORDS = re.compile(r"[\w.+-]+|\"[^\"\n]*\"|'[^'\n]*'|\S", re.ASCII)


def say_behind_value(stop: TomlStop) -> Fault | None:
    """Say what is wrong with a sign or word behind a complete string, list or table."""
    before, rest, sign = stop.before.rstrip(), stop.rest, stop.sign
    if not before or stop.value_at < 0 or before[-1] not in "\"']}":
        return None
    if stop.reason.startswith("Unclosed"):
        return _unclosed(stop)
    if sign and sign in ",;":
        behind = rest[1:].split("#")[0].strip()
        if not behind:
            return stop.at, Message("no line of TOML ends with {sign}: delete it", sign=sign)
        if behind[0] in "\"'":
            entries = stop.text[stop.value_at : stop.line_end(stop.at)].split("#")[0].strip()
            listed = f"[{entries.replace('; ', ', ')}]"
            return stop.at, Message("several values need brackets: write {instead}",
                                    instead=shown(listed))  # fmt: skip
    quote = before[-1]
    if quote in "\"'" and quote in rest and not re.match(r"[\w.-]+\s*=|[,;\]})=]", rest):
        whole = stop.text[stop.value_at + 1 : stop.line_end(stop.at)].split(" #")[0].strip()
        inner = whole[:-1] if whole.endswith(quote) else whole
        inner = inner.strip(quote) if quote not in inner.strip(quote) else inner
        template = "the text ends at the {quote} before {word}: write the whole text as {instead}"
        values = {"quote": quote, "word": first_word(rest), "instead": as_text(inner)}
        return stop.at, Message(template, **values)
    template = "{found} stands behind a complete value: delete it, or write it in the next line"
    if sign and sign in "]})":
        template = "{found} closes a bracket that is not open: delete it"
        return stop.at, Message(template, found=sign)
    return stop.at, Message(template, found=shown(rest.split("#")[0].strip()))


def _unclosed(stop: TomlStop) -> Fault:
    """Say what is missing in a list or an inline table: a comma, or its end."""
    closing = "]" if stop.bracket == "[" else "}"
    word = first_word(stop.rest)
    is_next = re.match(r"\[|[\w\"'.-]+\s*=", stop.rest)
    bracket_line = stop.text.count("\n", 0, stop.bracket_at) + 1
    is_same_line = "\n" not in stop.text[stop.bracket_at : stop.at]
    if stop.sign and stop.sign in "]})":
        template = "{found} does not close the {bracket} of line {number}: write {closing}"
        values = {"found": stop.sign, "bracket": stop.bracket, "number": bracket_line}
        return stop.at, Message(template, **values, closing=closing)
    if stop.sign and stop.sign in ";|":
        return stop.at, Message("{sign} separates nothing in TOML: write ,", sign=stop.sign)
    values = {"bracket": stop.bracket, "number": bracket_line, "closing": closing}
    if not stop.sign:
        template = "the {bracket} of line {number} is not closed: write {closing}"
        return stop.bracket_at, Message(template, **values)
    if is_next and not is_same_line:
        template = "the {bracket} of line {number} is open: write {closing} or , before {word}"
        return stop.at, Message(template, **values, word=word)
    return stop.at, Message("a comma is missing before {word}: write , there", word=word)


def say_bare_value(stop: TomlStop) -> Fault | None:
    """Say what to write for a value without quotes."""
    if stop.value_at < 0:
        return None
    if stop.bracket and (not stop.sign or (stop.reason.startswith("Unclosed") and not stop.value)):
        return _unclosed(stop)
    value, key = stop.value, stop.key
    if not value:
        if stop.bracket == "[":
            return stop.at, Message("a value is missing before {sign}: write one", sign=stop.sign)
        template = "{key} has no value: write one behind =, or delete the key"
        return stop.at, Message(template, key=key or Message("the key"))
    if value[0] in "=:>":
        template = "{sign} stands behind =: write KEY = VALUE"
        return stop.value_at, Message(template, sign=value[0])
    if value[0] in "]})":
        template = "{sign} stands where a value is missing: write one"
        return stop.value_at, Message(template, sign=value[0])
    is_read = stop.at > stop.value_at and _is_read(stop.text[stop.value_at : stop.at])
    if is_read and stop.bracket and stop.sign == ";":
        return _unclosed(stop)
    if is_read and stop.sign and stop.sign in ",;" and not stop.rest[1:].split("#")[0].strip():
        return stop.at, Message("no line of TOML ends with {sign}: delete it", sign=stop.sign)
    if is_read and re.match(r"[A-Za-z_][\w.-]*\s*=", stop.rest):
        if stop.bracket:
            return _unclosed(stop)
        template = "{found} stands behind a complete value: write it in the next line"
        return stop.at, Message(template, found=shown(stop.rest.split("#")[0].strip()))
    is_behind = "\n" in stop.text[stop.value_at : stop.at] or stop.sign in "\"'[]{}\n"
    if is_read and is_behind and stop.reason.startswith("Unclosed"):
        return _unclosed(stop)
    return stop.value_at, say_bare(re.sub(r"[\u00a0\u202f\u2007\u2009]", " ", value), key)


def _is_read(value: str) -> bool:
    """Return whether TOML reads a text as a value."""
    import tomli

    try:
        tomli.loads(f"key = {value}")
    except ValueError:
        return False
    return True


def first_word(text: str) -> str:
    """Return the first word, number, string or sign of a text."""
    match = _WORDS.match(text)
    return shown(match[0]) if match else text[:1]
