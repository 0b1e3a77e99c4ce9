"""One look at one provider for one service of one incident."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from .. import geo
from ..model import (
    Availability,
    Client,
    Incident,
    Observations,
    Phone,
    PlanEntry,
    Provider,
    Settings,
    Span,
    Timetable,
)

HoursOf = Callable[[Provider | Phone, str], Timetable]
"""Works out when a provider is open, or a phone answered, in a holiday region.

The timetable covers the incident's time and at least ``SEEN_AHEAD`` after it.
"""

SEEN_AHEAD = timedelta(days=7)
"""Changes of the opening hours further ahead are not looked at, by whatever way they are known."""

_NOTHING_KNOWN = Availability()


class Need(Struct, frozen=True, kw_only=True):
    """What one service of one incident asks of a provider."""

    incident: Incident
    entry: PlanEntry
    settings: Settings
    hours_of: HoursOf
    client: Client | None = None
    observations: Observations = Observations()

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


class Look:
    """One look at one provider: what several gates need, worked out once."""

    __slots__ = ("availability", "distance_km", "fit", "need", "provider", "short_km", "span")

    def __init__(self, need: Need, provider: Provider) -> None:
        place = need.incident.place
        self.need, self.provider = need, provider
        self.distance_km = geo.great_circle_km(provider.lat, provider.lon, place.lat, place.lon)
        self.fit, self.short_km = geo.fit(provider.area, provider.lat, provider.lon, place)
        self.availability = need.observations.availability.get(provider.id, _NOTHING_KNOWN)
        self.span: Span | None = None

    def timetable(self) -> Timetable:
        """The provider's opening hours round the incident's time."""
        return self.need.hours_of(self.provider, self.provider.region)

    def span_now(self) -> Span:
        """The stretch of opening hours in which the incident's time lies."""
        if self.span is None:
            self.span = self.timetable().span_at(self.need.incident.when)
        return self.span


def later(moment: datetime, *, minutes: float) -> datetime:
    """A moment so many minutes on, in the same time zone, also over a change of clocks.

    Adding to a local time moves the hands of the clock; what passes is time.
    """
    return (moment.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(moment.tzinfo)


def listed(names: Iterable[str] | None) -> str:
    """Name the members of a closed set that a provider takes."""
    return ", ".join(names or ()) or "nobody"


def clock(moment: datetime, when: datetime) -> str:
    """Say a moment in the incident's time zone, with the weekday or date where it needs one."""
    # Whole minutes, never earlier than the moment, so that what is said comes true.
    whole = moment.astimezone(UTC) + timedelta(seconds=(60 - moment.second) % 60)
    local = whole.astimezone(when.tzinfo)
    if local.date() == when.date():
        return f"{local:%H:%M}"
    if abs(whole - when.astimezone(UTC)) < timedelta(days=6):
        return f"{local:%a %H:%M}"
    return f"{local:%Y-%m-%d %H:%M}"
