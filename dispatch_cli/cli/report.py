"""``dispatch report``: what the centre can prove."""

from typing import Annotated

import typer

from .case.desk import Desk, open_book, shown, zone_of
from .lazy import group
from .outcome import Outcome
from .spreading import takes

app = group("What the centre can prove.")


@app.command()
@takes(Desk)
def fairness(
    desk: Desk,
    since: Annotated[
        str, typer.Option("--since", metavar="DAY", help="2026-11-01: cases opened from then on.")
    ],
) -> Outcome:
    """Say who was asked how often, who accepted, and what contracts cost the motorists."""
    from .. import fairness as counting
    from ..notation import parse_when
    from ..render import fairness as screens

    book = open_book(desk)
    text = since if ":" in since else f"{since.strip()}T00:00"
    moment = parse_when(text, book.now, book.catalog.rules.settings.timezone)
    with book.store.reading() as reader:
        found = counting.report(
            reader.cases(open_only=False),
            reader.tallies(),
            moment.astimezone(zone_of(book)),
            standings=reader.standings(),
            contract_costs=reader.contract_costs(),
        )
    return shown(
        desk,
        "report fairness",
        found,
        lines=lambda screen: screens.fairness_lines(found, screen),
        columns=screens.FAIRNESS_COLUMNS,
        rows=lambda: screens.fairness_rows(found),
        warnings=[
            f"the erased cases of {month} are known by whole months only and left out"
            for month in found.left_out
        ],
    )
