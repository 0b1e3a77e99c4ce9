"""The parts of a case that are kept for an undo: where they are, and when they are gone."""

from datetime import timedelta
from pathlib import Path

from msgspec.structs import replace

from dispatch_cli.store import undo_rows

from .sample import MINUTE, NOW, accepted, act, case, closed, incident, personal, service
from .working import opened

LATER = NOW + timedelta(days=40)


def _bytes(folder: Path) -> bytes:
    return b"\0".join(each.read_bytes() for each in sorted(folder.iterdir()))


def _rows(store) -> list[tuple[int, int]]:
    """Return case and record of each row."""
    with store.deciding() as tx:
        return tx._connection.execute("SELECT case_id, record FROM undo").fetchall()


def _worked(store) -> None:
    """Work a case whose facts, offers, notes and texts have marks before they change."""
    first = case(
        service("tow", "huber", input_hash="CanaryHash"), incident=incident(where="CanaryRoad")
    )
    with store.deciding() as tx:
        new = tx.new_case(first, personal(note="CanaryNote", plate="CanaryPlate"))
        tx.append(act("open", new.id))
    asked = replace(new, offers=(accepted(1, "huber", name="CanaryFirm"),))
    with store.deciding() as tx:
        tx.save(new, asked)
        tx.append(act("accept", new.id))
    amended = replace(asked, incident=incident(where="x"), services=(service("tow", "lech"),))
    with store.deciding() as tx:
        tx.save(asked, amended)
        tx.set_personal(new.id, personal(note="x", plate="x"))
        tx.append(act("amend", new.id))
    gone = replace(amended.offers[0], name="x")
    with store.deciding() as tx:
        tx.set_text(new.id, "1.text", "CanaryText")
        tx.append(act("note", new.id))
    with store.deciding() as tx:
        tx.set_text(new.id, "1.text", "x")
        tx.save(amended, replace(amended, offers=(gone,)))
        tx.append(act("eta", new.id))
    with store.deciding() as tx:
        tx.save(
            replace(amended, offers=(gone,)),
            closed(replace(amended, offers=(gone,)), NOW + 90 * MINUTE),
        )
        tx.append(act("close", new.id))


MARKS = ("CanaryHash", "CanaryRoad", "CanaryNote", "CanaryPlate", "CanaryText", "CanaryFirm")


def test_no_byte_of_the_parts_is_left(tmp_path: Path) -> None:
    """What acts have overwritten is in the rows alone; after an erasure it is in no file."""
    with opened(tmp_path / "cases.sqlite3") as store:
        _worked(store)
        assert len(_rows(store)) == 5
        before = _bytes(tmp_path)
        assert [mark for mark in MARKS if mark.encode() not in before] == []
        with store.deciding() as tx:
            tx.forget(1, LATER)
        assert _rows(store) == []
        # The control: deleted rows are still in the files until these are wiped.
        left = _bytes(tmp_path)
        assert [mark for mark in MARKS if mark.encode() in left] != []
        store.after_erasure()
        left = _bytes(tmp_path)
        assert [mark for mark in MARKS if mark.encode() in left] == []
        assert store.check() == []


def test_parts_of_a_closed_case_are_deleted_after_a_day(tmp_path: Path) -> None:
    """The end of another case deletes them; those of open and lately closed cases stay."""
    with opened(tmp_path / "cases.sqlite3") as store:
        _worked(store)
        with store.deciding() as tx:
            other = tx.new_case(case(), personal())
            tx.append(act("open", other.id))
            for minutes in (30, 24 * 60 + 91):
                tx.append(act("line", other.id))
                undo_rows.delete_old(tx._connection, NOW + minutes * MINUTE)
                found = tx._connection.execute("SELECT DISTINCT case_id FROM undo").fetchall()
                assert found == ([(1,), (2,)] if minutes == 30 else [(2,)])


def test_one_transaction_is_one_act(tmp_path: Path) -> None:
    """Several records of one transaction keep one row, with the state before the first change."""
    with opened(tmp_path / "cases.sqlite3") as store:
        with store.deciding() as tx:
            new = tx.new_case(case(), personal(plate="A-AA 1"))
            tx.append(act("open", new.id))
        with store.deciding() as tx:
            one = replace(new, keeper="MB")
            tx.save(new, one)
            tx.append(act("amend", new.id))
            tx.set_personal(new.id, personal(plate="B-BB 2"))
            tx.save(one, replace(one, keeper="CD"))
            tx.append(act("personal", new.id))
        assert _rows(store) == [(1, 3)]
        with store.reading() as reader:
            parts = reader.parts_before(1, 3)
        assert (parts.since, parts.facts.changes()) == (2, {"keeper": new.keeper})
        assert parts.personal == personal(plate="A-AA 1")
