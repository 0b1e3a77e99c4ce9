"""Hooks of mkdocs for the site of the documentation; mkdocs.yml names this file.

Pages of the repository's top level (CONTRIBUTING, CHANGELOG, …) become pages of the site. The
search index is also written as a script, because a page that is opened from the disk may load
scripts and no other files.
"""

import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[1]
TOP_PAGES = ("CONTRIBUTING.md", "CHANGELOG.md")
TOP_FILES = ("LICENSE", "NOTICE", "constraints.txt", "providers.toml")
_OWN_FILES = {"search/offline.js": "offline_search.js", "css/site.css": "site.css"}
_TOP_LINK = re.compile(rf"\]\(\.\./({'|'.join(map(re.escape, TOP_PAGES + TOP_FILES))})(#[^)]*)?\)")


def on_config(config: Any) -> Any:
    """Leave out the page for addresses that do not exist: only a server needs one."""
    config.theme.static_templates.discard("404.html")
    return config


def on_files(files: Files, config: Any) -> Files:
    """Add the files of the top level, the search without a server, and our style."""
    for name in TOP_PAGES:
        text = (ROOT / name).read_text(encoding="utf-8")
        text = text.replace("](docs/", "](").replace("](README.md", "](index.md")
        files.append(File.generated(config, name, content=text))
    for name in TOP_FILES:
        target = name if "." in name else f"{name}.txt"
        files.append(File.generated(config, target, content=(ROOT / name).read_bytes()))
    for name, source in _OWN_FILES.items():
        text = (ROOT / "tools" / source).read_text(encoding="utf-8")
        files.append(File.generated(config, name, content=text))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Let links to the top level of the repository lead to the same files of the site."""

    def inside(match: re.Match[str]) -> str:
        name = match[1] if "." in match[1] else f"{match[1]}.txt"
        return f"]({name}{match[2] or ''})"

    return _TOP_LINK.sub(inside, markdown)


def on_post_build(config: Any) -> None:
    """Write the search index as a script, too."""
    folder = Path(config["site_dir"]) / "search"
    index = (folder / "search_index.json").read_text(encoding="utf-8")
    (folder / "search_index.js").write_text(f"var searchIndex = {index};\n", encoding="utf-8")
