"""Read typed input of an operator: a text, a moment, an answer to a question."""

import re
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from ..errors import UsageError
from ..messages import Message, quoted
from ..model.words import composed

if TYPE_CHECKING:
    from ..cases.book import Book


def read_moment(text: str, book: "Book", ahead: timedelta = timedelta(hours=12)) -> datetime:
    """Read minutes from now (``35``), a time (``12:38``) or a spoken one; raises UsageError.

    A time of day further ahead than ``ahead`` counts as past, and is refused.
    """
    from ..notation.spoken_times import HINT, MOST_MINUTES, parse_spoken

    words = text.strip()
    if re.fullmatch(r"[0-9]{1,3}", words):
        minutes = int(words)
        if minutes > MOST_MINUTES:
            raise UsageError(
                "{words} is neither a number of minutes (at most {most_minutes}) nor a time",
                words=words,
                most_minutes=MOST_MINUTES,
                hint=HINT,
            )
        return book.now + timedelta(minutes=minutes)
    from ..notation import ClockChangeError, parse_when

    timezone = book.catalog.rules.settings.timezone
    spoken = parse_spoken(words, book.now, timezone)
    try:
        moment = parse_when(words, book.now, timezone) if spoken is None else spoken
    except ClockChangeError:
        raise
    except UsageError as error:
        # Here minutes are usual, which the error does not name.
        error.hint = error.hint or HINT
        raise
    if (spoken is not None or len(words) <= 8) and moment - book.now > ahead:
        raise UsageError(
            "{words} is in the past today",
            words=words,
            hint="write minutes from now (35), or add the day: 2026-12-24T22:30",
        )
    # In UTC, because additions to a local time ignore the change of clocks.
    return moment.astimezone(UTC)


def read_arrival(text: str, book: "Book", *, is_asking: bool) -> datetime:
    """Read a promised arrival as ``read_moment``; "0" is asked about on a terminal, else refused.

    It may mean "at once", or that the firm has named no time.
    """
    while (moment := read_moment(text, book)) == book.now:
        if not is_asking:
            raise UsageError(
                "{words}: at once, or has no time been named?",
                words=quoted(text.strip()),
                hint="write 1 for at once; else the minutes (35) or the time (12:38)",
            )
        text = ask(
            Message(
                "Is the help at the vehicle already (1)? Else the minutes from now, or the time"
            )
        )
    return moment


def read_past_moment(text: str, book: "Book") -> datetime:
    """Read a time of day that has passed within the last twelve hours, or a whole moment."""
    from ..notation import parse_when

    moment = parse_when(text.strip(), book.now, book.catalog.rules.settings.timezone)
    if len(text.strip()) <= 5 and moment > book.now:
        moment -= timedelta(days=1)
    return moment.astimezone(UTC)


def read_text(text: str, question: Message | str) -> str:
    """Return a text; for ``-`` ask for it on the terminal, or read a line of stdin."""
    if text != "-":
        return text
    return ask(question) if sys.stdin.isatty() else composed(sys.stdin.readline().rstrip("\r\n"))


def ask(question: Message | str) -> str:
    """Ask a question on the terminal; raises KeyboardInterrupt at the end of the input."""
    from ..render.wording import worded

    sys.stderr.write(f"{worded(question)}: ")
    sys.stderr.flush()
    line = sys.stdin.readline()
    if not line:
        raise KeyboardInterrupt
    return composed(line.strip())
