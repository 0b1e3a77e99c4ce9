"""Read files of any origin: their size, type, encoding and depth of nesting are checked first."""

import errno
import os
import re
import stat
from typing import TYPE_CHECKING

from ..errors import BadDataError, Problem
from ..messages import Message, marked
from ..model.near_words import suggestion
from ..model.words import composed

if TYPE_CHECKING:
    from .problem_collector import TomlFile

MAX_BYTES = 32 * 1024 * 1024
MAX_DEPTH = 32
_BOM = b"\xef\xbb\xbf"
MISSING = "there is no such file{guess}"
_REASONS = {
    errno.EACCES: marked("no permission to read it"),
    errno.EPERM: marked("no permission to read it"),
    errno.ELOOP: marked("its links form a circle"),
    errno.ENOTDIR: marked("part of its path is not a folder"),
    errno.ENAMETOOLONG: marked("its name is too long"),
}


def read_bytes(path: str, *, shown: str) -> bytes:
    """Read a regular file of at most 32 MB; raises BadDataError for any other."""
    return read_file(path, shown=shown)[0]


def read_file(path: str, *, shown: str) -> tuple[bytes, os.stat_result]:
    """Read a file, and return also the status of the opened file, with its owner and mode."""
    try:
        # Without O_NONBLOCK the opening of a pipe without writer would not return.
        fd = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError) as error:
        if isinstance(error, FileNotFoundError):
            raise BadDataError(Problem.at(shown, MISSING, guess=suggest_file(shown))) from None
        raise BadDataError(Problem(_reason(error), file=shown)) from None
    try:
        found = os.fstat(fd)
        if stat.S_ISDIR(found.st_mode):
            raise BadDataError(Problem("it is a folder, not a file", file=shown))
        if not stat.S_ISREG(found.st_mode):
            raise BadDataError(Problem("it is not a regular file", file=shown))
        if found.st_size > MAX_BYTES:
            raise _too_large(shown, found.st_size)
        with os.fdopen(fd, "rb", closefd=False) as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise BadDataError(Problem(_reason(error), file=shown)) from None
    finally:
        os.close(fd)
    if len(content) > MAX_BYTES:
        raise _too_large(shown, MAX_BYTES + 1)
    return content, found


def _reason(error: Exception) -> Message | str:
    if not isinstance(error, OSError):
        return Message("its name contains a character that no file name can have")
    if error.errno in _REASONS:
        return Message(_REASONS[error.errno])
    return Message("it cannot be read ({reason})", reason=error.strerror)


def suggest_file(path: str) -> Message | str:
    """Ask about the file in the same folder with the most similar name; "" if none is near."""
    from difflib import get_close_matches

    folder, name = os.path.split(path)
    try:
        with os.scandir(folder or ".") as entries:
            names = [entry.name for entry in entries if entry.is_file()]
    except OSError:
        return ""
    near = get_close_matches(name, names, n=1, cutoff=0.7)
    return suggestion([os.path.join(folder or ".", each) for each in near])


def _too_large(shown: str, size: int) -> BadDataError:
    return BadDataError(
        Problem.at(
            shown,
            "it has {size_mb} MB, allowed are {most_mb} MB",
            size_mb=-(-size // 1_000_000),
            most_mb=MAX_BYTES // (1024 * 1024),
        )
    )


def parse_toml(content: bytes, *, shown: str, short: str) -> "TomlFile":
    """Parse a TOML file; raises BadDataError with line and column."""
    import tomli

    from .problem_collector import TomlFile

    text = decode(content, shown=shown)
    refuse_deep_nesting(text, shown=shown)
    try:
        return TomlFile(shown, short, text, tomli.loads(text))
    except tomli.TOMLDecodeError as error:
        from .toml_faults import explain

        line, column, reason = explain(text, error.pos, error.msg)
        template = "not valid TOML, column {column}: {reason}"
        problem = Problem.at(shown, template, line=line, column=column, reason=reason)
        raise BadDataError(problem) from None
    except ValueError:
        # tomli raises it only for an integer that is longer than Python reads.
        problem = Problem("not valid TOML: a number has too many digits", file=shown)
        raise BadDataError(problem) from None


def decode(content: bytes, *, shown: str) -> str:
    """Decode UTF-8, with or without a byte order mark; raises BadDataError, also for NUL bytes."""
    content = content.removeprefix(_BOM)
    # Text in UTF-16 without a byte order mark has a NUL byte in nearly every character.
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or _is_wide(content[:400]):
        problem = Problem("it is UTF-16, allowed is UTF-8: save it as UTF-8", file=shown, line=1)
        raise BadDataError(problem)
    nul = content.find(b"\0")
    if nul >= 0:
        line = _line_at(content, nul)
        raise BadDataError(Problem("it contains a NUL byte: not a text file", shown, line))
    try:
        return composed(content.decode().replace("\r\n", "\n"))
    except UnicodeDecodeError as error:
        raise BadDataError(
            Problem.at(
                shown,
                "byte 0x{byte:02x} is not UTF-8: save the file as UTF-8",
                line=_line_at(content, error.start),
                byte=content[error.start],
            )
        ) from None


def _is_wide(content: bytes) -> bool:
    return len(content) > 3 and content.count(0) > len(content) // 3


def _line_at(content: bytes, offset: int) -> int:
    return content.count(b"\n", 0, offset) + 1


def refuse_deep_nesting(text: str, *, shown: str) -> None:
    """Raise BadDataError for a text with more than 32 levels of nesting."""
    line = too_deep_at(text)
    if line:
        problem = Problem.at(
            shown, "nested deeper than {max_depth} levels", line=line, max_depth=MAX_DEPTH
        )
        raise BadDataError(problem)


def too_deep_at(text: str) -> int:
    """Find the line where arrays, tables and dotted keys exceed 32 levels; 0 if none does.

    It counts brackets and dots outside the strings of TOML and JSON, without recursion.
    """
    # Two fast checks, which find all such texts; nearly every file needs no third one.
    if text.count("[") + text.count("{") > MAX_DEPTH:
        from .line_numbers import STRINGS

        plain = re.sub(rf"(?>(?:[^\"'#\[\]{{}}]++|{STRINGS}|#[^\n]*+)+)", "", text, flags=re.DOTALL)
    else:
        plain = ""
    many_dots = any(line.count(".") >= MAX_DEPTH for line in text.split("\n"))
    return _exact_depth(text) if many_dots or _brackets_too_deep(plain) else 0


def _brackets_too_deep(brackets: str) -> bool:
    depth = 0
    for bracket in brackets:
        if bracket in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                return True
        elif depth:
            depth -= 1
    return False


def _exact_depth(text: str) -> int:
    """Find the line by walking the text bracket by bracket and dot by dot, which is slow."""
    from .line_numbers import STRINGS

    token = re.compile(rf"{STRINGS}|#[^\n]*+|[\[\]{{}}.,\n]", re.DOTALL)
    stack: list[int] = []
    depth = dots = 0
    for match in token.finditer(text):
        mark = match[0]
        if mark in "[{":
            stack.append(depth)
            depth += 1 + dots
            dots = 0
        elif mark in "]}":
            depth = stack.pop() if stack else 0
            dots = 0
        elif mark == ".":
            dots += 1
        elif mark in ",\n":
            dots = 0
        if depth + dots > MAX_DEPTH:
            return text.count("\n", 0, match.start()) + 1
    return 0
