"""Find the lines of tables and keys in a TOML text, for problems.

tomli does not keep lines after parsing. This second pass reads only headers and keys, and skips
values. The text must be one that tomli accepts.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress

Path = tuple[str | int, ...]

_SPACE = re.compile(r"(?>(?:[ \t\r\n]++|#[^\n]*+)*)")
_KEY_PART = re.compile(r"""[ \t]*+([A-Za-z0-9_-]++|"(?>(?:[^"\\\n]|\\.)*)"|'[^'\n]*+')[ \t]*+""")
# Python 3.11.2 matches a possessive repeat of alternatives, (?:a|b)*+, too far; 3.11.7 does not. An
# atomic group round a plain repeat means the same, and is right in both.
STRINGS = (
    # A multi-line string may end in up to five quotes, of which the last three close it. One that
    # is never closed ends with the text, so that no part of it is scanned again.
    r'"""(?>(?:[^"\\]++|\\.|"(?!""))*)(?:"{3,5}+|\Z)'
    r"|'''(?>(?:[^']++|'(?!''))*)(?:'{3,5}+|\Z)"
    r'|"(?>(?:[^"\\\n]++|\\[^\n])*)"'
    r"|'[^'\n]*+'"
)
_SKIP = re.compile(rf"(?>(?:[^\n\"'#\[\]{{}}]++|{STRINGS}|#[^\n]*+)+)", re.DOTALL)


class LineNumbers:
    """The lines of the paths in one file, from 1; of the ``wanted`` paths only, if not None."""

    def __init__(self, text: str, wanted: Iterable[Path] | None = None) -> None:
        # The line of a path may be that of a table around it.
        kept = None
        if wanted is not None:
            kept = {path[:length] for path in wanted for length in range(1, len(path) + 1)}
        self._line_of: dict[Path, int] = {}
        self._counts: dict[Path, int] = {}
        offset, line = 0, 1
        for at, path, is_key in self.statements(text):
            line += text.count("\n", offset, at)
            offset = at
            # A dotted key sets the lines of the tables around it, unless they have one already.
            for length in range(1, len(path) + 1):
                if kept is None or path[:length] in kept:
                    self._line_of.setdefault(path[:length], line)
            if not is_key and (kept is None or path in kept):
                self._line_of[path] = line

    def of(self, path: Path) -> int:
        """Return the line of a key, or of the innermost table around it that has one; else 0."""
        for length in range(len(path), 0, -1):
            line = self._line_of.get(path[:length])
            if line:
                return line
        return 0

    def statements(self, text: str) -> Iterator[tuple[int, Path, bool]]:
        """Iterate over headers and keys: the offset, the path, and whether it is a key."""
        table: Path = ()
        at = _end(_SPACE, text, 0)
        while at < len(text):
            start = at
            if text[at] == "[":
                is_array = text.startswith("[[", at)
                keys, at = _key(text, at + 1 + is_array)
                table = self._header(keys, is_array)
                yield start, table, False
            else:
                keys, at = _key(text, at)
                yield start, (*table, *keys), True
            at = _end(_SPACE, text, _end_of_value(text, max(at, start + 1)))

    def _header(self, keys: tuple[str, ...], is_array: bool) -> Path:
        """Make the path of a header; a table in an array is the last one of the array."""
        path: Path = ()
        for key in keys[:-1]:
            path = self._latest((*path, key))
        path = (*path, keys[-1]) if keys else path
        if is_array:
            self._counts[path] = self._counts.get(path, 0) + 1
            return self._latest(path)
        return path

    def _latest(self, path: Path) -> Path:
        return (*path, self._counts[path] - 1) if path in self._counts else path


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at


def _key(text: str, at: int) -> tuple[tuple[str, ...], int]:
    """Read a dotted key."""
    parts: list[str] = []
    while match := _KEY_PART.match(text, at):
        parts.append(_unquoted(match[1]))
        at = match.end()
        if not text.startswith(".", at):
            break
        at += 1
    return tuple(parts), at


def _unquoted(part: str) -> str:
    """Remove the quotes of a part of a key."""
    if part[0] == '"' and "\\" in part:
        import tomli

        with suppress(tomli.TOMLDecodeError):
            return str(tomli.loads(f"key = {part}")["key"])
    return part[1:-1] if part[0] in "\"'" else part


def _end_of_value(text: str, at: int) -> int:
    """Find the end of the statement: the next end of a line outside strings and brackets."""
    depth = 0
    while at < len(text):
        at = _end(_SKIP, text, at)
        if at >= len(text):
            break
        if text[at] in "[{":
            depth += 1
        elif text[at] in "]}":
            depth -= 1
        elif text[at] == "\n" and depth <= 0:
            return at
        at += 1
    return len(text)
