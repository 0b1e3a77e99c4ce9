"""The page of a map in a real browser: no request, no script error, marks where they belong."""

import json
import math
import re

import pytest

from dispatch_cli.render.maps.map_formats import map_text

from ...catalogues import Catalogue, spoken
from ...map_worlds import AUGSBURG, at_one_point, firm, ranked, scattered, scene_of
from ..browser import SCHEMES, chromium, console_of, needs_chromium, serving

MEASURE = """<!DOCTYPE html><html><body style="margin:0">
<iframe src="/page" style="border:0;width:WIDTHpx;height:HEIGHTpx"></iframe><pre id="found"></pre>
<script>
const frame = document.querySelector("iframe");
const middle = each => { const box = each.getBoundingClientRect();
  return [(box.left + box.right) / 2, (box.top + box.bottom) / 2]; };
const edges = each => { const box = each.getBoundingClientRect();
  return [box.left, box.top, box.right, box.bottom]; };
const parts = c => c.match(/[0-9.]+/g).slice(0, 3).map(Number);
const light = c => { const [r, g, b] = parts(c).map(v => v / 255)
  .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
const contrast = (a, b) => { const [low, high] = [light(a), light(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05); };
function measure() {
  const page = frame.contentDocument, view = frame.contentWindow;
  const figure = page.querySelector("figure"), sheet = page.querySelector("svg.sheet");
  const own = selector => [...sheet.querySelectorAll(selector)];
  const style = each => view.getComputedStyle(each);
  const firms = () => Object.fromEntries(own(".firm").map(firm => {
    const dot = sheet.querySelector(`.leader[data-of="${firm.dataset.rank}"] .dot`)
      || firm.querySelector(".badge");
    return [firm.dataset.provider, middle(dot)];
  }));
  const key = name => sheet.dispatchEvent(
    new view.KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true }));
  const found = {
    live: figure.classList.contains("live"),
    sheet: edges(sheet),
    place: middle(sheet.querySelector(".place circle")),
    firms: firms(),
    badges: own(".firm .badge").map(edges),
    labels: own(".firm .name").map(edges),
    towns: own(".town").map(edges),
    wide: page.documentElement.scrollWidth,
    dark: view.matchMedia("(prefers-color-scheme: dark)").matches,
    text: contrast(style(sheet.querySelector(".name")).fill, style(own(".ground")[0]).fill),
    page: contrast(style(page.body).color, style(page.body).backgroundColor),
    rows: page.querySelectorAll("tbody tr").length,
    phones: [...page.querySelectorAll("td a")].map(each => each.getAttribute("href")),
  };
  const first = sheet.querySelector('.firm[data-rank="1"]');
  first.dispatchEvent(new view.FocusEvent("focus"));
  found.tip = page.querySelector(".tip").textContent;
  found.row = page.querySelector("tr.on").dataset.rank;
  first.dispatchEvent(new view.FocusEvent("blur"));
  found.after = page.querySelector(".tip").textContent;
  const size = each => { const box = each.getBoundingClientRect(); return box.right - box.left; };
  found.badge = size(first.querySelector(".badge"));
  key("+"); key("+");
  found.enlarged = sheet.getAttribute("viewBox");
  found.enlargedBadge = size(first.querySelector(".badge"));
  key("ArrowRight");
  found.moved = sheet.getAttribute("viewBox");
  page.querySelectorAll("button")[2].click();
  found.whole = sheet.getAttribute("viewBox");
  document.getElementById("found").textContent = JSON.stringify(found);
}
setTimeout(measure, 500);
</script></body></html>"""


def measured(tmp_path, page, *, width=1000, height=1400, scheme="light"):
    """Measure the page from outside, as its policy allows no other script."""
    outside = MEASURE.replace("WIDTH", str(width)).replace("HEIGHT", str(height))
    with serving({"/": outside, "/page": page}) as own:
        found = chromium(
            tmp_path, own.address, "--dump-dom", f"--window-size={max(width, 500)},{height}",
            f"--blink-settings=preferredColorScheme={SCHEMES[scheme]}",
        )  # fmt: skip
        assert set(own.asked) <= {"/", "/page", "/favicon.ico"}
    return json.loads(re.search(r'<pre id="found">(.*?)</pre>', found, re.DOTALL)[1])


def mercator(lat, lon):
    return math.radians(lon), math.asinh(math.tan(math.radians(lat)))


@needs_chromium
def test_no_request_and_no_script_error(tmp_path):
    """The browser asks for the page alone, its own script runs to the end, names stay texts.

    Control: the same names in a page without escaping ask the decoy.
    """
    with serving({}) as decoy:
        attack = f"<img src={decoy.address}/img><script src={decoy.address}/js></script>"
        firms = [firm(1, 48.40, 10.95, name=attack), firm(2, 48.36, 10.85, name=attack)]
        page = map_text(scene_of(firms, note=attack, explain=True), ".html")
        raw = f"<!DOCTYPE html><html><body>{attack}</body></html>"
        with serving({"/": page, "/raw": raw}) as own:
            dom = chromium(tmp_path, own.address, "--dump-dom")
            assert own.asked == ["/"]
            assert decoy.asked == []
            assert '<figure class="live">' in dom
            assert "&lt;img src=" in dom
            assert console_of(tmp_path, own.address) == []
            chromium(tmp_path, f"{own.address}/raw", "--dump-dom")
            assert set(decoy.asked) == {"/img", "/js"}


@needs_chromium
def test_the_policy_stops_any_other_script(tmp_path):
    """A script that somebody adds to the page does not run, and the console says so."""
    page = map_text(scene_of(scattered(2)), ".html")
    added = page.replace("</body>", "<script>document.title='added'</script></body>")
    with serving({"/": added}) as own:
        assert "<title>TOW" in chromium(tmp_path, own.address, "--dump-dom")
        assert any("Content Security Policy" in line for line in console_of(tmp_path, own.address))


@needs_chromium
def test_marks_stand_where_they_belong(tmp_path):
    """In the browser, each firm lies where Web Mercator puts it, to half a pixel of the screen.

    A firm whose badge stands beside it has a dot there.
    """
    firms = scattered(10)
    found = measured(tmp_path, map_text(scene_of(firms), ".html"))
    at = {each.id: mercator(each.lat, each.lon) for each in firms}
    x0, y0 = mercator(AUGSBURG.lat, AUGSBURG.lon)
    left, top = found["place"]
    far = max(at, key=lambda name: math.dist(at[name], (x0, y0)))
    scale = math.dist(found["firms"][far], (left, top)) / math.dist(at[far], (x0, y0))
    for name, (x, y) in at.items():
        expected = left + scale * (x - x0), top - scale * (y - y0)
        assert math.dist(found["firms"][name], expected) < 0.5, name
    assert found["live"] is True


@needs_chromium
@pytest.mark.parametrize(
    ("firms", "scheme"),
    [(scattered(60), "dark"), (at_one_point(10), "light")],
    ids=["sixty", "ten at one point"],
)
def test_no_label_covers_another(tmp_path, firms, scheme):
    """As the browser draws them, badges, labels and towns are disjoint and on the sheet."""
    found = measured(tmp_path, map_text(scene_of(firms), ".html"), scheme=scheme)
    left, top, right, bottom = found["sheet"]
    boxes = [*found["badges"], *found["labels"], *found["towns"]]
    assert len(found["labels"]) == 10
    assert len(found["badges"]) == len(firms)
    for box in boxes:
        assert box[0] >= left - 1
        assert box[1] >= top - 1
        assert box[2] <= right + 1
        assert box[3] <= bottom + 1
    inner = [(a + 1, b + 2, c - 1, d - 2) for a, b, c, d in boxes]  # without the line spacing
    overlaps = [
        (one, other)
        for number, one in enumerate(inner)
        for other in inner[:number]
        if one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
    ]
    assert overlaps == []
    assert found["dark"] is (scheme == "dark")
    assert found["text"] >= 4.5
    assert found["page"] >= 4.5


@needs_chromium
def test_keys_buttons_and_rows(tmp_path):
    """Focus shows a firm and its row; + enlarges around marks that keep their size; 0 undoes it."""
    firms = scattered(10)
    answer, _ = ranked(firms)
    found = measured(tmp_path, map_text(scene_of(firms), ".html"))
    [cascade] = answer.cascades
    first = cascade.candidates[0]
    assert found["tip"].startswith(f"1. {first.name}, {first.phone}, ")
    assert (found["row"], found["after"]) == ("1", "")
    assert found["rows"] == 11
    assert f"tel:{first.phone.replace(' ', '').replace('-', '')}" in found["phones"]
    x, _, width, _ = map(float, found["enlarged"].split())
    assert width == pytest.approx(960 / 2.25)
    assert found["enlargedBadge"] == pytest.approx(found["badge"], abs=0.5)
    moved = float(found["moved"].split()[0])
    assert moved == pytest.approx(x + width / 6)
    assert found["whole"] == "0 0 960 600"


@needs_chromium
@pytest.mark.parametrize("width", [390, pytest.param(1280, marks=pytest.mark.ci)])
def test_nothing_hangs_over_on_a_phone(tmp_path, width):
    """A page is as wide as its screen, also with a long name in the table."""
    firms = [firm(1, 48.40, 10.95, name="Bergungs" * 12), *scattered(5)[1:]]
    found = measured(tmp_path, map_text(scene_of(firms), ".html"), width=width)
    assert found["wide"] == width


@needs_chromium
def test_it_can_be_printed(tmp_path):
    """The browser makes a document of it; the buttons and the tip stay away from paper."""
    page = map_text(scene_of(scattered(5)), ".html")
    assert "@media print{.buttons,.tip{display:none!important}" in page
    paper = tmp_path / "map.pdf"
    with serving({"/": page}) as own:
        chromium(tmp_path, own.address, f"--print-to-pdf={paper}")
    content = paper.read_bytes()
    assert content.startswith(b"%PDF")
    assert len(content) > 10_000


def test_the_page_speaks_the_language_of_the_screen():
    """Title, legend and language of the document follow the screen."""
    words = Catalogue({"first to call": "zuerst anrufen", "enlarge": "vergrößern"})
    with spoken(words):
        page = map_text(scene_of(scattered(2)), ".html")
    assert "zuerst anrufen</li>" in page
    assert 'title="vergrößern"' in page
