"""Notice that another desk has written to the case log, and say what it has done."""

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from msgspec.structs import replace

from ..cases import desk_views
from ..cases.book import Book
from ..messages import Message
from ..results.case_results import Act, CaseView
from ..results.desk_results import Board

_MOST_LINES = 3


class LogWatch:
    """Looks at the size and time of the log's files, which costs nothing while nobody writes."""

    def __init__(self, path: Path) -> None:
        self._files = (path, path.with_name(path.name + "-wal"))
        self._seen = self._stamp()

    def has_changed(self) -> bool:
        """Return whether the log was written since the last look."""
        stamp = self._stamp()
        changed, self._seen = stamp != self._seen, stamp
        return changed

    def look(self) -> None:
        """Take the log as it is now for known, as after an act of this desk."""
        self._seen = self._stamp()

    def _stamp(self) -> tuple[tuple[int, int], ...]:
        found = []
        for each in self._files:
            with suppress(OSError):
                stat = os.stat(each)
                found.append((stat.st_size, stat.st_mtime_ns))
        return tuple(found)


def changed_cases(before: Board, after: Board) -> list[int]:
    """Return the numbers of the cases that differ, came or went between two reads."""
    old = {each.id: _lasting(each) for each in before.cases}
    new = {each.id: _lasting(each) for each in after.cases}
    return [each for each in old.keys() | new.keys() if old.get(each) != new.get(each)]


def _lasting(view: CaseView) -> CaseView:
    """Return a view without what changes by itself as time goes on."""
    services = tuple(replace(each, overdue=False) for each in view.services)
    return replace(view, age_min=0.0, overdue=False, services=services)


def what_happened(book: Book, numbers: Iterable[int], word: Callable[[Act], str]) -> list[Message]:
    """Return a sentence for each changed case: who has done what."""
    found = []
    for number in sorted(numbers)[:_MOST_LINES]:
        act = desk_views.last_act(book, number)
        if act is not None:
            said = Message(
                "case {number}: {act} ({operator})",
                number=number,
                act=word(act),
                operator=act.operator,
            )
            found.append(said)
    return found
