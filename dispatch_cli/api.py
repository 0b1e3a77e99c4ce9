"""Rank incidents from a program, as the command line does.

from dispatch_cli import api

catalog = api.load("providers.toml")
incident = api.Incident(kind="tow", place=api.locate("86150", catalog), when=now)
answer = api.rank(catalog, incident)
answer.cascades[0].candidates[0].phone

``rank_batches`` does the same for Arrow record batches of any number of rows (docs/batch.md).
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from . import catalog as catalogs
from . import desk, folders, places, public_holidays
from .catalog import Catalog
from .eligibility import GATES, Gate
from .errors import BadDataError, DispatchError, UnavailableError, UsageError
from .model import NO_CLIENT, Incident, Observations, Place, Vehicle
from .results.cascade_answer import Answer

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "NO_CLIENT",
    "Answer",
    "BadDataError",
    "Catalog",
    "DispatchError",
    "Incident",
    "Observations",
    "Place",
    "UnavailableError",
    "UsageError",
    "Vehicle",
    "load",
    "locate",
    "rank",
    "rank_batches",
]


def load(path: Path | str | None = None, *, now: datetime | None = None) -> Catalog:
    """Load a provider file, or the one that the command line would find.

    Opening hours are computed round ``now``; default: the current time. Raises BadDataError with
    all problems of the file.
    """
    option = None if path is None else str(path)
    found, source = catalogs.find_file(option, os.environ, Path.cwd(), folders.config_dir())
    return catalogs.load(
        found,
        source=source,
        now=now or datetime.now(UTC),
        cache_dir=folders.cache_dir(),
        holidays=_holidays,
    )


def locate(text: str, catalog: Catalog | None = None) -> Place:
    """Read a place as ``--at`` does; raises UsageError if it is unknown or ambiguous."""
    named = {} if catalog is None else catalog.rules.places
    return places.resolve(text, named=named, gazetteer=folders.gazetteer())


def rank(
    catalog: Catalog,
    incident: Incident,
    *,
    explain: bool = False,
    gates: Sequence[Gate] = GATES,
) -> Answer:
    """Rank one incident; raises UsageError for a client or id that the file does not have."""
    return desk.rank_incident(catalog, incident, holidays=_holidays, explain=explain, gates=gates)


def rank_batches(
    batches: "Iterable[pa.RecordBatch]",
    catalog: Catalog,
    *,
    top: int = 5,
    observations: Observations = Observations(),
    threads: int | None = None,
    gates: Sequence[Gate] = GATES,
) -> "Iterator[pa.RecordBatch]":
    """Rank batches of incidents; each input batch gives one output batch.

    Input columns: ``kind``, ``lat``, ``lon``, ``when`` (a timestamp with a zone, or microseconds
    since 1970), and optional ones: ``row``, ``id``, ``client``, ``vehicle``, ``weight_t``,
    ``asked`` (a list of ids), …, with the values of ``Incident``. Output: a line for each emergency
    call, service and rank, as ``dispatch batch`` writes CSV. Rows without a column ``row`` are
    numbered from 1 across all batches. Rows do not depend on each other, so that batches may be
    divided among workers. Raises UnavailableError without the extra "batch", and UsageError for a
    missing column or an unknown kind, client or id.
    """
    try:
        from .batch.compiled.arrow_rows import rank_table
        from .batch.compiled.column_engine import ColumnEngine
        from .batch.compiled.result_columns import OfferRows
    except ImportError:
        raise UnavailableError(
            "record batches need numba, pyarrow and polars",
            hint='install the extra: pip install "roadside-dispatch[batch]"',
        ) from None
    engine = ColumnEngine(
        catalog,
        holidays=_holidays,
        top=top,
        observations=observations,
        threads=threads,
        gates=gates,
    )
    check = partial(desk.check_names, catalog)

    def ranked() -> "Iterator[pa.RecordBatch]":
        first_row, offers = 1, OfferRows()
        for batch in batches:
            yield rank_table(engine, batch, check, first_row=first_row, offers=offers)
            first_row += batch.num_rows

    return ranked()


def _holidays(region: str, years: Sequence[int]) -> Sequence[date]:
    return public_holidays.holiday_dates(region, years, folders.cache_dir())
