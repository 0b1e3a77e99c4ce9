"""The files of ``dispatch check``: metrics, the status page, and the JSON of the run."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ExitCode, UnavailableError
from ..messages import Message
from .check_hints import without_checks
from .check_options import RunOptions
from .check_trouble import Trouble

if TYPE_CHECKING:
    from ..results.check_results import CheckReport, DayState, Move
    from ..watching import Watch

SCHEMA = "dispatch.check/1"


def write_pages(options: RunOptions, watch: "Watch", report: "CheckReport") -> list[Message]:
    """Write the metrics and the status page, each whole or not at all; return the problems."""
    problems = list[Message]()
    if options.prometheus is not None:
        problems += _written(options.prometheus, _prometheus(report))
    if options.html is not None:
        problems += _written(options.html, _page(watch, report))
    return problems


def write_status(path: Path, answer: bytes) -> list[Message]:
    """Write the JSON of a run to the file of ``--status``; return the problem, if any."""
    return _written(path, answer)


def answer_of(watch: "Watch", data: "CheckReport", trouble: Trouble, code: ExitCode) -> bytes:
    """Make the JSON of a run, for ``--json`` and ``--status``."""
    from ..render.envelope import envelope, error_entries
    from ..results.result_status import status_of

    return envelope(
        SCHEMA,
        data=data,
        status=status_of(code, served=False, emergency=False),
        exit_code=code,
        warnings=(*refused(watch), *without_checks(watch.catalog)),
        errors=error_entries(UnavailableError(*trouble.sentences)),
    )


def refused(watch: "Watch") -> tuple[Message | str, ...]:
    """Return the warning of refused checks, if there are any."""
    return (watch.catalog.refusal,) if watch.catalog.refusal else ()


def _written(path: Path, content: bytes) -> list[Message]:
    from ..files import write_shared

    try:
        write_shared(path, content)
    except OSError as error:
        text = "{path} cannot be written: {strerror}"
        return [Message(text, path=path, strerror=error.strerror)]
    return []


def _prometheus(report: "CheckReport") -> bytes:
    from ..render.prometheus import exposition

    return exposition(report).encode()


def _page(watch: "Watch", report: "CheckReport") -> bytes:
    from ..render.status_page import status_page

    days = _day_histories(watch, report)
    return status_page(report, days=days, stale_min=watch.settings.stale_min).encode()


def _day_histories(watch: "Watch", report: "CheckReport") -> "dict[str, tuple[DayState, ...]]":
    """Return the worst state of each of the last days, the oldest first, by provider."""
    from ..availability.day_states import day_states
    from ..results.check_results import DAYS

    with watch.store.reading() as reader:
        known, moves = reader.watched(), reader.moves(report.at - timedelta(days=DAYS))
    by_provider: dict[str, list[Move]] = {}
    for move in moves:
        by_provider.setdefault(move.provider, []).append(move)
    return {
        row.provider: day_states(known[row.provider], by_provider.get(row.provider, []), report.at)
        for row in report.rows
        if row.provider in known
    }
