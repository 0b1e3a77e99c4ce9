"""The board of the desk: one row for a case, the most urgent first, with running deadlines."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from ..messages import Message
from ..results.case_results import CaseView, DraftView
from ..results.desk_results import Board
from .desk_words import (
    client_word,
    draft_words,
    due_in,
    mark_of,
    running,
    service_due,
    state_words,
    vehicle_words,
)
from .figures import day_and_month, weekday
from .layout import Line, Screen, cells, pad, plain_line

WIDE_FROM = 120
"""The number of columns from which the board also has vehicle, client, firm, phone and age."""

_NARROW = (
    (Message("Due"), 6), (Message("No."), 4), (Message(""), 2), (Message("Place"), 19),
    (Message("What"), 14), (Message("State"), 24), (Message("by"), 3),
)  # fmt: skip
_WIDE = (
    (Message("Due"), 6), (Message("No."), 4), (Message(""), 2), (Message("Place"), 20),
    (Message("What"), 13), (Message("Vehicle"), 12), (Message("Client"), 6),
    (Message("State"), 24), (Message("Firm"), 17), (Message("Phone"), 15),
    (Message("since"), 5), (Message("by"), 3),
)  # fmt: skip
_BESIDE = (
    (Message("Due"), 6), (Message("No."), 4), (Message(""), 2), (Message("Place"), 15),
    (Message("State"), 22),
)  # fmt: skip

Columns = tuple[tuple[Message, int], ...]
"""The headings with their widths; the state is as wide as its longest German sentence."""


class BoardRow(Struct, frozen=True, kw_only=True):
    """One row of the board: a case or a call that is not finished, by the number on the screen."""

    number: str
    due_at: datetime | None
    is_overdue: bool
    case: CaseView | None = None
    draft: DraftView | None = None
    operator: str = ""
    road: str = ""
    make: str = ""
    client: str = "?"


def board_rows(board: Board) -> list[BoardRow]:
    """Return the rows of the board, in its order."""
    rows = []
    for each in board.rows:
        if isinstance(each, CaseView):
            row = BoardRow(
                number=str(each.id),
                due_at=each.next_deadline,
                is_overdue=each.overdue,
                case=each,
                operator=each.operator,
                road=board.roads.get(each.id, ""),
                make=board.makes.get(each.id, ""),
                client=client_word(each.client, board.clients),
            )
        else:
            row = BoardRow(
                number=each.number,
                due_at=each.due_at,
                is_overdue=each.overdue,
                draft=each,
                operator=each.operator,
            )
        rows.append(row)
    return rows


def board_head(
    board: Board, shown: Message, operator: str, now: datetime, screen: Screen
) -> list[Line]:
    """Make the first line: how many cases there are, the operator and the clock."""
    overdue = sum(each.overdue for each in board.rows)
    left = screen.say(
        "BOARD  {shown}: {count}, parked {parked}, overdue {overdue}",
        shown=shown,
        count=len(board.cases),
        parked=len(board.drafts),
        overdue=overdue,
    )
    at_work = sorted(filter(None, {operator, *(each.operator for each in board.rows)}))
    if screen.width >= WIDE_FROM:
        left += "     " + screen.say("at work: {names}", names=", ".join(at_work))
    return [title_line(left, operator, now, screen, has_date=True)]


def title_line(
    left: str, operator: str, now: datetime, screen: Screen, *, has_date: bool = False
) -> Line:
    """Make a line with the operator and the clock at its right end, which are always whole."""
    day = f"{weekday(now)} {day_and_month(now)} " if has_date else ""
    right = f"{screen.text(operator, 12)}  {day}{now:%H:%M:%S}"
    room = screen.width - cells(right) - 1
    text = pad(screen.shorten(left, room), room) + " " + right
    return plain_line(text, "bold reverse")


def board_lines(
    rows: Sequence[BoardRow], selected: str, first: int, now: datetime, screen: Screen
) -> list[Line]:
    """Make the heads and the rows from ``first`` on that fit into the height of the screen."""
    columns = _stretched(_WIDE if screen.width >= WIDE_FROM else _NARROW, screen.width)
    last = first + (screen.height or len(rows))
    return _table(rows[first:last], columns, selected, now, screen)


def beside_lines(
    board: Board, rows: Sequence[BoardRow], selected: str, now: datetime, screen: Screen
) -> list[Line]:
    """Make the board that stands beside a card: due, number, place and state."""
    overdue = sum(row.is_overdue for row in rows)
    head = screen.say(
        "BOARD  {count} open, {parked} parked, {overdue} overdue",
        count=len(board.cases),
        parked=len(board.drafts),
        overdue=overdue,
    )
    columns = _stretched(_BESIDE, screen.width)
    title = pad(screen.shorten(head, screen.width), screen.width)
    lines = [plain_line(title, "bold reverse")]
    return lines + _table(rows[: screen.height], columns, selected, now, screen)


def _stretched(columns: Columns, width: int) -> Columns:
    """Give the columns of place and state the room that is left over or missing."""
    left = width - 1 - sum(size + 1 for _, size in columns)
    sizes = {head.id: size for head, size in columns}
    sizes["Place"] = max(8, sizes["Place"] + left // 2)
    sizes["State"] = max(10, sizes["State"] + left - left // 2)
    return tuple((head, sizes[head.id]) for head, _ in columns)


def _table(
    rows: Sequence[BoardRow],
    columns: Columns,
    selected: str,
    now: datetime,
    screen: Screen,
) -> list[Line]:
    heads = {head.id: screen.text(head) for head, _ in columns}
    lines = [plain_line(_joined(heads, columns, " ", screen), "bold")]
    for row in rows:
        mark = ">" if row.number == selected else " "
        texts = _cells_of(row, now, screen)
        style = "bold red" if _is_overdue(row, now) else ""
        text = _joined(texts, columns, mark, screen)
        if row.number == selected:
            style, text = f"{style} reverse".strip(), pad(text, screen.width)
        lines.append(plain_line(text, style))
    if not rows:
        lines.append(plain_line("  " + screen.say("no case")))
    return lines


def _is_overdue(row: BoardRow, now: datetime) -> bool:
    return row.is_overdue or (row.due_at is not None and row.due_at < now)


def _joined(texts: dict[str, str], columns: Columns, mark: str, screen: Screen) -> str:
    parts = [mark]
    for head, size in columns:
        align = ">" if head.id in ("Due", "No.", "since") else "<"
        text = screen.shorten(texts.get(head.id, ""), size)
        parts.append(pad(text, size, align))
    return screen.shorten(" ".join(parts).replace(mark + " ", mark, 1).rstrip(), screen.width)


def _cells_of(row: BoardRow, now: datetime, screen: Screen) -> dict[str, str]:
    """Return the texts of a row by the English heading of their column."""
    known = {"Due": due_in(row.due_at, now), "No.": row.number, "by": screen.text(row.operator)}
    if row.draft is not None:
        draft = row.draft
        waits = now - draft.changed_at
        return known | {
            "": mark_of(draft, screen),
            "Place": screen.text(draft.area) or "?",
            "What": screen.word(draft.kind.replace("_", " ")) or "?",
            "Vehicle": "?",
            "Client": "?",
            "State": draft_words(draft, now, screen),
            "Firm": "-",
            "Phone": "-",
            "since": _age(waits.total_seconds()),
        }
    view = row.case
    if view is None:
        return known
    service = service_due(view)
    return known | {
        "": mark_of(view, screen),
        "Place": screen.text(row.road or view.place),
        "What": screen.word(view.kind.replace("_", " ")),
        "Vehicle": vehicle_words(view, row.make, screen) or "?",
        "Client": screen.text(row.client),
        "State": state_words(view, now, screen),
        "Firm": screen.text(service.provider if service and service.provider else "-"),
        "Phone": screen.text(service.phone if service and service.phone else "-"),
        "since": _age((now - view.opened_at).total_seconds()),
        "by": screen.text(view.operator or "-"),
    }


def _age(seconds: float) -> str:
    minutes = int(max(0.0, seconds)) // 60
    return f"{minutes // 60}:{minutes % 60:02}" if minutes < 100 * 60 else f"{minutes // 1440}d"


def legend_line(screen: Screen) -> Line:
    """Explain the marks of the board."""
    text = screen.say("G = parked call   2H = 2 hurt   ! = in danger   ? = not asked yet")
    return plain_line(screen.shorten(text, screen.width), "dim")


def detail_lines(row: BoardRow, now: datetime, screen: Screen) -> list[Line]:
    """Make the lines about the selected case, where the board has room for them."""
    view = row.case
    if view is None:
        return []
    place = ", ".join(filter(None, (screen.text(row.road), screen.text(view.place))))
    parts = [place, screen.word(view.kind.replace("_", " ")), vehicle_words(view, row.make, screen)]
    first = f"{view.id}  " + ", ".join(filter(None, parts))
    services = [
        screen.say(
            "{service}: {state}",
            service=screen.word(each.service.replace("_", " ")),
            state=screen.word(each.state.replace("_", " ")),
        )
        + (f" {each.offer} {screen.text(each.provider)}" if each.provider else "")
        for each in view.services
    ]
    if view.on_line_since is not None:
        waits = running((now - view.on_line_since).total_seconds())
        services.append(screen.say("caller waits {time}", time=waits))
    state = state_words(view, now, screen)
    texts = [
        first,
        "     " + "   ".join(services),
        "     " + screen.say("NEXT  {state}", state=state),
    ]
    return [plain_line(screen.shorten(each, screen.width)) for each in texts]


def overdue_line(rows: Sequence[BoardRow], now: datetime, screen: Screen) -> Line:
    """Name what is overdue, the most urgent first; empty without anything."""
    found = [
        screen.say(
            "{number}: {state} {since}",
            number=row.number,
            state=state_words(row.case, now, screen) if row.case else screen.say("parked call"),
            since=running((now - row.due_at).total_seconds()),
        )
        for row in rows
        if row.due_at is not None and row.due_at < now
    ]
    if not found:
        return plain_line("")
    text = screen.say("OVERDUE  {rows}", rows=found[0])
    for at, each in enumerate(found[1:], 1):
        left = len(found) - at
        more = f"  +{left - 1}" if left > 1 else ""
        if cells(f"{text}  {each}{more}") > screen.width:
            text += f"  +{left}"
            break
        text += f"  {each}"
    return plain_line(screen.shorten(text, screen.width), "bold red")
