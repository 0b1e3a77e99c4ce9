"""The block of one service: its table and footer, its last resort, or a line for later."""

from msgspec import UNSET, Struct

from ..results.cascade_answer import Answer, Cascade
from . import figures
from .cascade_columns import phone_and_name
from .cascade_layout import CascadeRows, TableLayout
from .excluded import entries, out_line, slower_lines, soon_lines
from .layout import Line, Screen, cells, flow, pad, plain_line, plain_lines, wrap

_INDENT = "   "
_LATER_NAME_LEAST = 12


class Density(Struct, frozen=True, kw_only=True):
    """The parts of an answer that a screen shows; a screen tries densities until one fits.

    ``named`` is the largest number of excluded providers in a list; of 0, those that could come
    later still have a line.
    """

    rows: int | None
    has_title: bool = True
    has_footer: bool = True
    has_blanks: bool = True
    has_heads: bool = True
    has_hints: bool = True
    has_last_row: bool = True
    named: int = 3
    is_explained: bool = False


def is_later(cascade: Cascade) -> bool:
    """Return whether a service is sent only after another one has ended unsuccessful."""
    return cascade.when != "now"


def block_lines(
    table: CascadeRows, answer: Answer, layout: TableLayout, density: Density
) -> list[Line]:
    """Make the block of a service with candidates."""
    cascade, screen = table.cascade, layout.screen
    rows = table.rows[: density.rows]
    hidden = len(cascade.candidates) - len(rows)
    top = len(cascade.candidates)
    more = screen.say("{count} more: --top {top}", count=hidden, top=top) if hidden else ""
    lines: list[Line] = []
    if density.has_title:
        lines += _title(cascade, answer, screen, density, more)
    if density.has_heads:
        lines.append(layout.head())
    lines += [layout.line(row) for row in rows]
    if more and density.has_footer:
        lines.append(plain_line(f" {_INDENT}{more}"))
    if cascade.contract_ends:
        client = cascade.contract_ends
        text = screen.say("the contract of {client} allows no other provider", client=client)
        lines += plain_lines(wrap(text, screen.width, first=_INDENT, rest=_INDENT))
    if density.has_last_row:
        lines.append(layout.line(table.last_resort))
    if density.has_footer:
        if not density.has_title:
            lines.append(plain_line(""))
        lines += footer_lines(cascade, answer, screen, is_explained=density.is_explained)
    soon = soon_lines(cascade, screen, max(1, density.named))
    return [*lines, *soon, *slower_lines(cascade, screen, max(1, density.named))]


def footer_lines(
    cascade: Cascade, answer: Answer, screen: Screen, *, is_explained: bool = False
) -> list[Line]:
    """Make the footer: expected minutes, chance, cost of policies, and the excluded providers."""
    chance = figures.percent_down(cascade.success_probability, decimals=1)
    minutes = figures.minutes(cascade.expected_min, decimals=0)
    if minutes.isdigit() and cascade.is_all_by_road:
        expected = screen.say("Expected {minutes} min (by road)", minutes=minutes)
    elif minutes.isdigit():
        expected = screen.say("Expected {minutes} min (estimate)", minutes=minutes)
    else:
        expected = screen.say("Expected {minutes} (estimate)", minutes=minutes)
    parts = [expected, screen.say("help comes {chance}", chance=chance)]
    parts += _costs(cascade, answer, screen)
    hint = "" if is_explained else "  (--explain)"
    return [
        *plain_lines(flow(parts, screen.width, rest=_INDENT)),
        *plain_lines(road_lines(cascade, screen)),
        *plain_lines(out_line(cascade.excluded_counts, screen, hint)),
    ]


def road_lines(cascade: Cascade, screen: Screen) -> list[str]:
    """Write how the travel engine was used; nothing without one."""
    roads = cascade.roads
    if roads is UNSET:
        return []
    if roads.failure:
        text = screen.say("~ as the crow flies: {failure}", failure=roads.failure)
    elif cascade.is_all_by_road:
        text = screen.say("Roads by {engine}", engine=roads.source)
    else:
        text = screen.say(
            "Roads by {engine}; ~ as the crow flies",
            engine=roads.source,
        )
    return wrap(text, screen.width, rest=_INDENT)


def unserved_lines(cascade: Cascade, screen: Screen, density: Density) -> list[Line]:
    """Make the block of a service without candidates: nearest providers, then the last resort."""
    out = sum(cascade.excluded_counts.values())
    asked = cascade.excluded_counts.get("already_asked", 0)
    service = screen.word(cascade.service).upper()
    heading = screen.say("NO PROVIDER CAN BE SENT NOW")
    title = f"{pad(service, 18)}  {heading}"
    counts = screen.say("{out} out, {asked} asked", out=out, asked=asked)
    blanks = min(screen.width, 80) - 1 - cells(title) - cells(counts)
    if blanks >= len(_INDENT):
        lines = [plain_line(title + " " * blanks + counts, "bold red")]
    else:
        parts = [service, heading, counts]
        lines = [plain_line(line, "bold red") for line in flow(parts, screen.width, rest=_INDENT)]
    lines += soon_lines(cascade, screen, max(1, density.named))
    nearest = cascade.nearest_excluded[: density.named]
    if nearest:
        hint = [screen.say("nearest to possible, ask anyway:")] if density.has_hints else []
        lines += plain_lines(hint)
        lines += entries(nearest, screen)
    if out > len(nearest) and density.has_hints and not density.is_explained:
        more = screen.say("{count} more: --explain", count=out - len(nearest))
        lines.append(plain_line(_INDENT + more))
    lines += slower_lines(cascade, screen, max(1, density.named))
    if density.has_blanks:
        lines.append(plain_line(""))
    return [*lines, *last_resort_lines(cascade, screen)]


def last_resort_lines(cascade: Cascade, screen: Screen) -> list[Line]:
    """Make the lines of the last resort for a service without candidates."""
    last = cascade.last_resort
    about = figures.minutes(cascade.fallback_min, decimals=0)
    text = screen.say("last resort: {text}, about {minutes} min", text=last.text, minutes=about)
    first = f"{screen.say('NEXT')}  {screen.text(last.phone)}  "
    return [
        plain_line(line, "bold") for line in wrap(text, screen.width, first=first, rest=_INDENT * 2)
    ]


def later_lines(cascade: Cascade, screen: Screen) -> list[Line]:
    """Make the line of a service that follows an unsuccessful one."""
    services = {
        "before": screen.word(cascade.when.removeprefix("after:")),
        "service": screen.word(cascade.service).upper(),
    }
    slower = slower_lines(cascade, screen, 1)
    if not cascade.candidates:
        parts = [
            screen.say("then, if {before} fails: {service}:", **services),
            screen.say("no provider can be sent now,"),
            screen.say("last resort {phone}", phone=cascade.last_resort.phone),
        ]
        return [*plain_lines(flow(parts, screen.width, gap=" ", rest=_INDENT)), *slower]
    first = screen.say("then, if {before} fails: {service}", **services)
    phone, name = phone_and_name(cascade.candidates[0], screen)
    count = len(cascade.candidates)
    least = min(cells(name), _LATER_NAME_LEAST)
    rooms = [screen.width - cells(f"{first} {phone} {form}") for form in _ranked("", count, screen)]
    chosen = next((form for form, room in enumerate(rooms) if room >= least), -1)
    shown = screen.shorten(name, max(rooms[chosen], least))
    parts = [first, phone, _ranked(shown, count, screen)[chosen]]
    return [*plain_lines(flow(parts, screen.width, gap=" ", rest=_INDENT)), *slower]


def _ranked(name: str, count: int, screen: Screen) -> tuple[str, ...]:
    """Write the first provider and the number of ranked ones, the longest form first."""
    shown = {"name": name, "count": count}
    return (
        screen.say("{name}, {count} ranked (--explain for all)", **shown),
        screen.say("{name}, {count} ranked (--explain)", **shown),
        screen.say("{name}, {count} ranked", **shown),
        name,
    )


def _title(
    cascade: Cascade, answer: Answer, screen: Screen, density: Density, more: str
) -> list[Line]:
    """Make the title with the service in capitals; without a footer it also has its figures."""
    service = screen.word(cascade.service).upper()
    if density.has_footer:
        return [plain_line(service, "bold")]
    chance = figures.percent_down(cascade.success_probability, decimals=1)
    expected = figures.minutes(cascade.expected_min, decimals=0)
    # "~" for "estimate": every word here may cost a line.
    figure = {"service": service, "minutes": expected, "chance": chance}
    parts = [screen.say("{service}  ~{minutes} min, {chance}", **figure)]
    parts += _costs(cascade, answer, screen, has_zero=False)
    if density.has_last_row:
        parts.append(screen.say("out {count}", count=sum(cascade.excluded_counts.values())))
        parts += [more] if more else []
    else:
        parts.append(screen.say("LAST RESORT {phone}", phone=cascade.last_resort.phone))
    return [plain_line(line, "bold") for line in flow(parts, screen.width, rest=_INDENT)]


def _costs(cascade: Cascade, answer: Answer, screen: Screen, *, has_zero: bool = True) -> list[str]:
    """List what contract, wish, method and turns among equals cost, each in minutes.

    Without ``has_zero`` costs that are rounded to zero are omitted.
    """
    costs, nothing = [], figures.extra_minutes(0.0)
    if answer.incident.has_client:
        client, cost = str(answer.incident.client), figures.extra_minutes(cascade.contract_cost_min)
        if cost == nothing:
            text = screen.say("{client} contract: +0.0 min", client=client)
        else:
            number = figures.minutes(abs(cascade.contract_cost_min))
            values = {"client": client, "cost": cost, "number": number}
            text = screen.say("{client} contract: {cost}", **values)
        costs.append((cost, text))
    if cascade.wish_cost_min > 0 or "wish" in answer.incident.facts:
        cost = figures.extra_minutes(cascade.wish_cost_min)
        costs.append((cost, screen.say("wish: {cost}", cost=cost)))
    if cascade.method != "index":
        cost, method = figures.extra_minutes(cascade.method_cost_min), screen.word(cascade.method)
        text = screen.say("{method}: {cost} against the default order", method=method, cost=cost)
        costs.append((cost, text))
    if cascade.fairness_cost_min:
        cost = figures.extra_minutes(cascade.fairness_cost_min)
        costs.append((cost, screen.say("equals in turn: {cost}", cost=cost)))
    return [text for cost, text in costs if has_zero or cost != nothing]
