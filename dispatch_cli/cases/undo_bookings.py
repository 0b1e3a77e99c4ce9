"""The bookings that an undo restores: they must be free, and those that gave way move back."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ..errors import ConflictError
from ..model.case import Act, Booking, Case, Offer, ref_of
from .case_states import LIVE, offer_of

if TYPE_CHECKING:
    from datetime import datetime

    from ..store import Reader


def moved_back(
    reader: "Reader", after: Mapping[int, Case], case: Case, number: int, moved: Act
) -> Case:
    """Return a case whose booking has given way, with the booking at its old time.

    ``moved`` is the record of that, and ``after`` has the cases that the undo changes. The case
    stays as it is if its booking has changed since, or if the old time is taken.
    """
    parts = reader.parts_before(case.id, number)
    found = moved.details.get("offer")
    offer = offer_of(case, found) if isinstance(found, int) else None
    old = next((each for each in (parts.offers if parts else ()) if each.number == found), None)
    times = moved.details.get("begin"), moved.details.get("end")
    if offer is None or old is None or case.closed_at is not None or offer.state not in LIVE:
        return case
    changed = replace(offer, booked_from=old.booked_from, booked_until=old.booked_until)
    is_as_moved = (_iso(offer.booked_from), _iso(offer.booked_until)) == times
    if not is_as_moved or _overlapping(reader, after, case.id, changed):
        return case
    offers = tuple(changed if each.number == found else each for each in case.offers)
    return replace(case, offers=offers)


def must_be_free(reader: "Reader", before: Mapping[int, Case], after: Mapping[int, Case]) -> None:
    """Raise ConflictError if a unit that an undo books again is booked for another job now."""
    for case_id, case in after.items():
        for offer in case.offers:
            is_changed = offer_of(before[case_id], offer.number) != offer
            taken = _overlapping(reader, after, case_id, offer) if is_changed else None
            if taken is not None and case.closed_at is None and _books(offer):
                raise ConflictError(
                    "unit {unit} of {name} is booked for {other} now, so that {ref} cannot be"
                    " restored",
                    unit=offer.unit,
                    name=offer.name,
                    other=ref_of(taken.case_id, taken.offer),
                    ref=ref_of(case_id, offer.number),
                )


def _books(offer: Offer) -> bool:
    return offer.state in LIVE and offer.ended_at is None and offer.booked_from is not None


def _overlapping(
    reader: "Reader", after: Mapping[int, Case], case_id: int, offer: Offer
) -> Booking | None:
    """Return a booking of another case at the time of an offer's booking; None without one.

    For the cases that the undo changes, their new bookings count.
    """
    if offer.booked_from is None or offer.booked_until is None:
        return None
    for each in reader.bookings().get(offer.provider, []):
        other = after.get(each.case_id)
        begin, end = each.begin, each.end
        if other is not None:
            now = offer_of(other, each.offer)
            if now is None or not _books(now) or now.booked_from is None:
                continue
            begin, end = now.booked_from, now.booked_until or now.booked_from
        is_same_time = begin < offer.booked_until and offer.booked_from < end
        if each.case_id != case_id and each.unit == offer.unit and is_same_time:
            return each
    return None


def _iso(moment: "datetime | None") -> str:
    return "" if moment is None else moment.isoformat()
