"""``dispatch desk``: the full-screen desk of an operator."""

import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import UsageError
from ..messages import Message
from .completion import complete_cases
from .desk_options import DeskOptions
from .log_book import open_book
from .option_groups import with_options
from .outcome import Outcome
from .router_options import RankingDeskOptions

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..cases.book import Book
    from ..desk_app.desk_tools import DeskTools
    from ..errors import DispatchError


PlainOption = Annotated[
    bool, typer.Option("--plain", help="Ask in lines instead of on a full screen.")
]


@with_options(RankingDeskOptions)
def desk(
    desk: RankingDeskOptions,
    case_id: Annotated[
        int | None,
        typer.Argument(
            metavar="[ID]",
            min=1,
            help="Number of a case to begin with.",
            autocompletion=complete_cases,
        ),
    ] = None,
    plain: PlainOption = False,
    operators: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=10_000,
            metavar="N",
            help="Number of operators who make calls, for F8. Default: not counted.",
        ),
    ] = None,
) -> Outcome:
    """Work at the desk: the board of all open cases, new calls, and one case.

    Each key is a command of dispatch case. F2 takes a new call; ? shows all keys. With --plain, and
    where the terminal cannot draw, each line is a key.
    """
    refuse_json(desk, "the desk")
    book = open_book(desk, calls=True)
    return opened_desk(desk, book, case_id, (), plain=plain, operators=operators)


def refuse_json(desk: DeskOptions, what: str) -> None:
    """Refuse ``--json``, which a dialogue cannot answer with; raises UsageError."""
    if desk.json:
        raise UsageError(
            "{what} is a dialogue without --json",
            what=what,
            hint="use the other commands of dispatch case, one for each key",
        )


def opened_desk(
    desk: DeskOptions,
    book: "Book",
    case_id: int | None,
    said: Sequence[Message | str],
    *,
    plain: bool = False,
    operators: int | None = None,
) -> Outcome:
    """Open the desk, at a case if one is given; ``said`` stands on the first screen.

    ``operators`` make calls, for the plan of all cases; None: not counted.

    On a terminal that cannot draw, without one, or with ``plain``, the same dialogue is in lines.
    Raises UsageError for a number that no case has.
    """
    if case_id is not None:
        from ..cases import view_case

        view_case.show(book, case_id)
    return Outcome(
        lambda: _run(desk, book, case_id, said, plain=plain or not can_draw(), operators=operators)
    )


def _run(
    desk: DeskOptions,
    book: "Book",
    case_id: int | None,
    said: Sequence[Message | str],
    *,
    plain: bool,
    operators: int | None,
) -> None:
    from .outcome import bug

    tools = desk_tools(lambda error: bug(error, is_debugged=desk.debug), operators=operators)
    if plain:
        from ..desk_app.line_desk import LineDesk

        lines = LineDesk(book, tools, read=sys.stdin, write=sys.stdout,
                         spoken=desk.say, case_id=case_id, said=said)  # fmt: skip
        with book.store.waiting_shown_by(lines.show_waiting):
            lines.run()
        return
    from ..desk_app.desk_program import DeskProgram

    program = DeskProgram(book, tools, spoken=desk.say, case_id=case_id, said=said)
    with book.store.waiting_shown_by(program.show_waiting):
        program.run()
    if program.failure is not None:
        raise program.failure
    if program.return_code:
        raise SystemExit(program.return_code)


def desk_tools(
    bug: "Callable[[BaseException], DispatchError]", *, operators: int | None = None
) -> "DeskTools":
    """Return the functions of the command line that the desk uses; ``bug`` reports a mistake."""
    from ..desk_app.desk_tools import DeskTools
    from .closed_word import closed_word
    from .typed_input import read_arrival, read_moment

    return DeskTools(
        read_moment=read_moment,
        read_arrival=lambda text, book: read_arrival(text, book, is_asking=False),
        read_word=closed_word,
        read_change=_read_change,
        bug=bug,
        operators=operators,
    )


def can_draw() -> bool:
    """Return whether the terminal can read single keys and redraw its lines."""
    is_dumb = os.environ.get("TERM", "dumb") in ("dumb", "unknown", "")
    return sys.stdin.isatty() and sys.stdout.isatty() and not is_dumb


def _read_change(text: str, book: "Book") -> tuple[Mapping[str, object], Mapping[str, str]]:
    """Read a line of changed facts: options of ``case amend``, or the words of a caller."""
    from ..cases.call_facts import typed_facts
    from ..cases.call_line import understand
    from .case.amended_line import parse_amendment
    from .case.motorist import MotoristOptions
    from .typed_facts import changed_facts

    rules = book.catalog.rules
    try:
        said = parse_amendment(text)
    except UsageError:
        found = understand(text, {}, rules)
        if not found.facts or found.rest:
            raise
        names = {"call_back": "call_back", "at": "typed_place"}
        of_caller = {names[each]: found.facts[each] for each in names if each in found.facts}
        return changed_facts(typed_facts(found.facts), rules, book.now), of_caller
    theirs = {
        name: str(said.pop(name)) for name in MotoristOptions.__struct_fields__ if name in said
    }
    if "at" in said:
        theirs["typed_place"] = str(said["at"])
    return changed_facts(said, rules, book.now), theirs
