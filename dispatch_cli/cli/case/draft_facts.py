"""Convert typed options into the facts of a draft, and the facts back into options."""

from collections.abc import Mapping

from msgspec.structs import fields, replace

from ...model.case import Personal
from ...model.draft import COPIED_PLACE
from ..incident_options import IncidentOptions

_PERSONAL = ("caller", "call_back", "plate", "ref", "to", "note", "at_vehicle")
_NO_OPTIONS = IncidentOptions(kind="", at="")


def facts_of(options: IncidentOptions, personal: Personal) -> dict[str, str]:
    """Return the facts that were typed; those that were not typed are left out."""
    facts: dict[str, str] = {}
    for field in fields(IncidentOptions):
        value = getattr(options, field.name)
        if field.name == "injured":
            if value is not None:
                facts["injured"] = str(value)
        elif value not in (None, "", False, [], 0) or (field.name == "persons" and value == 0):
            facts[field.name] = (
                "yes"
                if value is True
                else ",".join(value)
                if isinstance(value, list)
                else str(value)
            )
    facts |= {name: value for name in _PERSONAL if (value := getattr(personal, name))}
    return facts


def options_of(facts: Mapping[str, str]) -> tuple[IncidentOptions, Personal]:
    """Return the options and the personal data of the facts of a draft."""
    from ...cases.call_facts import personal_of, typed_facts

    # The note is personal and is kept with the personal data.
    values = {
        key: list(each) if isinstance(each, tuple) else each
        for key, each in typed_facts(facts).items()
    }
    return replace(_NO_OPTIONS, **values), personal_of(facts)


def answered(facts: Mapping[str, str]) -> list[str]:
    """Return the facts that the caller has answered, or a script has named."""
    return [name for name, value in facts.items() if value and name != COPIED_PLACE]
