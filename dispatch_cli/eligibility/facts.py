"""Name the facts that a gate may read, and give gates access to the declared ones only.

Engines group incidents and providers by the facts that gates declare. A predicate that read another
fact could be right for one incident of a group and wrong for the next, so that reading it raises.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from operator import attrgetter
from typing import Any

from ..model import Incident, Provider, Vehicle

Getters = Mapping[str, Callable[[Any], Any]]


class UnknownFactError(ValueError):
    """A gate declares a fact that no incident, or no provider, has."""


class UndeclaredFactError(AttributeError):
    """A predicate reads a fact that its gate does not declare."""


def _incident_facts() -> dict[str, Callable[[Any], Any]]:
    facts: dict[str, Callable[[Any], Any]] = {
        name: attrgetter(f"incident.{name}")
        for name in Incident.__struct_fields__
        if name != "number"
    }
    facts |= {name: attrgetter(f"incident.vehicle.{name}") for name in Vehicle.__struct_fields__}
    facts |= {
        "kind": attrgetter("incident.kind"),
        "vehicle": attrgetter("incident.vehicle.kind"),
        "travellers": attrgetter("incident.travellers"),
        "in_danger": attrgetter("incident.in_danger"),
        "service": attrgetter("entry.service"),
        "equipment": attrgetter("equipment"),
        "strict_list": attrgetter("strict_list"),
        "client_name": lambda need: need.client.name if need.client else need.incident.client or "",
    }
    return facts


INCIDENT_FACTS: Getters = _incident_facts()
"""By name: fields of the incident, those of its vehicle (``vehicle`` is its class, ``kind`` that of
the incident), and facts derived from them for one service."""

FOLLOWS_FROM: Mapping[str, tuple[str, ...]] = {
    "travellers": ("persons", "children"),
    "in_danger": ("injured", "trapped", "spot"),
    "service": (),
    "equipment": ("ev", "state"),
    "strict_list": ("client", "injured", "trapped", "spot"),
    "client_name": ("client",),
}
"""The derived facts, and the fields from which each follows for one plan entry."""

PROVIDER_FACTS: Getters = {name: attrgetter(name) for name in Provider.__struct_fields__}
"""By name: the fields of a provider."""


_KNOWN: dict[str, Getters] = {"incident": INCIDENT_FACTS, "provider": PROVIDER_FACTS}


class DeclaredFacts:
    """The declared facts of an incident or a provider, as attributes.

    Reading any other raises UndeclaredFactError.
    """

    __slots__ = ("_getters", "_subject")

    def __init__(self, getters: Getters, subject: object) -> None:
        self._getters, self._subject = getters, subject

    def __getattr__(self, name: str) -> Any:
        """Read a declared fact."""
        getter = self._getters.get(name)
        if getter is None:
            allowed = ", ".join(self._getters) or "none"
            raise UndeclaredFactError(f"the fact {name!r} is not declared; declared: {allowed}")
        return getter(self._subject)


def fields_behind(names: Iterable[str]) -> tuple[str, ...]:
    """List the fields of an incident from which some facts follow, each once."""
    return tuple(
        dict.fromkeys(field for name in names for field in FOLLOWS_FROM.get(name, (name,)))
    )


@cache
def view(side: str, names: tuple[str, ...]) -> Callable[[object], DeclaredFacts]:
    """Make the function that gives access to the named facts of a ``Need`` or a provider.

    ``side`` is "incident" or "provider". Raises UnknownFactError for a name that it does not have.
    """
    known = _KNOWN[side]
    for name in names:
        if name not in known:
            raise UnknownFactError(f"no {side} has the fact {name!r}; known: {', '.join(known)}")
    return partial(DeclaredFacts, {name: known[name] for name in names})


@cache
def values_of(side: str, names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    """Make the function that lists the values of the named facts, in their order."""
    known = _KNOWN[side]
    if side == "provider" and len(names) > 1:
        return attrgetter(*names)  # the same, without a call in Python for each value
    getters = tuple(known[name] for name in names)
    return lambda subject: tuple(getter(subject) for getter in getters)
