"""Sample cases, with invented providers and numbers."""

from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from dispatch_cli.model import Incident, Place, Vehicle
from dispatch_cli.model.case import Act, Case, CaseService, Offer, Option, Personal, Promise

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
AUGSBURG = Place(
    lat=48.3716,
    lon=10.8983,
    label="86150 Augsburg",
    postcode="86150",
    postcodes=("86150", "86152"),
    land="BY",
)


def incident(**facts: Any) -> Incident:
    """Make a breakdown in Augsburg."""
    return Incident(
        **{
            "kind": "breakdown",
            "place": AUGSBURG,
            "when": NOW,
            "client": "adac",
            "vehicle": Vehicle(kind="car", brand="Borgward", weight_t=1.63),
            "persons": 2,
            **facts,
        }
    )


def option(provider: str, minutes: float = 22.0) -> Option:
    """Make a candidate with an arrival in minutes."""
    return Option(
        provider=provider,
        name=provider.title(),
        phones=("089 99998-207",),
        units=1,
        arrival_min=minutes,
        answer_min=2.0,
        acceptance=0.8,
        wait_min=0.0,
        index_min=minutes + 2.5,
    )


def service(name: str = "tow", *providers: str, **facts: Any) -> CaseService:
    """Make a service with its frozen cascade."""
    return CaseService(
        **{
            "service": name,
            "after": None,
            "opened": True,
            "options": tuple(option(each) for each in providers or ("huber", "lech")),
            "last_resort_phone": "110",
            "last_resort_text": "police has the road cleared",
            "input_hash": "c0ffee",
            "neutral_cost_min": 2.6,
            **facts,
        }
    )


def case(*services: CaseService, **facts: Any) -> Case:
    """Make a case without offers."""
    return Case(
        **{
            "id": 0,
            "opened_at": NOW,
            "operator": "mara",
            "incident": incident(),
            "services": services or (service(),),
            **facts,
        }
    )


def offer(number: int = 1, provider: str = "huber", **facts: Any) -> Offer:
    """Make an open offer of a tow, as many minutes after NOW as its number."""
    at = facts.pop("opened_at", NOW + number * MINUTE)
    return Offer(
        **{
            "number": number,
            "service": "tow",
            "provider": provider,
            "name": provider.title(),
            "phone": "089 99998-207",
            "opened_at": at,
            "answer_by": at + 3 * MINUTE,
            "operator": "mara",
            "rank": number,
            **facts,
        }
    )


def declined(number: int = 1, provider: str = "huber", **facts: Any) -> Offer:
    """Make an offer that was declined two minutes later."""
    made = offer(number, provider, **facts)
    return replace(
        made, outcome="declined", reason="no_unit", answered_at=made.opened_at + 2 * MINUTE
    )


def accepted(
    number: int = 1, provider: str = "huber", *, unit: int = 1, minutes: float = 30.0, **facts: Any
) -> Offer:
    """Make an offer that was accepted two minutes later, with a promise."""
    made = offer(number, provider, **facts)
    at = made.opened_at + 2 * MINUTE
    there_at = at + minutes * MINUTE
    return replace(
        made,
        outcome="accepted",
        answered_at=at,
        promises=(Promise(there_at, at, "provider"),),
        arrive_by=there_at + 10 * MINUTE,
        unit=unit,
        booked_from=at,
        booked_until=there_at + 45 * MINUTE,
    )


def closed(before: Case, at: datetime) -> Case:
    """Return the case when all its work is done."""
    ended = tuple(
        replace(each, ended_at=at) if each.outcome == "accepted" else each for each in before.offers
    )
    return replace(before, offers=ended, closed_at=at)


def personal(**facts: str) -> Personal:
    """Make personal data with reserved numbers and an invented name."""
    return Personal(
        **{"caller": "A. Caller", "call_back": "0152 28817386", "plate": "A-XX 1", **facts}
    )


def act(action: str = "open", case_id: int = 1, **details: Any) -> Act:
    """Make a record for the journal."""
    return Act(at=NOW, operator="mara", action=action, case_id=case_id, details=details)
