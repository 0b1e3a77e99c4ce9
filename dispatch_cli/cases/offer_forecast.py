"""Keep the forecast of the ranking with an offer when the call is placed."""

from datetime import datetime, timedelta

from msgspec.structs import replace

from ..model.case import Offer, Option
from .case_deadlines import APPOINTMENT_AFTER


def with_forecast(offer: Offer, option: Option, when: datetime) -> Offer:
    """Return the offer with the forecast of its option, in whole minutes after the acceptance.

    A wait counts from the time of the incident, so that the part that has passed is subtracted. An
    appointment has no forecast of minutes, because the provider comes at its time.
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
