"""Prepare a batch: check its options, open its files, and start or resume it."""

import os
import sys
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from msgspec import Struct

from ... import __version__, folders, notation
from ...availability import HolidayDates
from ...eligibility import GATES, Gate
from ...errors import ConflictError, Problem
from ...messages import Message
from ...model import Observations
from ...records.formats import FORMATS
from ...records.input_stream import is_regular
from ...records.open_records import RecordFile
from ..read.column_mapping import (
    ColumnMapping,
    column_notes,
    map_columns,
    parse_names,
)
from ..read.kind_mapping import KindMapping, parse_kinds, read_mapping_file
from ..read.make_reader import make_reader
from ..read.row_reader import RowReader
from ..read.time_columns import find_time_columns, has_times, ranked_for_now, refuse_times
from ..write.result_writer import ResultWriter, TableWriter, writer_for
from .batch_options import BatchOptions
from .checkpoints import (
    PROVIDER_FILE,
    BatchStart,
    Checkpoint,
    StateFiles,
    StoredObservations,
    check_same_files,
    check_same_start,
    digest_of,
    restart_hint,
)
from .engine_choice import column_batches_for, library_versions
from .kind_map_file import check_absent
from .option_checks import check_targets
from .part_files import Convert, PartFile, RejectReporter, Stream
from .ranker import MakeRanker, Ranker
from .run_loop import BatchFiles, InputChangedError, Pipeline, Progress, finish_only, run
from .tally import BatchTally

if TYPE_CHECKING:
    from ...catalog import Catalog


class BatchContext(Struct, frozen=True, kw_only=True):
    """The provider file, observations and callbacks of a batch.

    The present states of providers count only for incidents that are less than ``within`` away
    from ``now``. ``notify`` shows a hint on
    slow work, ``report`` shows a reject if there is no reject file.
    """

    catalog: "Catalog"
    holidays: HolidayDates
    now: datetime
    observations: Observations = Observations()
    within: timedelta = timedelta(0)
    make_ranker: MakeRanker
    gates: tuple[Gate, ...] = GATES
    progress: Progress | None = None
    notify: Callable[[Message | str], None] = lambda text: None
    report: Callable[[str], None]


def is_resumable(options: BatchOptions) -> bool:
    """Return whether there is an unfinished batch to the output."""
    files = _state_files(options)
    return files is not None and files.start_path.exists()


def resumable_start(options: BatchOptions) -> BatchStart | None:
    """Read the stored start of the batch to resume; None if a new batch starts.

    Raises ConflictError for an unfinished batch without ``--resume``, and for ``--resume`` with a
    finished output; and what ``check_same_start`` raises for other options or versions.
    """
    files = _state_files(options)
    start = files.read_start() if files else None
    if files is None or start is None:
        if options.resume and options.output is not None and options.output.exists():
            # The output may be from another day, so it is not reported as done.
            raise ConflictError(
                Problem("already exists, and there is nothing to resume", file=str(options.output)),
                hint="to rank the input again, leave out --resume",
            )
        return None
    hint = restart_hint(files.start_path)
    if not options.resume:
        raise ConflictError(
            Problem("a batch to this output is unfinished", file=str(options.output)),
            hint=Message("--resume continues it; {or_else}", or_else=hint),
        )
    check_same_start(start, options.fixed_at_resume, library_versions(), hint)
    return start


def run_batch(
    options: BatchOptions, records: RecordFile, context: BatchContext, resumed: BatchStart | None
) -> BatchTally:
    """Run a batch; with ``resumed``, its stored start, run only the rest of it.

    Raises a DispatchError for invalid options or files.
    """
    check_targets(options, context.catalog.files)
    if resumed is None and options.write_map is not None:
        check_absent(options.write_map)
    columns = map_columns(
        records.rows.columns,
        options.named_columns,
        parse_names(options.keep),
        options.defaults,
        header=getattr(records.rows, "header", None),
    )
    for note in column_notes(columns):
        context.notify(note)
    writer = writer_for(options.format, keep=columns.keep, full=options.full)
    kinds, kinds_digest = _read_kinds(options, context)
    reader = _make_reader(options, context, columns, kinds)
    if resumed is None:
        _check_times(options, records, columns, context)
    # Taken before the hash of the input, so that any later change is detected at the end.
    stamp = _file_stamp(options.input)
    state = _state_files(options)
    start = None if state is None else _make_start(options, context, kinds_digest)
    with ExitStack() as closing:
        files = BatchFiles(
            output=_open_output(options, closing),
            rejects=_open_rejects(options, context, closing),
            state=state,
            map_path=options.write_map,
            convert=_converter(options, writer),
        )
        # The part files are locked from here on, so that the state cannot change any more.
        checkpoint = _read_checkpoint(state, start, resumed)
        if checkpoint is not None and checkpoint.is_done:
            finish_only(files, checkpoint)
            return checkpoint.tally
        if state is not None and start is not None and resumed is None:
            state.write_start(start)
        ranker = _make_ranker(options, context)
        pipeline = Pipeline(
            records=records,
            columns=columns,
            reader=reader,
            ranker=ranker,
            writer=writer,
            column_batches=column_batches_for(
                records, reader, columns, ranker, writer, notify=context.notify
            ),
            summary=options.summary,
            has_map=options.map_file is not None,
            fail_fast=options.fail_fast,
            progress=context.progress,
            check_unchanged=partial(_check_unchanged, options.input, stamp),
        )
        return run(pipeline, files, checkpoint)


def _check_times(
    options: BatchOptions, records: RecordFile, columns: ColumnMapping, context: BatchContext
) -> None:
    """Refuse a file whose times no column is taken for; note that one without is ranked for now.

    A resumed batch was accepted at its start.
    """
    if options.has_time:
        return
    rows = records.rows.first_rows()
    if not rows or has_times(rows, columns):
        return
    found = find_time_columns(rows, columns)
    refuse_times(found, options.named_columns, records.source.name)
    zone = ZoneInfo(context.catalog.rules.settings.timezone)
    context.notify(ranked_for_now(context.now.astimezone(zone), found))


def _make_reader(
    options: BatchOptions, context: BatchContext, columns: ColumnMapping, kinds: KindMapping
) -> RowReader:
    """Make the row reader; raises UsageError if an option has an invalid value for all rows."""
    timezone = options.timezone or context.catalog.rules.settings.timezone
    notation.parse_when(
        "2026-01-01T00:00", context.now, timezone
    )  # raises for an unknown time zone
    return make_reader(
        context.catalog,
        columns,
        kinds,
        texts=options.defaults,
        timezone=timezone,
        now=context.now,
        gates=context.gates,
    )


def _read_kinds(options: BatchOptions, context: BatchContext) -> tuple[KindMapping, str]:
    """Read the file of kinds, and hash it; an empty mapping and "" without the option."""
    path = options.map_kinds
    if path is None:
        return KindMapping({}, {}), ""
    content = read_mapping_file(path)
    return parse_kinds(content, str(path), context.catalog.rules.plans), digest_of(path)


def _make_ranker(options: BatchOptions, context: BatchContext) -> Ranker:
    return context.make_ranker(
        context.catalog,
        holidays=context.holidays,
        top=options.top,
        full=options.full or options.summary,
        observations=context.observations,
        gates=context.gates,
    )


def _make_start(options: BatchOptions, context: BatchContext, kinds_digest: str) -> BatchStart:
    """Make the start of this run, to be stored or to be compared with the stored one."""
    digests = {"input": digest_of(Path(options.input)), "--map-kinds": kinds_digest}
    folder = context.catalog.path.parent
    for path in context.catalog.files:
        digests[PROVIDER_FILE + os.path.relpath(path, folder)] = digest_of(path)
    digests["gazetteer"] = _file_stamp(os.fspath(folders.gazetteer()))
    return BatchStart(
        version=__version__,
        now=context.now,
        options=options.fixed_at_resume,
        digests=digests,
        known=StoredObservations.of(context.observations),
        libraries=library_versions(),
    )


def _read_checkpoint(
    state: StateFiles | None, start: BatchStart | None, resumed: BatchStart | None
) -> Checkpoint | None:
    """Read the last checkpoint of a resumed batch; raises BadDataError if a file has changed.

    Raises ConflictError if another batch has started or ended since ``resumed`` was read.
    """
    if state is None or start is None:
        return None
    if state.read_start() != resumed:
        raise ConflictError(
            Problem("another batch has just written this file", file=str(state.output))
        )
    if resumed is None:
        return None
    check_same_files(resumed, start.digests, restart_hint(state.start_path))
    return state.read_checkpoint()


def _state_files(options: BatchOptions) -> StateFiles | None:
    if options.output is None or not is_regular(options.input):
        return None
    return StateFiles(options.output)


def _open_rejects(
    options: BatchOptions, context: BatchContext, closing: ExitStack
) -> PartFile | RejectReporter:
    path = options.rejects_path
    if path is None:
        return RejectReporter(options.input, context.report)
    return _open_part(path, closing)


def _open_output(options: BatchOptions, closing: ExitStack) -> PartFile | Stream | None:
    if options.output is not None:
        return _open_part(options.output, closing)
    return None if options.summary else Stream(sys.stdout.buffer)


def _open_part(path: Path, closing: ExitStack) -> PartFile:
    part = PartFile(path)
    closing.callback(part.close)
    return part


def _converter(options: BatchOptions, writer: ResultWriter) -> Convert | None:
    """Return the conversion of the part file; None for a format that is written directly."""
    convert = FORMATS[options.format].convert
    if convert is not None and isinstance(writer, TableWriter):
        return lambda lines, target: convert(lines, target, writer.types)
    return None


def _file_stamp(path: str) -> str:
    """Return size and modification time of a regular file, else ""."""
    if not is_regular(path):
        return ""
    found = os.stat(path)
    return f"{found.st_size} {found.st_mtime_ns}"


def _check_unchanged(path: str, stamp: str) -> None:
    """Raise InputChangedError if the input has changed since the start."""
    if _file_stamp(path) != stamp:
        raise InputChangedError(
            Problem("was changed while it was read", file=path), hint="run the batch again"
        )
