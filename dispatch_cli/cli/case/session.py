"""What every verb of a case takes: which log, who works, and how the result is shown."""

import os
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from ...cases.book import Book, ClockWatch
from ...errors import BadDataError, ExitCode, UsageError
from ...model.words import LANGUAGES
from ..open_files import holiday_dates, now, open_catalog, refuse_sample, store_at
from ..options import Around
from ..outcome import TOLD, Outcome, emit

if TYPE_CHECKING:
    from ... import store
    from ...catalog import Catalog
    from ...messages import Message
    from ...render.layout import Line, Screen
    from ...render.plain import Row

MOST_MINUTES = 600
"""More minutes than that is a time of day without its colon."""

LONG_LINE = 10_000
WITHOUT_FILE = (
    "the provider file cannot be read; the case log can, and the texts and the time zone are the"
    " built-in ones"
)
YES = frozenset({"y", "yes", "j", "ja"})

RefArgument = Annotated[
    str, typer.Argument(metavar="REF", help="The offer, as 17.2; 17 while only one is open.")
]
ExtraUnitOption = Annotated[
    bool, typer.Option("--extra-unit", help="The firm has a truck that the log does not know.")
]
CaseArgument = Annotated[int, typer.Argument(metavar="ID", min=1, help="The case.")]


class Desk(Around, frozen=True, kw_only=True):
    """The options that every verb of a case has."""

    operator: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", envvar="DISPATCH_OPERATOR", help="Who works; else your login name."
        ),
    ] = None
    say: Annotated[
        str, typer.Option(metavar="LANG", envvar="DISPATCH_SAY", help="What to say in: de, en.")
    ] = "de"

    @property
    def is_asking(self) -> bool:
        """Whether somebody at a terminal can be asked."""
        return not (self.json or self.quiet) and sys.stdin.isatty() and sys.stdout.isatty()


def open_book(desk: Desk, *, calls: bool = False) -> Book:
    """Open the provider file and the case log.

    What ``calls`` somebody needs the file: then it raises BadDataError where that is broken or
    the packaged sample. What only writes an answer down, or looks, goes on without it.
    """
    clock = now()
    if desk.say not in LANGUAGES:
        raise UsageError(
            "--say {say!r} is unknown; allowed: {languages}",
            say=desk.say,
            languages=", ".join(LANGUAGES),
        )
    problem = ""
    try:
        catalog = open_catalog(desk.providers, clock)
    except BadDataError as error:
        if calls:
            raise
        catalog, problem = _nobody(), str(error.problems[0])
        TOLD.warnings += [problem, WITHOUT_FILE]
    if calls:
        refuse_sample(catalog, is_wanted=desk.sample)
    log = _log_at(desk, clock)
    return Book(
        store=log,
        catalog=catalog,
        holidays=holiday_dates,
        now=clock,
        operator=desk.operator or login_name(),
        told=TOLD,
        watch=_watch(log.path),
        file_problem=problem,
    )


def clock_of(log: "store.Store") -> "Message | str":
    """Say that the clock has jumped, without a provider file; empty if it agrees with the log."""
    from ...cases.clock_watch import jump_in_force, sentence

    book = book_of(log, login_name())
    with log.reading() as reader:
        jump = jump_in_force(book, reader)
    return sentence(jump, book) if jump else ""


def record_clock(log: "store.Store") -> None:
    """Record a jump of the clock, before a write that the journal does not have."""
    from ...cases.clock_watch import record_now

    record_now(book_of(log, login_name()))


def book_of(log: "store.Store", operator: str, *files: Path) -> Book:
    """Open a log without a provider file.

    The clock is watched by the journal, the log's files and others that were ``files`` of it.
    """
    return Book(
        store=log,
        catalog=_nobody(),
        holidays=holiday_dates,
        now=now(),
        operator=operator,
        watch=_watch(log.path, *files),
    )


def _watch(*logs: Path) -> ClockWatch:
    """Watch the clock by the journal, and by the times of the files of logs, the own one first."""

    def written_at() -> datetime | None:
        from ...store import file_times

        return max(filter(None, map(file_times.written_at, logs)), default=None)

    def seen_at() -> datetime | None:
        from .. import reminding

        return reminding.seen_at(logs[0])

    def record_jump(book: Book, tx: "store.Transaction") -> None:
        from ...cases import clock_watch

        clock_watch.record_jump(book, tx)

    return ClockWatch(read=now, record_jump=record_jump, written_at=written_at, seen_at=seen_at)


def open_log(desk: Desk) -> "store.Store":
    """Open the case log alone, for what needs no provider file."""
    return _log_at(desk, now())


def _log_at(desk: Desk, clock: datetime) -> "store.Store":
    return store_at(desk.db, clock, on_network=desk.db_on_network, warn=TOLD.warnings.append)


def _nobody() -> "Catalog":
    """Return the catalog without providers."""
    from ... import catalog

    return catalog.nobody()


def login_name() -> str:
    """The name under which the user is logged in."""
    # As getpass does, whose import costs 2 ms.
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        if os.environ.get(name):
            return os.environ[name]
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_name
    except (KeyError, ImportError):  # a user without an entry, as in a container; or Windows
        return "unknown"


def zone_of(book: Book) -> ZoneInfo:
    """The zone in which clock times are read and shown."""
    return ZoneInfo(book.catalog.rules.settings.timezone)


def read_moment(text: str, book: Book, ahead: timedelta = timedelta(hours=12)) -> datetime:
    """Read minutes from now (``35``) or a time (``12:38``); raises UsageError.

    A time of day that is further ``ahead`` is taken to have passed.
    """
    words = text.strip()
    if re.fullmatch(r"[0-9]{1,4}( ?min)?", words):
        minutes = int(words.removesuffix("min"))
        if minutes > MOST_MINUTES:
            raise UsageError(
                "{words} is neither minutes, at most {most_minutes}, nor a time",
                words=words,
                most_minutes=MOST_MINUTES,
                hint="write 35 for minutes from now, or 12:38",
            )
        return book.now + timedelta(minutes=minutes)
    from ...notation import parse_when

    moment = parse_when(words, book.now, book.catalog.rules.settings.timezone)
    if len(words) <= 8 and moment - book.now > ahead:
        raise UsageError(
            "{words} has passed today",
            words=words,
            hint="write minutes from now, as 35, or the day as well: 2026-12-24T22:30",
        )
    # Minutes are added to it, which goes wrong in local time when the clocks change.
    return moment.astimezone(UTC)


def shown(
    desk: Desk,
    verb: str,
    data: object,
    *,
    lines: "Callable[[Screen], Iterable[Line]]",
    columns: Sequence[str] = (),
    rows: "Callable[[], Iterable[Row]]" = tuple,
    warnings: "Sequence[Message | str]" = (),
    hint: "Message | str" = "",
    exit_code: ExitCode = ExitCode.OK,
    is_served: bool = False,
    is_emergency: bool = False,
) -> Outcome:
    """Make the outcome of a verb: a screen on a terminal, lines with tabs elsewhere, or JSON.

    Without ``columns`` the lines of the screen stand off a terminal, too, each on one line.
    """

    def show() -> None:
        all_warnings = (*TOLD.warnings, *warnings)
        if desk.json:
            from ...render.envelope import status_of

            status = status_of(exit_code, served=is_served, emergency=is_emergency)
            emit(
                f"dispatch.{verb.replace(' ', '.')}/1",
                data,
                exit_code=exit_code,
                status=status,
                warnings=all_warnings,
            )
            return
        if sys.stdout.isatty():
            from ...render.console import print_lines, screen_of

            screen = screen_of(sys.stdout)
            print_lines(lines(screen), sys.stdout, screen)
        elif columns:
            from ...render.plain import write_table

            write_table(columns, rows(), sys.stdout)
        else:
            from ...render.layout import Screen, line_text

            wide = Screen(LONG_LINE, None, getattr(sys.stdout, "encoding", None) or "utf-8")
            sys.stdout.writelines(line_text(line) + "\n" for line in lines(wide))
        sys.stdout.flush()
        if not desk.quiet:
            from ...render import stderr_lines

            stderr_lines.print_notes(all_warnings, hint, stream=sys.stderr)

    return Outcome(show, exit_code)


def read_text(text: str, question: str) -> str:
    """The text itself; for ``-`` what is typed on the terminal, or one line of stdin."""
    if text != "-":
        return text
    return ask(question) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")


def ask(question: str) -> str:
    """Ask on the terminal, where no shell keeps the answer; raises KeyboardInterrupt at its end."""
    sys.stderr.write(f"{question}: ")
    sys.stderr.flush()
    line = sys.stdin.readline()
    if not line:
        raise KeyboardInterrupt
    return line.strip()
