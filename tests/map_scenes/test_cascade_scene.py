"""What stands on the map of a cascade: firms, areas, towns, roads."""

from dispatch_cli.map_scenes import cascade_scene as of_cascade
from dispatch_cli.map_scenes.firm_areas import MOST_POSTCODES, area_of
from dispatch_cli.map_scenes.map_ground import ground_of
from dispatch_cli.model import Circle, Country, Polygon, Postcodes
from dispatch_cli.notation.carried_towns import towns_within
from dispatch_cli.notation.centres import centres
from dispatch_cli.results.map_scene import MapBox, RoadLine, Roads, motorways

from ..map_worlds import firm, ranked, scattered, scene_of

SQUARE = ((48.0, 10.0), (48.0, 11.0), (49.0, 11.0), (49.0, 10.0))
ROUND_AUGSBURG = MapBox(48.2, 10.6, 48.6, 11.2)


def test_the_firms_are_those_of_the_answer() -> None:
    """The scene has the ranks, minutes and positions of the answer, in its order."""
    firms = scattered(12)
    answer, catalog = ranked(firms)
    [sheet] = of_cascade.cascade_scene(answer, catalog).sheets
    [cascade] = answer.cascades
    assert [each.candidate for each in sheet.firms] == list(cascade.candidates)
    assert [each.rank for each in sheet.firms] == list(range(1, 13))
    at = {each.id: (each.lat, each.lon) for each in firms}
    assert [(each.lat, each.lon) for each in sheet.firms] == [
        at[each.provider] for each in cascade.candidates
    ]
    assert sheet.last_resort == cascade.last_resort


def test_excluded_firms_only_with_explain() -> None:
    """A firm that is out stands on the map with --explain only, and has no rank."""
    firms = [firm(1, 48.40, 10.95), firm(2, 48.35, 10.80, services=("lockout",))]
    [sheet] = scene_of(firms).sheets
    assert [each.provider for each in sheet.firms] == ["f1"]
    [sheet] = scene_of(firms, explain=True).sheets
    assert [(each.provider, each.rank) for each in sheet.firms] == [("f1", 1), ("f2", 0)]
    assert sheet.firms[1].exclusion.reason == "service_not_offered"


def test_where_nobody_is_ranked_the_nearest_are_shown() -> None:
    """Without a candidate the map has the firms nearest to possible, also without --explain."""
    [sheet] = scene_of([firm(1, 48.9, 10.9, area=Circle(10.0))]).sheets
    assert [(each.provider, each.rank) for each in sheet.firms] == [("f1", 0)]
    assert sheet.box.north >= 48.9


def test_very_many_firms_are_bounded(monkeypatch) -> None:
    """A sheet has a limited number of ranked and excluded firms, the nearest ones."""
    monkeypatch.setattr(of_cascade, "MOST_RANKED", 4)
    monkeypatch.setattr(of_cascade, "MOST_EXCLUDED", 2)
    out = [firm(50 + n, 48.4 + n / 10, 10.9, services=("lockout",)) for n in range(5)]
    [sheet] = scene_of([*scattered(10), *out], explain=True).sheets
    assert [each.rank for each in sheet.firms] == [1, 2, 3, 4, 0, 0]
    assert {each.provider for each in sheet.firms[4:]} == {"f50", "f51"}


def test_each_kind_of_area_has_its_geometry() -> None:
    """A circle is round the base, postcodes have their centres, an outline its corners."""
    circle = area_of(firm(1, 48.4, 10.9, area=Circle(12.5)))
    assert (circle.kind, circle.circles[0].radius_km) == ("radius", 12.5)
    assert (circle.circles[0].lat, circle.circles[0].lon) == (48.4, 10.9)
    codes = Postcodes((("86150", "86153"), ("86152", "86161")), "86150-86153, 86152-86161")
    postcodes = area_of(firm(1, 48.4, 10.9, area=codes))
    expected = [c for c, *_ in centres().everything("861") if codes.holds(c)]
    at = [centres().of(code) for code in expected]
    assert sorted((each.lat, each.lon) for each in postcodes.circles) == sorted(at)
    assert postcodes.text == codes.text
    outline = area_of(firm(1, 48.4, 10.9, area=Polygon(((SQUARE,),), "areas/lech.geojson")))
    assert (outline.kind, outline.polygons) == ("polygon", ((SQUARE,),))
    assert area_of(firm(1, 48.4, 10.9, area=Country())).circles == ()


def test_an_area_of_very_many_postcodes_has_no_geometry() -> None:
    """All of Germany written as postcodes is drawn as little as "country" is."""
    assert len(list(centres().everything())) > MOST_POSTCODES
    area = area_of(firm(1, 48.4, 10.9, area=Postcodes((("00000", "99999"),), "0-9")))
    assert (area.kind, area.circles) == ("postcodes", ())


def test_the_larger_towns_are_found_once() -> None:
    """Augsburg is first, and München has its German name alone."""
    towns = towns_within(48.0, 10.6, 48.6, 11.7, 10)
    assert [each.name for each in towns[:2]] == ["München", "Augsburg"]
    assert "Munich" not in {each.name for each in towns}
    names = {each.name for each in towns_within(50.0, 14.0, 50.2, 15.0, 10)}
    assert "Prag / Prague" in names


def test_roads_are_ground_only_where_they_are() -> None:
    """A road through the sheet is kept with its day, one elsewhere is left out."""
    near = RoadLine(points=((48.3, 10.7), (48.5, 11.0)), ref="A 8", kind="motorway")
    far = RoadLine(points=((52.0, 13.0), (52.1, 13.1)))
    ground = ground_of([ROUND_AUGSBURG], Roads((near, far, RoadLine(points=())), "2026-11-01"))
    assert ground.roads == Roads((near,), "2026-11-01")
    assert ground_of([ROUND_AUGSBURG], Roads((far,), "2026-11-01")).roads == Roads()


def test_a_road_table_fills_the_ground() -> None:
    """Numbers and corners of motorways become roads; a line of one corner is none."""
    found = motorways([("A 8", [(48.3, 10.7), (48.5, 11.0)]), ("A 9", [(48.0, 11.0)])], "2026")
    assert found == Roads(
        (RoadLine(points=((48.3, 10.7), (48.5, 11.0)), ref="A 8", kind="motorway"),), "2026"
    )
