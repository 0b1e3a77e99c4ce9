"""Make the scene of a cascade: its incident, and for each service the firms with their areas."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import UNSET

from ..messages import Message
from ..results.cascade_answer import Answer, Cascade, Exclusion
from ..results.map_scene import (
    MapFirm,
    MapIncident,
    MapScene,
    MapSheet,
    Roads,
)
from .firm_areas import area_of
from .map_extent import box_round
from .map_ground import ground_of

if TYPE_CHECKING:
    from ..catalog import Catalog

HAS_A_PLACE = Message(
    "This map has the place of a person: delete the file when it is no longer needed."
)
MOST_RANKED = 500
"""The firms of a sheet, in the order of the calls."""

MOST_AREAS = 60
"""The ranks whose areas are on a sheet."""

MOST_EXCLUDED = 300
"""The excluded firms of a sheet, the nearest first."""

NEAREST_SHOWN = 3
"""Without a ranked firm, the map reaches to this many excluded firms, the nearest ones."""


def cascade_scene(
    answer: Answer,
    catalog: "Catalog",
    *,
    roads: Roads = Roads(),
) -> MapScene:
    """Make the scene of an answer; excluded firms are on it if the answer lists them.

    ``roads`` are drawn as the ground, if there are any.
    """
    position = answer.incident.position
    incident = MapIncident(
        lat=position["lat"],
        lon=position["lon"],
        uncertainty_km=position["uncertainty_km"],
        place=answer.incident.place,
    )
    sheets = tuple(_sheet(cascade, catalog, incident) for cascade in answer.cascades)
    return MapScene(
        kind="cascade",
        at=answer.incident.when,
        sheets=sheets,
        ground=ground_of([sheet.box for sheet in sheets], roads),
        incident=incident,
        view=answer.incident,
        emergency=answer.emergency,
        notes=(HAS_A_PLACE,),
    )


def _sheet(cascade: Cascade, catalog: "Catalog", incident: MapIncident) -> MapSheet:
    ranked, excluded = list(_ranked(cascade, catalog)), list(_excluded(cascade, catalog))
    near = ranked or excluded[:NEAREST_SHOWN]
    return MapSheet(
        service=cascade.service,
        box=box_round(
            (incident.lat, incident.lon),
            [(firm.lat, firm.lon) for firm in near],
            incident.uncertainty_km,
        ),
        firms=(*ranked, *excluded),
        last_resort=cascade.last_resort,
    )


def _ranked(cascade: Cascade, catalog: "Catalog") -> Iterator[MapFirm]:
    for candidate in cascade.candidates[:MOST_RANKED]:
        provider = catalog.find(candidate.provider)
        if provider is not None:
            yield MapFirm(
                provider=candidate.provider,
                name=candidate.name,
                phone=candidate.phone,
                lat=provider.lat,
                lon=provider.lon,
                rank=candidate.rank,
                candidate=candidate,
                area=area_of(provider) if candidate.rank <= MOST_AREAS else None,
                arrival_min=candidate.arrival_min,
                travel_source=candidate.travel_source,
                there_at=candidate.there_at,
            )


def _excluded(cascade: Cascade, catalog: "Catalog") -> Iterator[MapFirm]:
    """Yield the excluded firms: all of them with --explain, else those that may be asked anyway."""
    listed: Sequence[Exclusion] = (*cascade.nearest_excluded, *cascade.beyond_fallback)
    if cascade.excluded is not UNSET:
        listed = cascade.excluded
    elif not cascade.candidates:
        listed = cascade.nearest_excluded or cascade.beyond_fallback
    nearest = sorted(listed, key=lambda exclusion: (exclusion.distance_km, exclusion.provider))
    for exclusion in nearest[:MOST_EXCLUDED]:
        provider = catalog.find(exclusion.provider)
        if provider is not None:
            yield MapFirm(
                provider=exclusion.provider,
                name=exclusion.name,
                phone=exclusion.phone,
                lat=provider.lat,
                lon=provider.lon,
                exclusion=exclusion,
            )
