"""Choose the engine that ranks the candidates of a joint plan."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..availability import HolidayDates
from ..batch.engine import Engine
from ..batch.job.engine_choice import has_libraries
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
    if incidents * catalog.count >= WORTH_COMPILING and has_libraries():
        from ..batch.compiled.column_engine import ColumnEngine

        engine = ColumnEngine

    def make(top: int) -> Engine:
        return engine(catalog, holidays=holidays, top=top, observations=observations)

    return make
