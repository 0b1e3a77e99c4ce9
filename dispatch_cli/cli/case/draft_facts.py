"""Convert typed options into the facts of a draft."""

from msgspec.structs import fields

from ...model.case import Personal
from ..incident_options import IncidentOptions


def facts_of(options: IncidentOptions, personal: Personal) -> dict[str, str]:
    """Return the facts that were typed; those that were not typed are left out."""
    from ...cases.call_facts import PERSONAL

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
    facts |= {name: value for name in PERSONAL if (value := getattr(personal, name))}
    return facts
