"""Read the typed options of an incident."""

from collections.abc import Mapping
from datetime import datetime

from .. import folders, intake
from ..model import Incident, Rules
from .incident_options import IncidentOptions


def incident_from(facts: IncidentOptions, rules: Rules, now: datetime) -> Incident:
    """Read every option; raises UsageError with all that cannot be read."""
    typed = {name: getattr(facts, name) for name in IncidentOptions.__struct_fields__}
    return intake.read_incident(typed, rules, now, folders.gazetteer())


def changed_facts(typed: Mapping[str, object], rules: Rules, now: datetime) -> dict[str, object]:
    """Read the options that were typed to amend a case; raises UsageError with all problems."""
    return intake.read_facts(typed, rules, now, folders.gazetteer())
