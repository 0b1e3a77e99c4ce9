"""Notes, reminders, and what is kept, shown to its owner or erased."""

from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime
from time import monotonic, sleep

from msgspec import Struct
from msgspec.structs import replace

from ..errors import ConflictError, DispatchError, UsageError
from ..model.case import Act, Case, Personal
from . import offer_changes
from .book import Book, clock, existing, local, said_locally
from .clock_watch import confirm, jump_in_force, sentence
from .view_case import PersonalView, personal

BATCH_S = 0.02
"""So long one decision of an erasure takes at most: acts on other cases wait for it."""

PAUSE_S = 0.002
"""Between two of them, so that a program that waits for the log gets it first."""


class Forgotten(Struct, frozen=True):
    """Which cases were erased, or would be."""

    cases: tuple[int, ...]
    dry_run: bool


def remind(book: Book, case_id: int, at: datetime | None) -> Case:
    """Remember to call the motorist back at a time; None: done."""
    if at is not None and at < book.now:
        raise UsageError(f"{clock(at, book)} has passed; it is {clock(book.now, book)}")
    with book.store.deciding() as tx, said_locally(book):
        before = existing(tx, case_id)
        offer_changes.must_be_open(before)
        after = replace(before, call_back_at=at, call_back_set_at=at and book.now)
        tx.save(before, after)
        book.write(tx, "callback", case_id, at=at.isoformat() if at else None)
        fact = f"case {case_id}: " + (f"call back {clock(at, book)}" if at else "called back")
    book.told.recorded.append(fact)
    return after


def note(book: Book, case_id: int, text: str) -> str:
    """Add a line to the case's notes, which are personal, and return them as they were."""
    before = _change_personal(
        book, case_id, "note", lambda old: replace(old, note=_joined(old.note, text))
    )
    return before.note


def put_personal(book: Book, case_id: int, **facts: str) -> Personal:
    """Record name, call-back number, plate, reference or destination; give them as they were."""
    return _change_personal(book, case_id, "personal", lambda old: replace(old, **facts))


def hold(book: Book, case_id: int, until: datetime) -> None:
    """Keep one case back from erasure until a day."""
    if until <= book.now:
        raise UsageError("that day has passed: name one that is still to come")
    with book.store.deciding() as tx:
        existing(tx, case_id)
        tx.hold(case_id, until)
        book.write(tx, "hold", case_id, until=until.isoformat())
        fact = f"case {case_id}: kept until {local(until, book):%Y-%m-%d}"
    book.told.recorded.append(fact)


def export(book: Book, case_id: int) -> PersonalView:
    """Give a person their own data; the journal says that it was given."""
    return personal(book, case_id, why="export")


def forget(
    book: Book, *, older_than_days: float, dry_run: bool, clock_is_right: bool = False
) -> Forgotten:
    """Erase what is personal in cases closed longer ago than that; holds are respected.

    Raises ConflictError after a jump of the clock until an operator says that the time is right.
    """
    if not dry_run:
        _must_have_a_clock(book, clock_is_right=clock_is_right)
    due = book.store.due_for_erasure(older_than_days, book.now)
    if not dry_run:
        _forget_all(book, due)
    return Forgotten(tuple(due), dry_run)


def exports(book: Book, case_ids: Iterable[int]) -> dict[int, list[Act]]:
    """The records of exports of some cases, by case; those without any are left out."""
    wanted, found = set(case_ids), dict[int, list[Act]]()
    if wanted:
        with book.store.reading() as reader:
            for act in reader.exports():
                if act.case_id in wanted:
                    found.setdefault(act.case_id, []).append(act)
    return found


def _must_have_a_clock(book: Book, *, clock_is_right: bool) -> None:
    """Refuse to erase by a clock that has jumped, or record that its time is right."""
    with book.store.reading() as reader:
        jump = jump_in_force(book, reader)
    if jump is None:
        return
    if not clock_is_right:
        raise ConflictError(
            f"nothing was erased: {sentence(jump, book)}",
            hint="check date and time of this machine, then repeat with --clock-is-right",
        )
    with book.store.deciding() as tx:
        confirm(book, tx)


def _forget_all(book: Book, due: list[int]) -> None:
    """Erase cases in short decisions; a failure in between says how many are erased."""
    left, facts = deque(due), [f"case {case_id}: erased" for case_id in due]
    try:
        while left:
            _forget_some(book, left)
            sleep(PAUSE_S)
        book.store.after_erasure()
    except DispatchError:
        if len(left) < len(due):
            done = len(due) - len(left)
            book.told.warnings.append(f"erased before that: {done} of {len(due)} cases")
        raise
    book.told.recorded += facts


def _forget_some(book: Book, left: deque[int]) -> None:
    """Erase the first cases that are left, in one decision of at most about BATCH_S."""
    end = monotonic() + BATCH_S
    done = 0
    with book.store.deciding() as tx:
        for case_id in left:
            tx.forget(case_id, book.now)
            tx.append(book.act("forget", case_id))
            done += 1
            if monotonic() > end:
                break
    for _ in range(done):
        left.popleft()


def _joined(old: str, text: str) -> str:
    return f"{old}\n{text}" if old else text


def _change_personal(
    book: Book, case_id: int, action: str, change: Callable[[Personal], Personal]
) -> Personal:
    """Change what is the motorist's, and return it as it was."""
    with book.store.deciding() as tx:
        existing(tx, case_id)
        before = tx.personal(case_id) or Personal()
        tx.set_personal(case_id, change(before))
        book.write(tx, action, case_id)
    done = "noted" if action == "note" else "what is the motorist's own is recorded"
    book.told.recorded.append(f"case {case_id}: {done}")
    return before
