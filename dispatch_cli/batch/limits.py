"""Convert limit gates to two columns: the number of an incident, and the limit of a provider.

A gate stops a provider if the first number is above the second. An unknown number is infinite, so
that it stops no provider.
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

    The incident's number is its fact ``name`` times ``factor``.
    """

    asked: Callable[[Need], float]
    allowed: Callable[[Provider], float]
    name: str
    factor: float


def limit_columns(gate: LimitGate) -> LimitColumns:
    """Make the functions that return the two numbers of a gate, one of each side."""
    is_value = gate.value.side == "incident"
    own, other = (gate.value, gate.limit) if is_value else (gate.limit, gate.value)
    factor = 1.0 if is_value else -1.0
    return LimitColumns(_number(own, factor, -inf), _number(other, factor, inf), own.name, factor)


def _number(fact: Fact, factor: float, unknown: float) -> Callable[[Any], float]:
    values = values_of(fact.side, (fact.name,))

    def number(subject: object) -> float:
        [value] = values(subject)
        return unknown if value is None else factor * float(value)

    return number
