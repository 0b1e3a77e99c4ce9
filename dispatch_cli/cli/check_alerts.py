"""Tell others of the changes that a run of checks has found: the program of ``--on-change``."""

import os
import shlex
import shutil
from collections.abc import Callable, Collection, Mapping, Sequence, Set
from time import monotonic
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from ..errors import ExitCode, UsageError
from ..files import only_owner_writes
from ..messages import Message
from ..reminders import ReportedProblem, unreported_changes, without
from ..results.check_results import CHANGE_SCHEMA, StateChange
from ..results.lasting_problem import LastingProblem

if TYPE_CHECKING:
    from ..watching import Checked, Watch

ON_CHANGE, NOTIFY = "on-change", "notify"
"""The names of the reports to others; that of a channel follows behind a blank."""
LONGEST_S = 30.0
"""Time for all programs of one run; the next run tells the remaining changes."""
_MOST_TEXT = 2000


class AlertResults(Struct, frozen=True):
    """What became of the reports of a run to others, by their names.

    ``worked`` are those whose last try, in this run or an earlier one, has not failed. A report
    that is in neither was not tried now, and has failed before or belongs to no option of the run.
    """

    failed: Mapping[str, LastingProblem] = {}
    worked: Set[str] = frozenset()

    def is_over(self, name: str) -> bool:
        """Return whether a problem that this run has not found is over.

        The failure of a report is over when the report has worked, not when it was not tried.
        """
        return name in self.worked or not (name == ON_CHANGE or name.partition(" ")[0] == NOTIFY)

    def __or__(self, other: "AlertResults") -> "AlertResults":
        return AlertResults({**self.failed, **other.failed}, self.worked | other.worked)


def command_words(typed: str) -> tuple[str, ...]:
    """Split the command line of ``--on-change`` as a shell does, and find its program.

    The first word becomes a full path, because cron has neither the user's PATH nor folder. Raises
    UsageError for an open quotation mark, for a program that does not exist, and for one that other
    users can write: the rule of the provider file for programs, since cron may run it as root.
    """
    try:
        words = shlex.split(typed)
    except ValueError:
        raise UsageError(
            "--on-change {typed!r} has no closing quotation mark", typed=typed
        ) from None
    found = shutil.which(words[0]) if words else None
    if found is None:
        raise UsageError(
            "--on-change {typed!r}: there is no such program; write its full path", typed=typed
        )
    if not only_owner_writes(os.stat(found)):
        raise UsageError(
            "--on-change {program}: other users can write the program; only you or root may:"
            " chmod go-w, or chown",
            program=found,
        )
    return (os.path.abspath(found), *words[1:])


def tell_command(words: Sequence[str], watch: "Watch", checked: "Checked") -> AlertResults:
    """Run the program once for each provider that has changed since it was told last.

    A change that the program has not taken, with exit code 0, is told again by the next run, behind
    those that have not failed before: a program that hangs for some providers must not use up the
    time of all others. Each change is stored as told at once, so that a run that is killed repeats
    one at most.
    """
    from ..checks.change_command import LIMIT_S, run_change_command
    from .reminding import ReportedTopic, reminder_of

    if checked.report.offline:
        return AlertResults()
    reminder = reminder_of(watch.store.path, ON_CHANGE, watch.catalog)
    before, now, until = reminder.read(), checked.report.at, monotonic() + LONGEST_S
    changes, after = unreported_changes(before.states, checked.states)
    untold = {each.provider for each in changes}
    tried = dict(before.notices)  # the failures since the last success
    failed: dict[str, Message | str] = {}
    # Sorting is stable, so that those that have not failed keep the order of the file.
    for change in sorted(changes, key=lambda each: _failed_at(tried.get(each.provider))):
        left_s = until - monotonic()
        if left_s <= 0:
            failed[change.provider] = Message("not run within {limit_s:g} s of this run",
                                              limit_s=LONGEST_S)  # fmt: skip
            continue
        why = run_change_command(
            words,
            change_json(watch, change),
            change_facts(watch, change),
            limit_s=min(LIMIT_S, left_s),
        )
        if why:
            failed[change.provider] = why
            tried[change.provider] = ReportedProblem(now, now)
        else:
            untold.remove(change.provider)
            tried = {name: each for name, each in tried.items() if name in untold}
        states = without(before.states, after, untold)
        reminder.put(ReportedTopic(states=states, notices=tried))
    if not changes and after != before.states:
        reminder.put(ReportedTopic(states=after, notices=tried))
    if failed:
        return AlertResults({ON_CHANGE: _problem(ON_CHANGE, failed)})
    return AlertResults(worked=frozenset(() if tried else {ON_CHANGE}))


def _failed_at(known: ReportedProblem | None) -> float:
    """Return when the program last failed for a provider, as a key to sort by."""
    return known.last_at.timestamp() if known else 0.0


def _problem(topic: str, failed: Mapping[str, Message | str]) -> LastingProblem:
    provider, why = next(iter(failed.items()))
    line = Message("{topic}: {provider}: {why}", topic=topic, provider=provider, why=why)
    if len(failed) > 1:
        others = len(failed) - 1
        line = Message("{problem}, and {count} more", problem=line, count=others)
    return LastingProblem(line)


def alarm_once(
    watch: "Watch",
    checked: "Checked",
    code: ExitCode,
    problems: Mapping[str, LastingProblem],
    is_over: Callable[[str], bool],
) -> tuple[ExitCode, Callable[[], None]]:
    """Return the exit code of ``--alert-once``, and a function that stores it as reported.

    The code is OK where an earlier run has ended with the alarm.

    ``problems`` are those of this run by their names, also an offline observer. ``is_over`` tells
    whether another known problem has ended.
    """
    from .reminding import ReportedTopic, reminder_of

    reminder = reminder_of(watch.store.path, "alert-once", watch.catalog)
    before, now = reminder.read(), checked.report.at
    notices = {name: each for name, each in before.notices.items() if not is_over(name)}
    notices |= {name: before.notices.get(name, ReportedProblem(now, now)) for name in problems}
    states, changes = before.states, list[StateChange]()
    if not checked.report.offline:
        changes, states = unreported_changes(states, checked.states)
    after = ReportedTopic(states=states, notices=notices)

    def store() -> None:
        if after != before:
            reminder.put(after)

    if notices.keys() - before.notices.keys():
        code = ExitCode.UNAVAILABLE
    elif any(each.after == "down" for each in changes):
        code = ExitCode.ATTENTION
    elif code in (ExitCode.UNAVAILABLE, ExitCode.ATTENTION):
        code = ExitCode.OK
    return code, store


def change_json(watch: "Watch", change: StateChange) -> bytes:
    """Write a change as the JSON that a program gets on stdin; texts are English and exact."""
    facts = {
        "schema": CHANGE_SCHEMA,
        "provider": change.provider,
        "name": change.name,
        "phone": change.phone,
        "before": change.before,
        "state": change.after,
        "since": watch.local(change.at),
        "why": str(change.why),
        "is_flapping": change.is_flapping,
    }
    return msgspec.json.encode(facts) + b"\n"


def change_facts(watch: "Watch", change: StateChange) -> dict[str, str]:
    """Return the variables of a program's environment, cleaned as for a terminal."""
    from ..render.clean import clean

    facts = {
        "STATE": change.after,
        "BEFORE": change.before,
        "PROVIDER": change.provider,
        "NAME": change.name,
        "PHONE": change.phone,
        "SINCE": watch.local(change.at).isoformat(timespec="seconds"),
        "WHY": str(change.why),
        "FLAPPING": "1" if change.is_flapping else "",
    }
    return {f"DISPATCH_{name}": clean(text, _MOST_TEXT) for name, text in facts.items()}


def lines_of(problems: Mapping[str, LastingProblem]) -> Collection[Message | str]:
    """Return the lines of problems, in their order."""
    return [each.line for each in problems.values()]
