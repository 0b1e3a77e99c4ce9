"""``dispatch log``: verify the journal of the case log, back the log up, restore it."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import ExitCode
from ..messages import Message, Plural
from .desk_options import DeskOptions
from .lazy import group
from .log_book import book_of, login_name, open_log
from .option_groups import with_options
from .outcome import UNSHOWN, Outcome
from .result_output import shown

if TYPE_CHECKING:
    from ..store.restoring import RestoreResult

LOG_SUMMARY = "{path}: {cases}, journal {head}"
"""Made without a call of other functions, which could fail after the commit."""

app = group("Verify the journal of the case log, back the log up, restore it.")


@app.command()
@with_options(DeskOptions)
def verify(
    desk: DeskOptions,
    head: Annotated[
        str | None,
        typer.Option(
            "--head",
            metavar="NUMBER:HASH",
            help="Value that log head printed earlier; it must be in the journal.",
        ),
    ] = None,
) -> Outcome:
    """Verify the case log: all records of its journal, its cases and its file."""
    with open_log(desk).reading() as reader:
        problems, found = reader.verify(head), reader.head()
    return shown(
        desk,
        "log verify",
        {"head": found, "problems": problems},
        lines=lambda screen: [
            ((screen.text(each), ""),) for each in problems or [Message("ok: {head}", head=found)]
        ],
        columns=("problem",) if problems else ("head",),
        rows=lambda: [{"problem": str(each)} for each in problems] or [{"head": found}],
        exit_code=ExitCode.BAD_DATA if problems else ExitCode.OK,
    )


@app.command()
@with_options(DeskOptions)
def head(desk: DeskOptions) -> Outcome:
    """Print the number and hash of the journal's last record, to be kept elsewhere."""
    with open_log(desk).reading() as reader:
        found, is_empty = reader.head(), reader.last_act() is None
    return shown(
        desk,
        "log head",
        {"head": found},
        # Alone on its line, also without a terminal, because --head takes it. An empty journal
        # prints nothing, so that cron mails nothing before the first case.
        lines=lambda screen: [] if is_empty else [((screen.text(found), ""),)],
        hint=Message("the journal has no record yet") if is_empty else "",
    )


@app.command()
@with_options(DeskOptions)
def backup(
    desk: DeskOptions,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="File of the copy.")],
    keep: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=1000,
            metavar="N",
            help="Keep the last N copies (FILE, FILE.1, FILE.2, …) and delete older ones. Files"
            " that are not copies of this log are refused. Default: an existing FILE is refused.",
        ),
    ] = None,
) -> Outcome:
    """Copy the case log to a file, also while others work with it, and verify the copy.

    dispatch log backup /srv/backup/cases.sqlite3 --keep 14
    """
    with open_log(desk) as log:
        made = log.back_up(file, keep=keep)
    cases = Plural("{count} case", "{count} cases", made.cases)
    done = Message(LOG_SUMMARY, path=made.path, cases=cases, head=made.head)
    UNSHOWN.recorded.append(Message("backup {summary}", summary=done))
    return shown(
        desk,
        "log backup",
        made,
        lines=lambda screen: [((screen.text(done), ""),)],
        columns=("path", "cases", "head"),
        rows=lambda: [{"path": made.path, "cases": made.cases, "head": made.head}],
    )


@app.command()
@with_options(DeskOptions)
def restore(
    desk: DeskOptions,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Copy made by log backup.")],
) -> Outcome:
    """Replace the case log by a backup; the old log is kept beside it.

    dispatch log restore /srv/backup/cases.sqlite3
    """
    from ..cases.clock_watch import record_jump

    with open_log(desk) as log:
        book = book_of(log, desk.operator or login_name(), file)
        made = log.restore(file, operator=book.operator, before=lambda tx: record_jump(book, tx))
        path = log.path
    cases = Plural("{count} case", "{count} cases", made.cases)
    done = Message(LOG_SUMMARY, path=path, cases=cases, head=made.head)
    UNSHOWN.recorded.append(Message("restored {summary}", summary=done))
    UNSHOWN.warnings.extend((*book.unshown.warnings, *_losses(made)))
    return shown(
        desk,
        "log restore",
        made,
        lines=lambda screen: [
            ((screen.text(done), ""),),
            ((screen.text(Message("backup: journal {head}", head=made.backup_head)), ""),),
            *(
                ((screen.text(Message("moved aside: {path}", path=each)), ""),)
                for each in made.aside
            ),
        ],
        columns=("path", "cases", "head", "backup_head"),
        rows=lambda: [
            {
                "path": str(path),
                "cases": made.cases,
                "head": made.head,
                "backup_head": made.backup_head,
            }
        ],
        hint=Message('end every open "dispatch case work": it stops at its next key'),
    )


def _losses(made: "RestoreResult") -> Iterator[Message]:
    """Word what the restored log lacks, and what was erased in the log before it."""
    if made.is_other:
        yield _other_log(made)
    elif made.missing is None:
        yield _unreadable_log(made)
    elif made.missing:
        yield Plural(
            "{count} record made since the backup is not in this log",
            "{count} records made since the backup are not in this log",
            made.missing,
        )
    if made.erased:
        yield Message(
            "erased again, as in the log before: cases {numbers}", numbers=_numbers(made.erased)
        )
    if made.held:
        yield Message(
            "erased in the log before, on hold in this one: cases {numbers};"
            " run dispatch case forget after the hold",
            numbers=_numbers(made.held),
        )
    if made.open:
        yield Message(
            "erased in the log before, open in this one: cases {numbers};"
            " close them and run dispatch case forget",
            numbers=_numbers(made.open),
        )


def _other_log(made: "RestoreResult") -> Message:
    """Word that the backup is one of another log; with the commits of an unreadable log before."""
    if not made.lost_commits:
        return Message("this was a backup of another case log")
    return Message(
        "this was a backup of another case log; the one before, which cannot be read completely,"
        " had {commits}",
        commits=Plural("{count} commit", "{count} commits", made.lost_commits),
    )


def _unreadable_log(made: "RestoreResult") -> Message:
    """Word the losses from a log that cannot be read; its lock file has the number of commits."""
    if not made.lost_commits:
        return Message(
            "the log before cannot be read completely: records since the backup"
            " are not in this one, and data erased since are in it again (dispatch case forget)"
        )
    return Message(
        "the log before cannot be read completely: records since the backup (up to {commits})"
        " are not in this one, and data erased since are in it again (dispatch case forget)",
        commits=Plural("{count} commit", "{count} commits", made.lost_commits),
    )


def _numbers(cases: tuple[int, ...]) -> str:
    return ", ".join(map(str, cases))
