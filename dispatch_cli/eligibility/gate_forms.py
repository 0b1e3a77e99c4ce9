"""Define the forms of gates: the facts they read, their predicate, and their sentence.

The form tells an engine how to evaluate a gate: a static gate once for each combination of facts, a
limit by comparing two columns, an availability gate by bisection in time, the area by an index. An
engine that does not know a form must refuse to start, because it would rank a provider that the
gate stops.
"""

from collections.abc import Callable, Collection, Iterable
from typing import Any, ClassVar, NamedTuple

from msgspec import Struct

from ..messages import Message
from ..model import Availability
from .assessment import Assessment
from .facts import DeclaredFacts, UndeclaredFactError, UnknownFactError, fields_behind, view


class Fact(NamedTuple):
    """A fact of one side: "incident" or "provider"."""

    side: str
    name: str


class Gate(Struct, frozen=True, kw_only=True):
    """The base of all gates; ``incident`` and ``provider`` name the facts that it reads.

    ``is_policy`` marks a gate that comes from a client's contract: the neutral order, with which
    the contract is compared, ignores it. ``call_may_help`` marks a gate that a call to the provider
    may overcome: it opens soon, or the place lies just outside its area.
    """

    form: ClassVar[str] = ""

    reason: str
    incident: tuple[str, ...] = ()
    provider: tuple[str, ...] = ()
    is_policy: bool = False
    call_may_help: bool = False

    def facts(self, assessment: Assessment) -> tuple[DeclaredFacts, DeclaredFacts]:
        """Return the declared facts of the incident and of the provider."""
        return (
            view("incident", self.incident)(assessment.need),
            view("provider", self.provider)(assessment.provider),
        )

    def stops(self, assessment: Assessment) -> bool:
        """Return whether the gate stops the provider."""
        raise NotImplementedError(f"the form {self.form!r} has no predicate")

    def message(self, assessment: Assessment) -> Message:
        """Say what would have to be true of a provider that the gate stops."""
        raise NotImplementedError(f"the form {self.form!r} has no sentence")


class StaticGate(Gate, frozen=True, kw_only=True):
    """A gate that depends only on its declared facts."""

    form: ClassVar[str] = "static"

    fails: Callable[[DeclaredFacts, DeclaredFacts], bool]
    sentence: Callable[[DeclaredFacts, DeclaredFacts], Message]

    def stops(self, assessment: Assessment) -> bool:
        """Ask the predicate."""
        return self.fails(*self.facts(assessment))

    def message(self, assessment: Assessment) -> Message:
        """Word the facts."""
        return self.sentence(*self.facts(assessment))


class LimitGate(Gate, frozen=True, kw_only=True):
    """A number of one side against a number of the other; an unknown number passes."""

    form: ClassVar[str] = "limit"

    value: Fact
    limit: Fact
    sentence: Callable[[Any, Any], Message]

    def fails(self, incident: DeclaredFacts, provider: DeclaredFacts) -> bool:
        """Compare the two numbers."""
        return exceeds(*self._numbers(incident, provider))

    def stops(self, assessment: Assessment) -> bool:
        """Compare the two numbers."""
        return self.fails(*self.facts(assessment))

    def message(self, assessment: Assessment) -> Message:
        """Word the two numbers."""
        return self.sentence(*self._numbers(*self.facts(assessment)))

    def _numbers(
        self, incident: DeclaredFacts, provider: DeclaredFacts
    ) -> tuple[float | None, float | None]:
        sides = {"incident": incident, "provider": provider}
        value = getattr(sides[self.value.side], self.value.name)
        return value, getattr(sides[self.limit.side], self.limit.name)


class AreaGate(Gate, frozen=True, kw_only=True):
    """The provider's area against the place; its arithmetic is ``geo.fit``."""

    form: ClassVar[str] = "area"

    sentence: Callable[[DeclaredFacts, DeclaredFacts, float], Message]

    def stops(self, assessment: Assessment) -> bool:
        """Compare the place with the area."""
        return assessment.fit == "outside"

    def message(self, assessment: Assessment) -> Message:
        """Word how many kilometres the area ends short of the place."""
        return self.sentence(*self.facts(assessment), assessment.short_km)


class AskedGate(Gate, frozen=True, kw_only=True):
    """The ids that the incident names as asked already."""

    form: ClassVar[str] = "asked"

    sentence: Callable[[], Message]

    def stops(self, assessment: Assessment) -> bool:
        """Find the provider's id among those already asked."""
        incident, provider = self.facts(assessment)
        return provider.id in incident.asked

    def message(self, assessment: Assessment) -> Message:
        """Word that the provider has been asked."""
        return self.sentence()


class AvailabilityGate(Gate, frozen=True, kw_only=True):
    """A predicate on the ``Availability`` of a provider: whether and when it can send a unit."""

    form: ClassVar[str] = "availability"

    fails: Callable[[DeclaredFacts, Availability], bool]
    sentence: Callable[[DeclaredFacts, DeclaredFacts, Availability], Message]

    def stops(self, assessment: Assessment) -> bool:
        """Ask the predicate."""
        return self.fails(self.facts(assessment)[1], assessment.availability)

    def message(self, assessment: Assessment) -> Message:
        """Word the facts and the availability."""
        return self.sentence(*self.facts(assessment), assessment.availability)


_CLASSES = (StaticGate, LimitGate, AreaGate, AskedGate, AvailabilityGate)
FORMS = frozenset(each.form for each in _CLASSES)


class UnknownFormError(TypeError):
    """A table of gates has a gate of a form that an engine does not know."""


def check_gates(gates: Iterable[Gate], engine: str, forms: Collection[str] = FORMS) -> None:
    """Refuse a table of gates that an engine cannot evaluate.

    Raises UnknownFormError for a form outside ``forms``, UnknownFactError for a fact that does not
    exist, UndeclaredFactError for a limit that reads an undeclared fact. The area comes first and
    once, because an index answers for it. Static gates read neither place nor time, which no two
    incidents share.
    """
    kinds = []
    for gate in gates:
        # A subclass could decide otherwise than engines do by its form.
        if gate.form not in forms or type(gate) not in _CLASSES:
            raise UnknownFormError(
                f"{engine} cannot ask the gate {gate.reason!r} of the form {gate.form!r}; "
                f"known forms: {', '.join(sorted(forms))}"
            )
        view("incident", gate.incident)
        view("provider", gate.provider)
        _check_facts(gate, engine)
        kinds.append(gate.form)
    if kinds.count("area") != 1 or kinds[0] != "area":
        raise UnknownFormError(f"{engine} needs exactly one gate of the form 'area', as the first")


def _check_facts(gate: Gate, engine: str) -> None:
    """Refuse facts that a form cannot read; raises UnknownFactError or UndeclaredFactError."""
    if isinstance(gate, StaticGate):
        for name in ("place", "when"):
            if name in fields_behind(gate.incident):
                raise UnknownFactError(
                    f"{engine} cannot group incidents by {name!r}, which the static gate "
                    f"{gate.reason!r} reads"
                )
    if isinstance(gate, LimitGate):
        if {gate.value.side, gate.limit.side} != {"incident", "provider"}:
            raise UnknownFactError(f"{gate.reason!r} compares two numbers of the same side")
        for fact in (gate.value, gate.limit):
            if fact.name not in (gate.incident if fact.side == "incident" else gate.provider):
                raise UndeclaredFactError(
                    f"{gate.reason!r} compares the {fact.side}'s {fact.name!r}, "
                    "which is not declared"
                )


def gate_facts(gates: Iterable[Gate]) -> frozenset[str]:
    """Return the fields of an incident that any gate of a table reads."""
    return frozenset(fields_behind(name for gate in gates for name in gate.incident))


def exceeds(value: float | None, limit: float | None) -> bool:
    """Return whether both numbers are known and the value is above the limit."""
    return value is not None and limit is not None and value > limit
