"""The columns of the cascade table, each declared once, for plain output and for the terminal.

To add a column, add one declaration. In its functions, ``c`` is a candidate, ``e`` an exclusion.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Literal

from msgspec import UNSET, Struct

from ..messages import Message
from ..results.cascade_answer import Candidate, Cascade, Exclusion
from . import figures
from .layout import Screen
from .plain import PlainValue
from .wording import language

SEPARATOR = "; "  # between the reasons in one cell of plain output
_PHONE_LIMIT = 60


class Cell(Struct, frozen=True):
    """A cell on the terminal; ``shorter`` has its other texts, for a narrower column.

    The column is made wide enough for ``usual`` (default: ``text``) where there is room.
    """

    text: str
    shorter: tuple[str, ...] = ()
    usual: str | None = None
    style: str = ""


class TerminalColumn(Struct, frozen=True):
    """A column on the terminal, with its cells in the row of a candidate and of the last resort.

    ``width`` (a minimum) and ``gap`` are counted in character cells. Columns are added in ascending
    ``priority`` as the terminal gets wider, 0 at every width, and only if the two ``rooms`` remain
    for the name and for the reasons, which share the room that the fixed columns leave.
    """

    heading: Message
    width: int
    align: Literal["<", ">"]
    cell: Callable[[Candidate, datetime, Screen], str | Cell]
    last_resort: Callable[[Cascade, datetime, Screen], str] = lambda *_: ""
    gap: int = 2
    priority: int = 0
    rooms: tuple[int, int] = (20, 14)
    sizing: Literal["fixed", "name", "reasons"] = "fixed"
    longer: int = 0
    """The cells that the heading needs more than ``width`` in the language of the screen."""
    parts: tuple[str, ...] = ()
    """Names of the columns that add up to this one: "=" marks it where all are shown."""

    @property
    def name(self) -> str:
        """The name of the column in a row: its English heading."""
        return self.heading.id


class PlainColumn(Struct, frozen=True):
    """A column of the tab-separated output: its position and its value by kind of row.

    Programs read the columns by position: an additional column gets the next number.
    """

    number: int
    name: str
    candidate: Callable[[Candidate], PlainValue] | None = None
    last_resort: Callable[[Cascade], PlainValue] | None = None
    exclusion: Callable[[Exclusion], PlainValue] | None = None
    every_row: Callable[[Cascade], PlainValue] | None = None


class Column(Struct, frozen=True):
    """One column of the cascade table; None where an output does not have it."""

    plain: PlainColumn | None = None
    terminal: TerminalColumn | None = None


def phone_and_name(candidate: Candidate, screen: Screen) -> tuple[str, str]:
    """Write the phone number, and the name followed by the label of the number ("night")."""
    name = screen.text(candidate.name or candidate.provider)
    label = f" ({screen.text(candidate.phone_label)})" if candidate.phone_label else ""
    return screen.text(candidate.phone, _PHONE_LIMIT), name + label


def _phone_cell(candidate: Candidate, _when: datetime, screen: Screen) -> Cell:
    style = "bold green" if candidate.rank == 1 else "bold"
    return Cell(phone_and_name(candidate, screen)[0], style=style)


def _last_resort_name(cascade: Cascade, _when: datetime, screen: Screen) -> str:
    return screen.say("LAST RESORT {text}", text=cascade.last_resort.text).rstrip()


def _last_resort_there(cascade: Cascade, when: datetime, screen: Screen) -> str:
    """Write when the last resort is there if every candidate is asked first and refuses."""
    answers_min = sum(candidate.answer_min for candidate in cascade.candidates)
    answered_min = cascade.start_min + answers_min
    return screen.text(figures.last_resort_at(when, answered_min, cascade.fallback_min))


def _reasons_cell(candidate: Candidate, _when: datetime, screen: Screen) -> Cell:
    """Write the reasons for the rank, then what to ask the provider ("limit 2.8 t: ask weight").

    The second reason is omitted first, then the limits, then the questions, which the head of the
    screen repeats.
    """
    reasons = tuple(screen.text(reason) for reason in candidate.why[:2])
    asks = tuple(screen.text(ask) for ask in candidate.ask)
    short_asks = tuple(ask.rpartition(": ")[2] for ask in asks)
    first = reasons[:1]
    forms = (reasons + asks, first + asks, first + short_asks, first or short_asks[:1])
    text, *shorter = map(", ".join, forms)
    if language() != "en":  # a longer language; its addition after a comma is omitted at last
        shorter.append(shorter[-1].partition(", ")[0])
    return Cell(text, tuple(shorter), usual=", ".join(first or asks[:1]))


# In the order of the terminal, from left to right; ``number`` gives the order of plain output.
CASCADE_COLUMNS: tuple[Column, ...] = (
    Column(PlainColumn(1, "service", every_row=lambda cascade: cascade.service)),
    Column(PlainColumn(2, "when", every_row=lambda cascade: cascade.when)),
    Column(PlainColumn(3, "rank", lambda c: c.rank, lambda _: "last"),
           TerminalColumn(Message("#"), 2, ">", lambda c, *_: str(c.rank), lambda *_: "-", gap=0)),
    Column(PlainColumn(4, "phone", lambda c: c.phone, lambda cascade: cascade.last_resort.phone,
                       lambda e: e.phone),
           TerminalColumn(Message("Call"), 14, "<", _phone_cell, lambda cascade, _, screen:
                          screen.text(cascade.last_resort.phone, _PHONE_LIMIT))),
    Column(PlainColumn(5, "provider", lambda c: c.provider, None, lambda e: e.provider)),
    Column(PlainColumn(6, "name", lambda c: c.name, lambda _: "LAST RESORT", lambda e: e.name),
           TerminalColumn(Message("Provider"), 8, "<",
                          lambda c, _, screen: phone_and_name(c, screen)[1],
                          _last_resort_name, sizing="name", priority=2, rooms=(8, 0))),
    Column(PlainColumn(7, "there", lambda c: c.there_at.isoformat()),
           TerminalColumn(Message("There"), 5, "<", lambda c, when, screen:
                          screen.text(figures.there(c, when)),
                          _last_resort_there, priority=1, rooms=(0, 0))),
    Column(PlainColumn(10, "arrival_min", lambda c: c.arrival_min),
           TerminalColumn(Message("Arrive"), 6, ">",
                          lambda c, *_: figures.arrival_parts(c)[0], priority=6,
                          parts=("Wait", "Turn", "Drive"))),
    Column(PlainColumn(11, "wait_min", lambda c: c.wait_min),
           TerminalColumn(Message("Wait"), 4, ">",
                          lambda c, *_: figures.arrival_parts(c)[1], priority=10)),
    Column(PlainColumn(12, "turnout_min", lambda c: c.turnout_min),
           TerminalColumn(Message("Turn"), 4, ">",
                          lambda c, *_: figures.arrival_parts(c)[2], priority=12)),
    Column(PlainColumn(13, "travel_min", lambda c: c.travel_min),
           TerminalColumn(Message("Drive"), 5, ">",
                          lambda c, *_: figures.arrival_parts(c)[3], priority=11)),
    Column(PlainColumn(14, "answer_min", lambda c: c.answer_min),
           TerminalColumn(Message("Ask"), 5, ">",
                          lambda c, *_: figures.answer_cost(c), priority=7)),
    Column(PlainColumn(9, "index_min", lambda c: c.index_min),
           TerminalColumn(Message("Expect"), 6, ">", lambda c, *_: figures.minutes(c.index_min),
                          priority=8)),
    Column(PlainColumn(17, "head_start_min", lambda c: c.head_start_min),
           TerminalColumn(Message("Head"), 4, ">", lambda c, *_: figures.minutes(c.head_start_min)
                          if c.head_start_min else "-", priority=9)),
    Column(PlainColumn(8, "order_min", lambda c: c.order_min, lambda cascade: cascade.fallback_min),
           TerminalColumn(Message("Sort"), 5, ">", lambda c, *_: figures.minutes(c.order_min),
                          lambda cascade, *_: figures.minutes(cascade.fallback_min),
                          priority=5, rooms=(14, 11))),
    Column(PlainColumn(16, "chance_by_rank", lambda c: c.chance_by_rank),
           TerminalColumn(Message("Help"), 4, ">",
                          lambda c, *_: figures.percent_down(c.chance_by_rank),
                          priority=3, rooms=(12, 0))),
    Column(PlainColumn(18, "distance_km", lambda c: c.distance_km),
           TerminalColumn(Message("km"), 4, ">", lambda c, *_: figures.kilometres(c), priority=14)),
    Column(PlainColumn(20, "open_until",
                       lambda c: c.open_until.isoformat() if c.open_until else ""),
           TerminalColumn(Message("Until"), 5, "<", lambda c, when, screen:
                          screen.text(figures.until(c, when)), priority=13)),
    Column(PlainColumn(23, "why", lambda c: SEPARATOR.join(map(str, c.why)),
                       lambda cascade: cascade.last_resort.text),
           TerminalColumn(Message("Why"), 3, "<",
                          _reasons_cell, lambda *of: of[-1].say("if all refuse"),
                          sizing="reasons", priority=4, rooms=(14, 10))),
    Column(PlainColumn(15, "acceptance", lambda c: c.acceptance)),
    Column(PlainColumn(19, "open_state", lambda c: c.open_state)),
    Column(PlainColumn(21, "travel_source", lambda c: c.travel_source)),
    Column(PlainColumn(22, "outside_contract", lambda c: c.outside_contract)),
    Column(PlainColumn(24, "ask", lambda c: SEPARATOR.join(map(str, c.ask)))),
    Column(PlainColumn(25, "phone_label", lambda c: c.phone_label)),
    Column(PlainColumn(26, "state", lambda c: c.state)),
    Column(PlainColumn(27, "reason", exclusion=lambda e: e.reason)),
    Column(PlainColumn(28, "detail", exclusion=lambda e: str(e.detail))),
    Column(PlainColumn(29, "expected_min", None, lambda cascade: cascade.expected_min)),
    Column(PlainColumn(30, "success_probability", None,
                       lambda cascade: cascade.success_probability)),
    Column(PlainColumn(31, "contract_cost_min", None, lambda cascade: cascade.contract_cost_min)),
    Column(PlainColumn(32, "method_cost_min", None, lambda cascade: cascade.method_cost_min)),
    Column(PlainColumn(33, "wish_cost_min", None, lambda cascade: cascade.wish_cost_min)),
    Column(PlainColumn(34, "fairness_cost_min", None, lambda cascade: cascade.fairness_cost_min)),
    Column(PlainColumn(35, "road_km", lambda c: "" if c.road_km is UNSET else c.road_km)),
    Column(PlainColumn(36, "no_road_why",
                       lambda c: "" if c.no_road_why is UNSET else str(c.no_road_why))),
)  # fmt: skip
