"""The files of ``dispatch check``: metrics, the status page, and the JSON of the run."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from ..messages import Message
from .check_options import RunOptions

if TYPE_CHECKING:
    from ..results.check_results import CheckReport, DayState, Move
    from ..watching import Watch

SCHEMA = "dispatch.check/1"


def write_files(options: RunOptions, watch: "Watch", report: "CheckReport") -> list[Message]:
    """Write the requested files, each whole or not at all; return the problems."""
    from ..files import write_shared

    made: list[tuple[Path | None, Callable[[], bytes]]] = [
        (options.prometheus, lambda: _prometheus(report)),
        (options.html, lambda: _page(watch, report)),
        (options.status, lambda: _status(report)),
    ]
    problems = list[Message]()
    for path, content in made:
        if path is not None:
            try:
                write_shared(path, content())
            except OSError as error:
                problems.append(
                    Message(
                        "{path} cannot be written: {strerror}", path=path, strerror=error.strerror
                    )
                )
    return problems


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


def _status(report: "CheckReport") -> bytes:
    from ..render.envelope import envelope
    from ..results.result_status import status_of

    code = report.exit_code
    status = status_of(code, served=False, emergency=False)
    return envelope(SCHEMA, data=report, status=status, exit_code=code)
