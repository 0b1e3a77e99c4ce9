"""The output of a run of checks: the screen, the rows, and the lines that cron mails."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ..messages import Message, joined
from ..results.check_results import (
    BY_PHONE,
    WORST_FIRST,
    CheckReport,
    CheckRow,
    HardState,
    Move,
    PhoneReport,
    Reading,
    StateChange,
)
from . import figures
from .clean import clean
from .layout import Line, Screen, cells, flow, pad, plain_line, plain_lines, wrap
from .wording import number, say, word, worded

if TYPE_CHECKING:
    from .plain import PlainRow

CHECK_COLUMNS = (
    "state", "since", "seen_at", "phone", "provider", "name", "why", "free", "reported_until",
)  # fmt: skip
_STYLES = {"down": "bold red", "busy": "yellow", "degraded": "yellow", "unknown": "magenta"}
_HEAD_ORDER = ("up", "busy", "degraded", "down", "unknown", "closed")
_INDENT = "  "
_WIDE = 100
_NAME_LEAST, _WHY_LEAST = 12, 16
_PHONE_LIMIT = 40
_BAR = 24
_HISTORY_LIMIT = 20


def check_lines(report: CheckReport, screen: Screen, *, show_all: bool = False) -> list[Line]:
    """Make the screen: counts, then the providers that are not up; ``show_all`` adds the others."""
    lines = plain_lines(flow(_head(report, screen), screen.width, gap=" ", rest=_INDENT), "bold")
    for text in _trouble(report):
        lines += plain_lines(flow([screen.text(text)], screen.width, rest=_INDENT), "bold red")
    rows = [row for row in worst_first(report.rows) if show_all or not row.is_fine]
    if not rows:
        return lines
    return lines + _table(rows, report.at, screen)


def check_rows(report: CheckReport) -> "Iterable[PlainRow]":
    """Make a row for every provider, the worst state first."""
    for row in worst_first(report.rows):
        yield {
            "state": row.state,
            "since": figures.iso(row.since),
            "seen_at": figures.iso(row.seen_at),
            "phone": row.phone,
            "provider": row.provider,
            "name": row.name,
            "why": str(row.why),
            "free": "" if row.free is None else row.free,
            "reported_until": figures.iso(row.reported_until),
        }


def worst_first(rows: Iterable[CheckRow]) -> list[CheckRow]:
    """Sort rows by their states; in one state the latest change is first."""

    def key(row: CheckRow) -> tuple[int, float, str]:
        since = row.since.timestamp() if row.since is not None else 0.0
        return WORST_FIRST.index(row.state), -since, row.provider

    return sorted(rows, key=key)


def reason(row: CheckRow, now: datetime) -> str:
    """Return the reason of a provider's state, its free units, its report and its last look."""
    why = worded(row.why)
    known = str(row.why)
    is_by_phone = known == str(BY_PHONE)
    parts = [why]
    if row.reported_until is not None and row.reported_until > now:
        until = figures.past_clock(row.reported_until, now)
        by_phone = say("reported by phone until {until}", until=until)
        parts = [by_phone] if is_by_phone else [why, by_phone]
    if row.free is not None and "free" not in known:
        parts.append(say("{count} free", count=row.free))
    if row.acknowledged_until is not None:
        until = figures.past_clock(row.acknowledged_until, now)
        parts.append(say("acknowledged until {until}", until=until))
    is_counted = row.free is not None and not is_by_phone
    if is_counted and row.seen_at is not None and "as of" not in known:
        parts.append(say("as of {at}", at=figures.past_clock(row.seen_at, now)))
    if row.unchecked_since is not None:
        at = figures.past_clock(row.unchecked_since, now)
        parts.append(say("not checked since {at}", at=at))
    return ", ".join(filter(None, parts))


def since(moment: datetime | None, now: datetime) -> str:
    """Write a past moment in six cells: ``22:55``, ``Thu`` within a week, ``12 Nov``, ``2025``."""
    if moment is None:
        return "-"
    local = moment.astimezone(now.tzinfo)
    if local.date() == now.date():
        return f"{local:%H:%M}"
    if timedelta() < now.date() - local.date() < timedelta(days=7):
        return figures.weekday(local)
    if abs(now - local) < timedelta(days=360):
        return figures.day_and_month(local)
    return str(local.year)


def change_lines(report: CheckReport) -> list[str]:
    """Return the lines of a run with ``--quiet``: one event for each cause, none without changes.

    Providers with the same new state and reason are one event: its first line has the state and
    their number, the lines below it their names. ``reminders`` reports an offline observer.
    """
    events: dict[tuple[str, Message | str, bool], list[StateChange]] = {}
    for change in report.changes:
        events.setdefault((change.after, change.why, change.is_flapping), []).append(change)
    lines = [worded(each) for each in _left_out(report)]
    order = sorted(events, key=lambda key: WORST_FIRST.index(key[0]))
    for after, why, is_flapping in order:
        lines += _event(after, why, is_flapping, events[after, why, is_flapping], report.at)
    return lines


def headline(report: CheckReport) -> Message:
    """Return the report in three words: whether a provider is down, or the observer offline."""
    if report.offline:
        return Message("Observer offline")
    down = report.counts.get("down", 0)
    return Message("{count} down", count=down) if down else Message("No provider down")


def state_line(state: HardState, now: datetime) -> str:
    """Return the line of a state that lasts, in the words of the line of its change."""
    change = StateChange(
        provider=state.provider,
        name=state.name,
        phone=state.phone,
        before=state.state,
        after=state.state,
        at=state.at,
        why=state.why,
    )
    return _event(state.state, state.why, state.is_flapping, [change], now)[0]


def phase_lines(readings: Iterable[Reading], now: datetime, screen: Screen) -> list[Line]:
    """Make the block of one provider's looks with the seconds of each phase, for ``-v``.

    ``now`` is a local time: those of feeds are shown in its zone.
    """
    lines: list[Line] = []
    for reading in readings:
        took_s = sum(seconds for _, seconds in reading.phases)
        parts = [
            f"{pad(screen.word(reading.kind), 8)} {screen.word(reading.state)}",
            screen.say("{seconds} s", seconds=number(took_s, ".3f")),
            screen.text(reading.why),
        ]
        if reading.free is not None:
            parts.append(screen.say("{count} free", count=reading.free))
        if reading.as_of is not None:
            at = figures.past_clock(reading.as_of, now)
            parts.append(screen.say("as of {at}", at=at))
        if reading.fault:
            parts.append(screen.say("observer: {fault}", fault=screen.word(reading.fault)))
        style = _STYLES.get(reading.state, "")
        lines += plain_lines(flow(filter(None, parts), screen.width, gap="  ", rest="  "), style)
        names = [screen.text(word(name), 20) for name, _ in reading.phases]
        name_width = max(map(cells, names), default=0)
        for name, (_, seconds) in zip(names, reading.phases, strict=True):
            took = screen.say("{seconds} s", seconds=number(seconds, "8.3f"))
            text = f"  {pad(name, name_width)}  {took}"
            room = min(_BAR, screen.width - cells(text) - 2)
            bar = "#" * round(room * seconds / took_s) if took_s > 0 and room > 0 else ""
            lines.append(plain_line(screen.shorten(f"{text}  {bar}".rstrip(), screen.width)))
    return lines


def history_lines(
    moves: Iterable[Move], reports: Iterable[PhoneReport], now: datetime, screen: Screen
) -> list[Line]:
    """Make the block of a provider's changes and reports, the newest first, for ``-v``."""
    events: list[tuple[datetime, Message | str]] = [(move.at, _move(move)) for move in moves]
    events += [(each.at, _report(each, now)) for each in reports]
    events.sort(key=lambda each: each[0], reverse=True)
    lines = [plain_line(screen.say("history"), "bold")] if events else []
    shown = [figures.past_clock(moment, now) for moment, _ in events[:_HISTORY_LIMIT]]
    moments = [screen.text(each) for each in shown]
    wide = max(map(cells, moments), default=0)
    for moment, (_, text) in zip(moments, events, strict=False):
        first, rest = f"  {pad(moment, wide)}  ", " " * (wide + 4)
        lines += plain_lines(wrap(screen.text(text), screen.width, first=first, rest=rest))
    return lines


def _move(move: Move) -> Message | str:
    what: Message | str = word(move.after)
    if move.before != move.after:
        what = Message("{before} -> {after}", before=word(move.before), after=what)
    flapping = Message("flapping") if move.is_flapping else ""
    state = joined([what, flapping], ", ")
    return Message("{state}: {why}", state=state, why=move.why) if move.why else state


def _report(report: PhoneReport, now: datetime) -> Message:
    parts = [
        word(report.state),
        "" if report.free is None else Message("{count} free", count=report.free),
        Message("until {until}", until=figures.past_clock(report.until, now)),
        Message("recorded by {operator}", operator=report.operator) if report.operator else "",
    ]
    return Message("reported by phone: {facts}", facts=joined(parts, ", "))


def _event(
    after: str,
    why: Message | str,
    is_flapping: bool,
    changes: Sequence[StateChange],
    now: datetime,
) -> list[str]:
    first = figures.past_clock(min(change.at for change in changes), now)
    state = say("{state} and flapping", state=word(after)) if is_flapping else word(after)
    names = [(clean(change.phone, _PHONE_LIMIT), clean(change.name)) for change in changes]
    (phone, name), *others = names
    values = {"state": state, "phone": phone, "name": name, "at": first, "count": len(names)}
    reason = clean(worded(why))
    if not others and reason:
        return [say("{state}: {phone} {name} since {at}: {why}", **values, why=reason)]
    if not others:
        return [say("{state}: {phone} {name} since {at}", **values)]
    if reason:
        title = say("{state}: {count} providers since {at}: {why}", **values, why=reason)
    else:
        title = say("{state}: {count} providers since {at}", **values)
    return [title, *("  " + "  ".join(each) for each in names)]


def _head(report: CheckReport, screen: Screen) -> list[str]:
    """Return the parts of the first line, none of which is broken across lines."""
    counts = report.counts
    shown = [
        screen.say("{count} {state}", count=counts[state], state=screen.word(state))
        for state in _HEAD_ORDER
        if state in counts
    ]
    seconds = number(report.seconds, ".1f")
    checked = screen.say("{count} checked in {seconds} s", count=report.checked, seconds=seconds)
    parts = [checked, *shown]
    return [parts[0] + (":" if shown else ""), *(f"{part}," for part in parts[1:-1]), *shown[-1:]]


def _trouble(report: CheckReport) -> list[Message | str]:
    """Return the lines about an offline observer and about unchecked providers."""
    offline = report.offline_sentence
    return [*([offline] if offline else []), *_left_out(report)]


def _left_out(report: CheckReport) -> list[Message]:
    if not report.left_out:
        return []
    return [
        Message(
            "{count} not checked within the time budget: their states are unchanged",
            count=report.left_out,
        )
    ]


def _table(rows: Sequence[CheckRow], now: datetime, screen: Screen) -> list[Line]:
    """Make the table; on a narrow screen each provider is a few lines instead."""
    is_wide = screen.width >= _WIDE
    wide_heads = [screen.say("seen"), screen.say("free")] if is_wide else []
    heads = [
        screen.say("state"),
        screen.say("since"),
        *wide_heads,
        screen.say("phone"),
        screen.say("provider"),
        screen.say("why"),
    ]
    texts = [_cells(row, now, screen, is_wide=is_wide) for row in rows]
    widths = [max(map(cells, column)) for column in zip(heads, *texts, strict=True)]
    gaps = [2 if is_wide else 1] * (len(widths) - 3) + [2, 2]
    room = screen.width - sum(widths[:-2]) - sum(gaps)
    if room < _NAME_LEAST + _WHY_LEAST:
        return _stacked(rows, now, screen)
    name = min(widths[-2], max(_NAME_LEAST, room - widths[-1], room * 45 // 100))
    widths[-2:] = [name, room - name]

    def line(row: Sequence[str], style: str = "") -> Line:
        padded = [
            pad(screen.shorten(text, width), width) + " " * gap
            for text, width, gap in zip(row, widths, [*gaps, 0], strict=True)
        ]
        return plain_line("".join(padded).rstrip(), style)

    return [
        line(heads, "bold"),
        *(line(text, _STYLES.get(row.state, "")) for row, text in zip(rows, texts, strict=True)),
    ]


def _cells(row: CheckRow, now: datetime, screen: Screen, *, is_wide: bool) -> list[str]:
    seen = screen.text(since(row.seen_at, now))
    free = "-" if row.free is None else str(row.free)
    return [
        screen.word(row.state),
        screen.text(since(row.since, now)),
        *([seen, free] if is_wide else []),
        screen.text(row.phone, _PHONE_LIMIT),
        screen.text(row.name),
        screen.text(reason(row, now)),
    ]


def _stacked(rows: Iterable[CheckRow], now: datetime, screen: Screen) -> list[Line]:
    lines: list[Line] = []
    for row in rows:
        state, moment, phone, name, why = _cells(row, now, screen, is_wide=False)
        parts = [f"{state} {moment}", phone, name, why]
        lines += plain_lines(
            flow(filter(None, parts), screen.width, gap="  ", rest=_INDENT),
            _STYLES.get(row.state, ""),
        )
    return lines
