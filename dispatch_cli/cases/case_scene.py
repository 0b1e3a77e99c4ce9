"""Make the scene of a map of one case, with no more of its place than ``case show`` shows.

Without personal data the place is the area of its postcode. Then the map has no minutes, no
distances and no areas either: those of several firms together give the exact place away.
"""

from collections.abc import Iterator, Mapping

from ..map_scenes.firm_areas import area_of
from ..map_scenes.map_extent import box_of_dots, box_round
from ..map_scenes.map_ground import ground_of
from ..messages import Message
from ..model import LastResort, Place, Provider
from ..model.case import Case, CaseService, Offer, Option
from ..notation.centres import centres
from ..plans import emergency_calls
from ..results.cascade_answer import LastResortLine
from ..results.map_scene import MapBox, MapFirm, MapIncident, MapScene, MapSheet, Roads
from . import call_texts, case_states
from .book import Book, local, require_case

NOT_FORGOTTEN = Message(
    "This map has the exact place, which is personal data. dispatch case forget does not reach the"
    " file: delete it yourself."
)
ROUGH = Message(
    "The place is that of its postcode. Without --personal the map has no exact place, and no"
    " minutes, distances and areas, which would give it away."
)


def case_scene(book: Book, case_id: int, *, is_exact: bool, roads: Roads = Roads()) -> MapScene:
    """Make the scene of a case; with ``is_exact`` the journal must have a record of this view.

    Raises UsageError for a number of no case.
    """
    with book.store.reading() as reader:
        case = require_case(reader, case_id)
    incident = _exact(case) if is_exact else _rough(case)
    sheets = tuple(
        _sheet(book, case, service, incident, is_exact=is_exact) for service in case.services
    )
    return MapScene(
        kind="case",
        at=local(book.now, book),
        sheets=sheets,
        ground=ground_of([sheet.box for sheet in sheets], roads),
        incident=incident,
        case_id=case.id,
        what=case.incident.kind,
        emergency=emergency_calls(case.incident, book.catalog.rules),
        notes=(NOT_FORGOTTEN if is_exact else ROUGH,),
    )


def _exact(case: Case) -> MapIncident:
    place = case.incident.place
    return MapIncident(
        lat=place.lat,
        lon=place.lon,
        uncertainty_km=place.uncertainty_km,
        place=place.readback,
    )


def _rough(case: Case) -> MapIncident | None:
    """Return the area of the postcode of a place; None if it has none, as in an erased case."""
    place: Place = case.incident.place
    postcode = place.nearest_postcode or place.postcode
    centre = centres().of(postcode)
    if centre is None:
        return None
    reach_km = place.nearest_km if place.nearest_postcode else 0.0
    return MapIncident(
        lat=centre[0],
        lon=centre[1],
        uncertainty_km=max(1.0, centres().radius_km(postcode)) + reach_km,
        place=call_texts.rough_area(case.incident),
        is_rough=True,
    )


def _sheet(
    book: Book, case: Case, service: CaseService, incident: MapIncident | None, *, is_exact: bool
) -> MapSheet:
    firms = tuple(_firms(book, case, service, is_exact=is_exact))
    last = LastResort(service.last_resort_phone, service.last_resort_text)
    return MapSheet(
        service=service.service,
        box=_box(incident, firms),
        firms=firms,
        last_resort=LastResortLine(last.phone, last.sentence),
    )


def _box(incident: MapIncident | None, firms: tuple[MapFirm, ...]) -> MapBox:
    points = [(firm.lat, firm.lon) for firm in firms]
    if incident is None:
        return box_of_dots(points)
    return box_round((incident.lat, incident.lon), points, incident.uncertainty_km)


def _firms(book: Book, case: Case, service: CaseService, *, is_exact: bool) -> Iterator[MapFirm]:
    """Yield the firms of the frozen cascade, then those that were asked out of order."""
    asked: Mapping[str, Offer] = {
        offer.provider: offer for offer in case_states.offers_for(case, service.service)
    }
    rank = 0
    for rank, option in enumerate(service.options, 1):
        provider = book.catalog.find(option.provider)
        if provider is not None:
            yield _firm(
                provider,
                rank,
                offer=asked.get(option.provider),
                named=option,
                shown=option if is_exact else None,
            )
    known = {option.provider for option in service.options}
    for offer in asked.values():
        provider = book.catalog.find(offer.provider)
        if provider is not None and offer.provider not in known:
            rank += 1
            yield _firm(provider, rank, offer=offer, named=None, shown=None)


def _firm(
    provider: Provider,
    rank: int,
    *,
    offer: Offer | None,
    named: Option | None,
    shown: Option | None,
) -> MapFirm:
    """Make a firm, named as its offer or option names it; minutes and area only with ``shown``."""
    is_coming = offer is not None and offer.state in case_states.LIVE and offer.promises
    name = offer.name if offer else named.name if named else provider.name
    phone = offer.phone if offer else named.phones[0] if named else ""
    return MapFirm(
        provider=provider.id,
        name=name,
        phone=phone,
        lat=provider.lat,
        lon=provider.lon,
        rank=rank,
        area=area_of(provider) if shown else None,
        state=offer.state if offer else "",
        arrival_min=shown.arrival_min if shown else None,
        travel_source=shown.travel_source if shown else "",
        there_at=offer.promises[-1].there_at if offer and is_coming else None,
    )
