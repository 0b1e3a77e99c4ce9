"""The status page in a real browser: no request, no script, every text legible and only text."""

import json
import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from msgspec.structs import replace

from dispatch_cli.render import status_style
from dispatch_cli.render.status_page import status_page

from .browser import SCHEMES, chromium, needs_chromium, serving
from .checks import NOW, change, coverage, drafted, report, row
from .test_clean import NASTY


class Outline(HTMLParser):
    """What a parser of its own makes of the page."""

    VOID = frozenset({"meta", "link", "br"})

    def __init__(self, page):
        super().__init__()
        self.opened, self.tags, self.attributes, self.texts = [], [], [], []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *pair) for pair in attrs]
        if tag not in self.VOID:
            self.opened.append(tag)

    def handle_endtag(self, tag):
        assert self.opened.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


def hostile_page(text, **changes):
    """Make a page in which every text of files and servers is the same."""
    named = coverage()
    contacts = tuple(replace(each, name=text, phone=text) for each in named.contacts)
    found = report(
        row("a", "down", name=text, why=text, phone=text),
        row("b", "up", name=text, why=text),
        offline=text,
        left_out=3,
        changes=(change("a", name=text),),
    )
    return status_page(found, coverage=replace(named, contacts=contacts), **changes)


# --- without a browser ---


@pytest.mark.parametrize(
    "text", [*NASTY, "<script>alert(1)</script>", "'\"><img src=x onerror=alert(1)>", "&lt;b&gt;"]
)
def test_a_hostile_text_adds_no_tag_and_no_attribute(text):
    """Hostile and harmless names give the same tags and attributes."""
    page, harmless = Outline(hostile_page(text)), Outline(hostile_page("Huber"))
    assert page.tags == harmless.tags
    assert page.attributes == harmless.attributes
    assert page.opened == harmless.opened == []


def test_the_page_has_nothing_that_could_ask_for_anything():
    """No script, frame, form, image or style of its own; the only addresses are tel: and data:."""
    outline = Outline(status_page(drafted(), coverage=coverage()))
    assert not set(outline.tags) & {
        "script", "iframe", "form", "img", "object", "embed", "base", "svg", "audio", "video",
    }  # fmt: skip
    names = {name for _, name, _ in outline.attributes}
    assert not {name for name in names if name.startswith("on") or name in ("style", "src")}
    addresses = {value for _, name, value in outline.attributes if name == "href"}
    assert all(re.fullmatch(r"tel:\+?[0-9]+|data:,", each) for each in addresses)
    assert ("html", "lang", "en") in outline.attributes
    assert [tag for tag in outline.tags if re.fullmatch("h[1-6]", tag)] == ["h1", "h2", "h2", "h3"]
    style = status_style.style_sheet(60)
    assert "url(" not in style
    assert "@import" not in style


def _channel(value):
    share = value / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


def _luminance(colour):
    red, green, blue = (_channel(int(colour[i : i + 2], 16)) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("colours", [status_style.LIGHT, status_style.DARK], ids=["light", "dark"])
def test_every_pair_of_colours_is_legible(colours):
    """The contrast of all that is written, by WCAG 2.2, is at least 4.5; no other pair is used."""
    for ink, paper in status_style.PAIRS:
        lighter, darker = sorted([_luminance(colours[ink]), _luminance(colours[paper])])[::-1]
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5, (ink, paper)
    inks = set(re.findall(r"[;{]color:var\(--([a-z-]+)\)", status_style.style_sheet(60)))
    papers = set(re.findall(r"background:var\(--([a-z-]+)\)", status_style.style_sheet(60)))
    assert inks == {ink for ink, _ in status_style.PAIRS}
    assert papers == {paper for _, paper in status_style.PAIRS}
    assert set(status_style.LIGHT) == set(status_style.DARK)


def test_it_shows_its_time_and_when_it_is_stale():
    """Moment, zone and the begin of staleness, also over midnight."""
    texts = "".join(Outline(status_page(drafted(), stale_min=60)).texts)
    assert "As of Fri 27 Nov 2026, 23:07 CET: 62 checked in 4.1 s. Stale from Sat 00:07." in texts
    assert "Stale from 23:37." in "".join(Outline(status_page(drafted())).texts)


def test_the_worst_stand_first():
    """Down, busy, degraded, unknown; those up and closed below, folded away."""
    page = status_page(drafted())
    shown = re.findall(r'class="badge ([a-z]+)"', page)
    assert shown[:4] == ["down", "busy", "degraded", "unknown"]
    assert set(shown[4:]) == {"up", "closed"}
    assert page.index("<details>") > page.index("Autohilfe Dasing")
    fine = status_page(report(row("a"), seconds=1.0))
    assert "All open providers can be reached." in fine
    assert "<title>No provider down, 23:07" in fine
    never = status_page(report(row("a", "unknown", since=None)))
    assert '<td role="cell" class="since">-</td>' in never


# --- in Chromium ---


@needs_chromium
def test_no_request_and_no_script(tmp_path):
    """A browser asks for the page and for nothing else; the names on it are text.

    Controls: without escaping and policy the decoy is asked; with the policy alone it is not.
    """
    with serving({}) as decoy:
        attack = (
            f"<img src={decoy.address}/img><script src={decoy.address}/js></script>"
            f"<link rel=stylesheet href={decoy.address}/css>"
            "<script>document.title='pwned'</script>"
        )
        page = hostile_page(attack)
        raw = f"<!DOCTYPE html><html><head><title>x</title></head><body>{attack}</body></html>"
        policy = re.search(r"<meta http-equiv.*?>", page)[0]
        guarded = raw.replace("<title>", f"{policy}<title>")
        with serving({"/": page, "/raw": raw, "/guarded": guarded}) as own:
            found = chromium(tmp_path, own.address, "--dump-dom")
            assert own.asked == ["/"]
            assert decoy.asked == []
            assert "<title>Observer offline" in found
            assert "&lt;script&gt;document.title='pwned'&lt;/script&gt;" in found
            assert "<title>x" in chromium(tmp_path, f"{own.address}/guarded", "--dump-dom")
            assert decoy.asked == []
            assert "<title>pwned" in chromium(tmp_path, f"{own.address}/raw", "--dump-dom")
            assert {"/img", "/js", "/css"} <= set(decoy.asked)


MEASURE = """<!DOCTYPE html><html><body style="margin:0">
<iframe src="/page" style="border:0;width:WIDTHpx;height:3000px"></iframe><pre id="found"></pre>
<script>
const frame = document.querySelector("iframe");
const bare = c => c === "rgba(0, 0, 0, 0)";
const parts = c => c.match(/[0-9.]+/g).slice(0, 3).map(Number);
const light = c => { const [r, g, b] = parts(c).map(v => v / 255)
  .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
function measure() {
  const page = frame.contentDocument, view = frame.contentWindow;
  page.querySelectorAll("details").forEach(each => each.open = true);
  let least = 99, texts = 0;
  for (const each of page.querySelectorAll("body *")) {
    const own = [...each.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    if (!own) continue;
    let back = each;
    while (back && bare(view.getComputedStyle(back).backgroundColor)) back = back.parentElement;
    const paper = back ? view.getComputedStyle(back).backgroundColor : "rgb(255, 255, 255)";
    const [a, b] = [light(view.getComputedStyle(each).color), light(paper)];
    least = Math.min(least, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05));
    texts += 1;
  }
  const clipped = [...page.querySelectorAll("body *")].filter(each => {
    const box = each.getBoundingClientRect();
    return box.right > WIDTH + 0.5 || box.left < -0.5;
  }).length;
  const broken = [...page.querySelectorAll(".phone a, .since time")]
    .filter(each => each.getClientRects().length !== 1).length;
  document.getElementById("found").textContent = JSON.stringify({
    texts, least, clipped, broken, wide: page.documentElement.scrollWidth,
    dark: view.matchMedia("(prefers-color-scheme: dark)").matches,
    stale: view.getComputedStyle(page.querySelector(".stale")).visibility,
    ink: view.getComputedStyle(page.body).color,
  });
}
setTimeout(measure, AFTER);
</script></body></html>"""


def measured(tmp_path, page, *, width, scheme="light", after_ms=500):
    """Measure the page in a browser from outside, because it runs no scripts."""
    outside = MEASURE.replace("WIDTH", str(width)).replace("AFTER", str(after_ms))
    with serving({"/": outside, "/page": page}) as own:
        found = chromium(
            tmp_path, own.address, "--dump-dom", f"--window-size={max(width, 500)},3000",
            f"--blink-settings=preferredColorScheme={SCHEMES[scheme]}", wait_ms=after_ms + 1500,
        )  # fmt: skip
        assert set(own.asked) <= {"/", "/page", "/favicon.ico"}
    return json.loads(re.search(r'<pre id="found">(.*?)</pre>', found)[1])


def long_page(**changes):
    """Long names, long reasons, words without a blank, and every state."""
    rows = [
        row(f"p{number}", state, name="Bergungs" * 12, why="certificate of tow.example " * 6,
            phone="+49 89 99998-14512")
        for number, state in enumerate(("down", "busy", "degraded", "unknown", "up", "closed"))
    ]  # fmt: skip
    return status_page(
        report(*rows, offline="no route " * 20, left_out=4), coverage=coverage(), **changes
    )


@needs_chromium
@pytest.mark.parametrize(
    ("width", "scheme"),
    [
        (390, "dark"),
        *(
            pytest.param(width, scheme, marks=pytest.mark.ci)
            for width in (320, 390, 1280)
            for scheme in ("light", "dark")
            if (width, scheme) != (390, "dark")
        ),
    ],
)
def test_every_text_is_legible_and_nothing_hangs_over(tmp_path, width, scheme):
    """Contrast of every text as the browser draws it, nothing wider than the screen."""
    hostile = hostile_page("x" * 300 + "\u202e<b>")
    for page in (long_page(), status_page(drafted(), coverage=coverage()), hostile):
        found = measured(tmp_path, page, width=width, scheme=scheme)
        assert found["dark"] is (scheme == "dark")
        assert found["least"] >= 4.5
        assert found["texts"] > 20
        assert (found["clipped"], found["broken"], found["wide"]) == (0, 0, width)
        assert found["ink"] == ("rgb(233, 235, 240)" if scheme == "dark" else "rgb(22, 24, 29)")


@needs_chromium
@pytest.mark.ci
def test_a_page_left_open_shows_that_it_is_stale(tmp_path):
    """The warning appears after so many minutes, without a script."""
    page = long_page(stale_min=1)
    assert measured(tmp_path, page, width=390, after_ms=5_000)["stale"] == "hidden"
    assert measured(tmp_path, page, width=390, after_ms=65_000)["stale"] == "visible"


@needs_chromium
@pytest.mark.ci
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_can_be_drawn(tmp_path, width, scheme):
    """A screenshot comes out in both schemes and differs between them."""
    page = tmp_path / "page.html"
    page.write_text(status_page(drafted(), coverage=coverage()), encoding="utf-8")
    picture = tmp_path / f"{scheme}-{width}.png"
    chromium(
        tmp_path, page.as_uri(), f"--screenshot={picture}", f"--window-size={width},1400",
        f"--blink-settings=preferredColorScheme={SCHEMES[scheme]}",
    )  # fmt: skip
    content = picture.read_bytes()
    assert content.startswith(b"\x89PNG")
    assert int.from_bytes(content[16:20], "big") == width
    assert len(content) > 20_000  # not a blank page


def test_a_large_desk_has_a_page():
    """Ten thousand providers make a page of a few megabytes, not more."""
    many = report(
        *(row(f"p{number}", since=NOW - timedelta(hours=number)) for number in range(10_000))
    )
    assert len(status_page(many)) < 5_000_000
