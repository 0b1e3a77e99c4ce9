"""The table of postcodes in the package: its rows, boxes and names, and files of other kinds."""

import sys
from array import array
from datetime import date

import pytest

from dispatch_cli.model.sphere import great_circle_km
from dispatch_cli.model.words import LAENDER
from dispatch_cli.notation import centres as module
from dispatch_cli.notation.centres import PostcodeArea, centres, read_carried, read_columns
from dispatch_cli.notation.postcode_search import centres_within

ROWS = list(centres().everything())


def test_every_postcode_has_a_town() -> None:
    """Each row has the name of at least one town."""
    for code, *_ in ROWS:
        area = centres().area(code)
        assert area is not None
        assert area.towns, code
        assert all(area.towns), code


def test_the_rows_of_a_prefix_are_those_that_begin_with_it() -> None:
    """Any beginning of a postcode has the rows that a search through all of them finds."""
    for prefix in ("", "0", "01", "010", "8", "86", "861", "8615", "86150", "9", "99998", "00000"):
        rows = [row for row in ROWS if row[0].startswith(prefix)]
        assert [*centres().everything(prefix)] == rows


def test_every_row_is_in_range() -> None:
    """Every point lies in Germany, every radius is between 1 and 26 km, every Land is known."""
    table = centres()
    assert date.fromisoformat(table.dated) >= date(2026, 3, 30)
    assert len(ROWS) == len({code for code, *_ in ROWS}) > 8_100
    assert sorted(ROWS) == ROWS
    for code, lat, lon in ROWS:
        assert 47.2 < lat < 55.1, code
        assert 5.8 < lon < 15.1, code
        assert 1 <= table.radius_km(code) < 26, code
        assert 0 <= table.border_km(code) <= 50, code
        assert table.land(code) in LAENDER, code


def test_no_radius_is_much_longer_than_the_way_to_its_neighbours() -> None:
    """Six others at most lie within 1/1.7 of a radius: one place of a wrong town would break it."""
    for code, lat, lon in ROWS:
        near = centres_within(lat, lon, centres().radius_km(code) / 1.7)
        assert len(near) <= 7, code


@pytest.mark.parametrize(
    ("postcode", "lat", "lon"),
    [
        ("66130", 49.205, 7.045),  # Saarbrücken-Güdingen, not the west of the town
        ("96237", 50.222, 11.065),  # Ebersdorf bei Coburg, not the one near Sonneberg
        ("47802", 51.383, 6.59),  # Krefeld-Traar
        ("81929", 48.152, 11.655),  # München-Englschalking
        ("71672", 48.940, 9.258),  # Marbach am Neckar
        ("89584", 48.283, 9.725),  # Ehingen
        ("67377", 49.290, 8.266),  # Gommersheim: its forest is 20 km away, where OpenStreetMap is
        ("67256", 49.518, 8.248),  # Weisenheim am Sand, the same
        ("15366", 52.525, 13.67),  # Hoppegarten and Neuenhagen
    ],
)
def test_a_town_lies_within_the_radius_of_its_postcode(
    postcode: str, lat: float, lon: float
) -> None:
    """A town whose point was wrong in one source lies within the radius of its postcode."""
    centre = centres().of(postcode)
    assert centre is not None
    assert great_circle_km(lat, lon, *centre) <= centres().radius_km(postcode)


@pytest.mark.parametrize(
    ("postcode", "town", "municipality", "district", "land"),
    [
        ("86150", "Augsburg", "Augsburg", "Augsburg", "BY"),
        ("01067", "Dresden", "Dresden", "Dresden", "SN"),
        ("79801", "Hohentengen am Hochrhein", "", "Landkreis Waldshut", "BW"),
        ("64760", "Oberzent", "", "Odenwaldkreis", "HE"),
        ("91126", "Schwabach", "Schwabach", "Schwabach", "BY"),
        ("22961", "Hoisdorf", "", "Kreis Stormarn", "SH"),
        ("27568", "Bremerhaven", "Bremerhaven", "Bremerhaven", "HB"),
        ("82256", "Fürstenfeldbruck", "", "Fürstenfeldbruck", "BY"),
    ],
)
def test_towns_and_municipality(
    postcode: str, town: str, municipality: str, district: str, land: str
) -> None:
    """An independent city is a municipality; in a Landkreis the source names only the Landkreis."""
    area = centres().area(postcode)
    assert area is not None
    assert area.towns[0] == town
    assert (area.municipality, area.district, area.land) == (municipality, district, land)
    assert (area.lat, area.lon) == centres().of(postcode)


@pytest.mark.parametrize("wrong", ["", "8615", "861500", "86 15", "٨٦١٥٠", "00000", "86151"])
def test_a_code_without_area_has_no_row(wrong: str) -> None:
    """Codes of P.O. boxes, other lengths and other digits are not found."""
    assert centres().of(wrong) is None
    assert centres().area(wrong) is None
    with pytest.raises(KeyError):
        centres().radius_km(wrong)


def test_a_box_is_everything_between() -> None:
    """A box holds the points between its edges, edges included, as a scan finds them."""
    _, lat, lon = next(row for row in ROWS if row[0] == "86150")
    for box in (
        (lat, lat, lon, lon),
        (lat - 0.1, lat + 0.1, lon, 12),
        (40, 60, 0, 20),
        (47.3, 47.4, 5.0, 15.0),
        (1, 2, 3, 4),
    ):
        south, north, west, east = box
        assert sorted(centres().within(*box)) == [
            row for row in ROWS if south <= row[1] <= north and west <= row[2] <= east
        ]


def test_without_points_every_box_is_empty() -> None:
    """A grid without points finds none."""
    nothing = array("i")
    assert module.PointGrid(nothing, nothing, ()).within(-90, 90, -180, 180) == []


def test_columns_are_little_endian_on_every_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A big-endian machine swaps the bytes."""
    body = bytes([1, 2, 3, 4, 9]) + b"rest"
    (pairs, single), rest = read_columns(body[:4] + body[4:], 1, "HB")
    assert (list(pairs), list(single), rest) == ([0x0201], [3], body[3:])
    monkeypatch.setattr(sys, "byteorder", "big")
    (pairs, _), _ = read_columns(body, 1, "HB")
    assert list(pairs) == [0x0102]


def test_another_file_is_no_table() -> None:
    """The table of places at the border is refused as the table of postcodes."""
    with pytest.raises(ValueError, match="install the program again"):
        read_carried("border_places.bin", module.MAGIC)


def test_a_row_is_a_value() -> None:
    """Two reads of a row are equal, and their names are unpacked once."""
    first, second = centres().area("86150"), centres().area("86150")
    assert isinstance(first, PostcodeArea)
    assert first == second
