"""An engine that is down, slow or lies: estimates within the time-out, and the reason."""

import json
import socket
import time
import zlib
from functools import cache
from random import Random

import pytest

from dispatch_cli.errors import UnavailableError
from dispatch_cli.model import Place

from .. import worlds
from .road_servers import changed_table, http, table_of, table_reply
from .road_worlds import firms_at, first_rows, points, roads_at

PLACE = (49.41, 8.69)
FIRMS = firms_at(Random(3), points(Random(3), 40))


def cut(target, body):
    """Answer with half of a table."""
    whole = table_reply(target, body)
    return whole[: len(whole) // 2]


def unfinished(target, body):
    """Answer with JSON that ends in the middle."""
    return http(json.dumps(table_of(target, body)).encode()[:-40])


def endless(target, body):
    """Answer with a body of 1 GB, of which the first megabytes are sent."""
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n"
    return head + b"[" * 8_000_000


@cache
def packed_body():
    """Compress 200 MB of blanks."""
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(b" " * 10_000_000) for _ in range(20)) + packer.flush()


def packed(target, body):
    """Answer with a small body that is large when decompressed."""
    return http(packed_body(), "200 OK", "Content-Encoding: deflate")


def one_cell(value):
    """Answer with one wrong duration, written as it stands."""

    def reply(target, body):
        table = table_of(target, body)
        table["durations"][0][0] = "HERE"
        return http(json.dumps(table).replace('"HERE"', value).encode())

    return reply


def in_kilometres(table):
    table["distances"] = [[metres / 1000] for [metres] in table["distances"]]


def swapped(table):
    for end in (*table["sources"], *table["destinations"]):
        end["location"].reverse()


def one_row_less(table):
    table["durations"].pop()


def two_columns(table):
    table["durations"] = [row * 2 for row in table["durations"]]


def in_hours(table):
    table["durations"] = [[seconds / 3600] for [seconds] in table["durations"]]


def in_tenths(table):
    table["durations"] = [[seconds * 10] for [seconds] in table["durations"]]


def on_foot(table):
    table["durations"] = [[metres / 1.4] for [metres] in table["distances"]]


FAULTS = {
    "slow": (lambda *_: None, "no answer in time"),
    "500": (lambda *_: http(b"oops", "500 Internal Server Error"), "HTTP 500"),
    "400 with words": (lambda *_: http(b'{"code":"NoSegment"}', "400 Bad Request"),
                       "HTTP 400, NoSegment"),
    "no HTTP": (lambda *_: b"SSH-2.0-OpenSSH_9.2\r\n", "not HTTP"),
    "silence": (lambda *_: b"", "connection closed without an answer"),
    "cut": (cut, "the answer broke off"),
    "truncated JSON": (unfinished, "not a road table"),
    "NaN": (one_cell("NaN"), "not a road table"),
    "infinite": (one_cell("1e999"), "not a road table|impossible number"),
    "negative": (one_cell("-3"), "impossible number"),
    "text": (one_cell('"300"'), "not a road table"),
    "one row less": (changed_table(one_row_less), "wrong size"),
    "two columns": (changed_table(two_columns), "wrong size"),
    "kilometres for metres": (changed_table(in_kilometres), "shorter than the straight line"),
    "hours for seconds": (changed_table(in_hours), "faster than 120 km/h"),
    "tenths of seconds": (changed_table(in_tenths), "most drives are slower than 8 km/h"),
    "a profile for walking": (changed_table(on_foot), "most drives are slower than 8 km/h"),
    "swapped coordinates": (changed_table(swapped), "the place is not on its map"),
    "1 GB": (endless, "more than 2048 KiB"),
    "200 MB packed": (packed, "more than 2048 KiB|too much processor time"),
    "redirect elsewhere": (
        lambda *_: http(b"", "302 Found", "Location: http://127.0.0.1:1/"), "redirects"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_gives_estimates_within_the_time_out(road_server, fault):
    """Every fault gives the crow-fly order and its reason, within the time-out."""
    road_server.reply, why = FAULTS[fault]
    packed_body()
    begun = time.monotonic()
    rows, use = first_rows(FIRMS, PLACE, roads_at(road_server.url, timeout_s=1.0))
    took_s = time.monotonic() - begun
    plain = worlds.need(worlds.incident(place=Place(lat=PLACE[0], lon=PLACE[1])))
    assert [name for name, *_ in rows] == crow_fly_order(plain)
    assert {source for *_, source in rows} == {"crow_fly"}
    assert pytest.approx(1.0, abs=0.6) == took_s if fault == "slow" else took_s < 1.6
    assert_says(str(use.failure), why)


def crow_fly_order(plain):
    """Rank the firms without an engine."""
    from dispatch_cli.incident_ranking import rank_need

    return [each.eligible.provider.id for each in rank_need(plain, FIRMS).orders.asked]


def assert_says(failure, why):
    """The reason begins with the engine and has the expected words."""
    assert failure.startswith("osrm: ")
    assert any(words in failure for words in why.split("|")), failure


def test_a_true_table_is_used(road_server):
    """The control: the same server without a fault gives road minutes."""
    rows, use = first_rows(FIRMS, PLACE, roads_at(road_server.url))
    assert use.failure == ""
    assert {source for *_, source in rows[:5]} == {"osrm"}


def test_one_slow_drive_can_be_true(road_server):
    """A ferry does not make the answer wrong."""

    def by_ferry(table):
        table["durations"][0][0] = table["distances"][0][0]

    road_server.reply = changed_table(by_ferry)
    assert first_rows(FIRMS, PLACE, roads_at(road_server.url))[1].failure == ""


def test_the_query_of_an_address_is_sent_along(road_server):
    """A service may want its key in every request, below a path of its own."""
    _, use = first_rows(FIRMS, PLACE, roads_at(f"{road_server.url}/de?key=a1"))
    assert use.failure == ""
    assert all(
        each.startswith("/de/table/v1/driving/") and each.endswith("&key=a1")
        for each in road_server.requests
    )


def test_a_refused_connection():
    """A port without a server gives estimates at once."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        _, use = first_rows(FIRMS, PLACE, roads_at(url))
    assert_says(str(use.failure), "connection refused")


def test_a_slow_drip_ends_at_the_time_out(road_server):
    """The time-out is for all requests of a ranking together, not for each."""

    def reply(target, body):
        time.sleep(0.25)
        return table_reply(target, body)

    road_server.reply = reply
    begun = time.monotonic()
    firms = firms_at(Random(5), points(Random(5), 200))
    _, use = first_rows(firms, PLACE, roads_at(road_server.url, timeout_s=0.4))
    assert time.monotonic() - begun < 1.0
    assert_says(str(use.failure), "no answer in time")
    assert len(road_server.requests) == 2


def test_no_road_falls_back_by_itself(road_server):
    """A firm without a road, and one off the roads, keep estimates and never fail the others."""

    def reply(table):
        table["durations"][0] = [None]
        lon, lat = table["sources"][1]["location"]
        table["sources"][1]["location"] = [lon, lat + 0.02]
        table["sources"][1]["distance"] = 12.0

    road_server.reply = changed_table(reply)
    rows, use = first_rows(FIRMS, PLACE, roads_at(road_server.url), rows=12)
    assert use.failure == ""
    sources = [source for *_, source in rows]
    assert "osrm" in sources
    table = roads_at(road_server.url)(Place(lat=PLACE[0], lon=PLACE[1]))
    found = table.times([(each.lat, each.lon) for each in FIRMS[:3]], "tow")
    assert [time.minutes is None for time in found] == [True, True, False]
    assert [str(time.why) for time in found] == ["no road found", "base 2,224 m off the road", ""]


def test_a_place_off_the_roads_is_not_moved(road_server):
    """Only a place as uncertain as that may be off the road; no other is moved to one."""

    def reply(table):
        table["destinations"][0]["distance"] = 900.0

    road_server.reply = changed_table(reply)
    _, use = first_rows(FIRMS, PLACE, roads_at(road_server.url))
    assert str(use.failure) == "osrm: the place is 900 m off the road"
    table = roads_at(road_server.url)(Place(lat=PLACE[0], lon=PLACE[1], uncertainty_km=3.0))
    assert table.times([(FIRMS[0].lat, FIRMS[0].lon)], "tow")[0].minutes is not None


def test_a_required_engine_fails_the_ranking(road_server):
    """With ``--require-router`` a fault is an error with exit code 5."""
    road_server.reply = lambda *_: http(b"", "500 Internal Server Error")
    roads = roads_at(road_server.url)
    roads.is_required = True
    with pytest.raises(UnavailableError, match="osrm: HTTP 500"):
        first_rows(FIRMS, PLACE, roads)


def test_a_private_address_of_others_is_refused(road_server):
    """An address that the user has not named is not connected to if it is private."""
    _, use = first_rows(FIRMS, PLACE, roads_at(road_server.url, is_trusted=False))
    assert_says(str(use.failure), "refused: 127.0.0.1 is loopback")
    assert road_server.requests == []


def test_a_dead_engine_is_not_asked_again_at_once(road_server):
    """After a failure the next rankings of the same program do not wait again for ten seconds."""
    road_server.reply = lambda *_: http(b"", "500 Internal Server Error")
    roads = roads_at(road_server.url)
    for _ in range(3):
        _, use = first_rows(FIRMS, PLACE, roads)
        assert_says(str(use.failure), "HTTP 500")
    assert len(road_server.requests) == 1


def test_many_bases_go_by_post_or_in_chunks(road_server):
    """Over 90 bases go by POST; a server that does not know it is asked in chunks by GET."""
    firms = firms_at(Random(5), points(Random(5), 200))
    wanted, _ = first_rows(firms, PLACE, roads_at(road_server.url), rows=200)
    assert any(target == "/table/v1/driving/" for target in road_server.requests)

    def old(target, body):
        if body:
            return http(b'{"code":"InvalidUrl"}', "400 Bad Request")
        table = table_of(target, body)
        if len(table["sources"]) > 50:
            return http(b'{"code":"TooBig"}', "400 Bad Request")
        return http(json.dumps(table).encode())

    road_server.reply = old
    found, use = first_rows(firms, PLACE, roads_at(road_server.url), rows=200)
    assert use.failure == ""
    assert found == wanted


def test_a_later_answer_with_the_place_farther_off_lowers_the_bound(road_server):
    """The least minutes are those of the farthest road on which an answer has put the place."""
    table = roads_at(road_server.url)(Place(lat=PLACE[0], lon=PLACE[1]))
    found = []
    for off_road_m, firm in zip((100.0, 400.0, 50.0), FIRMS, strict=False):
        road_server.reply = changed_table(
            lambda table, off=off_road_m: table["destinations"][0].update(distance=off)
        )
        table.times([(firm.lat, firm.lon)], "tow")
        found.append(table.least_min(20.0, "tow"))
    assert found[0] > found[1] == found[2]
