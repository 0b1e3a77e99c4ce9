"""Ask about a typed weight or height that the vehicle of its class seldom has."""

import sys

from msgspec.structs import replace

from ... import intake
from ...messages import Message
from ...model import Vehicle
from ...model.usual_sizes import unusual_sizes
from ...model.words import YES
from ..incident_options import IncidentOptions
from ..typed_input import ask

_QUESTIONS = {
    "weight_t": Message("How much does the vehicle weigh?"),
    "height_m": Message("How high is the vehicle?"),
}


def confirmed_sizes(facts: IncidentOptions) -> IncidentOptions:
    """Return the facts with sizes that the operator has confirmed, or entered again.

    An empty answer leaves the size unknown.
    """
    for name, sentence in _unusual(facts).items():
        if ask(Message("{unusual}. Is that right? [y/N]", unusual=sentence)).casefold() in YES:
            continue
        facts = replace(facts, **{name: _asked_again(name)})
    return facts


def _unusual(facts: IncidentOptions) -> dict[str, Message]:
    """Return the sentences for the typed sizes; none if a fact cannot be read."""
    reading = intake.IncidentReader()
    found = {
        name: reading.fact(name, getattr(facts, name), {})
        for name in ("vehicle", "weight_t", "height_m")
    }
    if reading.rejected:
        return {}
    kind = found.pop("vehicle")
    return unusual_sizes(replace(Vehicle(), kind=kind, **found))


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
