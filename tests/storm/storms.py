"""Storms in random worlds: incidents at one moment, and their full lists for comparison."""

from datetime import timedelta
from random import Random
from typing import Any

from msgspec.structs import replace

from dispatch_cli.batch.engine import Engine
from dispatch_cli.storm.candidate_columns import LIKELY
from dispatch_cli.storm.network import Network
from dispatch_cli.storm.plan_storm import MOST_ROUNDS, StormBasis, plan_storm
from dispatch_cli.storm.sharper_proof import PlannedStorm
from dispatch_cli.storm.waiting import StormSettings, Waiting

from ..batch.random_worlds import World, holidays
from ..worlds import MemoryCatalog

PLAIN = StormSettings()


class Storm:
    """Some incidents of a random world that wait at one moment."""

    def __init__(self, seed: int, *, incidents: int = 25) -> None:
        world, random = World(seed), Random(f"storm {seed}")
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


def total_in_turn(network: Network) -> int:
    """Return the cost if each incident takes the best free slot, first come, first served."""
    left = network.capacity.copy()
    total = 0
    for incident in range(network.incidents):
        edges = range(network.begin[incident], network.begin[incident + 1])
        free = [(int(network.cost[edge]), edge) for edge in edges if left[network.slot[edge]]]
        cost, edge = min(free, default=(int(network.last_resort[incident]), -1))
        if edge >= 0 and cost <= network.last_resort[incident]:
            left[network.slot[edge]] -= 1
        total += min(cost, int(network.last_resort[incident]))
    return total
