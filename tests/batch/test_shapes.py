"""Rows are grouped by all facts that plans read."""

import pytest
from msgspec.structs import asdict

from dispatch_cli import plans
from dispatch_cli.batch.shapes import _OF_VEHICLE, _PLAN_FACTS
from dispatch_cli.model import Incident, Vehicle

from .random_worlds import World

FIELDS = {"is_injured": "injured", "is_hazardous": "hazard"}
"""Facts that are not fields, and the field of each."""


class SpiedVehicle(Vehicle, frozen=True):
    """A vehicle that records which of its fields are read."""

    def __getattribute__(self, name: str) -> object:
        if name in Vehicle.__struct_fields__:
            READ.add(f"vehicle.{name}")
        return super().__getattribute__(name)


class SpiedIncident(Incident, frozen=True):
    """An incident that records which of its fields are read."""

    def __getattribute__(self, name: str) -> object:
        if name in Incident.__struct_fields__:
            READ.add(name)
        return super().__getattribute__(name)


READ: set[str] = set()


def spied(one: Incident) -> SpiedIncident:
    """Return the same incident, with a record of every read."""
    vehicle = SpiedVehicle(**asdict(one.vehicle))
    return SpiedIncident(**{**asdict(one), "vehicle": vehicle})


@pytest.mark.parametrize("seed", range(6))
def test_plans_read_no_other_facts_than_those_by_which_rows_are_grouped(seed: int) -> None:
    """A plan condition on another fact would be decided by the first row of each group."""
    world = World(seed)
    rows = [spied(one) for one in world.rows(120)]
    READ.clear()
    for one in rows:
        plans.services_for(one, world.rules)
        plans.emergency_calls(one, world.rules)
        for condition in plans.CONDITIONS.values():
            condition.holds(one, world.rules.settings)
    grouped = {
        f"vehicle.{_OF_VEHICLE[name]}" if name in _OF_VEHICLE else FIELDS.get(name, name)
        for name in _PLAN_FACTS
    }
    assert {"kind", "vehicle.state", "spot"} <= READ
    assert {"vehicle"} | grouped | {"vehicle.weight_t"} >= READ
