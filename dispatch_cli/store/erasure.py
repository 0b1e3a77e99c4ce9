"""Reduce a case at its erasure, so that the motorist's place cannot be reconstructed.

Three drives at known speeds from known bases reveal a place, and so does the order of twenty
candidates. The decision stays: which providers were asked, their answers, and when. All times that
reveal the length of a drive are rounded to whole steps. The cascades are deleted; only asked
providers that were first are counted by month.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from math import ceil

from msgspec.structs import replace

from ..model import Incident, Place, Vehicle
from ..model.case import Case, CaseService, Offer
from ..model.sphere import great_circle_km
from ..model.stamps import EPOCH

BLUR_KM = 8.0
"""Least radius of the region of a blurred place, about that of a municipality."""

STEP = timedelta(minutes=5)
"""Rounding of the drive if a single provider drove."""

STEP_OF_SEVERAL = timedelta(minutes=10)
"""Rounding for each provider that drove if several did, because their circles intersect."""

MINUTE = timedelta(minutes=1)

HALF_HOUR = timedelta(minutes=30)
"""Rounding of ends of work and of times of journal records."""

_ABROAD_DEGREES = 1.0
_ABROAD_KM = 80.0


def coarse_facts(incident: Incident) -> Incident:
    """Return the incident without personal data, as it is kept for ever."""
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
    """Blur a place to the region of as many leading digits of its postcode as are large enough."""
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
    """Return the case without personal data."""
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
        emergency_at=None,
        emergency_by=None,
        on_line_since=None,
        # Whether a person was hurt is kept; so is whether the caller was asked for it.
        answered=None
        if case.answered is None
        else tuple(name for name in case.answered if name == "injured"),
    )


def drive_step(offers: Iterable[Offer]) -> timedelta:
    """Return the step for rounding the drives of a case."""
    drivers = len({offer.provider for offer in offers if offer.promises or offer.arrived_at})
    return STEP if drivers < 2 else drivers * STEP_OF_SEVERAL


def coarsened(offer: Offer, step: timedelta) -> Offer:
    """Round each time and forecast of the drive to whole steps after the acceptance.

    Each is rounded by itself. If they were shifted together, a promise of "35 minutes" shown as
    37.4 would reveal the shift, and the arrival minus an exact lateness the exact forecast. An
    offer without an arrival (``came_at``) loses its forecasts. Every offer loses its booking, whose
    begin and end reveal the drive as well.
    """
    offer = replace(
        offer,
        booked_from=None,
        booked_until=None,
        ring_back_by=None,
        tell_driver_by=None,
        tell_caller_by=None,
        call_off_by=None,
    )
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
    """Return the beginning of the half hour of a moment."""
    return EPOCH + (moment - EPOCH) // HALF_HOUR * HALF_HOUR


def _without_order(service: CaseService) -> CaseService:
    """Delete the cascade of a service; its asked providers are in the offers."""
    return replace(service, options=(), input_hash="", neutral_cost_min=0.0, last_resort_by=None)


@cache
def _region_of(postcode: str) -> tuple[str, float, float, float]:
    """Return the region of a blurred postcode, with its centre and radius."""
    from ..notation import centre_of, postcode_uncertainty_km

    lat, lon = centre_of(postcode)
    region, reach_km = postcode, postcode_uncertainty_km(postcode)
    while reach_km < BLUR_KM and len(region) > 1:
        region = region[:-1]
        lat, lon, reach_km = _region(region)
    return region, lat, lon, reach_km


@cache
def _region(prefix: str) -> tuple[float, float, float]:
    """Return centre and radius of all postcodes with a prefix, as (lat, lon, km)."""
    from ..notation import postcode_uncertainty_km
    from ..notation.centres import centres

    found = [*centres().everything(prefix)]
    lat = sum(each[1] for each in found) / len(found)
    lon = sum(each[2] for each in found) / len(found)
    reach_km = max(
        great_circle_km(lat, lon, each[1], each[2]) + postcode_uncertainty_km(each[0])
        for each in found
    )
    return lat, lon, reach_km
