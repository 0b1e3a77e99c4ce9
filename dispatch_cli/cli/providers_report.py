"""``dispatch providers report``: what a provider said on the phone."""

from typing import Annotated

import typer

from .desk_options import DeskOptions
from .log_book import open_book, zone_of
from .option_groups import with_options
from .options import complete_providers
from .outcome import Outcome
from .result_output import shown
from .typed_input import read_moment

COLUMNS = ("provider", "state", "free", "until", "operator")


@with_options(DeskOptions)
def report(
    desk: DeskOptions,
    provider_id: Annotated[str, typer.Argument(metavar="ID", autocompletion=complete_providers)],
    *,
    free: Annotated[
        int | None, typer.Option(metavar="N", help="So many units are free; 0 is busy.")
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="18:00, or 45 (minutes). Else 60; busy: busy_wait_min."),
    ] = None,
    state: Annotated[
        str | None, typer.Option(metavar="STATE", help="up, busy or down, without a number.")
    ] = None,
) -> Outcome:
    """Note what a provider said on the phone, until when it holds.

    dispatch providers report huber --free 2 --until 18:00
    """
    from .. import desk as use_cases
    from ..cases import provider_reports
    from ..render.clean import clean

    book = open_book(desk, calls=True)
    said = provider_reports.report(
        book,
        provider_id,
        free=free,
        until=None if until is None else read_moment(until, book, provider_reports.CLOCK_AHEAD),
        state=state,
    )
    name = clean(use_cases.find_provider(book.catalog, said.provider).name)
    return shown(
        desk,
        "providers report",
        said,
        lines=lambda screen: [((f"{name}: {provider_reports.in_words(said, book)}", ""),)],
        columns=COLUMNS,
        rows=lambda: [
            {
                "provider": said.provider,
                "state": said.state,
                "free": "" if said.free is None else said.free,
                "until": said.until.astimezone(zone_of(book)).isoformat(timespec="minutes"),
                "operator": said.operator,
            }
        ],
    )
