"""Make the reader of rows for a provider file, as a batch and a joint plan need it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from ... import folders, places
from ...eligibility import Gate, gate_facts
from .column_mapping import ColumnMapping
from .kind_mapping import KindMapping
from .row_reader import BatchDefaults, RowReader

if TYPE_CHECKING:
    from ...catalog import Catalog


def make_reader(
    catalog: "Catalog",
    columns: ColumnMapping,
    kinds: KindMapping,
    *,
    texts: Mapping[str, str],
    timezone: str,
    now: datetime,
    gates: Iterable[Gate],
) -> RowReader:
    """Make the row reader; ``texts`` has the text of a fact for rows whose cell is empty.

    Raises UsageError if one of them has an invalid value for all rows.
    """
    rules = catalog.rules
    reader = RowReader(
        catalog,
        BatchDefaults(
            columns=columns,
            texts=texts,
            kinds=kinds,
            timezone=timezone,
            now=now,
            locate=partial(
                places.resolve,
                named=rules.places,
                gazetteer=folders.gazetteer(),
                roads=rules.roads,
            ),
            gate_facts=gate_facts(gates),
        ),
    )
    reader.check_defaults()
    return reader
