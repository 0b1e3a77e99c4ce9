"""Show a plain list: rich on a terminal, tab-separated elsewhere, an envelope with ``--json``."""

import sys
from collections.abc import Sequence

from .outcome import Outcome, emit


def listing(
    schema: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    json: bool,
    data: object = None,
) -> Outcome:
    """Make the outcome of a command that lists rows; ``data`` is its JSON where that says more."""

    def show() -> None:
        if json:
            named = [dict(zip(columns, row, strict=True)) for row in rows]
            emit(schema, {"rows": named} if data is None else data)
        else:
            from ..render.listing import print_listing

            print_listing(columns, rows, stream=sys.stdout)

    return Outcome(show)
