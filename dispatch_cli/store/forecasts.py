"""Count forecasts and their outcomes, in tables that remain when cases are erased.

They reveal no place and no person: acceptances are counted by tenths of their chance, arrivals by
bands of the drive, which is rounded as at erasure. Exact chances are only summed, by provider and
year.
"""

from collections import Counter
from datetime import UTC
from typing import TYPE_CHECKING, Any

from ..learning import is_counted
from ..model.case import ACCEPTED_OUTCOMES, Case
from ..model.forecast_counts import MILLION, ArrivalCount, ChanceCount, ChanceSum, band_of, tenth_of
from .erasure import coarsened, drive_step
from .tallies import tally_of, turns_of

if TYPE_CHECKING:
    import sqlite3

_TABLES: dict[str, tuple[tuple[str, ...], tuple[str, str]]] = {
    "chance_count": (("month", "provider", "service", "tenth"), ("asked", "accepted")),
    "arrival_count": (
        ("month", "provider", "service", "travel_source", "band_min"),
        ("arrived", "observed_min"),
    ),
    "chance_sum": (("year", "provider"), ("asked", "millionths")),
}
"""The key of each table, and its two sums; a row is deleted when its first sum becomes 0."""

_Counts = Counter[tuple[str, int, tuple[str | int, ...]]]
"""Sums by table, which of its two, and key."""


def update_forecasts(connection: "sqlite3.Connection", before: Case, after: Case) -> None:
    """Update the counts to the offers of a changed case.

    They are whole numbers, so that a correction leaves no rounding error.
    """
    change = _counts_of(after)
    change.subtract(_counts_of(before))
    changed = {(table, key) for (table, _, key), more in change.items() if more}
    for table, key in sorted(changed, key=repr):
        columns, sums = _TABLES[table]
        where = " AND ".join(f"{column} = ?" for column in columns)
        row = connection.execute(
            f"SELECT {', '.join(sums)} FROM {table} WHERE {where}",  # noqa: S608 - our own names
            key,
        ).fetchone() or (0, 0)
        found = [each + change[table, place, key] for place, each in enumerate(row)]
        if found[0]:
            marks = ", ".join("?" * (len(columns) + len(sums)))
            connection.execute(
                f"INSERT OR REPLACE INTO {table} ({', '.join((*columns, *sums))})"  # noqa: S608
                f" VALUES ({marks})",
                (*key, *found),
            )
        else:
            connection.execute(f"DELETE FROM {table} WHERE {where}", key)  # noqa: S608


def read_chance_counts(connection: "sqlite3.Connection") -> list[ChanceCount]:
    """Read the counts of acceptances by month, provider, service and tenth of the chance."""
    return [ChanceCount(**row) for row in _rows(connection, "chance_count")]


def read_arrival_counts(connection: "sqlite3.Connection") -> list[ArrivalCount]:
    """Read the counts and minutes of arrivals by month, provider, service, source and band."""
    return [ArrivalCount(**row) for row in _rows(connection, "arrival_count")]


def read_chance_sums(connection: "sqlite3.Connection") -> list[ChanceSum]:
    """Read the sums of the chances by year and provider."""
    return [ChanceSum(**row) for row in _rows(connection, "chance_sum")]


def _rows(connection: "sqlite3.Connection", table: str) -> list[dict[str, Any]]:
    key, sums = _TABLES[table]
    names = (*key, *sums)
    found = connection.execute(
        f"SELECT {', '.join(names)} FROM {table} ORDER BY {', '.join(key)}"  # noqa: S608 - ours
    )
    return [dict(zip(names, row, strict=True)) for row in found]


def _counts_of(case: Case) -> _Counts:
    """Count the forecasts of a case whose outcome is known."""
    found: _Counts = Counter()
    step = drive_step(case.offers)
    for turn in turns_of(case.offers):
        tally = tally_of(case.id, None, turn, step)
        chance = turn[0].acceptance
        if tally is None or chance is None or not is_counted(tally):
            continue
        at = tally.opened_at.astimezone(UTC)
        key = (f"{at:%Y-%m}", tally.provider, tally.service)
        of_tenth, of_year = (*key, tenth_of(chance)), (f"{at:%Y}", tally.provider)
        found["chance_count", 0, of_tenth] += 1
        found["chance_count", 1, of_tenth] += tally.outcome in ACCEPTED_OUTCOMES
        found["chance_sum", 0, of_year] += 1
        found["chance_sum", 1, of_year] += round(chance * MILLION)
        forecast_min = coarsened(turn[-1], step).forecast_min
        if forecast_min is not None and tally.arrival_min is not None:
            of_band = (*key, tally.travel_source, band_of(forecast_min))
            found["arrival_count", 0, of_band] += 1
            found["arrival_count", 1, of_band] += round(tally.arrival_min)
    return found
