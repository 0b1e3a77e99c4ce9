"""The formats of maps. A new format is an entry of ``MAP_FORMATS`` and a module that makes it."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...results.map_scene import MapScene

MAP_FORMATS: Mapping[str, str] = {
    ".html": "html_map",
    ".svg": "svg_map",
    ".geojson": "geojson_map",
}
"""The ending of a file, and the module whose function of the same name makes the text."""


def map_text(scene: "MapScene", ending: str) -> str:
    """Return the text of a map in the format of an ending, which is one of ``MAP_FORMATS``."""
    name = MAP_FORMATS[ending]
    make: Callable[[MapScene], str] = getattr(import_module(f".{name}", __package__), name)
    return make(scene)
