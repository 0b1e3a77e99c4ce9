"""Store what runs by cron have reported, so that each change and problem is reported once.

The file is beside the case log (``….told``). It is written after the lines are printed, so that a
run that is killed in between reports twice rather than not at all.
"""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from ..messages import Message
from ..model.clock_jumps import is_seen_anew
from ..reminders import ReportedProblem, ReportedState, news_of, unreported_changes
from ..results.check_results import HardState, StateChange
from ..results.lasting_problem import LastingProblem
from .reported_file import ReportedProblems, read_reported

if TYPE_CHECKING:
    from ..catalog import Catalog

SUFFIX, LOCK_SUFFIX = ".told", ".told.lock"
_LINE_LIMIT = 2000
"""Long enough for any name and path, short enough that no file floods a mail."""
LONGEST_WAIT_S = 5.0
"""A run that waits longer for the lock continues without it and may report twice."""


class ReportedTopic(Struct, frozen=True, kw_only=True):
    """What was reported about one topic."""

    states: dict[str, ReportedState] = {}
    notices: dict[str, ReportedProblem] = {}


class Reminder:
    """The reported problems of one topic for one case log."""

    def __init__(self, log: Path, topic: str, *, again_min: float, timezone: str) -> None:
        self._path, self._topic = Path(f"{log}{SUFFIX}"), topic
        self._lock_path = Path(f"{log}{LOCK_SUFFIX}")
        self._again_after = timedelta(minutes=again_min)
        self.zone = ZoneInfo(timezone)

    def print_news(
        self,
        lasting: Mapping[str, LastingProblem],
        now: datetime,
        *,
        is_seen: bool = False,
        is_over: Callable[[str], bool] = lambda _: True,
    ) -> None:
        """Print the new lines about the lasting problems, and store that they were reported.

        ``is_seen``: the run has read the case log with a clock that agrees with it. ``is_over`` is
        that of ``news_of``.
        """
        file = self._mended()
        lines, after = self._news(file, lasting, now, is_seen=is_seen, is_over=is_over)
        if not lines and after == file:
            return
        with _one_at_a_time(self._lock_path):
            file = read_reported(self._path).content
            lines, after = self._news(file, lasting, now, is_seen=is_seen, is_over=is_over)
            _print(lines)
            if after != file:
                self._write(after)

    def print_alone(self, lasting: Mapping[str, LastingProblem]) -> None:
        """Print the lines about the problems of a run by hand, and store nothing."""
        _print([each.line for each in lasting.values()])

    def report_changes(
        self, found: Sequence[HardState], show: Callable[[Sequence[StateChange]], None]
    ) -> None:
        """Show the changes that were not reported yet, and store that they were."""
        if self._is_reported(found):
            return
        with _one_at_a_time(self._lock_path):
            show(self.unreported(found))
            self._mark(found)

    def read(self) -> ReportedTopic:
        """Return what was reported about the topic."""
        file = self._mended()
        return ReportedTopic(states=self._states(file), notices=file.notices.get(self._topic, {}))

    def put(self, reported: ReportedTopic) -> None:
        """Store what was reported about the topic."""
        with _one_at_a_time(self._lock_path):
            file = read_reported(self._path).content
            self._write(
                replace(
                    file,
                    states={**file.states, self._topic: reported.states},
                    notices={**file.notices, self._topic: reported.notices},
                )
            )

    def unreported(self, found: Sequence[HardState]) -> list[StateChange]:
        """Return the changes that were not reported yet."""
        return unreported_changes(self._states(read_reported(self._path).content), found)[0]

    def _mended(self) -> ReportedProblems:
        """Return the content of the file; of a damaged one report the damage, and mend it."""
        found = read_reported(self._path)
        if not found.damage:
            return found.content
        with _one_at_a_time(self._lock_path):
            found = read_reported(self._path)
            if found.damage:
                _print_error(found.damage)
                self._write(found.content)
        return found.content

    def _states(self, file: ReportedProblems) -> dict[str, ReportedState]:
        return file.states.get(self._topic, {})

    def _is_reported(self, found: Sequence[HardState]) -> bool:
        before = self._states(self._mended())
        return unreported_changes(before, found) == ([], before)

    def _mark(self, found: Sequence[HardState]) -> None:
        file = read_reported(self._path).content
        before = self._states(file)
        after = unreported_changes(before, found)[1]
        if after != before:
            self._write(replace(file, states={**file.states, self._topic: after}))

    def _news(
        self,
        file: ReportedProblems,
        lasting: Mapping[str, LastingProblem],
        now: datetime,
        *,
        is_seen: bool,
        is_over: Callable[[str], bool],
    ) -> "tuple[list[Message | str], ReportedProblems]":
        """Return the lines to print, and the content of the file after that."""
        before = file.notices.get(self._topic, {})
        lines, after = news_of(
            before, lasting, now, again_after=self._again_after, zone=self.zone, is_over=is_over
        )
        if after != before:
            file = replace(file, notices={**file.notices, self._topic: after})
        if is_seen and is_seen_anew(file.seen_at, now):
            file = replace(file, seen_at=now)
        return lines, file

    def _write(self, file: ReportedProblems) -> None:
        from ..files import write_private

        try:
            write_private(self._path, msgspec.json.encode(file))
        except OSError as error:
            text = "{path} cannot be written, so that all problems are reported again: {strerror}"
            _print_error(Message(text, path=self._path, strerror=error.strerror))


def reminder_of(log: Path, topic: str, catalog: "Catalog") -> Reminder:
    """Make the reminder of a topic with the interval and the time zone of the provider file."""
    return Reminder(
        log,
        topic,
        again_min=catalog.checking().settings.remind_min,
        timezone=catalog.rules.settings.timezone,
    )


def _print_error(sentence: Message | str) -> None:
    """Print an error, because every run with --quiet comes here, and --quiet drops warnings."""
    from ..errors import UnavailableError
    from ..render.stderr_lines import print_error

    print_error(UnavailableError(sentence), stream=sys.stderr)


def _print(lines: "list[Message | str]") -> None:
    from ..render.layout import Screen

    screen = Screen(encoding=getattr(sys.stdout, "encoding", None) or "utf-8")
    sys.stdout.writelines(f"{screen.text(line, _LINE_LIMIT)}\n" for line in lines)
    sys.stdout.flush()


@contextmanager
def _one_at_a_time(path: Path) -> Iterator[None]:
    """Hold a lock file, so that two runs at the same time do not report the same thing."""
    from ..files import hold_lock

    with ExitStack() as held:
        with suppress(OSError):  # a read-only folder, or a file system without locks
            held.enter_context(hold_lock(path, wait_s=LONGEST_WAIT_S))
        yield


def seen_at(log: Path) -> datetime | None:
    """Return when a run by cron last read the case log with a clock that agreed with it."""
    return read_reported(Path(f"{log}{SUFFIX}")).content.seen_at
