"""The site of the documentation: all pages in the navigation, nothing loaded from elsewhere."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools import check_site

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
NAVIGATION = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").split("\nnav:\n")[1]


def test_every_page_has_one_place_in_the_navigation() -> None:
    """Each page of docs stands once in the navigation, and each entry is a page."""
    entries = re.findall(r": (\S+\.md)$", NAVIGATION, re.MULTILINE)
    pages = [each.relative_to(DOCS).as_posix() for each in DOCS.rglob("*.md")]
    assert sorted(entries) == sorted([*pages, "CONTRIBUTING.md", "CHANGELOG.md"])


def test_the_navigation_has_the_four_kinds() -> None:
    """Tutorial, how-tos, reference and explanation are parts of the navigation, and German."""
    parts = re.findall(r"^  - ([^:\n]+):", NAVIGATION, re.MULTILINE)
    assert parts == ["Start", "Tutorial", "How to", "Deutsch", "Reference", "Explanation"]


@pytest.mark.parametrize(
    "text",
    [
        '<script src="https://cdn.example/a.js"></script>',
        '<link rel="stylesheet" href="//fonts.example/css">',
        '<img alt="" src="http://pictures.example/a.png">',
        '<img srcset="a.png 1x, https://pictures.example/a.png 2x">',
        "<style>@import 'https://fonts.example/css';</style>",
        "<p style=\"background: url('https://pictures.example/a.png')\">",
        '<svg><image href="https://pictures.example/a.png"/></svg>',
        '<iframe src="HTTPS://video.example/"></iframe>',
        '<form action="https://search.example/">',
    ],
)
def test_a_load_from_elsewhere_is_found(text: str) -> None:
    """A script, style, picture, frame or form of another server is named."""
    assert len(check_site.loads_of_page(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        '<a href="https://www.sqlite.org/">a link to click</a>',
        '<script src="js/theme.js"></script><link rel="canonical" href="https://docs.example/">',
        '<svg xmlns="http://www.w3.org/2000/svg"><image href="data:image/png;base64,AA=="/></svg>',
    ],
)
def test_links_and_own_files_are_no_loads(text: str) -> None:
    """What a reader may click, what lies beside the page, and a name of a format is no load."""
    assert check_site.loads_of_page(text) == []


@pytest.mark.ci
def test_the_site_is_built_without_a_warning_and_found_from_the_disk(tmp_path: Path) -> None:
    """Every link and anchor leads somewhere, no page loads from elsewhere, the search finds words.

    A browser opens the built page of the search from the disk, where no server answers.
    """
    pytest.importorskip("mkdocs", reason='the extra "docs" is not installed')
    site = tmp_path / "site"
    for words in (
        ["-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", str(site)],
        ["tools/check_site.py", str(site)],
    ):
        ran = subprocess.run(
            [sys.executable, *words], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
    browser = shutil.which("chromium")
    assert browser is not None, ".ci/run installs chromium"
    for word, page in (("Überhangzeit", None), ("Leitfaden", "leitfaden"), ("cascade", "tutorial")):
        shown = subprocess.run(
            [browser, "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=20000",
             f"--user-data-dir={tmp_path / 'browser'}", "--dump-dom",
             f"{(site / 'search.html').as_uri()}?q={word}"],
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        results = shown.split('id="mkdocs-search-results"')[1].split("<footer")[0]
        assert (page is None) or f"{page}.html" in results, results
        assert ("<p>No results found</p>" in results) is (page is None)
