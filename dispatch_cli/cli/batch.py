"""``dispatch batch``: rank a file of incidents."""

import sys
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec.structs import asdict, replace

from ..errors import UnavailableError, UsageError
from ..messages import Message
from .batch_arguments import BatchArguments
from .map_option import check_map, write_map
from .open_files import holiday_dates, now, open_catalog, refuse_sample, store_at
from .option_groups import with_options
from .options import CommonOptions
from .outcome import Outcome, emit

if TYPE_CHECKING:
    from datetime import datetime

    from ..batch.job.batch_options import BatchOptions
    from ..batch.job.checkpoints import BatchStart
    from ..batch.job.tally import BatchTally
    from ..catalog import Catalog
    from ..model import Observations
    from ..records.open_records import RecordFile
    from ..results.map_scene import MapScene

SCHEMA, SUMMARY_SCHEMA = "dispatch.batch/1", "dispatch.batch.summary/1"


@with_options(BatchArguments, CommonOptions)
def batch(
    arguments: BatchArguments,
    common: CommonOptions,
    guess: Annotated[
        bool,
        typer.Option("--guess", help="Print which columns are taken for which facts, and stop."),
    ] = False,
) -> Outcome:
    """Rank a file of incidents, and write the cascade of each row in the order of the rows.

    dispatch batch calls.csv --columns lat=LAT,lon=LNG,kind=title --output cascades.jsonl
    """
    from ..batch.job import batch_job
    from ..batch.job.batch_options import BatchOptions
    from ..batch.job.option_checks import check_options

    options = BatchOptions(**asdict(arguments))
    if guess:
        from .batch_guess import show_guess

        with _opened(options) as records:
            plans = open_catalog(common.providers).rules.plans
            return show_guess(options, records, plans, common)
    if common.json and options.output is None and not options.summary:
        raise UsageError(
            "--json needs --output or --summary: without them the results are on stdout"
        )
    check_map(options.map_file)
    check_options(options)
    begun = monotonic()
    try:
        tally, catalog = _run(options, common)
    except BrokenPipeError:
        return Outcome(_raise_broken_pipe)
    except KeyboardInterrupt:
        if batch_job.is_resumable(options):
            from ..render.stderr_lines import print_hint

            hint = Message("stopped; --resume continues from the last checkpoint")
            print_hint(hint, stream=sys.stderr, quiet=common.quiet)
        raise
    return _outcome_of(options, common, tally, catalog, monotonic() - begun)


def _run(options: "BatchOptions", common: CommonOptions) -> "tuple[BatchTally, Catalog]":
    """Open the provider file, the case log and the input, and run or resume the batch."""
    import gc

    from ..batch.job import batch_job
    from ..batch.job.engine_choice import engine_for
    from ..render.batch_progress import meter
    from ..render.stderr_lines import print_hint, print_rejected, print_warnings

    resumed = batch_job.resumable_start(options)
    clock = now() if resumed is None else resumed.now
    catalog = open_catalog(common.providers, clock)
    refuse_sample(catalog, is_wanted=common.sample)
    notes = [catalog.refusal] if catalog.refusal else []
    if catalog.travel().url:
        notes.append(Message("a batch ranks as the crow flies, without the engine of [travel]"))
    if notes and not common.quiet:
        print_warnings(notes, stream=sys.stderr)
    # Unlike other commands, a batch needs garbage collection, but not of modules and catalog.
    gc.freeze()
    gc.enable()
    with (
        _opened(options) as records,
        meter(sys.stderr, is_wanted=not common.quiet and not _fills_screen(options)) as progress,
    ):
        tally = batch_job.run_batch(
            options,
            records,
            batch_job.BatchContext(
                catalog=catalog,
                holidays=holiday_dates,
                now=clock,
                observations=_observations(options, common, catalog, clock, resumed),
                make_ranker=engine_for(records.source.size),
                progress=progress,
                notify=lambda text: print_hint(text, stream=sys.stderr, quiet=common.quiet),
                report=lambda text: print_rejected(text, stream=sys.stderr),
            ),
            resumed,
        )
    return tally, catalog


def _opened(options: "BatchOptions") -> "RecordFile":
    """Open the input; the header row is the line with names of a place and a kind."""
    from ..batch.read.column_mapping import column_score
    from ..records.open_records import open_records

    return open_records(
        options.input,
        delimiter=options.delimiter,
        encoding=options.encoding,
        skip=options.skip,
        score=column_score(options.named_columns, options.defaults),
    )


def _fills_screen(options: "BatchOptions") -> bool:
    """Return whether the results go to a terminal, which a progress bar would disturb."""
    return options.output is None and not options.summary and sys.stdout.isatty()


def _observations(
    options: "BatchOptions",
    common: CommonOptions,
    catalog: "Catalog",
    clock: "datetime",
    resumed: "BatchStart | None",
) -> "Observations":
    """Read the observations from the case log, or those of the first start of a resumed batch.

    Raises UnavailableError if there is no case log.
    """
    from ..model import Observations

    if resumed is not None:
        return resumed.known.observations
    if not (options.live or options.history):
        return Observations()
    from ..cases.observe_log import observe

    log = store_at(common.db, clock, on_network=common.db_on_network)
    if not log.path.exists():
        raise UnavailableError(
            "{path}: there is no case log",
            path=log.path,
            hint="leave out --live and --history, or name the case log with --db",
        )
    with log, log.reading() as reader:
        seen = observe(catalog, reader, clock, learned=options.history)
    return replace(
        seen,
        known=seen.known if options.live else {},
        last_assigned=seen.last_assigned if options.history else {},
    )


def _outcome_of(
    options: "BatchOptions",
    common: CommonOptions,
    tally: "BatchTally",
    catalog: "Catalog",
    seconds: float,
) -> Outcome:
    """Make the outcome: counts on stderr, and the summary or the envelope on stdout."""
    from ..batch.job.run_loop import exit_code_of
    from ..batch.job.tally import counts_of, summary_of
    from ..batch.job.unknown_kinds import SHOWN

    trouble = write_map(options.map_file, lambda: _scene(tally, catalog))
    code = exit_code_of(tally) if trouble is None else trouble.exit_code
    counts = counts_of(tally, options.output, options.rejects_path)

    def show() -> None:
        from ..render import batch_summary
        from ..render.envelope import error_entries
        from ..results.result_status import status_of

        status = status_of(code, served=tally.served > 0, emergency=False)
        if options.summary and common.json:
            errors = () if trouble is None else error_entries(trouble)
            emit(SUMMARY_SCHEMA, summary_of(tally), exit_code=code, status=status, errors=errors)
        elif options.summary:
            batch_summary.print_summary(summary_of(tally), stream=sys.stdout)
        elif common.json:
            emit(SCHEMA, counts, exit_code=code, status=status)
        sys.stdout.flush()
        if trouble is not None:
            from ..render.stderr_lines import print_error

            print_error(trouble, stream=sys.stderr, quiet=common.quiet)
        if not common.quiet:
            from ..render.stderr_lines import print_done, print_hint_with_lines

            # A resumed batch has not ranked all rows in this time.
            took_s = None if options.resume else seconds
            totals = batch_summary.totals(counts, took_s)
            print_done(totals, stream=sys.stderr)
            kinds = tally.kinds
            if kinds.rows or options.write_map is not None:
                hint = batch_summary.unknown_kinds(kinds.rows, len(kinds.texts), options.write_map)
                print_hint_with_lines(hint, kinds.lines(SHOWN), stream=sys.stderr)

    return Outcome(show, code)


def _scene(tally: "BatchTally", catalog: "Catalog") -> "MapScene":
    from ..batch.job.batch_scene import batch_scene
    from ..map_scenes.known_roads import known_roads

    roads = known_roads(catalog.rules.roads)
    return batch_scene(tally.places, now().astimezone(), roads=roads)


def _raise_broken_pipe() -> None:
    """Raise the error again, where the command line handles it for every command."""
    raise BrokenPipeError
