"""The small table of the other commands, and the picture for the README."""

import io
import re
from xml.etree import ElementTree

import pytest

from dispatch_cli.render.cascade_table import ScreenOptions
from dispatch_cli.render.listing import print_listing
from dispatch_cli.render.picture import export_svg

from .screens import NOON, Terminal, accident, worked_example

HEADINGS = ["id", "phone", "name", "services"]
ROWS = [
    ["huber", "089 99998-207", "Abschlepp Huber", "tow, winch_out, recovery, accident_securing"],
    ["x" * 40, "0821 99998-2071234", "Kfz-Hilfe", ""],
]


def test_off_a_terminal_tab_separated():
    """A pipe gets every cell whole, under a header."""
    stream = io.StringIO()
    print_listing(HEADINGS, ROWS, stream=stream, title="not here")
    lines = [line.split("\t") for line in stream.getvalue().splitlines()]
    assert lines == [HEADINGS, *ROWS]


@pytest.mark.parametrize("width", [60, 80, 100, 200])
def test_on_a_terminal_nothing_is_lost(width):
    """Long cells are folded, phones stay whole on one line, no line is too wide."""
    stream = Terminal()
    print_listing(HEADINGS, ROWS, stream=stream, title="two providers", width=width)
    text = re.sub(r"\x1b\[[0-9;]*m", "", stream.getvalue())
    lines = text.splitlines()
    assert lines[0] == "two providers"
    assert max(len(line.rstrip()) for line in lines) <= width
    assert "089 99998-207" in text
    assert "0821 99998-2071234" in text
    assert text.count("x") >= 40
    for word in ("winch_out", "huber", "Huber", "Kfz-Hilfe"):
        assert word[:4] in text


def test_an_empty_listing_has_its_headings():
    """No rows is an answer too."""
    stream = Terminal()
    print_listing(HEADINGS, [], stream=stream)
    assert "services" in stream.getvalue()


@pytest.mark.parametrize(("make", "ahead"), [(io.StringIO, 1), (Terminal, 1000)])
def test_a_long_listing_is_shown_while_it_is_read(make, ahead):
    """The lines of a hundred blocks come as they are read; few rows wait in memory."""
    stream = make()

    def rows():
        for number in range(5000):
            if number % 7 == 0:  # no divisor of a block
                shown = stream.getvalue().count("089 99998-")
                assert shown >= number - ahead, number
            yield [f"p{number}", f"089 99998-{number}", "Abschlepp Huber", "tow"]

    print_listing(HEADINGS, rows(), stream=stream)
    text = stream.getvalue()
    assert text.count("089 99998-") == 5000
    assert text.count("services") == (5 if make is Terminal else 1)


def test_the_picture_loads_nothing():
    """The SVG is well-formed, takes the system's font and fetches nothing from anywhere."""
    svg = export_svg(worked_example(), command="dispatch cascade tow --at 86150 -c adac")
    ElementTree.fromstring(svg)  # noqa: S314 - our own text
    addresses = set(re.findall(r"https?://[^\"\s<]+", svg))
    assert addresses == {"http://www.w3.org/2000/svg"}
    for loader in ("@font-face", "@import", "url(http", "<image", "<script", "<foreignObject"):
        assert loader not in svg
    assert "089&#160;99998-114" in svg
    assert "dispatch&#160;cascade&#160;tow" in svg


def test_the_picture_is_the_same_every_time():
    """The same answer gives the same bytes, so that CI can see a stale picture."""
    view = ScreenOptions(now=NOON)
    first = export_svg(accident(), command="dispatch cascade accident", view=view)
    assert first == export_svg(accident(), command="dispatch cascade accident", view=view)
    assert "#cc555a" in first or "fill:" in first
