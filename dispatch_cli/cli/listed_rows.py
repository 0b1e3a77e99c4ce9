"""Show a plain list: rich on a terminal, tab-separated elsewhere, an envelope with ``--json``."""

import sys
from collections.abc import Iterable, Sequence

from .outcome import Outcome, emit, emit_list


def listing(
    schema: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
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


def streamed(
    schema: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    json: bool,
    key: str,
    items: Iterable[object],
) -> Outcome:
    """Make the outcome of a command that lists many rows, none of which is kept once it is shown.

    With ``--json`` the list ``items`` stands under ``key``; only one of ``rows`` and ``items`` is
    gone through.
    """
    if json:
        return Outcome(lambda: emit_list(schema, key, items))
    return listing(schema, columns, rows, json=False)
