"""The drawing of a map: marks by position, labels that do not overlap, facts of the answer."""

import re
from itertools import combinations

import pytest
from msgspec.structs import replace

from dispatch_cli.messages import Message
from dispatch_cli.model import Circle, Place, Polygon, Postcodes, Vehicle
from dispatch_cli.model.sphere import great_circle_km
from dispatch_cli.render.maps import map_style
from dispatch_cli.render.maps.map_formats import MAP_FORMATS, map_text
from dispatch_cli.render.maps.placement import Box, Placement, text_width
from dispatch_cli.render.maps.sheet_drawing import HEIGHT, WIDTH
from dispatch_cli.results.map_scene import (
    CountCell,
    DotLayer,
    MapBox,
    MapScene,
    MapSheet,
    RoadLine,
)

from ...catalogues import Marked, spoken
from ...map_worlds import AUGSBURG, at_one_point, firm, ranked, scattered, scene_of
from ...worlds import NOON
from ..test_clean import NASTY
from .drawn import SVG, Fit, marks_of, points_of, sheets_of, text_of

MARKUP = ("</svg><script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "]]>", "&#27;{x}")
DATA = re.compile(r"[\d~ .:()+,−?-]+|Abschleppdienst \d+|089 [\d -]+|[A-ZÄÖÜ][\w ./-]+")
"""Numbers, names of firms and towns, phone numbers."""


def svg_of(scene):
    return map_text(scene, ".svg")


def fit_of(sheet, firms):
    """Find scale and origin by the incident and the first firm on the sheet."""
    at = {each.id: (each.lat, each.lon) for each in firms}
    [place] = marks_of(sheet, "place")
    first = next(
        mark
        for mark in marks_of(sheet, "firm")
        if "beyond" not in mark.kinds and mark.element.get("data-rank") != ""
    )
    own = at[first.element.get("data-provider")]
    return Fit.of(place, (AUGSBURG.lat, AUGSBURG.lon), first, own), at


@pytest.mark.parametrize("count", [2, 10, 60])
def test_every_firm_stands_where_it_is(count):
    """All marks lie where Web Mercator, computed anew, puts them: within a tenth of a pixel."""
    firms = scattered(count)
    [sheet] = sheets_of(svg_of(scene_of(firms)))
    fit, at = fit_of(sheet, firms)
    seen = 0
    for mark in marks_of(sheet, "firm"):
        x, y = fit.at(*at[mark.element.get("data-provider")])
        if "beyond" in mark.kinds:
            assert not (4 <= x <= WIDTH - 4 and 4 <= y <= HEIGHT - 4)
            continue
        seen += 1
        assert (mark.x, mark.y) == pytest.approx((x, y), abs=0.15)
    assert seen >= min(count, 2)


def test_north_is_up_and_east_is_right():
    """A firm in the north east stands above and to the right of the incident."""
    [sheet] = sheets_of(svg_of(scene_of([firm(1, 48.45, 11.0)])))
    [place], [mark] = marks_of(sheet, "place"), marks_of(sheet, "firm")
    assert mark.x > place.x
    assert mark.y < place.y


def test_a_firm_beyond_the_edge_has_its_direction_and_distance():
    """A firm 120 km in the north stands at the upper edge with its kilometres; none is lost."""
    firms = [firm(1, 48.40, 10.95), firm(2, 48.33, 10.85), firm(3, 49.45, 10.90)]
    [sheet] = sheets_of(svg_of(scene_of(firms)))
    marks = {mark.element.get("data-provider"): mark for mark in marks_of(sheet, "firm")}
    assert {name for name, mark in marks.items() if "beyond" in mark.kinds} == {"f3"}
    assert marks["f3"].y < 50
    km = great_circle_km(AUGSBURG.lat, AUGSBURG.lon, 49.45, 10.90)
    assert f"{km:.0f} km away" in text_of(marks["f3"].element)
    assert "farther away, in this direction" in svg_of(scene_of(firms))


def test_the_scale_bar_is_true():
    """The bar is as long as its kilometres are in the middle of the sheet."""
    firms = scattered(10)
    svg = svg_of(scene_of(firms))
    [sheet] = sheets_of(svg)
    fit, _ = fit_of(sheet, firms)
    bar = next(e for e in sheet.iter(f"{SVG}path") if e.get("class") == "scale")
    left, right = re.match(r"M([\d.]+) [\d.]+V[\d.]+H([\d.]+)", bar.get("d")).groups()
    km = float(re.search(r'class="scaletext halo"[^>]*>([\d.]+) km<', svg)[1])
    x, y = WIDTH / 2, HEIGHT / 2
    lats = [48.2 + n / 1000 for n in range(500)]
    lat = min(lats, key=lambda each: abs(fit.at(each, 10.9)[1] - y))
    assert x > 0
    assert float(right) - float(left) == pytest.approx(km * fit.units_per_km(lat), rel=0.002)


def test_the_uncertainty_is_a_circle_of_its_kilometres():
    """Every corner of the circle is 1.3 km from the place."""
    firms = scattered(4)
    [sheet] = sheets_of(svg_of(scene_of(firms)))
    fit, _ = fit_of(sheet, firms)
    [place] = marks_of(sheet, "place")
    circle = next(e for e in sheet.iter(f"{SVG}path") if e.get("class") == "sure")
    radius = 1.3 * fit.units_per_km(AUGSBURG.lat)
    for x, y in points_of(circle.get("d")):
        distance = ((x - place.x) ** 2 + (y - place.y) ** 2) ** 0.5
        assert distance == pytest.approx(radius, abs=max(1.0, radius * 0.01))


@pytest.mark.parametrize(
    "firms",
    [scattered(10), scattered(60), at_one_point(10), at_one_point(60),
     [replace(each, name="\x1b\u202e" * 6) for each in scattered(10)]],
    ids=["ten", "sixty", "ten at one point", "sixty at one point", "control signs"],
)  # fmt: skip
def test_the_first_ten_have_a_label_and_no_two_overlap(firms):
    """Badges and labels are disjoint boxes on the sheet, by the widths that the program takes."""
    [sheet] = sheets_of(svg_of(scene_of(firms)))
    boxes = []
    labelled = set()
    for mark in marks_of(sheet, "firm"):
        for each in mark.element.iter(f"{SVG}circle"):
            if each.get("class") == "badge":
                x, y = mark.x + float(each.get("cx")), mark.y + float(each.get("cy"))
                size = 2 * float(each.get("r"))
                boxes.append(Box.round(x, y, size, size))
        for each in mark.element.iter(f"{SVG}text"):
            if "name" in each.get("class"):
                labelled.add(int(mark.element.get("data-rank")))
                left = mark.x + float(each.get("x"))
                bottom = mark.y + float(each.get("y"))
                width = text_width("".join(each.itertext()), 12.5)
                boxes.append(Box(left, bottom - 10, left + width, bottom + 2))
    assert labelled == set(range(1, min(10, len(firms)) + 1))
    assert len(boxes) == min(60, len(firms)) + 10
    sheet_box = Box(0, 0, WIDTH, HEIGHT)
    for box in boxes:
        assert box.left >= sheet_box.left
        assert box.right <= sheet_box.right
        assert box.top >= sheet_box.top
        assert box.bottom <= sheet_box.bottom
    assert [pair for pair in combinations(boxes, 2) if pair[0].meets(pair[1])] == []


def test_a_label_that_is_not_beside_its_badge_begins_with_the_rank():
    """In a crowd the rank says which badge a label belongs to."""
    [sheet] = sheets_of(svg_of(scene_of(at_one_point(10))))
    first = next(m for m in marks_of(sheet, "firm") if m.element.get("data-rank") == "1")
    assert re.match(r"1 1 Abschleppdienst", text_of(first.element))
    [alone] = sheets_of(svg_of(scene_of(scattered(1))))
    [mark] = marks_of(alone, "firm")
    assert text_of(mark.element).startswith("1 Abschleppdienst 1")


def test_the_map_says_what_the_answer_says():
    """Rank, number, name, minutes and arrival of each firm are those of the answer."""
    firms = scattered(12)
    answer, _ = ranked(firms)
    svg = svg_of(scene_of(firms))
    rows = re.sub(r"<[^>]+>", "\n", svg)
    [cascade] = answer.cascades
    [sheet] = sheets_of(svg)
    tips = {
        mark.element.get("data-provider"): mark.element.find(f"{SVG}title").text
        for mark in marks_of(sheet, "firm")
    }
    for candidate in cascade.candidates:
        tip = tips[candidate.provider]
        there = candidate.there_at.astimezone(NOON.tzinfo)
        assert tip.startswith(f"{candidate.rank}. {candidate.name}, {candidate.phone}, ")
        assert f"~{candidate.arrival_min:.0f} min" in tip
        assert f"{there:%H}:" in tip
        assert candidate.phone in rows
    assert cascade.last_resort.phone in rows
    assert "LAST RESORT" in rows


def test_many_firms_are_not_all_listed_but_all_drawn():
    """The list ends after twelve firms and says how many more there are; the map has them all."""
    svg = svg_of(scene_of(scattered(60)))
    assert "48 more: on the map and in the other formats" in svg
    [sheet] = sheets_of(svg)
    assert len(list(marks_of(sheet, "firm"))) == 60


def test_excluded_firms_are_faint_and_named_in_their_tooltip():
    """With --explain an excluded firm is an empty diamond that says why it is out."""
    firms = [firm(1, 48.40, 10.95), firm(2, 48.38, 10.92, services=("lockout",))]
    [sheet] = sheets_of(svg_of(scene_of(firms, explain=True)))
    [mark] = marks_of(sheet, "excluded")
    tip = mark.element.find(f"{SVG}title").text
    assert tip.startswith("Abschleppdienst 2, 089 99998-002, out: service not offered")
    assert "1 excluded provider" in svg_of(scene_of(firms, explain=True))


def test_nobody_ranked_names_the_nearest():
    """Where nobody can be sent, the map names who might be asked, and the last resort."""
    svg = svg_of(scene_of([firm(1, 48.9, 10.9, area=Circle(10.0))]))
    assert "?: nearest to possible, ask anyway" in svg
    assert svg.count("Abschleppdienst 1") >= 2
    assert "LAST RESORT" in svg


def test_an_accident_begins_with_the_emergency_number():
    """112 stands above the title, in words."""
    scene = scene_of(scattered(2), kind="accident", injured=2, vehicle=Vehicle(kind="car"))
    svg = svg_of(scene)
    assert svg.index("EMERGENCY  112") < svg.index('class="heading"')
    page = map_text(scene, ".html")
    assert page.index("EMERGENCY  112") < page.index("<h1>")


def test_areas_are_drawn_as_far_as_they_have_an_edge_on_the_sheet():
    """A circle and an outline have edges, postcodes none; one beyond the sheet is left out."""
    square = ((48.3, 10.7), (48.3, 11.1), (48.5, 11.1), (48.5, 10.7))
    hole = ((48.35, 10.8), (48.35, 10.85), (48.4, 10.85), (48.4, 10.8))
    firms = [
        firm(1, 48.40, 10.95, area=Circle(6.0)),
        firm(2, 48.36, 10.85, area=Polygon(((square, hole),), "a.geojson")),
        firm(3, 48.37, 10.90, area=Postcodes((("86150", "86161"),), "86150-86161")),
        firm(4, 48.33, 10.80, area=Circle(500.0)),
    ]
    scene = scene_of(firms)
    [sheet] = sheets_of(svg_of(scene))
    kinds = sorted(
        each.get("class")
        for each in sheet.iter(f"{SVG}path")
        if (each.get("class") or "").startswith("area")
    )
    assert [each.split()[1] for each in kinds] == ["polygon", "postcodes", "radius"]


def test_roads_are_the_ground_and_name_their_source():
    """With roads there is no graticule; motorways have their number, and the source its day."""
    road = RoadLine(
        points=tuple((48.30 + n / 500, 10.70 + n / 250) for n in range(100)), ref="A 8",
        kind="motorway",
    )  # fmt: skip
    side = RoadLine(points=((48.36, 10.80), (48.38, 10.99)), kind="primary")
    svg = svg_of(scene_of(scattered(5), roads=[road, side]))
    assert 'class="grid"' not in svg
    assert 'class="road motorway"' in svg
    assert 'class="road primary"' in svg
    assert ">A 8</text>" in svg
    assert "Roads: © OpenStreetMap contributors (ODbL), as of 2026-11-01." in svg
    bare = svg_of(scene_of(scattered(5)))
    assert 'class="grid"' in bare
    assert "Roads:" not in bare
    assert "© OpenStreetMap contributors" in bare  # of the postcodes


def test_a_road_is_drawn_where_it_is():
    """The corners of a road lie where its positions are."""
    firms = scattered(5)
    at = ((48.34, 10.86), (48.37, 10.91), (48.39, 10.93))
    scene = scene_of(firms, roads=[RoadLine(points=at, kind="trunk")])
    [sheet] = sheets_of(svg_of(scene))
    fit, _ = fit_of(sheet, firms)
    path = next(e for e in sheet.iter(f"{SVG}path") if e.get("class") == "road trunk")
    for found, position in zip(points_of(path.get("d")), at, strict=True):
        assert found == pytest.approx(fit.at(*position), abs=0.15)


# --- texts ---


@pytest.mark.parametrize("ending", list(MAP_FORMATS))
def test_hostile_texts_stay_texts(ending):
    """No name, note or place becomes markup, and no control sign is left in the file."""
    for text in (*NASTY, *MARKUP):
        firms = [firm(1, 48.40, 10.95, name=text), firm(2, 48.36, 10.85, name=text)]
        place = replace(AUGSBURG, label=text)
        content = map_text(scene_of(firms, place=place, note=text, explain=True), ending)
        content.encode()
        for sign in content:
            assert sign == "\n" or sign.isprintable() or sign == "\xa0"
        assert "<script>alert" not in content or ending == ".geojson"
        assert "<img src=x" not in content or ending == ".geojson"
        if ending == ".svg":
            sheets_of(content)


def test_title_and_description_stand_for_the_picture():
    """The file has a title and a text that names the incident and the first three firms."""
    firms = scattered(5)
    svg = svg_of(scene_of(firms))
    title, about = re.search(r"<title id.*?>(.*?)</title>\n<desc id.*?>(.*?)</desc>", svg).groups()
    assert title == "TOW: near 86150 Augsburg, ± 1.3 km"
    assert about.startswith("Map of the incident and 5 ranked providers. First: 1. Abschleppdienst")
    assert 'role="img" aria-labelledby="map-title map-desc"' in svg
    assert "incident and 1 ranked provider: 1. Abschleppdienst" in svg_of(scene_of(scattered(1)))


@pytest.mark.parametrize("ending", [".svg", ".html"])
def test_a_picture_loads_nothing(ending):
    """No address but the name of the format, and nothing that a viewer would fetch."""
    content = map_text(scene_of(scattered(5), explain=True), ending)
    addresses = set(re.findall(r"https?://[^\"\s<]+", content))
    assert addresses <= {"http://www.w3.org/2000/svg"}
    for loader in ("@font-face", "@import", "url(", "<image", "<foreignObject", " src=", "srcset"):
        assert loader not in content


@pytest.mark.parametrize("ending", [".svg", ".html"])
def test_every_text_can_be_translated(ending):
    """In a language of marks, only names, numbers and data are left without a mark."""
    with spoken(Marked()):
        content = map_text(scene_of(scattered(3), explain=True), ending)
    content = re.sub(r"<(style|script)>.*?</\1>", "", content, flags=re.DOTALL)
    texts = [each.strip() for each in re.findall(r">([^<>]+)<", content)]
    left = {each for each in texts if each and not ("«" in each or DATA.fullmatch(each))}
    assert left == set()


# --- colours ---


def _light(colour):
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", [map_style.LIGHT, map_style.DARK])
def test_texts_and_marks_are_legible_in_both_schemes(scheme):
    """Texts have a contrast of 4.5, marks of 3, and both schemes have the same colours."""
    assert map_style.LIGHT.keys() == map_style.DARK.keys()
    for pairs, least in ((map_style.PAIRS, 4.5), (map_style.MARKS, 3.0)):
        for one, other in pairs:
            lights = sorted((_light(scheme[one]), _light(scheme[other])))
            assert (lights[1] + 0.05) / (lights[0] + 0.05) >= least, (one, other)


def test_print_is_light():
    """The dark colours hold on screens only."""
    style = map_style.style_of_drawing()
    assert "@media screen and (prefers-color-scheme:dark)" in style
    before = style.partition("@media")[0]
    assert map_style.LIGHT["paper"] in before
    assert map_style.DARK["paper"] not in before


# --- many places ---


def counted(**changes):
    values = {
        "kind": "batch",
        "at": NOON,
        "sheets": (MapSheet(box=MapBox(47.0, 6.0, 55.0, 15.0), **changes),),
    }
    return MapScene(**values)


def test_each_level_of_places_has_a_shape_of_its_own():
    """Dots, squares, triangles and crosses differ also without their colours."""
    layers = tuple(
        DotLayer(level=level, label=Message("first to call"), positions=((50.0 + n, 10.0),))
        for n, level in enumerate(("best", "slow", "late", "none", "outside"))
    )
    [sheet] = sheets_of(svg_of(counted(dots=layers)))
    paths = [e for e in sheet.iter(f"{SVG}path") if "dots" in (e.get("class") or "")]
    shapes = {re.sub(r"^M[-\d. ]+", "", each.get("d")) + each.get("stroke-width") for each in paths}
    assert len(paths) == 5
    assert len(shapes) >= 4
    assert ".d-slow{stroke-linecap:square}" in map_style.style_of_drawing()


def test_hexagons_count_every_incident_once():
    """The counts of all hexagons add up to those of the cells, at any density."""
    cells = tuple(
        CountCell(47.5 + n % 70 / 10, 6.5 + n % 83 / 10, {"best": n % 5 + 1, "none": n % 2})
        for n in range(5_000)
    )
    labels = {"best": Message("first to call"), "none": Message("no provider")}
    [sheet] = sheets_of(svg_of(counted(cells=cells, cell_labels=labels)))
    shown = [e for e in sheet.iter(f"{SVG}path") if "cell" in (e.get("class") or "").split()]
    total = sum(n % 5 + 1 + n % 2 for n in range(5_000))
    assert sum(int(each.get("data-count")) for each in shown) == total
    assert len(shown) < 3_000


def test_a_full_sheet_still_gives_a_badge_a_place():
    """Where nothing is free, a badge covers its firm; a label that is needed is left out."""
    placement = Placement(100, 100)
    placement.take(Box(0, 0, 100, 100))
    assert placement.badge((50, 50), 20) == (50, 50)
    assert placement.label((50, 50), 40, 10, 5, is_needed=True) is None


def test_a_place_abroad_and_far_away_is_no_error():
    """A place at the other end of the world has a map as well."""
    place = Place(lat=-33.9, lon=179.99, uncertainty_km=2.0, label="sea")
    scene = scene_of([firm(1, -33.9, -179.95, area=Circle(300.0))], place=place)
    [sheet] = sheets_of(svg_of(scene))
    marks = [*marks_of(sheet, "place"), *marks_of(sheet, "firm")]
    assert len(marks) == 2
    assert all(0 <= mark.x <= WIDTH for mark in marks)
