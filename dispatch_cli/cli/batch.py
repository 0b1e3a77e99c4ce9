"""``dispatch batch``: a file of incidents in, a cascade for each out."""

import sys
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec import Struct
from msgspec.structs import asdict

from ..errors import UnavailableError, UsageError
from .opening import holiday_dates, now, open_catalog, refuse_sample, store_at
from .options import Around, complete_clients, complete_kinds
from .outcome import Outcome, emit
from .spreading import takes

if TYPE_CHECKING:
    from datetime import datetime

    from ..batch.job.batch_options import Options
    from ..batch.job.checkpoints import Start
    from ..batch.job.tally import Tally
    from ..catalog import Catalog
    from ..model import Observations

SCHEMA, SUMMARY_SCHEMA = "dispatch.batch/1", "dispatch.batch.summary/1"


class Asked(Struct, frozen=True, kw_only=True):
    """What to rank and how to write it."""

    input: Annotated[
        str,
        typer.Argument(
            metavar="FILE", help="CSV, JSON lines or Parquet, also in gzip; - is stdin."
        ),
    ]
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Where to; else stdout."),
    ] = None
    form: Annotated[
        str | None,
        typer.Option("--format", metavar="F", help="jsonl, csv, spreadsheet or parquet."),
    ] = None
    top: Annotated[int, typer.Option(min=1, metavar="N", help="Ranks for each service.")] = 5
    full: Annotated[
        bool, typer.Option("--full", help="With the cascade's minutes, chance and who is out.")
    ] = False
    keep: Annotated[str, typer.Option(metavar="COL,…", help="Columns to copy to the output.")] = ""
    columns: Annotated[
        str,
        typer.Option(metavar="FACT=COL,…", help="Whose column has which fact: lat=LAT,lon=LNG."),
    ] = ""
    map_kinds: Annotated[
        Path | None,
        typer.Option(
            "--map-kinds", metavar="TOML", help='Kinds by text: [kinds] "EMS*" = "medical"'
        ),
    ] = None
    kind: Annotated[
        str | None,
        typer.Option(metavar="KIND", help="For rows that say none.", autocompletion=complete_kinds),
    ] = None
    client: Annotated[
        str | None,
        typer.Option(
            "--client", "-c", metavar="ID", help="As well.", autocompletion=complete_clients
        ),
    ] = None
    vehicle: Annotated[str | None, typer.Option(metavar="CLASS", help="As well.")] = None
    when: Annotated[str | None, typer.Option(metavar="TIME", help="As well; else now.")] = None
    timezone: Annotated[
        str | None, typer.Option(metavar="ZONE", help="Of times without an offset.")
    ] = None
    rejects: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Rows that are not taken; else OUTPUT.rejects."),
    ] = None
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with a batch that was stopped.")
    ] = False
    fail_fast: Annotated[
        bool, typer.Option("--fail-fast", help="Stop at the first row that is not taken.")
    ] = False
    summary: Annotated[
        bool,
        typer.Option("--summary", help="Print shares, minutes, reasons, places nobody reaches."),
    ] = False
    live: Annotated[
        bool, typer.Option("--live", help="With the states of now, for incidents of this hour.")
    ] = False
    history: Annotated[
        bool, typer.Option("--history", help="With what the case log has taught.")
    ] = False
    delimiter: Annotated[str, typer.Option(metavar="SIGN", help="Of the CSV; else found out.")] = ""
    encoding: Annotated[str, typer.Option(metavar="NAME", help="Of the CSV; else UTF-8.")] = ""


@takes(Asked, Around)
def batch(asked: Asked, around: Around) -> Outcome:
    """Rank a file of incidents: for each row what cascade says, in the order of the rows.

    dispatch batch calls.csv --columns lat=LAT,lon=LNG,kind=title --output cascades.jsonl
    """
    from ..batch.job import batch_job
    from ..batch.job.batch_options import Options

    options = Options(**asdict(asked))
    if around.json and options.output is None and not options.summary:
        raise UsageError(
            "--json needs --output or --summary: else the results themselves go to stdout"
        )
    batch_job.check(options)
    begun = monotonic()
    try:
        tally = _work(options, around)
    except BrokenPipeError:
        return Outcome(_leave)
    except KeyboardInterrupt:
        if batch_job.can_go_on(options):
            from ..render.messages import print_hint

            hint = "stopped: --resume goes on from the last checkpoint"
            print_hint(hint, stream=sys.stderr, quiet=around.quiet)
        raise
    return _told(options, around, tally, monotonic() - begun)


def _work(options: "Options", around: Around) -> "Tally":
    """Open everything, and do the batch or the rest of it."""
    import gc

    from ..batch.job import batch_job
    from ..batch.job.engine_choice import engine_for
    from ..records.opening import open_records
    from ..render.batch_progress import meter
    from ..render.messages import print_hint, print_rejected

    then = batch_job.taken_up(options)
    clock = now() if then is None else then.now
    catalog = open_catalog(around.providers, clock)
    refuse_sample(catalog, is_wanted=around.sample)
    # Unlike other commands this one lives long; what is there now stays for good.
    gc.freeze()
    gc.enable()
    with (
        open_records(
            options.input, delimiter=options.delimiter, encoding=options.encoding
        ) as records,
        meter(sys.stderr, is_wanted=not around.quiet and not _fills_screen(options)) as progress,
    ):
        return batch_job.work(
            options,
            records,
            batch_job.Desk(
                catalog=catalog,
                holidays=holiday_dates,
                now=clock,
                observations=_observed(options, around, catalog, clock, then),
                within=timedelta(minutes=catalog.checking().settings.near_min),
                make_ranker=engine_for(_size_of(options.input)),
                progress=progress,
                notify=lambda text: print_hint(text, stream=sys.stderr, quiet=around.quiet),
                say=lambda text: print_rejected(text, stream=sys.stderr),
            ),
            then,
        )


def _fills_screen(options: "Options") -> bool:
    """Whether the results themselves go to a terminal, which a bar would come between."""
    return options.output is None and not options.summary and sys.stdout.isatty()


def _size_of(name: str) -> int | None:
    """The bytes of the input; None for a stream."""
    path = Path(name)
    return path.stat().st_size if name != "-" and path.is_file() else None


def _observed(
    options: "Options",
    around: Around,
    catalog: "Catalog",
    clock: "datetime",
    then: "Start | None",
) -> "Observations":
    """What the log knows, as it was when the batch was first started; raises UnavailableError."""
    from ..model import Observations

    if then is not None:
        return then.known.observations
    if not (options.live or options.history):
        return Observations()
    from ..casebook.observing import observe

    log = store_at(around.db, clock)
    if not log.path.exists():
        raise UnavailableError(
            f"{log.path}: there is no case log", hint="leave out --live and --history, or name --db"
        )
    with log, log.reading() as reader:
        seen = observe(catalog, reader, clock, clock, learned=options.history)
    return Observations(
        availability=seen.availability if options.live else {},
        last_assigned=seen.last_assigned if options.history else {},
        summaries=seen.summaries,
        as_of=seen.as_of,
    )


def _told(options: "Options", around: Around, tally: "Tally", seconds: float) -> Outcome:
    """The outcome: counts on stderr, and the summary or the envelope on stdout."""
    from ..batch.job.run_loop import exit_code_of
    from ..batch.job.tally import counts_of, summary_of

    code = exit_code_of(tally)

    def show() -> None:
        from ..render import batch_summary, envelope

        status = envelope.status_of(code, served=tally.served > 0, emergency=False)
        if options.summary and around.json:
            emit(SUMMARY_SCHEMA, summary_of(tally), exit_code=code, status=status)
        elif options.summary:
            batch_summary.print_summary(summary_of(tally), stream=sys.stdout)
        elif around.json:
            data = counts_of(tally, options.output, options.rejects_path)
            emit(SCHEMA, data, exit_code=code, status=status)
        sys.stdout.flush()
        # One that went on has not ranked all of it in this time.
        took_s = None if options.resume else seconds
        _say(batch_summary.totals(tally, took_s, options.rejects_path), around)

    return Outcome(show, code)


def _say(text: str, around: Around) -> None:
    if not around.quiet:
        from ..render.messages import print_done

        print_done(text, stream=sys.stderr)


def _leave() -> None:
    """Whoever read our output has left; the command line ends quietly for every command."""
    raise BrokenPipeError
