"""Tables of a parsed file, each with its owner: whose it is and where it stands."""

from collections.abc import Iterator
from typing import TypeVar

from msgspec import Struct

from .findings import Findings, Owner, TomlFile
from .shape import convert, missing
from .suggest import quoted

S = TypeVar("S", bound=Struct)


def read_table(table: object, shape: type[S], owner: Owner) -> S:
    """Convert a table and report everything that is wrong with its shape."""
    raw, faults = convert(table, shape)
    if faults:
        owner.faults(faults)
    for path, text in missing(raw):
        if not owner.is_faulty(str(path[0])):
            owner.wrong(path, text)
    return raw


def named_tables(
    file: TomlFile, key: str, what: str, findings: Findings
) -> Iterator[tuple[str, object, Owner]]:
    """Go through ``[key.NAME]``."""
    tables = file.top.get(key, {})
    if not isinstance(tables, dict):
        findings.at(file, (key,), "", f"{key} must be tables like [{key}.NAME]")
        return
    for name, table in tables.items():
        yield name, table, Owner(findings, file, (key, name), f"{what} {quoted(name)}")


def numbered_tables(
    file: TomlFile, key: str, called: str, findings: Findings
) -> Iterator[tuple[object, Owner]]:
    """Go through ``[[key]]`` once; ``called`` is the key that names one of them.

    A table is let go of when the next one is asked for: 100,000 of them take 250 MB.
    """
    tables = file.top.get(key, [])
    if not isinstance(tables, list):
        findings.at(file, (key,), "", f"{key} must be tables like [[{key}]], in double brackets")
        return
    for number in range(len(tables)):
        table, tables[number] = tables[number], None
        name = table.get(called) if isinstance(table, dict) else None
        who = f"{key} {quoted(name)}" if isinstance(name, str) else f"{key} number {number + 1}"
        yield table, Owner(findings, file, (key, number), who, [])
