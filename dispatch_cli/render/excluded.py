"""The excluded providers: counts by reason, names, and what would have to be true for each."""

from collections.abc import Sequence

from msgspec import UNSET

from ..results.cascade_answer import Cascade, Exclusion
from .layout import Line, Screen, cells, flow, pad, plain_line, plain_lines, wrap

NAME_LEAST = 8
"""The shortest width of a name; the text behind it goes to the next line instead."""

_SHOWN_PER_REASON = 5
_INDENT = "   "
_PHONE_WIDTH = 14

_SHORT_REASONS = {
    "outside_area": "area",
    "service_not_offered": "service",
    "client_not_served": "client",
    "vehicle_class": "vehicle",
    "vehicle_too_heavy": "weight",
    "vehicle_too_high": "height",
    "unit_too_high": "clearance",
    "equipment_missing": "equipment",
    "on_hold": "hold",
    "closed_now": "closed",
    "already_asked": "asked",
    "no_unit": "no unit",
    "down": "down",
    "beyond_fallback": "slower",
}


def out_line(cascade: Cascade, width: int, hint: str = "  (--explain)") -> list[str]:
    """Count the excluded providers by reason, in the order of the gates; ``hint`` ends the line."""
    counts = {reason: count for reason, count in cascade.excluded_counts.items() if count}
    if not counts:
        return []
    words = [f"{_SHORT_REASONS.get(reason, reason)} {count}," for reason, count in counts.items()]
    words[-1] = words[-1].removesuffix(",") + hint
    return flow(words, width, gap=" ", first=f"Out {sum(counts.values())}: ", rest=_INDENT)


def soon_lines(cascade: Cascade, screen: Screen, limit: int) -> list[Line]:
    """List the closed providers that open soon, with the time at which to call."""
    soon = cascade.opens_soon[:limit]
    hidden = len(cascade.opens_soon) - len(soon)
    more = plain_lines([f"{_INDENT}{hidden} more: --explain"] if hidden and soon else [])
    return [*entries(soon, screen, then=": call then"), *more]


def slower_lines(cascade: Cascade, screen: Screen, limit: int) -> list[Line]:
    """List the providers that are slower than the last resort; with a limit of 1 on one line."""
    slower = cascade.beyond_fallback[:limit]
    if not slower:
        return []
    hidden = len(cascade.beyond_fallback) - len(slower)
    more = [f"{hidden} more: --explain"] if hidden else []
    if limit == 1:
        only = slower[0]
        name = screen.text(only.name or only.provider)
        parts = [f"{screen.text(only.phone, 60)} {name}, {screen.text(str(only.detail))}", *more]
        first = "slower than the last resort: "
        return plain_lines(flow(parts, screen.width, first=first, rest=_INDENT))
    return [
        plain_line("slower than the last resort:"),
        *entries(slower, screen),
        *plain_lines(_INDENT + text for text in more),
    ]


def explain_lines(cascade: Cascade, screen: Screen) -> list[Line]:
    """List at most five excluded providers for each reason, the nearest to possible first."""
    if cascade.excluded is UNSET or not cascade.excluded:
        return []
    lines = [plain_line(""), plain_line(_explain_title(cascade, screen), "bold")]
    for reason in cascade.excluded_counts:
        group = sorted(
            (exclusion for exclusion in cascade.excluded if exclusion.reason == reason),
            key=lambda exclusion: exclusion.nearness_min,
        )
        if not group:
            continue
        hidden = len(group) - _SHOWN_PER_REASON
        more = [f"{hidden} more: --json"] if hidden > 0 else []
        label = f"{screen.text(reason)} {len(group)}"
        if reason == "service_not_offered":
            # The detail is the same for all of them, so that their names are enough.
            names = [screen.text(one.name or one.provider) for one in group[:_SHOWN_PER_REASON]]
            listed = [f"{name}," for name in [*names, *more]]
            listed[-1] = listed[-1].removesuffix(",")
            lines += plain_lines(
                flow(listed, screen.width, gap=" ", first=label + _INDENT, rest=_INDENT)
            )
            continue
        lines.append(plain_line(label))
        lines += entries(group[:_SHOWN_PER_REASON], screen)
        lines += [plain_line(_INDENT + text) for text in more]
    return lines


def entries(exclusions: Sequence[Exclusion], screen: Screen, then: str = "") -> list[Line]:
    """Make a line of phone, name and detail for each provider; only the name is shortened.

    ``then`` ends each line.
    """
    phones = [screen.text(one.phone, 60) for one in exclusions]
    names = [screen.text(one.name or one.provider) for one in exclusions]
    details = [screen.text(f"{one.detail}{then}") for one in exclusions]
    phone_width = max([_PHONE_WIDTH, *map(cells, phones)])
    room = screen.width - len(_INDENT) - phone_width - 4 - max(map(cells, details), default=0)
    name_width = max(NAME_LEAST, min(room, max(map(cells, names), default=0)))
    lines = []
    for phone, name, detail in zip(phones, names, details, strict=True):
        shown = pad(screen.shorten(name, name_width), name_width)
        first = f"{_INDENT}{pad(phone, phone_width)}  {shown}  "
        lines += plain_lines(wrap(detail, screen.width, first=first, rest=_INDENT * 2))
    return lines


def _explain_title(cascade: Cascade, screen: Screen) -> str:
    out = sum(cascade.excluded_counts.values())
    service = screen.text(cascade.service).upper()
    return f"{service}: {out} out, and what would have to be true"
