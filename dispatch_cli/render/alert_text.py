"""The text of a message to persons: what has changed in a round, and what lasts."""

from collections.abc import Sequence

from ..messages import Message
from ..results.check_results import CheckReport, HardState
from .check_views import change_lines, headline, state_line
from .clean import clean
from .figures import time_of_day
from .wording import say, worded

_MOST_LINES = 50
_LINE_LIMIT = 500


def alert_text(
    report: CheckReport, reminders: Sequence[HardState], news: Sequence[Message | str]
) -> tuple[str, str]:
    """Make title and text: the changes of the report, the outages that last, and other news.

    ``news`` are sentences about the observer.
    """
    title = say("{state}, {time} - dispatch", state=headline(report), time=time_of_day(report.at))
    lines = [
        *(clean(worded(each), _LINE_LIMIT) for each in news),
        *change_lines(report),
        *(say("still: {line}", line=state_line(each, report.at)) for each in reminders),
    ]
    more = len(lines) - _MOST_LINES
    if more > 0:
        lines = [*lines[:_MOST_LINES], say("and {count:,} more", count=more)]
    return title, "\n".join(lines)
