"""The options of a batch, and the values that follow from them."""

from pathlib import Path

from msgspec import Struct

from ...records.formats import format_by_suffix
from ..read.column_mapping import parse_columns

_OTHER_NAMES = {"form": "format", "map_file": "map"}
"""The options whose names are not those of their fields."""


class BatchOptions(Struct, frozen=True, kw_only=True):
    """The options of a batch as typed on the command line."""

    input: str
    output: Path | None = None
    form: str | None = None
    top: int = 5
    full: bool = False
    keep: str = ""
    columns: str = ""
    map_kinds: Path | None = None
    write_map: Path | None = None
    kind: str | None = None
    client: str | None = None
    vehicle: str | None = None
    when: str | None = None
    now: bool = False
    timezone: str | None = None
    rejects: Path | None = None
    resume: bool = False
    fail_fast: bool = False
    summary: bool = False
    map_file: Path | None = None
    live: bool = False
    history: bool = False
    delimiter: str = ""
    skip: int = 0
    encoding: str = ""

    @property
    def format(self) -> str:
        """The output format: ``form``, else by the suffix of the output, else jsonl."""
        return self.form or format_by_suffix("" if self.output is None else self.output.suffix)

    @property
    def named_columns(self) -> dict[str, str]:
        """The column of each fact in ``columns``; with ``now`` no column has the time.

        Raises UsageError.
        """
        named = parse_columns(self.columns)
        return {**named, "when": ""} if self.now else named

    @property
    def has_time(self) -> bool:
        """Whether an option gives the time of rows that have none."""
        return self.now or self.when is not None

    @property
    def defaults(self) -> dict[str, str]:
        """The text of each fact for rows whose cell is empty."""
        texts = {"kind": self.kind, "client": self.client, "vehicle": self.vehicle,
                 "when": self.when}  # fmt: skip
        return {name: text for name, text in texts.items() if text is not None}

    @property
    def rejects_path(self) -> Path | None:
        """The reject file: ``rejects``, else OUTPUT.rejects; None without an output."""
        if self.rejects is not None or self.output is None:
            return self.rejects
        return self.output.with_name(self.output.name + ".rejects")

    @property
    def fixed_at_resume(self) -> dict[str, str]:
        """The options that ``--resume`` must repeat, with their values as text."""
        may_differ = ("input", "output", "resume", "map_kinds")
        values = {
            name: getattr(self, name) for name in self.__struct_fields__ if name not in may_differ
        }
        return {
            f"--{_OTHER_NAMES.get(name, name.replace('_', '-'))}": str(value)
            for name, value in values.items()
            if value not in (None, False, "")
        }
