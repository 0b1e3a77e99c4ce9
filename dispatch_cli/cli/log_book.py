"""Open the provider file and the case log for a command of an operator."""

import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ..cases.book import Book, ClockFunctions
from ..errors import BadDataError, UsageError
from ..messages import Message
from ..model.words import LANGUAGES
from .desk_options import DeskOptions
from .open_files import holiday_dates, now, open_catalog, refuse_sample, store_at
from .outcome import UNSHOWN

if TYPE_CHECKING:
    from .. import store
    from ..catalog import Catalog
    from ..travel.place_roads import Roads

WITHOUT_FILE = Message(
    "the provider file cannot be read; the command uses the case log with the built-in texts and"
    " time zone"
)


def open_book(desk: DeskOptions, *, calls: bool = False) -> Book:
    """Open the provider file and the case log.

    A command that ``calls`` providers raises BadDataError for a broken provider file and for the
    packaged sample. Other commands continue without a broken file, with warnings.
    """
    clock = now()
    if desk.say not in LANGUAGES:
        raise UsageError(
            "--say {say!r} is unknown; allowed: {languages}",
            say=desk.say,
            languages=", ".join(LANGUAGES),
        )
    problem: Message | str = ""
    try:
        catalog = open_catalog(desk.providers, clock)
    except BadDataError as error:
        if calls:
            raise
        catalog = _empty_catalog()
        problem = Message("{problem}", problem=error.problems[0])
        UNSHOWN.warnings += [problem, WITHOUT_FILE]
    if calls:
        refuse_sample(catalog, is_wanted=desk.sample)
    log = _log_at(desk, clock)
    return Book(
        store=log,
        catalog=catalog,
        holidays=holiday_dates,
        now=clock,
        operator=desk.operator or login_name(),
        unshown=UNSHOWN,
        watch=_watch(log.path),
        roads=_roads(desk, catalog, clock),
        file_problem=problem,
    )


def _roads(desk: DeskOptions, catalog: "Catalog", clock: datetime) -> "Roads | None":
    """Open the travel engine for a command that ranks; None for any other."""
    from .router_options import RankingDeskOptions, open_roads

    if not isinstance(desk, RankingDeskOptions):
        return None
    return open_roads(catalog, desk.router, clock, required=desk.require_router)


def clock_of(log: "store.Store") -> "Message | str":
    """Return a sentence about a jump of the clock; empty if it agrees with the log."""
    from ..cases.clock_watch import jump_in_force, sentence

    book = book_of(log, login_name())
    with log.reading() as reader:
        jump = jump_in_force(book, reader)
    return sentence(jump, book) if jump else ""


def record_clock(log: "store.Store") -> None:
    """Record a jump of the clock before a write that has no record of its own."""
    from ..cases.clock_watch import record_now

    record_now(book_of(log, login_name()))


def book_of(log: "store.Store", operator: str, *files: Path) -> Book:
    """Open a log without a provider file.

    The times of the journal, of the log's files and of other ``files`` show a jump of the clock.
    """
    return Book(
        store=log,
        catalog=_empty_catalog(),
        holidays=holiday_dates,
        now=now(),
        operator=operator,
        watch=_watch(log.path, *files),
    )


def _watch(*logs: Path) -> ClockFunctions:
    """Make the functions that notice a jump of the clock; the command's own log is first."""

    def written_at() -> datetime | None:
        from ..store import file_times

        return max(filter(None, map(file_times.written_at, logs)), default=None)

    def seen_at() -> datetime | None:
        from . import reminding

        return reminding.seen_at(logs[0])

    def record_jump(book: Book, tx: "store.Transaction") -> None:
        from ..cases import clock_watch

        clock_watch.record_jump(book, tx)

    return ClockFunctions(read=now, record_jump=record_jump, written_at=written_at, seen_at=seen_at)


def open_log(desk: DeskOptions) -> "store.Store":
    """Open the case log alone, for commands without a provider file."""
    return _log_at(desk, now())


def _log_at(desk: DeskOptions, clock: datetime) -> "store.Store":
    return store_at(desk.db, clock, on_network=desk.db_on_network, warn=UNSHOWN.warnings.append)


def _empty_catalog() -> "Catalog":
    """Return the catalog without providers."""
    from .. import catalog

    return catalog.empty_catalog()


def login_name() -> str:
    """Return the login name of the user."""
    # The same as getpass.getuser, without its import of 2 ms.
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        if os.environ.get(name):
            return os.environ[name]
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_name
    except (KeyError, ImportError):  # a user without an entry, as in a container; or Windows
        return "unknown"
