"""The gates, each with what would have to be true of a provider that it stops.

``GATES`` is in the order of DESIGN section 2 (``model.words.EXCLUSION_REASONS``): the area first,
because an index can answer it without touching the other ten thousand providers.
"""

from collections.abc import Callable, Iterable
from datetime import UTC
from math import ceil, inf

from ..model import Circle, Polygon, Postcodes, Provider
from .look import SEEN_AHEAD, Look, clock, listed


def is_on_list(provider: Provider, names: Iterable[str]) -> bool:
    """Whether a client's list names a provider, by its id or by one of its tags."""
    return any(name == provider.id or name in provider.tags for name in names)


def _is_outside_contract(look: Look) -> bool:
    client = look.need.client
    return bool(
        client is not None
        and not look.need.incident.in_danger
        and client.only
        and client.only_strict
        and not is_on_list(look.provider, client.only)
    )


def is_client_refused(look: Look) -> bool:
    """Whether the provider's own list of clients leaves this one out."""
    wanted, served = look.need.incident.client, look.provider.clients
    return wanted is not None and served is not None and wanted not in served


def _is_class_refused(look: Look) -> bool:
    kind, served = look.need.incident.vehicle.kind, look.provider.vehicle_classes
    return kind is not None and served is not None and kind not in served


def exceeds(value: float | None, limit: float | None) -> bool:
    """Whether both are known and the value is above the limit."""
    return value is not None and limit is not None and value > limit


def _missing_equipment(look: Look) -> tuple[str, ...] | None:
    """The first group of equipment of which the provider is known to have nothing."""
    has = look.provider.equipment
    if has is None:
        return None
    return next((group for group in look.need.equipment if not set(group) & set(has)), None)


def _is_on_hold(look: Look) -> bool:
    hold = look.provider.on_hold
    return hold is not None and hold.is_on(look.need.incident.when)


def _has_no_unit(look: Look) -> bool:
    return look.provider.units == 0 or look.availability.has_no_unit


def _area_detail(look: Look) -> str:
    short_km = ceil(round(look.short_km * 10, 6)) / 10 if look.short_km < inf else inf
    match look.provider.area:
        case Postcodes(text=text):
            postcode = look.need.incident.place.postcode or "a place abroad"
            return f"{postcode} is not in {text}"
        case Circle():
            return f"area ends {short_km:.1f} km short"
        case Polygon():
            return f"{short_km:.1f} km outside"
        case _:
            return f"{short_km:.1f} km outside Germany"


def _client_detail(look: Look) -> str:
    if is_client_refused(look):
        return f"serves only {listed(look.provider.clients)}"
    client = look.need.client
    return f"{client.name if client else ''} sends only its own (only_strict)"


def _hold_detail(look: Look) -> str:
    hold = look.provider.on_hold
    if hold is None or hold.until is None:
        return f"on hold: {hold.reason if hold else ''}, until further notice"
    return f"on hold: {hold.reason}, until {clock(hold.until, look.need.incident.when)}"


def _closed_detail(look: Look) -> str:
    when = look.need.incident.when
    opens_at = look.timetable().opens_after(when)
    if opens_at is None or opens_at - when.astimezone(UTC) > SEEN_AHEAD:
        return f"opens in more than {SEEN_AHEAD.days} days"
    return f"opens {clock(opens_at, when)}"


def _no_unit_detail(look: Look) -> str:
    if look.provider.units == 0:
        return "has no unit"
    return f"all {look.provider.units} units busy, no end known"


def _down_detail(look: Look) -> str:
    since, why = look.availability.since, look.availability.why
    at = f" since {clock(since, look.need.incident.when)}" if since else ""
    return f"down{at}" + (f": {why}" if why else "")


Gate = tuple[str, Callable[[Look], bool], Callable[[Look], str]]

GATES: tuple[Gate, ...] = (
    ("outside_area", lambda look: look.fit == "outside", _area_detail),
    (
        "service_not_offered",
        lambda look: look.need.entry.service not in look.provider.services,
        lambda look: f"does not offer {look.need.entry.service}",
    ),
    (
        "client_not_served",
        lambda look: is_client_refused(look) or _is_outside_contract(look),
        _client_detail,
    ),
    (
        "vehicle_class",
        _is_class_refused,
        lambda look: (
            f"takes {listed(look.provider.vehicle_classes)}, not {look.need.incident.vehicle.kind}"
        ),
    ),
    (
        "vehicle_too_heavy",
        lambda look: exceeds(look.need.incident.vehicle.weight_t, look.provider.max_weight_t),
        lambda look: (
            f"limit {look.provider.max_weight_t:.12g} t, "
            f"vehicle {look.need.incident.vehicle.weight_t:.12g} t"
        ),
    ),
    (
        "vehicle_too_high",
        lambda look: exceeds(look.need.incident.vehicle.height_m, look.provider.max_height_m),
        lambda look: (
            f"limit {look.provider.max_height_m:.12g} m, "
            f"vehicle {look.need.incident.vehicle.height_m:.12g} m"
        ),
    ),
    (
        "unit_too_high",
        lambda look: exceeds(look.provider.height_m, look.need.incident.clearance_m),
        lambda look: (
            f"truck {look.provider.height_m:.12g} m, "
            f"clearance {look.need.incident.clearance_m:.12g} m"
        ),
    ),
    (
        "equipment_missing",
        lambda look: _missing_equipment(look) is not None,
        lambda look: f"needs {' or '.join(_missing_equipment(look) or ())}",
    ),
    ("on_hold", _is_on_hold, _hold_detail),
    ("closed_now", lambda look: look.span_now().state == "closed", _closed_detail),
    (
        "already_asked",
        lambda look: look.provider.id in look.need.incident.asked,
        lambda look: "has been asked already",
    ),
    ("no_unit", _has_no_unit, _no_unit_detail),
    ("down", lambda look: look.availability.state == "down", _down_detail),
)  # fmt: skip
