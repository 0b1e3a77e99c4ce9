"""Every single edit of the journal is found with a head stored elsewhere."""

import random
import sqlite3
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from dispatch_cli.errors import UsageError
from dispatch_cli.model.case import Act
from dispatch_cli.store import journal
from dispatch_cli.store.migrations import migrations

from .sample import NOW, act, case, closed, personal
from .working import opened

RECORDS = 60


@pytest.fixture
def written() -> Iterator[sqlite3.Connection]:
    """Make a journal of some records, in memory."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.executescript("".join(each.sql for each in migrations()))
    for number in range(RECORDS):
        made = act("decline", number % 7, offer=number, reason="no_unit")
        journal.append(connection, replace(made, at=NOW + timedelta(minutes=number)))
    yield connection
    connection.close()


def _tamper(connection: sqlite3.Connection, chance: random.Random) -> str:
    """Change the journal in one of several ways; returns the way."""
    one, two = chance.sample(range(1, RECORDS + 1), 2)
    way = chance.choice(("edit", "swap", "delete", "insert", "cut", "empty"))
    if way == "edit":
        _edit(connection, one, chance)
    elif way == "swap":
        connection.execute(
            "UPDATE journal SET seq = CASE seq WHEN ?1 THEN -?2 ELSE -?1 END WHERE seq IN (?1, ?2)",
            (one, two),
        )
        connection.execute("UPDATE journal SET seq = -seq WHERE seq < 0")
    elif way == "delete":
        connection.execute("DELETE FROM journal WHERE seq = ?", (one,))
        if chance.random() < 0.5:  # and close the gap
            connection.execute("UPDATE journal SET seq = -seq WHERE seq > ?", (one,))
            connection.execute("UPDATE journal SET seq = -seq - 1 WHERE seq < 0")
    elif way == "insert":
        connection.execute("UPDATE journal SET seq = -seq WHERE seq >= ?", (one,))
        connection.execute("UPDATE journal SET seq = 1 - seq WHERE seq < 0")
        connection.execute(
            "INSERT INTO journal (seq, kept, rest, salt, commitment, hash)"
            " SELECT ?, kept, rest, salt, commitment, hash FROM journal WHERE seq = ?",
            (one, 1 + (one == 1)),
        )
    elif way == "cut":
        connection.execute("DELETE FROM journal WHERE seq > ?", (one - 1,))
    else:
        connection.execute("UPDATE journal SET rest = NULL, salt = NULL WHERE seq = ?", (one,))
    return way


def _edit(connection: sqlite3.Connection, seq: int, chance: random.Random) -> None:
    """Change one field of a record by one bit, or by a little."""
    row = connection.execute(
        "SELECT kept, rest, salt, commitment, hash FROM journal WHERE seq = ?", (seq,)
    ).fetchone()
    values = list(row)
    place = chance.randrange(len(values))
    values[place] = _changed(values[place], chance)
    connection.execute(
        "UPDATE journal SET kept = ?, rest = ?, salt = ?, commitment = ?, hash = ? WHERE seq = ?",
        (*values, seq),
    )


def _changed(value: object, chance: random.Random) -> object:
    if isinstance(value, bytes):
        place = chance.randrange(len(value))
        return value[:place] + bytes([value[place] ^ 1 << chance.randrange(8)]) + value[place + 1 :]
    text = str(value)
    place = chance.randrange(len(text))
    return text[:place] + chr(ord(text[place]) ^ 1) + text[place + 1 :]


@pytest.mark.parametrize(
    "count",
    [
        500,
        pytest.param(10_000, marks=pytest.mark.ci),
        pytest.param(100_000, marks=pytest.mark.heavy),
    ],
)
def test_every_single_change_is_found(written: sqlite3.Connection, count: int) -> None:
    """Edited, swapped, deleted, inserted and truncated records are found."""
    head = journal.read_head(written)
    assert journal.verify(written, head) == []
    for number in range(count):
        written.execute("BEGIN")
        way = _tamper(written, random.Random(number))
        assert journal.verify(written, head), (number, way)
        written.execute("ROLLBACK")
    assert journal.verify(written, head) == []


def test_a_chain_that_is_written_anew_needs_the_head(written: sqlite3.Connection) -> None:
    """A journal that is written anew is found by the head only."""
    head = journal.read_head(written)
    acts = list(journal.read_acts(written, None))
    written.execute("DELETE FROM journal")
    for each in acts:
        journal.append(written, replace(each, operator="somebody else"))
    assert journal.verify(written, None) == []
    [problem] = journal.verify(written, head)
    assert str(problem) == f"record {RECORDS} is not the record of the head"


def test_an_older_head_still_holds(written: sqlite3.Connection) -> None:
    """An older head agrees with a longer journal, and not with a shorter one."""
    head = journal.read_head(written)
    journal.append(written, act())
    assert journal.verify(written, head) == []
    written.execute("DELETE FROM journal WHERE seq > 10")
    assert journal.verify(written, None) == []
    [problem] = journal.verify(written, head)
    text = "the journal ends at record 10; the head is that of record"
    assert str(problem) == f"{text} {RECORDS}"


@pytest.mark.parametrize("text", ["", "x", "1", "1:", "1:zz", "-1:" + "0" * 64, "1:" + "0" * 63])
def test_what_is_no_head_is_refused(written: sqlite3.Connection, text: str) -> None:
    """A mistyped head is exit 2."""
    with pytest.raises(UsageError):
        journal.verify(written, text)


def test_many_problems_are_told_in_few_lines(written: sqlite3.Connection) -> None:
    """Of many problems the first ones are listed."""
    written.execute("UPDATE journal SET kept = '[]'")
    assert len(journal.verify(written, None)) == journal.MOST_PROBLEMS + 1


def test_the_chain_holds_after_erasure(tmp_path: Path) -> None:
    """Erasing a case keeps action, operator and half hour, and every earlier head."""
    with opened(tmp_path / "cases.sqlite3") as store:
        with store.deciding() as tx:
            for _ in range(3):
                new = tx.new_case(closed(case(), NOW), personal())
                tx.append(replace(act("open", new.id, eta="12:41"), at=NOW + timedelta(minutes=41)))
            head = tx.head()
        with store.deciding() as tx:
            tx.forget(2, NOW)
            tx.append(act("forget", 2))
        with store.reading() as reader:
            assert reader.verify(head) == reader.verify(reader.head()) == []
            one, two = next(reader.acts(1)), next(reader.acts(2))
    assert (one.details, two.details) == ({"eta": "12:41"}, {})
    assert two == replace(one, case_id=2, details={}, at=NOW + timedelta(minutes=30))


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(
    st.lists(
        st.builds(
            Act,
            at=st.datetimes(
                min_value=NOW.replace(1990, tzinfo=None), timezones=st.just(NOW.tzinfo)
            ),
            operator=TEXT,
            action=TEXT,
            case_id=st.integers(0, 2**40),
            details=st.dictionaries(
                TEXT,
                st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT,
                max_size=4,
            ),
        ),
        max_size=5,
    )
)
def test_any_act_comes_back(acts: list[Act]) -> None:
    """Any act is read back unchanged, and the chain is valid."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.executescript("".join(each.sql for each in migrations()))
    for each in acts:
        journal.append(connection, each)
    assert list(journal.read_acts(connection, None)) == acts
    assert journal.verify(connection, journal.read_head(connection)) == []
    connection.close()


@pytest.mark.parametrize(
    ("count", "within_s"),
    [(10_000, 0.5), pytest.param(1_000_000, 5.0, marks=pytest.mark.heavy)],
)
def test_a_long_journal_is_verified_quickly(count: int, within_s: float) -> None:
    """A million records within 5 s of processor time."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.executescript("".join(each.sql for each in migrations()))
    connection.execute("BEGIN")
    for number in range(count):
        journal.append(connection, act("decline", number, offer=3, reason="no_unit"))
    connection.execute("COMMIT")
    begin = time.process_time()
    assert journal.verify(connection, journal.read_head(connection)) == []
    assert time.process_time() - begin < within_s
    connection.close()
