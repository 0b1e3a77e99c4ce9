"""States and reports are read back unchanged, also after an erasure."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from dispatch_cli.availability import fresh_at, reachability_at
from dispatch_cli.availability.hard_states import advance
from dispatch_cli.errors import BadDataError
from dispatch_cli.messages import Message
from dispatch_cli.model import Known
from dispatch_cli.model.check import (
    Acknowledgement,
    CheckSettings,
    Move,
    PhoneReport,
    Reading,
    Watched,
)
from dispatch_cli.model.stamps import to_stamp
from dispatch_cli.render.wording import worded

from ..catalogues import Catalogue, spoken
from .sample import MINUTE, NOW
from .test_round_trip import MAYBE_MOMENT, MINUTES, MOMENT, TEXT
from .working import decide_next, opened, problems

SETTINGS = CheckSettings()
STATES = st.sampled_from(["up", "busy", "degraded", "down", "unknown"])
COUNTS = st.integers(0, 2**40)
WATCHED = st.builds(
    Watched,
    provider=st.text("abc", min_size=1, max_size=3),
    state=STATES,
    since=MAYBE_MOMENT,
    seen_at=MAYBE_MOMENT,
    why=TEXT,
    failures=COUNTS,
    successes=COUNTS,
    last=STATES,
    same=COUNTS,
    history=st.integers(0, 2**21 - 1),
    samples=st.integers(0, 21),
    moves=st.integers(0, 2**21 - 1),
    is_flapping=st.booleans(),
    free=st.none() | st.integers(0, 999),
    wait_min=st.none() | MINUTES,
    valid_until=MAYBE_MOMENT,
    failed_at=MAYBE_MOMENT,
    first_at=MAYBE_MOMENT,
)
MOVES = st.builds(
    Move,
    provider=TEXT,
    at=MOMENT,
    before=STATES,
    after=STATES,
    why=TEXT | st.builds(lambda text: Message("HTTP {status}", status=text), TEXT),
    is_flapping=st.booleans(),
)
REPORTS = st.builds(
    PhoneReport,
    provider=st.sampled_from(["huber", "lech"]),
    at=MOMENT,
    until=MOMENT,
    free=st.none() | st.integers(0, 999),
    state=STATES,
    operator=TEXT,
)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(WATCHED, max_size=4, unique_by=lambda each: each.provider),
    st.lists(MOVES, max_size=4),
    st.lists(REPORTS, max_size=4),
    MOMENT,
)
def test_what_is_written_is_read(states, moves, reports, moment):
    """Every field of states, moves and reports is read back; the newest report counts."""
    with TemporaryDirectory() as folder, opened(Path(folder) / "cases.sqlite3") as store:
        with store.deciding() as tx:
            tx.save_watched([replace(each, why="before") for each in states])
            tx.save_watched(states, moves)
            for report in reports:
                tx.add_report(report)
        with store.reading() as reader:
            assert reader.watched() == {each.provider: each for each in states}
            assert reader.moves(moment) == [each for each in moves if each.at >= moment]
            newest = {each.provider: each for each in reports}
            assert reader.reports(moment) == {
                name: each for name, each in newest.items() if each.until > moment
            }
            for name in newest:
                assert reader.reports_of(name) == [
                    each for each in reversed(reports) if each.provider == name
                ]


def test_a_stored_reason_is_worded_in_the_language_of_a_later_screen(tmp_path):
    """A sentence is kept with its values, and a reason of an earlier version as its text."""
    path = tmp_path / "cases.sqlite3"
    sample = Reading(
        provider="lech", kind="http", at=NOW, state="down", why=Message("HTTP {status}", status=500)
    )
    state, move = advance(
        Watched(provider="lech"), sample, CheckSettings(failures=1), is_closed=False
    )
    with opened(path) as store, store.deciding() as tx:
        tx.save_watched([state], [move])
    with closing(sqlite3.connect(path)) as connection, connection:
        (text,) = connection.execute("SELECT why FROM state_move").fetchone()
        assert text == '["{why}, {count} x",{"why":["HTTP {status}",{"status":500}],"count":1}]'
        assert connection.execute("SELECT why FROM watched").fetchone() == (text,)
        connection.execute(
            "INSERT INTO state_move (provider, at, before, after, why, is_flapping)"
            " VALUES ('huber', ?, 'up', 'down', 'HTTP 500, 3 x', 0)",
            (to_stamp(NOW),),
        )
    with opened(path) as store, store.reading() as reader:
        known = Known(watched=reader.watched()["lech"])
        reasons = [each.why for each in reader.moves(NOW)]
    found = reachability_at(known, NOW, NOW, SETTINGS)
    templates = {"{why}, {count} x": "{count}-mal {why}", "HTTP {status}": "Status {status}"}
    with spoken(Catalogue(templates)):
        assert worded(found.why) == "1-mal Status 500"
        assert [*map(worded, reasons)] == ["1-mal Status 500", "HTTP 500, 3 x"]
    assert str(found.why) == "HTTP 500, 1 x"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.builds(
            Watched,
            provider=st.sampled_from("abcdefgh"),
            state=STATES,
            seen_at=st.none() | st.integers(-40, 40).map(lambda n: NOW + n * MINUTE),
            free=st.sampled_from([None, None, 0, 1]),
            wait_min=st.sampled_from([None, 7.0]),
            valid_until=st.none() | st.integers(-3, 3).map(lambda n: NOW + n * MINUTE),
        ),
        unique_by=lambda each: each.provider,
    ),
    st.lists(st.sampled_from("abcdefgh"), max_size=3),
)
def test_leaving_out_who_is_up_leaves_out_nothing_that_matters(states, phoned):
    """Providers that are left out are simply up, so that the ranking is the same."""
    with TemporaryDirectory() as folder, opened(Path(folder) / "cases.sqlite3") as store:
        with store.deciding() as tx:
            tx.save_watched(states)
            for name in phoned:
                tx.add_report(PhoneReport(provider=name, at=NOW - MINUTE, until=NOW, free=1))
        with store.reading() as reader:
            everybody = reader.watched()
            told = reader.watched(but_up=fresh_at(NOW, SETTINGS))
            reports = reader.reports(NOW - timedelta(hours=24))

    def found(states, name):
        known = Known(watched=states.get(name), report=reports.get(name))
        return reachability_at(known, NOW, NOW, SETTINGS)

    for name in {**everybody, **reports}:
        expected = found(everybody, name)
        if found(told, name) != expected:
            assert (expected.state, expected.free) == ("up", None)


def test_states_of_unchecked_providers_are_dropped(tmp_path):
    """The state of a provider without checks is deleted."""
    with opened(tmp_path / "cases.sqlite3") as store:
        with store.deciding() as tx:
            tx.save_watched([Watched(provider="huber"), Watched(provider="lech")])
            tx.drop_watched(["huber", "nobody"])
        with store.reading() as reader:
            assert list(reader.watched()) == ["lech"]


def test_forgetting_leaves_states_and_reports(tmp_path):
    """An erasure does not change states and reports."""
    with opened(tmp_path / "cases.sqlite3") as store:
        report = PhoneReport(
            provider="huber", at=NOW, until=NOW + 60 * MINUTE, free=2, operator="mara"
        )
        move = Move(provider="huber", at=NOW, before="up", after="down")
        with store.deciding() as tx:
            tx.save_watched([Watched(provider="huber", state="down")], [move])
            tx.add_report(report)
        for _ in range(4):
            decide_next(store)
        assert problems(store, 4) == []
        with store.reading() as reader:
            assert reader.reports(NOW) == {"huber": report}
            assert reader.moves(NOW) == [move]
            assert reader.watched()["huber"].state == "down"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE watched SET state = 'sideways'",
        "UPDATE watched SET last = ''",
        "UPDATE watched SET seen_at = 9223372036854775807",
        "UPDATE phone_report SET state = 'x'",
        "UPDATE state_move SET after = 'x'",
    ],
)
def test_a_torn_row_is_bad_data(tmp_path, statement):
    """An unknown state or an impossible moment is bad data."""
    path = tmp_path / "cases.sqlite3"
    with opened(path) as store, store.deciding() as tx:
        tx.save_watched(
            [Watched(provider="huber")], [Move(provider="huber", at=NOW, before="up", after="down")]
        )
        tx.add_report(PhoneReport(provider="huber", at=NOW, until=NOW + MINUTE, free=2))
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()
    with opened(path) as store, pytest.raises(BadDataError), store.reading() as reader:
        reader.watched(), reader.reports(NOW), reader.moves(NOW)


@pytest.mark.parametrize("count", [1_000, pytest.param(10_000, marks=pytest.mark.ci)])
def test_ten_thousand_who_are_up_cost_a_ranking_next_to_nothing(tmp_path, count):
    """Of ten thousand providers only the three that are not simply up are read."""
    states = [Watched(provider=f"p{n}", state="up", seen_at=NOW) for n in range(count)]
    for place, state in ((3, "down"), (77, "busy"), (500, "degraded")):
        states[place] = replace(states[place], state=state)
    with opened(tmp_path / "cases.sqlite3") as store:
        with store.deciding() as tx:
            tx.save_watched(states)
        with store.reading() as reader:
            assert sorted(reader.watched(but_up=fresh_at(NOW, SETTINGS))) == ["p3", "p500", "p77"]


def test_acknowledgements_and_last_looks_are_read_back(tmp_path: Path) -> None:
    """Each field is read back; a later one replaces it, an ended one is left out."""
    path = tmp_path / "cases.sqlite3"
    made = Acknowledgement(
        provider="huber", since=NOW - MINUTE, until=NOW + MINUTE, at=NOW, operator="maria"
    )
    why = Message("HTTP {status}", status=404)
    reading = Reading(
        provider="huber", kind="tls", at=NOW, state="down", why=why, host="h", fault="route"
    )
    keys = ("huber", "a"), ("huber", "b")
    with opened(path) as store, store.deciding() as tx:
        tx.acknowledge(replace(made, operator="eva"))
        tx.acknowledge(made)
        tx.save_last_looks(dict.fromkeys(keys, replace(reading, state="up")))
        tx.save_last_looks({keys[0]: reading})
        tx.drop_last_looks([keys[1]])
    with opened(path) as store, store.reading() as reader:
        assert reader.acknowledged(NOW) == {"huber": made}
        assert reader.acknowledged(NOW + MINUTE) == {}
        assert reader.last_looks() == {keys[0]: reading}
