"""Read and write the bookings of units, one row for each acceptance."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from ..errors import ConflictError
from ..model.case import Booking, Case
from ..model.stamps import from_stamp, to_stamp

if TYPE_CHECKING:
    import sqlite3


def read_bookings(connection: "sqlite3.Connection") -> dict[str, list[Booking]]:
    """Read the bookings by provider, also ended ones whose case is still open."""
    found: dict[str, list[Booking]] = {}
    for provider, unit, case_id, offer, begin, end in connection.execute(
        "SELECT provider, unit, case_id, offer, begin_at, end_at FROM engagement"
        " ORDER BY provider, unit, begin_at"
    ):
        booking = Booking(
            provider=provider,
            unit=unit,
            case_id=case_id,
            offer=offer,
            begin=from_stamp(begin),
            end=from_stamp(end),
        )
        found.setdefault(provider, []).append(booking)
    return found


def read_booked_after(connection: "sqlite3.Connection", moment: datetime) -> set[tuple[int, int]]:
    """Read the offers whose booking was made later, by its last promise or arrival."""
    rows = connection.execute(
        "SELECT case_id, offer FROM engagement JOIN offer USING (case_id)"
        " WHERE offer.number = engagement.offer AND"
        " coalesce(arrived_at, json_extract(promises, '$[#-1][1]'), 0) > ?",
        (to_stamp(moment),),
    )
    return {(case_id, number) for case_id, number in rows}


def update_bookings(connection: "sqlite3.Connection", before: Case, after: Case) -> None:
    """Update the bookings to a changed case; raises ConflictError if a unit is booked already."""
    release_changed(connection, before, after)
    old, new = bookings_of(before), bookings_of(after)
    for number, booking in new.items():
        if old.get(number) != booking:
            _book(connection, booking)


def release_changed(connection: "sqlite3.Connection", before: Case, after: Case) -> None:
    """Free the units whose bookings end or change with a changed case."""
    old, new = bookings_of(before), bookings_of(after)
    delete_bookings(connection, after.id, [n for n in old if old[n] != new.get(n)])


def delete_bookings(connection: "sqlite3.Connection", case_id: int, offers: Iterable[int]) -> None:
    """Free the units of some offers of a case."""
    connection.executemany(
        "DELETE FROM engagement WHERE case_id = ? AND offer = ?",
        [(case_id, number) for number in offers],
    )


def bookings_of(case: Case) -> dict[int, Booking]:
    """Return the bookings of a case by offer."""
    if case.closed_at is not None:
        return {}
    return {
        offer.number: Booking(
            provider=offer.provider,
            unit=offer.unit,
            case_id=case.id,
            offer=offer.number,
            begin=offer.booked_from,
            end=offer.booked_until,
        )
        for offer in case.offers
        if offer.unit
        and offer.booked_from is not None
        and offer.booked_until is not None
        and offer.outcome == "accepted"
        and not offer.corrected
        and offer.ended_at is None
    }


def _book(connection: "sqlite3.Connection", booking: Booking) -> None:
    import sqlite3

    times = to_stamp(booking.begin), to_stamp(booking.end)
    try:
        connection.execute(
            "INSERT INTO engagement (provider, unit, case_id, offer, begin_at, end_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (booking.provider, booking.unit, booking.case_id, booking.offer, *times),
        )
    except sqlite3.IntegrityError as error:
        if error.sqlite_errorname != "SQLITE_CONSTRAINT_TRIGGER":
            raise
        by = connection.execute(
            "SELECT case_id, offer FROM engagement WHERE provider = ? AND unit = ?"
            " AND begin_at < ? AND ? < end_at",
            (booking.provider, booking.unit, times[1], times[0]),
        ).fetchone()
        raise ConflictError(
            "unit {unit} of {provider} has just been booked by {case_id}.{offer}",
            unit=booking.unit,
            provider=booking.provider,
            case_id=by[0],
            offer=by[1],
            hint="if the provider has one more truck: accept --extra-unit",
        ) from error
