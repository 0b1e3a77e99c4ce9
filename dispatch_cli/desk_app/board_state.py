"""The rows of the board in their order, the filter, and the selected case, which sticks."""

from collections.abc import Sequence

from ..messages import Message
from ..render.board_screen import BoardRow, board_rows
from ..results.desk_results import Board

FILTERS = ("open", "mine", "all")
"""What the board shows: all open cases, those of the operator, or also those that have ended."""


class BoardState:
    """The board as it was read last. Rows keep their places while the operator presses keys."""

    def __init__(self, operator: str) -> None:
        self._operator = operator
        self.board = Board()
        self.rows: list[BoardRow] = []
        self.all_rows: list[BoardRow] = []
        """Also those that the filter hides: what is overdue is said of all."""

        self.filter = FILTERS[0]
        self.found: frozenset[str] | None = None
        self.selected = ""
        self.is_unsorted = False

    @property
    def shown(self) -> Message:
        """What the board shows now."""
        if self.found is not None:
            return Message("found")
        words = {
            "open": Message("all open"),
            "mine": Message("mine open"),
            "all": Message("also ended"),
        }
        return words[self.filter]

    def load(self, board: Board, *, keeps_order: bool = False) -> None:
        """Take the board as it was read; with ``keeps_order`` new rows stand below the others."""
        self.board = board
        self.all_rows = board_rows(board)
        fresh = [each for each in self.all_rows if self._is_shown(each)]
        if keeps_order:
            places = {each.number: at for at, each in enumerate(self.rows)}
            in_place = sorted(fresh, key=lambda each: places.get(each.number, len(places)))
            self.is_unsorted = in_place != fresh
            fresh = in_place
        else:
            self.is_unsorted = False
        self.rows = fresh
        if self.selected not in {each.number for each in fresh}:
            self.selected = fresh[0].number if fresh else ""

    def _is_shown(self, row: BoardRow) -> bool:
        if self.found is not None:
            return row.number in self.found
        return self.filter != "mine" or row.operator == self._operator

    def next_filter(self) -> None:
        """Go on to the next filter; after a search, back to what was shown before."""
        if self.found is not None:
            self.found = None
            return
        self.filter = FILTERS[(FILTERS.index(self.filter) + 1) % len(FILTERS)]

    def move(self, by: int) -> None:
        """Select a row further down or up."""
        if self.rows:
            at = min(max(self.index + by, 0), len(self.rows) - 1)
            self.selected = self.rows[at].number

    @property
    def index(self) -> int:
        """The place of the selected row."""
        numbers = [each.number for each in self.rows]
        return numbers.index(self.selected) if self.selected in numbers else 0

    def first_row(self, height: int) -> int:
        """Return the first row that is shown, so that the selected one is among them."""
        return max(0, min(self.index - height + 1, len(self.rows) - height))

    def row_of(self, number: str) -> BoardRow | None:
        """Return the row with a number; None if it is not on the board."""
        return next((each for each in self.rows if each.number == number), None)


def case_number(number: str) -> int:
    """Return the number of a case; 0 for the number of a parked call (G1) or none."""
    return int(number) if number.isdecimal() else 0


def overdue_numbers(rows: Sequence[BoardRow]) -> frozenset[tuple[str, object]]:
    """Return what is overdue: the rows with their deadlines."""
    return frozenset((each.number, each.due_at) for each in rows if each.is_overdue)
