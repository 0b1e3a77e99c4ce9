"""Check that a built site loads nothing from another server: its pages, styles and pictures.

    python tools/check_site.py FOLDER

The exit code is 1 if a file loads something over http or https. A link that a reader may click is
no load.
"""

import argparse
import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

_LOADING = {
    "audio": ("src",), "embed": ("src",), "iframe": ("src",), "img": ("src", "srcset"),
    "image": ("href", "xlink:href"), "input": ("src",), "link": ("href",), "object": ("data",),
    "script": ("src",), "source": ("src", "srcset"), "track": ("src",),
    "use": ("href", "xlink:href"),
    "video": ("src", "poster"), "form": ("action",),
}  # fmt: skip
"""The attributes of each element that name what a browser fetches, or where it sends a form."""
_REMOTE = re.compile(r"(?:^|[\s,])(?:https?:)?//", re.IGNORECASE)
_IN_STYLE = re.compile(
    r"(?:url\(\s*['\"]?|@import\s+['\"])((?:https?:)?//[^'\")\s]+)", re.IGNORECASE
)


def main() -> int:
    """Name everything that the site loads from elsewhere."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    paths = [each for each in sorted(folder.rglob("*")) if each.suffix in _READERS]
    if not any(each.suffix == ".html" for each in paths):
        print(f"{folder} has no pages")
        return 1
    found = [
        f"{path.relative_to(folder)}: {load}"
        for path in paths
        for load in _READERS[path.suffix](path.read_text(encoding="utf-8"))
    ]
    print("\n".join(found) or f"ok: {len(paths)} files load nothing from elsewhere")
    return 1 if found else 0


def loads_of_page(text: str) -> list[str]:
    """Return what a page of HTML or SVG loads from another server."""
    page = _Page()
    page.feed(text)
    page.close()
    return [*page.loads, *loads_of_style(text)]


def loads_of_style(text: str) -> list[str]:
    """Return what a style sheet loads from another server."""
    return _IN_STYLE.findall(text)


class _Page(HTMLParser):
    """Collects the addresses of other servers that a browser would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.loads += _remote(tag, dict(attrs))


def _remote(tag: str, attributes: dict[str, str | None]) -> Iterator[str]:
    if tag == "link" and attributes.get("rel") == "canonical":
        return
    for name in _LOADING.get(tag, ()):
        value = attributes.get(name) or ""
        if _REMOTE.search(value):
            yield f"<{tag} {name}={value}>"


_READERS = {".html": loads_of_page, ".svg": loads_of_page, ".css": loads_of_style}


if __name__ == "__main__":
    sys.exit(main())
