"""Answers of an engine are kept for a day, by engine, profile, data and exact ends."""

import json
import os
import stat
from random import Random
from time import monotonic

import pytest

from dispatch_cli.model import Place
from dispatch_cli.travel import place_roads, road_cache
from dispatch_cli.travel.road_cache import forget_roads

from .road_servers import changed_table, http, table_of, table_reply
from .road_worlds import firms_at, first_rows, points, roads_at

PLACE = (49.41, 8.69)
FIRMS = firms_at(Random(3), points(Random(3), 40))
NOW = 1_796_000_000.0
DAY = 24 * 3600


@pytest.fixture
def rank(road_server, tmp_path):
    """Return a function that ranks with a new program's cache; it returns rows and requests."""

    def ranked(place=PLACE, now=NOW, firms=FIRMS, **changes):
        before = len(road_server.requests)
        roads = roads_at(road_server.url, tmp_path / "cache", now=now, **changes)
        rows, use = first_rows(firms, place, roads)
        assert use.failure == ""
        return rows, len(road_server.requests) - before

    return ranked


def test_a_second_ranking_asks_nothing(rank):
    """The same incident is ranked from kept answers, with the same order and minutes."""
    first, asked = rank()
    again, asked_again = rank()
    assert asked >= 1
    assert asked_again == 0
    assert again == first


@pytest.mark.parametrize(
    "changed",
    [
        {"place": (49.41, 8.690001)},
        {"now": NOW + DAY + 1},
        {"now": NOW - 1},
        {"data_version": "2026-12"},
    ],
    ids=["another place", "a day later", "a clock set back", "other data"],
)
def test_what_an_answer_is_kept_for(rank, changed):
    """An answer counts for its exact place and data only, and for a day."""
    rank()
    assert rank(now=NOW + DAY)[1] == 0
    assert rank(**changed)[1] >= 1


def test_another_kind_of_vehicle_has_its_own_factor(rank):
    """The factor is not in the kept answer: a changed one counts at once."""
    first, _ = rank()
    slower, asked = rank(factors={"tow_truck": 2.0})
    by_name = {name: minutes for name, minutes, _ in slower}
    assert all(by_name[name] > minutes for name, minutes, source in first[:5] if source == "osrm")
    assert asked <= 1


def test_new_data_of_the_engine_make_kept_answers_void(rank, road_server):
    """When an answer has another data version, no answer of the older one is used any more."""
    versions = {"now": "a"}

    def reply(target, body):
        return http(json.dumps(table_of(target, body) | {"data_version": versions["now"]}).encode())

    road_server.reply = reply
    rank()
    assert rank()[1] == 0
    versions["now"] = "b"
    assert rank(place=(49.42, 8.70))[1] >= 1
    assert rank()[1] >= 1


def test_new_data_in_the_middle_of_a_ranking(road_server, tmp_path):
    """Where the data change between two requests, all bases are asked of the new data."""
    seconds = {"a": 1.0, "b": 2.0}
    versions = {"now": "a"}

    def reply(target, body):
        table = table_of(target, body)
        table["durations"] = [[each * seconds[versions["now"]]] for [each] in table["durations"]]
        return http(json.dumps(table | {"data_version": versions["now"]}).encode())

    road_server.reply = reply
    table = roads_at(road_server.url, tmp_path, now=NOW)(Place(lat=PLACE[0], lon=PLACE[1]))
    bases = [(each.lat, each.lon) for each in FIRMS[:6]]
    before = [each.minutes for each in table.times(bases[:4], "tow")]
    versions["now"] = "b"
    after = [each.minutes for each in table.times(bases, "tow")]
    assert after[:4] == pytest.approx([2 * each for each in before])
    assert len(road_server.requests) == 3


def test_the_files_are_private_and_few(rank, tmp_path, monkeypatch):
    """Files are readable by their owner only, and the oldest are removed."""
    monkeypatch.setattr(road_cache, "_MOST_FILES", 5)
    for number in range(12):
        rank(place=(49.41 + number / 1000, 8.69), now=NOW + number)
    folder = tmp_path / "cache" / "roads"
    assert stat.S_IMODE(os.stat(folder).st_mode) == 0o700
    files = list(folder.glob("*.json"))
    assert len(files) == 5
    assert {stat.S_IMODE(os.stat(each).st_mode) for each in files} == {0o600}


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'{"schema":"x"}', b"\xff" * 50])
def test_a_damaged_file_is_asked_anew(rank, tmp_path, content):
    """A file that cannot be read costs a request and nothing else."""
    first, _ = rank()
    for each in (tmp_path / "cache" / "roads").glob("*.json"):
        each.write_bytes(content)
    again, asked = rank()
    assert asked >= 1
    assert again == first


def test_a_kept_answer_that_cannot_be_true_is_not_used(rank, tmp_path):
    """A file with a drive faster than the top speed is asked anew."""
    first, _ = rank()
    for each in (tmp_path / "cache" / "roads").glob("*.json"):
        kept = json.loads(each.read_bytes())
        kept["legs"] = {base: [1.0, *leg[1:]] for base, leg in kept["legs"].items()}
        each.write_bytes(json.dumps(kept).encode())
    again, asked = rank()
    assert asked >= 1
    assert again == first


def test_forgetting_removes_every_answer(rank, tmp_path):
    """``case forget`` leaves no file; a folder that is not there is no error."""
    rank()
    forget_roads(tmp_path / "cache")
    assert list((tmp_path / "cache" / "roads").iterdir()) == []
    forget_roads(tmp_path / "none")
    assert rank()[1] >= 1


def test_a_desk_that_runs_for_days_keeps_no_answer_longer(road_server, tmp_path, monkeypatch):
    """The memory of a program and the files that it reads are a day old at most."""
    clock = [1000.0]
    monkeypatch.setattr(place_roads, "monotonic", lambda: clock[0])
    monkeypatch.setattr(place_roads, "call", at_any_time(place_roads.call))
    roads = roads_at(road_server.url, tmp_path / "cache", now=NOW)
    first_rows(FIRMS, PLACE, roads)
    asked = len(road_server.requests)
    clock[0] += DAY - 1
    first_rows(FIRMS, PLACE, roads)
    assert len(road_server.requests) == asked
    clock[0] += 700
    first_rows(FIRMS, PLACE, roads)
    assert len(road_server.requests) > asked


def at_any_time(call):
    """Return ``call`` with a time-out of its own, for a test that moves the clock."""
    return lambda request, **given: call(request, **{**given, "until": monotonic() + 5})


def test_a_place_that_was_not_on_the_map_is_asked_again(road_server, tmp_path, monkeypatch):
    """With the right map the place has roads: at once in a new program, in a desk after 10 s.

    Until then the desk has its answer, so that no transaction waits for the engine.
    """

    def elsewhere(table):
        for end in (*table["sources"], *table["destinations"]):
            end.update(location=[13.4, 52.5], distance=400_000.0)

    clock = [1000.0]
    monkeypatch.setattr(place_roads, "monotonic", lambda: clock[0])
    monkeypatch.setattr(place_roads, "call", at_any_time(place_roads.call))
    road_server.reply = changed_table(elsewhere)
    roads = roads_at(road_server.url, tmp_path / "cache", now=NOW)
    assert "not on its map" in str(first_rows(FIRMS, PLACE, roads)[1].failure)
    road_server.reply = table_reply
    clock[0] += 9
    assert "not on its map" in str(first_rows(FIRMS, PLACE, roads)[1].failure)
    assert len(road_server.requests) == 1
    new = roads_at(road_server.url, tmp_path / "cache", now=NOW)
    assert first_rows(FIRMS, PLACE, new)[1].failure == ""
    clock[0] += 2
    assert first_rows(FIRMS, PLACE, roads)[1].failure == ""
