"""Many operators and few trucks: one truck for each case, one case for each truck."""

import os
import random
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from dispatch_cli.errors import ConflictError
from dispatch_cli.store import Store

from .sample import MINUTE, NOW, accepted, case, personal, service
from .working import opened

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


class Told(msgspec.Struct):
    """The message of one operator about one case, and the wait for the lock."""

    case_id: int
    won: bool
    unit: int
    waited_s: float


def _decide(store: Store, case_id: int, units: int) -> Told:
    """Accept with the first free unit, as the program does it."""
    begin = time.perf_counter()
    with store.deciding() as tx:
        waited_s = time.perf_counter() - begin
        before = tx.case(case_id)
        assert before is not None
        busy = {each.unit for each in tx.bookings().get("huber", [])}
        unit = next((each for each in range(1, units + 1) if each not in busy), 0)
        if before.offers or not unit:
            return Told(case_id, False, 0, waited_s)
        tx.save(before, replace(before, offers=(accepted(unit=unit),)))
    return Told(case_id, True, unit, waited_s)


def _decide_carelessly(path: Path, case_id: int, units: int) -> Told:
    """Return the control: read, then write, without lock and index."""
    connection = sqlite3.connect(path, timeout=30, isolation_level=None)
    busy = {row[0] for row in connection.execute("SELECT unit FROM offer")}
    unit = next((each for each in range(1, units + 1) if each not in busy), 0)
    taken = connection.execute("SELECT count(*) FROM offer WHERE case_id = ?", (case_id,))
    if taken.fetchone()[0] or not unit:
        return Told(case_id, False, 0, 0.0)
    os.sched_yield()
    connection.execute(
        "INSERT INTO offer (case_id, number, service, provider, unit, outcome)"
        " VALUES (?, abs(random()), 'tow', 'huber', ?, 'accepted')",
        (case_id, unit),
    )
    connection.close()
    return Told(case_id, True, unit, 0.0)


def _race(processes: int, cases: int, decide: Callable[[int], Told]) -> list[Told]:
    """Let processes work on all cases at once, each in its own order."""
    start_reading, start = os.pipe()
    pipes = []
    for number in range(processes):
        reading, writing = os.pipe()
        if not os.fork():
            os.close(start)
            os.read(start_reading, 1)  # until everybody is there and the other end is closed
            order = list(range(1, cases + 1))
            random.Random(number).shuffle(order)
            with os.fdopen(writing, "wb") as pipe:
                pipe.write(msgspec.json.encode([decide(case_id) for case_id in order]))
            os._exit(0)
        os.close(writing)
        pipes.append(reading)
    os.close(start_reading)
    os.close(start)
    told: list[Told] = []
    for reading in pipes:
        with os.fdopen(reading, "rb") as pipe:
            told += msgspec.json.decode(pipe.read(), type=list[Told])
    for _ in pipes:
        assert os.wait()[1] == 0
    return told


@pytest.mark.parametrize(
    ("processes", "cases"), [(4, 100), pytest.param(16, 1_000, marks=pytest.mark.ci)]
)
def test_no_truck_and_no_case_goes_twice(tmp_path: Path, processes: int, cases: int) -> None:
    """There are as many acceptances as trucks, each of one operator; all others are refused."""
    path, units = tmp_path / "cases.sqlite3", cases // 2
    with opened(path) as store, store.deciding() as tx:
        for _ in range(cases):
            tx.new_case(case(service("tow", "huber")), personal())
    stores: list[Store] = []

    def decide(case_id: int) -> Told:
        if not stores:  # after the fork: a connection belongs to one process
            stores.append(opened(path))
        return _decide(stores[0], case_id, units)

    told = _race(processes, cases, decide)
    with opened(path) as store, store.reading() as reader:
        found = {
            each.id: each.offers[0].unit for each in reader.cases(open_only=True) if each.offers
        }
        engaged = reader.bookings()["huber"]
    assert len(told) == processes * cases
    assert sorted((each.case_id, each.unit) for each in told if each.won) == sorted(found.items())
    assert sorted(found.values()) == list(range(1, units + 1))
    assert {each.case_id: each.unit for each in engaged} == found
    assert max(each.waited_s for each in told) < 1.0


def test_without_the_guard_trucks_go_twice(tmp_path: Path) -> None:
    """The control: the same race without lock and index sends trucks twice."""
    path = tmp_path / "careless.sqlite3"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE offer (case_id, number, service, provider, unit, outcome)")
    connection.close()
    told = _race(4, 100, lambda case_id: _decide_carelessly(path, case_id, 50))
    won = Counter(each.case_id for each in told if each.won)
    units = Counter(each.unit for each in told if each.won)
    assert max(won.values()) > 1 or max(units.values()) > 1


def test_the_schema_itself_refuses_a_second_truck(tmp_path: Path) -> None:
    """Two acceptances of one service are refused by the schema, with a message."""
    with opened(tmp_path / "cases.sqlite3") as store:
        with store.deciding() as tx:
            first = tx.new_case(case(), personal())
            one = replace(first, offers=(accepted(1),))
            tx.save(first, one)
        two = replace(one, offers=(*one.offers, accepted(2, "lech")))
        refused = pytest.raises(
            ConflictError, match=r"tow of case 1 is already accepted: 1\.1 Huber"
        )
        with refused, store.deciding() as tx:
            tx.save(one, two)
        with store.reading() as reader:
            assert reader.case(1) == one


def test_the_schema_itself_refuses_to_share_a_unit(tmp_path: Path) -> None:
    """Two cases cannot book a unit for the same time; the message names the first case."""
    with opened(tmp_path / "cases.sqlite3") as store:
        with store.deciding() as tx:
            first = tx.new_case(case(), personal())
            tx.save(first, replace(first, offers=(accepted(),)))
        taken = r"unit 1 of huber has just been booked by 1\.1"
        refused = pytest.raises(ConflictError, match=taken)
        with refused, store.deciding() as tx:
            tx.new_case(case(offers=(accepted(),)), personal())
        with store.deciding() as tx:
            end = accepted().booked_until
            later = replace(accepted(), booked_from=end, booked_until=end + 45 * MINUTE)
            tx.new_case(case(offers=(later,)), personal())
            assert [each.end for each in tx.bookings()["huber"]] == [end, end + 45 * MINUTE]


def test_a_state_changed_by_another_program_is_not_overwritten(tmp_path: Path) -> None:
    """Saving a case that another program has changed is refused."""
    with opened(tmp_path / "cases.sqlite3") as store:
        with store.deciding() as tx:
            seen = tx.new_case(case(), personal())
        with store.deciding() as tx:
            tx.save(seen, replace(seen, call_back_at=NOW))
        refused = pytest.raises(ConflictError, match="changed by another program")
        with refused, store.deciding() as tx:
            tx.save(seen, replace(seen, cancelled=True))
