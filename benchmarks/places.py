"""How true the table of postcodes and the border are; docs/places.md has the figures.

    python -m benchmarks.places radii DE.zip [FILE.osm.pbf ...]
    python -m benchmarks.places border DE.zip cities500.json

``radii`` counts how many addresses of OpenStreetMap extracts lie within the radius of their
postcode (needs ``pip install osmium``), and how many of GeoNames' places. ``border`` leaves each
place near the border out of the table in turn and asks on which side the others put it.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator
from math import ceil, inf
from pathlib import Path

from dispatch_cli.model.sphere import great_circle_km
from dispatch_cli.model.words import COUNTRIES
from dispatch_cli.notation.borders import DOUBT_KM
from dispatch_cli.notation.centres import centres
from dispatch_cli.places.geonames import read_rows
from tools.build_postcodes import GERMAN_KM, Grid, point_of

LEAST_ADDRESSES = 17
"""A postcode with fewer addresses in an extract is not listed by itself."""

SAME_KM = 0.8
"""Two places nearer than this are one place under two names."""


def addresses(path: Path) -> Iterator[tuple[str, float, float]]:
    """Yield postcode, latitude and longitude of everything in an extract that has a postcode."""
    import osmium

    found: list[tuple[str, float, float]] = []

    class Handler(osmium.SimpleHandler):  # type: ignore[misc]
        def node(self, node: osmium.osm.Node) -> None:
            code = node.tags.get("addr:postcode") or node.tags.get("postal_code")
            if code:
                found.append((code, node.location.lat, node.location.lon))

        def way(self, way: osmium.osm.Way) -> None:
            code = way.tags.get("addr:postcode") or way.tags.get("postal_code")
            corners = [node.location for node in way.nodes if node.location.valid()]
            if code and corners:
                lat = sum(corner.lat for corner in corners) / len(corners)
                lon = sum(corner.lon for corner in corners) / len(corners)
                found.append((code, lat, lon))

    Handler().apply_file(str(path), locations=True)
    yield from found


def show_radii(places: Path, extracts: list[Path]) -> None:
    """Print how many places and addresses lie within the radius of their postcode."""
    table = centres()
    rows = [row for row in read_rows(places) if not row.is_receiver and table.of(row.postcode)]
    within = sum(_is_within(row.postcode, row.lat, row.lon) for row in rows)
    print(f"GeoNames: {within} of {len(rows)} places, {within / len(rows):.1%}")
    for extract in extracts:
        by_code: dict[str, list[bool]] = defaultdict(list)
        for code, lat, lon in addresses(extract):
            if table.of(code):
                by_code[code].append(_is_within(code, lat, lon))
        every = [each for found in by_code.values() for each in found]
        print(f"{extract.name}: {sum(every)} of {len(every)} addresses,"
              f" {sum(every) / len(every):.1%}")  # fmt: skip
        for code, found in sorted(by_code.items()):
            if len(found) >= LEAST_ADDRESSES:
                print(f"  {code}  ± {table.radius_km(code):.2f} km  {len(found):5}"
                      f"  {sum(found) / len(found):.0%}")  # fmt: skip
    radii = sorted(table.radius_km(code) for code, *_ in table.everything())
    shares = " ".join(f"{radii[ceil(share * len(radii)) - 1]:.1f}" for share in (0.1, 0.5, 0.9, 1))
    print(f"radii in km, 10 %, half, 90 %, largest: {shares}")


def _is_within(code: str, lat: float, lon: float) -> bool:
    table = centres()
    centre = table.of(code)
    return centre is not None and great_circle_km(lat, lon, *centre) <= table.radius_km(code)


def show_border(places: Path, cities: Path) -> None:
    """Print how often the places around a place put it on the wrong side of the border."""
    known = json.loads(cities.read_text(encoding="utf-8")).values()
    german = [point_of(each) for each in known if each["countrycode"] == "DE"]
    foreign = [point_of(each) for each in known if each["countrycode"] in COUNTRIES]
    villages = {(row.lat, row.lon) for row in read_rows(places) if not row.is_receiver}
    here, there = Grid({*german, *villages}), Grid(foreign)
    wrong = {"German": 0, "foreign": 0}
    count = {"German": 0, "foreign": 0}
    for side, points, own, other in (
        ("German", german, here, there),
        ("foreign", foreign, there, here),
    ):
        for point in points:
            other_km = other.nearest_km(*point, GERMAN_KM)
            if other_km == inf:
                continue  # as a place of the own side that is far from the border
            count[side] += 1
            away = own.near(*point, 2 * GERMAN_KM)
            own_km = next((km for km in away if km > SAME_KM), inf)
            german_km, foreign_km = (own_km, other_km) if side == "German" else (other_km, own_km)
            is_foreign = foreign_km + DOUBT_KM < german_km
            wrong[side] += is_foreign == (side == "German")
    for side, total in count.items():
        print(f"{side} places within {GERMAN_KM:.0f} km of the other side: {total},"
              f" on the wrong side {wrong[side]}, {wrong[side] / total:.1%}")  # fmt: skip


def main() -> None:
    """Print the figures of docs/places.md."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("what", choices=("radii", "border"))
    parser.add_argument("postcodes", type=Path)
    parser.add_argument("others", nargs="*", type=Path)
    asked = parser.parse_args()
    if asked.what == "radii":
        show_radii(asked.postcodes, asked.others)
    else:
        show_border(asked.postcodes, *asked.others)


if __name__ == "__main__":
    main()
