"""Valhalla's matrix: its units, its refusals because of single ends, and its older servers."""

import json
from random import Random

import pytest

from dispatch_cli.model import Place
from dispatch_cli.road_ranking import NoRoadsError

from .road_servers import http
from .road_worlds import points, roads_at
from .valhalla_stand_in import ValhallaStandIn, road

PLACE = (49.41, 8.69)
BASES = points(Random(4), 9)
MATRIX, LOCATE, STATUS = "/sources_to_targets", "/locate", "/status"


@pytest.fixture
def valhalla_stand_in(road_server) -> ValhallaStandIn:
    """Answer as Valhalla at the address of the server on loopback."""
    made = ValhallaStandIn()
    road_server.reply = made
    return made


@pytest.fixture
def times(road_server):
    """Return the road times of bases by a new engine each time."""

    def found(bases=BASES, service="jump_start"):
        roads = roads_at(road_server.url, engine="valhalla")
        return roads(Place(lat=PLACE[0], lon=PLACE[1])).times(bases, service)

    return found


def expected(base):
    """Return minutes and kilometres of the road from a base, as a table should have them."""
    seconds, km = road(base, PLACE)
    return pytest.approx(seconds / 60), pytest.approx(km)


def assert_only(found, without, why="no road found"):
    """All bases have their own road, but for those without."""
    assert len(found) == len(BASES)
    for base, each in zip(BASES, found, strict=True):
        if base in without:
            assert (each.minutes, str(each.why)) == (None, why)
        else:
            assert (each.minutes, each.km) == expected(base)


def test_lengths_are_kilometres(valhalla_stand_in, times):
    """A table has minutes and kilometres; each base is searched within the limit, no place is."""
    assert_only(times(), ())
    assert valhalla_stand_in.paths() == [STATUS, MATRIX]
    asked = valhalla_stand_in.bodies[1][1]
    assert {each["search_cutoff"] for each in asked["sources"]} == {500}
    assert asked["targets"] == [{"lat": PLACE[0], "lon": PLACE[1]}]
    assert asked["units"] == "kilometers"


@pytest.mark.parametrize(
    ("service", "costing", "options"),
    [
        ("jump_start", "auto", {"top_speed": 120}),
        ("tow", "truck", {"top_speed": 90, "weight": 12.0, "height": 3.3}),
        ("heavy_recovery", "truck", {"top_speed": 80, "weight": 32.0, "height": 4.0}),
    ],
)
def test_recovery_vehicles_drive_as_trucks(valhalla_stand_in, times, service, costing, options):
    """Tow trucks and recovery trucks have their size, weight and speed in the request."""
    times(service=service)
    asked = valhalla_stand_in.bodies[1][1]
    assert asked["costing"] == costing
    assert options.items() <= asked["costing_options"][costing].items()


def test_a_base_off_the_road_fails_no_other(valhalla_stand_in, times):
    """The server refuses a matrix with such a base: it is found and left out."""
    valhalla_stand_in.off_road = BASES[2:4]
    assert_only(times(), BASES[2:4])
    assert valhalla_stand_in.paths() == [STATUS, MATRIX, LOCATE, MATRIX]
    assert len(valhalla_stand_in.bodies[3][1]["sources"]) == 7


def test_an_unconnected_base_fails_no_other(valhalla_stand_in, times):
    """A base that has a road, but none to the place, is found by halves."""
    valhalla_stand_in.unconnected = [BASES[5]]
    assert_only(times(), [BASES[5]])


def test_both_kinds_of_refusal_together(valhalla_stand_in, times):
    """Bases off the road and unconnected ones leave the others their roads."""
    valhalla_stand_in.off_road = [BASES[0]]
    valhalla_stand_in.unconnected = [BASES[4], BASES[8]]
    assert_only(times(), [BASES[0], BASES[4], BASES[8]])


@pytest.mark.parametrize("fault", ["off_road", "unconnected"])
def test_no_base_with_a_road(valhalla_stand_in, times, fault):
    """Where every base fails, the place's own road is searched for."""
    setattr(valhalla_stand_in, fault, BASES)
    assert_only(times(), BASES)
    assert len(valhalla_stand_in.bodies[-1][1]["locations"]) == 1
    valhalla_stand_in.place_snap_m = 900.0
    with pytest.raises(NoRoadsError) as caught:
        times()
    assert str(caught.value) == "valhalla: the place is 900 m off the road"


def test_a_place_without_a_road(valhalla_stand_in, times):
    """A place without any road near is not on the engine's map."""
    valhalla_stand_in.place_snap_m = None
    with pytest.raises(NoRoadsError) as caught:
        times()
    assert str(caught.value) == "valhalla: the place is not on its map"


def test_null_is_no_road(valhalla_stand_in, times):
    """A pair without time and length has no road, and the others keep theirs."""
    valhalla_stand_in.without_way = [BASES[1]]
    assert_only(times(), [BASES[1]])
    assert valhalla_stand_in.paths() == [STATUS, MATRIX]


def test_a_place_off_its_road_is_not_moved(valhalla_stand_in, times):
    """The distance of the place from its road comes from the matrix."""
    valhalla_stand_in.place_snap_m = 700.0
    with pytest.raises(NoRoadsError) as caught:
        times()
    assert str(caught.value) == "valhalla: the place is 700 m off the road"
    assert valhalla_stand_in.paths() == [STATUS, MATRIX]


def test_an_older_server(valhalla_stand_in, times):
    """Without points in the matrix the place's road is searched for; a status is not needed."""
    valhalla_stand_in.has_points = valhalla_stand_in.has_status = False
    assert_only(times(), ())
    assert valhalla_stand_in.paths() == [STATUS, MATRIX, LOCATE]


def test_many_bases_are_asked_in_parts(valhalla_stand_in, times):
    """A server takes 50 locations: 120 bases are three requests, and the status is asked once."""
    bases = points(Random(5), 120)
    found = times(bases)
    assert [(each.minutes, each.km) for each in found] == [*map(expected, bases)]
    assert valhalla_stand_in.paths() == [STATUS, MATRIX, MATRIX, MATRIX]
    sizes = [len(body["sources"]) for _, body in valhalla_stand_in.bodies[1:]]
    assert sizes == [50, 50, 20]


def test_the_data_version_is_asked_for_once(road_server, valhalla_stand_in):
    """Later requests of the same program do not ask for the status again."""
    table = roads_at(road_server.url, engine="valhalla")(Place(lat=PLACE[0], lon=PLACE[1]))
    found = [*table.times(BASES[:4], "jump_start"), *table.times(BASES[2:], "jump_start")]
    assert [(each.minutes, each.km) for each in found] == [
        *map(expected, BASES[:4]), *map(expected, BASES[2:]),
    ]  # fmt: skip
    assert valhalla_stand_in.paths() == [STATUS, MATRIX, MATRIX]
    assert len(valhalla_stand_in.bodies[2][1]["sources"]) == 5


def in_miles(table):
    table["units"] = "miles"


def one_row_less(table):
    table["sources_to_targets"].pop()


def two_columns(table):
    table["sources_to_targets"] = [row * 2 for row in table["sources_to_targets"]]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (in_miles, "the road table is not in kilometres"),
        (one_row_less, "the road table has the wrong size"),
        (two_columns, "the road table has the wrong size"),
    ],
)
def test_a_wrong_matrix_is_refused(road_server, valhalla_stand_in, times, change, why):
    """A matrix in another unit, or of another size, gives no road times at all."""

    def reply(target, body):
        if target != MATRIX:
            return valhalla_stand_in(target, body)
        table = valhalla_stand_in.matrix(json.loads(body))
        change(table)
        return http(json.dumps(table).encode())

    road_server.reply = reply
    with pytest.raises(NoRoadsError) as caught:
        times()
    assert str(caught.value) == f"valhalla: {why}"


@pytest.mark.parametrize(
    ("path", "answer", "why"),
    [
        (MATRIX, http(b'{"error_code":153}', "400 Bad Request"), "HTTP 400"),
        (MATRIX, http(b"oops", "500 Internal Server Error"), "HTTP 500"),
        (MATRIX, http(b"<html>"), "the answer is not a road table"),
        (LOCATE, http(b"oops", "500 Internal Server Error"), "HTTP 500"),
        (LOCATE, http(b"[]"), "the road table has the wrong size"),
        (LOCATE, http(b'{"edges":1}'), "the answer is not a road table"),
    ],
)
def test_a_faulty_answer_is_refused(road_server, valhalla_stand_in, times, *, path, answer, why):
    """Another error, and an answer that cannot be read, give no road times and a reason."""
    valhalla_stand_in.off_road = [BASES[0]]  # so that roads are searched for
    road_server.reply = lambda target, body: (
        answer if target == path else valhalla_stand_in(target, body)
    )
    with pytest.raises(NoRoadsError) as caught:
        times()
    assert str(caught.value) == f"valhalla: {why}"
