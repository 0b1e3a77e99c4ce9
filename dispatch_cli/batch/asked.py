"""Incidents as columns, for the compiled engine."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from math import inf
from typing import NamedTuple

import numpy as np

from ..model import Incident
from .layout import Array

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Batch(NamedTuple):
    """Rows as columns; limits that nobody said are infinite, as in ``scan``.

    ``shape`` numbers the shapes; ``is_plain`` is false for what only ``Engine`` knows.
    """

    lat: Array
    lon: Array
    uncertainty_km: Array
    at_us: Array
    weight_t: Array
    height_m: Array
    clearance_m: Array
    shape: Array
    is_plain: Array
    codes: Array
    """The number of the postcodes in which each place may lie, as ``CompiledEngine.codes`` has it;
    negative where nobody knows."""


def columns_of(incidents: Sequence[Incident], shape: Array) -> Batch:
    """Lay incidents out in columns; nobody is said to lie in any postcode."""

    def column(values: Iterator[float]) -> Array:
        return np.fromiter(values, np.float64, len(incidents))

    return Batch(
        lat=column(each.place.lat for each in incidents),
        lon=column(each.place.lon for each in incidents),
        uncertainty_km=column(each.place.uncertainty_km for each in incidents),
        at_us=np.fromiter(
            ((each.when - EPOCH) // _MICROSECOND for each in incidents), np.int64, len(incidents)
        ),
        weight_t=column(_or(each.vehicle.weight_t, -inf) for each in incidents),
        height_m=column(_or(each.vehicle.height_m, -inf) for each in incidents),
        clearance_m=column(_or(each.clearance_m, inf) for each in incidents),
        shape=shape,
        codes=np.zeros(len(incidents), np.int64),
        is_plain=np.fromiter(
            (each.wish is None and not each.asked for each in incidents), np.bool_, len(incidents)
        ),
    )


def _or(value: float | None, default: float) -> float:
    return default if value is None else value
