"""Check the options of a batch before any file is read."""

from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

from ...errors import UsageError
from ...messages import Message
from ...records.formats import FORMATS
from ...records.input_stream import is_regular
from ..read.column_mapping import parse_columns
from .batch_options import BatchOptions
from .part_files import check_no_overlap, check_target


def check_options(options: BatchOptions) -> None:
    """Check all options that need no file content; raises UsageError."""
    if options.form is not None and options.form not in FORMATS:
        raise UsageError(
            "--format {form!r} is unknown; allowed: {formats}",
            form=options.form,
            formats=", ".join(FORMATS),
        )
    if options.resume and not (options.output and is_regular(options.input)):
        raise UsageError(
            "--resume needs --output, and a regular file as input",
            hint="save a stream (-) to a file first, because it cannot be read twice",
        )
    if options.map_file is not None and not options.summary:
        raise UsageError("--map needs --summary")
    form = FORMATS[options.format]
    if form.convert is not None:
        if options.output is None:
            raise UsageError(
                "{label} cannot be written to stdout; name a file with --output",
                label=Message(form.label),
            )
        _check_pyarrow(form.label)
    check_targets(options, [options.input, *filter(None, [options.map_kinds])])
    _check_overlaps(options)
    _check_times(options)


def _check_times(options: BatchOptions) -> None:
    """Refuse options that name several times for the same rows."""
    column = parse_columns(options.columns).get("when")
    if options.now and options.when is not None:
        raise UsageError("--now and --when exclude each other: write one of them")
    if options.now and column:
        raise UsageError(
            "--now ranks all rows for now: leave out when={column} in --columns", column=column
        )


def _check_pyarrow(label: str) -> None:
    from importlib.util import find_spec

    if find_spec("pyarrow") is None:
        from ...records.parquet_rows import EXTRA_HINT

        raise UsageError(
            "{label} cannot be written: pyarrow is not installed",
            label=Message(label),
            hint=EXTRA_HINT,
        )


def check_targets(options: BatchOptions, read: Sequence[str | Path]) -> None:
    """Refuse files to write that the batch reads, or that cannot be written; raises UsageError."""
    if options.output is not None:
        check_target(options.output, "--output", read)
    if options.rejects_path is not None:
        check_target(options.rejects_path, "--rejects", read)
    if options.write_map is not None:
        check_target(options.write_map, "--write-map", read)
    if options.map_file is not None:
        check_target(options.map_file, "--map", read)


def _check_overlaps(options: BatchOptions) -> None:
    """Refuse two options that write the same file."""
    written = {
        "--output": options.output,
        "--rejects": options.rejects_path,
        "--write-map": options.write_map,
        "--map": options.map_file,
    }
    named = [(option, path) for option, path in written.items() if path is not None]
    for (option, path), (other, second) in combinations(named, 2):
        check_no_overlap(path, second, option, other)
