"""Times as people say them on the telephone."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import strategies as st

from dispatch_cli.cases.book import Book
from dispatch_cli.cli.typed_input import read_arrival, read_moment
from dispatch_cli.errors import UsageError
from dispatch_cli.model import Rules
from dispatch_cli.notation.spoken_times import MOST_MINUTES, parse_spoken, read_spoken

from ..tiers import searched
from ..worlds import MemoryCatalog, no_holidays

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = datetime(2026, 11, 27, 23, 12, tzinfo=BERLIN)
DAY = datetime(2026, 11, 27, 13, 5, tzinfo=BERLIN)


def written(moment: datetime | None) -> str:
    """Return a moment of the centre as day and time of day."""
    assert moment is not None
    return f"{moment.astimezone(BERLIN):%d %H:%M}"


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("35-40", 40), ("35 – 40", 40), ("35 bis 40 Minuten", 40), ("35 oder 40", 40),
        ("5 to 10 min", 10), ("zehn bis fünfzehn", 15), ("1-2 Stunden", 120),
        ("35m", 35), ("35 min.", 35), ("in 35", 35), ("in 35 min", 35), ("noch 5", 5),
        ("ca. 35 Minuten", 35), ("so in 35 Minuten", 35), ("in etwa 20", 20),
        ("fünfunddreißig", 35), ("Dreißig", 30), ("in zwanzig Minuten", 20),
        ("thirty-five minutes", 35), ("forty", 40),
        ("halbe Stunde", 30), ("eine halbe Stunde", 30), ("in einer halben Stunde", 30),
        ("half an hour", 30), ("in half an hour", 30), ("half hour", 30), ("1/2 Stunde", 30),
        ("dreiviertel Stunde", 45), ("Dreiviertelstunde", 45), ("eine Dreiviertelstunde", 45),
        ("three quarters of an hour", 45), ("3/4 Stunde", 45),
        ("Viertelstunde", 15), ("viertel Stunde", 15), ("a quarter of an hour", 15),
        ("eine Stunde", 60), ("in einer Stunde", 60), ("an hour", 60), ("1 h", 60),
        ("zwei Stunden", 120),
        ("1h20", 80), ("eine Stunde und 10 Minuten", 70), ("1 Stunde 5", 65),
        ("1,5 Stunden", 90), ("1.5 h", 90), ("anderthalb Stunden", 90), ("eineinhalb Stunden", 90),
        ("max 40", 40), ("max. 40 min", 40), ("höchstens 12", 12), ("so 35", 35), ("gut 40", 40),
        ("knapp vierzig", 40), ("spätestens in 40", 40), ("ne halbe Stunde", 30),
        ("'ne halbe Stunde", 30), ("’ne Stunde", 60), ("gute halbe Stunde", 30),
        ("in einer guten halben Stunde", 30), ("eine knappe Stunde", 60), ("gut eine Stunde", 60),
        ("zwischen 35 und 40", 40), ("between 35 and 40 minutes", 40), ("30, 40", 40),
        ("so zwischen 30 und 40 min", 40), ("30, 40 Minuten", 40),
        ("zwischen 1 und 2 Stunden", 120),
        ("zweieinhalb Stunden", 150), ("an hour and a half", 90), ("two and a half hours", 150),
    ],
)  # fmt: skip
def test_lengths_of_time(text: str, minutes: int) -> None:
    """A length counts from now; of a range the later end counts."""
    assert parse_spoken(text, NIGHT, "Europe/Berlin") == NIGHT + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("text", "at_night", "by_day"),
    [
        ("Viertel nach", "27 23:15", "27 13:15"),
        ("viertel vor", "27 23:45", "27 13:45"),
        ("quarter past", "27 23:15", "27 13:15"),
        ("viertel nach zwölf", "28 00:15", "refused"),
        ("Viertel nach 1", "28 01:15", "27 13:15"),
        ("quarter to three", "28 02:45", "27 14:45"),
        ("viertel nach 14", "28 14:15", "27 14:15"),
        ("halb drei", "28 02:30", "27 14:30"),
        ("um halb 3", "28 02:30", "27 14:30"),
        ("halb eins", "28 00:30", "refused"),
        ("halb", "27 23:30", "27 13:30"),
        ("half past two", "28 02:30", "27 14:30"),
        ("dreiviertel drei", "28 02:45", "27 14:45"),
        ("fünf nach halb drei", "28 02:35", "27 14:35"),
        ("5 vor halb drei", "28 02:25", "27 14:25"),
        ("zehn vor drei", "28 02:50", "27 14:50"),
        ("ten to three", "28 02:50", "27 14:50"),
        ("20 past 2", "28 02:20", "27 14:20"),
        ("fünf nach", "28 00:05", "27 13:05"),
        ("um zwei", "28 02:00", "27 14:00"),
        ("gegen zwei Uhr", "28 02:00", "27 14:00"),
        ("0138", "28 01:38", "28 01:38"),
        ("1340", "28 13:40", "27 13:40"),
        ("13.40", "28 13:40", "27 13:40"),
        ("13.40 Uhr", "28 13:40", "27 13:40"),
        ("13 Uhr 40", "28 13:40", "27 13:40"),
        ("Mitternacht", "28 00:00", "28 00:00"),
    ],
)
def test_times_of_day(text: str, at_night: str, by_day: str) -> None:
    """An hour as it is said is the next one, in the morning or in the afternoon.

    If it is far ahead, and the other one has passed, it is neither.
    """
    for now, expected in ((NIGHT, at_night), (DAY, by_day)):
        if expected == "refused":
            with pytest.raises(UsageError, match="has passed"):
                parse_spoken(text, now, "Europe/Berlin")
        else:
            assert written(parse_spoken(text, now, "Europe/Berlin")) == expected


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("viertel drei", ("02:15", "03:15")),
        ("half three", ("03:30", "02:30")),
        ("viertel", ("15 min", "viertel nach 12")),
        ("dreiviertel", ("45 min", "viertel vor 12")),
        ("drei", ("3 min", "03:00")),
        ("zwanzig", ("20 min", "20:00")),
        ("5 to 10", ("5-10 min", "09:55")),
        ("9h30", ("570 min", "9:30")),
        ("so 8", ("8 min", "08:00")),
        ("zwischen zwei und drei", ("2-3 min", "03:00")),
    ],
)
def test_two_meanings_are_refused_with_both(text: str, readings: tuple[str, str]) -> None:
    """A text that people use in two senses is not guessed; each shown reading can be typed."""
    with pytest.raises(UsageError) as refused:
        read_spoken(text)
    shown = str(refused.value)
    assert "two meanings" in shown
    for reading in readings:
        assert reading in shown
        if not reading[0].isdigit() or ":" not in reading:
            assert read_spoken(reading) is not None


@pytest.mark.parametrize(
    "text",
    ["gleich", "Gleich!", "soon", "sofort", "jetzt gleich", "in Kürze", "ein paar Minuten", "bald",
     "so schnell wie möglich"],
)  # fmt: skip
def test_soon_asks_for_minutes(text: str) -> None:
    """A text without any time is never a guess of minutes."""
    with pytest.raises(UsageError, match="how many minutes"):
        read_spoken(text)


@pytest.mark.parametrize(
    "text", ["40-35", "35-35", "2460", "0170", "11 Stunden", "25 Uhr", "halb 40"]
)
def test_impossible_times_are_refused(text: str) -> None:
    """A range that goes back, a minute 70 and eleven hours are refused."""
    with pytest.raises(UsageError):
        read_spoken(text)


@pytest.mark.parametrize(
    "text", ["35", "12:38", "2026-12-24T22:30", "now", "", "kommt", "in der Nacht"]
)
def test_other_texts_are_not_spoken_times(text: str) -> None:
    """Texts in other forms are left to the reading of moments."""
    assert read_spoken(text) is None


def test_every_minute_that_is_said_is_the_next_one() -> None:
    """ "<n> nach <hour>" is the next moment at that minute, at any time of the day."""
    for passed in range(0, 24 * 60, 7):
        now = datetime(2026, 11, 27, tzinfo=BERLIN) + timedelta(minutes=passed)
        for hour in range(1, 13):
            text = f"{passed % 60} nach {hour}"
            ahead = (60 * hour - passed // 60 * 60) % 720
            if ahead > MOST_MINUTES:
                with pytest.raises(UsageError, match="has passed"):
                    parse_spoken(text, now, "Europe/Berlin")
                continue
            found = parse_spoken(text, now, "Europe/Berlin")
            assert found is not None
            local = found.astimezone(BERLIN)
            assert found - now <= timedelta(minutes=MOST_MINUTES)
            assert (local.hour % 12, local.minute) == (hour % 12, passed % 60)
            assert timedelta(0) <= found - now < timedelta(hours=12)


WORDS = [
    "35", "12", "0", "60", "99", "2460", "halb", "halbe", "viertel", "dreiviertel", "quarter",
    "half", "past", "to", "nach", "vor", "um", "bis", "in", "-", ".", ":", "uhr", "stunde", "hour",
    "h", "min", "m", "eine", "an", "drei", "zwölf", "twenty", "zwanzig", "gleich", "und", "oder",
    "ca.", "1,5", "½",
]  # fmt: skip


@searched(
    1500,
    st.lists(st.sampled_from(WORDS), max_size=5),
    st.sampled_from([" ", ""]),
    st.integers(0, 1439),
)
def test_any_text_is_a_time_or_refused(words: list[str], between: str, passed: int) -> None:
    """A text is none of the forms, refused with a sentence, or a time within a day."""
    now = datetime(2026, 11, 27, tzinfo=BERLIN) + timedelta(minutes=passed)
    found = None
    with suppress(UsageError):
        found = parse_spoken(between.join(words), now, "Europe/Berlin")
    if found is not None:
        assert timedelta(0) <= found - now <= timedelta(hours=24)


def _book(now: datetime) -> Book:
    return Book(
        store=None,  # type: ignore[arg-type]
        catalog=MemoryCatalog([], Rules()),  # type: ignore[arg-type]
        holidays=no_holidays,
        now=now.astimezone(UTC),
        operator="mara",
    )


def test_an_operator_may_type_what_was_said() -> None:
    """Every time of an operator is read so; a time of day of this morning is still refused."""
    book = _book(DAY)
    assert written(read_moment("35-40", book)) == "27 13:45"
    assert written(read_moment(" 35 ", book)) == "27 13:40"
    assert written(read_moment("halb drei", book)) == "27 14:30"
    assert written(read_moment("14:30", book)) == "27 14:30"
    for text in ("0138", "1238", "8 Uhr 15", "601", "08:15"):
        with pytest.raises(UsageError):
            read_moment(text, book)


@pytest.mark.parametrize("text", ["0", "00", "0 min", "in 0", " 0 "])
def test_no_minutes_are_no_arrival_and_say_what_to_write(text: str) -> None:
    """A firm that is there "in 0 minutes" is there now, or has named no time."""
    with pytest.raises(UsageError, match="at once, or has no time been named") as refused:
        read_arrival(text, _book(DAY), is_asking=False)
    assert "write 1 for at once" in str(refused.value.hint)
    assert read_arrival("1", _book(DAY), is_asking=False) == _book(DAY).now + timedelta(minutes=1)


def test_the_hour_that_occurs_twice_is_refused() -> None:
    """When the clock goes back, "halb drei" names neither of the two moments."""
    now = datetime(2026, 10, 25, 1, 50, tzinfo=BERLIN)
    with pytest.raises(UsageError, match="occurs twice"):
        parse_spoken("halb drei", now, "Europe/Berlin")
    with pytest.raises(UsageError, match="has passed"):
        parse_spoken("dreiviertel zwei", now, "Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "now", "readings"),
    [
        ("Viertel nach elf", NIGHT.replace(minute=20), ("23:15", "11:15", "11 h 55 min")),
        ("halb eins", DAY, ("12:30", "00:30")),
        ("zehn nach", NIGHT, ("23:10", "00:10")),
        ("quarter past", NIGHT.replace(minute=20), ("23:15", "00:15")),
    ],
)
def test_a_time_that_has_passed_is_not_one_of_tomorrow(text, now, readings) -> None:
    """Both readings are named, and each can be typed as it stands there."""
    with pytest.raises(UsageError, match="has passed") as refused:
        parse_spoken(text, now, "Europe/Berlin")
    assert all(reading in str(refused.value) for reading in readings)
    assert "35" in str(refused.value.hint)
    assert "12:38" in str(refused.value.hint)
    if "nach" in text or "past" in text:
        assert parse_spoken(text, now - timedelta(minutes=12), "Europe/Berlin") is not None


def test_the_hint_of_a_text_that_is_no_time_names_minutes() -> None:
    """An operator mostly hears minutes."""
    with pytest.raises(UsageError) as refused:
        read_moment("irgendwann", _book(DAY))
    assert str(refused.value.hint) == "write 35 for minutes from now, or 12:38"
