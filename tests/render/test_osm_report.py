"""What an import of a map prints: its counts, what to look at, and what to do next."""

import io
from typing import Any

import pytest
from msgspec.structs import replace

from dispatch_cli.messages import Message
from dispatch_cli.render.osm_progress import reading_bar
from dispatch_cli.render.osm_report import import_hint, print_report
from dispatch_cli.results.osm_results import (
    GoneProvider,
    ImportReport,
    KeptValueRow,
    RoadReport,
    UnreadText,
)

ROADS = RoadReport("d/a.roads.json", ("A1", "A2"), (), 4, 10, 3, 0, 0, 0, is_named=True)
REPORT = ImportReport(
    kinds={}, new=0, changed=0, unchanged=1, edited=0, gone=(), deleted=(), kept_values=(),
    skipped=(), bad_phones=(), bad_hours=(), path="d/a.toml", roads=ROADS,
)  # fmt: skip


def printed(**values: Any) -> tuple[list[str], list[str]]:
    """Return the lines on stdout and stderr of a report with some values."""
    out, err = io.StringIO(), io.StringIO()
    print_report(replace(REPORT, **values), stdout=out, stderr=err, quiet=False)
    return out.getvalue().splitlines(), err.getvalue().splitlines()


def test_a_report_without_anything_special_has_two_lines() -> None:
    """Counts, and the motorways; a map without them says so."""
    assert printed() == ([
        "ok: 1 provider in d/a.toml: 0 new, 0 changed, 1 unchanged",
        "motorways A1, A2 in d/a.roads.json: 10 kilometre posts, 3 exits",
    ], [])  # fmt: skip
    for roads in (None, replace(ROADS, path="")):
        assert printed(roads=roads)[0][-1] == "no motorway on the map"


def test_unused_posts_are_counted_by_their_reason() -> None:
    """Three reasons, each in a line."""
    roads = replace(ROADS, off_motorways=1, unreadable=2, contradicting=3)
    assert printed(roads=roads)[0][-3:] == [
        "skipped 1: kilometre posts off motorways",
        "skipped 2: kilometre posts without kilometre",
        "skipped 3: kilometre posts that contradict their neighbours",
    ]


def test_long_lists_of_warnings_end_in_their_number() -> None:
    """Ten of each sort, and how many more there are; --quiet prints none."""
    gone = tuple(GoneProvider(f"osm-n{n}", "x", Message("gone")) for n in range(12))
    unread = tuple(UnreadText(f"osm-n{n}", "x", "y") for n in range(11))
    kept = tuple(KeptValueRow("osm-n1", "name", "") for _ in range(11))
    _, lines = printed(gone=gone, bad_phones=unread, bad_hours=unread, kept_values=kept[:1])
    assert len(lines) == 11 + 1 + 11 + 11
    assert "warning: 2 more providers that left the map: see --json" in lines
    assert "warning: osm-n1: your name is kept; the map now has none" in lines
    assert "warning: 1 more numbers: see --json" in lines
    assert lines[-1] == "warning: 1 more hours: see --json"
    out, err = io.StringIO(), io.StringIO()
    print_report(replace(REPORT, gone=gone), stdout=out, stderr=err, quiet=True)
    assert err.getvalue() == ""


def test_names_of_a_map_are_cleaned_for_the_terminal() -> None:
    """A name may have anything in it."""
    gone = (GoneProvider("osm-n1", "A\x1b[31m\u202eB", Message("gone")),)
    _, (line,) = printed(gone=gone)
    assert "\x1b" not in line
    assert "\u202e" not in line


@pytest.mark.parametrize(
    ("main", "is_part", "roads", "hint"),
    [
        ("providers.toml", False, ROADS, 'such as include = ["providers.d/*.toml"]'),
        ("providers.toml", True, ROADS, '"dispatch providers validate" checks the whole file'),
        ("providers.toml", True, replace(ROADS, is_named=False), 'roads = ["a.roads.json"]'),
        ("providers.toml", True, None, "validate"),
        (None, False, ROADS, "--providers d/a.toml"),
    ],
)
def test_the_hint_is_the_next_step(main, is_part, roads, hint) -> None:
    """Include the file, name the table, check the file, or try it."""
    assert hint in str(import_hint(replace(REPORT, roads=roads), main=main, is_part=is_part))


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        """Return True."""
        return True


@pytest.mark.parametrize("share", [None, 0.5])
def test_the_bar_is_for_terminals_only(share: float | None) -> None:
    """It disappears at the end; without a share it only moves; --quiet and files have none."""
    stream = Terminal()
    with reading_bar(stream, is_wanted=True) as show:
        show(share)
    assert "reading the map" in stream.getvalue()
    for silent, is_wanted in ((Terminal(), False), (io.StringIO(), True)):
        with reading_bar(silent, is_wanted=is_wanted) as show:
            show(share)
        assert silent.getvalue() == ""
