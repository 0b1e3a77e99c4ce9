"""``dispatch log``: the journal, whole or not, and copies of the log."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import ExitCode
from ..messages import counted
from .desk_options import DeskOptions
from .lazy import group
from .log_book import book_of, login_name, open_log
from .option_groups import with_options
from .outcome import UNSHOWN, Outcome
from .result_output import shown

if TYPE_CHECKING:
    from ..store.restoring import RestoreResult

app = group("The case log: prove that its journal is whole, back it up, restore it.")


@app.command()
@with_options(DeskOptions)
def verify(
    desk: DeskOptions,
    head: Annotated[
        str | None,
        typer.Option(
            "--head",
            metavar="NUMBER:HASH",
            help="A value that log head printed earlier; it must be in the journal.",
        ),
    ] = None,
) -> Outcome:
    """Check the whole log: its journal from the first record to the last, its cases, its file."""
    with open_log(desk).reading() as reader:
        problems, found = reader.verify(head), reader.head()
    return shown(
        desk,
        "log verify",
        {"head": found, "problems": problems},
        lines=lambda screen: [((screen.text(each), ""),) for each in problems or [f"ok: {found}"]],
        columns=("problem",) if problems else ("head",),
        rows=lambda: [{"problem": str(each)} for each in problems] or [{"head": found}],
        exit_code=ExitCode.BAD_DATA if problems else ExitCode.OK,
    )


@app.command()
@with_options(DeskOptions)
def head(desk: DeskOptions) -> Outcome:
    """Print the journal's last record, for cron to mail away."""
    with open_log(desk).reading() as reader:
        found = reader.head()
    return shown(
        desk,
        "log head",
        {"head": found},
        # Alone on its line, also off a terminal: it is what --head takes.
        lines=lambda screen: [((screen.text(found), ""),)],
    )


@app.command()
@with_options(DeskOptions)
def backup(
    desk: DeskOptions,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The copy to write.")],
    keep: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=1000,
            metavar="N",
            help="Keep the last N copies: FILE, FILE.1, FILE.2 … and delete those above. A"
            " file that is no copy of this log is refused. Default: an existing FILE is refused.",
        ),
    ] = None,
) -> Outcome:
    """Copy the case log into a file while others work with it; checked on both ends.

    dispatch log backup /srv/backup/cases.sqlite3 --keep 14
    """
    with open_log(desk) as log:
        made = log.back_up(file, keep=keep)
    done = f"{made.path}: {counted(made.cases, 'case')}, journal {made.head}"
    UNSHOWN.recorded.append(f"backup {done}")
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
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A copy made by log backup.")],
) -> Outcome:
    """Put a backup in the place of the case log; the old one is kept beside it, none is deleted.

    dispatch log restore /srv/backup/cases.sqlite3
    """
    from ..cases.clock_watch import record_jump

    with open_log(desk) as log:
        book = book_of(log, desk.operator or login_name(), file)
        made = log.restore(file, operator=book.operator, before=lambda tx: record_jump(book, tx))
        path = log.path
    done = f"{path}: {counted(made.cases, 'case')}, journal {made.head}"
    UNSHOWN.recorded.append(f"restored {done}")
    UNSHOWN.warnings.extend((*book.unshown.warnings, *_what_is_lost(made)))
    return shown(
        desk,
        "log restore",
        made,
        lines=lambda screen: [
            ((screen.text(done), ""),),
            ((screen.text(f"backup: journal {made.backup_head}"), ""),),
            *(((screen.text(f"moved aside: {each}"), ""),) for each in made.aside),
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
        hint='end every "dispatch case work" that was open: it stops at its next key',
    )


def _what_is_lost(made: "RestoreResult") -> Iterator[str]:
    if made.is_other:
        yield f"this was a backup of another case log{_known(made, 'the one before')}"
    elif made.missing is None:
        yield (
            f"the log before cannot be read whole: what was recorded since the backup{_known(made)}"
            " is not in this one, and what was erased since is in it again (dispatch case forget)"
        )
    elif made.missing:
        are = "is" if made.missing == 1 else "are"
        yield f"{counted(made.missing, 'record')} made since the backup {are} not in this log"
    if made.erased:
        yield f"erased again, as in the log before: cases {_numbers(made.erased)}"
    if made.held:
        yield (
            f"erased in the log before, on hold in this one: cases {_numbers(made.held)};"
            " run dispatch case forget after the hold"
        )
    if made.open:
        yield (
            f"erased in the log before, open in this one: cases {_numbers(made.open)};"
            " close them and run dispatch case forget"
        )


def _known(made: "RestoreResult", of: str = "") -> str:
    """How much was acknowledged in a log that cannot be read whole, by its lock file."""
    if not made.lost_commits:
        return ""
    commits = counted(made.lost_commits, "commit")
    return f"; {of}, which cannot be read whole, had {commits}" if of else f" (up to {commits})"


def _numbers(cases: tuple[int, ...]) -> str:
    return ", ".join(map(str, cases))
