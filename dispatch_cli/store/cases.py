"""Read cases in a few queries, and write the rows that have changed."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import astuple, replace

from ..errors import ConflictError
from ..messages import Message
from ..model import Incident
from ..model.case import Case, CaseService, Offer, Option, Personal, Promise
from ..model.stamps import from_stamp, moment_or_none, stamp_or_none, to_stamp
from .journal import read_standing

if TYPE_CHECKING:
    import sqlite3

MOST_ID = 2**63 - 1
"""The largest integer of SQLite."""

_OFFER = tuple(Offer.__struct_fields__)
_OFFER_TIMES = tuple(
    _OFFER.index(name)
    for name in (
        "opened_at", "answer_by", "answered_at", "ended_at", "arrive_by", "arrived_at",
        "call_back_at", "booked_from", "booked_until", "ring_back_by", "tell_driver_by",
        "tell_caller_by", "call_off_by",
    )
)  # fmt: skip
_PROMISES = _OFFER.index("promises")
_FLAGS = tuple(_OFFER.index(name) for name in ("corrected", "before_opening"))
_SERVICE = tuple(CaseService.__struct_fields__)
_OPENED, _OPTIONS, _EQUIPMENT, _LAST_RESORT_BY = (
    _SERVICE.index(n) for n in ("opened", "options", "equipment", "last_resort_by")
)
_PERSONAL = ", ".join(f'"{name}"' for name in Personal.__struct_fields__)
_CASE_TIMES = (
    "opened_at", "closed_at", "call_back_at", "hold_until", "forgotten_at", "emergency_at",
    "emergency_by", "on_line_since",
)  # fmt: skip
_CASE_FACTS = ("operator", "keeper", "emergency", "emergency_caller", "merged_into")
_CASE_COLUMNS = ("client", "facts", "cancelled", "answered", *_CASE_TIMES, *_CASE_FACTS)
_CASES = (
    "SELECT id, coalesce(incident, facts), cancelled, answered,"  # noqa: S608 - our own columns
    f" {', '.join((*_CASE_TIMES, *_CASE_FACTS))}"
    " FROM case_file LEFT JOIN personal ON personal.case_id = id"
)
_INSERT_CASE = (
    f"INSERT INTO case_file (id, {', '.join(_CASE_COLUMNS)})"  # noqa: S608 - our own columns
    f" VALUES (?, {', '.join('?' * len(_CASE_COLUMNS))})"
)
_UPDATE_CASE = (
    f"UPDATE case_file SET {', '.join(f'{name} = ?' for name in _CASE_COLUMNS)}"  # noqa: S608
    " WHERE id = ?"
)
_SERVICES = f"SELECT case_id, {', '.join(_SERVICE)} FROM case_service"  # noqa: S608 - our own
_OFFERS = f"SELECT case_id, {', '.join(_OFFER)} FROM offer"  # noqa: S608 - our own
_PUT_OFFER = (
    f"INSERT INTO offer (case_id, {', '.join(_OFFER)})"  # noqa: S608 - our own columns
    f" VALUES (?, {', '.join('?' * len(_OFFER))}) ON CONFLICT (case_id, number) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _OFFER if name != "number")
)

# JSON arrays would be half as long as objects, but new fields could only be added at the end.
_incident = msgspec.json.Decoder(Incident)
_options = msgspec.json.Decoder(tuple[Option, ...])
_equipment = msgspec.json.Decoder(tuple[tuple[str, ...], ...])
_promises = msgspec.json.Decoder(list[tuple[int, int, str]])
_texts = msgspec.json.Decoder(dict[str, str])


def read_cases(
    connection: "sqlite3.Connection",
    which: str,
    values: Sequence[int] = (),
    *,
    with_offers: bool = True,
) -> list[Case]:
    """Read the cases whose ids an SQL query returns, the newest first.

    A case has its exact place until the motorist's data is erased, then the blurred one. Without
    offers, reading takes half of the time.
    """
    rows = connection.execute(
        f"{_CASES} WHERE id IN ({which}) ORDER BY id DESC",
        values,
    ).fetchall()
    services: dict[int, list[CaseService]] = {row[0]: [] for row in rows}
    offers: dict[int, list[Offer]] = {row[0]: [] for row in rows}
    for case_id, *row in connection.execute(
        f"{_SERVICES} WHERE case_id IN ({which}) ORDER BY case_id, position", values
    ):
        services[case_id].append(_service_of(row))
    for case_id, *row in (
        ()
        if not with_offers
        else connection.execute(
            f"{_OFFERS} WHERE case_id IN ({which}) ORDER BY case_id, number", values
        )
    ):
        offers[case_id].append(offer_of(row))
    return [_case_of(connection, row, services[row[0]], offers[row[0]]) for row in rows]


def _case_of(
    connection: "sqlite3.Connection",
    row: Sequence[Any],
    services: Sequence[CaseService],
    offers: Sequence[Offer],
) -> Case:
    """Make the case of a row in the order of ``_CASES``."""
    case_id, incident, cancelled, answered, *rest = row
    times = map(moment_or_none, rest[: len(_CASE_TIMES)])
    facts: dict[str, Any] = dict(zip(_CASE_TIMES, times, strict=True))
    facts |= dict(zip(_CASE_FACTS, rest[len(_CASE_TIMES) :], strict=True))
    has_reminder = facts["call_back_at"] is not None and facts["closed_at"] is None
    return Case(
        id=case_id,
        incident=_incident.decode(incident),
        services=tuple(services),
        offers=tuple(offers),
        cancelled=bool(cancelled),
        answered=None if answered is None else tuple(answered.split()),
        call_back_set_at=_set_at(connection, case_id) if has_reminder else None,
        **facts,
    )


def _set_at(connection: "sqlite3.Connection", case_id: int) -> datetime | None:
    """Return when the call-back was set, by the newest record that was not undone; else None.

    A merge that took it over from a duplicate says when it was set there.
    """
    for _, act in read_standing(connection, case_id):
        if act.action == "callback":
            return act.at
        taken = act.details.get("call_back_set_at")
        if isinstance(taken, str):
            return datetime.fromisoformat(taken)
    return None


def read_personal(connection: "sqlite3.Connection", case_id: int) -> Personal | None:
    """Read the personal data of the motorist; None once it is erased."""
    row = connection.execute(
        f"SELECT {_PERSONAL} FROM personal WHERE case_id = ?",  # noqa: S608 - our own columns
        (case_id,),
    ).fetchone()
    return None if row is None else Personal(**dict(zip(_personal_fields(), row, strict=True)))


def read_texts(connection: "sqlite3.Connection", case_id: int) -> dict[str, str]:
    """Read the free texts of a case's offers by their keys; none once they are erased."""
    row = connection.execute("SELECT texts FROM personal WHERE case_id = ?", (case_id,)).fetchone()
    return {} if row is None else _texts.decode(row[0])


def next_id(connection: "sqlite3.Connection") -> int:
    """Return the number of the next new case: cases are never deleted, and count from 1."""
    [last] = connection.execute("SELECT coalesce(max(id), 0) FROM case_file").fetchone()
    return int(last) + 1


def insert_case(connection: "sqlite3.Connection", case: Case, personal: Personal) -> Case:
    """Write a new case and give it its number."""
    case = replace(case, id=next_id(connection))
    connection.execute(_INSERT_CASE, (case.id, *_case_row(case)))
    columns = ", ".join("?" * len(_personal_fields()))
    connection.execute(
        f"INSERT INTO personal (case_id, incident, texts, {_PERSONAL})"  # noqa: S608 - our columns
        f" VALUES (?, ?, '{{}}', {columns})",
        (case.id, _json(case.incident), *astuple(personal)),
    )
    _insert_services(connection, case)
    for offer in case.offers:
        put_offer(connection, case.id, offer)
    return case


def update_case(connection: "sqlite3.Connection", before: Case, after: Case) -> None:
    """Write the difference between two states of a case; offers are never deleted."""
    if replace(before, services=(), offers=()) != replace(after, services=(), offers=()):
        connection.execute(_UPDATE_CASE, (*_case_row(after), after.id))
    if before.incident != after.incident:
        connection.execute(
            "UPDATE personal SET incident = ? WHERE case_id = ?", (_json(after.incident), after.id)
        )
    if before.services != after.services:
        connection.execute("DELETE FROM case_service WHERE case_id = ?", (after.id,))
        _insert_services(connection, after)
    known = {offer.number: offer for offer in before.offers}
    # An ended acceptance is written before the next one, because a unique index allows only one.
    changed = [offer for offer in after.offers if known.get(offer.number) != offer]
    for offer in sorted(changed, key=lambda each: (_is_accepted(each), each.number)):
        put_offer(connection, after.id, offer)


def put_personal(connection: "sqlite3.Connection", case_id: int, personal: Personal) -> None:
    """Replace the personal data of the motorist; raises ConflictError once it is erased."""
    columns = ", ".join(f'"{name}" = ?' for name in _personal_fields())
    cursor = connection.execute(
        f"UPDATE personal SET {columns} WHERE case_id = ?",  # noqa: S608 - our own columns
        (*astuple(personal), case_id),
    )
    _must_be_there(cursor, case_id)


def put_text(connection: "sqlite3.Connection", case_id: int, key: str, text: str) -> None:
    """Keep a free text with the motorist's data; raises ConflictError once it is erased."""
    put_texts(connection, case_id, {**read_texts(connection, case_id), key: text})


def put_texts(connection: "sqlite3.Connection", case_id: int, texts: dict[str, str]) -> None:
    """Replace the free texts of a case; raises ConflictError once they are erased."""
    cursor = connection.execute(
        "UPDATE personal SET texts = ? WHERE case_id = ?", (_json(texts), case_id)
    )
    _must_be_there(cursor, case_id)


def put_offer(connection: "sqlite3.Connection", case_id: int, offer: Offer) -> None:
    """Write an offer; raises ConflictError if its service has an acceptance already."""
    import sqlite3

    try:
        connection.execute(_PUT_OFFER, (case_id, *_offer_row(offer)))
    except sqlite3.IntegrityError as error:
        if error.sqlite_errorname != "SQLITE_CONSTRAINT_UNIQUE":
            raise
        other = connection.execute(
            "SELECT number, name FROM offer WHERE case_id = ? AND service = ?"
            " AND outcome = 'accepted' AND NOT corrected AND ended_at IS NULL",
            (case_id, offer.service),
        ).fetchone()
        raise ConflictError(
            "{service} of case {case_id} is already accepted: {case_id}.{offer} {name}",
            service=Message(offer.service),
            case_id=case_id,
            offer=other[0],
            name=other[1],
            hint=Message('"dispatch case show {case_id}" shows the case', case_id=case_id),
        ) from error


def offer_of(row: Sequence[Any]) -> Offer:
    """Make the offer of a row in the order of its fields."""
    values = list(row)
    for position in _OFFER_TIMES:
        values[position] = moment_or_none(values[position])
    for position in _FLAGS:
        values[position] = bool(values[position])
    values[_PROMISES] = tuple(
        Promise(from_stamp(there), from_stamp(said), speaker)
        for there, said, speaker in _promises.decode(values[_PROMISES])
    )
    return Offer(**dict(zip(_OFFER, values, strict=True)))


def offer_columns(alias: str) -> str:
    """List the columns that ``offer_of`` makes an offer of."""
    return ", ".join(f"{alias}.{name}" for name in _OFFER)


def _is_accepted(offer: Offer) -> bool:
    return offer.outcome == "accepted" and not offer.corrected and offer.ended_at is None


def _personal_fields() -> tuple[str, ...]:
    return Personal.__struct_fields__


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _must_be_there(cursor: "sqlite3.Cursor", case_id: int) -> None:
    if not cursor.rowcount:
        raise erased(case_id)


def erased(case_id: int) -> ConflictError:
    """Make the error for a case whose personal data is needed, but erased."""
    return ConflictError("the personal data of case {case_id} is erased", case_id=case_id)


def _case_row(case: Case) -> tuple[Any, ...]:
    """Return the values of ``_CASE_COLUMNS``."""
    return (
        case.incident.client,
        None if case.forgotten_at is None else _json(case.incident),
        int(case.cancelled),
        None if case.answered is None else " ".join(case.answered),
        *(stamp_or_none(getattr(case, name)) for name in _CASE_TIMES),
        *(getattr(case, name) for name in _CASE_FACTS),
    )


def _insert_services(connection: "sqlite3.Connection", case: Case) -> None:
    columns, marks = ", ".join(_SERVICE), ", ".join("?" * len(_SERVICE))
    for position, service in enumerate(case.services):
        values: list[Any] = list(astuple(service))
        values[_OPENED] = int(service.opened)
        values[_OPTIONS] = _json(service.options)
        values[_EQUIPMENT] = _json(service.equipment)
        values[_LAST_RESORT_BY] = stamp_or_none(service.last_resort_by)
        connection.execute(
            f"INSERT INTO case_service (case_id, position, {columns})"  # noqa: S608 - our own
            f" VALUES (?, ?, {marks})",
            (case.id, position, *values),
        )


def _service_of(row: Sequence[Any]) -> CaseService:
    values = list(row)
    values[_OPENED] = bool(values[_OPENED])
    values[_OPTIONS] = _options.decode(values[_OPTIONS])
    values[_EQUIPMENT] = _equipment.decode(values[_EQUIPMENT])
    values[_LAST_RESORT_BY] = moment_or_none(values[_LAST_RESORT_BY])
    return CaseService(**dict(zip(_SERVICE, values, strict=True)))


def _offer_row(offer: Offer) -> list[Any]:
    values: list[Any] = list(astuple(offer))
    for position in _OFFER_TIMES:
        values[position] = stamp_or_none(values[position])
    for position in _FLAGS:
        values[position] = int(values[position])
    values[_PROMISES] = _json(
        [(to_stamp(each.there_at), to_stamp(each.said_at), each.speaker) for each in offer.promises]
    )
    return values
