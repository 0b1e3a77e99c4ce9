"""Migrations: a new log equals a migrated one, a newer one is refused, and kills do no harm."""

import os
import shutil
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from sqlite3 import Connection

import pytest

from dispatch_cli.errors import BadDataError
from dispatch_cli.learning import summarise
from dispatch_cli.model.case_counts import ContractCount
from dispatch_cli.model.check import Watched
from dispatch_cli.model.stamps import from_stamp
from dispatch_cli.store import Store
from dispatch_cli.store.database import Database
from dispatch_cli.store.migrations import Migration, migrations, newest, statements

from .sample import NOW
from .working import DyingDatabase, decide_next, opened, problems

NEXT = newest(migrations()) + 1
LATER = Migration(
    NEXT,
    """
CREATE TABLE region (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
INSERT INTO region (name) SELECT DISTINCT provider FROM offer;
ALTER TABLE case_file ADD COLUMN region INTEGER REFERENCES region;
CREATE INDEX cases_of_region ON case_file (region);
UPDATE case_file SET region = 1;
""",
)
KNOWN = (*migrations(), LATER)
_MINUTE_US = 60_000_000
LOGS = Path(__file__).parent / "logs"
"""A log of each older version: the SQL dump after seven steps of ``working.decide_next``."""


def _newer(path: Path) -> Store:
    return Store(Database(path, now=NOW, known=KNOWN))


def _released(path: Path, version: int) -> None:
    """Make a log of an older version with seven cases, as its program left it."""
    script = (LOGS / f"version_{version}.sql").read_text(encoding="utf-8")
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
    path.chmod(0o600)


def _before(path: Path) -> None:
    """Make a log of the version before the newest."""
    _released(path, NEXT - 2)


def _schema(path: Path) -> list[tuple[str, ...]]:
    connection = sqlite3.connect(path)
    rows = connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY name").fetchall()
    rows += connection.execute("PRAGMA user_version").fetchall()
    connection.close()
    return rows


def _offer_of_case_2(connection: Connection) -> dict[str, object]:
    """Read the one offer of a case by its columns, as a pattern for others."""
    columns = [row[1] for row in connection.execute("PRAGMA table_info(offer)")]
    row = connection.execute("SELECT * FROM offer WHERE case_id = 2").fetchone()
    return dict(zip(columns, row, strict=True))


def _add_offer(connection: Connection, offer: dict[str, object]) -> None:
    marks = ", ".join("?" * len(offer))
    connection.execute(f"INSERT INTO offer VALUES ({marks})", (*offer.values(),))  # noqa: S608


def _filled(path: Path) -> None:
    with opened(path) as store:
        for _ in range(7):
            decide_next(store)


def test_a_migrated_log_has_the_schema_of_a_new_one(tmp_path: Path) -> None:
    """A migrated and a new log have the same tables; all rows exist, and the copy is deleted."""
    old, new = tmp_path / "old.sqlite3", tmp_path / "new.sqlite3"
    _filled(old)
    for path in (old, new):
        with _newer(path) as store, store.deciding() as tx:
            tx.head()
    assert _schema(old) == _schema(new)
    with _newer(old) as store:
        assert problems(store, 7) == []
    assert not list(tmp_path.glob("*.before-*"))


def test_the_copy_is_private_and_whole(tmp_path: Path) -> None:
    """A migration that fails leaves the log as it was, and a copy that only its owner may read."""
    path = tmp_path / "cases.sqlite3"
    _filled(path)
    before = _schema(path)
    broken = Migration(NEXT, "CREATE TABLE region (id INTEGER);\nINSERT INTO nowhere VALUES (1);\n")
    store = Store(Database(path, now=NOW, known=(*migrations(), broken)))
    with pytest.raises(BadDataError, match="nowhere"), store.deciding():
        pass
    assert _schema(path) == before
    [copy] = tmp_path.glob("*.before-*")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert _schema(copy) == before
    with opened(path) as store:
        assert problems(store, 7) == []


def test_a_migration_that_breaks_a_reference_is_undone(tmp_path: Path) -> None:
    """A migration that fails its checks is rolled back."""
    path = tmp_path / "cases.sqlite3"
    _filled(path)
    broken = Migration(NEXT, "DELETE FROM case_file;\n")
    store = Store(Database(path, now=NOW, known=(*migrations(), broken)))
    with pytest.raises(BadDataError, match="refers to a missing row"), store.deciding():
        pass
    with opened(path) as store:
        assert problems(store, 7) == []


def test_an_older_program_refuses_a_newer_log(tmp_path: Path) -> None:
    """The message names both versions, and nothing is written; also while the program runs."""
    path = tmp_path / "cases.sqlite3"
    _filled(path)
    running = opened(path)
    with running.reading() as reader:
        reader.head()
    with _newer(path) as store, store.deciding() as tx:
        tx.head()
    for store in (running, opened(path)):
        with pytest.raises(BadDataError, match=f"version {NEXT}; this program knows up to"):
            decide_next(store)


def test_every_version_ever_released_leads_to_the_newest(tmp_path: Path) -> None:
    """A log of each older version has the new schema and all rows."""
    _filled(tmp_path / "new.sqlite3")
    for number in range(1, len(migrations())):
        path = tmp_path / f"{number}.sqlite3"
        _released(path, number)
        assert _schema(path)[-1] == (number,)
        with opened(path) as store:
            assert problems(store, 7) == []
            with store.deciding() as tx:
                tx.save_watched([Watched(provider="huber")])
                assert list(tx.watched()) == ["huber"]
        assert _schema(path) == _schema(tmp_path / "new.sqlite3")
        assert not list(tmp_path.glob("*.before-*"))


def test_the_program_before_refuses_this_log(tmp_path: Path) -> None:
    """The previous version refuses the log with a message, and writes nothing."""
    path = tmp_path / "cases.sqlite3"
    _filled(path)
    before = path.read_bytes()
    older = Store(Database(path, now=NOW, known=migrations()[:-1]))
    with pytest.raises(BadDataError, match=f"version {NEXT - 1}; this program knows up to"):
        decide_next(older)
    assert path.read_bytes() == before


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")
@pytest.mark.parametrize(
    "every",
    [pytest.param(3, id="every third"), pytest.param(1, id="every", marks=pytest.mark.ci)],
)
@pytest.mark.parametrize(
    ("fill", "known"),
    [(_before, migrations()), (_filled, KNOWN)],
    ids=["the newest", "one that changes rows"],
)
def test_killed_at_each_statement(
    tmp_path: Path, fill: Callable[[Path], None], known: tuple[Migration, ...], every: int
) -> None:
    """After a kill at any statement the next start migrates, and nothing is lost."""
    path, number, killed = tmp_path / "cases.sqlite3", 1 - every, True
    while killed:
        number += every
        for left in tmp_path.iterdir():
            left.unlink()
        fill(path)
        child = os.fork()
        if not child:
            database = DyingDatabase(path, now=NOW, known=known)
            database.dies_at = number
            with database.locked():
                os._exit(0)
        killed = os.WIFSIGNALED(os.waitpid(child, 0)[1])
        with Store(Database(path, now=NOW, known=known)) as store:
            assert problems(store, 7) == []
            decide_next(store)
        assert not killed or not list(tmp_path.glob("*.before-*"))
    assert number > len(list(statements(known[-1].sql)))


def test_slots_of_a_unit_become_bookings_one_after_the_other(tmp_path: Path) -> None:
    """A slot begins at the end of the one before; an open one lasts as long as its job."""
    path = tmp_path / "cases.sqlite3"
    _released(path, 2)
    slots = [(1, 1, 0, 60, "lockout"), (1, 2, 10, 50, "taxi"), (1, 4, 20, None, "tow"),
             (2, 1, 5, None, "heavy_tow"), (3, 1, 0, 30, "recovery")]  # fmt: skip
    with closing(sqlite3.connect(path)) as connection, connection:
        pattern = _offer_of_case_2(connection)
        for number, (unit, slot, since, until, service) in enumerate(slots, start=11):
            offer = pattern | {"number": number, "ended_at": None, "unit": unit, "slot": slot,
                               "service": service, "provider": "huber"}  # fmt: skip
            _add_offer(connection, offer)
            end = None if until is None else until * 60_000_000
            connection.execute(
                "INSERT INTO engagement VALUES (?, ?, ?, ?, ?, ?, ?)",
                ("huber", unit, slot, offer["case_id"], number, since * 60_000_000, end),
            )
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    with opened(path) as store, store.deciding() as tx:
        found = [
            (each.unit, (each.begin - epoch) / timedelta(minutes=1),
             (each.end - epoch) / timedelta(minutes=1))
            for each in tx.bookings()["huber"]
        ]  # fmt: skip
        [case] = [each for each in tx.cases(open_only=False) if len(each.offers) > 4]
        offered = [(each.unit, each.booked_from, each.booked_until) for each in case.offers[-5:]]
    assert found == [(1, 0, 60), (1, 60, 105), (1, 105, 180), (2, 5, 125), (3, 0, 30)]
    assert [unit for unit, *_ in offered] == [1, 1, 1, 2, 3]
    assert all(begin < end for _, begin, end in offered)


@pytest.mark.parametrize("version", [1, 2, 3])
def test_what_older_offers_teach_is_worked_out_anew(tmp_path: Path, version: int) -> None:
    """Two numbers of a firm, two offers before version 4, are one turn afterwards.

    What was late against promises stays that, in whole steps of a case with two drivers, and no
    forecast is made up for what was asked.
    """
    path = tmp_path / "cases.sqlite3"
    _released(path, version)
    begin = round(NOW.timestamp() * 1_000_000)
    calls = [
        {"outcome": "no_answer", "at": 0, "answered": 9, "promises": "[]", "arrived": None},
        {"outcome": "accepted", "at": 9, "answered": 10, "arrived": 50,
         "promises": f'[[{begin + 30 * _MINUTE_US},{begin + 10 * _MINUTE_US},"provider"]]'},
    ]  # fmt: skip
    with closing(sqlite3.connect(path)) as connection, connection:
        pattern = _offer_of_case_2(connection)
        for number, call in enumerate(calls, start=11):
            offer = pattern | {
                "number": number, "provider": "huber", "outcome": call["outcome"],
                "opened_at": begin + call["at"] * _MINUTE_US,
                "answered_at": begin + call["answered"] * _MINUTE_US,
                "promises": call["promises"],
                "arrived_at": call["arrived"] and begin + call["arrived"] * _MINUTE_US,
            }  # fmt: skip
            _add_offer(connection, offer)
        connection.execute(
            "INSERT INTO learned (provider, service, accepted_weight, asked_weight, answer_weight,"
            " answer_min_weighted, late_weight, late_min_weighted, as_of, half_life_days)"
            " VALUES ('huber', 'tow', 1.0, 2.0, 2.0, 10.0, 1.0, 7.0, ?, 90.0)",
            (begin + 9 * _MINUTE_US,),
        )
    with opened(path) as store, store.deciding() as tx:
        tallies = tx.tallies()
        for each in tx.summaries():
            own = [tally for tally in tallies if tally.provider == each.provider]
            assert [each] == summarise(own, each.as_of)
            assert (each.late_weight, each.late_min_weighted) == (0, 0)
        [huber] = [each for each in tx.summaries() if each.provider == "huber"]
        assert (huber.asked_weight, huber.accepted_weight) == (1, 1)
        assert (huber.answer_weight, huber.answer_min_weighted) == (1, 10)
        assert (huber.promise_weight, huber.promise_min_weighted) == (1, 20)
        offers = [offer for each in tx.cases(open_only=False) for offer in each.offers]
        assert {(each.acceptance, each.base_min, each.travel_source) for each in offers} == {
            (None, None, "")
        }
        assert tx.chance_counts() == tx.arrival_counts() == tx.chance_sums() == []


def test_sums_of_contract_costs_become_counts(tmp_path: Path) -> None:
    """Of an exact sum of an older log only the number of cases is kept."""
    path = tmp_path / "cases.sqlite3"
    _released(path, 4)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO contract_cost VALUES ('2026-10', 'adac', 3, 7.123456789)")
        connection.commit()
    with opened(path) as store, store.deciding() as tx:
        found = [each for each in tx.contract_counts() if each.month == "2026-10"]
    assert found == [ContractCount(month="2026-10", client="adac", band="unknown", cases=3)]


def test_earlier_arrivals_were_forecast_by_estimates(tmp_path: Path) -> None:
    """Arrivals that an older log has counted keep their counts, as those of crow-fly minutes."""
    path = tmp_path / "cases.sqlite3"
    _released(path, 8)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO arrival_count VALUES ('2026-10', 'x', 'tow', 15, 3, 66)")
        connection.commit()
    with opened(path) as store, store.deciding() as tx:
        [found] = [each for each in tx.arrival_counts() if each.provider == "x"]
    assert (found.travel_source, found.band_min, found.arrived) == ("crow_fly", 15, 3)
    assert found.observed_min == 66


@pytest.mark.parametrize("version", [4, 5], ids=["before the stamps", "with a stamp"])
def test_an_older_copy_is_not_migrated_in_the_place_of_a_log(tmp_path: Path, version: int) -> None:
    """An older copy in the place of the log is refused before any migration.

    The control: without a log at its path before, it is migrated.
    """
    path, copy = tmp_path / "cases.sqlite3", tmp_path / "copy.sqlite3"
    for each in (path, copy):
        _released(each, version)
    with opened(path) as store:
        decide_next(store)
    for suffix in ("-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
    shutil.copy(copy, path)
    before = path.read_bytes()
    with opened(path) as store:
        for _ in range(2):
            with pytest.raises(BadDataError, match=r"that (was|were) acknowledged"):
                decide_next(store)
    assert path.read_bytes() == before
    assert not list(tmp_path.glob("*.before-*"))
    with opened(copy) as store:
        decide_next(store)


def test_the_first_look_is_the_first_moment_that_an_older_log_knows(tmp_path: Path) -> None:
    """It is the first recorded change, else the beginning of the state; without both none."""
    path = tmp_path / "cases.sqlite3"
    _released(path, 7)
    with closing(sqlite3.connect(path)) as connection:
        for provider, since in (("moved", 900), ("steady", 500), ("new", None), ("again", 100)):
            connection.execute(
                "INSERT INTO watched VALUES (?, 'up', ?, NULL, '', 0, 1, 'up', 1, 0, 1, 0, 0,"
                " NULL, NULL, NULL)",
                (provider, since),
            )
        connection.executemany(
            "INSERT INTO state_move (provider, at, before, after, why, is_flapping)"
            " VALUES (?, ?, 'up', 'down', '', 0)",
            [("moved", 400), ("moved", 300), ("again", 200)],
        )
        connection.commit()
    with opened(path) as store, store.reading() as reader:
        found = {name: each.first_at for name, each in reader.watched().items()}
    assert found == {
        "moved": from_stamp(300), "steady": from_stamp(500), "new": None,
        "again": from_stamp(100),
    }  # fmt: skip
