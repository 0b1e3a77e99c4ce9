"""Make columns as numpy arrays, and compile the kernel for them."""

import sys
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numba import njit

from ...model import sphere
from ...model.digest import blake2b
from .. import kernel, kernel_tables, offer_kernel
from ..kernel_tables import Backend, Column

Array = np.ndarray[Any, Any]

# Division without exceptions, as in numpy: checks would take half of the time; no speed is 0.
_OPTIONS: Any = {"nogil": True, "error_model": "numpy"}
# The kernel makes no arrays. Counting references to its arguments would take several times as long
# as its arithmetic: each call in the inner loop passes sixty arrays.
_OPTIONS_OF_KERNEL: Any = {**_OPTIONS, "_nrt": False}
_ROUNDING_MIN = 1e-3
"""More than the rounding error of 32-bit floats in any bound below the last resort."""
_ENTRIES = frozenset({"rank", "find_last_reason", "refine"})
"""The functions of the kernel that are called from outside; all others are inlined."""


@cache
def compiled_kernel() -> ModuleType:
    """Load the sources of the kernel again, with numba's decorator."""
    return _loaded(kernel, offers=_loaded(offer_kernel))


def _loaded(source: ModuleType, **names: ModuleType) -> ModuleType:
    name = f"{source.__name__}_compiled"
    spec = spec_from_file_location(name, Path(str(source.__file__)))
    assert spec is not None  # noqa: S101 - the file has been imported before
    assert spec.loader is not None  # noqa: S101
    module = module_from_spec(spec)
    vars(module).update(names, jit=_compiled)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _compiled(function: Any) -> Any:
    if function.__name__ in _ENTRIES:
        return njit(cache=True, **_OPTIONS_OF_KERNEL)(_stamped(function))
    return njit(forceinline=True, **_OPTIONS_OF_KERNEL)(function)


def jit(function: Any) -> Any:
    """Compile a function outside of the kernel, which may call functions of the kernel."""
    return njit(cache=True, **_OPTIONS)(_stamped(function))


def _stamped(function: Any) -> Any:
    """Add the state of all sources of a compiled function to its name.

    numba's cache only depends on the file of a function, and would keep old constants, options and
    functions of other files.
    """
    function.__qualname__ += f"_{_source_stamp()}"
    return function


@cache
def _source_stamp() -> str:
    # numba stores the classes of the tables by name in its cache, and fails if one is missing.
    modules = (kernel, kernel_tables, offer_kernel, sphere)
    sources = [__file__, *(str(each.__file__) for each in modules)]
    states = [Path(each).stat() for each in sources]
    facts = repr([(state.st_size, state.st_mtime_ns) for state in states])
    return blake2b(facts.encode(), digest_size=4).hexdigest()


class ArrayBackend(Backend):
    """Make columns as arrays, for the compiled kernel."""

    @staticmethod
    def whole(values: Iterable[int]) -> Column:
        return np.array([*values], np.int64)

    @staticmethod
    def real(values: Iterable[float]) -> Column:
        return np.array([*values], np.float64)

    @staticmethod
    def small(values: Iterable[int]) -> Column:
        return np.frombuffer(values if isinstance(values, bytes) else bytes(values), np.uint8)

    @staticmethod
    def empty(count: int) -> tuple[Column, Column]:
        return np.empty(count, np.int64), np.empty(count)

    @staticmethod
    def lowest(bounds: Column, most: int) -> Column:
        if len(bounds) <= most:
            return np.argsort(bounds)
        among = np.argpartition(bounds, most)[:most]
        return among[np.argsort(bounds[among])]

    @staticmethod
    def take(column: Column, places: Column) -> Column:
        return column[places].astype(np.int32)

    @staticmethod
    def take_bounds(bounds: Column, places: Column) -> Column:
        return np.minimum(bounds[places], 1e30).astype(np.float32) - np.float32(_ROUNDING_MIN)

    @staticmethod
    def appended(column: Column, used: int, more: Sequence[Column]) -> Column:
        end = used + sum(map(len, more))
        if end > len(column):
            column = np.concatenate([column[:used], np.empty(max(end, 2 * used), column.dtype)])
        if more:
            np.concatenate(more, out=column[used:end])
        return column

    @staticmethod
    def joined(columns: Sequence[Column]) -> Column:
        return np.concatenate(columns)
