"""Erase the personal data of cases that were closed long enough ago."""

from collections import deque
from collections.abc import Iterable
from time import monotonic, sleep

from msgspec import Struct

from .. import folders
from ..errors import ConflictError
from ..messages import Message, Plural
from ..model.case import FORGETTING, Act
from ..model.draft import Draft
from ..travel.road_cache import forget_roads
from .book import Book
from .clock_watch import confirm, jump_in_force, sentence
from .draft_calls import ERASED_AFTER

BATCH_S = 0.02
"""Upper limit, in seconds, of one transaction of an erasure: other acts wait for it."""

PAUSE_S = 0.002
"""Seconds between two transactions, so that a waiting program gets the log first."""


class Forgotten(Struct, frozen=True):
    """The numbers of the cases that were erased, or with ``dry_run`` would be.

    ``exports`` has the journal's records of exports by case, for the cases with any. ``drafts`` are
    the numbers of the erased drafts.
    """

    cases: tuple[int, ...]
    dry_run: bool
    exports: dict[int, list[Act]]
    drafts: tuple[str, ...] = ()


def forget(
    book: Book, *, older_than_days: float, dry_run: bool, clock_is_right: bool = False
) -> Forgotten:
    """Erase the personal data of cases closed longer ago than that and not on hold.

    Drafts that ended a day ago are erased as well, whatever the age of the cases, and so are the
    answers of travel engines that are kept for a day.

    Cases that are put on hold or erased by another program during the run are skipped. Raises
    ConflictError after a jump of the clock until an operator confirms the time.
    """
    if not dry_run:
        _must_have_a_clock(book, clock_is_right=clock_is_right)
    due = book.store.due_for_erasure(older_than_days, book.now)
    # Before the erasure: a second run would no longer find the cases, nor tell of their exports.
    exports = _exports_of(book, due)
    drafts = _due_drafts(book)
    if not dry_run:
        forget_roads(folders.cache_dir())
        drafts = _erase_drafts(book)
        due = _forget_all(book, due, older_than_days, drafts)
        # After the files are wiped: until then an erased draft is no success.
        book.unshown.recorded += [_erased(each) for each in drafts]
    return Forgotten(
        tuple(due),
        dry_run,
        {each: exports[each] for each in due if each in exports},
        tuple(each.number for each in drafts),
    )


def _due_drafts(book: Book) -> list[Draft]:
    with book.store.reading() as reader:
        return reader.drafts_ended(book.now - ERASED_AFTER)


def _erase_drafts(book: Book) -> list[Draft]:
    """Erase the drafts that are due in one transaction: a shift has few of them."""
    if not _due_drafts(book):
        return []
    with book.store.deciding() as tx:
        drafts = tx.drafts_ended(book.now - ERASED_AFTER)
        if drafts:
            book.note_clock(tx)
        for draft in drafts:
            tx.erase_draft(draft.id)
    return drafts


def _erased(draft: Draft) -> Message:
    return Message("{number}: erased", number=draft.number)


def _exports_of(book: Book, case_ids: Iterable[int]) -> dict[int, list[Act]]:
    wanted, found = set(case_ids), dict[int, list[Act]]()
    if wanted:
        with book.store.reading() as reader:
            for act in reader.exports():
                if act.case_id in wanted:
                    found.setdefault(act.case_id, []).append(act)
    return found


def _must_have_a_clock(book: Book, *, clock_is_right: bool) -> None:
    """Raise ConflictError after a jump of the clock, or record that its time is confirmed."""
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


def _forget_all(book: Book, due: list[int], days: float, drafts: Iterable[Draft]) -> list[int]:
    """Erase cases in short transactions.

    After a failure a warning names the ``drafts``, which are erased before, and another one counts
    the erased cases.
    """
    numbers = ", ".join(each.number for each in drafts)
    left, erased = deque(due), dict[int, Message]()
    try:
        while left:
            erased |= _forget_some(book, left, days)
            sleep(PAUSE_S)
        book.store.after_erasure()
    except BaseException:  # also Ctrl-C: the erased drafts and cases stay erased
        if numbers:
            book.unshown.warnings.append(
                Message("erased before the failure: {numbers}", numbers=numbers)
            )
        if erased:
            book.unshown.warnings.append(
                Plural(
                    "erased before the failure: {erased} of {count} case",
                    "erased before the failure: {erased} of {count} cases",
                    len(due),
                    erased=len(erased),
                )
            )
        raise
    book.unshown.recorded += erased.values()
    return list(erased)


def _forget_some(book: Book, left: deque[int], days: float) -> dict[int, Message]:
    """Erase the first of the remaining cases in one transaction of at most about BATCH_S.

    Other programs may work between two transactions, so that cases that are no longer due are
    skipped. Returns the recorded fact of each erased case, made before the commit.
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
