"""Evaluate gates for all providers, once for each combination of facts."""

from collections.abc import Collection, Sequence
from typing import Any

from ..model import Provider
from .facts import values_of, view
from .gate_forms import Gate, LimitGate, StaticGate
from .need import Need

PASSED = 0
MOST_KEPT = 5_000
"""Combinations of facts in the cache; a full cache is cleared."""


class Verdicts:
    """Evaluate the gates that depend only on facts, for all providers of a file.

    A gate is evaluated once for each combination of its declared incident facts, and for one
    provider of each combination of its provider facts: batch and coverage have many incidents.
    """

    def __init__(
        self,
        gates: Sequence[Gate],
        providers: Sequence[Provider],
        forms: Collection[str] = (StaticGate.form,),
    ) -> None:
        """Select the gates of some forms: static ones, or limits as well."""
        self._gates = [
            (number, gate)
            for number, gate in enumerate(gates, start=1)
            if isinstance(gate, StaticGate | LimitGate) and gate.form in forms
        ]
        self._providers = providers
        self._groups: dict[int, tuple[list[int], list[Provider]]] = {}
        self._first: dict[object, bytes] = {}
        self._known: dict[object, bytes] = {}

    def first_failing(self, need: Need) -> bytes:
        """Return for each provider the number of the first gate that fails, from 1.

        PASSED (0) means that no gate fails.
        """
        asked = [(number, gate, values_of("incident", gate.incident)(need))
                 for number, gate in self._gates]  # fmt: skip
        key = tuple(values for *_, values in asked)
        found = self._first.get(key)
        if found is None:
            if len(self._first) >= MOST_KEPT:
                self._first.clear()
                self._known.clear()
            first = bytearray(len(self._providers))
            for number, gate, values in reversed(asked):
                failing = self._failing(number, gate, values, need)
                for place in failing:
                    first[place] = number
            found = self._first[key] = bytes(first)
        return found

    def _failing(
        self, number: int, gate: StaticGate | LimitGate, values: tuple[Any, ...], need: Need
    ) -> list[int]:
        """Return the indexes of the providers that a gate stops."""
        group_of, examples = self._grouped(number, gate)
        key = (number, values)
        # Another thread may clear the cache in between.
        verdicts = self._known.get(key)
        if verdicts is None:
            incident, show = view("incident", gate.incident)(need), view("provider", gate.provider)
            verdicts = bytes(bool(gate.fails(incident, show(one))) for one in examples)
            self._known[key] = verdicts
        if not any(verdicts):
            return []
        return [place for place, group in enumerate(group_of) if verdicts[group]]

    def _grouped(
        self, number: int, gate: StaticGate | LimitGate
    ) -> tuple[list[int], list[Provider]]:
        """Group the providers by the facts that the gate reads, with one example per group."""
        if number not in self._groups:
            values, groups = values_of("provider", gate.provider), dict[object, int]()
            group_of, examples = [], list[Provider]()
            for provider in self._providers:
                group = groups.setdefault(values(provider), len(groups))
                if group == len(examples):
                    examples.append(provider)
                group_of.append(group)
            self._groups[number] = group_of, examples
        return self._groups[number]
