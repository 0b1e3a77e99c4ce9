"""Places on motorways: kilometres and exits in many spellings, or an error with what is known."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from dispatch_cli.errors import BadDataError, UsageError
from dispatch_cli.model import Place
from dispatch_cli.model.road_table import Carriageway, Exit, RoadPoint, RoadTable, Sign
from dispatch_cli.model.sphere import great_circle_km
from dispatch_cli.osm.map_file import read_map
from dispatch_cli.osm.map_kinds import WANTED
from dispatch_cli.osm.motorways import make_road_table, road_table_bytes
from dispatch_cli.places import resolve
from dispatch_cli.places.road_exits import exits_named, same_exits
from dispatch_cli.places.road_index import RoadLine
from dispatch_cli.places.road_places import EXIT_KM, POST_KM

from ..osm.maps import GAP, HEIDELBERG, LON, lat_of, needs_extracts
from .road_world import northbound, southbound, write


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """The road table of ``road_world``."""
    return (write(tmp_path_factory.mktemp("roads") / "a99.roads.json"),)


def find(text: str, tables: tuple[str, ...]) -> Place:
    """Find a place with road tables alone."""
    return resolve(text, named={}, gazetteer=None, roads=tables)


def refusal(text: str, tables: tuple[str, ...]) -> str:
    """Return the error of a text with its hint."""
    with pytest.raises(UsageError) as error:
        find(text, tables)
    return f"{error.value}\n{error.value.hint}"


def point(text: str, tables: tuple[str, ...]) -> RoadPoint:
    """Return what the place of a text is called."""
    road = find(text, tables).road
    assert road is not None
    return road


# The spelling; the kilometre or its range or the exits; the direction; is it known; east or west.
NORTH, SOUTH, BOTH = GAP, 0.0, GAP / 2
SPELLINGS = [
    ("A99 km 17,5", 17.5, "", False, BOTH),
    ("A 99 km 17.5", 17.5, "", False, BOTH),
    ("a99 KM 17,5", 17.5, "", False, BOTH),
    ("A99, km 17,5", 17.5, "", False, BOTH),
    ("A-99 km 17,5", 17.5, "", False, BOTH),
    ("A99 km17,5", 17.5, "", False, BOTH),
    ("A99 17,5", 17.5, "", False, BOTH),
    ("A99 17,5 km", 17.5, "", False, BOTH),
    ("A 99 bei km 17,5", 17.5, "", False, BOTH),
    ("BAB 99 km 17,5", 17.5, "", False, BOTH),
    ("BAB99 km 17,5", 17.5, "", False, BOTH),
    ("BAB A99 km 17,5", 17.5, "", False, BOTH),
    ("BAB A 99, Kilometer 17,5", 17.5, "", False, BOTH),
    ("Autobahn 99 km 17,5", 17.5, "", False, BOTH),
    ("Autobahn A99 Kilometer 17,5", 17.5, "", False, BOTH),
    ("Bundesautobahn 99 km 17,5", 17.5, "", False, BOTH),
    ("auf der A99 bei Kilometer 17,5", 17.5, "", False, BOTH),
    ("Kilometer 17,5 auf der A99", 17.5, "", False, BOTH),
    ("km 17,5 A99", 17.5, "", False, BOTH),
    ("17,5 km A99", 17.5, "", False, BOTH),
    ("A99 Kilometerstein 17,5", 17.5, "", False, BOTH),
    ("A99 km 17", 17.0, "", False, BOTH),
    ("A99 km 17,125", 17.125, "", False, BOTH),
    ("motorway A99 kilometre 17.5", 17.5, "", False, BOTH),
    ("A99 km 17,5 Richtung Südstadt", 17.5, "Südstadt", True, SOUTH),
    ("A99 km 17,5 Ri. Südstadt", 17.5, "Südstadt", True, SOUTH),
    ("A99 km 17,5 ri suedstadt", 17.5, "suedstadt", True, SOUTH),
    ("A99 km 17,5 Fahrtrichtung Südstadt", 17.5, "Südstadt", True, SOUTH),
    ("A99 km 17,5 in Fahrtrichtung Südstadt", 17.5, "Südstadt", True, SOUTH),
    ("A99 km 17,5 (Richtung Südstadt)", 17.5, "Südstadt", True, SOUTH),
    ("A99 Richtung Südstadt km 17,5", 17.5, "Südstadt", True, SOUTH),
    ("A99 Richtung Südstadt, bei km 17,5", 17.5, "Südstadt", True, SOUTH),
    ("A99 Richtung Salzburg 17,5", 17.5, "Salzburg", True, SOUTH),
    ("A99 km 17,5 Richtung Nordstadt", 17.5, "Nordstadt", True, NORTH),
    ("A99 km 17,5 towards Nordstadt am Berg", 17.5, "Nordstadt am Berg", True, NORTH),
    ("A99 km 17,5 -> Nordstadt", 17.5, "Nordstadt", True, NORTH),
    ("A99 km 17,5 Richtung Norden", 17.5, "Norden", True, NORTH),
    ("A99 km 17,5 Fahrtrichtung Süd", 17.5, "Süd", True, SOUTH),
    ("A99 km 17,5 Richtung Kreuz Mitte", 17.5, "Kreuz Mitte", True, NORTH),
    ("A99 km 15,5 Richtung Unterdorf", 15.5, "Unterdorf", True, NORTH),
    ("A99 km 17,5 Richtung Hamburg", 17.5, "Hamburg", False, BOTH),
    ("A99 km 17,5 Richtung Westen", 17.5, "Westen", False, BOTH),
    ("A99 zwischen km 18 und 19", (18.0, 19.0), "", False, BOTH),
    ("A99 zwischen km 19 und km 18 Richtung Südstadt", (18.0, 19.0), "Südstadt", True, SOUTH),
    ("A99 km 18-19", (18.0, 19.0), "", False, BOTH),
    ("A99 von km 18 bis 19", (18.0, 19.0), "", False, BOTH),
    ("A99 FR Südstadt km 17,5", 17.5, "Südstadt", True, SOUTH),
    ("A99 FR. Nordstadt km 17,5", 17.5, "Nordstadt", True, NORTH),
    ("A99 km 17,5 FR: Nordstadt", 17.5, "Nordstadt", True, NORTH),
    ("A99 nach Südstadt km 17,5", 17.5, "Südstadt", True, SOUTH),
    ("A99 km 17,5 nach Nordstadt", 17.5, "Nordstadt", True, NORTH),
    ("A99 km 17+500", 17.5, "", False, BOTH),
    ("A99 km 17 + 500", 17.5, "", False, BOTH),
    ("A99 km 17+500 m Richtung Südstadt", 17.5, "Südstadt", True, SOUTH),
    ("A99 zwischen km 18+000 und km 19+000", (18.0, 19.0), "", False, BOTH),
    ("A99 zwischen 18 und 19", (18.0, 19.0), "", False, BOTH),
]


def test_there_are_more_than_forty_spellings() -> None:
    """The table has each once."""
    assert len({row[0] for row in SPELLINGS}) == len(SPELLINGS) >= 45


@pytest.mark.parametrize("row", SPELLINGS, ids=lambda row: row[0])
def test_kilometres_in_many_spellings(tables: tuple[str, ...], row: tuple) -> None:
    """The place lies on the carriageway of the direction, else between both."""
    text, km, towards, is_sure, east = row
    place = find(text, tables)
    first, last = km if isinstance(km, tuple) else (km, None)
    middle = first if last is None else (first + last) / 2
    away_km = great_circle_km(place.lat, place.lon, lat_of(middle), LON + east)
    assert away_km < 0.002
    assert place.road == RoadPoint("A99", first, last, towards, is_sure)
    gap_km = 0.0 if is_sure else 0.020
    half_km = 0.0 if last is None else (last - first) / 2
    assert place.uncertainty_km == pytest.approx(POST_KM + half_km + gap_km, abs=0.001)
    assert place.source == "road"
    assert place.postcode


EXITS = [
    ("Kreuz Mitte", "A99, A98", ("Kreuz Mitte",)),
    ("AK Mitte", "A99, A98", ("Kreuz Mitte",)),
    ("Autobahnkreuz Mitte", "A99, A98", ("Kreuz Mitte",)),
    ("A99 Kreuz Mitte", "A99", ("Kreuz Mitte",)),
    ("A98 AK Mitte", "A98", ("Kreuz Mitte",)),
    ("Ausfahrt 4", "A99", ("Ober / Unterdorf",)),
    ("A99 Ausfahrt 3", "A99", ("Kreuz Mitte",)),
    ("A98, Ausfahrt Nr. 3", "A98", ("Hinterdorf",)),
    ("A99 Ausfahrt 3 (Kreuz Mitte)", "A99", ("Kreuz Mitte",)),
    ("AS Ober/Unterdorf", "A99", ("Ober / Unterdorf",)),
    ("AS 4", "A99", ("Ober / Unterdorf",)),
    ("Anschlussstelle Unterdorf", "A99", ("Ober / Unterdorf",)),
    ("Abfahrt Ober", "A99", ("Ober / Unterdorf",)),
    ("exit Hinterdorf", "A98", ("Hinterdorf",)),
    ("A99 zwischen Mitte und Unterdorf", "A99", ("Kreuz Mitte", "Ober / Unterdorf")),
    ("A99 zwischen 3 und 4", "A99", ("Kreuz Mitte", "Ober / Unterdorf")),
    ("A99 zwischen AK Mitte und AS Ober", "A99", ("Kreuz Mitte", "Ober / Unterdorf")),
    ("A99 between Mitte and Ober / Unterdorf", "A99", ("Kreuz Mitte", "Ober / Unterdorf")),
]


@pytest.mark.parametrize(("text", "road", "exits"), EXITS)
def test_exits_in_many_spellings(
    tables: tuple[str, ...], text: str, road: str, exits: tuple[str, ...]
) -> None:
    """By number or name, with the word for its kind, with or without the motorway."""
    found = point(text, tables)
    assert (found.road, found.exits) == (road, exits)


def test_an_exit_has_a_place_for_each_direction(tables: tuple[str, ...]) -> None:
    """Without a direction it is the middle, and as uncertain as the two are apart."""
    north = find("A99 Kreuz Mitte Richtung Nordstadt", tables)
    south = find("A99 Kreuz Mitte Richtung Südstadt", tables)
    both = find("A99 Kreuz Mitte", tables)
    assert great_circle_km(north.lat, north.lon, lat_of(16.7), LON + GAP) < 0.01
    assert great_circle_km(south.lat, south.lon, lat_of(17.3), LON) < 0.01
    assert both.lat == pytest.approx((north.lat + south.lat) / 2, abs=1e-6)
    assert north.uncertainty_km == pytest.approx(EXIT_KM)
    assert both.uncertainty_km == pytest.approx(EXIT_KM + 0.6, abs=0.01)


def test_between_two_exits(tables: tuple[str, ...]) -> None:
    """The middle of the carriageway between them, and half of its length is uncertain."""
    place = find("A99 zwischen Mitte und Unterdorf Richtung Südstadt", tables)
    assert great_circle_km(place.lat, place.lon, lat_of(14.8), LON) < 0.01
    assert place.uncertainty_km == pytest.approx(EXIT_KM + 2.5, abs=0.01)
    assert place.road is not None
    assert place.road.is_sure


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("A99 km 9", "km 9 of A99 is not between two known posts; nearest: km 10\n"),
        ("A99 km 13,5", "nearest: km 13 and km 14\n"),
        ("A99 km 20,1 Richtung Südstadt", "nearest: km 20\n"),
        ("A99 zwischen km 19 und 25", "km 25 of A99 is not between"),
        ("A99 zwischen km 13 und 14", "km 13.5 of A99 is not between two known posts"),
        ("A98 zwischen Mitte und Hinterdorf", "the uncertainty"),
        ("A98 km 3", "no kilometre posts of A98"),
        ("A8 km 3", "the road table has no A8; it has A99, A98"),
        ("A99", "the kilometre or the exit is missing"),
        ("A99 Richtung Südstadt", "the kilometre or the exit is missing"),
        ("km 17", "the motorway is missing"),
        ("B 17 km 3", "road tables have motorways only"),
        ("A99 km 17 Blumenladen", "Blumenladen is not understood"),
        ("A99 km 17,5 kurz nach Südstadt", "kurz nach Südstadt is not understood"),
        ("A99 km 17,5 nach Ausfahrt 4", "is not understood"),
        ("A99 km 17,5 nach der Südstadt", "is not understood"),
        ("A99 300 m nach Südstadt km 17", "is not understood"),
        ("A99 12 km nach Südstadt", "nach Südstadt is not understood"),
        ("A99, 12 Kilometer nach Südstadt", "nach Südstadt is not understood"),
        ("A99 km 17+50", "+50 is not understood"),
        ("A99 km 17+5000", "+5000 is not understood"),
        ("A99 Ausfahrt 77", 'has no exit "77"'),
        ("A99 Ausfahrt Mittenwald", 'no exit "Mittenwald" (did you mean "Kreuz Mitte"?)'),
        ("Ausfahrt 3", "A98 Ausfahrt 3 (Hinterdorf)"),
        ("A99 zwischen Mitte und Hinterdorf", "no exit"),
        ("A99 zwischen Mitte und Kreuz Mitte", "are not two exits of one motorway"),
    ],
)  # fmt: skip
def test_what_the_table_does_not_have_is_refused(
    tables: tuple[str, ...], text: str, said: str
) -> None:
    """The error names what is known: the nearest posts, the motorways, the exits to choose from."""
    assert said in refusal(text, tables)


def test_two_numbers_that_may_be_kilometres_or_exits(tmp_path: Path) -> None:
    """Where the table has both, neither is guessed, and the hint has a text for each."""
    line = northbound()
    exits = (*line.exits, Exit("18", "Acht", 1_900.0), Exit("19", "Neun", 900.0))
    path = tmp_path / "both.json"
    path.write_bytes(road_table_bytes(RoadTable("", "", (replace(line, exits=exits),))))
    said = refusal("A99 zwischen 18 und 19", (str(path),))
    assert "18 and 19 may be kilometres or exits" in said
    hint = said.rpartition("\n")[2]
    by_km, by_exits = hint.split('"')[1:4:2]
    assert point(by_km, (str(path),)).km_to == 19.0
    assert point(by_exits, (str(path),)).exits == ("Acht", "Neun")


def test_the_choices_can_be_typed(tables: tuple[str, ...]) -> None:
    """Each line of an ambiguous exit is a text that means one."""
    lines = refusal("Ausfahrt 3", tables).split("\n")
    choices = [line.strip() for line in lines if line.startswith("  ")]
    assert len(choices) == 2
    assert len({point(choice, tables).exits for choice in choices}) == 2


def test_without_a_road_table_the_error_says_which_import_makes_one() -> None:
    """Kilometres, exits and crossings alike."""
    for text in ("A99 km 17,5", "AK Mitte", "A99 Ausfahrt 3", "Ausfahrt 3"):
        assert "dispatch osm import FILE.osm.pbf" in refusal(text, ())


def test_a_table_that_is_missing_or_damaged_is_refused(tmp_path: Path) -> None:
    """Never a wrong place: not JSON, another format, impossible positions, posts out of order."""
    good = Path(write(tmp_path / "good.json")).read_text("utf-8")
    faults = {
        "missing": None,
        "text": "A99 km 17",
        "format": good.replace("dispatch.roads/1", "dispatch.roads/9"),
        "position": good.replace("[48.0,", "[480.0,", 1),
        "order": good.replace("[20.0,0.0]", "[20.0,9999999.0]", 1),
        "cut": good[: len(good) // 2],
    }
    assert good.count("[20.0,0.0]") == 1
    for name, content in faults.items():
        path = tmp_path / f"{name}.json"
        if content is not None:
            path.write_text(content, "utf-8")
        with pytest.raises(BadDataError, match="road table") as error:
            find("A99 km 17,5", (str(path),))
        assert str(path) in str(error.value)


def test_a_new_table_counts_at_once(tmp_path: Path) -> None:
    """A table that is kept in memory is read again when its file has changed."""
    path = tmp_path / "a99.json"
    path.write_bytes(b"{}")
    with pytest.raises(BadDataError):
        find("A99 km 17,5", (str(path),))
    assert find("A99 km 17,5", (write(path),)).road is not None


def test_two_tables_of_one_motorway_are_one(tables: tuple[str, ...], tmp_path: Path) -> None:
    """The extracts of neighbours overlap: the place is the same."""
    both = (*tables, write(tmp_path / "again.json"))
    for text in ("A99 km 17,5 Richtung Südstadt", "A99 km 17,5", "A99 Ausfahrt 3"):
        assert find(text, both) == find(text, tables)


def exit_at(number: str, name: str, at_m: float) -> RoadLine:
    """Return a carriageway of A 1 with one exit."""
    line = ((48.0, 11.0), (48.9, 11.0))
    return RoadLine(Carriageway("A1", (), (), (Exit(number, name, at_m),), line))


def test_which_name_of_an_exit_is_meant() -> None:
    """The exact name precedes a part, a part the beginning; the word for its kind counts less."""

    def ranks(typed: str, *names: str, crossing: bool | None = None) -> list[int | None]:
        found = ([each.rank for each in exits_named(typed, [exit_at("", name, 0)],
                 is_crossing=crossing)] for name in names)  # fmt: skip
        return [each[0] if each else None for each in found]

    names = ("Ulm", "Ulm / Senden", "Ulm West", "Senden / Ulm West", "Neu-Ulm")
    assert ranks("Ulm", *names) == [0, 1, 2, 3, None]
    assert ranks("Ulm", "Kreuz Ulm", "Ulm", crossing=True) == [0, 4]
    assert ranks("Ulm", "Kreuz Ulm", "Ulm", crossing=False) == [4, 0]
    assert ranks("Kreuz Ulm", "Kreuz Ulm", "Ulm") == [0, 4]
    assert ranks("Walldorfer Kreuz", "Kreuz Walldorf", "Kreuz Wald") == [2, None]
    assert ranks("Kreuz", "Kreuz Ulm", "") == [None, None]


def test_exits_without_a_name_or_number() -> None:
    """The number stands for the name, and two of one number on one motorway are one exit."""
    lines = [exit_at("5", "", 0), exit_at("5", "", 100), exit_at("", "Ort", 0)]
    by_number = exits_named("5", lines, is_crossing=None)
    assert [len(group) for group in same_exits(by_number)] == [2]
    assert (by_number[0].title, by_number[0].label) == ("5", "Ausfahrt 5")
    (named,) = exits_named("Ort", lines, is_crossing=None)
    assert named.label == "Ausfahrt Ort"
    far = exits_named("5", [exit_at("5", "", 0), exit_at("5", "", 50_000)], is_crossing=None)
    assert [len(group) for group in same_exits(far)] == [1, 1]


def test_two_pairs_of_exits_are_refused(tmp_path: Path) -> None:
    """Where one motorway has two exits of a name far apart, both are named."""
    exits = (Exit("1", "Nord", 0), Exit("2", "Süd", 5_000), Exit("3", "Süd", 60_000))
    road = Carriageway("A1", (), (), exits, ((48.0, 11.0), (48.9, 11.0)))
    path = tmp_path / "two.json"
    path.write_bytes(road_table_bytes(RoadTable("", "", (road,))))
    said = refusal("A1 zwischen Nord und Süd", (str(path),))
    assert "is ambiguous" in said
    assert "A1 Ausfahrt 2 (Süd)" in said
    assert "A1 Ausfahrt 3 (Süd)" in said
    found = find("A1 zwischen Ausfahrt 1 und Ausfahrt 2", (str(path),))
    assert found.road is not None
    assert found.road.exits == ("Nord", "Süd")


def test_the_carriageway_of_two_tables_that_differ(tmp_path: Path) -> None:
    """Two extracts of different days have the same carriageway twice: it is one direction."""
    older = northbound()
    newer = replace(older, signs=(*older.signs, Sign("Altstadt", 10.0)))
    path = tmp_path / "both.json"
    path.write_bytes(road_table_bytes(RoadTable("", "", (older, newer, southbound()))))
    place = find("A99 km 17,5 Richtung Nordstadt", (str(path),))
    assert place.road is not None
    assert place.road.is_sure
    assert great_circle_km(place.lat, place.lon, lat_of(17.5), LON + GAP) < 0.002
    assert point("A99 km 17,5 Richtung Altstadt", (str(path),)).is_sure


def test_a_named_place_precedes_the_motorway(tables: tuple[str, ...]) -> None:
    """A name of the provider file may look like an exit."""
    own = resolve("86150", named={}, gazetteer=None)
    place = resolve("AK Mitte", named={"AK Mitte": own}, gazetteer=None, roads=tables)
    assert (place.source, place.road) == ("named", None)


@pytest.mark.parametrize(
    "text", ["Kreuzau", "Adenau", "A 5, 68159 Mannheim", "Aschaffenburg", "86150", "Berlin"]
)
def test_towns_and_addresses_are_no_motorways(tables: tuple[str, ...], text: str) -> None:
    """A text that begins like an exit or a motorway keeps its meaning."""
    assert find(text, tables) == find(text, ())
    assert find(text, tables).road is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("A99 km 17,5 Richtung Südstadt", "A99 km 17.5 towards Südstadt, near 8"),
        ("A99 km 17", "A99 km 17, near 8"),
        ("A99 zwischen km 18 und 19", "A99 between km 18 and 19, near 8"),
        ("A99 Ausfahrt 3", "A99, Kreuz Mitte, near 8"),
        ("AS Ober", "A99 exit Ober / Unterdorf, near 8"),
        ("A99 zwischen Mitte und Ober", "A99 between Kreuz Mitte and Ober / Unterdorf, near 8"),
    ],
)
def test_what_is_read_back(tables: tuple[str, ...], text: str, said: str) -> None:
    """The operator hears motorway, kilometre and direction, and how exact the place is."""
    readback = str(find(text, tables).readback)
    assert readback.startswith(said)
    assert readback.endswith(" km")
    assert "±" in readback


REAL = [
    ("A5 km 577,2 Richtung Basel", 577.2, True), ("A 5 Ri. Karlsruhe km 577,2", 577.2, True),
    ("BAB 5 km 577,2 Richtung Frankfurt", 577.2, True), ("A5 km 577", 577.0, False),
    ("A5 km 577,2 Richtung Darmstadt", 577.2, True), ("A5 km 577 Richtung Walldorf", 577.0, True),
    ("A5 km 577 Richtung Heidelberg", 577.0, False), ("A5 km 577 Richtung Norden", 577.0, True),
]  # fmt: skip


@needs_extracts
def test_the_places_of_the_heidelberg_extract(tmp_path: Path) -> None:
    """Kilometres and exits of A 5: the issue's spellings, on the right carriageway."""
    content = read_map(HEIDELBERG, WANTED, lambda share: None)
    path = tmp_path / "heidelberg.roads.json"
    path.write_bytes(road_table_bytes(make_road_table(content)[0]))
    tables = (str(path),)
    for text, km, is_sure in REAL:
        found = point(text, tables)
        assert (found.road, found.km, found.is_sure) == ("A5", km, is_sure), text
    basel, frankfurt = (
        find(f"A5 km 577 Richtung {town}", tables) for town in ("Basel", "Frankfurt")
    )
    assert basel.lon < frankfurt.lon  # vehicles keep to the right: to the south on the west side
    post = (49.3974795, 8.6380822)  # of km 577.0, to the north
    assert great_circle_km(frankfurt.lat, frankfurt.lon, *post) < 0.005
    assert point("AK Heidelberg", tables).road == "A5, A656"
    assert point("Ausfahrt 37", tables).exits == ("Kreuz Heidelberg",)
    assert point("AS Heidelberg/Schwetzingen", tables).exits == ("Heidelberg / Schwetzingen",)
    between = point("A5 zwischen Heidelberg und Schwetzingen", tables)
    assert between.exits == ("Kreuz Heidelberg", "Heidelberg / Schwetzingen")
    assert point("A5 zwischen km 575 und 577", tables).km_to == 577.0
    assert "nearest: km 580.5" in refusal("A5 km 590", tables)
