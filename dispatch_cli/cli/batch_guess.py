"""``dispatch batch FILE --guess``: which columns are taken for which facts, and why."""

import shlex
import sys
from typing import TYPE_CHECKING

from ..errors import ExitCode
from .outcome import Outcome, emit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..batch.job.batch_options import BatchOptions
    from ..model import Plan
    from ..records.open_records import RecordFile

COLUMNS = ("fact", "column", "why")
SCHEMA = "dispatch.batch.guess/1"


def show_guess(
    options: "BatchOptions", records: "RecordFile", plans: "Mapping[str, Plan]", *, json: bool
) -> Outcome:
    """Make the outcome: a row for each fact, what is missing, and the command to go on with."""
    from ..batch.read.column_mapping import columns_option, parse_columns
    from ..batch.read.column_names import missing_facts, search_columns
    from ..render.listing import print_listing

    search = search_columns(records.rows.columns or (), parse_columns(options.columns))
    by_fact = search.by_fact
    rows = [(each.fact, each.column, str(each.why)) for each in search.found]
    unknown = _unknown_kind(by_fact.get("kind", ""), options, records, plans)
    if unknown:
        rows[[fact for fact, *_ in rows].index("kind")] = ("kind", by_fact["kind"], unknown)
        by_fact["kind"] = ""
    missing = missing_facts([fact for fact, column in by_fact.items() if column], options.defaults)
    rows += [
        (fact, ", ".join(columns), "several columns may be the fact: name one with --columns")
        for fact, columns in search.several.items()
    ]
    if "kind" in missing and not unknown:
        rows.append(("kind", "", "missing: name its column, or --kind KIND for all rows"))
    if "place" in missing:
        rows.append(("lat, lon", "", "missing: name their columns, or that of a place: at=COLUMN"))
    words = ["dispatch", "batch", options.input]
    words += ["--columns", columns_option(by_fact)] if by_fact else []
    words += [] if by_fact.get("kind") else ["--kind", options.kind or "KIND"]
    words += ["--skip", str(options.skip)] if options.skip else []
    command = shlex.join(words)
    code = ExitCode.BAD_DATA if missing else ExitCode.OK

    def show() -> None:
        if json:
            from ..render.envelope import status_of

            data = {
                "columns": [dict(zip(COLUMNS, row, strict=True)) for row in rows],
                "missing": missing,
                "command": command,
            }
            status = status_of(code, served=False, emergency=False)
            emit(SCHEMA, data, exit_code=code, status=status)
            return
        print_listing(COLUMNS, rows, stream=sys.stdout)
        sys.stdout.flush()
        from ..render.stderr_lines import print_hint

        print_hint(command, stream=sys.stderr)

    return Outcome(show, code)


def _unknown_kind(
    column: str, options: "BatchOptions", records: "RecordFile", plans: "Mapping[str, Plan]"
) -> str:
    """Say that the first cells of a column are no kinds; empty if one of them is a kind."""
    from ..batch.read.cell_values import text_of
    from ..plans import find_kind
    from ..records.values import Row

    if not column or options.map_kinds is not None:
        return ""
    first = next(iter(records.rows.chunks(records.rows.start, (column,))), None)
    cells = (
        [text_of(each.values.get(column)) for each in first.records if isinstance(each, Row)]
        if first
        else []
    )
    texts = list(dict.fromkeys(filter(None, cells)))
    if not texts or any(find_kind(each, plans) for each in texts):
        return ""
    return (
        f"its cells are no kinds, such as {texts[0]!r}: translate them with --map-kinds TOML,"
        " or --kind KIND for all rows"
    )
