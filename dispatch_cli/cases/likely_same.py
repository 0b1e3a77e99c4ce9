"""Find the cases that may be about the same motorist as another case or call."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ..model import Incident
from ..model.case import Case
from ..model.sphere import great_circle_km
from ..notation import is_same_number

if TYPE_CHECKING:
    from ..store import Reader, Transaction

SAME_WITHIN = timedelta(hours=1)
SAME_KM = 0.5
COMPARED_CASES = 200


def likely_same(
    reader: "Reader | Transaction", incident: Incident, call_back: str, now: datetime
) -> Iterator[Case]:
    """Yield the cases of the last hour at the same spot, or with the same call-back number."""
    for case in reader.cases(open_only=False, limit=COMPARED_CASES):
        if now - case.opened_at > SAME_WITHIN:
            continue
        other = reader.personal(case.id) if call_back else None
        has_number = other is not None and is_same_number(other.call_back, call_back)
        if has_number or _is_same_spot(case.incident, incident):
            yield case


def open_and_same(
    reader: "Reader", incident: Incident, call_back: str, now: datetime
) -> Iterator[Case]:
    """Yield those of them that are still open."""
    for case in likely_same(reader, incident, call_back, now):
        if case.closed_at is None and not case.cancelled:
            yield case


def _is_same_spot(one: Incident, other: Incident) -> bool:
    """Return whether two incidents are within SAME_KM of each other.

    If a place is less exact than that, kind, vehicle and client must also be equal.
    """
    here, there = one.place, other.place
    if great_circle_km(here.lat, here.lon, there.lat, there.lon) > SAME_KM:
        return False
    if max(here.uncertainty_km, there.uncertainty_km) <= SAME_KM:
        return True
    return (one.kind, one.vehicle.kind, one.client) == (
        other.kind,
        other.vehicle.kind,
        other.client,
    )
