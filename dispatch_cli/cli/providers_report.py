"""``dispatch providers report``: record a provider's own report by phone."""

from typing import Annotated

import typer

from ..cases.book import local
from ..messages import Message
from .closed_word import closed_word
from .completion import complete_reported_states
from .desk_options import DeskOptions
from .log_book import open_book
from .option_groups import with_options
from .options import complete_providers
from .outcome import Outcome
from .result_output import shown
from .typed_input import read_moment

COLUMNS = ("provider", "state", "free", "until", "operator")


@with_options(DeskOptions)
def report(
    desk: DeskOptions,
    provider_id: Annotated[
        str,
        typer.Argument(metavar="ID", help="The provider.", autocompletion=complete_providers),
    ],
    *,
    free: Annotated[
        int | None, typer.Option(metavar="N", help="Number of free units; 0 means busy.")
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="End of the report: 18:00 or 45 (minutes from now). Default: 60 minutes; for"
            " busy, busy_wait_min of the provider file.",
        ),
    ] = None,
    state: Annotated[
        str | None,
        typer.Option(
            metavar="STATE",
            help="State without a number of units: up, busy, down.",
            autocompletion=complete_reported_states,
        ),
    ] = None,
) -> Outcome:
    """Record how many units a provider reports free by phone, and until when.

    dispatch providers report huber --free 2 --until 18:00
    """
    from .. import incident_ranking as use_cases
    from ..cases import provider_reports

    book = open_book(desk, calls=True)
    made = provider_reports.report(
        book,
        provider_id,
        free=free,
        until=None if until is None else read_moment(until, book, provider_reports.CLOCK_AHEAD),
        state=None if state is None else closed_word(state, provider_reports.REPORTED_STATES),
    )
    name = use_cases.find_provider(book.catalog, made.provider).name
    words = provider_reports.in_words(made, book)
    return shown(
        desk,
        "providers report",
        made,
        lines=lambda screen: [
            ((screen.text(Message("{provider}: {report}", provider=name, report=words)), ""),)
        ],
        columns=COLUMNS,
        rows=lambda: [
            {
                "provider": made.provider,
                "state": made.state,
                "free": "" if made.free is None else made.free,
                "until": local(made.until, book).isoformat(timespec="minutes"),
                "operator": made.operator,
            }
        ],
    )
