"""The bounds of the ball tree hold, and it leaves nobody out who may be asked."""

from collections.abc import Iterator
from math import inf
from random import Random

import pytest

from dispatch_cli import geo
from dispatch_cli.batch import tree
from dispatch_cli.batch.offers import Offer, point_of
from dispatch_cli.batch.tree import Tree
from dispatch_cli.model import ServiceSettings
from dispatch_cli.model.sphere import great_circle_km

TABLES = [
    ServiceSettings(),
    ServiceSettings(speed=((3.0, 25.0), (20.0, 60.0), (inf, 90.0)), fallback_min=45.0, detour=1.0),
]


def offers_of(random: Random, count: int) -> list[Offer]:
    """Firms all over the earth and in clusters, some on one spot, some early, some never asked."""
    found = []
    for number in range(count):
        lat, lon = random.choice([(48.1, 11.6), (-33.0, 151.0), (70.0, 179.9)])
        if random.random() < 0.3:
            lat, lon = random.uniform(-89, 89), random.uniform(-180, 180)
        elif random.random() < 0.8:
            lat, lon = random.gauss(lat, 0.4), random.gauss(lon, 0.4)
        standing_min, ask_min = random.uniform(-5, 30), random.uniform(1, 12)
        rest_min = max(0.0, standing_min) + ask_min - random.choice([0.0, 8.0])
        facts = dict.fromkeys(Offer._fields)
        facts |= {
            "number": number, "lat": lat, "lon": lon, "point": point_of(lat, lon),
            "radius_km": random.uniform(0, 80), "standing_min": standing_min, "late_min": 0.0,
            "ask_min": ask_min, "rest_min": random.choice([inf, rest_min, rest_min, rest_min]),
        }  # fmt: skip
        found.append(Offer(**facts))
    return found


def places_of(random: Random) -> Iterator[tuple[float, float, float]]:
    """Where somebody may stand, and how uncertain that is."""
    for _ in range(60):
        lat, lon = random.choice([(48.1, 11.6), (-33.0, 151.0), (70.0, -179.9), (89.99, 5.0)])
        yield min(90.0, random.gauss(lat, 0.5)), random.gauss(lon, 0.5), random.choice([0.0, 7.0])


def faults(offers: list[Offer], settings: ServiceSettings, random: Random) -> list[str]:
    """What the tree says wrongly of some places, by the distance to every single offer."""
    made, wrong = Tree(offers, settings), []
    for lat, lon, uncertainty_km in places_of(random):
        km = {each.number: great_circle_km(lat, lon, each.lat, each.lon) for each in offers}
        point = point_of(lat, lon)
        index_min = {
            each.number: max(0.0, each.standing_min + geo.crow_fly_min(km[each.number], settings))
            + each.ask_min
            for each in offers
        }
        order_min = {
            # The largest head start is what ``rest_min`` knows of it.
            each.number: index_min[each.number]
            - (max(0.0, each.standing_min) + each.ask_min - each.rest_min)
            for each in offers
        }
        seen, last_min = set(), -inf
        for bound_min, leaves in made.by_bound(point, uncertainty_km):
            wrong += ["a bound fell"] * (bound_min < last_min - 1e-6)
            last_min = bound_min
            seen |= {leaf[0] for leaf in leaves}
            wrong += [
                f"{leaf[0]} is below its bound" for leaf in leaves if order_min[leaf[0]] < bound_min
            ]
        reached = {
            each.number for each in offers if km[each.number] <= each.radius_km + uncertainty_km
        }
        asked = {
            number
            for number in reached
            if offers[number].rest_min < inf and index_min[number] < settings.fallback_min
        }
        wrong += [f"{number} is left out" for number in asked - seen]
        around = [each.number for each in made.around(point, uncertainty_km)]
        wrong += ["somebody twice"] * (len(around) != len(set(around)))
        wrong += [f"{number} is not around" for number in reached - set(around)]
    return wrong


@pytest.mark.parametrize("settings", TABLES)
@pytest.mark.parametrize("count", [0, 1, 12, 13, 700])
def test_bounds_hold_and_nobody_is_left_out(settings: ServiceSettings, count: int) -> None:
    """Held against the distance to every single offer, all over the earth."""
    random = Random(count)
    assert faults(offers_of(random, count), settings, random) == []


def test_a_wrong_bound_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: balls said to be a little smaller than they are leave somebody out."""
    right = tree._round

    def smaller(first: tree._Ball, second: tree._Ball) -> tuple[tree.Point, float]:
        middle, reach_km = right(first, second)
        return middle, reach_km * 0.9

    monkeypatch.setattr(tree, "_round", smaller)
    random = Random(700)
    assert any("left out" in each for each in faults(offers_of(random, 700), TABLES[0], random))
