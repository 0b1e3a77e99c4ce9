"""A batch made ready: what was asked for, checked, and started or taken up again."""

import os
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from ... import __version__, desk, folders, notation, places
from ...eligibility import GATES, Gate, gate_facts
from ...errors import ConflictError, Problem, UsageError
from ...model import Observations
from ...records.opening import Records
from ...records.source import STDIN, is_regular
from ...records.writing import FORMATS
from ..read.column_mapping import Columns, columns_of, parse_columns, parse_names
from ..read.kind_mapping import Kinds, parse_kinds, read_file
from ..read.row_reader import BatchDefaults, RowReader
from ..write.result_writer import TableWriter, writer_for
from .batch_options import Options
from .checkpoints import (
    RESTART_HINT,
    Checkpoint,
    Known,
    Start,
    StateFiles,
    check_same_files,
    check_same_start,
    digest_of,
)
from .engine_choice import column_batches_for, library_versions
from .part_files import PartFile, RejectReporter, Stream, check_apart, check_target
from .ranker import MakeRanker, NearAndFar, Ranker
from .run_loop import InputChangedError, Places, Progress, Tools, finish_only, run
from .tally import Tally

if TYPE_CHECKING:
    from ...catalog import Catalog


class Desk(Struct, frozen=True, kw_only=True):
    """What a batch works with beside its files; ``within`` is how far from now states count."""

    catalog: "Catalog"
    holidays: desk.HolidayDates
    now: datetime
    observations: Observations = Observations()
    within: timedelta = timedelta(0)
    make_ranker: MakeRanker
    gates: tuple[Gate, ...] = GATES
    progress: Progress | None = None
    notify: Callable[[str], None] = lambda text: None
    """Tells the user what takes long."""
    say: Callable[[str], None]
    """Names a reject that no file takes."""


def check(options: Options) -> None:
    """Refuse what can be seen to be wrong before any file is read; raises UsageError."""
    if options.form is not None and options.form not in FORMATS:
        raise UsageError(f"--format {options.form!r} is unknown; allowed: {', '.join(FORMATS)}")
    if options.resume and not (options.output and is_regular(options.input)):
        raise UsageError(
            "--resume needs --output, and an input that can be read again",
            hint="a stream (-) is gone once it is read: save it to a file first",
        )
    if options.format == "parquet":
        if options.output is None:
            raise UsageError("Parquet is written to a file only: name it with --output")
        _need_pyarrow()
    _check_targets(options, [options.input, *filter(None, [options.map_kinds])])
    if options.output is not None and options.rejects_path is not None:
        check_apart(options.output, options.rejects_path)
    parse_columns(options.columns)


def _check_targets(options: Options, read: Sequence[str | Path]) -> None:
    if options.output is not None:
        check_target(options.output, "--output", read)
    if options.rejects_path is not None:
        check_target(options.rejects_path, "--rejects", read)


def can_go_on(options: Options) -> bool:
    """Whether a batch was started and is not finished."""
    files = _state_files(options)
    return files is not None and files.start_path.exists()


def taken_up(options: Options) -> Start | None:
    """How the batch was started that is to go on, or None for a first start.

    Raises ConflictError where one is unfinished and nobody said that it goes on, or where it is to
    go on and nothing is unfinished; and what ``check_same_start`` raises for other options.
    """
    files = _state_files(options)
    start = files.read_start() if files else None
    if files is None or start is None:
        if options.resume and options.output is not None and options.output.exists():
            # It may be yesterday's: to say that all is done would be a guess.
            raise ConflictError(
                Problem("is there already, and no batch to it is unfinished",
                        file=str(options.output)),
                hint="it is whole; to rank again, leave out --resume",
            )  # fmt: skip
        return None
    hint = RESTART_HINT.format(path=files.start_path)
    if not options.resume:
        raise ConflictError(
            Problem("a batch to this output is not finished", file=str(options.output)),
            hint=f"--resume goes on with it; {hint}",
        )
    check_same_start(start, options.resumed, library_versions(), hint)
    return start


def work(options: Options, records: Records, at: Desk, then: Start | None) -> Tally:
    """Do a batch, or the rest of one; raises what is wrong with its options or its files."""
    _check_targets(options, at.catalog.files)
    columns = _columns(options, records)
    writer = writer_for(options.format, keep=columns.keep, full=options.full)
    kinds, kinds_digest = _kinds(options, at)
    reader = _reader(options, at, columns, kinds)
    # Before the digest is made: whatever changes from now on is seen at the end.
    stamp = _stamp(options.input)
    state = _state_files(options)
    start = None if state is None else _start(options, at, kinds_digest)
    make = partial(_make_parquet, writer) if isinstance(writer, TableWriter) else None
    with ExitStack() as closing:
        where = Places(
            output=_sink(options, closing),
            rejects=_rejects(options, at, closing),
            state=state,
            make=make if options.format == "parquet" else None,
        )
        # Nobody else has the part files from here on, and what is read now is how they stand.
        checkpoint = _checkpoint(state, start, then)
        if checkpoint is not None and checkpoint.is_done:
            finish_only(where, checkpoint)
            return checkpoint.tally
        if state is not None and start is not None and then is None:
            state.write_start(start)
        tools = Tools(
            records=records,
            keep=columns.keep,
            wanted=columns.wanted,
            reader=reader,
            ranker=(ranker := _ranker(options, at)),
            writer=writer,
            column_batches=column_batches_for(
                records, reader, columns, ranker, writer, notify=at.notify
            ),
            summary=options.summary,
            fail_fast=options.fail_fast,
            progress=at.progress,
            unchanged=partial(_check_unchanged, options.input, stamp),
        )
        return run(tools, where, checkpoint)


def _reader(options: Options, at: Desk, columns: Columns, kinds: Kinds) -> RowReader:
    """Make the reader of the rows; the options for all rows are checked at once."""
    rules = at.catalog.rules
    timezone = options.timezone or rules.settings.timezone
    notation.parse_when("2026-01-01T00:00", at.now, timezone)  # raises for an unknown zone
    given = BatchDefaults(
        columns=columns,
        defaults=options.defaults,
        kinds=kinds,
        timezone=timezone,
        now=at.now,
        locate=partial(places.resolve, named=rules.places, gazetteer=folders.gazetteer()),
        gate_facts=gate_facts(at.gates),
    )
    reader = RowReader(at.catalog, given)
    reader.check_defaults()
    return reader


def _columns(options: Options, records: Records) -> Columns:
    return columns_of(
        records.rows.columns,
        parse_columns(options.columns),
        parse_names(options.keep),
        options.defaults,
    )


def _kinds(options: Options, at: Desk) -> tuple[Kinds, str]:
    path = options.map_kinds
    if path is None:
        return Kinds({}, {}), ""
    content = read_file(path)
    return parse_kinds(content, str(path), at.catalog.rules.plans), digest_of(path)


def _ranker(options: Options, at: Desk) -> Ranker:
    """The ranker, which counts states only for incidents near to now."""
    seen = at.observations
    full = options.full or options.summary

    def make(observations: Observations) -> Ranker:
        return at.make_ranker(
            at.catalog,
            holidays=at.holidays,
            top=options.top,
            full=full,
            observations=observations,
            gates=at.gates,
        )

    if not seen.availability:
        return make(seen)
    from msgspec.structs import replace

    return NearAndFar(make(seen), make(replace(seen, availability={})), at.now, at.within)


def _start(options: Options, at: Desk, kinds_digest: str) -> Start:
    """How it would be started now."""
    digests = {"input": digest_of(Path(options.input)), "--map-kinds": kinds_digest}
    folder = at.catalog.path.parent
    for path in at.catalog.files:
        digests[f"provider file {os.path.relpath(path, folder)}"] = digest_of(path)
    digests["gazetteer"] = _stamp(os.fspath(folders.gazetteer()))
    return Start(
        version=__version__,
        now=at.now,
        options=options.resumed,
        digests=digests,
        known=Known.of(at.observations),
        libraries=library_versions(),
    )


def _checkpoint(
    state: StateFiles | None, start: Start | None, then: Start | None
) -> Checkpoint | None:
    """How far a batch that goes on has come; raises BadDataError where a file has changed.

    Raises ConflictError where another batch has begun or ended meanwhile.
    """
    if state is None or start is None:
        return None
    if state.read_start() != then:
        raise ConflictError(Problem("another batch has just written it", file=str(state.output)))
    if then is None:
        return None
    check_same_files(then, start.digests, RESTART_HINT.format(path=state.start_path))
    return state.read_checkpoint()


def _state_files(options: Options) -> StateFiles | None:
    if options.output is None or not is_regular(options.input):
        return None
    return StateFiles(options.output)


def _rejects(options: Options, at: Desk, closing: ExitStack) -> PartFile | RejectReporter:
    path = options.rejects_path
    return RejectReporter(options.input, at.say) if path is None else _part(path, closing)


def _part(path: Path, closing: ExitStack) -> PartFile:
    part = PartFile(path)
    closing.callback(part.close)
    return part


def _sink(options: Options, closing: ExitStack) -> PartFile | Stream | None:
    if options.output is not None:
        return _part(options.output, closing)
    if options.summary:
        return None
    import sys

    return Stream(sys.stdout.buffer)


def _stamp(path: str) -> str:
    """Size and time of a file; "" if it is no file that could change."""
    if path == STDIN or not os.path.isfile(path):
        return ""
    found = os.stat(path)
    return f"{found.st_size} {found.st_mtime_ns}"


def _check_unchanged(path: str, stamp: str) -> None:
    """Refuse to give names to what was made of a file that somebody has changed meanwhile."""
    if _stamp(path) != stamp:
        raise InputChangedError(
            Problem("was changed while it was read", file=path), hint="run the batch again"
        )


def _make_parquet(writer: TableWriter, part: Path, target: Path) -> None:
    from ...records.writing import write_parquet

    write_parquet(part, target, writer.types)


def _need_pyarrow() -> None:
    from importlib.util import find_spec

    if find_spec("pyarrow") is None:
        from ...records.parquet_rows import EXTRA_HINT

        raise UsageError("Parquet cannot be written: pyarrow is not installed", hint=EXTRA_HINT)
