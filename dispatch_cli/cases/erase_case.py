"""Erase what is personal in cases that were closed long enough ago."""

from collections import deque
from collections.abc import Iterable
from time import monotonic, sleep

from msgspec import Struct

from ..errors import ConflictError, DispatchError
from ..messages import Message
from ..model.case import FORGETTING, Act
from .book import Book
from .clock_watch import confirm, jump_in_force, sentence

BATCH_S = 0.02
"""So long one decision of an erasure takes at most: acts on other cases wait for it."""

PAUSE_S = 0.002
"""Between two of them, so that a program that waits for the log gets it first."""


class Forgotten(Struct, frozen=True):
    """Which cases were erased, or would be."""

    cases: tuple[int, ...]
    dry_run: bool


def forget(
    book: Book, *, older_than_days: float, dry_run: bool, clock_is_right: bool = False
) -> Forgotten:
    """Erase what is personal in cases closed longer ago than that; holds are respected.

    A case on which a hold is set while this runs, or that another program erases, is left out.
    Raises ConflictError after a jump of the clock until an operator says that the time is right.
    """
    if not dry_run:
        _must_have_a_clock(book, clock_is_right=clock_is_right)
    due = book.store.due_for_erasure(older_than_days, book.now)
    if not dry_run:
        due = _forget_all(book, due, older_than_days)
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
            "nothing was erased: {sentence}",
            sentence=sentence(jump, book),
            hint="check date and time of this machine, then repeat with --clock-is-right",
        )
    with book.store.deciding() as tx:
        confirm(book, tx)


def _forget_all(book: Book, due: list[int], days: float) -> list[int]:
    """Erase cases in short decisions; a failure in between says how many are erased."""
    left, erased = deque(due), dict[int, Message]()
    try:
        while left:
            erased |= _forget_some(book, left, days)
            sleep(PAUSE_S)
        book.store.after_erasure()
    except DispatchError:
        if erased:
            book.told.warnings.append(
                Message(
                    "erased before that: {erased} of {due} cases", erased=len(erased), due=len(due)
                )
            )
        raise
    book.told.recorded += erased.values()
    return list(erased)


def _forget_some(book: Book, left: deque[int], days: float) -> dict[int, Message]:
    """Erase the first cases that are left, in one decision of at most about BATCH_S.

    Other programs work between two decisions: a case that is no longer due is passed over. Returns
    what is to be said of each that is erased, which nothing that fails later can suppress.
    """
    end = monotonic() + BATCH_S
    looked_at, erased = 0, dict[int, Message]()
    with book.store.deciding() as tx:
        for case_id in left:
            if tx.is_due_for_erasure(case_id, days, book.now):
                tx.forget(case_id, book.now)
                tx.append(book.act(FORGETTING, case_id))
                erased[case_id] = Message("case {case_id}: erased", case_id=case_id)
            looked_at += 1
            if monotonic() > end:
                break
    for _ in range(looked_at):
        left.popleft()
    return erased
