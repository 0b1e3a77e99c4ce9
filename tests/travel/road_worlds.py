"""Firms and incidents round Heidelberg, at points of roads."""

import json
import time
from collections.abc import Sequence
from random import Random
from urllib.request import urlopen

from dispatch_cli import incident_ranking
from dispatch_cli.candidates import RatedProvider
from dispatch_cli.model import Place, Provider
from dispatch_cli.model.travel_engines import TravelSettings
from dispatch_cli.travel.place_roads import Roads, open_roads

from ..worlds import incident, need, provider

BOX = (49.33, 49.50, 8.55, 8.80)
"""South, north, west and east of the part of the extract with all its roads."""


def points(random: Random, count: int) -> list[tuple[float, float]]:
    """Choose points anywhere in the box."""
    south, north, west, east = BOX
    return [
        (round(random.uniform(south, north), 6), round(random.uniform(west, east), 6))
        for _ in range(count)
    ]


def points_on_roads(random: Random, count: int, osrm: str) -> list[tuple[float, float]]:
    """Choose points on roads that are connected, by the engine."""
    found: list[tuple[float, float]] = []
    while len(found) < count:
        line = ";".join(f"{lon:.6f},{lat:.6f}" for lat, lon in points(random, 90))
        with urlopen(f"{osrm}/table/v1/driving/{line}?sources=0&generate_hints=false") as answer:  # noqa: S310
            table = json.load(answer)
        found += [
            (end["location"][1], end["location"][0])
            for end, seconds in zip(table["destinations"], table["durations"][0], strict=True)
            if seconds is not None and end["distance"] < 300
        ]
    return found[:count]


def firms_at(random: Random, bases: Sequence[tuple[float, float]]) -> list[Provider]:
    """Make a firm at each base, with minutes and shares of all sizes."""
    return [
        provider(
            f"firm-{number}",
            lat=lat,
            lon=lon,
            acceptance=random.choice([0.4, 0.5, 0.6, 0.7, 0.8, 0.9]),
            turnout_min=random.choice([2.0, 4.0, 5.0, 8.0, 12.0]),
            answer_min=random.choice([1.0, 2.0, 3.0, 5.0]),
        )
        for number, (lat, lon) in enumerate(bases)
    ]


def settings_for(url: str, **changes: object) -> TravelSettings:
    """Make the settings of OSRM at an address that the user has named."""
    return TravelSettings(**{"engine": "osrm", "url": url, "is_trusted": True, **changes})


def roads_at(url: str, cache_dir=None, *, now: float | None = None, **changes: object) -> Roads:
    """Open the roads of an address."""
    opened = open_roads(
        settings_for(url, **changes),
        cache_dir=cache_dir,
        now=time.time() if now is None else now,
    )
    assert opened is not None
    return opened


def first_rows(firms: Sequence[Provider], at: tuple[float, float], roads: Roads, rows: int = 5):
    """Rank firms for a tow by road; returns the rows as they are compared, and the use."""
    place = Place(lat=at[0], lon=at[1])
    ranked = incident_ranking.rank_need(
        need(incident(place=place)), firms, table=roads(place), rows=rows
    )
    return [*map(compared, ranked.orders.asked)], ranked.roads


def compared(rated: RatedProvider) -> tuple[str, float, str]:
    """Return the provider of a row, its minutes and their source."""
    return rated.eligible.provider.id, rated.order_min, rated.travel_source
