"""The rows of a cascade's table: its candidates and, always, the last resort."""

from datetime import datetime

from msgspec import Struct

from ..results import Candidate, Cascade
from . import figures
from .columns import Row
from .layout import Screen

_PHONE_LIMIT = 60


class Table(Struct, frozen=True):
    """A cascade with the rows that a screen can show of it at most."""

    cascade: Cascade
    rows: tuple[Row, ...]
    last_resort: Row


def table_of(cascade: Cascade, when: datetime, screen: Screen, count: int | None) -> Table:
    """Write the first ``count`` candidates (None: all) and the last resort."""
    rows = tuple(_candidate_row(one, when, screen) for one in cascade.candidates[:count])
    return Table(cascade, rows, _last_resort_row(cascade, when, screen))


def phone_and_name(candidate: Candidate, screen: Screen) -> tuple[str, str]:
    """Write whom to call; a label that the number has ("night") stands behind the name."""
    name = screen.text(candidate.name or candidate.provider)
    label = f" ({screen.text(candidate.phone_label)})" if candidate.phone_label else ""
    return screen.text(candidate.phone, _PHONE_LIMIT), name + label


def _last_resort_row(cascade: Cascade, when: datetime, screen: Screen) -> Row:
    """Make the row of whom to call if everybody has refused, who all took time to answer."""
    answers_min = sum(candidate.answer_min for candidate in cascade.candidates)
    return Row(
        cells={
            "#": "-",
            "Call": screen.text(cascade.last_resort.phone, _PHONE_LIMIT),
            "Provider": f"LAST RESORT {screen.text(cascade.last_resort.text)}".rstrip(),
            "There": figures.last_resort_at(when, answers_min, cascade.fallback_min),
            "Sort": figures.minutes(cascade.fallback_min),
        },
        reasons=("if all refuse",),
    )


def _candidate_row(candidate: Candidate, when: datetime, screen: Screen) -> Row:
    phone, name = phone_and_name(candidate, screen)
    arrival, wait, turnout, drive = figures.arrival_parts(candidate)
    has_head_start = candidate.head_start_min != 0
    return Row(
        cells={
            "#": str(candidate.rank),
            "Call": phone,
            "Provider": name,
            "There": figures.clock(candidate.there_at, when),
            "Arrive": arrival,
            "Wait": wait,
            "Turn": turnout,
            "Drive": drive,
            "Ask": figures.answer_cost(candidate),
            "Expect": figures.minutes(candidate.index_min),
            "Head": figures.minutes(candidate.head_start_min) if has_head_start else "-",
            "Sort": figures.minutes(candidate.order_min),
            "Help": figures.percent_down(candidate.chance_by_rank),
            "km": figures.kilometres(candidate),
            "Until": figures.until(candidate, when),
        },
        reasons=tuple(screen.text(reason) for reason in candidate.why[:2]),
        asks=tuple(screen.text(ask) for ask in candidate.ask),
        call_style="bold green" if candidate.rank == 1 else "bold",
    )
