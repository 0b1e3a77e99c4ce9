"""A small case with two services and three firms, for the tests of working it."""

from datetime import UTC, datetime, timedelta

from dispatch_cli.availability import Fleet
from dispatch_cli.cases.unit_bookings import JobMinutes
from dispatch_cli.model.case import Booking, Case, CaseService, Option

from ..worlds import incident

NOON = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
JOB = JobMinutes(way_min=20.0, job_min=45.0)
"""Twenty minutes there, three quarters of an hour on the scene."""


def option(provider: str, *, units: int = 1, phones: int = 1, wait_min: float = 0.0) -> Option:
    """Make a firm that would be there in 20 minutes."""
    return Option(
        provider=provider,
        name=provider.title(),
        phones=tuple(f"{provider} {number}" for number in range(1, phones + 1)),
        units=units,
        arrival_min=20.0,
        answer_min=2.0,
        acceptance=0.7,
        wait_min=wait_min,
        index_min=23.0,
    )


def service(name: str, *options: Option, after: str | None = None) -> CaseService:
    """Make a service with its frozen cascade."""
    return CaseService(
        service=name,
        after=after,
        opened=after is None,
        options=options,
        last_resort_phone="110",
        last_resort_text="police",
        input_hash="x",
    )


def case(*services: CaseService, case_id: int = 17) -> Case:
    """Make a case that was opened at noon."""
    return Case(
        id=case_id,
        opened_at=NOON,
        operator="desk",
        incident=incident(kind="breakdown"),
        services=services
        or (
            service("roadside_repair", option("anna", phones=2), option("bert")),
            service("tow", option("bert"), option("carl", units=2), after="roadside_repair"),
        ),
    )


def fleet(of: Case, provider: str, units: int = 1, but: int = 0, now=NOON) -> Fleet:
    """Return the units of a provider and what the case has booked of them, but for one offer."""
    return Fleet(
        units,
        now,
        [
            Booking(
                provider=offer.provider,
                unit=offer.unit,
                case_id=of.id,
                offer=offer.number,
                begin=offer.booked_from,
                end=offer.booked_until,
            )
            for offer in of.offers
            if offer.provider == provider and offer.number != but
            if offer.state in ("accepted", "arrived")
        ],
    )
