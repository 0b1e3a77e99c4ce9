"""Find columns with times that no fact has, so that no batch ranks the past for now."""

import shlex
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from ...errors import BadDataError, Problem
from ...messages import Message, quoted
from ...notation import time_form
from ...records.values import Row
from .cell_values import shown_text_of
from .column_mapping import ColumnMapping, columns_option
from .column_names import JOINT

_LEAST_SHARE = 0.5
"""The share of the cells with content that must be times: a file may have notes among them."""


class TimeColumns(Struct, frozen=True):
    """The columns with times among some rows, each with an example.

    ``moments`` have a date and a clock, ``unreadable`` both with a date that may begin with the day
    or the month, ``dates`` and ``clocks`` one of the two.
    """

    moments: Mapping[str, str] = {}
    unreadable: Mapping[str, str] = {}
    dates: Mapping[str, str] = {}
    clocks: Mapping[str, str] = {}

    @property
    def refused(self) -> Mapping[str, str]:
        """The columns for which a batch without times is refused.

        Dates alone are no times of incidents, they may be birthdays; beside clocks they are.
        """
        together = {**self.dates, **self.clocks} if self.dates and self.clocks else {}
        return self.moments or self.unreadable or together

    @property
    def is_unreadable(self) -> bool:
        """Whether no name of a column would make the times readable."""
        return bool(self.unreadable and not self.moments)

    @property
    def column(self) -> str:
        """What to write for ``when``; "" if that is not certain."""
        if self.moments or self.unreadable:
            return next(iter(self.moments)) if len(self.moments) == 1 else ""
        if len(self.dates) == len(self.clocks) == 1:
            return JOINT.join((*self.dates, *self.clocks))
        return ""


def find_time_columns(rows: Sequence[Row], columns: ColumnMapping) -> TimeColumns:
    """Find the columns with times among those that no fact has.

    Half of the cells with content must be times, and one of them must have its date.
    """
    names = dict.fromkeys(name for row in rows for name in row.values)
    facts = {part for each in columns.by_fact.values() for part in columns.parts_of(each)}
    found: dict[str, dict[str, str]] = {}
    for name in names:
        if name not in facts:
            kind, example = _kind_of(row.values.get(name) for row in rows)
            if kind:
                found.setdefault(kind, {})[name] = example
    return TimeColumns(**found)


def has_times(rows: Sequence[Row], columns: ColumnMapping) -> bool:
    """Return whether any of some rows has content in the columns of its time."""
    column = columns.by_fact.get("when")
    names = () if column is None else columns.parts_of(column)
    return any(shown_text_of(row.values.get(name)) for row in rows for name in names)


def refuse_times(found: TimeColumns, named: Mapping[str, str], source: str) -> None:
    """Raise BadDataError if a column has times; ``named`` are the columns of ``--columns``."""
    if not found.refused:
        return
    example = quoted(next(iter(found.refused.values())))
    names = ", ".join(found.refused)
    problem = (
        Message(
            "the column {column} has times, such as {example}, but it is not used as when",
            column=quoted(names),
            example=example,
        )
        if len(found.refused) == 1
        else Message(
            "the columns {columns} have times, such as {example}, but none of them is used as when",
            columns=names,
            example=example,
        )
    )
    raise BadDataError(Problem(problem, file=source), hint=_advice(found, named))


def ranked_for_now(now: datetime, found: TimeColumns) -> Message:
    """Say that the rows of a file without times are ranked for now, local on the screen."""
    if found.dates:
        return Message(
            "no times found: rows are ranked for now, {now:%Y-%m-%d %H:%M}; only dates are in"
            " {columns}",
            now=now,
            columns=", ".join(found.dates),
        )
    return Message("no times found: rows are ranked for now, {now:%Y-%m-%d %H:%M}", now=now)


def _advice(found: TimeColumns, named: Mapping[str, str]) -> Message:
    if found.is_unreadable:
        return Message(
            "write these times as 2026-12-24T22:30, because a date with slashes may begin with the"
            " day or with the month; --now ranks all rows for now"
        )
    others = {fact: column for fact, column in named.items() if fact != "when"}
    option = columns_option({**others, "when": found.column or "COLUMN"})
    if found.column:
        return Message(
            "--columns {columns} ranks each row for its time, --now ranks all rows for now",
            columns=shlex.quote(option),
        )
    return Message(
        "--columns {columns}, with one of them as COLUMN, ranks each row for its time, --now ranks"
        " all rows for now",
        columns=shlex.quote(option),
    )


def _kind_of(cells: Iterable[object]) -> tuple[str, str]:
    """Return the field of ``TimeColumns`` for the cells of a column, "" for none; an example."""
    texts = Counter(filter(None, map(shown_text_of, cells)))
    counts: Counter[str] = Counter()
    examples: dict[str, str] = {}
    for text, count in texts.items():
        form = time_form(text)
        counts[form] += count
        examples.setdefault(form, text)
    least = _LEAST_SHARE * texts.total()
    if sum(counts.values()) - counts[""] < least or not texts:
        return "", ""
    for form, kind in (("moment", "moments"), ("slashes", "unreadable"), ("date", "dates")):
        if counts[form]:
            return kind, examples[form]
    return "clocks", examples["clock"]
