"""Limit gates as two columns: what an incident has, and what a provider takes.

A gate stops a provider where the first number is above the second. A number that is not known is
infinite, so that it stops nobody.
"""

from collections.abc import Callable
from math import inf
from typing import Any

from msgspec import Struct

from ..eligibility import LimitGate, Need
from ..eligibility.facts import values_of
from ..eligibility.gate_forms import Fact
from ..model import Provider


class LimitColumns(Struct, frozen=True):
    """The numbers of one limit gate: of an incident, and of a provider.

    ``factor`` is by what the one fact of the incident is multiplied to give its number; None where
    the number is not that of a single fact.
    """

    asked: Callable[[Need], float]
    allowed: Callable[[Provider], float]
    factor: float | None


def limit_columns(gate: LimitGate) -> LimitColumns:
    """Make what gives the two numbers of a gate.

    Where both numbers stand on one side, their comparison alone becomes that side's number.
    """
    sides = (gate.value.side, gate.limit.side)
    if sides == ("incident", "provider"):
        return LimitColumns(_number(gate.value, 1.0, -inf), _number(gate.limit, 1.0, inf), 1.0)
    if sides == ("provider", "incident"):
        return LimitColumns(_number(gate.limit, -1.0, -inf), _number(gate.value, -1.0, inf), -1.0)
    value, limit = _number(gate.value, 1.0, -inf), _number(gate.limit, 1.0, inf)

    def is_above(subject: object) -> bool:
        return value(subject) > limit(subject)

    if sides == ("incident", "incident"):
        return LimitColumns(lambda need: 1.0 if is_above(need) else -1.0, lambda _: 0.0, None)
    return LimitColumns(lambda _: 0.0, lambda one: -1.0 if is_above(one) else 1.0, None)


def _number(fact: Fact, factor: float, unknown: float) -> Callable[[Any], float]:
    values = values_of(fact.side, (fact.name,))

    def number(subject: object) -> float:
        [value] = values(subject)
        return unknown if value is None else factor * float(value)

    return number
