"""The tab-separated output of a cascade, whose columns are declared in ``cascade_columns``."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TextIO

from msgspec import UNSET

from ..messages import Message
from ..results.cascade_answer import Answer, Cascade, EmergencyCall
from .cascade_columns import CASCADE_COLUMNS, SEPARATOR, Column, PlainColumn
from .plain import PlainRow, write_table


def plain_columns(columns: Iterable[Column]) -> list[PlainColumn]:
    """Return the columns of the tab-separated output in their order."""
    return sorted((each.plain for each in columns if each.plain), key=lambda plain: plain.number)


COLUMNS = tuple(column.name for column in plain_columns(CASCADE_COLUMNS))


def print_plain(
    answer: Answer,
    *,
    stream: TextIO,
    top: int | None = None,
    explain: bool = False,
    columns: Sequence[Column] = CASCADE_COLUMNS,
) -> None:
    """Print the candidates of every service, emergency first, the last resort last.

    ``top`` leaves out all candidates behind that rank; the totals count them. ``rank`` is 0 for
    emergency numbers and advice, ``last`` for the last resort, which has the totals, and empty for
    excluded providers, which are all listed only with ``explain``. Numbers are unrounded; an
    infinite one is empty.
    """
    plain = plain_columns(columns)
    write_table(
        (column.name for column in plain), _rows(answer, plain, top=top, explain=explain), stream
    )


def _rows(
    answer: Answer, columns: list[PlainColumn], *, top: int | None, explain: bool
) -> Iterator[PlainRow]:
    yield from emergency_rows(answer.emergency, answer.advice)
    for centre in answer.control_centres:
        yield {"service": "control_centre", "when": "now", "rank": 0, "name": centre}
    for cascade in answer.cascades:
        yield from _cascade_rows(cascade, columns, top=top, explain=explain)


def emergency_rows(
    calls: Iterable[EmergencyCall], advice: Iterable[Message | str] = ()
) -> Iterator[PlainRow]:
    """Make the first rows, at rank 0: one for each number, then one for each advice."""
    by_number: dict[str, list[EmergencyCall]] = {}
    for call in calls:
        by_number.setdefault(call.dial, []).append(call)
    for number, group in by_number.items():
        yield {
            "service": group[0].service,
            "when": "now",
            "rank": 0,
            "phone": number,
            "name": ", ".join(call.service for call in group),
            "why": SEPARATOR.join(dict.fromkeys(str(call.text) for call in group)),
        }
    for each in advice:
        yield {"service": "advice", "when": "now", "rank": 0, "why": str(each)}


def _cascade_rows(
    cascade: Cascade, columns: list[PlainColumn], *, top: int | None, explain: bool
) -> Iterator[PlainRow]:
    shared = {each.name: each.every_row(cascade) for each in columns if each.every_row}
    for candidate in cascade.candidates[:top]:
        yield shared | {each.name: each.candidate(candidate) for each in columns if each.candidate}
    yield shared | {each.name: each.last_resort(cascade) for each in columns if each.last_resort}
    # Providers that open soon or are only slower than the last resort are always listed.
    excluded = cascade.excluded if explain and cascade.excluded is not UNSET else ()
    named = {exclusion.provider for exclusion in excluded}
    always = (*cascade.opens_soon, *cascade.beyond_fallback)
    unnamed = [one for one in always if one.provider not in named]
    for exclusion in (*unnamed, *excluded):
        yield shared | {each.name: each.exclusion(exclusion) for each in columns if each.exclusion}
