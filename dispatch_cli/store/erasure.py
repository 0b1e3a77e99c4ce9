"""What is left of a case when its motorist is forgotten, so that the place cannot be found again.

Three drives at known speeds from known bases give a place back, and so does the mere order of
twenty candidates. What stays is therefore the decision: who was asked, what they said and when.
Everything that tells how long somebody drove is shifted to whole steps of minutes; the cascades
are added up by month.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from math import ceil

from msgspec.structs import replace

from ..model import Incident, Place, Vehicle
from ..model.case import Case, CaseService, Offer
from ..model.sphere import great_circle_km
from .moments import EPOCH

BLUR_KM = 8.0
"""A place is blurred to a region that reaches at least so far from its centre: a municipality."""

STEP = timedelta(minutes=5)
"""The drive of a case's only driver stays in such steps."""

STEP_OF_SEVERAL = timedelta(minutes=10)
"""Where several drove, their circles cross: each stays in steps of so much for each of them."""

MINUTE = timedelta(minutes=1)

HALF_HOUR = timedelta(minutes=30)
"""Ends of work and times of journal records stay to this."""

_ABROAD_DEGREES = 1.0
_ABROAD_KM = 80.0


def coarse_facts(incident: Incident) -> Incident:
    """The incident without what belongs to the motorist, which is kept for ever."""
    vehicle = incident.vehicle
    return Incident(
        kind=incident.kind,
        place=blurred(incident.place),
        when=incident.when,
        client=incident.client,
        vehicle=Vehicle(
            kind=vehicle.kind,
            ev=vehicle.ev,
            trailer=vehicle.trailer,
            weight_t=None if vehicle.weight_t is None else float(ceil(vehicle.weight_t)),
            state=vehicle.state,
        ),
        spot=incident.spot,
        trapped=incident.trapped,
        injured=min(1, incident.injured),
    )


def blurred(place: Place) -> Place:
    """The region of a place: the leading digits of its postcode that reach far enough."""
    from ..notation import centre_of, is_postcode, postcode_uncertainty_km

    if place.foreign_km or not is_postcode(place.postcode):
        return Place(
            lat=round(place.lat / _ABROAD_DEGREES) * _ABROAD_DEGREES,
            lon=round(place.lon / _ABROAD_DEGREES) * _ABROAD_DEGREES,
            uncertainty_km=_ABROAD_KM,
            source="blurred",
            foreign_km=ceil(place.foreign_km / _ABROAD_KM) * _ABROAD_KM,
        )
    lat, lon = centre_of(place.postcode)
    region, reach_km = place.postcode, postcode_uncertainty_km(place.postcode)
    while reach_km < BLUR_KM and len(region) > 1:
        region = region[:-1]
        lat, lon, reach_km = _region(region)
    return Place(
        lat=lat,
        lon=lon,
        uncertainty_km=reach_km,
        label=region.ljust(len(place.postcode), "x"),
        source="blurred",
        postcode=region,
        land=place.land,
    )


def forgotten(case: Case, now: datetime) -> Case:
    """The case without its motorist."""
    step = drive_step(case.offers)
    return replace(
        case,
        incident=coarse_facts(case.incident),
        services=tuple(_without_order(service) for service in case.services),
        offers=tuple(
            replace(shifted(offer, step), acceptance=None, forecast_min=None)
            for offer in case.offers
        ),
        closed_at=None if case.closed_at is None else to_half_hour(case.closed_at),
        call_back_at=None,
        hold_until=None,
        forgotten_at=now,
    )


def drive_step(offers: Iterable[Offer]) -> timedelta:
    """The step to which the drives of a case are made coarse."""
    drivers = len({offer.provider for offer in offers if offer.promises or offer.arrived_at})
    return STEP if drivers < 2 else drivers * STEP_OF_SEVERAL


def shifted(offer: Offer, step: timedelta) -> Offer:
    """Shift the drive of an offer to a whole number of steps; how late it was stays as it is.

    The forecasts are shifted by the same minutes, because minutes from a known base tell the drive.
    An offer without a moment of arrival (``came_at``) loses its forecasts. Every offer loses its
    booking, because its begin and end tell the drive as well.
    """
    offer = replace(offer, booked_from=None, booked_until=None)
    begin = offer.answered_at or offer.opened_at
    end = offer.arrived_at or (offer.promises[0].there_at if offer.promises else None)
    if end is None:
        return replace(offer, forecast_min=None, base_min=None, travel_source="")
    shift = begin + round((end - begin) / step) * step - end
    forecast_min, base_min = offer.forecast_min, offer.base_min
    came_at = offer.came_at
    if came_at is None:
        forecast_min = base_min = None
    else:
        # Late is a difference of whole minutes, and must stay what it was.
        more_min = round((came_at + shift - begin) / MINUTE) - round((came_at - begin) / MINUTE)
        forecast_min = None if forecast_min is None else forecast_min + more_min
        base_min = None if base_min is None else base_min + more_min
    return replace(
        offer,
        promises=tuple(replace(each, there_at=each.there_at + shift) for each in offer.promises),
        arrived_at=None if offer.arrived_at is None else offer.arrived_at + shift,
        arrive_by=None if offer.arrive_by is None else offer.arrive_by + shift,
        ended_at=None if offer.ended_at is None else to_half_hour(offer.ended_at),
        forecast_min=forecast_min,
        base_min=base_min,
        travel_source="" if base_min is None else offer.travel_source,
    )


def to_half_hour(moment: datetime) -> datetime:
    """The half hour in which a moment lies, by its beginning."""
    return EPOCH + (moment - EPOCH) // HALF_HOUR * HALF_HOUR


def _without_order(service: CaseService) -> CaseService:
    """Keep of a cascade that there was one: who was asked stands in the offers."""
    return replace(service, options=(), input_hash="", neutral_cost_min=0.0)


@cache
def _region(prefix: str) -> tuple[float, float, float]:
    """Centre and reach of all postcodes that begin so, as (lat, lon, km)."""
    from ..notation import postcode_uncertainty_km
    from ..notation.centres import centres

    found = [each for each in centres().everything() if each[0].startswith(prefix)]
    lat = sum(each[1] for each in found) / len(found)
    lon = sum(each[2] for each in found) / len(found)
    reach_km = max(
        great_circle_km(lat, lon, each[1], each[2]) + postcode_uncertainty_km(each[0])
        for each in found
    )
    return lat, lon, reach_km
