"""Where in the text a table or key stands; made only when there is something to report.

tomli says nothing about lines once a file is parsed. This second pass reads only what it needs,
headers and keys, and skips values as a whole. It is meant for text that tomli has accepted.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress

Path = tuple[str | int, ...]

_SPACE = re.compile(r"(?:[ \t\r\n]++|#[^\n]*+)*+")
_KEY_PART = re.compile(r"""[ \t]*+([A-Za-z0-9_-]++|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+')[ \t]*+""")
STRINGS = (
    # A multi-line string may end in up to five quotes, of which the last three close it; one that
    # is never closed ends with the text, so that no part of it is looked through again.
    r'"""(?:[^"\\]++|\\.|"{1,2}+(?!"))*+(?:"{3,5}+|\Z)'
    r"|'''(?:[^']++|'{1,2}+(?!'))*+(?:'{3,5}+|\Z)"
    r'|"(?:[^"\\\n]++|\\[^\n])*+"'
    r"|'[^'\n]*+'"
)
_SKIP = re.compile(rf"(?:[^\n\"'#\[\]{{}}]++|{STRINGS}|#[^\n]*+)++", re.DOTALL)


class Lines:
    """The lines of one file, counted from 1; of the ``wanted`` paths only, if any are named."""

    def __init__(self, text: str, wanted: Iterable[Path] | None = None) -> None:
        # A line may be that of the nearest thing around a path.
        kept = None
        if wanted is not None:
            kept = {path[:length] for path in wanted for length in range(1, len(path) + 1)}
        self._line_of: dict[Path, int] = {}
        self._counts: dict[Path, int] = {}
        offset, line = 0, 1
        for at, path, is_key in self._statements(text):
            line += text.count("\n", offset, at)
            offset = at
            # Only a key that stands there hides what a dotted one has said of its beginning.
            for length in range(1, len(path) + 1):
                if kept is None or path[:length] in kept:
                    self._line_of.setdefault(path[:length], line)
            if not is_key and (kept is None or path in kept):
                self._line_of[path] = line

    def of(self, path: Path) -> int:
        """The line of a key, or of the nearest thing around it that has one; 0 if nothing has."""
        for length in range(len(path), 0, -1):
            line = self._line_of.get(path[:length])
            if line:
                return line
        return 0

    def _statements(self, text: str) -> Iterator[tuple[int, Path, bool]]:
        """Find headers and keys: the offset, the path, and whether it is a key."""
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
        """Make the path of a header: a table in an array is the array's latest."""
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
        parts.append(_plain(match[1]))
        at = match.end()
        if not text.startswith(".", at):
            break
        at += 1
    return tuple(parts), at


def _plain(part: str) -> str:
    """Take the quotes off a part of a key."""
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
