"""The facts of a case that stay after its erasure are exactly those that the page names."""

from datetime import UTC, datetime
from typing import Any, get_args, get_type_hints

from dispatch_cli.model import Incident, Vehicle
from dispatch_cli.notation import place_of_postcode
from dispatch_cli.store.erasure import blurred, coarse_facts

KEPT = {"kind", "when", "client", "spot", "trapped"}
"""Facts of the incident that stay as they are; the place and the injured are coarser."""

KEPT_OF_VEHICLE = {"kind", "ev", "trailer", "state"}
NOON = datetime(2026, 11, 27, 12, 3, tzinfo=UTC)


def canary(kind: Any) -> Any:
    """Make a value of a type that is not the default of any fact."""
    types = {bool: True, int: 7, float: 2.3, str: "canary", tuple: ("canary",)}
    return next(value for each, value in types.items() if each in (kind, *get_args(kind)))


def filled(shape: type, **known: Any) -> Any:
    """Make a value with a canary in each of its fields."""
    hints = {name: kind for name, kind in get_type_hints(shape).items() if name not in known}
    return shape(**known, **{
        name: ("canary",) if name == "asked" else canary(kind) for name, kind in hints.items()
    })  # fmt: skip


def test_the_facts_that_are_not_named_are_gone():
    """A canary stands in every fact: those that stay are listed here and in docs/cases.md."""
    vehicle = filled(Vehicle)
    place = place_of_postcode("86150")
    before = filled(Incident, vehicle=vehicle, place=place, when=NOON)
    after = coarse_facts(before)
    plain = Incident(kind="", place=place, when=NOON)
    for name in Incident.__struct_fields__:
        found = getattr(after, name)
        if name in KEPT:
            assert found == getattr(before, name), name
        elif name not in ("place", "injured", "vehicle"):
            assert found == getattr(plain, name), name
    assert (after.injured, after.place) == (1, blurred(place))
    assert after.vehicle.weight_t == 3.0
    for name in Vehicle.__struct_fields__:
        kept = getattr(vehicle if name in KEPT_OF_VEHICLE else Vehicle(), name)
        assert name == "weight_t" or getattr(after.vehicle, name) == kept, name
