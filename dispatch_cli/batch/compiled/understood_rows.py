"""Rows of a file in columns, ready to be ranked and written."""

from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from ...records.values import Reject
from .arrays import Array
from .incident_columns import IncidentColumns


class UnderstoodRows(Struct):
    """The rows that are ranked, and those that are rejected.

    ``ids`` and ``kept`` are Arrow arrays of texts; an id that is empty is null.
    """

    columns: IncidentColumns
    ids: Any
    kept: dict[str, Any]
    rejects: list[Reject]

    def picked(self, rows: Array) -> "UnderstoodRows":
        """Only some of the rows, with all rejects."""
        return replace(
            self,
            columns=self.columns.picked(rows),
            ids=self.ids.take(rows),
            kept={name: texts.take(rows) for name, texts in self.kept.items()},
        )
