"""The joint plan on a screen and as rows: whom to call for which incident, in which order."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ..messages import Message, Plural
from ..results.storm_results import StormCandidate, StormDemand, StormPlan
from .answer_times import local
from .figures import clock, iso, minutes, past_clock
from .layout import Line, Screen, cells, flow, pad, plain_line, plain_lines, shorten
from .wording import word

if TYPE_CHECKING:
    from .plain import PlainRow

STORM_COLUMNS = (
    "order", "ref", "service", "act", "why", "provider", "name", "phone", "call_at", "there_at",
    "waiting_min", "weight", "wait_min", "arrival_min", "call_min", "line_min", "scarcity_min",
    "sort_min",
)  # fmt: skip

_HEADS = (
    Message("#"), Message("Call"), Message("Provider"), Message("For"), Message("There"),
    Message("Why"),
)  # fmt: skip
_WIDE_HEADS = (
    *_HEADS[:4], Message("Place"), Message("There"), Message("Sort"), Message("Lines"),
    Message("Scarce"), Message("Why"),
)  # fmt: skip
_RIGHT = frozenset({"#", "Sort", "Lines", "Scarce"})
_WIDE_FROM = 120
_NARROW_BELOW = 60
"""On narrower screens a demand has two lines: whom to call, and for what."""
_MOST = {"Provider": 28, "Place": 28, "For": 18, "Call": 18}
_NARROWED = {"For": 10, "Place": 12, "Provider": 18}
"""The columns that are shortened where a line is too narrow, with their least widths."""
_GAP = "  "
_MOST_NAMED = 10
_ROWS = 24
_NOTHING = Message("no incident waits for help")


def storm_lines(plan: StormPlan, screen: Screen) -> list[Line]:
    """Make the head, and a line for each demand in the order of the calls."""
    demands = [line for each in demand_lines(plan, screen) for line in each]
    return [*head_lines(plan, screen), *column_heads(plan, screen), *demands]


def head_lines(plan: StormPlan, screen: Screen) -> list[Line]:
    """Make the lines that say what was planned, what is short, and which emergencies are first."""
    emergency = [screen.text(each) for each in emergency_sentences(plan)]
    if not plan.demands:
        nothing = [screen.text(each) for each in [head(plan)[0], _NOTHING]]
        return [*plain_lines(nothing), *plain_lines(emergency, "bold red")]
    lines = plain_lines(flow(map(screen.text, head(plan)), screen.width, rest="  "), "bold")
    lines += plain_lines(flow([screen.text(plan.binding)], screen.width, rest="  "))
    return lines + plain_lines(emergency, "bold red")


def column_heads(plan: StormPlan, screen: Screen) -> list[Line]:
    """Make the line above the demands; none on a narrow screen and without demands."""
    if not plan.demands or screen.width < _NARROW_BELOW:
        return []
    return [plain_line(_table(plan, screen)[0], "bold")]


def demand_lines(plan: StormPlan, screen: Screen) -> list[list[Line]]:
    """Make the lines of each demand, in the order of the calls: one, or two on a narrow screen."""
    if screen.width < _NARROW_BELOW:
        return [[*_narrow(each, plan, screen)] for each in plan.demands]
    if not plan.demands:
        return []
    rows = _table(plan, screen)[1:]
    return [[plain_line(row, _style(each))] for row, each in zip(rows, plan.demands, strict=True)]


def _table(plan: StormPlan, screen: Screen) -> list[str]:
    """Make the texts of the column heads and of all demands, fitted to the screen."""
    heads = _WIDE_HEADS if screen.width >= _WIDE_FROM else _HEADS
    names = [each.id for each in heads]
    rows = [_cells_of(each, plan, screen) for each in plan.demands]
    texts = [[screen.text(each) for each in heads]]
    texts += [[row[name] for name in names] for row in rows]
    widths = _fitted([max(map(cells, column)) for column in zip(*texts, strict=True)], names,
                     screen.width)  # fmt: skip
    return [_joined(row, names, widths, screen.width) for row in texts]


def watch_lines(plan: StormPlan, screen: Screen) -> list[Line]:
    """Make the lines that a screen has room for: the first calls must not scroll away."""
    lines, room = storm_lines(plan, screen), (screen.height or _ROWS) - 1
    if len(lines) <= room:
        return lines
    rest = screen.text(Message("… all others: dispatch storm --open"))
    return [*lines[: max(0, room - 1)], plain_line(rest, "dim")]


def _narrow(each: StormDemand, plan: StormPlan, screen: Screen) -> Iterator[Line]:
    """Yield the two lines of a demand; the number to call is never cut."""
    row = _cells_of(each, plan, screen)
    for parts in (("#", "Call", "Provider"), ("For", "There", "Why")):
        text = " ".join(row[name] for name in parts if row[name] != "-")
        yield plain_line(
            shorten(text if parts[0] == "#" else f"  {text}", screen.width), _style(each)
        )


def head(plan: StormPlan) -> list[Message]:
    """Return the parts of the first line: what was planned, and what the plan proves."""
    count = len(plan.demands)
    return [
        Message(
            "Storm {at}: {demands}",
            at=past_clock(local(plan.at), local(plan.at)),
            demands=Plural("{count} call for help", "{count} calls for help", count),
        ),
        Message(
            "call {called} now, {later} later, {waiting} wait for a unit, {queued} for a line,"
            " {last} to the last resort",
            called=plan.called, later=plan.later, waiting=plan.waiting, queued=plan.queued,
            last=plan.last_resort,
        ),
        plan.certificate,
    ]  # fmt: skip


def emergency_sentences(plan: StormPlan) -> Iterator[Message]:
    """Yield a sentence for each emergency number: for which incidents it is called first."""
    for dial in dict.fromkeys(each.dial for each in plan.emergency):
        refs = list(dict.fromkeys(each.ref for each in plan.emergency if each.dial == dial))
        named = ", ".join(refs[:_MOST_NAMED])
        left = len(refs) - _MOST_NAMED
        if left > 0:
            named_all: Message | str = Message("{named} and {count} more", named=named, count=left)
        else:
            named_all = named
        yield Message("{dial} first, for {refs}", dial=dial, refs=named_all)


def storm_rows(plan: StormPlan) -> Iterator["PlainRow"]:
    """Make a row for each demand with the figures of its planned provider."""
    for each in plan.demands:
        first = _planned(each)
        row: PlainRow = {
            "order": each.order or "",
            "ref": each.ref,
            "service": each.service,
            "act": each.act,
            "why": each.why,
            "provider": each.provider or "",
            "phone": each.phone,
            "call_at": iso(each.call_at),
            "there_at": iso(each.there_at),
            "waiting_min": each.waiting_min,
            "weight": each.weight,
        }
        if first is not None:
            row |= {
                name: getattr(first, name)
                for name in ("name", "wait_min", "arrival_min", "call_min", "line_min",
                             "scarcity_min", "sort_min")
            }  # fmt: skip
        yield row


def storm_summary(plan: StormPlan) -> Iterator[Message]:
    """Yield the sentences about a plan that was written to a file."""
    if plan.demands:
        yield from head(plan)[1:]
        yield plan.binding
    else:
        yield _NOTHING
    yield from emergency_sentences(plan)


def _planned(each: StormDemand) -> StormCandidate | None:
    return each.candidates[0] if each.provider is not None else None


def _style(each: StormDemand) -> str:
    return {"call": "", "later": "dim", "wait": "dim", "queue": "dim", "last_resort": "bold red"}[
        each.act
    ]


def _cells_of(each: StormDemand, plan: StormPlan, screen: Screen) -> dict[str, str]:
    """Return the texts of a demand by the English heading of their column."""
    first, at = _planned(each), local(plan.at)
    number = str(each.order) if each.order else "-"
    if each.call_at is not None:
        number = clock(local(each.call_at), at)
    return {
        "#": number,
        "Call": screen.text(each.phone) or "-",
        "Provider": screen.text(first.name) if first else _nobody(each, screen),
        "For": f"{screen.text(each.ref)} {word(each.service)}",
        "Place": screen.text(each.place),
        "There": clock(local(each.there_at), at) if each.there_at else "-",
        "Sort": minutes(first.sort_min) if first else "-",
        "Lines": minutes(first.line_min) if first else "-",
        "Scarce": minutes(first.scarcity_min) if first else "-",
        "Why": screen.text(each.why),
    }


def _nobody(each: StormDemand, screen: Screen) -> str:
    return screen.say("LAST RESORT") if each.act == "last_resort" else screen.say("nobody yet")


def _fitted(widths: list[int], names: list[str], width: int) -> list[int]:
    """Narrow the columns of names and places until the reason has room."""
    found = [min(each, _MOST.get(name, each)) for each, name in zip(widths, names, strict=True)]
    room = width - sum(found[:-1]) - len(_GAP) * (len(found) - 1)
    for name, least in _NARROWED.items():
        if name in names and room < found[-1]:
            at = names.index(name)
            less = min(found[at] - least, found[-1] - room)
            if less > 0:
                found[at] -= less
                room += less
    return found


def _joined(row: Iterable[str], names: list[str], widths: list[int], width: int) -> str:
    texts = [
        pad(shorten(text, wide), wide, ">" if name in _RIGHT else "<")
        for text, name, wide in zip(row, names, widths, strict=True)
    ]
    return shorten(_GAP.join(texts).rstrip(), width)
