"""Columns as numpy arrays, and the kernel compiled for them."""

import sys
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numba import njit

from .. import kernel
from ..kernel_tables import Column

Array = np.ndarray[Any, Any]

# Division as numpy has it: no exceptions, which cost half of the time; no speed is nought.
_OPTIONS: Any = {"nogil": True, "error_model": "numpy"}
jit: Any = njit(cache=True, **_OPTIONS)
# The kernel makes no arrays. Counting references to those that it is given would cost several
# times what its arithmetic does: each call in the inner loop passes sixty of them.
_OPTIONS_OF_KERNEL: Any = {**_OPTIONS, "_nrt": False}
_entry: Any = njit(cache=True, **_OPTIONS_OF_KERNEL)
_inlined: Any = njit(forceinline=True, **_OPTIONS_OF_KERNEL)
_ROUNDING_MIN = 1e-3
"""More than what four-byte floats lose of any bound below the last resort."""
_ENTRIES = frozenset({"rank", "find_furthest", "refine"})
"""The functions of the kernel that are called from outside; all others are parts of them."""


@cache
def compiled_kernel() -> ModuleType:
    """Load the source of the kernel once more, with numba's decorator in the place of its own."""
    name = f"{kernel.__name__}_compiled"
    spec = spec_from_file_location(name, Path(kernel.__file__))
    assert spec is not None  # noqa: S101 - the file has been imported before
    assert spec.loader is not None  # noqa: S101
    module = module_from_spec(spec)
    vars(module)["jit"] = _compiled
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _compiled(function: Any) -> Any:
    return (_entry if function.__name__ in _ENTRIES else _inlined)(function)


class ArrayBackend:
    """Columns as arrays, for the compiled kernel."""

    @staticmethod
    def whole(values: Iterable[int]) -> Column:
        """Make a column of whole numbers."""
        return np.array([*values], np.int64)

    @staticmethod
    def real(values: Iterable[float]) -> Column:
        """Make a column of real numbers."""
        return np.array([*values], np.float64)

    @staticmethod
    def small(values: Iterable[int]) -> Column:
        """Make a column of whole numbers from 0 to 255."""
        return np.frombuffer(values if isinstance(values, bytes) else bytes(values), np.uint8)

    @staticmethod
    def empty(count: int) -> tuple[Column, Column]:
        """Make room for so many whole and as many real numbers."""
        return np.empty(count, np.int64), np.empty(count)

    @staticmethod
    def lowest(bounds: Column, most: int) -> Column:
        """The places of the lowest bounds in their order, at most so many."""
        if len(bounds) <= most:
            return np.argsort(bounds)
        among = np.argpartition(bounds, most)[:most]
        return among[np.argsort(bounds[among])]

    @staticmethod
    def take(column: Column, places: Column) -> Column:
        """The values at some places."""
        return column[places].astype(np.int32)

    @staticmethod
    def take_bounds(bounds: Column, places: Column) -> Column:
        """The bounds at some places, never rounded up."""
        return np.minimum(bounds[places], 1e30).astype(np.float32) - np.float32(_ROUNDING_MIN)

    @staticmethod
    def appended(column: Column, used: int, more: Sequence[Column]) -> Column:
        """Put columns behind the first ``used`` values of one, which may have room behind them."""
        end = used + sum(map(len, more))
        if end > len(column):
            column = np.concatenate([column[:used], np.empty(max(end, 2 * used), column.dtype)])
        if more:
            np.concatenate(more, out=column[used:end])
        return column

    @staticmethod
    def joined(columns: Sequence[Column]) -> Column:
        """Put columns one behind the other."""
        return np.concatenate(columns) if columns else np.empty(0, np.int32)
