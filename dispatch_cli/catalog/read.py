"""Read files that may come from anybody: size, kind, encoding and depth before anything else."""

import errno
import os
import re
import stat
from typing import TYPE_CHECKING

from ..errors import BadDataError, Problem

if TYPE_CHECKING:
    from .findings import TomlFile

MAX_BYTES = 32 * 1024 * 1024
MAX_DEPTH = 32
_BOM = b"\xef\xbb\xbf"
_WHY = {
    errno.ENOENT: "there is no such file",
    errno.EACCES: "no permission to read it",
    errno.EPERM: "no permission to read it",
    errno.ELOOP: "its links lead in a circle",
    errno.ENOTDIR: "part of its path is not a folder",
    errno.ENAMETOOLONG: "its name is too long",
}


def read_bytes(path: str, *, shown: str) -> bytes:
    """Read a whole file of at most 32 MB; what else it may be is a BadDataError."""
    return read_file(path, shown=shown)[0]


def read_file(path: str, *, shown: str) -> tuple[bytes, os.stat_result]:
    """Read a whole file, and say whose it is: of the file that was read, not of its name."""
    try:
        # Without O_NONBLOCK a pipe that nobody writes to would wait for ever.
        fd = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError) as error:
        why = _reason(error)
        if isinstance(error, FileNotFoundError):
            why += near_miss(shown)
        raise _refused(shown, why) from None
    try:
        found = os.fstat(fd)
        if stat.S_ISDIR(found.st_mode):
            raise _refused(shown, "it is a folder, not a file")
        if not stat.S_ISREG(found.st_mode):
            raise _refused(shown, "it is not an ordinary file")
        if found.st_size > MAX_BYTES:
            raise _refused(shown, _too_big(found.st_size))
        with os.fdopen(fd, "rb", closefd=False) as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise _refused(shown, _reason(error)) from None
    finally:
        os.close(fd)
    if len(content) > MAX_BYTES:
        raise _refused(shown, _too_big(MAX_BYTES + 1))
    return content, found


def _refused(shown: str, why: str, line: int = 0) -> BadDataError:
    return BadDataError(Problem(why, file=shown, line=line))


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return _WHY.get(error.errno or 0, f"it cannot be read ({error.strerror})")
    return "its name holds a character that no file name can have"


def near_miss(path: str) -> str:
    """Name a file beside a missing one whose name is nearly the same."""
    from difflib import get_close_matches

    folder, name = os.path.split(path)
    try:
        with os.scandir(folder or ".") as entries:
            names = [entry.name for entry in entries if entry.is_file()]
    except OSError:
        return ""
    near = get_close_matches(name, names, n=1, cutoff=0.7)
    return f' (did you mean "{os.path.join(folder or ".", near[0])}"?)' if near else ""


def _too_big(size: int) -> str:
    return f"it has {-(-size // 1_000_000)} MB, allowed are {MAX_BYTES // (1024 * 1024)} MB"


def parse_toml(content: bytes, *, shown: str, short: str) -> "TomlFile":
    """Parse a TOML file; every way in which that can fail is a BadDataError with the line."""
    import tomli

    from .findings import TomlFile

    text = decode(content, shown=shown)
    line = too_deep_at(text)
    if line:
        raise _refused(shown, f"nested deeper than {MAX_DEPTH} levels", line)
    try:
        return TomlFile(shown, short, text, tomli.loads(text))
    except tomli.TOMLDecodeError as error:
        found = error.msg[:1].lower() + error.msg[1:]
        raise _refused(shown, f"not valid TOML: {found}", error.lineno) from None
    except ValueError:
        # The only one that is left: a whole number longer than Python will read.
        raise _refused(shown, "not valid TOML: a number has too many digits") from None


def decode(content: bytes, *, shown: str) -> str:
    """Decode UTF-8, with or without a byte order mark, without NUL."""
    content = content.removeprefix(_BOM)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _refused(shown, "it is UTF-16, allowed is UTF-8: save it as UTF-8", 1)
    nul = content.find(b"\0")
    if nul >= 0:
        raise _refused(shown, "it holds a NUL byte: not a text file", _line_at(content, nul))
    try:
        return content.decode().replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        byte = content[error.start]
        text = f"byte 0x{byte:02x} is not UTF-8: save the file as UTF-8"
        raise _refused(shown, text, _line_at(content, error.start)) from None


def _line_at(content: bytes, offset: int) -> int:
    return content.count(b"\n", 0, offset) + 1


def too_deep_at(text: str) -> int:
    """Find the line in which arrays, tables and dotted keys go deeper than 32; 0 if none does.

    It counts brackets and dots outside strings, as TOML and JSON have them, without recursion.
    """
    # Both looks are cheap and sound; nearly every file ends here.
    if text.count("[") + text.count("{") > MAX_DEPTH:
        from .file_lines import STRINGS

        plain = re.sub(rf"(?:[^\"'#\[\]{{}}]++|{STRINGS}|#[^\n]*+)++", "", text, flags=re.DOTALL)
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
    """Walk the text bracket by bracket and dot by dot; slow, so only on suspicion."""
    from .file_lines import STRINGS

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
