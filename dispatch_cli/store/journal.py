"""Write and verify the journal: one record for each act, in a hash chain that shows tampering.

``hash`` covers the hash before it, the part that is kept for ever (half hour, case, action,
operator) and a salted commitment to the rest (exact time and details). Erasing salt and rest keeps
the chain valid, and no guess of the rest can be tested against the commitment.
"""

import os
from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING

import msgspec

from ..errors import UsageError
from ..messages import Message
from ..model.case import EXPORT, UNDO, Act
from ..model.digest import blake2b
from ..model.stamps import from_stamp, to_stamp
from .erasure import HALF_HOUR

if TYPE_CHECKING:
    import sqlite3

GENESIS = bytes(32)
"""The hash before the first record."""

MOST_PROBLEMS = 20
AND_MORE = Message("and perhaps more")
_HALF_HOUR = int(HALF_HOUR.total_seconds()) * 1_000_000
# The case is before the list, where SQL can read it: "17 [1795521600000000,"accept","mara"]".
_kept = msgspec.json.Decoder(tuple[int, str, str])
_rest = msgspec.json.Decoder(tuple[int, dict[str, str | int | float | bool | None]])


def append(connection: "sqlite3.Connection", act: Act) -> int:
    """Write a record after the last one, and return its number."""
    last = connection.execute("SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1").fetchone()
    seq, before = (last[0] + 1, last[1]) if last else (1, GENESIS)
    at, salt = to_stamp(act.at), os.urandom(16)
    stays = msgspec.json.encode((at - at % _HALF_HOUR, act.action, act.operator))
    kept = b"%d %b" % (act.case_id, stays)
    rest = msgspec.json.encode((at, act.details), order="deterministic")
    commitment = _digest(salt + rest)
    connection.execute(
        "INSERT INTO journal (seq, kept, rest, salt, commitment, hash) VALUES (?, ?, ?, ?, ?, ?)",
        (
            seq,
            kept.decode(),
            rest.decode(),
            salt,
            commitment,
            _digest(before + commitment + kept),
        ),
    )
    return int(seq)


def read_acts(connection: "sqlite3.Connection", case_id: int | None) -> Iterator[Act]:
    """Read the records of a case, or all of them, in order.

    An erased record has no details, and the half hour instead of its time.
    """
    for row in connection.execute(
        "SELECT case_id, kept, rest FROM journal ORDER BY seq"
        if case_id is None
        else "SELECT case_id, kept, rest FROM journal WHERE case_id = ? ORDER BY seq",
        () if case_id is None else (case_id,),
    ):
        yield _act_of(*row)


def read_exports(connection: "sqlite3.Connection") -> Iterator[Act]:
    """Read the records of exports of personal data, in order."""
    for row in connection.execute(
        "SELECT case_id, kept, rest FROM journal WHERE instr(kept, ?) ORDER BY seq",
        (f'"{EXPORT}"',),
    ):
        act = _act_of(*row)
        if act.action == EXPORT:
            yield act


def read_last(connection: "sqlite3.Connection", case_id: int | None, *actions: str) -> Act | None:
    """Read the last record of a case, or of all, or the last of some actions; None without one."""
    found = connection.execute(
        "SELECT case_id, kept, rest FROM journal ORDER BY seq DESC"
        if case_id is None
        else "SELECT case_id, kept, rest FROM journal WHERE case_id = ? ORDER BY seq DESC",
        () if case_id is None else (case_id,),
    )
    # Case 0 may have many records of other actions: only candidates are decoded.
    names = [f',"{action}",' for action in actions]
    with closing(found) as rows:
        acts = (_act_of(*row) for row in rows if not names or any(name in row[1] for name in names))
        return next((act for act in acts if not actions or act.action in actions), None)


def read_numbered(
    connection: "sqlite3.Connection", case_id: int, *, since: int = 0
) -> Iterator[tuple[int, Act]]:
    """Read the records of a case with their numbers, the newest first, back to a number."""
    rows = connection.execute(
        "SELECT seq, case_id, kept, rest FROM journal WHERE case_id = ? AND seq >= ?"
        " ORDER BY seq DESC",
        (case_id, since),
    )
    with closing(rows):
        for seq, *row in rows:
            yield seq, _act_of(*row)


def read_range(
    connection: "sqlite3.Connection", first: int, last: int
) -> Iterator[tuple[int, Act]]:
    """Read the records from one number to another, with their numbers, in order."""
    for seq, *row in connection.execute(
        "SELECT seq, case_id, kept, rest FROM journal WHERE seq BETWEEN ? AND ? ORDER BY seq",
        (first, last),
    ):
        yield seq, _act_of(*row)


def read_standing(
    connection: "sqlite3.Connection", case_id: int, *, since: int = 0
) -> Iterator[tuple[int, Act]]:
    """Read the records of a case that were not undone, the newest first, without the undoing."""
    undone: list[range] = []
    for number, act in read_numbered(connection, case_id, since=since):
        if act.action == UNDO:
            first, last = act.details.get("since"), act.details.get("record")
            if isinstance(first, int) and isinstance(last, int):
                undone.append(range(first, last + 1))
        elif not any(number in each for each in undone):
            yield number, act


def read_takeover(connection: "sqlite3.Connection", case_id: int, operator: str) -> Act | None:
    """Read how a case was last taken from an operator, or handed over to the operator.

    None if the operator has a later record in the case, and so has been told.
    """
    for number, act in read_numbered(connection, case_id):
        if act.operator == operator:
            return None
        if operator in (act.details.get("keeper_before"), act.details.get("to")):
            standing = read_standing(connection, case_id, since=number)
            if any(each == number for each, _ in standing):
                return act
    return None


def _act_of(case_id: int, kept: str, rest: str | None) -> Act:
    half_hour, action, operator = _kept.decode(kept.partition(" ")[2])
    at, details = (half_hour, {}) if rest is None else _rest.decode(rest)
    return Act(
        at=from_stamp(at), operator=operator, action=action, case_id=case_id, details=details
    )


def read_cases_of(connection: "sqlite3.Connection", action: str, *, last: int) -> set[int]:
    """Read the cases with an action in the records up to number ``last``."""
    # The action is second; no later value is followed by a comma, and quotes are escaped.
    rows = connection.execute(
        "SELECT DISTINCT case_id FROM journal WHERE seq <= ? AND instr(kept, ?)",
        (last, f',"{action}",'),
    )
    return {row[0] for row in rows}


def read_head(connection: "sqlite3.Connection") -> str:
    """Return the last record's number and hash; "0:" and zeros for an empty journal."""
    row = connection.execute("SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1").fetchone()
    seq, found = row or (0, GENESIS)
    return f"{seq}:{found.hex()}"


def has_head(connection: "sqlite3.Connection", head: str) -> bool:
    """Return whether the journal has the record of a head, and so all records before it."""
    number, found = parse_head(head)
    row = connection.execute("SELECT hash FROM journal WHERE seq = ?", (number,)).fetchone()
    return (row[0] if row else GENESIS) == found


def last_common(one: "sqlite3.Connection", other: "sqlite3.Connection") -> int:
    """Return the number of the last record that two journals share; 0 if they share none.

    The hash of a record covers all records before it.
    """
    shared, end = 0, min(_last_number(one), _last_number(other)) + 1
    while end - shared > 1:
        middle = (shared + end) // 2
        found = _hash_of(one, middle)
        if found is not None and found == _hash_of(other, middle):
            shared = middle
        else:
            end = middle
    return shared


def count_after(connection: "sqlite3.Connection", number: int) -> int:
    """Count the records after one."""
    row = connection.execute("SELECT count(*) FROM journal WHERE seq > ?", (number,)).fetchone()
    return int(row[0])


def parse_head(text: str) -> tuple[int, bytes]:
    """Read a head as ``read_head`` writes it; raises UsageError."""
    number, colon, digits = text.strip().partition(":")
    try:
        found = bytes.fromhex(digits)
    except ValueError:
        found = b""
    if not (colon and number.isascii() and number.isdigit() and len(found) == len(GENESIS)):
        raise UsageError(
            '"{text}" is not a head of a journal',
            text=text[:80],
            hint='"dispatch log head" prints one: a number, a colon, 64 hexadecimal digits',
        )
    return int(number), found


def verify(connection: "sqlite3.Connection", head: str | None) -> list[Message | str]:
    """List the records that were changed or are missing, and differences to a head.

    Without a head, a truncated journal and one that was written anew are not detected.
    """
    anchor_seq, anchor_hash = (0, GENESIS) if head is None else parse_head(head)
    erased = {row[0] for row in connection.execute(
        "SELECT id FROM case_file WHERE forgotten_at IS NOT NULL"
    )}  # fmt: skip
    problems: list[Message | str] = []
    last, before = 0, GENESIS
    rows = connection.execute(
        "SELECT seq, kept, rest, salt, commitment, hash FROM journal ORDER BY seq"
    )
    for seq, kept, rest, salt, commitment, found in rows:
        if seq != last + 1:
            problems.append(
                Message("records {first} to {last} are missing", first=last + 1, last=seq - 1)
            )
        if salt is None or rest is None:
            if (salt, rest) != (None, None) or int(kept.partition(" ")[0]) not in erased:
                problems.append(Message("record {number} has lost its content", number=seq))
        elif _digest(salt + rest.encode()) != commitment:
            problems.append(Message("record {number} was changed", number=seq))
        if _digest(before + commitment + kept.encode()) != found:
            problems.append(
                Message("record {number} does not follow from the one before it", number=seq)
            )
        if seq == anchor_seq and found != anchor_hash:
            problems.append(Message("record {number} is not the record of the head", number=seq))
        if len(problems) >= MOST_PROBLEMS:
            return [*problems[:MOST_PROBLEMS], AND_MORE]
        last, before = seq, found
    if last < anchor_seq:
        problems.append(
            Message(
                "the journal ends at record {last}; the head is that of record {number}",
                last=last,
                number=anchor_seq,
            )
        )
    return problems


def erase(connection: "sqlite3.Connection", case_id: int) -> None:
    """Erase the records of a case except for action, operator and half hour."""
    connection.execute("UPDATE journal SET rest = NULL, salt = NULL WHERE case_id = ?", (case_id,))


def _last_number(connection: "sqlite3.Connection") -> int:
    return int(connection.execute("SELECT coalesce(max(seq), 0) FROM journal").fetchone()[0])


def _hash_of(connection: "sqlite3.Connection", number: int) -> bytes | None:
    row = connection.execute("SELECT hash FROM journal WHERE seq = ?", (number,)).fetchone()
    return None if row is None else bytes(row[0])


def _digest(content: bytes) -> bytes:
    return blake2b(content, digest_size=len(GENESIS)).digest()
