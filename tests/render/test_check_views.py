"""A run of checks on the screen, as lines with tabs, and as cron mails it."""

import io
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from dispatch_cli.model.check import BY_PHONE, Reading
from dispatch_cli.render.check_views import (
    CHECK_COLUMNS,
    change_lines,
    check_lines,
    check_rows,
    phase_lines,
    reason,
    since,
)
from dispatch_cli.render.coverage_views import COVERAGE_COLUMNS, coverage_lines, coverage_rows
from dispatch_cli.render.layout import Screen, cells, line_text
from dispatch_cli.render.plain import write_table
from dispatch_cli.render.status_page import status_page
from dispatch_cli.results.coverage_results import CoverageContact, CoveredService

from .checks import NOW, at, change, coverage, drafted, report, row
from .test_clean import NASTY, invisible_in

WIDTHS = [20, 32, 48, 60, 80, 100, 140, 200]


def text(lines):
    return "".join(line_text(line) + "\n" for line in lines)


@pytest.mark.parametrize("width", [80, 140])
def test_the_drafted_screen(golden, width):
    """Counts, then only those not up, the worst first."""
    golden(f"check_{width}", text(check_lines(drafted(), Screen(width))))


@pytest.mark.parametrize("width", [60, 80, 140])
def test_the_drafted_coverage(golden, width):
    """Region and service, then local times with who is left."""
    golden(f"coverage_{width}", text(coverage_lines(coverage(), Screen(width))))


@pytest.mark.parametrize("width", [80, 140])
def test_a_row_without_a_look_says_since_when(width):
    """The reason of its state is followed by the time of its last look."""
    found = report(
        row("a", "down", why="refused, 3 x", unchecked_since=at("22:31")),
        row("b", "degraded", unchecked_since=at("22:31", day=26)),
        row("c", "down", why="refused, 3 x"),
    )
    lines = text(check_lines(found, Screen(width))).splitlines()
    assert [line.partition("refused, 3 x")[2] for line in lines if "refused" in line] == [
        ", not checked since 22:31", "",
    ]  # fmt: skip
    assert reason(found.rows[1], NOW) == "not checked since Thu 22:31"


def test_all_shows_the_rest():
    """Providers that are up or closed need --all; none is shown twice."""
    found = drafted()
    assert len(check_lines(found, Screen(80), show_all=True)) == 62 + 2
    assert len(check_lines(found, Screen(80))) == 4 + 2
    fine = report(row("a"), row("b", "closed"))
    assert text(check_lines(fine, Screen(80))) == "2 checked in 4.1 s: 1 up, 1 closed\n"


@pytest.mark.parametrize("width", WIDTHS)
def test_a_number_is_whole_at_every_width(width):
    """At every width each number is whole on one line, and no line is too long."""
    name = "Abschleppdienst Gersthofen und Söhne Bergung und Pannenhilfe GmbH & Co. KG"
    found = report(*(row(f"p{n}", "down", name=name, why="no answer " * 9) for n in range(3)))
    screen = Screen(width)
    for lines in (
        check_lines(found, screen),
        coverage_lines(coverage(), screen),
    ):
        assert max(cells(line_text(line)) for line in lines) <= width
    assert text(check_lines(found, screen)).count("089 99998-100") == 3
    assert "089 99998-207" in text(coverage_lines(coverage(), screen))


@pytest.mark.parametrize("hostile", NASTY)
def test_hostile_texts_are_only_shown(hostile):
    """Names and reasons from files and servers reach screen and mail as text."""
    found = report(
        row("a", "down", name=hostile, why=hostile, phone=hostile),
        changes=(change("a", name=hostile, why=hostile), change("b", why=hostile, name=hostile)),
        offline=hostile,
    )
    looks = [Reading(provider="a", kind="http", at=NOW, state="down", why=hostile,
                     phases=((hostile, 0.1),))]  # fmt: skip
    named = coverage()
    contacts = tuple(replace(each, name=hostile, phone=hostile) for each in named.contacts)
    for lines in (
        check_lines(found, Screen(80)),
        phase_lines(looks, NOW, Screen(80)),
        coverage_lines(replace(named, contacts=contacts), Screen(80)),
    ):
        assert not invisible_in(text(lines).replace("\n", ""))
    mail = change_lines(found)
    assert not invisible_in("".join(mail))


def test_the_rows_have_all_providers():
    """Without a terminal all providers are rows, the worst first, with ISO moments."""
    stream = io.StringIO()
    write_table(CHECK_COLUMNS, check_rows(drafted()), stream)
    lines = stream.getvalue().splitlines()
    assert len(lines) == 63
    assert lines[1].split("\t") == [
        "down", "2026-11-27T22:55:00+01:00", "2026-11-27T23:07:41+01:00", "089 99998-145",
        "friedberg", "Kfz-Hilfe Friedberg", "connection refused, 3 x", "", "",
    ]  # fmt: skip
    stream = io.StringIO()
    write_table(COVERAGE_COLUMNS, coverage_rows(coverage()), stream)
    assert stream.getvalue().splitlines()[2].split("\t") == [
        "86", "tow", "2026-11-29T06:00+01:00", "2026-11-30T00:00+01:00", "18.0", "1", "57", "57",
        "57", "huber", "Abschlepp Huber", "089 99998-207", "kern",
    ]  # fmt: skip


def test_one_event_for_one_cause():
    """Thirty firms behind one host are one message with thirty numbers."""
    thirty = [change(f"p{n}", why="tow.example: name not found") for n in range(30)]
    found = report(changes=(*thirty, change("x", name="Huber"), change("y", "up", why="")))
    lines = change_lines(found)
    heads = [line for line in lines if not line.startswith("  ")]
    assert heads == [
        "down: 30 providers since 23:07: tow.example: name not found",
        "down: 089 99998-100 Huber since 23:07: connection refused",
        "up: 089 99998-100 Y since 23:07",
    ]
    assert len(lines) == 33


def test_no_change_is_no_line():
    """A run without a change of a hard state prints no line."""
    assert change_lines(drafted()) == []


def test_the_run_itself():
    """An offline observer and an exceeded budget are reported first."""
    found = drafted(offline="no route to 192.0.2.1", left_out=3)
    said = text(check_lines(found, Screen(80)))
    assert "observer offline: no route to 192.0.2.1; no state was changed\n" in said
    assert len(change_lines(found)) == 1
    assert str(found.offline_sentence).startswith("observer offline: ")
    assert drafted().offline_sentence == ""
    flapping = report(changes=(change(is_flapping=True),))
    assert change_lines(flapping)[0].startswith("down and flapping: ")


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (at("22:55"), "22:55"),
        (at("23:59", day=26), "Thu"),
        (at("09:00", day=21), "Sat"),
        (at("09:00", day=20), "20 Nov"),
        (NOW - timedelta(days=900), "2024"),
        (None, "-"),
    ],
)
def test_since_when_in_six_cells(moment, said):
    """A moment is as short as it can be without ambiguity."""
    assert since(moment, NOW) == said
    assert len(since(moment, NOW)) <= 6


def test_a_reason_has_each_fact_once():
    """Free units and the end of a report are added unless the reason has them."""
    assert reason(row(free=0, seen_at=at("23:05")), NOW) == "0 free, as of 23:05"
    assert reason(row(free=3, why="3 free, as of 23:01"), NOW) == "3 free, as of 23:01"
    word = row(reported_until=at("23:30"), why=BY_PHONE, free=2, seen_at=NOW)
    assert reason(word, NOW) == "reported by phone until 23:30, 2 free"
    refuted = row(reported_until=at("23:30"), why="connection refused, 3 x")
    assert reason(refuted, NOW) == "connection refused, 3 x, reported by phone until 23:30"
    assert reason(row(reported_until=at("20:00"), why="report ended"), NOW) == "report ended"


def test_every_phase_is_timed():
    """Each phase of a look has its seconds; a fault of the observer is marked."""
    look = Reading(
        provider="a", kind="http", at=NOW, state="up", why="200", free=3, as_of=at("23:01"),
        phases=(("resolve", 0.1), ("connect", 0.3)), fault="lag",
    )  # fmt: skip
    assert text(phase_lines([look], NOW, Screen(80))).splitlines() == [
        "http     up  0.400 s  200  3 free  as of 23:01  observer: lag",
        "  resolve     0.100 s  ######",
        "  connect     0.300 s  ##################",
    ]


def test_the_time_of_a_feed_is_local():
    """A look is stored in UTC; its feed's time is shown in the zone of the screen."""
    as_of = at("23:01").astimezone(UTC)
    look = Reading(provider="a", kind="http", at=NOW.astimezone(UTC), state="up", as_of=as_of)
    assert "as of 23:01" in text(phase_lines([look], NOW, Screen(80)))


def test_times_of_the_night_with_two_hours_of_two():
    """An ambiguous time has its zone, also in "everywhere at least two"."""
    begin = at("12:00").replace(month=10, day=24)
    gap = coverage().gaps[0]
    twice = begin.replace(day=25, hour=2, minute=30, fold=1)
    found = coverage(
        start=begin, end=begin + timedelta(days=3), gaps=(replace(gap, start=begin, end=twice),)
    )
    assert "12:00 - Sun 02:30 CET " in text(coverage_lines(found, Screen(80)))
    none = text(coverage_lines(coverage(gaps=()), Screen(80)))
    assert none.endswith("everywhere at least 2\neverywhere and always at least 2\n")


def test_nights_that_repeat_are_one_line():
    """Five nights with the same hours are one line; with a gap the days are listed."""
    gap = coverage().gaps[0]

    def nights(*days):
        return coverage(
            start=at("12:00", day=1),
            gaps=tuple(
                replace(gap, start=at("18:00", day=day), end=at("06:00", day=day + 1))
                for day in days
            ),
        )

    daily = text(coverage_lines(nights(2, 3, 4, 5, 6), Screen(140)))
    assert "daily 18:00 - 06:00, Mon 2 Nov - Fri 6 Nov  none\n" in daily
    some = text(coverage_lines(nights(2, 4), Screen(140)))
    assert "18:00 - 06:00, Mon 2 Nov, Wed 4 Nov  none\n" in some


def test_many_regions_and_many_names():
    """More than three are counted; a gap over a week names the day on which it ends."""
    gap = coverage().gaps[0]
    many = tuple(f"p{number}" for number in range(5))
    gaps = tuple(
        replace(gap, region=region, worst=3, start=at("18:00", day=2), end=at("06:00", day=12),
                providers=many)
        for region in ("10", "20", "30", "86")
    )  # fmt: skip
    found = coverage(
        start=at("12:00", day=1),
        is_promised=False,
        gaps=gaps,
        services=tuple(
            CoveredService(region, "tow", 61, 57) for region in ("10", "20", "30", "86")
        ),
        contacts=tuple(CoverageContact(each, each.upper(), "089 99998-207") for each in many),
    )
    said = text(coverage_lines(found, Screen(140)))
    assert "fewer than 2 in 4 regions, none in 4 regions\n" in said
    assert "Mon 2 Nov 18:00 - Thu 12 Nov 06:00  none in 3 of 57, too few in 57" in said
    assert "elsewhere 089 99998-207  P0   089 99998-207  P1" in said
    assert "and 2 more" in said
    assert "P3" not in said
    page = status_page(drafted(), coverage=found)
    assert "and 2 more" in page
    assert page.count("<h3>") == 4
    only = coverage(is_promised=False, gaps=coverage().gaps[1:])
    assert "  fewer than 2 in 86\n" in text(coverage_lines(only, Screen(80)))


def test_the_same_count_with_other_names_is_one_spell():
    """Only Huber, then only Kern: for the weekend it is one spell with only one."""
    first = coverage().gaps[1]
    gaps = (
        replace(first, unknown=()),
        replace(first, start=first.end, end=at("06:00", day=30), providers=("kern",), unknown=()),
    )
    said = text(coverage_lines(coverage(gaps=gaps), Screen(140)))
    assert "Sun 29 Nov 06:00 - Mon 06:00  only one   089 99998-207  Abschlepp Huber" in said
    assert said.count("only one") == 1
    assert "all the time" in text(
        coverage_lines(coverage(gaps=(replace(first, start=at("12:00"), end=at("12:00", day=30)),)),
                       Screen(80))
    )  # fmt: skip


def test_the_docs_show_the_golden_screen():
    """The example in docs/coverage.md is the golden screen."""
    page = (Path(__file__).parents[2] / "docs" / "coverage.md").read_text(encoding="utf-8")
    shown = [f"    {line}" for line in text(coverage_lines(coverage(), Screen(80))).splitlines()]
    assert "\n".join(shown) in page
