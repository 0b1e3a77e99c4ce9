"""Cases of a log that wait for help, plans for them, and the calls that then follow."""

from datetime import timedelta
from pathlib import Path

import pytest

from dispatch_cli.cases import answer_call, offer_call, open_case
from dispatch_cli.cases.apply_plan import Proposal, apply_plan
from dispatch_cli.cases.book import Book
from dispatch_cli.cases.open_demands import read_demands
from dispatch_cli.errors import ConflictError, ExitCode
from dispatch_cli.model.case import Personal
from dispatch_cli.results.case_results import Exhausted
from dispatch_cli.store import open_store

from ..worlds import incident, no_holidays
from .conftest import NOON


def book_at(path: Path, catalog, minutes: float = 0, operator: str = "desk") -> Book:
    """Open a log at a minute after noon."""
    now = NOON + timedelta(minutes=minutes)
    return Book(
        store=open_store(path, now=now),
        catalog=catalog,
        holidays=no_holidays,
        now=now,
        operator=operator,
    )


def opened(book: Book, kind: str = "tow", **facts) -> int:
    """Open a case and give its number."""
    facts = {"when": book.now, **facts}
    return open_case.open_case(book, incident(kind=kind, **facts), Personal()).case.id


def plan(book: Book, *calls: tuple[int, str | None], wait_min: float = 0.0, service: str = "tow"):
    """Apply a plan: each case with its provider, None for the last resort."""
    proposals = [
        Proposal(case_id=case_id, service=service, provider=name, slot_wait_min=wait_min)
        for case_id, name in calls
    ]
    return apply_plan(book, read_demands(book), proposals)


def called_in_turn(path: Path, catalog, case_id: int, service: str, minutes: float) -> list[str]:
    """Call and be declined in a copy of a log until no provider is left; return the providers.

    A provider that is called on several numbers stands in the list once.
    """
    copy = path.with_name("in_turn.sqlite3")
    for each in copy.parent.glob(f"{copy.name}*"):
        each.unlink()
    with open_store(path, now=NOON) as store:
        store.back_up(copy, keep=None)
    book = book_at(copy, catalog, minutes, "caller")
    names: list[str] = []
    while True:
        try:
            card = offer_call.place_call(book, case_id, services=[service])
        except ConflictError as error:
            # Of the last providers one has said that it rings back: the service waits for it.
            if "is asking already" not in str(error):
                raise
            break
        if isinstance(card, Exhausted):
            break
        names.append(card.provider)
        answer_call.record(book, card.ref, "decline", reason="eta_too_long")
    book.store.close()
    return list(dict.fromkeys(names))


def content(path: Path):
    """Return all that a log has: its cases, bookings and records."""
    with open_store(path, now=NOON) as store:
        assert store.check() == []
        with store.reading() as reader:
            assert reader.verify(None) == []
            return (
                reader.cases(open_only=False), reader.bookings(), list(reader.acts(None)),
                reader.last_assigned(),
            )  # fmt: skip


def refused(act) -> str:
    """Return the whole text of a refusal."""
    with pytest.raises(ConflictError) as error:
        act()
    assert error.value.exit_code == ExitCode.CONFLICT
    return str(error.value)
