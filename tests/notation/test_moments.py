"""Moments in the spellings of operators, also at clock changes."""

from datetime import UTC, datetime

import pytest

from dispatch_cli.errors import UsageError
from dispatch_cli.notation import parse_since, parse_when

BERLIN = "Europe/Berlin"
NOW = datetime(2026, 11, 24, 11, 3, 20, tzinfo=UTC)  # 12:03:20 in Berlin


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("22:30", "2026-11-24T22:30+01:00"),
        ("22:30 Uhr", "2026-11-24T22:30+01:00"),
        ("12:04", "2026-11-24T12:04+01:00"),
        ("12:03", "2026-11-24T12:03+01:00"),
        ("12:02", "2026-11-25T12:02+01:00"),
        ("0:00", "2026-11-25T00:00+01:00"),
        ("2026-12-24T22:30", "2026-12-24T22:30+01:00"),
        ("2026-12-24 22:30", "2026-12-24T22:30+01:00"),
        ("2026-12-24T22:30:15", "2026-12-24T22:30:15+01:00"),
        ("2026-07-24T22:30", "2026-07-24T22:30+02:00"),
        ("2026-12-24T22:30+01:00", "2026-12-24T22:30+01:00"),
        ("2026-12-24T22:30+0100", "2026-12-24T22:30+01:00"),
        ("2026-12-24T22:30-05", "2026-12-25T04:30+01:00"),
        ("2026-12-24T21:30Z", "2026-12-24T22:30+01:00"),
        ("24.12.2026 22:30", "2026-12-24T22:30+01:00"),
        ("24.12.2026, 22:30 Uhr", "2026-12-24T22:30+01:00"),
        ("2026-10-25T02:30+02:00", "2026-10-25T00:30+00:00"),
        ("2026-10-25T02:30+01:00", "2026-10-25T01:30+00:00"),
        ("2026-10-25T01:59", "2026-10-25T01:59+02:00"),
        ("2026-10-25T03:00", "2026-10-25T03:00+01:00"),
    ],
)
def test_moments(text: str, expected: str) -> None:
    """Every spelling is the same instant; without an offset it is local time."""
    when = parse_when(text, NOW, BERLIN)
    assert when.utcoffset() is not None
    assert when == datetime.fromisoformat(expected)


def test_a_time_of_day_is_the_next_one() -> None:
    """The current minute is now, the minute before is tomorrow; the day is the local one."""
    exact = datetime(2026, 11, 24, 21, 30, tzinfo=UTC)
    assert parse_when("22:30", exact, BERLIN) == exact
    late = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)  # 00:30 on the 25th in Berlin
    assert parse_when("00:45", late, BERLIN).day == 25
    assert parse_when("00:15", late, BERLIN).day == 26


@pytest.mark.parametrize("word", ["now", "jetzt", "NOW", " Jetzt "])
def test_now_is_the_argument(word: str) -> None:
    """The word for now gives the moment that the caller has read from the clock."""
    assert parse_when(word, NOW, BERLIN) is NOW


@pytest.mark.parametrize(
    ("text", "now", "words"),
    [
        ("2026-10-25T02:30", NOW, "twice"),
        ("2026-10-25T02:00", NOW, "twice"),
        ("02:30", datetime(2026, 10, 24, 20, tzinfo=UTC), "twice"),
        ("2027-03-28T02:30", NOW, "does not exist"),
        ("2:30", datetime(2027, 3, 27, 20, tzinfo=UTC), "does not exist"),
    ],
)
def test_an_ambiguous_local_time_is_refused_with_both_readings(
    text: str, now: datetime, words: str
) -> None:
    """A local time that occurs twice or never is refused with both choices, each readable."""
    with pytest.raises(UsageError, match=words) as refusal:
        parse_when(text, now, BERLIN)
    first, second = str(refusal.value).rpartition("write ")[2].split(" or ")
    moments = [parse_when(choice, now, BERLIN) for choice in (first, second)]
    assert sorted(choice[-6:] for choice in (first, second)) == ["+01:00", "+02:00"]
    assert abs((moments[0] - moments[1]).total_seconds()) == 3600


@pytest.mark.parametrize(
    "text",
    [
        "", "soon", "25:00", "24:00", "12:60", "2230", "22", "22:3", "2026-12-24",
        "2026-13-24T22:30", "2026-02-29T12:00", "24.13.2026 12:00", "1969-01-01T00:00",
        "2200-01-01T00:00", "0000-01-01T00:00", "2026-12-24T22:30+15:00", "2026-12-24T22:30+01:60",
        "9999-12-31T23:59Z",
        "2026-12-24T22:30 CET", "20261224T2230", "2026-W52-4T22:30", "-1:00", "٢٢:٣٠",
        "22:30:61", "12:00\x00",
    ],
)  # fmt: skip
def test_any_other_text_is_refused_and_quoted(text: str) -> None:
    """A text that is not a moment is refused, and the message quotes it."""
    with pytest.raises(UsageError) as refusal:
        parse_when(text, NOW, BERLIN)
    assert text in str(refusal.value)


def test_an_unknown_timezone_is_refused() -> None:
    """A time zone that does not exist, or a path out of the folder of zones, is refused."""
    for zone in ("Europe/Augsburg", "../../etc/passwd", "", "\x00"):
        with pytest.raises(UsageError, match="time zone"):
            parse_when("22:30", NOW, zone)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11", "2026-11-01T00:00+01:00"),
        ("2026-07", "2026-07-01T00:00+02:00"),
        (" 2026-11-15 ", "2026-11-15T00:00+01:00"),
        ("2026-11-15T12:30", "2026-11-15T12:30+01:00"),
        ("1970-01", "1970-01-01T00:00+01:00"),
    ],
)
def test_a_month_and_a_day_begin_at_midnight(text: str, expected: str) -> None:
    """A report starts at a month, a day or a moment."""
    assert parse_since(text, NOW, BERLIN) == datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    "text",
    ["yesterday", "", "2026", "2026-1", "2026-13", "2026-00", "2026-11-31", "1969-12", "2200-01",
     "01.11.2026", "2026-11-01T", "now"],
)  # fmt: skip
def test_any_other_start_is_refused_and_quoted_as_typed(text: str) -> None:
    """The message quotes the text without additions and says what is allowed."""
    with pytest.raises(UsageError) as refusal:
        parse_since(text, NOW, BERLIN)
    assert str(refusal.value).startswith(f'"{text}" is neither a month nor a day')
    assert 'write "2026-11", "2026-11-01" or' in str(refusal.value)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-27T12:03:00.0000000", "2026-11-27 12:03:00.000000000", "2026-11-27 12:03:00,000",
        "2026-11-27 11:03:00 UTC", "2026-11-27T11:03:00.123456789Z", "2026-11-27 11:03 utc",
        "2026-11-27T12:03+01:00[Europe/Berlin]", "2026-11-27T12:03[Europe/Berlin]",
        "2026-11-27T06:03-05:00[America/New_York]", "2026-11-27T06:03 [America/New_York]",
        "2026/11/27 12:03", "27.11.2026 12:03:00,0", "2026-11-27 12:03:00 +0100",
        "2026-11-27T11:03:00.0000001 UTC", "2026-11-27 11:03 GMT",
    ],
)  # fmt: skip
def test_times_as_machines_write_them(text: str) -> None:
    """Long fractions, decimal commas, zones by name and UTC behind a blank are the same minute."""
    moment = parse_when(text, NOW, "Europe/Berlin")
    expected = datetime(2026, 11, 27, 11, 3, tzinfo=UTC)
    assert moment.replace(second=0, microsecond=0).astimezone(UTC) == expected


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("11/27/2026 12:03", "begin with the day or with the month"),
        ("27/11/2026 12:03", "begin with the day or with the month"),
        ("1/2/26 12:03", "begin with the day or with the month"),
        ("2026-11-27T12:03+02:00[Europe/Berlin]", "offset is not that of the zone"),
        ("2026-11-27T12:03[Mars/Base]", "time zone"),
        ("2026-11-27T12:03:00.", "not understood"),
        ("2026-11/27 12:03", "not understood"),
        ("2026-11-27 12:03 MEZ", "not understood"),
        ("2026-10-25T02:30[Europe/Berlin]", "occurs twice"),
    ],
)
def test_doubtful_times_are_refused_with_the_reason(text: str, why: str) -> None:
    """Two readings of a date, an offset that contradicts its zone, unknown zones."""
    with pytest.raises(UsageError, match=why):
        parse_when(text, NOW, "Europe/Berlin")


@pytest.mark.parametrize("text", ["12:03", "9:05 Uhr", "23:59:59"])
def test_a_time_of_day_is_refused_where_a_date_is_needed(text: str) -> None:
    """The row of a file has one day, and not the next one at which the batch happens to run."""
    assert parse_when(text, NOW, "Europe/Berlin")
    with pytest.raises(UsageError, match="has no date"):
        parse_when(text, NOW, "Europe/Berlin", needs_date=True)


@pytest.mark.parametrize("text", ["2026-11-27", "27.11.26 12:03", "1795777380"])
def test_a_cell_is_never_told_to_have_a_time_of_day_alone(text):
    """A cell "22:30" would be refused as well, so that no message may recommend it."""
    with pytest.raises(UsageError) as refused:
        parse_when(text, NOW, "Europe/Berlin", needs_date=True)
    assert '"22:30"' not in str(refused.value)
    assert "2026-12-24T22:30" in str(refused.value)
