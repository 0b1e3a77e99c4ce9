"""Which engine ranks a batch: the answers are the same, and both are held against the desk's."""

from importlib.util import find_spec
from typing import TYPE_CHECKING

from .engine import Engine

if TYPE_CHECKING:
    from .ranker import MakeRanker

WORTH_COMPILING = 2_000_000
"""Bytes of input from which starting numba (about a second) pays."""


def engine_for(size: int | None) -> "MakeRanker":
    """Choose the engine for an input of so many bytes; None: nobody knows how many."""
    is_large = size is None or size >= WORTH_COMPILING
    if is_large and all(find_spec(name) for name in ("numba", "numpy")):
        from .compiled import CompiledEngine

        return CompiledEngine
    return Engine
