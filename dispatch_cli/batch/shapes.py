"""Group incidents by their facts, and evaluate plan and static gates once for each group.

The shape of an incident has the services of its plan, with the providers that static gates stop.
Incidents have the same shape if the facts that plans and static gates read are the same.
"""

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any

from msgspec import Struct

from .. import plans
from ..eligibility import Gate, StaticGate, Verdicts, check_gates, is_on_list, without_hours
from ..eligibility.facts import fields_behind
from ..model import Incident, Observations, PlanEntry, Provider, Rules
from ..results.cascade_answer import EmergencyCall

MOST_SHAPES = 20_000
_PLAN_FACTS = (
    "kind", "client", "vehicle", "is_heavy", "ev", "trailer", "state", "spot", "trapped",
    "is_injured", "is_hazardous", "persons", "children", "pets",
)  # fmt: skip
"""The facts that plans read; injured persons and hazards only count as some or none."""
_OF_VEHICLE = {"vehicle": "kind", "ev": "ev", "trailer": "trailer", "state": "state",
               "brand": "brand", "weight_t": "weight_t", "height_m": "height_m",
               "is_heavy": "is_heavy"}  # fmt: skip


class ServiceSide(Struct, frozen=True, eq=False):
    """One service of a shape, with values for each provider in the file's order.

    ``failing`` has the number of the first static gate that fails, 0 if none does. ``listed`` marks
    providers on a client's list that is asked first; None without a list. ``head_starts`` is None
    if no provider has one.
    """

    entry: PlanEntry
    failing: bytes
    listed: bytes | None
    head_starts: tuple[float, ...] | None


class IncidentShape(Struct, frozen=True, eq=False):
    """The services of an incident's plan, and its emergency calls."""

    sides: tuple[ServiceSide, ...]
    emergency: tuple[EmergencyCall, ...]


class IncidentShapes:
    """Make the shape of each group of incidents once."""

    def __init__(
        self,
        providers: Sequence[Provider],
        rules: Rules,
        observations: Observations,
        gates: Sequence[Gate],
    ) -> None:
        check_gates(gates, "batch")
        self._providers, self._rules, self._observations = providers, rules, observations
        self._verdicts = Verdicts(gates, providers)
        self.static_facts = _static_facts(gates)
        self._key = _key_of((*_PLAN_FACTS, *self.static_facts))
        self._shapes: dict[object, IncidentShape] = {}
        self._heads: dict[str, tuple[float, ...] | None] = {}
        self._lists: dict[tuple[str, ...], bytes] = {}

    def of(self, incident: Incident) -> IncidentShape:
        """Return the shape of an incident, made once for all with the same facts."""
        key = self._key(incident)
        shape = self._shapes.get(key)
        if shape is None:
            if len(self._shapes) >= MOST_SHAPES:
                self._shapes.clear()
            shape = self._shapes[key] = IncidentShape(
                tuple(
                    self._side(incident, entry)
                    for entry in plans.services_for(incident, self._rules)
                ),
                plans.emergency_calls(incident, self._rules),
            )
        return shape

    def _side(self, incident: Incident, entry: PlanEntry) -> ServiceSide:
        need = without_hours(incident, entry, self._rules, self._observations)
        client = need.client
        is_safe = not incident.in_danger
        has_list = client is not None and client.only and is_safe and not client.only_strict
        return ServiceSide(
            entry,
            self._verdicts.first_failing(need),
            self._listed(client.only) if client is not None and has_list else None,
            self.head_starts(incident.client) if is_safe else None,
        )

    def _listed(self, names: tuple[str, ...]) -> bytes:
        if names not in self._lists:
            self._lists[names] = bytes(is_on_list(each, names) for each in self._providers)
        return self._lists[names]

    def head_starts(self, client_id: str | None) -> tuple[float, ...] | None:
        """Return each provider's head start by a client's contract; None if there are none."""
        client = self._rules.clients.get(client_id or "")
        if client is None or not client.head_start_min:
            return None
        if client.id not in self._heads:
            self._heads[client.id] = tuple(
                client.head_start_min if is_on_list(each, client.prefer) else 0.0
                for each in self._providers
            )
        return self._heads[client.id]

    def largest_head_starts(self) -> tuple[float, ...]:
        """Return the largest head start that any client gives each provider."""
        found = [heads for client in self._rules.clients if (heads := self.head_starts(client))]
        none = (0.0,) * len(self._providers)
        return tuple(map(max, none, *found)) if found else none


def _static_facts(gates: Iterable[Gate]) -> tuple[str, ...]:
    """List the fields of an incident that static gates read, each once."""
    return fields_behind(
        name for gate in gates if isinstance(gate, StaticGate) for name in gate.incident
    )


def _key_of(names: Sequence[str]) -> Any:
    special = {"is_injured", "is_hazardous"}
    paths = [
        f"vehicle.{_OF_VEHICLE[name]}" if name in _OF_VEHICLE else name
        for name in dict.fromkeys(names)
        if name not in special
    ]
    read = attrgetter(*paths)
    return lambda incident: (read(incident), incident.injured > 0, bool(incident.hazard))
