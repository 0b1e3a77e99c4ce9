"""An erasure of many cases is made in short decisions, between which others get the log."""

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from dispatch_cli.cases import draft_calls, erase_case, keep_case
from dispatch_cli.cases.book import Book
from dispatch_cli.errors import DispatchError
from dispatch_cli.store import Store
from dispatch_cli.store.database import Database
from tests.english import english

from ..store.sample import NOW, case, closed, personal
from ..worlds import MemoryCatalog, no_holidays

LATER = NOW + timedelta(days=40)
DUE = 12


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    """A log with cases that are due for erasure."""
    with Store(Database(tmp_path / "cases.sqlite3", now=NOW)) as store:
        with store.deciding() as tx:
            for _ in range(DUE):
                tx.new_case(closed(case(), NOW), personal())
        yield Book(
            store=store,
            catalog=MemoryCatalog([]),  # type: ignore[arg-type]
            holidays=no_holidays,
            now=LATER,
            operator="mara",
        )


@pytest.mark.parametrize(("batch_s", "decisions"), [(0.0, DUE), (60.0, 1)])
def test_a_decision_ends_with_its_time(
    book: Book, monkeypatch: pytest.MonkeyPatch, batch_s: float, decisions: int
) -> None:
    """Without time each decision erases one case, with a minute one erases all; none is left."""
    monkeypatch.setattr(erase_case, "BATCH_S", batch_s)
    begun: list[object] = []
    decide = book.store.deciding
    monkeypatch.setattr(book.store, "deciding", lambda: (begun.append(0), decide())[1])
    done = erase_case.forget(book, older_than_days=30, dry_run=False)
    assert (len(done.cases), len(begun)) == (DUE, decisions)
    assert english(book.unshown.recorded) == [f"case {number}: erased" for number in done.cases]
    assert book.store.due_for_erasure(30, LATER) == []
    with book.store.reading() as reader:
        assert [act.action for act in reader.acts()] == ["forget"] * DUE
    assert done.exports == {}


def test_exports_are_read_before_the_erasure(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the log cannot be read behind the erasure, the exports to erase are told all the same."""
    exporting = replace(book, now=book.now - timedelta(days=1))
    keep_case.export(exporting, 3)
    after_erasure = book.store.after_erasure

    def broken() -> None:
        after_erasure()
        monkeypatch.setattr(book.store, "reading", lambda: 1 / 0)

    monkeypatch.setattr(book.store, "after_erasure", broken)
    done = erase_case.forget(book, older_than_days=30, dry_run=False)
    assert [(key, len(acts)) for key, acts in done.exports.items()] == [(3, 1)]


def test_cases_that_are_no_longer_due_are_skipped(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program holds a case, erases one, and one is gone: others are erased."""
    monkeypatch.setattr(erase_case, "BATCH_S", 0.0)
    held, erased, gone = 5, 7, 9

    def work(_: float) -> None:
        monkeypatch.setattr(erase_case, "sleep", lambda _: None)
        with Store(Database(book.store.path, now=LATER)) as other, other.deciding() as tx:
            tx.hold(held, LATER + timedelta(days=5))
            tx.forget(erased, LATER)
            tx.append(replace(book, operator="jan").act("forget", erased))
        with sqlite3.connect(book.store.path) as other:
            other.execute("DELETE FROM personal WHERE case_id = ?", (gone,))
            other.execute("DELETE FROM case_service WHERE case_id = ?", (gone,))
            other.execute("DELETE FROM case_file WHERE id = ?", (gone,))
        other.close()

    monkeypatch.setattr(erase_case, "sleep", work)
    done = erase_case.forget(book, older_than_days=30, dry_run=False)
    expected = [number for number in range(1, DUE + 1) if number not in (held, erased, gone)]
    assert list(done.cases) == expected
    assert english(book.unshown.recorded) == [f"case {number}: erased" for number in expected]
    with book.store.reading() as reader:
        found = sorted(act.case_id for act in reader.acts() if act.action == "forget")
        kept = reader.personal(held)
    assert found == sorted([*expected, erased])
    assert kept is not None
    assert book.store.due_for_erasure(30, LATER) == []
    assert book.store.due_for_erasure(30, LATER + timedelta(days=6)) == [held]
    assert not any("unfinished" in str(each) for each in book.store.check())


def test_a_failure_in_between_reports_the_erased_cases(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command fails with a count; erased cases stay erased."""
    monkeypatch.setattr(erase_case, "BATCH_S", 0.0)
    with sqlite3.connect(book.store.path) as other:
        other.execute(
            "CREATE TRIGGER full BEFORE DELETE ON personal WHEN old.case_id = 5"
            " BEGIN SELECT RAISE(ABORT, 'no more'); END"
        )
    other.close()
    with pytest.raises(DispatchError):
        erase_case.forget(book, older_than_days=30, dry_run=False)
    assert english(book.unshown.warnings) == [f"erased before the failure: 4 of {DUE} cases"]
    assert english(book.unshown.recorded) == []
    assert book.store.due_for_erasure(30, LATER) == list(range(5, DUE + 1))


def test_ctrl_c_in_between_reports_the_erased_cases(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An interrupted erasure leaves a warning with the number of erased cases."""
    monkeypatch.setattr(erase_case, "BATCH_S", 0.0)

    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(erase_case, "sleep", interrupted)
    with pytest.raises(KeyboardInterrupt):
        erase_case.forget(book, older_than_days=30, dry_run=False)
    assert english(book.unshown.warnings) == [f"erased before the failure: 1 of {DUE} cases"]
    assert len(book.store.due_for_erasure(30, LATER)) == DUE - 1


@pytest.mark.parametrize("days", [30, 300], ids=["cases due", "no case due"])
def test_erased_drafts_are_named_if_the_cases_fail(
    book: Book, monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    """Drafts are erased first: a failure before any case is erased leaves a warning with them."""
    for number in (1, 2, 3):
        draft_calls.start(replace(book, now=NOW), {"at": "86150"}, on_line=True)
        if number != 2:
            draft_calls.discard(replace(book, now=NOW), number, "wrong number")
    book.unshown.clear()
    for name in ("_forget_some", "sleep"):
        monkeypatch.setattr(erase_case, name, lambda *_: 1 / 0)
    monkeypatch.setattr(book.store, "after_erasure", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        erase_case.forget(book, older_than_days=days, dry_run=False)
    assert english(book.unshown.warnings) == ["erased before the failure: G1, G3"]
    assert english(book.unshown.recorded) == []
    with book.store.reading() as reader:
        assert [each.number for each in reader.drafts()] == ["G2"]
        assert reader.drafts_ended(LATER) == []
