"""Keys as a terminal sends them, byte by byte."""

import os

import pytest

from dispatch_cli.cli.keys import BACKSPACE, ENTER, ESCAPE, TAB, Gone, RawKeys


@pytest.fixture
def pipe():
    """The two ends of a keyboard."""
    reading, writing = os.pipe()
    yield reading, writing
    os.close(reading)
    os.close(writing)


def pressed(pipe, sent: bytes) -> list[str]:
    """Return the keys of some bytes."""
    os.write(pipe[1], sent)
    keys = RawKeys(pipe[0])
    found = []
    while (key := keys.key(0)) is not None:
        found.append(key)
    return found


@pytest.mark.parametrize(
    ("sent", "keys"),
    [
        (b"a1z", ["a", "1", "z"]),
        (b"\r\n\t\x7f\x08\x1b", [ENTER, ENTER, TAB, BACKSPACE, BACKSPACE, ESCAPE]),
        (b"\x1b[Aa\x1b[1;5Cb\x1bOP", ["a", "b"]),
        (b"\x00\x01\x07a", ["a"]),
        ("ü€".encode(), ["ü", "€"]),
        (b"\xffa", ["�", "a"]),
    ],
    ids=["letters", "named", "arrows and function keys", "controls", "umlauts", "no text"],
)
def test_bytes_become_keys(pipe, sent, keys):
    """Letters, named keys and sequences of them are read; other bytes are ignored."""
    assert pressed(pipe, sent) == keys


def test_a_character_that_comes_in_two_parts(pipe):
    """An umlaut whose second byte comes later is one key."""
    keys = RawKeys(pipe[0])
    os.write(pipe[1], b"\xc3")
    assert keys.key(0) is None
    os.write(pipe[1], b"\xbc")
    assert keys.key(0) == "ü"


def test_a_line_is_edited(pipe):
    """Backspace takes the last character, arrows do nothing, Enter ends the line."""
    seen: list[str] = []
    os.write(pipe[1], b"36\x7f5\t\r")
    assert RawKeys(pipe[0]).line(seen.append) == "35"
    assert seen[:4] == ["", "3", "36", "3"]


def test_a_line_is_given_up(pipe):
    """Escape gives a line up."""
    os.write(pipe[1], b"36\x1b")
    assert RawKeys(pipe[0]).line(lambda _: None) is None


def test_the_end_of_the_input_is_noticed(pipe):
    """Ctrl-D, and a keyboard that has gone."""
    os.write(pipe[1], b"\x04")
    with pytest.raises(Gone):
        RawKeys(pipe[0]).key(0)
