"""Turn what the operator typed into an incident."""

from datetime import datetime

from msgspec.structs import replace

from .. import folders, intake, places
from ..errors import UsageError
from ..intake import read_kind
from ..model import Incident, Rules
from .incident_options import Facts

__all__ = ["incident_from", "read_kind"]


def incident_from(facts: Facts, rules: Rules, now: datetime) -> Incident:
    """Read every option; raises UsageError with all that cannot be understood at once."""
    said = {name: getattr(facts, name) for name in intake.Said.__struct_fields__}
    said["asked"] = tuple(facts.asked or ())
    timezone = rules.settings.timezone
    reading = intake.Reading()
    incident = reading.incident(intake.Said(**said), rules.plans)
    place = reading.attempt(
        "unknown_place",
        lambda: places.resolve(facts.at, named=rules.places, gazetteer=folders.gazetteer()),
    )
    when = reading.attempt(
        "bad_time", lambda: intake.read_when(facts.when, now, timezone, timezone)
    )
    if reading.refusals or place is None or when is None:
        errors = [refusal.error for refusal in reading.refusals]
        raise UsageError(
            *(problem for error in errors for problem in error.problems),
            hint=next((error.hint for error in errors if error.hint), ""),
        )
    return replace(incident, place=place, when=when)
