"""The one cleaning function, held against a terminal emulator."""

import random
import sys
import time
import unicodedata

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch_cli.render.clean import MAX_MARKS, clean, escape

HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}

NASTY = (
    "\x1b[2J\x1b[H",
    "\x1b]0;owned\x07",
    "\x1b]8;;https://example.org\x1b\\here\x1b]8;;\x1b\\",
    "\x1b]52;c;cm0gLXJm\x07",
    "\x1bP1$r0m\x1b\\",
    "\x1b(0qqq",
    "\x1bc",
    "\x9b31m",
    "\x9d0;owned\x9c",
    "\x90q\x9c",
    "\x07\x08\x0b\x0c\r\n\t\x7f\x00",
    "\x84\x85\x8d\x8e\x8f",
    "\u202e4811-89999 980\u202c",
    "\u2066a\u2069\u200e\u200f\u061c",
    "\u200b\u200c\u200d\u2060\ufeff\u00ad",
    "\u2028\u2029",
    "\U000e0041\U000e007f",
    "\ud800\udfff",
    "\ue000\U0010fffd",
    "\u0378\ufffe\U0001ffff",
    "Z" + "\u0335\u0489\u0301" * 40,
    "\u0301\u20dd leading",
    "\u115f\u1160\u3164\uffa0\u034f\u180e\ufe0f",
    "[red]Tow [/b] Co[/red] :truck: [link=https://example.org]x[/link]",
    "\x0e\x0f\x18\x1a",
    "\x1b[?1049h\x1b[?25l\x1b[6n\x1b[c",
)


class Recorder:
    """A terminal that records all commands except drawing."""

    def __init__(self):
        self.told = []
        self.drawn = []

    def draw(self, text):
        self.drawn.append(text)

    def __getattr__(self, name):
        if name in pyte.Stream.events:
            return lambda *args, **kwargs: self.told.append(name)
        raise AttributeError(name)


def hostile_strings(count, seed=1):
    """Strings out of control sequences, invisible and combining characters and ordinary text."""
    rng = random.Random(seed)
    pools = (
        lambda: rng.choice(NASTY),
        lambda: chr(rng.randrange(0x20)),
        lambda: chr(rng.randrange(0x7F, 0xA0)),
        lambda: chr(rng.randrange(0x2000, 0x2070)),
        lambda: chr(rng.randrange(0x300, 0x370)) * rng.randrange(1, 9),
        lambda: chr(rng.randrange(0xD800, 0xE000)),
        lambda: chr(rng.randrange(sys.maxunicode + 1)),
        lambda: "\x1b" + chr(rng.randrange(0x20, 0x7F)) + str(rng.randrange(99)),
        lambda: "\x1b[" + ";".join(str(rng.randrange(99)) for _ in range(3)) + rng.choice("mHJKhl"),
        lambda: rng.choice(("Abschlepp Huber", "München", "089 99998-114", "東京", " ")),
    )
    for _ in range(count):
        yield "".join(rng.choice(pools)() for _ in range(rng.randrange(1, 8)))


def told_to_do(texts):
    """Return the commands that a terminal executes for texts, apart from drawing."""
    recorder = Recorder()
    stream = pyte.Stream(recorder)
    for text in texts:
        stream.feed(text)
    return recorder


def invisible_in(text):
    return [character for character in text if unicodedata.category(character) in HIDDEN]


@pytest.mark.parametrize(
    "count", [pytest.param(10_000), pytest.param(100_000, marks=pytest.mark.ci)]
)
def test_a_terminal_only_draws(count):
    """With any hostile text the emulator only draws."""
    cleaned = [clean(text) for text in hostile_strings(count)]
    assert told_to_do(cleaned).told == []
    assert not invisible_in("".join(cleaned))


def test_without_cleaning_the_terminal_obeys():
    """Negative control: the same strings raw move the cursor, set the title, clear the screen."""
    raw = [text.encode("utf-8", "replace").decode() for text in hostile_strings(2_000)]
    told = set(told_to_do(raw).told)
    assert {"erase_in_display", "set_title", "linefeed", "select_graphic_rendition"} <= told
    assert invisible_in("".join(raw))


@pytest.mark.parametrize("text", NASTY)
def test_every_cell_is_printable(text):
    """The screen holds the cleaned text cell by cell, in the default colours."""
    screen = pyte.Screen(2_000, 2)
    pyte.Stream(screen).feed(clean(text))
    shown = [screen.buffer[0][column] for column in range(2_000)]
    assert screen.display[0].rstrip() == unicodedata.normalize("NFC", clean(text)).rstrip()
    assert {(cell.fg, cell.bg, cell.bold, cell.reverse) for cell in shown} == {
        ("default", "default", False, False)
    }
    assert screen.title == ""


@settings(deadline=None)
@given(st.text())
def test_nothing_is_lost(text):
    """Below the limit the original text can be recovered: no character is deleted."""
    shown = clean(text, 10**6)
    at = 0
    for character in text:
        piece = character if shown.startswith(character, at) else escape(character)
        assert shown.startswith(piece, at)
        at += len(piece)
    assert at == len(shown)


@settings(deadline=None)
@given(st.text(), st.integers(1, 60))
def test_the_cap_holds_and_shows(text, limit):
    """No text is longer than the limit, and a cut text ends in an ellipsis."""
    shown = clean(text, limit)
    assert len(shown) <= limit
    assert shown == clean(text, 10**6) or shown.endswith("…")


@settings(deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_cleaning_twice_changes_nothing(text):
    """What was cleaned is clean, so that no layer has to know who cleaned before."""
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Abschlepp Huber", "Abschlepp Huber"),
        ("Größe \u00a0 Straße", "Größe \u00a0 Straße"),
        ("東京 🚚", "東京 🚚"),
        ("Việt", "Việt"),
        ("e\u0301", "e\u0301"),
        ("a\x1bb", "a\\x1bb"),
        ("\u202e114", "\\u202e114"),
        ("\U000e0041", "\\U000e0041"),
        ("one\ntwo\tthree\r", "one\\ntwo\\tthree\\r"),
        ("\u0301a", "\\u0301a"),
        ("a \u0301", "a \\u0301"),
        ("[red]x[/red] :truck:", "[red]x[/red] :truck:"),
        ("", ""),
    ],
)
def test_shown_and_escaped_characters(text, shown):
    """Ordinary text of any language passes; hidden characters are escaped."""
    assert clean(text) == shown


def test_a_flood_of_marks_is_stopped():
    """More marks than any language needs are written out, so that none covers another line."""
    shown = clean("a" + "\u0301" * 10)
    assert shown.startswith("a" + "\u0301" * MAX_MARKS + "\\u0301")
    assert shown.count("\u0301") == MAX_MARKS


def test_huge_texts_cost_nothing():
    """A name of 50 MB is cut before it is examined."""
    huge = "\x1b" * 50_000_000
    started = time.perf_counter()
    assert len(clean(huge)) <= 500
    assert time.perf_counter() - started < 1


def test_ordinary_texts_are_fast():
    """A quarter of 100,000 names takes less than a quarter of a second (German ones included)."""
    names = ["Abschleppdienst Gersthofen", "Pannenhilfe Günzburg", "089 99998-114"] * 8_334
    best = min(_seconds(names) for _ in range(3))
    assert best < 0.25


def _seconds(names):
    started = time.perf_counter()
    for name in names:
        clean(name)
    return time.perf_counter() - started
