"""``dispatch log``: the journal, whole or not."""

from typing import Annotated

import typer

from ..errors import ExitCode
from .case.desk import Desk, open_log, shown
from .lazy import group
from .outcome import Outcome
from .spreading import takes

app = group("The journal: prove that nothing was taken out of it or changed.")


@app.command()
@takes(Desk)
def verify(
    desk: Desk,
    head: Annotated[
        str | None,
        typer.Option(
            "--head", metavar="NUMBER:HASH", help="What log head said once: it must be in there."
        ),
    ] = None,
) -> Outcome:
    """Check the chain of the journal from its first record to its last."""
    with open_log(desk).reading() as reader:
        problems, found = reader.verify(head), reader.head()
    return shown(
        desk,
        "log verify",
        {"head": found, "problems": problems},
        lines=lambda screen: [((screen.text(each), ""),) for each in problems or [f"ok: {found}"]],
        columns=("problem",) if problems else ("head",),
        rows=lambda: [{"problem": each} for each in problems] or [{"head": found}],
        exit_code=ExitCode.BAD_DATA if problems else ExitCode.OK,
    )


@app.command()
@takes(Desk)
def head(desk: Desk) -> Outcome:
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
