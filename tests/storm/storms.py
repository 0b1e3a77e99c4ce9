"""Storms in random worlds: incidents at one moment, and their full lists for comparison."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random
from typing import Any

from msgspec.structs import replace

from dispatch_cli.batch.engine import Engine
from dispatch_cli.model import Circle, Observations, Place
from dispatch_cli.storm.candidate_columns import LIKELY, Numbering
from dispatch_cli.storm.network import Network
from dispatch_cli.storm.pairing import make_pairs
from dispatch_cli.storm.plan_storm import (
    MOST_ROUNDS,
    StormBasis,
    laid_out,
    plan_storm,
    rank_demands,
)
from dispatch_cli.storm.sharper_proof import PlannedStorm
from dispatch_cli.storm.storm_engine import engine_maker
from dispatch_cli.storm.waiting import StormSettings, Waiting

from ..batch.random_worlds import World, holidays
from ..worlds import NOON, MemoryCatalog, incident, no_holidays, provider

PLAIN = StormSettings()


class Storm:
    """Some incidents of a random world that wait at one moment."""

    def __init__(self, seed: int, *, incidents: int = 25, in_turn: bool = True) -> None:
        """Make the storm; without ``in_turn`` no providers count as equal."""
        world, random = World(seed), Random(f"storm {seed}")
        if not in_turn:
            settings = replace(world.rules.settings, fair_within_min=0.0)
            world.rules = replace(world.rules, settings=settings)
        self.now = world.now
        self.catalog: Any = MemoryCatalog(world.providers, world.rules)
        self.observations = world.observations
        self.waiting = [
            Waiting(
                ref=str(number),
                incident=replace(row, when=self.now, number=number),
                since=self.now - timedelta(minutes=random.choice((0, 1, 20, 50))),
                weight=random.choice((1.0, 1.0, 2.0)),
            )
            for number, row in enumerate(world.rows(incidents), start=1)
        ]

    def basis(self, listed: int = LIKELY, rounds: int = MOST_ROUNDS) -> StormBasis:
        """Return the basis of a plan whose lists are short at first."""
        return StormBasis(
            catalog=self.catalog,
            make_engine=lambda top: Engine(
                self.catalog, holidays=holidays, top=top, observations=self.observations
            ),
            now=self.now,
            observations=self.observations,
            listed=listed,
            rounds=rounds,
        )

    def plan(self, settings: StormSettings = PLAIN, listed: int = LIKELY) -> PlannedStorm:
        """Plan the storm."""
        return plan_storm(self.waiting, self.basis(listed), settings)

    def whole(self, settings: StormSettings = PLAIN) -> PlannedStorm:
        """Plan the storm with the whole lists."""
        return self.plan(settings, listed=max(LIKELY, len(self.catalog.ids())))


def whole_network(
    waiting: Sequence[Waiting], basis: StormBasis, settings: StormSettings
) -> Network:
    """Make the network of all pairs, without a plan."""
    engine = basis.make_engine(max(LIKELY, basis.catalog.count))
    ranked = rank_demands(waiting, engine)
    return make_pairs(*laid_out(ranked, Numbering(engine.providers), basis, settings), 0.0).network


def total_in_turn(network: Network) -> int:
    """Return the cost if each incident takes the best free slot, first come, first served."""
    left = network.capacity.copy()
    total = 0
    for number in range(network.incidents):
        edges = range(network.begin[number], network.begin[number + 1])
        free = [(int(network.cost[edge]), edge) for edge in edges if left[network.slot[edge]]]
        cost, edge = min(free, default=(int(network.last_resort[number]), -1))
        if edge >= 0 and cost <= network.last_resort[number]:
            left[network.slot[edge]] -= 1
        total += min(cost, int(network.last_resort[number]))
    return total


def plain_storm(incidents: int, firms: int) -> tuple[list[Waiting], StormBasis]:
    """Make incidents and firms with one to three units at random in Bavaria."""
    random = Random(firms)
    catalog: Any = MemoryCatalog(
        provider(
            f"p{number}",
            lat=random.uniform(47.6, 50.2),
            lon=random.uniform(9, 13),
            area=Circle(radius_km=150.0),
            units=random.choice((1, 1, 2, 3)),
            answer_min=random.uniform(2, 5),
            acceptance=random.uniform(0.4, 0.95),
        )
        for number in range(firms)
    )
    waiting = [
        Waiting(
            ref=str(number),
            incident=incident(
                place=Place(lat=random.uniform(47.7, 50.1), lon=random.uniform(9.2, 12.8)),
                number=number,
            ),
            since=NOON - timedelta(minutes=random.uniform(0, 60)),
        )
        for number in range(1, incidents + 1)
    ]
    make = engine_maker(catalog, Observations(), no_holidays, incidents)
    return waiting, StormBasis(catalog=catalog, make_engine=make, now=NOON)
