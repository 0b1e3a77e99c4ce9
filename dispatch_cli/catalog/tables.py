"""Iterate over the tables of a parsed file, each with a reporter of its problems."""

from collections.abc import Iterator
from typing import TypeVar

from msgspec import Struct

from ..messages import Message, quoted
from .problem_collector import ProblemCollector, TableReporter, TomlFile
from .table_conversion import convert, missing

S = TypeVar("S", bound=Struct)

_TABLES = {"provider": Message("provider")}
"""The words for tables; other tables are named by their keys."""


def read_table(table: object, shape: type[S], reporter: TableReporter) -> S:
    """Convert a table to a struct and report all faults of its shape."""
    raw, faults = convert(table, shape)
    reporter.report_faults(faults)
    for path, problem in missing(raw):
        if not any(path[: len(wrong)] == wrong for wrong in reporter.wrong_paths):
            reporter.report(path, problem)
    return raw


def named_tables(
    file: TomlFile, key: str, what: Message | str, collector: ProblemCollector
) -> Iterator[tuple[str, object, TableReporter]]:
    """Iterate over ``[key.NAME]``."""
    tables = file.top.get(key, {})
    if not isinstance(tables, dict):
        problem = Message("{key} must be tables like [{key}.NAME]", key=key)
        collector.at(file, (key,), "", problem)
        return
    for name, table in tables.items():
        who = Message("{table} {name}", table=what, name=quoted(name))
        yield name, table, TableReporter(collector, file, (key, name), who)


def numbered_tables(
    file: TomlFile, key: str, name_key: str, collector: ProblemCollector
) -> Iterator[tuple[object, TableReporter]]:
    """Iterate over ``[[key]]`` once; ``name_key`` is the key that has the name of a table.

    Each table is released before the next one is yielded: 100,000 of them take 250 MB.
    """
    tables = file.top.get(key, [])
    if not isinstance(tables, list):
        problem = Message("{key} must be tables like [[{key}]], in double brackets", key=key)
        collector.at(file, (key,), "", problem)
        if isinstance(tables, dict):  # one table in single brackets, whose keys are checked as well
            yield tables, TableReporter(collector, file, (key,), _owner(key, tables, name_key, 0))
        return
    for number in range(len(tables)):
        table, tables[number] = tables[number], None
        who = _owner(key, table, name_key, number)
        yield table, TableReporter(collector, file, (key, number), who)


def _owner(key: str, table: object, name_key: str, number: int) -> Message:
    name = table.get(name_key) if isinstance(table, dict) else None
    if isinstance(name, str):
        return Message("{table} {name}", table=_TABLES.get(key, key), name=quoted(name))
    return Message("{table} number {number}", table=_TABLES.get(key, key), number=number + 1)
