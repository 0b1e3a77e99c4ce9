"""``dispatch check --print-crontab`` and ``--print-systemd``: schedule the recurring jobs.

All paths are absolute, because neither cron nor systemd has the user's PATH or folders.
"""

import os
import shlex
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from ..errors import UsageError
from .check_alerts import LONGEST_S
from .outcome import Outcome, emit

if TYPE_CHECKING:
    from ..catalog import Catalog

SCHEMA = "dispatch.check.schedule/1"
FORGET_AFTER = "30d"
KEPT_BACKUPS = 14
"""Erased data stay in backups for this many days: docs/operations.md."""
_STEPS_MIN = (5, 6, 10, 12, 15, 20, 30, 60)
_SPARE_S = 60
"""Seconds beyond the budget of a run, for its start and the heartbeat."""


class ScheduledJob(Struct, frozen=True):
    """A recurring job."""

    name: str
    title: str
    words: tuple[str, ...]
    cron: str
    calendar: str
    limit_s: int
    success: str = ""
    is_silent: bool = False
    """Whether its standard output is discarded; errors are not."""


def schedule(
    catalog: "Catalog",
    log: Path,
    *,
    on_change: str | None = None,
    sample: bool,
    on_network: bool,
    systemd: bool,
    json: bool,
) -> Outcome:
    """Make the outcome that prints the lines of a crontab or the units of systemd.

    ``on_change`` is the option of the run of checks.
    """
    from .log_book import login_name

    budget_s = catalog.checking().settings.budget_s
    shared = ["--providers", os.path.abspath(catalog.path), "--db", os.path.abspath(log)]
    if sample:
        shared.append("--sample")
    if on_network:
        shared.append("--db-on-network")
    backup = os.path.join(os.path.dirname(os.path.abspath(log)), "backups", os.path.basename(log))
    check = ("--on-change", on_change) if on_change is not None else ()
    if systemd:
        check = ("--alert-once", *check)
    jobs = jobs_of(_program(), shared, budget_s, backup, check=check)
    for word in (word for job in jobs for word in job.words):
        if not word.isprintable():
            raise UsageError(
                "the path {word!r} has a line end or control character; use another path",
                word=word,
            )
    user = login_name()
    text = "".join(units(jobs, user) if systemd else crontab(jobs, user))
    if json:
        name = "systemd" if systemd else "crontab"
        return Outcome(lambda: emit(SCHEMA, {name: text}))
    return Outcome(lambda: print(text, end=""))


def jobs_of(
    program: Sequence[str],
    shared: Sequence[str],
    budget_s: float,
    backup: str,
    *,
    check: Sequence[str] = (),
) -> tuple[ScheduledJob, ...]:
    """Return the recurring jobs; checks are further apart than the longest run.

    ``check`` are further words of the run of checks.
    """
    limit_s = int(budget_s) + _SPARE_S + (int(LONGEST_S) if "--on-change" in check else 0)
    every = next((step for step in _STEPS_MIN if step * 60 > limit_s), _STEPS_MIN[-1])
    cron, calendar = (
        ("0 * * * *", "hourly") if every == 60 else (f"*/{every} * * * *", f"*:0/{every}")
    )

    def words(*verb: str) -> tuple[str, ...]:
        return (*program, *verb, *shared)

    return (
        ScheduledJob(
            "dispatch-check", "Checks of the providers", words("check", "--quiet", *check),
            cron, calendar, limit_s, success="8" if "--alert-once" in check else "7 8",
        ),
        ScheduledJob(
            "dispatch-audit", "Cases with a missed deadline", words("case", "audit", "--quiet"),
            "* * * * *", "minutely", _SPARE_S, success="7",
        ),
        ScheduledJob(
            "dispatch-forget", "Erasure of personal data in old cases",
            words("case", "forget", "--older-than", FORGET_AFTER, "--quiet"),
            "17 3 * * *", "*-*-* 03:17", 3600, is_silent=True,
        ),
        ScheduledJob(
            "dispatch-backup", "Verified backup of the case log",
            words("log", "backup", backup, "--keep", str(KEPT_BACKUPS), "--quiet"),
            "37 3 * * *", "*-*-* 03:37", 3600, is_silent=True,
        ),
        ScheduledJob(
            "dispatch-head", "Last record of the journal, to be kept elsewhere",
            words("log", "head", "--quiet"), "47 3 * * *", "*-*-* 03:47", _SPARE_S,
        ),
    )  # fmt: skip


def crontab(jobs: Sequence[ScheduledJob], user: str) -> Iterator[str]:
    """Make the lines for ``crontab -e``."""
    yield "# dispatch: mails only changes, missed deadlines and failures.\n"
    yield f"MAILTO={user}\n"
    for job in jobs:
        # In a crontab a % without a backslash ends the command.
        command = shlex.join(job.words).replace("%", r"\%")
        tail = " >/dev/null" if job.is_silent else ""
        yield f"# {job.title}\n{job.cron} {command}{tail}\n"


def units(jobs: Sequence[ScheduledJob], user: str) -> Iterator[str]:
    """Make the unit files, each below a line with its path as ``systemctl cat`` prints them."""
    yield _FAILED.format(user=user)
    for job in jobs:
        success = f"SuccessExitStatus={job.success}\n" if job.success else ""
        silent = "StandardOutput=null\n" if job.is_silent else ""
        spread_s = 5 if job.calendar == "minutely" else 30
        command = " ".join(map(_unit_word, job.words))
        yield (
            f"\n# /etc/systemd/system/{job.name}.service\n"
            f"[Unit]\nDescription={job.title}\nOnFailure=dispatch-failed@%n.service\n\n"
            f"[Service]\nType=oneshot\nUser={user}\nExecStart={command}\n{success}{silent}"
            f"TimeoutStartSec={job.limit_s}\n"
            f"\n# /etc/systemd/system/{job.name}.timer\n"
            f"[Unit]\nDescription={job.title}\n\n"
            f"[Timer]\nOnCalendar={job.calendar}\nRandomizedDelaySec={spread_s}\n"
            f"AccuracySec=1\nPersistent=true\n\n"
            f"[Install]\nWantedBy=timers.target\n"
        )


_FAILED = """\
# /etc/systemd/system/dispatch-failed@.service
[Unit]
Description=Report that %i has failed

[Service]
Type=oneshot
# Replace this by a command that reaches you: a mail, a call, a message.
ExecStart=/bin/sh -c 'systemctl status --no-pager --full "$1" | mail -s "$1 failed" {user}' sh %i
"""


def _unit_word(word: str) -> str:
    """Quote a word for ExecStart, which has its own rules for %, $, quotes and backslashes."""
    plain = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{plain}"' if plain != word or set(plain) & set(" ';") else plain


def _program() -> tuple[str, ...]:
    """Return the words that start this program, with absolute paths."""
    name = sys.argv[0]
    found = shutil.which(name) if os.path.basename(name) != "__main__.py" else None
    if found is not None:
        return (os.path.abspath(found),)
    return (sys.executable, "-m", "dispatch_cli")
