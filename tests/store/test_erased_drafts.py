"""Rows of calls that are not finished: written, read back, and erased with every byte."""

import random
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from dispatch_cli.model.draft import Draft
from dispatch_cli.store import Store
from tests.english import english

from .sample import NOW
from .working import decide_next, opened

DAY = timedelta(days=1)
FACTS = ("caller", "call_back", "plate", "ref", "to", "note", "at", "where", "last_exit", "hazard")


@dataclass
class Call:
    """A draft with the marks that must be gone when it is erased."""

    draft: Draft
    marks: list[str]


def mark(number: int, step: int, name: str) -> str:
    """Make a text that stands nowhere else."""
    return f"{name}-{random.Random(f'{number} {step} {name}').randbytes(8).hex()}"


def taken(store: Store, number: int, chance: random.Random) -> Call:
    """Take a call answer by answer; its row grows, shrinks and moves within the file."""
    marks = []
    with store.deciding() as tx:
        draft = tx.new_draft(
            Draft(id=0, operator="mara", opened_at=NOW, changed_at=NOW, parked_at=NOW)
        )
    for step in range(5):
        names = chance.sample(FACTS, 3)
        facts = {name: mark(number, step, name) * chance.randint(1, 40) for name in names}
        marks += [mark(number, step, name) for name in names]
        draft = replace(draft, facts=facts, changed_at=NOW + timedelta(seconds=step))
        with store.deciding() as tx:
            tx.save_draft(draft)
    marks.append(mark(number, 9, "reason"))
    draft = replace(draft, ended_at=NOW + number * DAY, end_reason=marks[-1])
    with store.deciding() as tx:
        tx.save_draft(draft)
    return Call(draft, marks)


def contents(folder: Path) -> bytes:
    """Return the bytes of the log and all of its companions."""
    return b"\0".join(each.read_bytes() for each in sorted(folder.iterdir()))


@pytest.mark.parametrize("is_wiped", [True, False], ids=["wiped", "control"])
def test_no_byte_of_an_erased_draft_is_left(tmp_path: Path, is_wiped: bool) -> None:
    """Half of the drafts are erased, between cases and later drafts; the others keep their facts.

    The control leaves out the wiping: then marks are found, so that the test can see them.
    """
    chance = random.Random(16)
    with opened(tmp_path / "cases.sqlite3") as store:
        calls = []
        for number in range(1, 61):
            calls.append(taken(store, number, chance))
            if number % 7 == 0:
                decide_next(store)
        gone = [call for call in calls if call.draft.ended_at <= NOW + 30 * DAY]
        with store.deciding() as tx:
            due = tx.drafts_ended(NOW + 30 * DAY)
            assert due == [call.draft for call in gone]
            for draft in due:
                tx.erase_draft(draft.id)
        assert english(store.check()) == ["an erasure is unfinished: repeat dispatch case forget"]
        if is_wiped:
            store.after_erasure()
            assert store.check() == []
        left = contents(tmp_path)
        found = [text for call in gone for text in call.marks if text.encode() in left]
        assert (found == []) == is_wiped
        kept = [call for call in calls if call not in gone]
        assert all(value.encode() in left for c in kept for value in c.draft.facts.values())
        with store.reading() as reader:
            assert reader.drafts_ended(NOW + 99 * DAY) == [call.draft for call in kept]
            assert reader.drafts() == []
            assert reader.verify() == []


def test_numbers_go_on_after_the_highest(tmp_path: Path) -> None:
    """A new draft never has the number of one that is still in the log."""
    draft = Draft(id=0, operator="mara", opened_at=NOW, changed_at=NOW, parked_at=NOW)
    with opened(tmp_path / "cases.sqlite3") as store, store.deciding() as tx:
        assert [tx.new_draft(draft).number for _ in range(3)] == ["G1", "G2", "G3"]
        tx.erase_draft(2)
        assert tx.new_draft(draft).number == "G4"
        assert tx.draft(2) is None
        full = replace(
            draft, id=4, facts={"note": "ä\n\"'"}, on_line=True, holder=17, ended_at=NOW + DAY,
            end_reason="x", case_id=5,
        )  # fmt: skip
        tx.save_draft(full)
        assert tx.draft(4) == full
