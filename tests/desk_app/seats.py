"""A seat at the desk: the program with a log of its own, keys in, and the screen as text out."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot

from dispatch_cli.cases import answer_call, call_facts, offer_call, open_case
from dispatch_cli.cases.book import Book, ClockFunctions
from dispatch_cli.cli.desk import desk_tools
from dispatch_cli.desk_app.desk_program import DeskProgram
from dispatch_cli.desk_app.key_guard import KeyGuard
from dispatch_cli.errors import UsageError
from dispatch_cli.model import Client, Phone, Rules
from dispatch_cli.store import open_store

from ..worlds import MemoryCatalog, no_holidays, provider

NOON = datetime(2026, 11, 27, 11, 0, tzinfo=UTC)
SIZE = (80, 24)
WIDE = (140, 40)
CHARACTERS = {"enter": "\r", "tab": "\t", "backspace": "\x7f", "question_mark": "?"}
"""What the named keys type."""


class Clock:
    """The time of a test; it moves only when it is told to."""

    def __init__(self) -> None:
        self.now = NOON

    def goes_on(self, **by: float) -> None:
        """Let some time pass."""
        self.now += timedelta(**by)


class SlowHand(KeyGuard):
    """A guard for an operator who never presses a key by accident: each look at it takes 1 s."""

    def __init__(self) -> None:
        self.seconds = 0.0
        super().__init__(self._read)

    def _read(self) -> float:
        self.seconds += 1.0
        return self.seconds


class World:
    """A case log, a small provider file and a clock; operators take seats in it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "cases.sqlite3"
        self.clock = Clock()
        both = ("roadside_repair", "tow", "jump_start", "tyre_change")
        self.catalog = MemoryCatalog(
            [
                provider(
                    "anna",
                    name="Anna [/b] Pannenhilfe",
                    services=both,
                    turnout_min=5.0,
                    phones=(Phone("+498999998201", "089 99998-201"),),
                ),
                provider(
                    "bert",
                    name="Bert Abschleppdienst",
                    services=both,
                    turnout_min=15.0,
                    phones=(
                        Phone("+498999998202", "089 99998-202"),
                        Phone("+498999998203", "089 99998-203"),
                    ),
                ),
                provider(
                    "carl",
                    name="Carl Bergung",
                    services=("tow",),
                    turnout_min=20.0,
                    units=2,
                    phones=(Phone("+498999998204", "089 99998-204"),),
                ),
            ],
            Rules(clients={"adac": Client(id="adac", name="ADAC")}),
        )

    def book(self, operator: str = "AK") -> Book:
        """Open the log for an operator."""
        return Book(
            store=open_store(self.path, now=self.clock.now),
            catalog=self.catalog,
            holidays=no_holidays,
            now=self.clock.now,
            operator=operator,
            watch=ClockFunctions(read=lambda: self.clock.now, record_jump=lambda *_: None),
        )

    def case(self, operator: str = "AK", **facts: str) -> int:
        """Open a case with some facts, and return its number."""
        book = self.book(operator)
        known = {"kind": "breakdown", "at": "86150", "injured": "0", "vehicle": "car", **facts}
        call = call_facts.call_of(book, known)
        opened = open_case.open_case(book, call.incident, call.personal, answered=known)
        return opened.case.id

    def called(self, operator: str = "AK", **facts: str) -> int:
        """Open a case whose first firm is being asked."""
        number = self.case(operator, **facts)
        offer_call.place_call(self.book(operator), number)
        return number

    def accepted(self, operator: str = "AK", **facts: str) -> int:
        """Open a case whose first firm comes in 30 minutes."""
        number = self.called(operator, **facts)
        at = self.clock.now + timedelta(minutes=30)
        answer_call.accept(self.book(operator), f"{number}.1", at, is_compared=True)
        return number

    def desk(
        self,
        operator: str = "AK",
        *,
        case_id: int | None = None,
        guard: KeyGuard | None = None,
        book: Book | None = None,
    ) -> DeskProgram:
        """Make the program of one seat."""
        tools = desk_tools(_bug)
        return DeskProgram(
            book or self.book(operator), tools, case_id=case_id, guard=guard or SlowHand()
        )


def _bug(error: BaseException) -> UsageError:
    raise AssertionError from error


class Seat:
    """One program at work."""

    def __init__(self, program: DeskProgram, pilot: Pilot[None]) -> None:
        self.program, self.pilot = program, pilot

    async def press(self, *keys: str) -> str:
        """Press keys, and return the screen after them."""
        for key in keys:
            name = _character_to_key(key) if len(key) == 1 else key
            typed = key if len(key) == 1 else CHARACTERS.get(key)
            self.program.post_message(events.Key(name, typed))
        await self.pilot.pause()
        await self.pilot.pause()  # what an act has changed is drawn in the next turn
        return self.shown

    async def type(self, text: str) -> str:
        """Type a text."""
        return await self.press(*text)

    async def paste(self, text: str) -> str:
        """Paste a text, as a terminal does with bracketed paste."""
        self.program.post_message(events.Paste(text))
        await self.pilot.pause()
        return self.shown

    @property
    def lines(self) -> list[str]:
        """The lines on the screen, without blanks at their ends."""
        strips = self.program.screen._compositor.render_strips()
        return ["".join(piece.text for piece in strip).rstrip() for strip in strips]

    @property
    def shown(self) -> str:
        """The screen as one text."""
        return "\n".join(self.lines)

    def see_others(self) -> str:
        """Look at the log at once, as the desk does every two seconds."""
        self.program.poll()
        return self.shown


def seated(
    play: Callable[..., Awaitable[None]], *programs: DeskProgram, size: tuple[int, int] = SIZE
) -> None:
    """Let a test play at one or more desks, which all run at the same time."""

    async def run() -> None:
        async with AsyncExitStack() as stack:
            seats = []
            for program in programs:
                pilot = await stack.enter_async_context(program.run_test(size=size))
                await pilot.pause()
                seats.append(Seat(program, pilot))
            await play(*seats)

    asyncio.run(run())
