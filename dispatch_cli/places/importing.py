"""Import place names into a gazetteer, which replaces the old one only if it is complete."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from ..errors import BadDataError, Problem
from ..model.sphere import great_circle_km
from ..notation import centre_of, is_postcode
from ..notation.place_names import fold_name
from .gazetteer import APPLICATION_ID, INDEXES, SCHEMA, VERSION
from .geonames import PostalRow, read_rows

if TYPE_CHECKING:
    import sqlite3


class GazetteerCount(Struct, frozen=True):
    """The counts of an import; ``dropped`` rows belong to bulk receivers, not to places."""

    rows: int
    kept: int
    dropped: int
    names: int
    postcodes: int


def import_gazetteer(file: Path, target: Path) -> GazetteerCount:
    """Convert the postal code file of GeoNames to the gazetteer at ``target``.

    Reads the published tab-separated file, and CSV with a header row, also from .gz or .zip. An
    old gazetteer stays until the new one is complete and flushed to the disk. Raises BadDataError
    for an unreadable file, and if the target cannot be written.
    """
    rows = read_rows(file)
    kept = [row for row in rows if is_postcode(row.postcode)]
    if not kept:
        raise BadDataError(
            Problem("no row belongs to a German postcode", file=str(file)),
            hint="nothing was imported",
        )
    try:
        _write(kept, target)
    except OSError as error:
        raise BadDataError(
            Problem.at(target, "cannot be written: {strerror}", strerror=error.strerror or error),
            hint="nothing was imported",
        ) from None
    return GazetteerCount(
        rows=len(rows),
        kept=len(kept),
        dropped=len(rows) - len(kept),
        names=len({row.name for row in kept}),
        postcodes=len({row.postcode for row in kept}),
    )


def _write(rows: list[PostalRow], target: Path) -> None:
    import sqlite3
    import tempfile

    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # mkstemp makes the file readable for its owner only; the rename keeps the mode.
    number, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".new", dir=target.parent)
    os.close(number)
    new = Path(name)
    try:
        connection = sqlite3.connect(new)
        try:
            _fill(connection, rows)
        finally:
            connection.close()
        _to_disk(new, os.O_RDWR)
        new.replace(target)
        _to_disk(target.parent, os.O_RDONLY)
    except sqlite3.Error as error:  # e.g. a full disk
        raise OSError(str(error)) from None
    finally:
        new.unlink(missing_ok=True)


def _fill(connection: "sqlite3.Connection", rows: list[PostalRow]) -> None:
    connection.execute("PRAGMA journal_mode = OFF")  # after a failure the file is removed
    connection.executescript(SCHEMA)
    connection.executemany(
        "INSERT INTO place VALUES (?, ?, ?, ?, ?, ?)",
        (
            (row.name, fold_name(row.name), row.postcode, row.district, row.district_code, row.land)
            for row in rows
        ),
    )
    by_postcode: dict[str, list[PostalRow]] = {}
    for row in rows:
        by_postcode.setdefault(row.postcode, []).append(row)
    connection.executemany(
        "INSERT INTO town VALUES (?, ?)",
        ((postcode, _best_known(here)) for postcode, here in by_postcode.items()),
    )
    connection.executescript(INDEXES)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.commit()


def _best_known(rows: Iterable[PostalRow]) -> str:
    """Choose the name to show for a postcode.

    It is the name with which most names in it begin (``Dresden`` before ``Dresden
    Friedrichstadt``); of equal ones that nearest to the centre of the postcode.
    """
    places = list(rows)
    names = [fold_name(row.name) for row in places]
    centre = centre_of(places[0].postcode)

    def rank(row: PostalRow) -> tuple[int, float, str]:
        own = fold_name(row.name)
        begun = sum(name == own or name.startswith(f"{own} ") for name in names)
        return -begun, great_circle_km(row.lat, row.lon, *centre), row.name

    return min(places, key=rank).name


def _to_disk(path: Path, flags: int) -> None:
    number = os.open(path, flags)
    try:
        os.fsync(number)
    finally:
        os.close(number)
