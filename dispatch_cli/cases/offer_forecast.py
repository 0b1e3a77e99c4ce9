"""What the ranking said of an offer when the call was placed."""

from datetime import datetime, timedelta

from msgspec.structs import replace

from ..model.case import Offer, Option
from .case_states import APPOINTMENT_AFTER


def with_forecast(offer: Offer, option: Option, when: datetime) -> Offer:
    """Keep with an offer what the ranking says of it, in whole minutes after the acceptance.

    A wait counts from the time of the incident, and what has passed of it is over. An appointment
    is kept at its time and says nothing of how long the provider takes.
    """
    offer = replace(offer, acceptance=option.acceptance)
    if option.base_min is None or when - offer.opened_at > APPOINTMENT_AFTER:
        return offer
    since = max(timedelta(), offer.opened_at - when)
    passed_min = min(option.wait_min, since / timedelta(minutes=1))
    return replace(
        offer,
        forecast_min=round(option.arrival_min - min(passed_min, option.arrival_min)),
        base_min=round(option.base_min - passed_min),
        travel_source=option.travel_source,
    )
