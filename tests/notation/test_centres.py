"""The table of postcodes that the package carries: rows, boxes, names, and what is no table."""

import sys
from array import array
from datetime import date

import pytest

from dispatch_cli.notation import LAENDER
from dispatch_cli.notation import centres as module
from dispatch_cli.notation.centres import PostcodeArea, centres, read_carried, read_columns

ROWS = list(centres().everything())


def test_rows_are_sound() -> None:
    """Every point lies in Germany, every radius is between 1 and 27 km, every Land is known."""
    table = centres()
    assert date.fromisoformat(table.dated) >= date(2026, 3, 30)
    assert len(ROWS) == len({code for code, *_ in ROWS}) > 8_100
    assert sorted(ROWS) == ROWS
    for code, lat, lon in ROWS:
        assert 47.2 < lat < 55.1, code
        assert 5.8 < lon < 15.1, code
        assert 1 <= table.radius_km(code) < 27, code
        assert 0 <= table.border_km(code) <= 50, code
        assert table.land(code) in LAENDER, code


@pytest.mark.parametrize(
    ("postcode", "town", "municipality", "district", "land"),
    [
        ("86150", "Augsburg", "Augsburg", "Augsburg", "BY"),
        ("01067", "Dresden", "Dresden", "Dresden", "SN"),
        ("79801", "Hohentengen am Hochrhein", "", "Landkreis Waldshut", "BW"),
        ("64760", "Oberzent", "", "Odenwaldkreis", "HE"),
        ("27568", "Bremerhaven", "Bremerhaven", "Bremerhaven", "HB"),
        ("82256", "Fürstenfeldbruck", "", "Fürstenfeldbruck", "BY"),
    ],
)
def test_towns_and_municipality(
    postcode: str, town: str, municipality: str, district: str, land: str
) -> None:
    """A city of its own is a municipality; in a Landkreis the source names only the Landkreis."""
    area = centres().area(postcode)
    assert area is not None
    assert area.towns[0] == town
    assert (area.municipality, area.district, area.land) == (municipality, district, land)
    assert (area.lat, area.lon) == centres().of(postcode)


@pytest.mark.parametrize("wrong", ["", "8615", "861500", "86 15", "٨٦١٥٠", "00000", "86151"])
def test_what_has_no_area_has_no_row(wrong: str) -> None:
    """Codes of P.O. boxes, other lengths and other digits are not found."""
    assert centres().of(wrong) is None
    assert centres().area(wrong) is None
    with pytest.raises(KeyError):
        centres().radius_km(wrong)


def test_a_box_is_everything_between() -> None:
    """What lies between two latitudes and longitudes, edges included, against a plain scan."""
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
    """A grid of nothing answers, and does not fail."""
    nothing = array("i")
    assert module.PointGrid(nothing, nothing, ()).within(-90, 90, -180, 180) == []


def test_columns_are_read_least_byte_first_on_every_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where the machine puts the greatest byte first, the bytes are turned round."""
    body = bytes([1, 2, 3, 4, 9]) + b"rest"
    (pairs, single), rest = read_columns(body[:4] + body[4:], 1, "HB")
    assert (list(pairs), list(single), rest) == ([0x0201], [3], body[3:])
    monkeypatch.setattr(sys, "byteorder", "big")
    (pairs, _), _ = read_columns(body, 1, "HB")
    assert list(pairs) == [0x0102]


def test_another_file_is_no_table() -> None:
    """The table of places at the border is not taken for that of postcodes."""
    with pytest.raises(ValueError, match="install the program again"):
        read_carried("border_places.bin", module.MAGIC)


def test_a_row_is_a_value() -> None:
    """The names are unpacked only for a whole row, and the same each time."""
    first, second = centres().area("86150"), centres().area("86150")
    assert isinstance(first, PostcodeArea)
    assert first == second
