"""Run a batch from a mark to the end of the input, with checkpoints on the way."""

import time
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from ...errors import BadDataError, ExitCode
from ...records.csv_rows import CsvRows
from ...records.open_records import RecordFile
from ...records.rejects import reject_line
from ...records.values import Block, Chunk, Mark, Reject, Row
from ..read.column_mapping import ColumnMapping
from ..read.row_reader import ParsedRow, RowReader, as_reject
from ..write.result_writer import ResultWriter, RowResult
from .checkpoints import Checkpoint, StateFiles
from .kind_map_file import write_map
from .part_files import Convert, PartFile, RejectReporter, Stream, reject_problem
from .ranker import Ranker
from .tally import BatchTally

if TYPE_CHECKING:
    from .column_batches import BlockResult, ColumnBatches

CHECKPOINT_S = 0.5
CHECKPOINT_PAUSE_FACTOR = 20
"""Seconds between checkpoints: at least the first, and this many times as long as one takes."""
Progress = Callable[[int, int, float | None], None]
"""Receives the counts and the share of the input that is read, 0 to 1, or None if unknown."""


class Pipeline(Struct, frozen=True, kw_only=True):
    """The steps of a batch: reading, ranking and writing.

    ``column_batches`` is None if everything goes row by row; ``check_unchanged`` raises
    InputChangedError if the input has changed since the start.
    """

    records: RecordFile
    columns: ColumnMapping
    reader: RowReader
    ranker: Ranker
    writer: ResultWriter
    column_batches: "ColumnBatches | None" = None
    summary: bool = False
    has_map: bool = False
    fail_fast: bool = False
    progress: Progress | None = None
    check_unchanged: Callable[[], None] = lambda: None


class BatchFiles(Struct, frozen=True, kw_only=True):
    """The output files of a batch; ``state`` is None for a batch that cannot be resumed.

    ``map_path`` is the file for the texts of unknown kinds.
    """

    output: PartFile | Stream | None
    rejects: PartFile | RejectReporter
    state: StateFiles | None = None
    map_path: Path | None = None
    convert: Convert | None = None


class InputChangedError(BadDataError):
    """The input has changed while the batch read it."""


class FailedFastError(BadDataError):
    """The first reject has stopped a batch with ``--fail-fast``."""


def run(pipeline: Pipeline, files: BatchFiles, checkpoint: Checkpoint | None) -> BatchTally:
    """Rank every record, write all results and rejects, and rename the part files.

    Raises the errors of reading and writing; then the last checkpoint can be resumed.
    """
    batch = _BatchRun(pipeline, files, checkpoint)
    batch.work()
    batch.finish()
    return batch.tally


def finish_only(files: BatchFiles, checkpoint: Checkpoint) -> None:
    """Rename the part files of a batch that was killed after its last checkpoint.

    Raises BadDataError if both the part file and the file are missing.
    """
    for sink, size, convert in (
        (files.rejects, checkpoint.rejects, None),
        (files.output, checkpoint.output, files.convert),
    ):
        if isinstance(sink, PartFile):
            is_renamed = sink.was_renamed(size)
            if is_renamed and _is_finished(sink.target, None if convert else size):
                sink.discard()  # the rename was done before the kill
            else:
                sink.cut(size)
                sink.finish(convert)
    _write_map(files, checkpoint.tally)
    if files.state is not None:
        files.state.remove()


def _write_map(files: BatchFiles, tally: BatchTally) -> None:
    """Write the texts of unknown kinds, if there are any."""
    if files.map_path is not None and tally.kinds.texts:
        write_map(tally.kinds, files.map_path)


def _is_finished(target: Path, size: int | None) -> bool:
    """Return whether a file exists with its size; None for an unknown size (Parquet)."""
    return target.exists() and size in (None, target.stat().st_size)


def exit_code_of(tally: BatchTally) -> ExitCode:
    """Return 4 if all rows were rejected, else 6 if any was, else 3 if none was served, else 0."""
    if not tally.rows:
        return ExitCode.OK
    if tally.rejected == tally.rows:
        return ExitCode.BAD_DATA
    if tally.rejected:
        return ExitCode.PARTIAL
    return ExitCode.OK if tally.served else ExitCode.NO_PROVIDER


class _BatchRun:
    """One run of a batch: the mark behind the last written record, and the counts."""

    def __init__(
        self, pipeline: Pipeline, files: BatchFiles, checkpoint: Checkpoint | None
    ) -> None:
        self._pipeline, self._files = pipeline, files
        self.mark: Mark = checkpoint.mark if checkpoint else pipeline.records.rows.start
        self.tally = checkpoint.tally if checkpoint else BatchTally()
        self._save_at = time.monotonic() + CHECKPOINT_S
        if isinstance(files.output, PartFile):
            files.output.cut(checkpoint.output if checkpoint else 0)
        if isinstance(files.rejects, PartFile):
            files.rejects.cut(checkpoint.rejects if checkpoint else 0)
        if checkpoint is None and files.output is not None:
            files.output.write(pipeline.writer.head())

    def work(self) -> None:
        """Read, rank and write until the input ends."""
        try:
            # Closed here: the garbage collector may run in a thread that closing waits for.
            with closing(self._process_parts()) as ends:
                for end in ends:
                    self._end_part(end)
            self._pipeline.check_unchanged()
        except (FailedFastError, InputChangedError):
            # Such a batch cannot be resumed, so the next start begins again.
            self._discard()
            raise

    def _end_part(self, end: Mark) -> None:
        self.mark = end
        if time.monotonic() >= self._save_at:
            self._save()
        if self._pipeline.progress is not None:
            self._pipeline.progress(
                self.tally.rows, self.tally.rejected, self._pipeline.records.share(end)
            )

    def finish(self) -> None:
        """Rename the part files; after a kill in between, ``finish_only`` does the rest."""
        files = self._files
        self._save(is_done=True)
        if isinstance(files.rejects, PartFile):
            files.rejects.finish()
        if isinstance(files.output, PartFile):
            files.output.finish(files.convert)
        _write_map(files, self.tally)
        if files.state is not None:
            files.state.remove()

    def _process_parts(self) -> Generator[Mark, None, None]:
        """Rank and write the input part by part; yields the mark behind each part."""
        pipeline, rows = self._pipeline, self._pipeline.records.rows
        if pipeline.column_batches is None:
            for chunk in rows.chunks(self.mark, pipeline.columns.wanted):
                self._process_chunk(chunk)
                yield chunk.end
            return
        is_file = pipeline.records.source.size is not None
        found_parts = pipeline.column_batches.results(rows, self.mark, is_file=is_file)
        with closing(found_parts) as results:
            for part, found in results:
                if found is None or (found.rejects and pipeline.fail_fast):
                    for chunk in self._chunks_of(part):
                        self._process_chunk(chunk)
                else:
                    self._write_block(found)
                yield part.end

    def _chunks_of(self, part: Block | Chunk) -> Iterable[Chunk]:
        if isinstance(part, Chunk):
            return [part]
        rows = self._pipeline.records.rows
        assert isinstance(rows, CsvRows)  # noqa: S101 - no other format has blocks
        return rows.chunks_of(part, self._pipeline.columns.wanted)

    def _write_block(self, block: "BlockResult") -> None:
        """Write the rejects and the results of a block, and count its rows."""
        for reject in block.rejects:
            self._reject(reject)
        if self._files.output is not None:
            self._files.output.write(block.data)
        self.tally.rows += block.ranked
        self.tally.served += block.served

    def _process_chunk(self, chunk: Chunk) -> None:
        """Rank and write a chunk row by row; results and rejects keep the order of the rows."""
        rows: list[Row] = []
        parsed: list[ParsedRow] = []
        for record in chunk.records:
            found = record if isinstance(record, Reject) else self._pipeline.reader.read(record)
            if isinstance(found, ParsedRow):
                assert isinstance(record, Row)  # noqa: S101 - a reject is never parsed
                rows.append(record)
                parsed.append(found)
                continue
            if self._pipeline.fail_fast:
                self._rank(rows, parsed)
            self._reject(as_reject(record, found))
        self._rank(rows, parsed)

    def _rank(self, rows: Sequence[Row], parsed: Sequence[ParsedRow]) -> None:
        if not rows:
            return
        pipeline = self._pipeline
        ranked = pipeline.ranker.rank([each.incident for each in parsed])
        results = [
            RowResult(
                row.number, each, ranks, [row.values.get(name) for name in pipeline.columns.keep]
            )
            for row, each, ranks in zip(rows, parsed, ranked, strict=True)
        ]
        if self._files.output is not None:
            self._files.output.write(pipeline.writer.encode(results))
        self.tally.count(results, summary=pipeline.summary, has_map=pipeline.has_map)

    def _reject(self, reject: Reject) -> None:
        if self._pipeline.fail_fast:
            raise FailedFastError(
                reject_problem(reject, self._pipeline.records.source.name),
                hint="without --fail-fast such rows are rejected and all others are ranked",
            )
        rejects = self._files.rejects
        if isinstance(rejects, PartFile):
            rejects.write(reject_line(reject))
        else:
            rejects.report(reject)
        if not reject.more:
            self.tally.count_reject(reject)

    def _save(self, *, is_done: bool = False) -> None:
        """Sync the part files to the disk, then write a checkpoint."""
        files, begun = self._files, time.monotonic()
        output = 0 if files.output is None else files.output.sync()
        rejects = files.rejects.sync() if isinstance(files.rejects, PartFile) else 0
        if files.state is not None:
            files.state.write_checkpoint(
                Checkpoint(
                    mark=self.mark,
                    output=output,
                    rejects=rejects,
                    tally=self.tally,
                    is_done=is_done,
                )
            )
        ended = time.monotonic()
        self._save_at = ended + max(CHECKPOINT_S, CHECKPOINT_PAUSE_FACTOR * (ended - begun))

    def _discard(self) -> None:
        for each in (self._files.output, self._files.rejects):
            if isinstance(each, PartFile):
                each.discard()
        if self._files.state is not None:
            self._files.state.remove()
