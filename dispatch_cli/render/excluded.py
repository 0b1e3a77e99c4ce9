"""The excluded providers: counts by reason, names, and what would have to be true for each."""

from collections.abc import Mapping, Sequence

from msgspec import UNSET

from ..messages import Message
from ..results.cascade_answer import Cascade, Exclusion
from .layout import Line, Screen, cells, flow, pad, plain_line, plain_lines, wrap

NAME_LEAST = 8
"""The shortest width of a name; the text behind it goes to the next line instead."""

_SHOWN_PER_REASON = 5
_INDENT = "   "
_PHONE_WIDTH = 14

_SHORT_REASONS = {
    "outside_area": Message("area"),
    "service_not_offered": Message("service"),
    "client_not_served": Message("client"),
    "vehicle_class": Message("vehicle"),
    "vehicle_too_heavy": Message("weight"),
    "vehicle_too_high": Message("height"),
    "unit_too_high": Message("clearance"),
    "equipment_missing": Message("equipment"),
    "on_hold": Message("hold"),
    "closed_now": Message("closed"),
    "already_asked": Message("asked"),
    "no_unit": Message("no unit"),
    "down": Message("down"),
    "beyond_fallback": Message("slower"),
}


def out_line(excluded: Mapping[str, int], screen: Screen, hint: str = "") -> list[str]:
    """Count the excluded providers by reason, in the order of the gates; ``hint`` ends the line."""
    counts = {reason: count for reason, count in excluded.items() if count}
    if not counts:
        return []
    words = [f"{_short(reason, count, screen)}," for reason, count in counts.items()]
    words[-1] = words[-1].removesuffix(",") + hint
    first = screen.say("Out {count}:", count=sum(counts.values())) + " "
    return flow(words, screen.width, gap=" ", first=first, rest=_INDENT)


def _short(reason: str, count: int, screen: Screen) -> str:
    short = _SHORT_REASONS.get(reason, screen.word(reason))
    return screen.say("{reason} {count}", reason=short, count=count)


def _more_lines(hidden: int, screen: Screen) -> list[Line]:
    """Make the line of the providers that a list omits; none if it omits none."""
    text = screen.say("{count} more: --explain", count=hidden)
    return [plain_line(_INDENT + text)] if hidden else []


def soon_lines(cascade: Cascade, screen: Screen, limit: int) -> list[Line]:
    """List the closed providers that open soon, with the time at which to call."""
    soon = cascade.opens_soon[:limit]
    hidden = len(cascade.opens_soon) - len(soon)
    more = _more_lines(hidden, screen) if soon else []
    return [*entries(soon, screen, is_soon=True), *more]


def slower_lines(cascade: Cascade, screen: Screen, limit: int) -> list[Line]:
    """List the providers that are slower than the last resort; with a limit of 1 on one line."""
    slower = cascade.beyond_fallback[:limit]
    if not slower:
        return []
    hidden = len(cascade.beyond_fallback) - len(slower)
    first = screen.say("slower than the last resort:")
    if limit == 1:
        only = slower[0]
        name = screen.text(only.name or only.provider)
        parts = [f"{screen.text(only.phone, 60)} {name}, {screen.text(only.detail)}"]
        parts += [screen.say("{count} more: --explain", count=hidden)] if hidden else []
        return plain_lines(flow(parts, screen.width, first=f"{first} ", rest=_INDENT))
    return [plain_line(first), *entries(slower, screen), *_more_lines(hidden, screen)]


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
        more = [screen.say("{count} more: --json", count=hidden)] if hidden > 0 else []
        label = screen.say("{reason} {count}", reason=screen.word(reason), count=len(group))
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


def entries(
    exclusions: Sequence[Exclusion], screen: Screen, *, is_soon: bool = False
) -> list[Line]:
    """Make a line of phone, name and detail for each provider; only the name is shortened.

    ``is_soon``: each can be called at the time that its detail has.
    """
    phones = [screen.text(one.phone, 60) for one in exclusions]
    names = [screen.text(one.name or one.provider) for one in exclusions]
    details = [
        screen.text(Message("{detail}: call then", detail=one.detail) if is_soon else one.detail)
        for one in exclusions
    ]
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
    service = screen.word(cascade.service).upper()
    return screen.say(
        "{service}: {count} out, and what would have to be true", service=service, count=out
    )
