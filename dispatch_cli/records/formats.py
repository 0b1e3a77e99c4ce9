"""The output formats of results.

A new table format is an entry of ``FORMATS`` and, unless it is CSV, a function that makes it.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec import Struct

from ..messages import marked
from .arrow_files import write_parquet

Conversion = Callable[[Path, Path, Mapping[str, str]], None]
"""Converts a file of the CSV writer (first) to a target; the Arrow type of each column by name."""


class OutputFormat(Struct, frozen=True, kw_only=True):
    """How results are written.

    ``suffix`` of the output file chooses the format. A table has a line for each service and rank,
    everything else an object for each incident. A guarded table is safe to open in a spreadsheet
    program. A format with a conversion is written as CSV and converted at the end with pyarrow: a
    batch can resume a CSV file in the middle, but none of these. ``label`` is its name in messages.
    """

    label: str
    suffix: str = ""
    is_table: bool = True
    is_guarded: bool = False
    convert: Conversion | None = None


FORMATS: Mapping[str, OutputFormat] = {
    "jsonl": OutputFormat(label=marked("JSON lines"), suffix=".jsonl", is_table=False),
    "csv": OutputFormat(label=marked("CSV"), suffix=".csv"),
    "spreadsheet": OutputFormat(label=marked("CSV for spreadsheets"), is_guarded=True),
    "parquet": OutputFormat(label=marked("Parquet"), suffix=".parquet", convert=write_parquet),
}


def format_by_suffix(suffix: str) -> str:
    """Return the format that a suffix of a file stands for, else JSON lines."""
    by_suffix = {each.suffix: name for name, each in FORMATS.items() if each.suffix}
    return by_suffix.get(suffix.lower(), "jsonl")
