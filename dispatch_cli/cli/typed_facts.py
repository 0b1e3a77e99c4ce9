"""Read the typed options of an incident."""

from datetime import datetime

from msgspec.structs import replace

from .. import folders, intake, places
from ..model import Incident, Rules
from .incident_options import IncidentOptions


def incident_from(facts: IncidentOptions, rules: Rules, now: datetime) -> Incident:
    """Read every option; raises UsageError with all that cannot be read."""
    raw = {name: getattr(facts, name) for name in intake.RawIncident.__struct_fields__}
    raw["asked"] = tuple(facts.asked or ())
    reading = intake.IncidentReader()
    incident = reading.incident(intake.RawIncident(**raw), rules.plans)
    place = reading.attempt(
        "unknown_place",
        lambda: places.resolve(facts.at, named=rules.places, gazetteer=folders.gazetteer()),
    )
    when = reading.time(facts.when, now, rules.settings.timezone)
    if reading.rejected or place is None or when is None:
        raise reading.combined_error()
    return replace(incident, place=place, when=when)
