"""Forget a motorist: the rows go, the rest is blurred, and what reports need is added up."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from ..errors import ConflictError
from ..messages import Message
from ..model.case import Case, ContractCount, Standing
from . import cases, journal
from .erasure import forgotten
from .stamps import stamp_or_none, to_stamp

if TYPE_CHECKING:
    import sqlite3


_DUE = (
    "SELECT id FROM case_file WHERE forgotten_at IS NULL AND closed_at <= ?"
    " AND (hold_until IS NULL OR hold_until <= ?)"
)


def forget(connection: "sqlite3.Connection", case: Case, now: datetime) -> None:
    """Erase what is personal in one case; raises ConflictError if it is open or on hold."""
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
            "case {case_id} is held back until {hold_until:%Y-%m-%d %H:%M}",
            case_id=case_id,
            hold_until=case.hold_until,
        )
    _add_up(connection, case)
    after = forgotten(case, now)
    connection.execute("DELETE FROM personal WHERE case_id = ?", (case_id,))
    cases.update_case(connection, case, after)
    journal.erase(connection, case_id)
    connection.execute("INSERT OR IGNORE INTO unwiped VALUES (?)", (case_id,))


def hold(connection: "sqlite3.Connection", case: Case, until: datetime | None) -> None:
    """Keep a case back from erasure; raises ConflictError if that has been done already."""
    if case.forgotten_at is not None:
        raise ConflictError("what was personal in case {id} has been erased", id=case.id)
    connection.execute(
        "UPDATE case_file SET hold_until = ? WHERE id = ?", (stamp_or_none(until), case.id)
    )


def due(connection: "sqlite3.Connection", days: float, now: datetime) -> list[int]:
    """The cases that were closed so many days ago and are neither held nor forgotten."""
    return [
        case_id
        for (case_id,) in connection.execute(
            f"{_DUE} ORDER BY id", (to_stamp(now - timedelta(days=days)), to_stamp(now))
        )
    ]


def is_due(connection: "sqlite3.Connection", case_id: int, days: float, now: datetime) -> bool:
    """Whether one case is there and due; see ``due``."""
    found = connection.execute(
        f"{_DUE} AND id = ?", (to_stamp(now - timedelta(days=days)), to_stamp(now), case_id)
    )
    return found.fetchone() is not None


def forgotten_ids(connection: "sqlite3.Connection") -> list[int]:
    """The cases that have been erased."""
    rows = connection.execute("SELECT id FROM case_file WHERE forgotten_at IS NOT NULL ORDER BY id")
    return [row[0] for row in rows]


def is_unwiped(connection: "sqlite3.Connection") -> bool:
    """Whether bytes of what was erased may still be in the files."""
    return connection.execute("SELECT 1 FROM unwiped LIMIT 1").fetchone() is not None


def mark_wiped(connection: "sqlite3.Connection") -> None:
    """Say that no byte of what was erased is in the files any more."""
    connection.execute("DELETE FROM unwiped")


def touch(connection: "sqlite3.Connection") -> None:
    """Write a row that says nothing, so that other connections drop the pages they remember."""
    connection.execute("INSERT OR REPLACE INTO unwiped VALUES (0)")


def read_standings(connection: "sqlite3.Connection") -> list[Standing]:
    """Read how often who stood first in erased cases."""
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
    """Read in how many erased cases contracts cost how much."""
    return [
        ContractCount(month=month, client=client, band=band, cases=count)
        for month, client, band, count in connection.execute(
            "SELECT month, client, band, cases FROM contract_count ORDER BY month, client, band"
        )
    ]


def _add_up(connection: "sqlite3.Connection", case: Case) -> None:
    """Add the frozen cascades of a case to those of its month, before they go."""
    month = f"{case.opened_at.astimezone(UTC):%Y-%m}"
    connection.executemany(
        "INSERT INTO standing VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
        " first = first + excluded.first,"
        " first_by_wish = first_by_wish + excluded.first_by_wish",
        _standings(case, month),
    )
    if case.incident.client is not None:
        # Not for what only notes an answer, which is hurried.
        from ..fairness import case_band

        connection.execute(
            "INSERT INTO contract_count VALUES (?, ?, ?, 1)"
            " ON CONFLICT DO UPDATE SET cases = cases + 1",
            (month, case.incident.client, case_band(case)),
        )


def _standings(case: Case, month: str) -> Iterable[tuple[str, str, str, int, int]]:
    """Count who stood first, if it was asked in order: its offer, which stays, says no less.

    Who else stood in the cascade, or first without being asked, would tell the place: it lies in
    the areas of those firms.
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
