"""Whether a case log is whole: its pages, its schema, its journal, and its cases by the journal."""

from typing import TYPE_CHECKING

from . import journal
from .faults import whole

if TYPE_CHECKING:
    import sqlite3

OPENING = "open"
"""The act that is recorded once for every case."""


def untied(connection: "sqlite3.Connection") -> list[str]:
    """Say where the cases are not those that the journal has opened."""
    opened: dict[int, int] = {}
    for case_id, action in whole(lambda: list(journal.read_actions(connection))):
        if action == OPENING:
            opened[case_id] = opened.get(case_id, 0) + 1
    there = {row[0] for row in connection.execute("SELECT id FROM case_file")}
    problems = [
        f"case {case_id} was opened {times} times" for case_id, times in opened.items() if times > 1
    ]
    problems += [f"case {case_id} was opened and is gone" for case_id in opened.keys() - there]
    problems += [f"case {case_id} is in no record" for case_id in there - opened.keys()]
    if problems:
        problems.append(f"{len(opened)} cases were opened, {len(there)} are there")
    return _first(problems)


def all_problems(connection: "sqlite3.Connection", schema: list[str]) -> list[str]:
    """Say everything that can be wrong with a log, compared with the schema it should have."""
    problems = [row[0] for row in connection.execute("PRAGMA integrity_check")]
    if problems != ["ok"]:
        return _first(problems)
    if schema_of(connection) != schema:
        return ["its tables are not those of a case log of this version"]
    return whole(lambda: journal.verify(connection, None)) + untied(connection)


def schema_of(connection: "sqlite3.Connection") -> list[str]:
    """Read the definitions of all tables, indices and triggers, by name."""
    rows = connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name")
    return [row[0] for row in rows]


def _first(problems: list[str]) -> list[str]:
    most = journal.MOST_PROBLEMS
    return problems if len(problems) <= most else [*problems[:most], "and perhaps more"]
