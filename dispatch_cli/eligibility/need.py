"""What one service of one incident asks of a provider."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from ..availability import Basis, HolidayDates, HoursOf, hours_around
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
    """What one service of one incident asks of a provider."""

    incident: Incident
    entry: PlanEntry
    settings: Settings
    hours_of: HoursOf
    client: Client | None = None
    observations: Observations = Observations()

    @property
    def basis(self) -> Basis:
        """What the availability of a provider is worked out from."""
        return Basis(self.hours_of, self.settings, self.observations)

    @property
    def equipment(self) -> tuple[tuple[str, ...], ...]:
        """Groups of equipment of which a unit needs one each, from the plan and the vehicle."""
        vehicle = self.incident.vehicle
        groups = [*self.entry.equipment]
        if self.entry.service in ("tow", "flatbed_tow", "heavy_tow") and vehicle.state == "blocked":
            groups.append(("flatbed", "dollies", "crane", "rotator"))
        if self.entry.service == "tow" and vehicle.ev:
            # The driven wheels of most electric cars must not turn while it is towed.
            groups.append(("flatbed", "dollies"))
        if self.entry.service in ("recovery", "heavy_recovery") and vehicle.state == "on_roof":
            groups.append(("crane", "rotator"))
        return tuple(dict.fromkeys(groups))

    @property
    def strict_list(self) -> tuple[str, ...]:
        """Ids and tags that a client's strict contract allows; empty where none applies.

        Safety beats contract: with somebody in danger no list applies.
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
    """Say what each planned service of an incident asks of a provider."""
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
    """What a service of an incident asks, for gates that look at no hours."""
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
    """A moment so many minutes on, in the same time zone, also over a change of clocks.

    Adding to a local time moves the hands of the clock; what passes is time.
    """
    return (moment.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(moment.tzinfo)
