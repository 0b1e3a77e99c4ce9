"""A batch from its first record to its last; what was killed goes on where it was."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from ...errors import BadDataError, ExitCode, Problem
from ...records.csv_rows import CsvRows
from ...records.opening import Records
from ...records.rejects import reject_line
from ...records.values import Block, Chunk, Mark, Reject, Row
from ..read.row_reader import ParsedRow, RowReader, as_reject
from ..write.result_writer import Result, ResultWriter
from .checkpoints import Checkpoint, StateFiles
from .part_files import BackgroundWriter, Make, PartFile, RejectReporter, Stream
from .ranker import Ranker
from .tally import Tally

if TYPE_CHECKING:
    from .column_batches import ColumnBatches, ReadPart

CHECKPOINT_S = 0.5
MOST_SHARE = 20
"""A checkpoint waits until this many times as long as the last one took, on a slow disk."""
Progress = Callable[[Tally, float | None], None]
"""Told now and then how far it is: the counts, and the share of the input that is read."""


class Tools(Struct, frozen=True, kw_only=True):
    """What a batch works with."""

    records: Records
    keep: tuple[str, ...]
    wanted: tuple[str, ...]
    reader: RowReader
    ranker: Ranker
    writer: ResultWriter
    column_batches: "ColumnBatches | None" = None
    """Works through many rows at a time; None: all goes row by row."""
    summary: bool = False
    fail_fast: bool = False
    progress: Progress | None = None
    unchanged: Callable[[], None] = lambda: None
    """Raises InputChangedError where somebody has changed the input meanwhile."""


class Places(Struct, frozen=True, kw_only=True):
    """Where it all goes; ``state`` None: nothing is written down to go on with.

    Rejects go to a file, or are named.
    """

    output: PartFile | Stream | None
    rejects: PartFile | RejectReporter
    state: StateFiles | None = None
    make: Make | None = None


class InputChangedError(BadDataError):
    """Somebody has changed the input while it was read."""


class FailedFastError(BadDataError):
    """The first record that is not taken ended the batch, as was asked for."""


def run(tools: Tools, places: Places, checkpoint: Checkpoint | None) -> Tally:
    """Rank every record, write every result and every reject, and give the files their names.

    Raises what the reading or writing raises; then what the last checkpoint speaks of stays.
    """
    batch = _Batch(tools, places, checkpoint)
    batch.work()
    batch.finish()
    return batch.tally


def finish_only(places: Places, checkpoint: Checkpoint) -> None:
    """Do what was left when everything was written and the names were not given yet.

    Raises BadDataError where neither the part file nor the file itself is there.
    """
    for sink, size, make in (
        (places.rejects, checkpoint.rejects, None),
        (places.output, checkpoint.output, places.make),
    ):
        if isinstance(sink, PartFile):
            if sink.is_new and _is_finished(sink.target, None if make else size):
                sink.discard()  # it has its name already
            else:
                sink.cut(size)
                sink.finish(make)
    if places.state is not None:
        places.state.remove()


def _is_finished(target: Path, size: int | None) -> bool:
    """Whether a file has its name already, and not only yesterday's; of Parquet nobody knows."""
    return target.exists() and size in (None, target.stat().st_size)


def exit_code_of(tally: Tally) -> ExitCode:
    """4 if every row was rejected, else 6 if any was, else 3 if none was served, else 0."""
    if not tally.rows:
        return ExitCode.OK
    if tally.rejected == tally.rows:
        return ExitCode.BAD_DATA
    if tally.rejected:
        return ExitCode.PARTIAL
    return ExitCode.OK if tally.served else ExitCode.NO_PROVIDER


class _Batch:
    """One run: the mark behind what is written, and what was counted."""

    def __init__(self, tools: Tools, places: Places, checkpoint: Checkpoint | None) -> None:
        self._tools, self._places = tools, places
        self.mark: Mark = checkpoint.mark if checkpoint else tools.records.rows.start
        self.tally = checkpoint.tally if checkpoint else Tally()
        self._save_at = time.monotonic() + CHECKPOINT_S
        # A pipe may take nothing for as long as it likes: whoever ends the program must not wait.
        self._background = BackgroundWriter(
            is_wanted=tools.column_batches is not None and isinstance(places.output, PartFile)
        )
        if isinstance(places.output, PartFile):
            places.output.cut(checkpoint.output if checkpoint else 0)
        if isinstance(places.rejects, PartFile):
            places.rejects.cut(checkpoint.rejects if checkpoint else 0)
        if checkpoint is None and places.output is not None:
            places.output.write(tools.writer.head())

    def work(self) -> None:
        """Read, rank and write until the input ends."""
        try:
            with self._background:
                self._work()
            self._tools.unchanged()
        except (FailedFastError, InputChangedError):
            # Nobody can go on with it: the next start begins anew.
            self._discard()
            raise

    def _work(self) -> None:
        for end in self._parts():
            # What is written behind ends before the next part is counted: it sees this mark.
            self.mark = end
            if time.monotonic() >= self._save_at:
                self._background.do(self._save)
            if self._tools.progress is not None:
                self._tools.progress(self.tally, self._tools.records.share(self.mark))
        self._background.wait()

    def finish(self) -> None:
        """Give the files their names; ``finish_only`` does the rest if this is killed."""
        places = self._places
        self._save(is_done=True)
        if isinstance(places.rejects, PartFile):
            places.rejects.finish()
        if isinstance(places.output, PartFile):
            places.output.finish(places.make)
        if places.state is not None:
            places.state.remove()

    def _parts(self) -> Iterator[Mark]:
        """Work through the input part by part; gives the mark behind each."""
        tools, rows = self._tools, self._tools.records.rows
        if tools.column_batches is None:
            for chunk in rows.chunks(self.mark, tools.wanted):
                self._chunk(chunk)
                yield chunk.end
            return
        for read in tools.column_batches.parts(rows, self.mark):
            part = read.part
            if not self._at_once(read, tools.column_batches):
                self._background.wait()
                for chunk in self._chunks_of(part):
                    self._chunk(chunk)
            yield part.end

    def _chunks_of(self, part: Block | Chunk) -> Iterable[Chunk]:
        if isinstance(part, Chunk):
            return [part]
        rows = self._tools.records.rows
        assert isinstance(rows, CsvRows)  # noqa: S101 - nothing else has blocks
        return rows.chunks_of(part, self._tools.wanted)

    def _at_once(self, read: "ReadPart", batches: "ColumnBatches") -> bool:
        """Write what many rows give; False if they go row by row, as up to a first reject."""
        found = batches.work(read)
        if found is None or (found.rejects and self._tools.fail_fast):
            return False
        self._background.wait()
        for reject in found.rejects:
            self._reject(reject)
        self._background.do(partial(self._write, found.encode))
        self.tally.rows += found.ranked
        self.tally.served += found.served
        return True

    def _write(self, encode: Callable[[], bytes | memoryview]) -> None:
        if self._places.output is not None:
            self._places.output.write(encode())

    def _chunk(self, chunk: Chunk) -> None:
        """Write what a chunk gives, rejects in their order and results in theirs."""
        rows: list[Row] = []
        parsed: list[ParsedRow] = []
        for record in chunk.records:
            found = record if isinstance(record, Reject) else self._tools.reader.read(record)
            if isinstance(found, ParsedRow):
                assert isinstance(record, Row)  # noqa: S101 - no reject was ever understood
                rows.append(record)
                parsed.append(found)
                continue
            if self._tools.fail_fast:
                self._rank(rows, parsed)
            self._reject(as_reject(record, found))
        self._rank(rows, parsed)

    def _rank(self, rows: Sequence[Row], parsed: Sequence[ParsedRow]) -> None:
        if not rows:
            return
        ranked = self._tools.ranker.rank([each.incident for each in parsed])
        results = [
            Result(row.number, each, ranks, self._kept(row))
            for row, each, ranks in zip(rows, parsed, ranked, strict=True)
        ]
        if self._places.output is not None:
            self._places.output.write(self._tools.writer.encode(results))
        self.tally.count(results, summary=self._tools.summary)

    def _kept(self, row: Row) -> list[Any]:
        return [row.values.get(name) for name in self._tools.keep]

    def _reject(self, reject: Reject) -> None:
        if self._tools.fail_fast:
            raise FailedFastError(
                Problem(
                    f"{reject.reason}: {reject.detail}",
                    file=self._tools.records.source.name,
                    line=reject.line,
                ),
                hint="without --fail-fast such rows are set aside and the others ranked",
            )
        rejects = self._places.rejects
        if isinstance(rejects, PartFile):
            rejects.write(reject_line(reject))
        else:
            rejects.name(reject)
        if not reject.more:
            self.tally.count_reject(reject.reason)

    def _save(self, *, is_done: bool = False) -> None:
        """Put everything on the disk, then write down how far it came."""
        places, begun = self._places, time.monotonic()
        output = 0 if places.output is None else places.output.sync()
        rejects = places.rejects.sync() if isinstance(places.rejects, PartFile) else 0
        if places.state is not None:
            places.state.write_checkpoint(
                Checkpoint(
                    mark=self.mark,
                    output=output,
                    rejects=rejects,
                    tally=self.tally,
                    is_done=is_done,
                )
            )
        ended = time.monotonic()
        self._save_at = ended + max(CHECKPOINT_S, MOST_SHARE * (ended - begun))

    def _discard(self) -> None:
        for each in (self._places.output, self._places.rejects):
            if isinstance(each, PartFile):
                each.discard()
        if self._places.state is not None:
            self._places.state.remove()
