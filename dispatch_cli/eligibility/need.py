"""Describe what one service of one incident needs from a provider."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from ..availability import AvailabilityBasis, HolidayDates, HoursOf, hours_around
from ..model import (
    Client,
    Incident,
    Observations,
    Phone,
    PlanEntry,
    Provider,
    Rules,
    Settings,
    Timetable,
)


class Need(Struct, frozen=True, kw_only=True):
    """One service of one incident, with everything that gates and ranking need to know."""

    incident: Incident
    entry: PlanEntry
    settings: Settings
    hours_of: HoursOf
    client: Client | None = None
    observations: Observations = Observations()

    @property
    def basis(self) -> AvailabilityBasis:
        """The values that decide the availability of a provider."""
        return AvailabilityBasis(self.hours_of, self.settings, self.observations)

    @property
    def equipment(self) -> tuple[tuple[str, ...], ...]:
        """Groups of equipment, by plan and vehicle; a unit needs one piece of each group."""
        vehicle = self.incident.vehicle
        groups = [*self.entry.equipment]
        if self.entry.service in ("tow", "flatbed_tow", "heavy_tow") and vehicle.state == "blocked":
            groups.append(("flatbed", "dollies", "crane", "rotator"))
        if self.entry.service == "tow" and vehicle.ev:
            # The driven wheels of most electric cars must not turn during a tow.
            groups.append(("flatbed", "dollies"))
        if self.entry.service in ("recovery", "heavy_recovery") and vehicle.state == "on_roof":
            groups.append(("crane", "rotator"))
        return tuple(dict.fromkeys(groups))

    @property
    def strict_list(self) -> tuple[str, ...]:
        """Ids and tags that a client's strict contract allows; empty where none applies.

        No list applies if a person is in danger.
        """
        client = self.client
        if client is None or not client.only_strict or self.incident.in_danger:
            return ()
        return client.only


def needs_of(
    rules: Rules,
    incident: Incident,
    entries: Iterable[PlanEntry],
    holidays: HolidayDates,
    observations: Observations,
) -> list[Need]:
    """Make the need of each planned service of an incident."""
    hours_of = hours_around(incident.when, rules.settings.timezone, holidays)
    return [
        Need(
            incident=incident,
            entry=entry,
            settings=rules.settings,
            hours_of=hours_of,
            client=rules.clients.get(incident.client or ""),
            observations=observations,
        )
        for entry in entries
    ]


def without_hours(
    incident: Incident,
    entry: PlanEntry,
    rules: Rules,
    observations: Observations = Observations(),
) -> Need:
    """Make the need of a service for gates that read no opening hours."""
    return Need(
        incident=incident,
        entry=entry,
        settings=rules.settings,
        hours_of=_no_hours,
        client=rules.clients.get(incident.client or ""),
        observations=observations,
    )


def _no_hours(whose: Provider | Phone, region: str) -> Timetable:
    raise AssertionError("a gate without opening hours has asked for them")


def later(moment: datetime, *, minutes: float) -> datetime:
    """Add minutes to a moment, in its time zone, also over a change of clocks.

    Adding to a local time directly would be wrong by an hour there.
    """
    return (moment.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(moment.tzinfo)
