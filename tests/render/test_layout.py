"""Widths, shortening and wrapping."""

import shlex

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch_cli.render.clean import clean
from dispatch_cli.render.layout import (
    Screen,
    cells,
    command_words,
    encodable,
    flow,
    pad,
    shorten,
    wrap,
    wrap_command,
)

texts = st.text().map(clean)


@pytest.mark.parametrize(
    ("text", "width"), [("Huber", 5), ("東京", 4), ("🚚", 2), ("e\u0301", 1), ("", 0)]
)
def test_cells(text, width):
    """Wide characters take two columns and combining marks none."""
    assert cells(text) == width


@settings(deadline=None)
@given(texts, st.integers(0, 40))
def test_shorten_and_pad_fill_exactly(text, width):
    """With any text the cell of a table is as wide as its column."""
    assert cells(shorten(text, width)) <= width
    assert cells(pad(shorten(text, width), width)) == width
    assert cells(pad(shorten(text, width), width, ">")) == width


@settings(deadline=None)
@given(st.lists(texts), st.integers(10, 80))
def test_flow_keeps_the_width_and_the_words(parts, width):
    """No line is wider than the screen, and no character is lost."""
    lines = flow(parts, width, first="Out: ", rest="   ")
    assert all(cells(line) <= width for line in lines)
    flat = "".join(lines).replace(" ", "")
    assert flat == ("Out: " + "".join(parts)).replace(" ", "")


def test_no_room_for_the_ellipsis():
    """Where not even "..." fits, nothing is shown."""
    assert shorten("Huber", 2, "...") == ""
    assert shorten("Huber", 4, "...") == "H..."


def test_wrap_breaks_at_blanks():
    """Words stay whole where a line can hold them."""
    assert wrap("one two three", 8, rest="  ") == ["one two", "  three"]


def test_the_suggested_command_as_drawn():
    """The option that does not fit goes to the next line together with its value."""
    command = "dispatch case open tow --at 86150 --client adac --vehicle car --weight-t 1.6"
    assert wrap_command(command, 80, first="Next: ", rest=" " * 8) == [
        "Next: dispatch case open tow --at 86150 --client adac --vehicle car \\",
        "        --weight-t 1.6",
    ]


words = st.lists(st.text(st.characters(exclude_categories=("C", "Z")) | st.just(" "), min_size=1))


@settings(deadline=None)
@given(words, st.integers(20, 120))
def test_a_wrapped_command_is_the_same_command(arguments, width):
    """Pasted into a shell, the lines give the same words: no quoted one was broken."""
    command = shlex.join(["dispatch", *arguments])
    lines = wrap_command(command, width, first="", rest="        ")
    assert shlex.split("\n".join(lines).replace("\\\n", "")) == ["dispatch", *arguments]
    for line in lines:
        assert cells(line) <= width or len(command_words(line.removesuffix(" \\"))) <= 2


@settings(deadline=None)
@given(st.text())
def test_any_text_has_an_ascii_form(text):
    """A terminal without UTF-8 gets every text with replacements, without an error."""
    Screen(encoding="ascii").text(text).encode("ascii")


def test_ascii_replacements():
    """What German screens need has a readable spelling; the rest its code point."""
    assert encodable("± 3 km – Müller & Groß … 東", "ascii") == (
        "+/- 3 km - Mueller & Gross ... \\u6771"
    )
    assert encodable("± Müller …", "latin-1") == "± Müller ..."
