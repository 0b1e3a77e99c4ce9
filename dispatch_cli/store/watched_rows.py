"""Read and write the states of checked providers, their changes, and reports by phone."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, get_args

from msgspec.structs import astuple, replace

from ..model.check import Acknowledgement, Fault, Move, PhoneReport, Reading, Watched
from ..model.clock_jumps import is_ahead
from ..model.provider import CheckState
from ..model.stamps import from_stamp, moment_or_none, stamp_or_none, to_stamp
from ..model.stored_sentences import restored_sentence, stored_sentence

if TYPE_CHECKING:
    import sqlite3

_WATCHED = tuple(Watched.__struct_fields__)
_WATCHED_TIMES = tuple(
    _WATCHED.index(name) for name in ("since", "seen_at", "valid_until", "failed_at", "first_at")
)
_STATE, _LAST, _FLAPPING = (_WATCHED.index(name) for name in ("state", "last", "is_flapping"))
_REPORT = ("provider", "at", "until", "free", "state", "operator")
_MOVE = ("provider", "at", "before", "after", "why", "is_flapping")
_ACKNOWLEDGED = ("provider", "since", "until", "at", "operator")
_LOOK = ("provider", "look", "at", "kind", "state", "why", "host", "fault")
_FAULTS = frozenset(get_args(Fault))
_STATES = frozenset(get_args(CheckState))


def read_watched(
    connection: "sqlite3.Connection", but_up: tuple[datetime, datetime] | None = None
) -> dict[str, Watched]:
    """Read the states of all checked providers.

    With ``but_up``, providers are left out that were only found up between these two moments: of
    ten thousand providers these are nearly all, and a ranking does not need them.
    """
    columns = ", ".join(_WATCHED)
    rows = (
        connection.execute(f"SELECT {columns} FROM watched")  # noqa: S608 - our own columns
        if but_up is None
        else connection.execute(
            f"SELECT {columns} FROM watched WHERE state <> 'up'"  # noqa: S608 - our own columns
            " OR free IS NOT NULL OR valid_until IS NOT NULL"
            " OR seen_at IS NULL OR seen_at NOT BETWEEN ? AND ?"
            " OR provider IN (SELECT provider FROM phone_report WHERE NOT superseded)",
            tuple(map(to_stamp, but_up)),
        )
    )
    return {row[0]: _watched_of(row) for row in rows}


def read_reports(connection: "sqlite3.Connection", ended_after: datetime) -> dict[str, PhoneReport]:
    """Read the last report of each provider, unless it ended before a moment."""
    rows = connection.execute(
        f"SELECT {', '.join(_REPORT)} FROM phone_report"  # noqa: S608 - our own columns
        " WHERE NOT superseded AND until > ?",
        (to_stamp(ended_after),),
    )
    return {row[0]: _report_of(row) for row in rows}


def read_all_reports(connection: "sqlite3.Connection", provider: str) -> list[PhoneReport]:
    """Read all reports of a provider, the newest first."""
    rows = connection.execute(
        f"SELECT {', '.join(_REPORT)} FROM phone_report"  # noqa: S608 - our own columns
        " WHERE provider = ? ORDER BY id DESC",
        (provider,),
    )
    return [_report_of(row) for row in rows]


def read_moves(connection: "sqlite3.Connection", since: datetime) -> list[Move]:
    """Read the changes of states from a moment on, in the order of writing."""
    rows = connection.execute(
        f"SELECT {', '.join(_MOVE)} FROM state_move WHERE at >= ? ORDER BY id",  # noqa: S608
        (to_stamp(since),),
    )
    return [
        Move(
            provider=provider,
            at=from_stamp(at),
            before=_state(before),
            after=_state(after),
            why=restored_sentence(why),
            is_flapping=bool(is_flapping),
        )
        for provider, at, before, after, why, is_flapping in rows
    ]


def read_acknowledged(
    connection: "sqlite3.Connection", now: datetime
) -> dict[str, Acknowledgement]:
    """Read the acknowledgements that have not ended, by provider.

    One of the future was made while the clock was ahead: its end may be far off.
    """
    rows = connection.execute(
        f"SELECT {', '.join(_ACKNOWLEDGED)} FROM acknowledged WHERE until > ?",  # noqa: S608
        (to_stamp(now),),
    )
    return {
        provider: Acknowledgement(
            provider=provider,
            since=from_stamp(since),
            until=from_stamp(until),
            at=from_stamp(at),
            operator=operator,
        )
        for provider, since, until, at, operator in rows
        if not is_ahead(from_stamp(at), now)
    }


def read_last_looks(connection: "sqlite3.Connection") -> dict[tuple[str, str], Reading]:
    """Read the last look of each check that is not made in every run."""
    rows = connection.execute(f"SELECT {', '.join(_LOOK)} FROM last_look")  # noqa: S608
    return {
        (provider, look): Reading(
            provider=provider,
            kind=kind,
            at=from_stamp(at),
            state=_state(state),
            why=restored_sentence(why),
            host=host,
            fault=_fault(fault),
        )
        for provider, look, at, kind, state, why, host, fault in rows
    }


def put_last_looks(
    connection: "sqlite3.Connection", looks: Mapping[tuple[str, str], Reading]
) -> None:
    """Write or replace the last looks of checks."""
    connection.executemany(
        f"INSERT OR REPLACE INTO last_look ({', '.join(_LOOK)})"  # noqa: S608 - our own columns
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                *key,
                to_stamp(each.at),
                each.kind,
                each.state,
                stored_sentence(each.why),
                each.host,
                each.fault,
            )
            for key, each in looks.items()
        ),
    )


def delete_last_looks(connection: "sqlite3.Connection", looks: Iterable[tuple[str, str]]) -> None:
    """Delete the last looks of checks."""
    connection.executemany("DELETE FROM last_look WHERE provider = ? AND look = ?", looks)


def put_acknowledged(connection: "sqlite3.Connection", made: Acknowledgement) -> None:
    """Write or replace the acknowledgement of a provider's outage."""
    connection.execute(
        f"INSERT OR REPLACE INTO acknowledged ({', '.join(_ACKNOWLEDGED)})"  # noqa: S608
        " VALUES (?, ?, ?, ?, ?)",
        (made.provider, *map(to_stamp, (made.since, made.until, made.at)), made.operator),
    )


def put_watched(connection: "sqlite3.Connection", states: Iterable[Watched]) -> None:
    """Write or replace the states of providers."""
    marks = ", ".join("?" * len(_WATCHED))
    connection.executemany(
        f"INSERT OR REPLACE INTO watched ({', '.join(_WATCHED)}) VALUES ({marks})",  # noqa: S608
        map(_watched_row, states),
    )


def delete_watched(connection: "sqlite3.Connection", providers: Iterable[str]) -> None:
    """Delete the states of providers that have no check any more."""
    connection.executemany(
        "DELETE FROM watched WHERE provider = ?", ((each,) for each in providers)
    )


def insert_report(connection: "sqlite3.Connection", report: PhoneReport) -> None:
    """Write a report; earlier reports of its provider are marked as superseded."""
    connection.execute(
        "UPDATE phone_report SET superseded = 1 WHERE provider = ? AND NOT superseded",
        (report.provider,),
    )
    connection.execute(
        f"INSERT INTO phone_report ({', '.join(_REPORT)}, superseded)"  # noqa: S608 - our own
        " VALUES (?, ?, ?, ?, ?, ?, 0)",
        (
            report.provider,
            to_stamp(report.at),
            to_stamp(report.until),
            report.free,
            report.state,
            report.operator,
        ),
    )


def insert_moves(connection: "sqlite3.Connection", moves: Iterable[Move]) -> None:
    """Write changes of states."""
    connection.executemany(
        f"INSERT INTO state_move ({', '.join(_MOVE)}) VALUES (?, ?, ?, ?, ?, ?)",  # noqa: S608
        (
            (
                each.provider,
                to_stamp(each.at),
                each.before,
                each.after,
                stored_sentence(each.why),
                each.is_flapping,
            )
            for each in moves
        ),
    )


def _watched_of(row: Sequence[Any]) -> Watched:
    values = list(row)
    for place in _WATCHED_TIMES:
        values[place] = moment_or_none(values[place])
    values[_STATE], values[_LAST] = _state(values[_STATE]), _state(values[_LAST])
    values[_FLAPPING] = bool(values[_FLAPPING])
    return Watched(**dict(zip(_WATCHED, values, strict=True)))


def _watched_row(watched: Watched) -> tuple[Any, ...]:
    return astuple(
        replace(
            watched,
            since=stamp_or_none(watched.since),
            seen_at=stamp_or_none(watched.seen_at),
            valid_until=stamp_or_none(watched.valid_until),
            failed_at=stamp_or_none(watched.failed_at),
            first_at=stamp_or_none(watched.first_at),
        )
    )


def _report_of(row: Sequence[Any]) -> PhoneReport:
    provider, at, until, free, state, operator = row
    return PhoneReport(
        provider=provider,
        at=from_stamp(at),
        until=from_stamp(until),
        free=free,
        state=_state(state),
        operator=operator,
    )


def _state(text: str) -> CheckState:
    """Read the state of a column; raises ValueError for an unknown word."""
    if text not in _STATES:
        raise ValueError(text)
    return text  # type: ignore[return-value]


def _fault(text: str) -> Fault:
    """Read the fault of a column; raises ValueError for an unknown word."""
    if text not in _FAULTS:
        raise ValueError(text)
    return text  # type: ignore[return-value]
