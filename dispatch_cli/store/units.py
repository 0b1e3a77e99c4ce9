"""The units that are taken now, one row each, kept in step with the acceptances."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ..errors import ConflictError
from ..model.case import Case, Engagement, Offer
from .moments import from_stamp, moment_or_none, stamp_or_none, to_stamp

if TYPE_CHECKING:
    import sqlite3

WORK = timedelta(minutes=45)
"""How long a unit is taken from when it is there: an estimate, until the case is closed."""


def read_engaged(connection: "sqlite3.Connection", now: datetime) -> dict[str, list[Engagement]]:
    """Read the taken units by provider; one that should long be free is free at any moment."""
    found: dict[str, list[Engagement]] = {}
    for provider, unit, slot, case_id, offer, since, until in connection.execute(
        "SELECT provider, unit, slot, case_id, offer, since, until FROM engagement"
        " ORDER BY provider, unit, slot"
    ):
        end = moment_or_none(until)
        engagement = Engagement(
            provider=provider,
            unit=unit,
            slot=slot,
            case_id=case_id,
            offer=offer,
            since=from_stamp(since),
            until=None if end is None else max(end, now),
        )
        found.setdefault(provider, []).append(engagement)
    return found


def update_units(connection: "sqlite3.Connection", before: Case, after: Case) -> None:
    """Free and take what a change of a case frees and takes; raises ConflictError."""
    old, new = _taken(before), _taken(after)
    for number in old:
        if old[number] != new.get(number):
            connection.execute(
                "DELETE FROM engagement WHERE case_id = ? AND offer = ?", (after.id, number)
            )
    for number, engagement in new.items():
        if old.get(number) != engagement:
            _take(connection, engagement)


def _taken(case: Case) -> dict[int, Engagement]:
    """The engagements of a case by offer."""
    if case.closed_at is not None:
        return {}
    return {
        offer.number: Engagement(
            provider=offer.provider,
            unit=offer.unit,
            slot=offer.slot,
            case_id=case.id,
            offer=offer.number,
            since=offer.answered_at or offer.opened_at,
            until=_free_about(offer),
        )
        for offer in case.offers
        if offer.unit
        and offer.outcome == "accepted"
        and not offer.corrected
        and offer.ended_at is None
    }


def _free_about(offer: Offer) -> datetime | None:
    there_at = offer.arrived_at or (offer.promises[-1].there_at if offer.promises else None)
    return None if there_at is None else there_at + WORK


def _take(connection: "sqlite3.Connection", taken: Engagement) -> None:
    import sqlite3

    try:
        connection.execute(
            "INSERT INTO engagement (provider, unit, slot, case_id, offer, since, until)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                taken.provider,
                taken.unit,
                taken.slot,
                taken.case_id,
                taken.offer,
                to_stamp(taken.since),
                stamp_or_none(taken.until),
            ),
        )
    except sqlite3.IntegrityError as error:
        if error.sqlite_errorname not in (
            "SQLITE_CONSTRAINT_PRIMARYKEY",
            "SQLITE_CONSTRAINT_UNIQUE",
        ):
            raise
        by = connection.execute(
            "SELECT case_id, offer FROM engagement WHERE provider = ? AND unit = ? AND slot = ?",
            (taken.provider, taken.unit, taken.slot),
        ).fetchone()
        raise ConflictError(
            f"unit {taken.unit} of {taken.provider} has just gone to {by[0]}.{by[1]}",
            hint="if the firm has one more truck: accept --extra-unit",
        ) from error
