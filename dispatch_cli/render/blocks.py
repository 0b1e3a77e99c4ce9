"""The block of one service: its table and footer, its last resort, or a line for later."""

from msgspec import Struct

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

    ``named`` is the largest number of excluded providers in a list.
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
    more = f"{hidden} more: --top {len(cascade.candidates)}" if hidden else ""
    lines: list[Line] = []
    if density.has_title:
        lines += _title(cascade, answer, screen, density, more)
    if density.has_heads:
        lines.append(layout.head())
    lines += [layout.line(row) for row in rows]
    if more and density.has_footer:
        lines.append(plain_line(f" {_INDENT}{more}"))
    if cascade.contract_ends:
        client = screen.text(cascade.contract_ends)
        text = f"the contract of {client} allows no other provider"
        lines += plain_lines(wrap(text, screen.width, first=_INDENT, rest=_INDENT))
    if density.has_last_row:
        lines.append(layout.line(table.last_resort))
    if density.has_footer:
        if not density.has_title:
            lines.append(plain_line(""))
        lines += footer_lines(cascade, answer, screen, is_explained=density.is_explained)
    soon = soon_lines(cascade, screen, density.named)
    return [*lines, *soon, *slower_lines(cascade, screen, density.named)]


def footer_lines(
    cascade: Cascade, answer: Answer, screen: Screen, *, is_explained: bool = False
) -> list[Line]:
    """Make the footer: expected minutes, chance, cost of policies, and the excluded providers."""
    chance = figures.percent_down(cascade.success_probability, decimals=1)
    expected = figures.minutes(cascade.expected_min, decimals=0)
    unit = " min" if expected.isdigit() else ""
    parts = [f"Expected {expected}{unit} (estimate)", f"help comes {chance}"]
    parts += _costs(cascade, answer, screen)
    hint = "" if is_explained else "  (--explain)"
    return [
        *plain_lines(flow(parts, screen.width, rest=_INDENT)),
        *plain_lines(out_line(cascade, screen.width, hint)),
    ]


def nobody_lines(cascade: Cascade, screen: Screen, density: Density) -> list[Line]:
    """Make the block of a service without candidates: nearest providers, then the last resort."""
    out = sum(cascade.excluded_counts.values())
    asked = cascade.excluded_counts.get("already_asked", 0)
    service = screen.text(cascade.service).upper()
    title = pad(service, 18) + "  NOBODY CAN BE SENT NOW"
    counts = f"{out} out, {asked} asked"
    blanks = min(screen.width, 80) - 1 - cells(title) - cells(counts)
    if blanks >= len(_INDENT):
        lines = [plain_line(title + " " * blanks + counts, "bold red")]
    else:
        parts = [service, "NOBODY CAN BE SENT NOW", counts]
        lines = [plain_line(line, "bold red") for line in flow(parts, screen.width, rest=_INDENT)]
    lines += soon_lines(cascade, screen, density.named)
    nearest = cascade.nearest_excluded[: density.named]
    if nearest:
        lines += plain_lines(["nearest to possible, ask anyway:"] if density.has_hints else [])
        lines += entries(nearest, screen)
    if out > len(nearest) and density.has_hints and not density.is_explained:
        lines.append(plain_line(f"{_INDENT}{out - len(nearest)} more: --explain"))
    lines += slower_lines(cascade, screen, density.named)
    if density.has_blanks:
        lines.append(plain_line(""))
    return [*lines, *last_resort_lines(cascade, screen)]


def last_resort_lines(cascade: Cascade, screen: Screen) -> list[Line]:
    """Make the lines of the last resort for a service without candidates."""
    last = cascade.last_resort
    about = figures.minutes(cascade.fallback_min, decimals=0)
    text = f"last resort: {screen.text(last.text)}, about {about} min"
    first = f"NEXT  {screen.text(last.phone)}  "
    return [
        plain_line(line, "bold") for line in wrap(text, screen.width, first=first, rest=_INDENT * 2)
    ]


def later_lines(cascade: Cascade, screen: Screen) -> list[Line]:
    """Make the line of a service that follows an unsuccessful one."""
    before = screen.text(cascade.when.removeprefix("after:"))
    first = f"then, if {before} fails: {screen.text(cascade.service).upper()}"
    slower = slower_lines(cascade, screen, 1)
    if not cascade.candidates:
        last_resort = f"last resort {screen.text(cascade.last_resort.phone)}"
        parts = [f"{first}:", "no provider can be sent now,", last_resort]
        return [*plain_lines(flow(parts, screen.width, gap=" ", rest=_INDENT)), *slower]
    phone, name = phone_and_name(cascade.candidates[0], screen)
    ranked = f", {len(cascade.candidates)} ranked"
    least = min(cells(name), _LATER_NAME_LEAST)
    for ending in (f"{ranked} (--explain for all)", f"{ranked} (--explain)", ranked, ""):
        room = screen.width - cells(f"{first} {phone} {ending}")
        if room >= least:
            break
    parts = [first, phone, screen.shorten(name, max(room, least)) + ending]
    return [*plain_lines(flow(parts, screen.width, gap=" ", rest=_INDENT)), *slower]


def _title(
    cascade: Cascade, answer: Answer, screen: Screen, density: Density, more: str
) -> list[Line]:
    """Make the title with the service in capitals; without a footer it also has its figures."""
    service = screen.text(cascade.service).upper()
    if density.has_footer:
        return [plain_line(service, "bold")]
    chance = figures.percent_down(cascade.success_probability, decimals=1)
    expected = figures.minutes(cascade.expected_min, decimals=0)
    last = screen.text(cascade.last_resort.phone)
    # "~" for "estimate": every word here may cost a line.
    parts = [
        f"{service}  ~{expected} min, {chance}",
        *(cost for cost in _costs(cascade, answer, screen) if "+0.0 min" not in cost),
    ]
    if density.has_last_row:
        parts.append(f"out {sum(cascade.excluded_counts.values())}")
        parts += [more] if more else []
    else:
        parts.append(f"LAST RESORT {last}")
    return [plain_line(line, "bold") for line in flow(parts, screen.width, rest=_INDENT)]


def _costs(cascade: Cascade, answer: Answer, screen: Screen) -> list[str]:
    """List what contract, wish, method and turns among equals cost, each in minutes."""
    costs = []
    if answer.incident.has_client:
        cost = figures.extra_minutes(cascade.contract_cost_min)
        costs.append(f"{screen.text(str(answer.incident.client))} contract: {cost}")
    if cascade.wish_cost_min > 0 or "wish" in answer.incident.facts:
        costs.append(f"wish: {figures.extra_minutes(cascade.wish_cost_min)}")
    if cascade.method != "index":
        cost = figures.extra_minutes(cascade.method_cost_min)
        costs.append(f"{screen.text(cascade.method)}: {cost} against the default order")
    if cascade.fairness_cost_min:
        costs.append(f"equals in turn: {figures.extra_minutes(cascade.fairness_cost_min)}")
    return costs
