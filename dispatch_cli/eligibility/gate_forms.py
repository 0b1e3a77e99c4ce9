"""The forms that a gate can have: what it reads, when it stops a provider, and what it says.

The form tells an engine how it may ask: a static gate once for each combination of facts, a limit
by comparing two columns, an availability gate by a bisection of time, the area through an index.
An engine that meets a form that it does not know must refuse to start, because it would rank a
provider that the gate stops.
"""

from collections.abc import Callable, Collection, Iterable
from typing import Any, ClassVar, NamedTuple

from msgspec import Struct

from ..messages import Message
from ..model import Availability
from .facts import Facts, UndeclaredFactError, UnknownFactError, fields_behind, view
from .look import Look


class Fact(NamedTuple):
    """A fact of one side: "incident" or "provider"."""

    side: str
    name: str


class Gate(Struct, frozen=True, kw_only=True):
    """What every gate declares; ``incident`` and ``provider`` name the facts that it reads.

    ``is_policy`` marks a gate that a client's contract makes: the neutral order, against which the
    contract is held, does not know it. ``call_may_help`` marks a gate that a call to the firm may
    overcome: it opens soon, or the place lies just outside its area.
    """

    form: ClassVar[str] = ""

    reason: str
    incident: tuple[str, ...] = ()
    provider: tuple[str, ...] = ()
    is_policy: bool = False
    call_may_help: bool = False

    def facts(self, look: Look) -> tuple[Facts, Facts]:
        """The declared facts of the incident and of the provider."""
        return (
            view("incident", self.incident)(look.need),
            view("provider", self.provider)(look.provider),
        )

    def stops(self, look: Look) -> bool:
        """Whether the gate stops the provider."""
        raise NotImplementedError(f"the form {self.form!r} has no predicate")

    def message(self, look: Look) -> Message:
        """Say what would have to be true of the provider; only asked where the gate stops it."""
        raise NotImplementedError(f"the form {self.form!r} has no sentence")


class StaticGate(Gate, frozen=True, kw_only=True):
    """A gate that depends on nothing but its declared facts: the same facts, the same verdict."""

    form: ClassVar[str] = "static"

    fails: Callable[[Facts, Facts], bool]
    sentence: Callable[[Facts, Facts], Message]

    def stops(self, look: Look) -> bool:
        """Ask the predicate."""
        return self.fails(*self.facts(look))

    def message(self, look: Look) -> Message:
        """Word the facts."""
        return self.sentence(*self.facts(look))


class LimitGate(Gate, frozen=True, kw_only=True):
    """A number of one side against a number of the other; an unknown number passes."""

    form: ClassVar[str] = "limit"

    value: Fact
    limit: Fact
    sentence: Callable[[Any, Any], Message]

    def fails(self, incident: Facts, provider: Facts) -> bool:
        """Compare the two numbers."""
        return exceeds(*self._numbers(incident, provider))

    def stops(self, look: Look) -> bool:
        """Compare the two numbers."""
        return self.fails(*self.facts(look))

    def message(self, look: Look) -> Message:
        """Word the two numbers."""
        return self.sentence(*self._numbers(*self.facts(look)))

    def _numbers(self, incident: Facts, provider: Facts) -> tuple[float | None, float | None]:
        sides = {"incident": incident, "provider": provider}
        value = getattr(sides[self.value.side], self.value.name)
        return value, getattr(sides[self.limit.side], self.limit.name)


class AreaGate(Gate, frozen=True, kw_only=True):
    """The provider's area against the place; its arithmetic is ``geo.fit``."""

    form: ClassVar[str] = "area"

    sentence: Callable[[Facts, Facts, float], Message]

    def stops(self, look: Look) -> bool:
        """Measure, once for each look."""
        return look.fit == "outside"

    def message(self, look: Look) -> Message:
        """Word by how many kilometres the area ends short of the place."""
        return self.sentence(*self.facts(look), look.short_km)


class AskedGate(Gate, frozen=True, kw_only=True):
    """The ids that the incident names as asked already."""

    form: ClassVar[str] = "asked"

    sentence: Callable[[], Message]

    def stops(self, look: Look) -> bool:
        """Look the provider's id up."""
        incident, provider = self.facts(look)
        return provider.id in incident.asked

    def message(self, look: Look) -> Message:
        """Word that the provider has been asked."""
        return self.sentence()


class AvailabilityGate(Gate, frozen=True, kw_only=True):
    """Whether and when the provider can send a unit: a verdict on its ``Availability``."""

    form: ClassVar[str] = "availability"

    fails: Callable[[Facts, Availability], bool]
    sentence: Callable[[Facts, Facts, Availability], Message]

    def stops(self, look: Look) -> bool:
        """Ask the predicate."""
        return self.fails(self.facts(look)[1], look.availability)

    def message(self, look: Look) -> Message:
        """Word the facts and what is known."""
        return self.sentence(*self.facts(look), look.availability)


_CLASSES = (StaticGate, LimitGate, AreaGate, AskedGate, AvailabilityGate)
FORMS = frozenset(each.form for each in _CLASSES)


class UnknownFormError(TypeError):
    """A table of gates has a gate of a form that an engine cannot ask."""


def check_gates(gates: Iterable[Gate], engine: str, forms: Collection[str] = FORMS) -> None:
    """Refuse a table that an engine cannot honour, before it ranks anything.

    Raises UnknownFormError for a form outside ``forms``, UnknownFactError for a fact that neither
    side has, UndeclaredFactError for a limit that reads an undeclared fact. The area comes first
    and once, because an index answers for it without a look. Static gates read neither place nor
    time: no two incidents would share them.
    """
    kinds = []
    for gate in gates:
        # A subclass could answer differently from what engines make of its form.
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
    """The fields of an incident that any gate of a table reads."""
    return frozenset(fields_behind(name for gate in gates for name in gate.incident))


def exceeds(value: float | None, limit: float | None) -> bool:
    """Whether both are known and the value is above the limit."""
    return value is not None and limit is not None and value > limit
