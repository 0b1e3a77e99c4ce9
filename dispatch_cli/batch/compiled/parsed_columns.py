"""Hold the parsed rows of a file in columns."""

from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from ...records.values import Reject
from .arrays import Array
from .incident_columns import IncidentColumns


class ParsedColumns(Struct):
    """The valid rows, and the rejects.

    ``ids`` and ``kept`` are Arrow arrays of texts; an empty id is null.
    """

    columns: IncidentColumns
    ids: Any
    kept: dict[str, Any]
    rejects: list[Reject]

    def picked(self, rows: Array) -> "ParsedColumns":
        """Return only some of the rows, with all rejects."""
        return replace(
            self,
            columns=self.columns.picked(rows),
            ids=self.ids.take(rows),
            kept={name: texts.take(rows) for name, texts in self.kept.items()},
        )
