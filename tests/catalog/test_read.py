"""Files that are too large, nested too deep or not text are refused before they are parsed."""

import os
import time
import tomllib
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch_cli.catalog.untrusted_files import MAX_DEPTH, decode, parse_toml, too_deep_at
from dispatch_cli.errors import BadDataError

from .files import HUBER, open_file, open_text, problems_of, write


def test_byte_order_mark(tmp_path: Path) -> None:
    """A byte order mark, which Windows editors write, does not change the lines."""
    assert open_text(tmp_path, "\ufeff" + HUBER).count == 1
    (found,) = problems_of(tmp_path, "\ufeff" + HUBER + "colour = 1\n")
    assert found.startswith("providers.toml:9: ")


def test_windows_lines(tmp_path: Path) -> None:
    """Lines that end in CR LF are counted once."""
    (found,) = problems_of(tmp_path, (HUBER + "colour = 1\n").replace("\n", "\r\n"))
    assert found == 'providers.toml:9: provider "huber": unknown key "colour"'


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\n\nx = '\xff'\n", "providers.toml:3: byte 0xff is not UTF-8: save the file as UTF-8"),
        (b"\n\0\n", "providers.toml:2: it contains a NUL byte: not a text file"),
        ("x = 1".encode("utf-16"), "providers.toml:1: it is UTF-16, allowed is UTF-8"),
        (
            b"\n\nx = = 1\n",
            "providers.toml:3: not valid TOML, column 5: = stands behind =: write KEY",
        ),
        (
            b"x = 1\nx = 2\n",
            "providers.toml:2: not valid TOML, column 1: x occurs in line 1 already",
        ),
        (b'\nx = "abc\n', "providers.toml:2: not valid TOML, column 5: the text that begins here"),
        (
            b"x = 2026-02-30\n",
            "providers.toml:1: not valid TOML, column 5: 2026-02-30 is not a date",
        ),
        (b"x = " + b"9" * 5000, "providers.toml: not valid TOML: a number has too many digits"),
        (b"x = " + b"[" * 33 + b"]" * 33, "providers.toml:1: nested deeper than 32 levels"),
        (b"\nx = " + b"{a=" * 90_000, "providers.toml:2: nested deeper than 32 levels"),
        (b"\n" + b"a." * 33 + b"b = 1", "providers.toml:2: nested deeper than 32 levels"),
        (b"\n[" + b"a." * 3300 + b"b]", "providers.toml:2: nested deeper than 32 levels"),
    ],
)
def test_not_a_provider_file(tmp_path: Path, content: bytes, said: str) -> None:
    """A file that is not TOML is refused with its line, in one message."""
    (found,) = problems_of(tmp_path, content)
    assert found.startswith(said)


def test_depth_counts_neither_strings_nor_siblings() -> None:
    """Brackets and dots in strings and comments do not nest, nor do tables side by side."""
    assert too_deep_at(f'x = "{"[" * 99}{"a." * 99}" # {"{" * 99}\n') == 0
    assert too_deep_at(f"x = [{'[],' * 500}]\n{'[[provider]]' * 500}") == 0
    assert too_deep_at(f"x = \"\"\"\n{'[' * 99}\"\"\" \n y = '''{'[' * 99}'''") == 0
    assert too_deep_at("x = [" + "1.5, " * 99 + "]") == 0
    assert too_deep_at("[" * MAX_DEPTH + "]" * MAX_DEPTH) == 0
    assert too_deep_at("\n" + "[" * (MAX_DEPTH + 1)) == 2
    assert too_deep_at("\n\nx = [" + "[\n" * MAX_DEPTH) == 2 + MAX_DEPTH


def test_huge_file_is_refused_quickly(tmp_path: Path) -> None:
    """100 MB are refused by their size, without being read."""
    path = tmp_path / "providers.toml"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    begin = time.perf_counter()
    with pytest.raises(BadDataError, match="it has 100 MB, allowed are 32 MB"):
        open_file(path)
    assert time.perf_counter() - begin < 0.5


def test_not_a_regular_file(tmp_path: Path) -> None:
    """A folder and a pipe without writer are refused at once."""
    with pytest.raises(BadDataError, match="it is a folder, not a file"):
        open_file(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(BadDataError, match="it is not a regular file"):
        open_file(tmp_path / "pipe")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_no_permission(tmp_path: Path) -> None:
    """The error says that there is no permission to read the file."""
    path = write(tmp_path, HUBER)
    path.chmod(0)
    with pytest.raises(BadDataError, match="no permission to read it"):
        open_file(path)


def test_missing_file_names_its_neighbour(tmp_path: Path) -> None:
    """The error of a missing file suggests the most similar name in its folder."""
    write(tmp_path, HUBER)
    with pytest.raises(BadDataError) as caught:
        open_file(tmp_path / "provider.toml")
    wanted = f'there is no such file (did you mean "{tmp_path}/providers.toml"?)'
    assert str(caught.value) == f"{tmp_path}/provider.toml: {wanted}"
    with pytest.raises(BadDataError, match=r"there is no such file$"):
        open_file(tmp_path / "no" / "providers.toml")


@pytest.mark.parametrize("name", ["a\0b", "x" * 300, "loop"])
def test_impossible_names(tmp_path: Path, name: str) -> None:
    """Names that no file can have raise BadDataError."""
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(BadDataError):
        open_file(tmp_path / name)


def _parse(content: bytes) -> None:
    """Parse as Python's own parser does: the same values, or a refusal that has its line."""
    try:
        parsed = parse_toml(content, shown="f", short="f")
    except BadDataError as error:
        (problem,) = error.problems
        assert problem.file == "f"
        assert 0 <= problem.line <= content.count(b"\n") + 1
        if "nested deeper" not in str(problem):
            with pytest.raises((BadDataError, tomllib.TOMLDecodeError)):
                tomllib.loads(decode(content, shown="f"))
    else:
        with suppress(tomllib.TOMLDecodeError):  # what only TOML 1.1 allows
            assert repr(parsed.top) == repr(tomllib.loads(parsed.text))


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes(content: bytes) -> None:
    """Random bytes are parsed as Python parses them, or BadDataError names the line."""
    _parse(content)


MARKS = st.sampled_from(
    ["[", "]", "{", "}", "=", ".", ",", '"', "'", "'''", '"""', "#", "\n", "\\", "a", "1", "\r"]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(MARKS, max_size=80))
def test_any_marks(marks: list[str]) -> None:
    """Random marks of TOML are parsed as Python parses them, or BadDataError names the line."""
    _parse("".join(marks).encode())
