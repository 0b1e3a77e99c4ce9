"""Look up imported place names in an SQLite file, which is never changed after the import."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from ..errors import BadDataError, Problem
from ..messages import Message

if TYPE_CHECKING:
    import sqlite3

APPLICATION_ID = 0x44504754
"""In the header of the file: the database of another program is refused."""

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


_LAST = "\U0010ffff"
"""A character behind all others."""


class Entry(Struct, frozen=True):
    """A name in one postcode. ``district`` is the Landkreis or the independent city."""

    name: str
    folded: str
    postcode: str
    district: str
    district_code: str
    land: str


class Names(Protocol):
    """Place names by postcode and by name: imported ones, or those of the package."""

    def town_of(self, postcode: str) -> str:
        """Return the best-known town of a postcode; "" if it has none."""
        ...

    def towns_of(self, postcode: str) -> list[str]:
        """List all names in a postcode."""
        ...

    def named(self, folded_name: str) -> list[Entry]:
        """List all entries of a folded name, and of longer names that begin with its words."""
        ...

    def beginning(self, letters: str) -> dict[str, str]:
        """Return the names whose folded forms begin with some letters, by these forms."""
        ...


class Gazetteer:
    """An open gazetteer; every method raises BadDataError for a damaged file."""

    def __init__(self, path: Path, connection: "sqlite3.Connection") -> None:
        self._path = path
        self._connection = connection

    def town_of(self, postcode: str) -> str:
        """Return the best-known town of a postcode; "" if it has none."""
        rows = self._rows("SELECT name FROM town WHERE postcode = ?", postcode)
        return rows[0][0] if rows else ""

    def towns_of(self, postcode: str) -> list[str]:
        """List all names in a postcode."""
        rows = self._rows("SELECT DISTINCT name FROM place WHERE postcode = ?", postcode)
        return [name for (name,) in rows]

    def named(self, folded_name: str) -> list[Entry]:
        """List all entries of a folded name, and of longer names that begin with its words."""
        rows = self._rows(
            "SELECT name, folded, postcode, district, district_code, land FROM place"
            " WHERE folded = ?1 OR (folded > ?1 || ' ' AND folded < ?1 || '!')"
            " ORDER BY folded, land, district, postcode",
            folded_name,
        )
        return [Entry(*row) for row in rows]

    def beginning(self, letters: str) -> dict[str, str]:
        """Return the names whose folded forms begin with some letters, by these forms."""
        found = self._rows(
            "SELECT folded, name FROM place WHERE folded >= ? AND folded < ?",
            letters,
            f"{letters}{_LAST}",
        )
        return {row[0]: row[1] for row in found}

    def _rows(self, statement: str, *values: str) -> list[tuple[str, ...]]:
        import sqlite3

        try:
            rows = self._connection.execute(statement, values).fetchall()
        except (sqlite3.Error, UnicodeDecodeError) as error:  # an error may quote damaged bytes
            raise _unreadable(self._path, "{error}", error=error) from None
        if not all(isinstance(value, str) for row in rows for value in row):
            raise _unreadable(self._path, "a field is not text")
        return rows


@contextmanager
def open_gazetteer(path: Path) -> Iterator[Gazetteer]:
    """Open a gazetteer for reading; raises BadDataError for any other file."""
    import sqlite3

    try:
        # Immutable: an import replaces the whole file, so no lock is needed.
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    except sqlite3.Error as error:
        raise _unreadable(path, "{error}", error=error) from None
    try:
        try:
            application = connection.execute("PRAGMA application_id").fetchone()[0]
            version = connection.execute("PRAGMA user_version").fetchone()[0]
        except (sqlite3.Error, UnicodeDecodeError) as error:
            raise _unreadable(path, "{error}", error=error) from None
        if (application, version) != (APPLICATION_ID, VERSION):
            raise _unreadable(path, "it is not a gazetteer of this version")
        yield Gazetteer(path, connection)
    finally:
        connection.close()


def _unreadable(path: Path, template: str, **values: object) -> BadDataError:
    """Make the error for a gazetteer that cannot be read; ``values`` fill the reason."""
    reason = Message(template, **values)
    return BadDataError(
        Problem.at(path, "the gazetteer cannot be read: {reason}", reason=reason),
        hint='run "dispatch places import FILE" again',
    )
