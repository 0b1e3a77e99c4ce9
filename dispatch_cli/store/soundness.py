"""Check a case log: its pages, its schema, its journal, and that its cases match the journal.

``log verify``, ``doctor``, ``log backup`` and ``log restore`` all use ``all_problems``.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..messages import Message, marked
from ..model.case import OPENING
from . import journal
from .log_faults import whole

if TYPE_CHECKING:
    import sqlite3

    Schema = frozenset[tuple[str, str, str]]


def all_problems(
    connection: "sqlite3.Connection", schema: "Schema", head: str | None = None
) -> list[Message | str]:
    """List all problems of a log whose schema should be ``schema``.

    ``head`` is a head of the journal that was stored elsewhere.
    """
    faults = [row[0] for row in connection.execute("PRAGMA integrity_check")]
    if faults != ["ok"]:
        return _first(faults)
    problems = schema_problems(schema, schema_of(connection))
    return problems or whole(lambda: journal.verify(connection, head)) + _untied(connection)


def schema_problems(schema: "Schema", found: "Schema") -> list[Message | str]:
    """List missing definitions of a schema, and additional ones that could change rows.

    Additional indices and the tables of ANALYZE (sqlite_stat1 …) are allowed.
    """
    kept = {(kind, name) for kind, name, _ in schema & found}
    missing = sorted({(kind, name) for kind, name, _ in schema} - kept)
    more = sorted(
        (kind, name)
        for kind, name, _ in found - schema
        if kind != "index" and not name.startswith("sqlite_") and (kind, name) not in missing
    )
    differs, foreign = (
        marked("{kind} {name} is not as this version makes it"),
        marked("{kind} {name} does not belong to a case log"),
    )
    return _first([
        *(Message(differs, kind=kind, name=name) for kind, name in missing),
        *(Message(foreign, kind=kind, name=name) for kind, name in more),
    ])  # fmt: skip


def schema_of(connection: "sqlite3.Connection") -> "Schema":
    """Read the kinds, names and definitions of all tables, indices and triggers."""
    rows = connection.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    return frozenset(rows)


def _untied(connection: "sqlite3.Connection") -> list[Message | str]:
    """List the differences between the cases and those that the journal has opened."""
    # The action is second in "17 [1795521600000000,"open","mara"]"; no later value is followed by
    # a comma, and quotes within a text are escaped.
    opens = "instr(kept, ?)"
    mark = f',"{OPENING}",'
    most = journal.MOST_PROBLEMS + 1
    opened = connection.execute(
        "SELECT opened.case_id, times, id IS NULL FROM (SELECT case_id, count(*) AS times"  # noqa: S608
        f" FROM journal WHERE {opens} GROUP BY case_id) AS opened LEFT JOIN case_file"
        " ON id = opened.case_id WHERE times > 1 OR id IS NULL ORDER BY opened.case_id LIMIT ?",
        (mark, most),
    )
    problems: list[Message | str] = []
    for case_id, times, is_gone in opened:
        if times > 1:
            text = "case {case_id} was opened {times} times"
            problems.append(Message(text, case_id=case_id, times=times))
        if is_gone:
            problems.append(Message("case {case_id} was opened and is missing", case_id=case_id))
    unrecorded = connection.execute(
        "SELECT id FROM case_file WHERE NOT EXISTS"  # noqa: S608
        f" (SELECT 1 FROM journal WHERE case_id = id AND {opens}) ORDER BY id LIMIT ?",
        (mark, most),
    )
    problems += [
        Message("case {case_id} has no record", case_id=case_id) for (case_id,) in unrecorded
    ]
    if problems:
        cases = connection.execute("SELECT count(*) FROM case_file").fetchone()[0]
        recorded = connection.execute(
            f"SELECT count(DISTINCT case_id) FROM journal WHERE {opens}",  # noqa: S608
            (mark,),
        ).fetchone()[0]
        text = "the journal has opened {recorded} cases, the log has {cases}"
        problems.append(Message(text, recorded=recorded, cases=cases))
    return _first(problems)


def _first(problems: Sequence[Message | str]) -> list[Message | str]:
    most = journal.MOST_PROBLEMS
    return [*problems] if len(problems) <= most else [*problems[:most], journal.AND_MORE]
