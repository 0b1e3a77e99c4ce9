"""The strip of 30 days on the status page."""

import re

from dispatch_cli.render.day_strip import strip
from dispatch_cli.render.status_page import status_page
from dispatch_cli.render.status_style import style_sheet

from .checks import NOW, report, row

DAYS = ("",) * 10 + ("up",) * 16 + ("down",) * 2 + ("degraded",) + ("up",)


def test_equal_days_are_one_field_with_their_width() -> None:
    """30 days in five fields, each with its dates; the label has what was not well."""
    made = strip(DAYS, NOW)
    assert [each.split('"')[0] for each in made.split('<i class="')[1:]] == [
        "none w10", "up w16", "down w2", "degraded w1", "up w1",
    ]  # fmt: skip
    assert 'title="24 Nov to 25 Nov: down"' in made
    assert 'title="27 Nov: up"' in made
    assert 'aria-label="24 Nov to 25 Nov: down; 26 Nov: degraded"' in made
    assert "no outage in 30 days" in strip(("up",) * 30, NOW)


def test_no_history_is_no_strip() -> None:
    """Without a look there is nothing to draw."""
    assert strip(None, NOW) == strip((), NOW) == strip(("",) * 30, NOW) == ""


def test_every_width_has_a_rule_of_the_style_sheet() -> None:
    """Widths are classes, because the page's policy forbids styles within elements."""
    rules = style_sheet(60)
    assert all(f".strip .w{days}{{flex-grow:{days}}}" in rules for days in range(2, 31))


def test_the_page_has_the_strip_under_the_name() -> None:
    """Only providers with a history have one."""
    page = status_page(report(row("a", "down"), row("b")), days={"a": DAYS})
    assert page.count('class="strip"') == 1
    assert 'A<span class="strip"' in page
    assert page.count("The strips show the last 30 days") == 1
    assert "The strips" not in status_page(report(row("a", "down")), days={"a": ("",) * 30})


def test_a_strip_needs_no_colour() -> None:
    """Each state has a height of its own, the worst the highest: red and green look alike to some.

    A page without colours, on paper, shows the outages as well.
    """
    rules = style_sheet(60)
    found = dict(re.findall(r"\.strip \.?(\w+)\{[^}]*height:(\d+)%", rules))
    heights = [int(found[each]) for each in ("none", "i", "degraded", "down")]
    assert heights == sorted(set(heights))
