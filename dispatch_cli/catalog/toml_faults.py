"""Say why a text is not valid TOML: the character or word, and what to write instead.

Only a text that the TOML library refuses comes here. Each rule looks at the place at which the
library stops; what no rule knows is named as it stands.
"""

import re
from collections.abc import Callable

from ..messages import Message
from .bare_values import as_header, as_text, say_bare, shown
from .line_numbers import LineNumbers
from .odd_signs import closing_sign, say_sign
from .toml_stops import Fault, TomlStop, find_stop
from .value_faults import first_word, say_bare_value, say_behind_value

_MARKERS = ("<<<<<<<", "=======", ">>>>>>>", "|||||||")
_COMMENTS = ("//", "/*", "<!--")
_COMMENTS_OF_A_LINE = (";", "%", "--")


def explain(text: str, at: int, reason: str) -> tuple[int, int, Message]:
    """Return line, column and sentence of the fault at which the TOML library stops.

    ``reason`` is the message of the library. Lines and columns count from 1, columns in characters.
    """
    stop = find_stop(text, at, reason)
    for rule in _RULES:
        fault = rule(stop)
        if fault is not None:
            break
    else:
        fault = _unexpected(stop)
    offset, sentence = fault
    line = text.count("\n", 0, offset) + 1
    return line, offset - text.rfind("\n", 0, offset), sentence


def _whole_file(stop: TomlStop) -> Fault | None:
    """Recognize marks of version control, and files of another format."""
    line, start = stop.line, stop.line_start
    for marker in _MARKERS:
        if line.startswith(marker):
            template = (
                "{marker} marks a conflict of git: keep one of both versions, and delete the lines"
                " that begin with <<<<<<<, ======= and >>>>>>>"
            )
            return start, Message(template, marker=marker)
    if re.match(r"diff --git |--- \S|\+\+\+ \S|@@ ", line):
        template = "{found} belongs to a patch of git: apply it instead of saving it as this file"
        return start, Message(template, found=shown(line.strip()))
    if line.startswith("```"):
        return start, Message("``` belongs to Markdown: delete the lines that begin with ```")
    if stop.sign not in ("<", "{") and stop.text[stop.start : stop.start + 1] != "[":
        return None
    first = stop.text[stop.start :].lstrip()
    if stop.sign == "<" and stop.at == stop.start and not first.startswith("<!--"):
        name = "HTML" if re.match(r"<(!doctype\s+html|html|head|body)", first, re.I) else "XML"
        template = "{found} begins {format}, not TOML: save the file itself, not a web page of it"
        return stop.at, Message(template, found=_word_at(stop), format=name)
    if first.startswith("{\\rtf"):
        return stop.at, Message("{{\\rtf begins a file of a word processor: save it as plain text")
    if (stop.sign == "{" and stop.at == stop.start) or re.match(r"\[\s*\{", first):
        template = "{bracket} begins JSON, not TOML: write [[provider]] and below it KEY = VALUE"
        return stop.start, Message(template, bracket=first[0])
    return None


def _word_at(stop: TomlStop) -> str:
    return shown(re.split(r"[\s>]", stop.rest, maxsplit=1)[0])


def _string(stop: TomlStop) -> Fault | None:
    """Say what is wrong inside a string: a backslash, or a missing end."""
    at, text = stop.string_at, stop.text
    if at < 0:
        return None
    quote = text[at : at + 3] if text.startswith(('"""', "'''"), at) else text[at]
    if stop.reason.startswith(("Invalid hex", "Unescaped", "Escaped")):
        return _backslash(stop, quote)
    if stop.sign not in ("", "\n"):
        return None  # a control character, which say_sign names
    if len(quote) == 3:
        template = "the text that begins here with {quote} has no end: write {quote} behind it"
        return at, Message(template, quote=quote)
    tail = text[at + 1 : text.find("\n", at) if "\n" in text[at:] else len(text)]
    sign = closing_sign(tail)
    if sign:
        template = "the text begins with {quote} and ends with {sign}: end it with {quote}"
        return at, Message(template, quote=quote, sign=sign)
    template = "the text that begins here has no end in its line: end it with {quote}"
    return at, Message(template, quote=quote)


def _backslash(stop: TomlStop, quote: str) -> Fault:
    """Say how to write a text with a backslash."""
    offset = stop.text.rfind("\\", stop.string_at, stop.at)
    line = stop.text[stop.string_at + len(quote) : stop.line_end(offset)]
    inner = line.partition('"')[0]
    begun = {"sign": stop.text[offset : offset + 2].rstrip("\n")}
    if len(quote) == 1 and 0 < len(inner) <= 60 and "'" not in inner and '"' in line:
        template = "{sign} in double quotes begins an escape: write {instead} in single quotes"
        return offset, Message(template, **begun, instead=f"'{inner}'")
    template = "{sign} in double quotes begins an escape: write \\\\ for one \\"
    return offset, Message(template, **begun)


def _twice(stop: TomlStop) -> Fault | None:
    """Name a table or key that occurs twice, and the line of the first one."""
    if not stop.reason.startswith(("Cannot", "Duplicate")):
        return None
    if stop.bracket == "{":
        found = re.search(r"([\w.\"'-]+)\s*=[^=]*$", stop.before)
        name = found[1] if found else Message("a key")
        return stop.at, Message("{key} occurs twice in this table: delete one", key=name)
    header = re.match(r"(\[\[?)\s*([^\[\]]+?)\s*\]", stop.text[stop.start : stop.line_end(stop.at)])
    if header and (header[1] == "[[" or header[2] in _LISTS):
        template = "{key} occurs as one table and as several: write [[{key}]] in double brackets"
        return stop.start, Message(template, key=header[2])
    paths = list(LineNumbers("").statements(stop.text[: stop.line_end(stop.at)]))
    path = next((path for at, path, _ in paths if at == stop.start), ())
    first = next((at for at, other, _ in paths if other == path and at < stop.start), -1)
    name = f"[{header[2]}]" if header else ".".join(str(p) for p in path if isinstance(p, str))
    if not header and path:
        name = str(path[-1])
    if first < 0:
        template = "{key} is a value or a table already: write its keys into one table"
        return stop.start, Message(template, key=shown(name))
    template = "{key} occurs in line {number} already: delete one of them"
    if header:
        template = "{key} occurs in line {number} already: write its keys there"
    number = stop.text.count("\n", 0, first) + 1
    return stop.start, Message(template, key=shown(name), number=number)


_LISTS = ("provider", "provider.check", "maintenance", "control_centre", "provider.phones")


def _odd_sign(stop: TomlStop) -> Fault | None:
    sentence = say_sign(stop)
    return None if sentence is None else (stop.at, sentence)


def _statement(stop: TomlStop) -> Fault | None:
    """Say what is wrong with a comment, a header, or a key before its value."""
    rest, before = stop.rest, stop.before
    marks = _COMMENTS if before.strip() else (*_COMMENTS, *_COMMENTS_OF_A_LINE)
    mark = next((each for each in marks if rest.startswith(each)), "")
    behind = re.match(r"(;|--|%)\s+[^\s\"']", rest)
    if behind and not stop.bracket and re.search(r"[\"'\]}]\s+$", before):
        mark = behind[1]
    if mark:
        return stop.at, Message("no comment in TOML begins with {mark}: write #", mark=mark)
    if before.startswith("[") and not stop.value_at >= 0 and "=" not in before:
        return _header(stop)
    if stop.value_at >= 0:
        return None
    comma = re.search(r"=[ \t]*([+-]?\d+,\d+)[ \t]*$", before)
    if comma:
        return stop.start + comma.start(1), say_bare(comma[1])
    key = re.split(r"[{,]", before)[-1].strip() if stop.bracket else before.strip()
    if "Expected '='" in stop.reason or stop.reason.startswith("Invalid"):
        return _key(stop, key)
    return None


def _header(stop: TomlStop) -> Fault | None:
    """Say what is wrong with the line of a table."""
    line = re.sub(r"\]\s+\]", "]]", re.sub(r"^\[\s+\[", "[[", stop.line.split("#")[0].strip()))
    if not stop.line.lstrip().startswith(line[:2]):
        template = "the brackets of {header} are parted: write {instead}"
        return stop.start, Message(template, header=shown(stop.line.strip()), instead=line)
    begun = re.match(r"(\[\[?)([^\[\]=]*)(\]*)", line)
    if not begun:
        return None
    opened, name, closed = begun.groups()
    closing = "]" * len(opened)
    name = name.strip("\"'“”„ ")
    if not name.strip(".") or (" " not in name and name != name.strip(".")):
        return stop.at, Message("the name of the table is missing between [ and ]")
    if closed == closing:
        behind = line[begun.end() :].strip()
        if not behind:
            template = "the name of this table needs quotes: write {instead}"
            return stop.at, Message(template, instead=as_header(name, len(opened)))
        template = "{found} stands behind {header}: write it in the next line"
        header = f"{opened}{name}{closing}"
        return stop.at, Message(template, found=shown(behind), header=header)
    template = "the brackets of {header} do not match: write {instead}"
    wanted = f"[[{name}]]" if name in _LISTS else f"{opened}{name}{closing}"
    return stop.at, Message(template, header=shown(f"{opened}{name}{closed}"), instead=wanted)


def _behind_key(stop: TomlStop, key: str) -> Fault | None:
    """Say what is wrong with the character in the place of = behind a key."""
    rest, sign, name = stop.rest, stop.sign, shown(key)
    if sign == ":":
        return stop.at, Message("{key} is followed by : instead of =: write {key} =", key=name)
    if sign == "]":
        template = "the brackets of {header} do not match: write {instead}"
        instead = f"[[{key}]]" if key in _LISTS else f"[{key}]"
        return stop.at, Message(template, header=shown(stop.line.strip()), instead=instead)
    if rest.startswith("+="):
        return stop.at, Message("{key} is followed by += instead of =: write {key} =", key=name)
    if stop.bracket == "{" and key[:1].isdigit() and sign in ("}", ","):
        template = "{found} stands in {bracket} without a key: write KEY = VALUE"
        return stop.at, Message(template, found=name, bracket="{")
    if stop.bracket == "{" and sign in ("}", ",") and key[0] in "\"'":
        return stop.bracket_at, Message("a list stands in [ and ], not in {{ and }}")
    return None


def _key(stop: TomlStop, key: str) -> Fault | None:
    """Say what is wrong with a key, or between a key and its value."""
    rest, sign, name = stop.rest, stop.sign, shown(key)
    if rest.startswith(("===", "---")) or key in ("-", "---"):
        return stop.line_start, Message("{found} is YAML or Markdown, not TOML: delete the line",
                                        found=shown(stop.line.strip()))  # fmt: skip
    if key:
        fault = _behind_key(stop, key)
        if fault is not None:
            return fault
    if sign == "=" and not key:
        return stop.at, Message("there is no key before =: write KEY = VALUE")
    if key and sign in ("", "\n", "}", ",", "#", ";"):
        if sign in (",", ";") and not stop.bracket:
            template = "{sign} follows {key}: a line of TOML is KEY = VALUE"
            return stop.at, Message(template, sign=sign, key=name)
        return stop.at, Message("{key} has no value: write {key} = VALUE", key=name)
    if key and re.match(r"[\"'\[{0-9+-]", rest) and re.search(r"\s$", stop.before):
        return stop.at, Message("= is missing between {key} and its value: write {key} =", key=name)
    words = stop.text[stop.start : stop.line_end(stop.at)] if not stop.bracket else key + " " + rest
    whole, equals, _ = words.partition("=")
    if key and sign.isalpha() and equals:
        template = "a key with a blank needs quotes: write {instead} ="
        return stop.at, Message(template, instead=as_text(whole.strip()))
    if stop.at == stop.start and sign in "+>|*&@!":
        template = "no line of TOML begins with {sign}: write KEY = VALUE or [[provider]]"
        return stop.at, Message(template, sign=sign)
    if key and sign.isalpha():
        template = "{found} is not a line of TOML: write KEY = VALUE, and # before a comment"
        return stop.line_start, Message(template, found=shown(stop.line.strip()))
    return None


def _unexpected(stop: TomlStop) -> Fault:
    """Name the character where the library stops, for a fault that no rule knows."""
    if not stop.sign:
        return max(stop.at - 1, 0), Message("the file ends too early: its last line is incomplete")
    if stop.sign == "\n":
        return stop.at, Message("the line ends too early: write KEY = VALUE")
    template = "{found} is not expected here: a line is KEY = VALUE, [[provider]] or a # comment"
    return stop.at, Message(template, found=first_word(stop.rest))


_RULES: tuple[Callable[[TomlStop], Fault | None], ...] = (
    _whole_file,
    _string,
    _twice,
    _odd_sign,
    _statement,
    say_behind_value,
    say_bare_value,
)
