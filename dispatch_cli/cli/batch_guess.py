"""``dispatch batch FILE --guess``: which columns are taken for which facts, and why."""

import shlex
import sys
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import fields, replace

from ..errors import ExitCode
from ..messages import Message
from .options import CommonOptions
from .outcome import Outcome, emit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..batch.job.batch_options import BatchOptions
    from ..batch.read.column_mapping import ColumnMapping
    from ..batch.read.column_names import ColumnSearch
    from ..batch.read.time_columns import TimeColumns
    from ..model import Plan
    from ..records.csv_header import CsvHeader
    from ..records.open_records import RecordFile
    from ..records.values import Row

COLUMNS = ("fact", "column", "why")
SCHEMA = "dispatch.batch.guess/1"

_GuessRow = tuple[str, str, Message | str]
"""A fact, its column or columns, and why."""


class _Guess(Struct, frozen=True):
    """The rows that are shown, the facts that are missing, and the command to go on with."""

    rows: list[_GuessRow]
    missing: list[str]
    command: str

    @property
    def exit_code(self) -> ExitCode:
        """4 while a needed fact is missing, else 0."""
        return ExitCode.BAD_DATA if self.missing else ExitCode.OK


def show_guess(
    options: "BatchOptions",
    records: "RecordFile",
    plans: "Mapping[str, Plan]",
    common: CommonOptions,
) -> Outcome:
    """Make the outcome: a row for each fact, what is missing, and the command to go on with.

    Raises UsageError for options of columns that are invalid or that the input does not have.
    """
    guess = _guessed(options, records, plans, common)
    return Outcome(lambda: _show(guess, common), guess.exit_code)


def _guessed(
    options: "BatchOptions",
    records: "RecordFile",
    plans: "Mapping[str, Plan]",
    common: CommonOptions,
) -> _Guess:
    from ..batch.read.column_mapping import header_advice
    from ..batch.read.column_names import missing_facts

    first_rows = records.rows.first_rows()
    search, columns = _search(options, records, first_rows)
    by_fact = search.by_fact
    rows: list[_GuessRow] = [(each.fact, each.column, each.why) for each in search.found]
    unknown = _unknown_kind(by_fact.get("kind", ""), options, first_rows, plans)
    if unknown:
        rows[[fact for fact, *_ in rows].index("kind")] = ("kind", by_fact["kind"], unknown)
        by_fact["kind"] = ""
    missing = missing_facts([fact for fact, column in by_fact.items() if column], options.defaults)
    times = None if options.has_time else _times(first_rows, columns)
    if times is not None:
        named = ("when", ", ".join(times.refused), _why_times(times))
        rows = [*(row for row in rows if row[0] != "when"), named]
        by_fact["when"] = times.column or "COLUMN"
        missing += [] if times.column else ["when"]
    ambiguous = {
        fact: fitting
        for fact, fitting in search.ambiguous.items()
        if fact != "when" or times is None
    }
    rows += _rows_to_answer(ambiguous, missing, has_kinds=bool(unknown))
    header = getattr(records.rows, "header", None)
    advice = header_advice(header) if missing else None
    if header and advice:
        rows.append(("", "", advice))
        return _Guess(rows, missing, _command_to_guess_again(options, header, common))
    return _Guess(rows, missing, _command(options, by_fact, common))


def _rows_to_answer(
    ambiguous: "Mapping[str, Sequence[str]]", missing: "Sequence[str]", *, has_kinds: bool
) -> "Iterator[_GuessRow]":
    """Yield the facts that several columns may be, and those that no column is."""
    several = Message("several columns may be the fact: name one with --columns")
    for fact, fitting in ambiguous.items():
        yield fact, ", ".join(fitting), several
    if "kind" in missing and not has_kinds:
        yield "kind", "", Message("missing: name its column, or --kind KIND for all rows")
    if "place" in missing:
        why = Message("missing: name their columns, or that of a place: at=COLUMN")
        yield "lat, lon", "", why


def _show(guess: _Guess, common: CommonOptions) -> None:
    if common.json:
        from ..results.result_status import status_of

        data = {
            "columns": [dict(zip(COLUMNS, row, strict=True)) for row in guess.rows],
            "missing": guess.missing,
            "command": guess.command,
        }
        status = status_of(guess.exit_code, served=False, emergency=False)
        emit(SCHEMA, data, exit_code=guess.exit_code, status=status)
        return
    from ..render.listing import print_listing

    print_listing(COLUMNS, guess.rows, stream=sys.stdout)
    sys.stdout.flush()
    if not common.quiet:
        from ..render.stderr_lines import print_hint

        print_hint(guess.command, stream=sys.stderr)


def _search(
    options: "BatchOptions", records: "RecordFile", first_rows: "Sequence[Row]"
) -> "tuple[ColumnSearch, ColumnMapping]":
    """Search the columns of the header row, or the names of the first JSON objects."""
    from ..batch.read.column_mapping import check_names, mapping_of, parse_names
    from ..batch.read.column_names import search_columns

    named, found = options.named_columns, records.rows.columns
    # The objects of JSON lines have their own names each.
    names = list(dict.fromkeys(name for row in first_rows for name in row.values))
    search = search_columns(names if found is None else found, named)
    columns = mapping_of(
        search, names if found is None else found, named, parse_names(options.keep)
    )
    if found is not None:
        check_names(found, columns, named)
    return search, columns


def _times(first_rows: "Sequence[Row]", columns: "ColumnMapping") -> "TimeColumns | None":
    """Find the columns for which a batch would be refused; None if there are none."""
    from ..batch.read.time_columns import find_time_columns, has_times

    found = None if has_times(first_rows, columns) else find_time_columns(first_rows, columns)
    return found if found is not None and found.refused else None


def _why_times(times: "TimeColumns") -> Message:
    if times.column:
        return Message("its cells are times")
    if times.is_unreadable:
        return Message("its dates may begin with the day or with the month: write --now for all")
    return Message("its cells are times: name one column with --columns, or write --now")


def _command(options: "BatchOptions", by_fact: "Mapping[str, str]", common: CommonOptions) -> str:
    """Write the command that ranks the file with these columns."""
    from ..batch.read.column_mapping import columns_option

    kind = None if by_fact.get("kind") else options.kind or "KIND"
    columns = columns_option(by_fact)
    return _written(replace(options, columns=columns, kind=kind), common)


def _command_to_guess_again(
    options: "BatchOptions", header: "CsvHeader", common: CommonOptions
) -> str:
    """Write the command that guesses from the likely header row."""
    sign = "tab" if header.likely_delimiter == "\t" else header.likely_delimiter
    skip = options.skip if sign else header.likely_line - 1
    options = replace(options, delimiter=sign or options.delimiter, skip=skip)
    return f"{_written(options, common)} --guess"


def _written(options: "BatchOptions", common: CommonOptions) -> str:
    """Write a command line with every option that has another value than its default."""
    words = ["dispatch", "batch", options.input]
    named = {field.name: (field.default, getattr(options, field.name)) for field in fields(options)}
    named["providers"] = (None, common.providers)
    named["sample"] = (False, common.sample)
    for name, (default, value) in named.items():
        if name == "input" or value == default:
            continue
        words.append("--format" if name == "form" else f"--{name.replace('_', '-')}")
        words += [] if value is True else [str(value)]
    return shlex.join(words)


def _unknown_kind(
    column: str, options: "BatchOptions", first_rows: "Sequence[Row]", plans: "Mapping[str, Plan]"
) -> Message | None:
    """Say that the first cells of a column are not kinds; None if one of them is a kind."""
    from ..batch.read.cell_values import shown_text_of
    from ..plans import find_kind

    if not column or options.map_kinds is not None:
        return None
    cells = [shown_text_of(each.values.get(column)) for each in first_rows]
    texts = list(dict.fromkeys(filter(None, cells)))
    if not texts or any(find_kind(each, plans) for each in texts):
        return None
    return Message(
        "its cells are not kinds, such as {text!r}: translate them with --map-kinds TOML,"
        " or --kind KIND for all rows",
        text=texts[0],
    )
