"""The script builds the table of postcodes, and the package contains that table."""

from pathlib import Path

import pytest

from dispatch_cli.model.sphere import great_circle_km
from dispatch_cli.notation.centres import Centres, PostcodeArea, centres, read_columns
from dispatch_cli.places.geonames import PostalRow, read_rows

build = pytest.importorskip("tools.build_postcodes", reason="the folder tools is not here")

GEONAMES = Path(__file__).resolve().parents[2].parent / "shared/data/places/zipcodes.de.csv.gz"
NO_BORDER = build.Grid(())
needs_geonames = pytest.mark.skipif(
    not GEONAMES.exists(), reason="the shared GeoNames file is not here"
)


def row(postcode: str, name: str, lat: float, lon: float, **facts: object) -> PostalRow:
    """Make a place in Augsburg's surroundings."""
    defaults: dict[str, object] = {
        "district": "Landkreis Augsburg", "district_code": "09772", "land": "BY",
    }  # fmt: skip
    return PostalRow(postcode=postcode, name=name, lat=lat, lon=lon, **{**defaults, **facts})


def around(count: int) -> list[PostalRow]:
    """Make ``count`` postcodes on a line, 0.1 degrees of latitude (11.12 km) apart."""
    return [row(f"8600{n}", f"Ort {n}", 48.0 + n / 10, 10.9) for n in range(count)]


def built(rows: list[PostalRow], *changes: tuple[str, ...]) -> dict[str, PostcodeArea]:
    """Build a table and read it back."""
    corrections = [build.Correction(*each, *("",) * (7 - len(each))) for each in changes]
    content = build.build_postcodes(rows, NO_BORDER, corrections, "2026-01-01")
    head, _, body = content.partition(b"\n")
    _, dated, count, lands = head.decode().split()
    columns, names = read_columns(body, int(count), "IiiHHHB")
    table = Centres(dated, lands.split(","), columns, names)
    found = {code: table.area(code) for code, _, _ in table.everything()}
    return {code: area for code, area in found.items() if area is not None}


def test_the_point_is_the_middle_of_a_postcodes_own_places() -> None:
    """A place that several postcodes share stands for the whole town and does not count."""
    rows = [
        *around(8),
        row("86100", "Augsburg", 48.5, 10.5),
        row("86101", "Augsburg", 48.5, 10.5),
        row("86100", "Augsburg Nord", 48.60, 10.5),
        row("86100", "Augsburg Ost", 48.50, 10.7),
    ]
    table = built(rows)
    assert (table["86100"].lat, table["86100"].lon) == (48.55, 10.6)
    assert (table["86101"].lat, table["86101"].lon) == (48.5, 10.5)
    assert table["86100"].towns[0] == "Augsburg"


def test_the_radius_is_part_of_the_way_to_the_sixth_neighbour() -> None:
    """Seven centres on a line: from the first the sixth is 66.7 km away, from the middle 33.4."""
    table = built(around(7))
    step_km = great_circle_km(48.0, 10.9, 48.1, 10.9)
    assert table["86000"].radius_km == pytest.approx(0.45 * 6 * step_km, abs=0.01)
    assert table["86003"].radius_km == pytest.approx(0.45 * 3 * step_km, abs=0.01)


def test_the_radius_reaches_over_nine_of_ten_places_and_is_at_least_a_kilometre() -> None:
    """Ten places on a line: the ninth nearest sets the radius; a dense town has 1 km."""
    line = [row("86100", f"Dorf {n}", 48.0 + n / 10, 10.5) for n in range(10)]
    dense = [row(f"8620{n}", f"Viertel {n}", 48.45 + n / 1000, 10.6) for n in range(8)]
    table = built([*line, *dense])
    centre = (table["86100"].lat, table["86100"].lon)
    ninth_km = sorted(great_circle_km(*centre, 48.0 + n / 10, 10.5) for n in range(10))[8]
    assert table["86100"].radius_km == pytest.approx(ninth_km, abs=0.01)
    assert table["86200"].radius_km == 1.0


def test_corrections_drop_add_move_and_widen_postcodes_and_set_their_land() -> None:
    """Each kind of correction does what it says and nothing else."""
    rows = [*around(8), row("86008", "Hof", 48.3, 11.0, land="BW"), row("86008", "Alt", 48.2, 11.0)]
    table = built(
        rows,
        ("86000", "drop"),
        ("86300", "add", "48.25", "10.8", "", "Neustadt", "86001"),
        ("86001", "point", "48.11", "10.91"),
        ("86002", "radius", "", "", "99"),
        ("86008", "land", "", "", "BW"),
    )
    assert "86000" not in table
    assert table["86300"].towns == ("Neustadt",)
    assert table["86300"].district == "Landkreis Augsburg"
    assert (table["86001"].lat, table["86001"].lon) == (48.11, 10.91)
    assert table["86002"].radius_km == 99
    assert table["86008"].land == "BW"
    assert built(rows)["86008"].land == "BW"  # a tie: the first land in the alphabet


def test_a_stray_place_adds_only_its_name_to_a_postcode() -> None:
    """A place in another town changes neither the point nor the radius of its postcode."""
    rows = [
        *around(8),
        row("86100", "Hof", 48.20, 10.5),
        row("86100", "Au", 48.22, 10.5),
        row("86100", "Neustadt", 49.9, 12.0),
    ]
    table = built(rows, ("86100", "stray", "49.9", "12.0", "", "Neustadt"))
    without = built(rows[:-1])
    assert table["86100"].lat == without["86100"].lat == 48.21
    assert table["86100"].radius_km == without["86100"].radius_km
    assert built(rows)["86100"].radius_km > 5 * without["86100"].radius_km
    assert "Neustadt" in table["86100"].towns


def test_a_point_between_two_sources_has_a_radius_over_both() -> None:
    """A corrected point may come with a radius; the correction "keep" changes nothing."""
    table = built(
        around(8), ("86001", "point", "48.11", "10.91", "77"), ("86002", "keep", "", "", "")
    )
    assert (table["86001"].lat, table["86001"].lon) == (48.11, 10.91)
    assert table["86001"].radius_km == 77
    assert table["86002"].radius_km < 77


def test_an_independent_city_comes_before_the_villages_of_its_postcode() -> None:
    """A city has one row, as each village has, so most rows name the county of the villages."""
    city = {"district": "Kreisfreie Stadt Schwabach", "district_code": "09565"}
    villages = [row("86100", name, 48.2, 10.5) for name in ("Kammerstein", "Rednitzhembach")]
    rows = [*around(8), *villages, row("86100", "Schwabach", 48.21, 10.5, **city)]
    assert built(rows)["86100"].municipality == built(rows)["86100"].district == "Schwabach"
    without = built([*around(8), *villages])["86100"]
    assert (without.municipality, without.district) == ("", "Landkreis Augsburg")


def test_a_company_with_a_postcode_of_its_own_is_left_out() -> None:
    """The table has no postcode that belongs to a single receiver of mail."""
    assert "86999" not in built([*around(8), row("86999", "AG", 48.3, 10.9, is_receiver=True)])


def test_an_independent_city_is_a_municipality() -> None:
    """The key of a district shows whether it is an independent city; its name does not matter."""
    cities = {
        "09761": "Augsburg", "08221": "Heidelberg", "05315": "Köln, Stadt",
        "09162": "Kreisfreie Stadt München", "15003": "Landeshauptstadt Magdeburg",
    }  # fmt: skip
    counties = {"09772": "Landkreis Augsburg", "08115": "Böblingen", "10041": "Saarbrücken"}
    for key, name in {**cities, **counties}.items():
        town = row("1", "x", 0, 0, district=name, district_code=key)
        municipality, district = build.district_of(town)
        assert municipality == (district if key in cities else ""), key
        assert not district.startswith(("Kreisfreie", "Landeshaupt"))
        assert "," not in district


@needs_geonames
def test_there_are_106_independent_cities() -> None:
    """The Federal Statistical Office counts as many, with Berlin, Hamburg and Bremen."""
    keys = {one.district_code for one in read_rows(GEONAMES) if not one.is_receiver}
    assert len(keys) == 400
    assert sum(map(build.is_city, keys)) == 106


@needs_geonames
def test_the_package_contains_the_table_that_the_script_builds() -> None:
    """All columns but the distance to the border are equal; that one needs foreign places."""
    content = build.build_postcodes(
        read_rows(GEONAMES), NO_BORDER, build.read_corrections(), centres().dated
    )
    carried = (build.NOTATION / "postcodes.bin").read_bytes()
    count = len(list(centres().everything()))
    begin = carried.index(b"\n") + 1 + count * (4 + 4 + 4 + 2 + 2)
    assert content[:begin] == carried[:begin]
    assert content[begin + 2 * count :] == carried[begin + 2 * count :]


@needs_geonames
def test_nine_of_ten_places_lie_within_the_radius() -> None:
    """Over 94 % of the places of GeoNames lie within the radius of their postcode."""
    table = centres()
    places = [
        (great_circle_km(one.lat, one.lon, *centre), table.radius_km(one.postcode))
        for one in read_rows(GEONAMES)
        if not one.is_receiver and (centre := table.of(one.postcode))
    ]
    assert len(places) > 16_000
    assert sum(km <= radius_km for km, radius_km in places) / len(places) > 0.94


@pytest.mark.parametrize("extract", ["berlin-borsigwalde", "heidelberg"])
def test_nine_of_ten_addresses_lie_within_the_radius(extract: str) -> None:
    """The rule holds in each postcode with 17 or more addresses in an OpenStreetMap extract."""
    pytest.importorskip("osmium", reason="osmium, which reads the extracts, is not installed")
    file = GEONAMES.parents[1] / f"osm/{extract}.osm.pbf"
    if not file.exists():
        pytest.skip("the shared OpenStreetMap extracts are not here")
    figures = pytest.importorskip("benchmarks.places", reason="the folder benchmarks is not here")
    found: dict[str, list[bool]] = {}
    for code, lat, lon in figures.addresses(file):
        if centre := centres().of(code):
            inside = great_circle_km(lat, lon, *centre) <= centres().radius_km(code)
            found.setdefault(code, []).append(inside)
    counted = {code: each for code, each in found.items() if len(each) >= 17}
    assert len(counted) >= 3
    for code, each in counted.items():
        assert sum(each) / len(each) >= 0.9, code
