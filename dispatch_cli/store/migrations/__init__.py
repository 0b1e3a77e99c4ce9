"""Read and apply the numbered steps from an empty database to the newest schema."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    import sqlite3


class Migration(Struct, frozen=True):
    """The SQL that changes version ``number`` - 1 to ``number``."""

    number: int
    sql: str


def migrations() -> tuple[Migration, ...]:
    """Read all migrations in order; the last number is the newest version."""
    folder = os.path.dirname(__file__)
    names = sorted(name for name in os.listdir(folder) if name.endswith(".sql"))
    return tuple(_read(os.path.join(folder, name), int(name[:4])) for name in names)


def newest(known: tuple[Migration, ...]) -> int:
    """Return the version after all migrations."""
    return known[-1].number


def apply(connection: "sqlite3.Connection", known: tuple[Migration, ...], version: int) -> None:
    """Bring a database from a version to the newest, inside the caller's transaction."""
    for migration in known:
        if migration.number > version:
            for statement in statements(migration.sql):
                connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {newest(known):d}")


def statements(sql: str) -> Iterator[str]:
    """Split a script into statements, because executescript would commit first."""
    from sqlite3 import complete_statement

    statement = ""
    for line in sql.splitlines(keepends=True):
        statement += line
        if complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        yield statement


def _read(path: str, number: int) -> Migration:
    with open(path, encoding="utf-8") as file:
        return Migration(number, file.read())
