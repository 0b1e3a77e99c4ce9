"""Defects that a review found stay fixed."""

import os
import time

import pytest

from dispatch_cli import geo
from dispatch_cli.catalog import line_numbers
from dispatch_cli.catalog.geojson import parse_polygon
from dispatch_cli.catalog.untrusted_files import too_deep_at
from dispatch_cli.errors import BadDataError
from dispatch_cli.model import Place, Polygon
from dispatch_cli.notation import parse_phone

from .files import HUBER, open_text


def test_lines_are_looked_up_once_per_file(tmp_path, monkeypatch):
    """The second pass over the text is made once for any number of problems."""
    made = []

    class Counting(line_numbers.LineNumbers):
        def __init__(self, text, wanted=None):
            made.append(1)
            super().__init__(text, wanted)

    from dispatch_cli.catalog import problem_collector

    monkeypatch.setitem(vars(problem_collector), "LineNumbers", Counting)
    wrong = "".join(
        HUBER.replace('"huber"', f'"h{n}"').replace("[[provider]]", "[[provider]]\nservces = []")
        for n in range(40)
    )
    with pytest.raises(BadDataError) as error:
        open_text(tmp_path, wrong)
    assert len(error.value.problems) == 40
    assert len(made) == 1


def test_an_unclosed_string_takes_no_time():
    """A text with many strings that never close is scanned in linear time."""
    begin = time.process_time()
    too_deep_at('"""\n\\' * 20_000 + "[" * 40)
    assert time.process_time() - begin < 2  # it took half a minute


def test_links_that_form_a_loop_have_an_end(tmp_path):
    """``**`` follows no links, so two links to their own folder form no loop."""
    (tmp_path / "more").mkdir()
    for name in "ab":
        os.symlink(tmp_path, tmp_path / "more" / name)
    (tmp_path / "more" / "x.toml").write_text(HUBER)
    catalog = open_text(tmp_path, 'include = ["**/x.toml"]\n')
    assert catalog.ids() == ["huber"]


def test_an_uncertain_place_may_lie_in_many_postcodes(tmp_path):
    """``uncertainty_km`` of a named place reaches its postcodes, as that of a position does."""
    places = '[places]\n"Nebel" = { at = "48.3645,10.8928", uncertainty_km = 12 }\n'
    place = open_text(tmp_path, places + HUBER).rules.places["Nebel"]
    assert place.uncertainty_km == 12
    assert {"86150", "86343"} <= set(place.postcodes)


def test_overlapping_polygons_do_not_cancel_each_other():
    """A place inside two polygons is inside; only the rings of one polygon are its holes."""

    def ring(west, east):
        return [[west, 48], [east, 48], [east, 49], [west, 49], [west, 48]]

    content = (
        '{"type": "MultiPolygon", "coordinates": ' + str([[ring(10, 11)], [ring(10.5, 11.5)]]) + "}"
    )
    area = Polygon(parse_polygon(content.encode(), shown="p.json"))
    for lon in (10.2, 10.7, 11.2):
        assert geo.fit(area, 0, 0, Place(lat=48.5, lon=lon))[0] == "inside"
    assert geo.fit(area, 0, 0, Place(lat=48.5, lon=11.7))[0] == "outside"


@pytest.mark.parametrize("text", ["089 99998-114/115", "089 99998-114 / 115", "030/23125/001"])
def test_two_numbers_in_one_entry_are_refused(text):
    """Two extensions in one entry, which together are not a number, are refused."""
    with pytest.raises(ValueError, match="contains two numbers"):
        parse_phone(text)


def test_only_the_documented_short_dial_is_kept():
    """Six other digits get the country code; only 22 22 22 is a short code."""
    assert parse_phone("22 22 22")[0] == "222222"
    assert parse_phone("22 33 44")[0] != "223344"
