"""``travel compare`` and ``calibrate``: errors against known roads, and speeds that fit them."""

import json
from random import Random

import pytest

from dispatch_cli import travel_study
from dispatch_cli.errors import UnavailableError, UsageError
from dispatch_cli.model import Rules, ServiceSettings, Settings

from ..worlds import NOON, MemoryCatalog, no_holidays, provider
from .road_servers import http, table_of
from .road_worlds import firms_at, points, roads_at

BASES = points(Random(2), 25)


def sample_of(url, *, count=40, seed=1, service="tow", bases=BASES, services=None):
    """Draw a sample by a required engine; ``services`` have settings of their own in the file."""
    roads = roads_at(url, timeout_s=10.0)
    roads.is_required = True
    rules = Rules(settings=Settings(services=services or {}))
    catalog = MemoryCatalog(firms_at(Random(7), bases), rules)
    catalog.each = catalog.all
    drawn = travel_study.draw_sample(
        catalog, roads, service, count=count, seed=seed, now=NOON, holidays=no_holidays
    )
    return drawn, roads


def straight(kmh):
    """Answer with straight roads of one speed."""

    def reply(target, body):
        table = table_of(target, body)
        place = table["destinations"][0]["location"]
        for at, source in enumerate(table["sources"]):
            from dispatch_cli.model.sphere import great_circle_km

            lon, lat = source["location"]
            metres = great_circle_km(lat, lon, place[1], place[0]) * 1000 * 1.3
            table["distances"][at] = [metres]
            table["durations"][at] = [metres / (kmh / 3.6)]
        return http(json.dumps(table).encode())

    return reply


def test_estimates_that_are_right_cost_nothing(road_server):
    """Roads of 1.3 times the great circle at 50 km/h are the estimate, but for the truck's 1.1."""
    road_server.reply = straight(55.0)
    drawn, roads = sample_of(road_server.url)
    errors = travel_study.compare(drawn, roads, 1).errors
    assert errors.incidents == 40
    assert errors.drives == 40 * len(BASES)
    assert errors.p90_error_min == pytest.approx(0, abs=1e-6)
    assert errors.first_differs == errors.cost_mean_min == 0


def test_roads_of_half_the_speed_double_the_minutes(road_server):
    """At half the speed an estimate is half of the road minutes, and the calibration finds it."""
    road_server.reply = straight(27.5)
    drawn, roads = sample_of(road_server.url)
    errors = travel_study.compare(drawn, roads, 1).errors
    assert errors.median_error_share == pytest.approx(0.5, abs=1e-6)
    assert errors.median_bias_min == pytest.approx(-errors.median_error_min, rel=0.05)
    found = travel_study.calibrate(drawn, roads, 1)
    assert found.before.median_error_share == pytest.approx(0.5, abs=1e-6)
    assert found.after.median_error_min < 0.05
    assert all(abs(kmh - 25) < 0.2 for _, kmh in found.speeds[0].speed)


def test_calibration_is_measured_on_other_incidents(road_server):
    """The incidents of the fit and those of the errors are different, and all are used."""
    drawn, roads = sample_of(road_server.url)
    found = travel_study.calibrate(drawn, roads, 1)
    assert found.fitted_incidents == found.before.incidents == found.after.incidents == 20
    assert found.after.p90_error_min < found.before.p90_error_min
    assert found.toml.startswith("[ranking]\ndetour = 1.3\nspeed = [[3, ")


def test_the_seed_decides_the_points(road_server):
    """The same seed draws the same incidents, another one draws others."""

    def places(seed):
        drawn, _ = sample_of(road_server.url, count=10, seed=seed)
        return [each.need.incident.place for each in drawn.incidents]

    assert places(1) == places(1)
    assert places(1) != places(2)


def test_points_without_a_road_are_replaced(road_server):
    """A point off the roads is counted and replaced; if nearly all are, the command fails."""

    def off_road(target, body):
        table = table_of(target, body)
        lon, _ = table["destinations"][0]["location"]
        if lon < 8.7:
            table["destinations"][0]["distance"] = 5000.0
        return http(json.dumps(table).encode())

    road_server.reply = off_road
    drawn, _ = sample_of(road_server.url)
    assert len(drawn.incidents) == 40
    assert drawn.off_road > 0
    road_server.reply = lambda *of: off_road(*of).replace(b'"distance": 0.0', b'"distance": 9e3')
    with pytest.raises(UsageError, match="only 0 of 40 random points are on roads"):
        sample_of(road_server.url)


def test_a_firm_without_a_road_is_left_out(road_server):
    """A base without a road to an incident is no drive; without any road the point is replaced."""

    def reply(target, body):
        table = table_of(target, body)
        table["durations"][3] = [None]
        if table["destinations"][0]["location"][0] < 8.6:
            table["durations"] = [[None]] * len(BASES)
        return http(json.dumps(table).encode())

    road_server.reply = reply
    drawn, roads = sample_of(road_server.url)
    errors = travel_study.compare(drawn, roads, 1).errors
    assert (errors.incidents, errors.drives) == (40, 40 * (len(BASES) - 1))
    assert drawn.off_road > 0
    # Half of the incidents are fitted.
    assert travel_study.calibrate(drawn, roads, 1).fitted_drives == 20 * (len(BASES) - 1)


def test_one_firm_is_no_choice(road_server):
    """With one firm the drives are measured, no choice is, and no speed can be fitted."""
    drawn, roads = sample_of(road_server.url, bases=BASES[:1])
    errors = travel_study.compare(drawn, roads, 1).errors
    assert (errors.incidents, errors.drives) == (0, 40)
    assert errors.median_error_min > 0
    assert errors.first_differs == errors.cost_mean_min == errors.cost_p95_min == 0
    with pytest.raises(UsageError, match="20 drives are too few to fit speeds"):
        travel_study.calibrate(drawn, roads, 1)


def test_a_service_with_speeds_of_its_own_keeps_its_table(road_server):
    """A table of the service in the file is fitted itself, and that of all others stays."""
    own = ServiceSettings(detour=1.3, speed=((5.0, 20.0), (1000.0, 30.0)))
    drawn, roads = sample_of(road_server.url, services={"tow": own})
    found = travel_study.calibrate(drawn, roads, 1)
    assert [each.service for each in found.speeds] == ["tow"]
    assert found.toml.startswith("[ranking.service.tow]\nspeed = [[3, ")
    assert found.after.p90_error_min < found.before.p90_error_min


def test_trucks_stay_slower_by_as_much(road_server):
    """A service for heavy vehicles at half of the usual speed has half of the fitted speed."""
    usual = ServiceSettings()
    half = ServiceSettings(speed=tuple((km, kmh / 2) for km, kmh in usual.speed))
    drawn, roads = sample_of(
        road_server.url, services={"heavy_tow": half, "taxi": ServiceSettings(turnout_min=1.0)}
    )
    every, heavy = travel_study.calibrate(drawn, roads, 1).speeds
    assert (every.service, heavy.service) == ("", "heavy_tow")
    assert [km for km, _ in heavy.speed] == [km for km, _ in every.speed]
    assert [kmh for _, kmh in heavy.speed] == pytest.approx(
        [kmh / 2 for _, kmh in every.speed], abs=0.06
    )


def test_an_engine_that_fails_is_an_error(road_server):
    """There is nothing to compare without the engine: exit code 5."""
    road_server.reply = lambda *_: http(b"", "500 Internal Server Error")
    with pytest.raises(UnavailableError, match="HTTP 500"):
        sample_of(road_server.url)


def test_a_service_that_nobody_has(road_server):
    """Without a provider of the service the command says so."""
    with pytest.raises(UsageError, match="no provider has the service taxi"):
        sample_of(road_server.url, service="taxi")
    assert provider("x").services == ("tow",)
