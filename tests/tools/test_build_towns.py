"""The script builds the table of towns: names, namesakes, and cities abroad."""

from pathlib import Path

import pytest

from dispatch_cli.notation import carried_towns
from dispatch_cli.notation.carried_towns import towns_named
from dispatch_cli.places.geonames import PostalRow

build = pytest.importorskip("tools.build_towns", reason="the folder tools is not here")


def city(name: str, lat: float, lon: float, **facts: object) -> dict[str, object]:
    """Make a row of cities500.json."""
    defaults = {"countrycode": "DE", "population": 150_000, "alternatenames": [""]}
    return {"name": name, "latitude": lat, "longitude": lon, **defaults, **facts}


def row(postcode: str, name: str, lat: float, lon: float) -> PostalRow:
    """Make a place of the postal code file."""
    return PostalRow(postcode, name, "Kreis", "09772", "BY", lat, lon)


ROWS = [
    row("80331", "München", 48.137, 11.575),
    row("60311", "Frankfurt am Main", 50.11, 8.68),
    row("87435", "Kempten", 47.73, 10.31),
    row("99438", "München", 50.9, 11.3),
]


def named(*cities: dict[str, object]) -> set[str]:
    """Build the German rows of some cities; return their names."""
    return {town.name for town in build.german_towns(dict(enumerate(cities)), ROWS)}


def test_a_city_has_its_postal_names_and_its_short_one() -> None:
    """English, official and short names are rows of the same point."""
    munich = city("Munich", 48.137, 11.575, alternatenames=["München", "Monaco"])
    assert named(munich) == {"Munich", "München"}
    assert named(city("Frankfurt am Main", 50.11, 8.68)) == {"Frankfurt am Main", "Frankfurt"}
    assert named(city("Kempten (Allgäu)", 47.73, 10.31, population=60_000)) == {
        "Kempten (Allgäu)",
        "Kempten",
    }


def test_a_namesake_far_away_and_a_small_place_get_no_other_name() -> None:
    """A name is shared within 15 km only, and from 20,000 inhabitants."""
    assert named(city("Munich", 52.0, 9.0, alternatenames=["München"])) == {"Munich"}
    small = city("Munich", 48.137, 11.575, alternatenames=["München"], population=19_999)
    assert named(small) == {"Munich"}


def test_large_cities_abroad_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From 20,000 inhabitants near Germany, else from 100,000, in neighbouring countries only."""
    names = tmp_path / "names.csv"
    monkeypatch.setattr(build, "FOREIGN_NAMES", names)
    names.write_text("country,name,german\nAT,Vienna,Wien\n", encoding="utf-8")
    cities = {
        "1": city("Vienna", 48.2, 16.37, countrycode="AT", alternatenames=["Wien"]),
        "2": city("Kufstein", 47.58, 12.17, countrycode="AT", population=20_000),
        "3": city("Far", 45.0, 2.0, countrycode="FR", population=99_999),
        "4": city("Paris 15", 48.84, 2.29, countrycode="FR"),
        "5": city("Milan", 45.46, 9.19, countrycode="IT"),
    }
    found = {town.name for town in build.foreign_towns(cities, ROWS)}
    assert found == {"Vienna", "Wien", "Kufstein"}
    names.write_text("country,name,german\nAT,Vienna,Wean\n", encoding="utf-8")
    with pytest.raises(SystemExit, match="does not call Vienna Wean"):
        list(build.foreign_towns(cities, ROWS))
    names.write_text("country,name,german\nAT,Graz,Graz\n", encoding="utf-8")
    with pytest.raises(SystemExit, match="Graz"):
        list(build.foreign_towns(cities, ROWS))


def test_the_table_is_packed_as_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A built table has the towns that were packed, each name of a point once."""
    towns = [
        build.Town("Augsburg", 48.37, 10.9, "DE", 301_105),
        build.Town("augsburg", 48.37, 10.9, "DE", 301_105),
        build.Town("Wien", 48.2085, 16.3721, "AT", 1_691_468),
    ]
    file = tmp_path / "towns.bin"
    file.write_bytes(build.pack_towns(towns, "3.0.2"))
    monkeypatch.setattr(carried_towns, "FILE", str(file))
    table = carried_towns._Towns()
    assert table.release == "3.0.2"
    assert [town.inhabitants for town in table.named("augsburg")] == [301_105]
    assert table.named("wien") == [carried_towns.Town("Wien", 48.2085, 16.3721, "AT", 1_691_468)]
    assert table.folded_near(48.4, 10.9, 5) == ["augsburg"]


def test_each_part_with_the_name_of_a_large_city_is_in_the_table() -> None:
    """The package contains the rows of the two lists written by hand."""
    for town in build.town_parts():
        points = [(round(each.lat, 4), round(each.lon, 4)) for each in towns_named(fold(town.name))]
        assert (round(town.lat, 4), round(town.lon, 4)) in points, town
    assert any(town.country == "FR" for town in towns_named("strassburg"))


def fold(name: str) -> str:
    """Fold a name as the table does."""
    from dispatch_cli.notation.place_names import fold_name

    return fold_name(name)
