"""Find a place by the names of the provider file, in all notations, or by the gazetteer."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .importing import GazetteerCount, import_gazetteer
    from .resolving import resolve
    from .road_index import check_roads

_HOMES = {
    "GazetteerCount": "importing",
    "check_roads": "road_index",
    "import_gazetteer": "importing",
    "resolve": "resolving",
}

__all__ = ["GazetteerCount", "check_roads", "import_gazetteer", "resolve"]


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
