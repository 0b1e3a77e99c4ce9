"""The imported place names: an SQLite file that is written once and only read afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from ..errors import BadDataError, Problem

if TYPE_CHECKING:
    import sqlite3

APPLICATION_ID = 0x44504754
"""In the file's header: nobody else's database is taken for a gazetteer."""

VERSION = 1

SCHEMA = """
CREATE TABLE place (name TEXT, folded TEXT, postcode TEXT, district TEXT, district_code TEXT,
                    land TEXT);
CREATE TABLE town (postcode TEXT PRIMARY KEY, name TEXT) WITHOUT ROWID;
"""
INDEXES = """
CREATE INDEX place_folded ON place (folded);
CREATE INDEX place_postcode ON place (postcode);
"""


class Entry(Struct, frozen=True):
    """A name in one postcode. ``district`` is the Landkreis or the city of its own."""

    name: str
    folded: str
    postcode: str
    district: str
    district_code: str
    land: str


class Gazetteer:
    """Names and postcodes, looked up; every look raises BadDataError if the file is damaged."""

    def __init__(self, path: Path, connection: "sqlite3.Connection") -> None:
        self._path = path
        self._connection = connection

    def town_of(self, postcode: str) -> str:
        """The town by which a postcode is best known, or "" if it has none."""
        rows = self._rows("SELECT name FROM town WHERE postcode = ?", postcode)
        return rows[0][0] if rows else ""

    def towns_of(self, postcode: str) -> list[str]:
        """All names in a postcode."""
        rows = self._rows("SELECT DISTINCT name FROM place WHERE postcode = ?", postcode)
        return [name for (name,) in rows]

    def named(self, folded_name: str) -> list[Entry]:
        """Everything of this folded name, and all longer names that begin with it."""
        rows = self._rows(
            "SELECT name, folded, postcode, district, district_code, land FROM place"
            " WHERE folded = ?1 OR (folded > ?1 || ' ' AND folded < ?1 || '!')"
            " ORDER BY folded, land, district, postcode",
            folded_name,
        )
        return [Entry(*row) for row in rows]

    def names(self) -> dict[str, str]:
        """Every name by its folded form, for "did you mean"."""
        return {row[0]: row[1] for row in self._rows("SELECT folded, name FROM place")}

    def _rows(self, statement: str, *values: str) -> list[tuple[str, ...]]:
        import sqlite3

        try:
            rows = self._connection.execute(statement, values).fetchall()
        except (sqlite3.Error, UnicodeDecodeError) as error:  # also its messages may be torn
            raise damaged(self._path, str(error)) from None
        if not all(isinstance(value, str) for row in rows for value in row):
            raise damaged(self._path, "a field that is no text")
        return rows


@contextmanager
def opened(path: Path) -> Iterator[Gazetteer]:
    """Open a gazetteer for reading; raises BadDataError if the file is not one."""
    import sqlite3

    try:
        # Immutable: it is only ever replaced as a whole, so there is nothing to lock.
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    except sqlite3.Error as error:
        raise damaged(path, str(error)) from None
    try:
        try:
            application = connection.execute("PRAGMA application_id").fetchone()[0]
            version = connection.execute("PRAGMA user_version").fetchone()[0]
        except (sqlite3.Error, UnicodeDecodeError) as error:
            raise damaged(path, str(error)) from None
        if (application, version) != (APPLICATION_ID, VERSION):
            raise damaged(path, "not a gazetteer of this version")
        yield Gazetteer(path, connection)
    finally:
        connection.close()


def damaged(path: Path, why: str) -> BadDataError:
    """The error for a gazetteer that cannot be read."""
    return BadDataError(
        Problem.at(path, "the gazetteer cannot be read: {why}", why=why),
        hint='run "dispatch places import FILE" again',
    )
