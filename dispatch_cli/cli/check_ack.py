"""``dispatch check ack``: acknowledge that a provider is down."""

from typing import Annotated

import typer

from ..cases.book import local
from .desk_options import DeskOptions
from .log_book import open_book
from .option_groups import with_options
from .options import complete_providers
from .outcome import Outcome
from .result_output import shown
from .typed_input import read_moment

COLUMNS = ("provider", "since", "until", "operator")


@with_options(DeskOptions)
def acknowledge(
    desk: DeskOptions,
    provider_id: Annotated[
        str,
        typer.Argument(metavar="ID", help="The provider.", autocompletion=complete_providers),
    ],
    *,
    until: Annotated[
        str,
        typer.Option(
            metavar="TIME",
            help="End of the silence: 18:00 or 45 (minutes from now), at most 7 days.",
        ),
    ],
) -> Outcome:
    """Acknowledge that a provider is down: [[notify]] sends no reminder until a time.

    dispatch check ack huber --until 18:00
    """
    from .. import incident_ranking
    from ..cases import acknowledge_outage

    book = open_book(desk, calls=True)
    moment = read_moment(until, book, acknowledge_outage.CLOCK_AHEAD)
    made = acknowledge_outage.acknowledge(book, provider_id, until=moment)
    name = incident_ranking.find_provider(book.catalog, made.provider).name
    words = acknowledge_outage.in_words(made, name, book)
    return shown(
        desk,
        "check ack",
        made,
        lines=lambda screen: [((screen.text(words), ""),)],
        columns=COLUMNS,
        rows=lambda: [
            {
                "provider": made.provider,
                "since": local(made.since, book).isoformat(timespec="minutes"),
                "until": local(made.until, book).isoformat(timespec="minutes"),
                "operator": made.operator,
            }
        ],
    )
