"""Whether a case log is whole: its pages, its schema, its journal, and its cases by the journal.

``log verify``, ``doctor``, ``log backup`` and ``log restore`` all judge by ``all_problems``.
"""

from typing import TYPE_CHECKING

from ..model.case import OPENING
from . import journal
from .log_faults import whole

if TYPE_CHECKING:
    import sqlite3

    Schema = frozenset[tuple[str, str, str]]


def all_problems(
    connection: "sqlite3.Connection", schema: "Schema", head: str | None = None
) -> list[str]:
    """Say everything that can be wrong with a log, compared with the schema it should have.

    ``head`` is one of the journal that was kept elsewhere.
    """
    problems = [row[0] for row in connection.execute("PRAGMA integrity_check")]
    if problems != ["ok"]:
        return _first(problems)
    problems = schema_problems(schema, schema_of(connection))
    return problems or whole(lambda: journal.verify(connection, head)) + _untied(connection)


def schema_problems(schema: "Schema", found: "Schema") -> list[str]:
    """Say what is missing in a schema, and what else is in it that could change rows.

    An index that was added and the tables of ANALYZE (sqlite_stat1 …) change none.
    """
    kept = {(kind, name) for kind, name, _ in schema & found}
    missing = sorted({(kind, name) for kind, name, _ in schema} - kept)
    more = sorted(
        (kind, name)
        for kind, name, _ in found - schema
        if kind != "index" and not name.startswith("sqlite_") and (kind, name) not in missing
    )
    problems = [f"{kind} {name} is not as this version makes it" for kind, name in missing]
    problems += [f"{kind} {name} does not belong to a case log" for kind, name in more]
    return _first(problems)


def schema_of(connection: "sqlite3.Connection") -> "Schema":
    """Read the kinds, names and definitions of all tables, indices and triggers."""
    rows = connection.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    return frozenset(rows)


def _untied(connection: "sqlite3.Connection") -> list[str]:
    """Say where the cases are not those that the journal has opened."""
    # The action stands second in "17 [1795521600000000,"open","mara"]"; nothing later is followed
    # by a comma, and quotes within a text are escaped.
    opens = "instr(kept, ?)"
    mark = f',"{OPENING}",'
    most = journal.MOST_PROBLEMS + 1
    opened = connection.execute(
        "SELECT opened.case_id, times, id IS NULL FROM (SELECT case_id, count(*) AS times"  # noqa: S608
        f" FROM journal WHERE {opens} GROUP BY case_id) AS opened LEFT JOIN case_file"
        " ON id = opened.case_id WHERE times > 1 OR id IS NULL ORDER BY opened.case_id LIMIT ?",
        (mark, most),
    )
    problems = []
    for case_id, times, is_gone in opened:
        if times > 1:
            problems.append(f"case {case_id} was opened {times} times")
        if is_gone:
            problems.append(f"case {case_id} was opened and is gone")
    unrecorded = connection.execute(
        "SELECT id FROM case_file WHERE NOT EXISTS"  # noqa: S608
        f" (SELECT 1 FROM journal WHERE case_id = id AND {opens}) ORDER BY id LIMIT ?",
        (mark, most),
    )
    problems += [f"case {case_id} is in no record" for (case_id,) in unrecorded]
    if problems:
        there = connection.execute("SELECT count(*) FROM case_file").fetchone()[0]
        count = connection.execute(
            f"SELECT count(DISTINCT case_id) FROM journal WHERE {opens}",  # noqa: S608
            (mark,),
        ).fetchone()[0]
        problems.append(f"{count} cases were opened, {there} are there")
    return _first(problems)


def _first(problems: list[str]) -> list[str]:
    most = journal.MOST_PROBLEMS
    return problems if len(problems) <= most else [*problems[:most], "and perhaps more"]
