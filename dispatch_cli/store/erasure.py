"""What is left of a case when its motorist is forgotten, so that the place cannot be found again.

Three drives at known speeds from known bases give a place back, and so does the mere order of
twenty candidates. What stays is therefore the decision: who was asked, what they said and when.
Every time that tells how long a provider drove is rounded to whole steps. The cascades go:
only which of those who were asked stood first is counted by month.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from math import ceil

from msgspec.structs import replace

from ..model import Incident, Place, Vehicle
from ..model.case import Case, CaseService, Offer
from ..model.sphere import great_circle_km
from .stamps import EPOCH

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
    from ..notation import is_postcode

    if place.foreign_km or not is_postcode(place.postcode):
        return Place(
            lat=round(place.lat / _ABROAD_DEGREES) * _ABROAD_DEGREES,
            lon=round(place.lon / _ABROAD_DEGREES) * _ABROAD_DEGREES,
            uncertainty_km=_ABROAD_KM,
            source="blurred",
            foreign_km=ceil(place.foreign_km / _ABROAD_KM) * _ABROAD_KM,
        )
    region, lat, lon, reach_km = _region_of(place.postcode)
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
            replace(coarsened(offer, step), rank=0, acceptance=None, forecast_min=None)
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


def coarsened(offer: Offer, step: timedelta) -> Offer:
    """Round each time and forecast of the drive to whole steps after the acceptance.

    Each is rounded by itself. Moved together, a promise of "35 minutes" that was moved to 37.4
    would tell by how much, and the arrival less an exact lateness would be the exact forecast. An
    offer without a moment of arrival (``came_at``) loses its forecasts. Every offer loses its
    booking, because its begin and end tell the drive as well.
    """
    offer = replace(offer, booked_from=None, booked_until=None)
    begin = offer.answered_at or offer.opened_at

    def rounded(moment: datetime) -> datetime:
        return begin + round((moment - begin) / step) * step

    arrive_by = offer.arrive_by
    if arrive_by is not None and offer.promises:
        last = offer.promises[-1].there_at
        arrive_by = rounded(last) + (arrive_by - last)
    is_known = offer.came_at is not None
    base_min = _whole_steps(offer.base_min, step) if is_known else None
    return replace(
        offer,
        promises=tuple(replace(each, there_at=rounded(each.there_at)) for each in offer.promises),
        arrived_at=None if offer.arrived_at is None else rounded(offer.arrived_at),
        arrive_by=arrive_by,
        ended_at=None if offer.ended_at is None else to_half_hour(offer.ended_at),
        forecast_min=_whole_steps(offer.forecast_min, step) if is_known else None,
        base_min=base_min,
        travel_source="" if base_min is None else offer.travel_source,
    )


def _whole_steps(minutes: int | None, step: timedelta) -> int | None:
    if minutes is None:
        return None
    step_min = step // MINUTE
    return round(minutes / step_min) * step_min


def to_half_hour(moment: datetime) -> datetime:
    """The half hour in which a moment lies, by its beginning."""
    return EPOCH + (moment - EPOCH) // HALF_HOUR * HALF_HOUR


def _without_order(service: CaseService) -> CaseService:
    """Keep of a cascade that there was one: who was asked stands in the offers."""
    return replace(service, options=(), input_hash="", neutral_cost_min=0.0)


@cache
def _region_of(postcode: str) -> tuple[str, float, float, float]:
    """The region to which a postcode is blurred, with its centre and reach."""
    from ..notation import centre_of, postcode_uncertainty_km

    lat, lon = centre_of(postcode)
    region, reach_km = postcode, postcode_uncertainty_km(postcode)
    while reach_km < BLUR_KM and len(region) > 1:
        region = region[:-1]
        lat, lon, reach_km = _region(region)
    return region, lat, lon, reach_km


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
