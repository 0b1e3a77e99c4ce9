"""The map of coverage: every postcode at its level, held against a count of one's own."""

import pytest

from dispatch_cli import planning
from dispatch_cli.map_scenes import coverage_scene as of_coverage
from dispatch_cli.model import Circle
from dispatch_cli.model.sphere import great_circle_km
from dispatch_cli.notation.centres import centres

from ..map_worlds import firm
from ..worlds import NOON, MemoryCatalog, no_holidays

DAYS = 2


@pytest.fixture(scope="module")
def world():
    firms = [
        firm(1, 48.37, 10.90, area=Circle(20.0)),
        firm(2, 48.37, 10.90, area=Circle(10.0)),
        firm(3, 48.60, 10.90, area=Circle(15.0), services=("tow", "lockout")),
    ]
    report, places = planning.plan_with_places(
        MemoryCatalog(firms), now=NOON, days=DAYS, holidays=no_holidays, minimum=2, regions=("86",)
    )
    return firms, report, places


def test_every_postcode_has_the_count_of_the_firms_that_reach_it(world) -> None:
    """Each postcode of the region stands where a count by distance puts it, up to the minimum."""
    firms, _, places = world
    tow = next(each for each in places if each.service == "tow")
    found = {code: count for count, codes in tow.by_count.items() for code in codes}
    expected = {}
    for code, lat, lon in centres().everything("86"):
        reaching = sum(
            great_circle_km(each.lat, each.lon, lat, lon) <= each.area.radius_km for each in firms
        )
        expected[code] = min(2, reaching) if reaching else -1
    assert found == expected
    assert set(found.values()) == {-1, 1, 2}


def test_the_report_and_the_places_agree(world) -> None:
    """The counts of the report are those of the marks on the map."""
    _, report, places = world
    for each in report.services:
        counts = next(one.by_count for one in places if one.service == each.service)
        served = sum(len(codes) for count, codes in counts.items() if count >= 0)
        assert (each.served, each.postcodes) == (served, sum(map(len, counts.values())))


def test_the_scene_has_a_sheet_for_each_service_the_worst_first(world) -> None:
    """The marks stand at the centres; nobody's private place is on the map."""
    _, report, places = world
    scene = of_coverage.coverage_scene(report, places)
    assert [sheet.service for sheet in scene.sheets] == ["tow", "lockout"]
    assert scene.is_private is False
    for sheet in scene.sheets:
        for layer in sheet.dots:
            assert layer.positions == tuple(centres().of(code) for code in layer.names)
    levels = {layer.level for layer in scene.sheets[0].dots}
    assert levels == {"slow", "best", "outside"}


def test_services_beyond_the_limit_are_counted(world, monkeypatch) -> None:
    """A map with fewer sheets says how many services it leaves out."""
    _, report, places = world
    monkeypatch.setattr(of_coverage, "MOST_SERVICES", 1)
    scene = of_coverage.coverage_scene(report, places)
    assert len(scene.sheets) == 1
    assert any("1 more services" in str(note) for note in scene.notes)
