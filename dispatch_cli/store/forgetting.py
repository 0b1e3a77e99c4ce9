"""Erase the personal data of a case, blur the rest, and add up the counts for reports."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from ..errors import ConflictError
from ..messages import Message
from ..model.case import Case
from ..model.case_counts import ContractCount, Standing
from ..model.stamps import stamp_or_none, to_stamp
from . import cases, journal, undo_rows
from .erasure import forgotten

if TYPE_CHECKING:
    import sqlite3


_DUE = (
    "SELECT id FROM case_file WHERE forgotten_at IS NULL AND closed_at <= ?"
    " AND (hold_until IS NULL OR hold_until <= ?)"
    # The caller of a duplicate may still be needed for the case that it was merged into.
    # That case may itself have been merged since, and so on.
    " AND NOT EXISTS (WITH RECURSIVE main (id, closed_at, merged_into) AS"
    " (SELECT id, closed_at, merged_into FROM case_file AS next"
    " WHERE next.id = case_file.merged_into UNION SELECT next.id, next.closed_at, next.merged_into"
    " FROM case_file AS next JOIN main ON next.id = main.merged_into)"
    " SELECT 1 FROM main WHERE closed_at IS NULL)"
)


def forget(connection: "sqlite3.Connection", case: Case, now: datetime) -> None:
    """Erase the personal data of one case; raises ConflictError if it is open or on hold."""
    case_id = case.id
    if case.forgotten_at is not None:
        return
    if case.closed_at is None:
        raise ConflictError(
            "case {case_id} is open",
            case_id=case_id,
            hint=Message("dispatch case close {case_id}", case_id=case_id),
        )
    if case.hold_until is not None and case.hold_until > now:
        raise ConflictError(
            "case {case_id} is kept from erasure until {hold_until:%Y-%m-%d %H:%M}",
            case_id=case_id,
            hold_until=case.hold_until,
        )
    _add_up(connection, case)
    after = forgotten(case, now)
    connection.execute("DELETE FROM personal WHERE case_id = ?", (case_id,))
    undo_rows.delete_all(connection, case_id)
    cases.update_case(connection, case, after)
    journal.erase(connection, case_id)
    connection.execute("INSERT OR IGNORE INTO unwiped VALUES (?)", (case_id,))


def hold(connection: "sqlite3.Connection", case: Case, until: datetime | None) -> None:
    """Keep a case from erasure; raises ConflictError if it is erased already."""
    if case.forgotten_at is not None:
        raise cases.erased(case.id)
    connection.execute(
        "UPDATE case_file SET hold_until = ? WHERE id = ?", (stamp_or_none(until), case.id)
    )


def due(connection: "sqlite3.Connection", days: float, now: datetime) -> list[int]:
    """List the cases that were closed at least ``days`` ago and are neither held nor erased."""
    return [
        case_id
        for (case_id,) in connection.execute(
            f"{_DUE} ORDER BY id", (to_stamp(now - timedelta(days=days)), to_stamp(now))
        )
    ]


def is_due(connection: "sqlite3.Connection", case_id: int, days: float, now: datetime) -> bool:
    """Return whether a case exists and is due; see ``due``."""
    found = connection.execute(
        f"{_DUE} AND id = ?", (to_stamp(now - timedelta(days=days)), to_stamp(now), case_id)
    )
    return found.fetchone() is not None


def forgotten_ids(connection: "sqlite3.Connection") -> list[int]:
    """List the erased cases."""
    rows = connection.execute("SELECT id FROM case_file WHERE forgotten_at IS NOT NULL ORDER BY id")
    return [row[0] for row in rows]


def is_unwiped(connection: "sqlite3.Connection") -> bool:
    """Return whether bytes of erased rows may still be in the files."""
    return connection.execute("SELECT 1 FROM unwiped LIMIT 1").fetchone() is not None


def mark_wiped(connection: "sqlite3.Connection") -> None:
    """Record that no byte of erased rows is in the files any more."""
    connection.execute("DELETE FROM unwiped")


def touch(connection: "sqlite3.Connection") -> None:
    """Write a meaningless row, so that other connections drop their cached pages."""
    connection.execute("INSERT OR REPLACE INTO unwiped VALUES (0)")


def read_standings(connection: "sqlite3.Connection") -> list[Standing]:
    """Read how often each provider was first in erased cases."""
    return [
        Standing(
            month=month,
            provider=provider,
            service=service,
            first=first,
            first_by_wish=by_wish,
        )
        for month, provider, service, first, by_wish in connection.execute(
            "SELECT month, provider, service, first, first_by_wish FROM standing"
            " ORDER BY month, provider, service"
        )
    ]


def read_contract_counts(connection: "sqlite3.Connection") -> list[ContractCount]:
    """Read the numbers of erased cases by client and band of the contract's cost."""
    return [
        ContractCount(month=month, client=client, band=band, cases=count)
        for month, client, band, count in connection.execute(
            "SELECT month, client, band, cases FROM contract_count ORDER BY month, client, band"
        )
    ]


def _add_up(connection: "sqlite3.Connection", case: Case) -> None:
    """Add the cascades of a case to the counts of its month, before they are deleted."""
    month = f"{case.opened_at.astimezone(UTC):%Y-%m}"
    connection.executemany(
        "INSERT INTO standing VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
        " first = first + excluded.first,"
        " first_by_wish = first_by_wish + excluded.first_by_wish",
        _standings(case, month),
    )
    if case.incident.client is not None:
        # Imported here, because commands that only record an answer must start fast.
        from ..fairness import case_band

        connection.execute(
            "INSERT INTO contract_count VALUES (?, ?, ?, 1)"
            " ON CONFLICT DO UPDATE SET cases = cases + 1",
            (month, case.incident.client, case_band(case)),
        )


def _standings(case: Case, month: str) -> Iterable[tuple[str, str, str, int, int]]:
    """Count the providers that were first and asked in order, as their offers already show.

    Other providers of the cascade would reveal the place, which is in all their areas.
    """
    asked = {
        (offer.service, offer.provider)
        for offer in case.offers
        if offer.outcome is not None and not offer.corrected and not offer.override
    }
    for service in case.services:
        if service.opened and service.options:
            first = service.options[0].provider
            if (service.service, first) in asked:
                yield (month, first, service.service, 1, int(first == case.incident.wish))
