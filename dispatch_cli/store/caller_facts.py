"""Read what identifies callers and places of all cases, for a search; nothing of erased cases."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from ..model.incident import Place

if TYPE_CHECKING:
    import sqlite3


class CallerFacts(Struct, frozen=True, kw_only=True):
    """The personal data of a case by which it is found; they are compared and never shown."""

    case_id: int
    call_back: str
    plate: str
    ref: str
    typed_place: str
    place: Place
    where: str


class _Located(Struct):
    """The place of a stored incident, without its other facts."""

    place: Place
    where: str | None = None
    last_exit: str | None = None


_located = msgspec.json.Decoder(_Located)


def read_caller_facts(connection: "sqlite3.Connection") -> Iterator[CallerFacts]:
    """Read the facts of all cases that are not erased, the newest first."""
    for case_id, call_back, plate, ref, typed_place, incident in connection.execute(
        'SELECT case_id, call_back, plate, "ref", typed_place, incident FROM personal'
        " ORDER BY case_id DESC"
    ):
        located = _located.decode(incident)
        yield CallerFacts(
            case_id=case_id,
            call_back=call_back,
            plate=plate,
            ref=ref,
            typed_place=typed_place,
            place=located.place,
            where=" ".join(filter(None, (located.where, located.last_exit))),
        )


def read_merged(connection: "sqlite3.Connection", case_id: int) -> list[int]:
    """Read the numbers of the cases that were merged into a case, also through others."""
    rows = connection.execute(
        "WITH RECURSIVE merged (id) AS (SELECT id FROM case_file WHERE merged_into = ?"
        " AND merged_into <> 0 UNION SELECT file.id FROM case_file AS file JOIN merged"
        " ON file.merged_into = merged.id AND file.merged_into <> 0)"
        " SELECT id FROM merged ORDER BY id",
        (case_id,),
    )
    return [row[0] for row in rows]
