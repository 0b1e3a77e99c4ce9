"""An erasure of many cases is made in short decisions, between which others get the log."""

from datetime import timedelta
from pathlib import Path

import pytest

from dispatch_cli.casebook import keeping
from dispatch_cli.casebook.book import Book
from dispatch_cli.store import Store
from dispatch_cli.store.database import Database

from ..store.sample import NOW, case, closed, personal
from ..worlds import MemoryCatalog, no_holidays


@pytest.mark.parametrize(("batch_s", "decisions"), [(0.0, 12), (60.0, 1)])
def test_a_decision_ends_with_its_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, batch_s: float, decisions: int
) -> None:
    """Without time each decision erases one case, with a minute one erases all; none is left."""
    monkeypatch.setattr(keeping, "BATCH_S", batch_s)
    later = NOW + timedelta(days=40)
    with Store(Database(tmp_path / "cases.sqlite3", now=NOW)) as store:
        with store.deciding() as tx:
            for _ in range(12):
                tx.new_case(closed(case(), NOW), personal())
        book = Book(
            store=store,
            catalog=MemoryCatalog([]),  # type: ignore[arg-type]
            holidays=no_holidays,
            now=later,
            operator="mara",
        )
        begun: list[object] = []
        decide = store.deciding
        monkeypatch.setattr(store, "deciding", lambda: (begun.append(0), decide())[1])
        done = keeping.forget(book, older_than_days=30, dry_run=False)
        assert (len(done.cases), len(begun)) == (12, decisions)
        assert store.due_for_erasure(30, later) == []
        with store.reading() as reader:
            assert [act.action for act in reader.acts()] == ["forget"] * 12
        assert keeping.exports(book, done.cases) == {}
