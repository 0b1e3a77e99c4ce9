"""Opening hours in German and English spelling, and their form in OpenStreetMap."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch_cli.hours import LONGEST, HoursError, parse_hours
from dispatch_cli.hours.hour_words import MEANING

DOCS = Path(__file__).resolve().parents[2] / "docs" / "hours.md"


def _rows(heading: str) -> list[tuple[str, str]]:
    """Return the two cells of each row of the table below a heading of docs/hours.md."""
    section = DOCS.read_text(encoding="utf-8").partition(f"## {heading}\n")[2].partition("\n## ")[0]
    cells = re.findall(r"^\| `(.+?)` \| (.+) \|$", section, re.MULTILINE)
    return [(left.replace("\\|", "|"), right.strip("`")) for left, right in cells]


@pytest.mark.parametrize(("written", "understood"), _rows("What may be written"))
def test_docs_table(written: str, understood: str) -> None:
    """Every row of the first table of docs/hours.md is read as the table says."""
    assert parse_hours(written) == understood


@pytest.mark.parametrize(("written", "why"), _rows("What is refused"))
def test_docs_refusals(written: str, why: str) -> None:
    """Every row of the second table of docs/hours.md is refused."""
    with pytest.raises(HoursError):
        parse_hours(written)
    assert why


def test_docs_have_one_answer_for_hours_by_arrangement() -> None:
    """Wherever a page says what to write for "nach Vereinbarung", it says the same."""
    written = 'unknown "nach Vereinbarung"'
    assert parse_hours(written) == written
    said: dict[str, list[str]] = {}
    for path in DOCS.parent.rglob("*.md"):
        page = re.sub("```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        text = " ".join(page.split())
        said[path.name] = [each for each in text.split("`")[1::2] if "nach Vereinbarung" in each]
    assert len(said["hours.md"]) > 5
    assert len(said["list-of-firms.md"]) == 1
    refused = "nach Vereinbarung"
    assert [
        each for texts in said.values() for each in texts if written not in each and each != refused
    ] == []


def test_docs_have_the_tables() -> None:
    """The tables are found, so that the two tests above test something."""
    assert len(_rows("What may be written")) >= 20
    assert len(_rows("What is refused")) >= 4


@pytest.mark.parametrize(
    ("written", "understood"),
    [
        ("Mo-Fr 08:00 - 18:00", "Mo-Fr 08:00-18:00"),
        ("Mo.–Fr.\t8:00 h – 18:00 h", "Mo-Fr 08:00-18:00"),
        ("Mo-Fr 8-18 Uhr\nSa 9-12 Uhr\n", "Mo-Fr 08:00-18:00; Sa 09:00-12:00"),
        ("; Mo 8-12;; Di 8-12;", "Mo 08:00-12:00; Tu 08:00-12:00"),
        ("Mar-Sep: Mo-Sa 9-20", "Mar-Sep Mo-Sa 09:00-20:00"),
        ("Do 0-24 Uhr", "Th 00:00-24:00"),
        ("Fr 8-24 h", "Fr 08:00-24:00"),
        ("Mo-Fr 8-18 Uhr, an Feiertagen geschlossen", "Mo-Fr 08:00-18:00, PH off"),
        ("Sonn-/Feiertags 10-12", "Su,PH 10:00-12:00"),
        ("Sa & So 10-12", "Sa,Su 10:00-12:00"),
        ("24.12.2026 geschlossen", "2026 Dec 24 off"),
        ("24.12.-26.12. zu", "Dec 24-Dec 26 off"),
        ("Dez 24-26 off", "Dec 24-26 off"),
        ("Feiertag -1 Tag 8-12", "PH -1 day 08:00-12:00"),
        ("Mo[1,-1] 8-12", "Mo[1,-1] 08:00-12:00"),
        ("week 1-10/2 Mo 8-12", "week 1-10/2 Mo 08:00-12:00"),
        ("2026-2028 Mo 8-12", "2026-2028 Mo 08:00-12:00"),
        ("14:00-16:00/30, Sa 9-10", "14:00-16:00/30, Sa 09:00-10:00"),
        ("Mo-Fr 8-18 „nur mit Termin“", 'Mo-Fr 08:00-18:00 unknown "nur mit Termin"'),
        ('Sa geschlossen "Uhr, 8-18; Mo"', 'Sa off "Uhr, 8-18; Mo"'),
        ("Fr 20:00-28:00", "Fr 20:00-28:00"),
        ("Tag & Nacht", "24/7"),
        ("day and night", "24/7"),
        ("around the clock", "24/7"),
        ("Durchgehend geöffnet ", "24/7"),
        ("Sa/So Tag und Nacht", "Sa,Su 00:00-24:00"),
    ],
)
def test_more_spellings(written: str, understood: str) -> None:
    """Dashes, blanks, lines, dates, counts and quotes are rewritten for OpenStreetMap."""
    assert parse_hours(written) == understood
    assert parse_hours(understood) == understood


@pytest.mark.parametrize(
    ("written", "column", "words"),
    [
        ("", 0, "the hours are empty"),
        (" ; ", 0, "the hours are empty"),
        ("Mo-Xx 8-9", 4, '"Xx" is not a day, month, time or state'),
        ("Mo-Fr 8-18 nach Absprache", 12, 'unknown "nach Vereinbarung"'),
        ("Mo-Fr 8-18 durchgehend", 12, '"durchgehend" is not a day'),
        ("Mo-Fr durchgehend", 7, '"durchgehend" is not a day'),
        ("nach Vereinbarung", 1, 'unknown "nach Vereinbarung"'),
        ("Mo-Fr 8-18 Sa 9-12", 12, 'write a semicolon or a comma before "Sa"'),
        ("Sa So 8-12", 4, 'write a comma or a dash between "Sa" and "So"'),
        ("PH Mo-Fr 8-12", 4, 'write a comma or a dash between "PH" and "Mo"'),
        ("Mo[1] PH 8-12", 7, 'write a comma or a dash between "]" and "PH"'),
        ("Mo-Fr 8-18 || Sa 9-12", 12, "write the other hours after a comma"),
        ("Apr Mo 8-Sonnenuntergang", 10, "hours by the sun are not supported"),
        ("Mo-Fr 8-25:99", 9, '"25:99" is not a time of day'),
        ("Mo-Fr 8-60", 9, '"60" is not a time of day'),
        ("Mo-Fr 8-", 8, 'the hours end too early after "-"'),
        ("Uhr 8", 1, 'write a time before "Uhr"'),
        ("24/24", 1, '"24" is not allowed here'),
        ("24:00-08:00", 1, '"24:00" is not allowed here'),
        ("Mo-Fr 8-18 (Halle)", 12, "'(' is not allowed here"),
        ('Mo 8-12 "offen', 9, "the quote is not closed"),
        ('Mo 8-12 "a\x1b[31m"', 9, "one line of printable characters"),
        ("Mo ٨-٩", 4, "is not allowed here"),
        ("x" * (LONGEST + 1), 0, "the hours have 2001 characters, allowed are 2000"),
    ],
)
def test_an_error_has_column_and_reason(written: str, column: int, words: str) -> None:
    """An error has the column of the input and our words, none of the library."""
    with pytest.raises(HoursError) as caught:
        parse_hours(written)
    assert caught.value.column == column
    assert words in str(caught.value)
    assert "expected" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_fallback_refusal_shows_hours_that_work() -> None:
    """The spelling that the error of a fallback rule suggests can be read."""
    with pytest.raises(HoursError) as caught:
        parse_hours('Mo-Fr 08:00-18:00 || "Notdienst"')
    suggested = str(caught.value).partition("comma: ")[2][1:-1].replace('\\"', '"')
    assert parse_hours(suggested) == suggested


WORDS = st.sampled_from(
    [*MEANING, "PH", "24/7", "8", "18", "8:00", "8.30", "24.12.", "2026", "24 h", '"x"', "-",
     "–", ",", ", ", ";", ":", "/", "+", "[", "]", "+1 day", "-2 Tage", "||", "&", "\n", "sonn-"]
)  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=40),
    st.lists(WORDS, max_size=10).map(" ".join),
    st.lists(st.one_of(WORDS, st.just(" ")), max_size=14).map("".join),
)


@pytest.mark.parametrize("examples", [300, pytest.param(20_000, marks=pytest.mark.ci)])
def test_any_text_is_read_or_refused(examples: int) -> None:
    """Any text is refused with HoursError or read, and reading the result changes nothing."""

    @settings(max_examples=examples, deadline=None)
    @given(TEXTS)
    def read(text: str) -> None:
        try:
            understood = parse_hours(text)
        except HoursError as refused:
            columns.append((refused.column, len(text)))
        else:
            assert parse_hours(understood) == understood

    columns: list[tuple[int, int]] = []
    read()
    assert all(0 <= column <= length for column, length in columns)


@pytest.mark.parametrize("text", ["Mo-Fr 8-12; 13-17", "Mo-Sa 08:00-12:00; 14:00-18:00; Su off"])
def test_times_without_their_days_are_refused(text):
    """A lunch break after a semicolon, which would close every morning, is refused."""
    with pytest.raises(HoursError, match="has no days"):
        parse_hours(text)
