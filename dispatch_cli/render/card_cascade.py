"""The cascade on the card of the desk: who was asked, who is next, and who cannot be asked."""

from collections.abc import Iterable
from datetime import datetime

from ..messages import Message
from ..results.desk_results import CascadeRow, DeskCard
from .desk_words import SOON_S
from .excluded import out_line
from .figures import past_clock, percent_down
from .layout import Line, Screen, cells, pad, plain_line

_PHONE_LIMIT = 60
_HEADS = (
    Message("No."), Message("Phone"), Message("Firm"), Message("there"), Message("Chance"),
    Message("Note"),
)  # fmt: skip


def cascade_lines(card: DeskCard, now: datetime, screen: Screen) -> list[Line]:
    """Make the rows of the cascade as the gates of now see it, and the last resort below them."""
    if not card.rows:
        return []
    phones = [screen.text(each.phone, _PHONE_LIMIT) for each in card.rows]
    widest = max(cells(each) for each in [*phones, screen.say("Phone")])
    heads = [screen.text(each) for each in _HEADS]
    there, chance = max(7, cells(heads[3])), max(6, cells(heads[4]))
    name = max(12, screen.width - widest - there - chance - 27)
    widths = (max(3, cells(heads[0])), widest, name, there, chance)
    lines = [plain_line(_row(" ", heads, widths, screen), "bold")]
    for row, phone in zip(card.rows, phones, strict=True):
        is_called = row.state in ("asking", "next")
        texts = [str(row.rank), phone, screen.text(row.name), *_minutes_of(row, now, screen)]
        style = {"asking": "bold", "next": "bold", "asked": "dim", "skipped": "dim"}
        mark = ">" if is_called else " "
        lines.append(plain_line(_row(mark, texts, widths, screen), style.get(row.state, "")))
    phone, text = card.last_resort
    # No time and no chance are known of it: its text has the room of both.
    note, wide = screen.say("last"), name + there + chance + 2
    room = screen.width - widths[0] - widest - cells(note) - 5
    last = ["-", screen.text(phone, _PHONE_LIMIT), screen.text(text), "", "", note]
    size = min(room, max(wide, cells(last[2]) + 1))
    return [*lines, plain_line(_row(" ", last, (*widths[:2], size, *widths[3:]), screen))]


def _row(mark: str, texts: Iterable[str], widths: tuple[int, ...], screen: Screen) -> str:
    number, phone, name, there, chance, note = texts
    parts = [
        pad(number, widths[0], ">"),
        pad(screen.shorten(phone, widths[1]), widths[1]),
        pad(screen.shorten(name, widths[2]), widths[2]),
    ]
    if there or chance:
        parts.append(pad(screen.shorten(there, widths[3]), widths[3]))
        parts.append(pad(screen.shorten(chance, widths[4]), widths[4], ">"))
    parts.append(note)
    return screen.shorten(mark + " ".join(parts).rstrip(), screen.width)


def _minutes_of(row: CascadeRow, now: datetime, screen: Screen) -> tuple[str, str, str]:
    """Return the expected arrival, the chance, and the note of a row.

    A note without minutes has their room as well: the reason of a firm that does not come.
    """
    there = "-"
    if row.there_at is not None:
        is_soon = abs((row.there_at - now).total_seconds()) < SOON_S
        local = row.there_at.astimezone(now.tzinfo)
        there = f"{local:%H:%M}" if is_soon else past_clock(row.there_at, now)
    chance = percent_down(row.chance) if row.chance is not None else ""
    if row.state == "skipped":
        return "", "", screen.text(row.why)
    if row.state == "asked":
        at = past_clock(row.at, now) if row.at else ""
        words = screen.word((row.reason or row.answer).replace("_", " "))
        note = f"{words} {screen.text(at)}".strip()
        return ("" if row.there_at is None else there), "", note
    note = screen.say("is asked") if row.state == "asking" else screen.text(row.why)
    return there, chance, note


def cut_cascade(lines: list[Line], room: int, screen: Screen) -> list[Line]:
    """Cut the cascade; the firm that is asked and the last resort stay, the heads go first."""
    if len(lines) == room + 1:
        return lines[1:]
    called = [each for each in lines if each[0][0].startswith(">")]
    if len(lines) <= room or room > len(called) + 4 or not called:
        return cut(lines, room, screen)
    more = plain_line(" " + screen.say("… {count} more", count=len(lines) - 3), "dim")
    return [*called, more, lines[-1]][: max(0, room)]


def cut(lines: list[Line], room: int, screen: Screen) -> list[Line]:
    """Cut lines to a number, with a last one that says that there are more."""
    if len(lines) <= room:
        return lines
    if room < 3:
        return []
    more = plain_line(" " + screen.say("… {count} more", count=len(lines) - room + 1), "dim")
    return [*lines[: room - 2], more, lines[-1]]


def excluded_lines(card: DeskCard, screen: Screen) -> list[Line]:
    """Make one line that counts who cannot be asked now, by reason."""
    lines = out_line(card.excluded, screen)
    return [plain_line(screen.shorten("  ".join(lines), screen.width), "dim")] if lines else []
