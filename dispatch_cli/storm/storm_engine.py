"""Choose the engine that ranks the candidates of a joint plan."""

from collections.abc import Callable
from importlib.util import find_spec
from typing import TYPE_CHECKING

from ..availability import HolidayDates
from ..batch.engine import Engine
from ..batch.job.engine_choice import LIBRARIES
from ..model import Observations

if TYPE_CHECKING:
    from ..catalog import Catalog

WORTH_COMPILING = 1_000_000
"""Pairs of incident and provider from which the compiled engine is faster."""


def engine_maker(
    catalog: "Catalog", observations: Observations, holidays: HolidayDates, incidents: int
) -> Callable[[int], Engine]:
    """Return a function that makes the engine for the first N candidates of each demand."""
    engine: type[Engine] = Engine
    if incidents * catalog.count >= WORTH_COMPILING and all(map(find_spec, LIBRARIES)):
        from ..batch.compiled.column_engine import ColumnEngine

        engine = ColumnEngine

    def make(top: int) -> Engine:
        return engine(catalog, holidays=holidays, top=top, observations=observations)

    return make
