"""Ask about a typed weight or height that the vehicle of its class seldom has."""

import sys
from collections.abc import Mapping

from msgspec.structs import replace

from ... import intake
from ...messages import Message
from ...model import Vehicle
from ...model.usual_sizes import unusual_sizes
from ...model.words import YES
from ..incident_options import IncidentOptions
from ..typed_input import ask

_FACTS = ("vehicle", "weight_t", "height_m")

_QUESTIONS = {
    "weight_t": Message("How much does the vehicle weigh?"),
    "height_m": Message("How high is the vehicle?"),
}


def confirmed_options(facts: IncidentOptions) -> IncidentOptions:
    """Return the options with sizes that the operator has confirmed, or entered again."""
    typed = {name: getattr(facts, name) for name in _FACTS}
    return replace(facts, **confirmed_sizes(typed, Vehicle()))


def confirmed_sizes(typed: Mapping[str, object], known: Vehicle) -> dict[str, object]:
    """Return typed facts with sizes that the operator has confirmed, or entered again.

    ``known`` is the vehicle so far. An empty answer leaves the size unknown.
    """
    facts = dict(typed)
    for name, sentence in _unusual(facts, known).items():
        question = Message("{unusual}. Is that right? [y/N]", unusual=sentence)
        if ask(question).casefold() not in YES:
            facts[name] = _asked_again(name)
    return facts


def _unusual(typed: Mapping[str, object], known: Vehicle) -> dict[str, Message]:
    """Return the sentences for the typed sizes; none if a fact cannot be read."""
    reading = intake.IncidentReader()
    found = {
        name: reading.fact(name, typed[name], {}) for name in _FACTS if typed.get(name) is not None
    }
    if reading.rejected:
        return {}
    if "vehicle" in found:
        found["kind"] = found.pop("vehicle")
    doubts = unusual_sizes(replace(known, **found))
    return doubts if "kind" in found else {name: doubts[name] for name in doubts if name in found}


def _asked_again(name: str) -> str | None:
    """Ask for a size until it can be read; None for an empty answer."""
    from ...render import stderr_lines

    while text := ask(_QUESTIONS[name]):
        reading = intake.IncidentReader()
        reading.amount(name, text)
        if not reading.rejected:
            return text
        stderr_lines.print_error(reading.combined_error(), stream=sys.stderr)
    return None
