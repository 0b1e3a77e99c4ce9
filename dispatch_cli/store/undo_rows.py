"""Keep the parts of a case that an act has changed, as they were before it, with its record.

The rows are personal: they are erased with the case, and deleted when a case has been closed for
longer than UNDO_WITHIN.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from ..model.case import Act, Case, Personal
from ..model.case_parts import KEPT, CaseParts, parts_before
from ..model.stamps import to_stamp
from . import cases

if TYPE_CHECKING:
    import sqlite3

UNDO_WITHIN = timedelta(days=1)
"""How long after the end of a case its acts can be undone."""

_ENDS = frozenset({"close", "cancel", "merge"})


class ChangeRecorder:
    """Remembers what one transaction changes, and keeps it with the record of its act."""

    def __init__(self, connection: "sqlite3.Connection") -> None:
        self._connection = connection
        self._first = 0
        self._changes: dict[int, tuple[Case, Case]] = {}
        self._personal: dict[int, tuple[Personal, dict[str, str]]] = {}
        self._rows: dict[int, int] = {}

    def save_case(self, before: Case, after: Case) -> None:
        """Remember a change of a case; of several the first state and the last one count."""
        first, _ = self._changes.get(after.id, (before, after))
        self._changes[after.id] = (first, after)

    def save_personal(self, case_id: int) -> None:
        """Remember the personal data of a case before their first change."""
        if case_id not in self._personal:
            found = cases.read_personal(self._connection, case_id)
            if found is not None:
                self._personal[case_id] = (found, cases.read_texts(self._connection, case_id))

    def write(self, act: Act, number: int) -> None:
        """Keep the changes of a case with a record; that of the transaction's last act counts."""
        self._first = self._first or number
        if act.action not in KEPT:
            return
        before, after = self._changes.get(act.case_id, (None, None))
        personal, texts = self._personal.get(act.case_id, (None, None))
        if before is None or after is None:
            parts = CaseParts(since=self._first, personal=personal, texts=texts)
        else:
            parts = parts_before(self._first, before, after, personal, texts)
        if act.case_id in self._rows:
            delete_row(self._connection, act.case_id, self._rows[act.case_id])
        self._rows[act.case_id] = number
        self._connection.execute(
            "INSERT INTO undo (case_id, record, before) VALUES (?, ?, ?)",
            (act.case_id, number, msgspec.json.encode(parts).decode()),
        )
        if act.action in _ENDS:
            delete_old(self._connection, act.at)


def read_parts(connection: "sqlite3.Connection", case_id: int, record: int) -> CaseParts | None:
    """Read the parts that the act of a record has changed; None if they are not kept."""
    row = connection.execute(
        "SELECT before FROM undo WHERE case_id = ? AND record = ?", (case_id, record)
    ).fetchone()
    return None if row is None else msgspec.json.decode(row[0], type=CaseParts)


def delete_row(connection: "sqlite3.Connection", case_id: int, record: int) -> None:
    """Delete the parts of one act."""
    connection.execute("DELETE FROM undo WHERE case_id = ? AND record = ?", (case_id, record))


def delete_all(connection: "sqlite3.Connection", case_id: int) -> None:
    """Delete the parts of all acts of a case, at its erasure."""
    connection.execute("DELETE FROM undo WHERE case_id = ?", (case_id,))


def delete_old(connection: "sqlite3.Connection", now: datetime) -> None:
    """Delete the parts of the cases that were closed longer ago than UNDO_WITHIN."""
    for case_id in list(_cases_with_rows(connection)):
        connection.execute(
            "DELETE FROM undo WHERE case_id ="
            " (SELECT id FROM case_file WHERE id = ? AND closed_at < ?)",
            (case_id, to_stamp(now - UNDO_WITHIN)),
        )


def _cases_with_rows(connection: "sqlite3.Connection") -> Iterator[int]:
    """Yield the cases that have rows, by steps through the key, which has one row for each act."""
    row = connection.execute("SELECT min(case_id) FROM undo").fetchone()
    while row[0] is not None:
        yield row[0]
        row = connection.execute(
            "SELECT min(case_id) FROM undo WHERE case_id > ?", (row[0],)
        ).fetchone()
