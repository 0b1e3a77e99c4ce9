"""Read, write and erase the calls that are not finished."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import astuple, replace

from ..model.draft import Draft
from ..model.stamps import from_stamp, moment_or_none, stamp_or_none, to_stamp

if TYPE_CHECKING:
    import sqlite3
    from datetime import datetime

_FIELDS = tuple(Draft.__struct_fields__)
_COLUMNS = ", ".join(_FIELDS)
_DRAFTS = f"SELECT {_COLUMNS} FROM draft"  # noqa: S608 - our own columns
_PUT = f"INSERT OR REPLACE INTO draft ({_COLUMNS}) VALUES ({', '.join('?' * len(_FIELDS))})"  # noqa: S608
_facts = msgspec.json.Decoder(dict[str, str])


def read_draft(connection: "sqlite3.Connection", draft_id: int) -> Draft | None:
    """Read one draft; None without such a draft."""
    row = connection.execute(f"{_DRAFTS} WHERE id = ?", (draft_id,)).fetchone()
    return None if row is None else _draft_of(row)


def read_drafts(connection: "sqlite3.Connection") -> list[Draft]:
    """Read the drafts that have not ended, by number."""
    rows = connection.execute(f"{_DRAFTS} WHERE ended_at IS NULL ORDER BY id")
    return [_draft_of(row) for row in rows]


def read_ended(connection: "sqlite3.Connection", until: "datetime") -> list[Draft]:
    """Read the drafts that have ended up to a moment, by number."""
    rows = connection.execute(f"{_DRAFTS} WHERE ended_at <= ? ORDER BY id", (to_stamp(until),))
    return [_draft_of(row) for row in rows]


def insert_draft(connection: "sqlite3.Connection", draft: Draft) -> Draft:
    """Write a new draft and give it its number, one more than the highest there has been."""
    values = _row_of(draft)
    values[_FIELDS.index("id")] = None
    return replace(draft, id=connection.execute(_PUT, values).lastrowid)


def put_draft(connection: "sqlite3.Connection", draft: Draft) -> None:
    """Write the row of a draft, instead of the one that it has."""
    connection.execute(_PUT, _row_of(draft))


def _row_of(draft: Draft) -> list[Any]:
    values: list[Any] = list(astuple(draft))
    for name in ("opened_at", "changed_at", "parked_at", "ended_at"):
        values[_FIELDS.index(name)] = stamp_or_none(getattr(draft, name))
    values[_FIELDS.index("facts")] = msgspec.json.encode(draft.facts).decode()
    values[_FIELDS.index("on_line")] = int(draft.on_line)
    return values


def erase_draft(connection: "sqlite3.Connection", draft_id: int) -> None:
    """Delete a draft; its bytes are in the files until they are wiped."""
    connection.execute("DELETE FROM draft WHERE id = ?", (draft_id,))
    connection.execute("INSERT OR IGNORE INTO unwiped VALUES (0)")


def _draft_of(row: Sequence[Any]) -> Draft:
    values = dict(zip(_FIELDS, row, strict=True))
    for name in ("opened_at", "changed_at", "parked_at"):
        values[name] = from_stamp(values[name])
    values |= {
        "facts": _facts.decode(values["facts"]),
        "on_line": bool(values["on_line"]),
        "ended_at": moment_or_none(values["ended_at"]),
    }
    return Draft(**values)
