"""``dispatch check``: who can be reached, for a terminal, for cron and for monitors."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec import Struct
from msgspec.structs import asdict, replace

from ..errors import DispatchError, ExitCode, UnavailableError, UsageError
from .opening import holiday_dates, now, open_own_catalog, store_at
from .options import (
    DbOption,
    DebugOption,
    JsonOption,
    ProvidersOption,
    QuietOption,
    SampleOption,
    complete_providers,
)
from .outcome import Outcome, emit

if TYPE_CHECKING:
    from .. import store
    from ..catalog import Catalog
    from ..checks import Round
    from ..model.check import CheckSettings, Probe
    from ..results import CheckReport
    from ..watching import Checked, Watch

SCHEMA = "dispatch.check/1"
LOCK_SUFFIX = ".check.lock"
_MOST_BUDGET_S = 3000


class _Asked(Struct, frozen=True, kw_only=True):
    """What was asked for on the command line."""

    ids: tuple[str, ...]
    quiet: bool
    everybody: bool
    verbose: bool
    monitor: bool
    json: bool
    prometheus: Path | None
    html: Path | None
    status: Path | None


def check(
    ids: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ID]...", autocompletion=complete_providers, show_default=False),
    ] = None,
    *,
    everybody: Annotated[bool, typer.Option("--all", help="Those who are up, too.")] = False,
    verbose: Annotated[bool, typer.Option("-v", help="One ID: every phase timed.")] = False,
    monitor: Annotated[
        bool, typer.Option("--monitor", help="One line for Nagios, Icinga, Checkmk; exit 0 to 3.")
    ] = False,
    prometheus: Annotated[
        Path | None, typer.Option(metavar="FILE", help="For node_exporter's textfile collector.")
    ] = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="A page to look at.")] = None,
    status: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The JSON of the run, in a file.")
    ] = None,
    coverage: Annotated[
        str | None,
        typer.Option(metavar="DAYS", help="7d: where and when too few will be able to come."),
    ] = None,
    minimum: Annotated[
        int | None, typer.Option(metavar="N", help="With --coverage: so many; else the file's.")
    ] = None,
    region: Annotated[
        list[str] | None,
        typer.Option(metavar="DIGITS", help="With --coverage: 86, 861; else the file's, or all."),
    ] = None,
    service: Annotated[
        list[str] | None,
        typer.Option(metavar="SERVICE", help="With --coverage: else the file's, or all."),
    ] = None,
    print_crontab: Annotated[
        bool, typer.Option("--print-crontab", help="Lines for crontab -e.")
    ] = False,
    print_systemd: Annotated[
        bool, typer.Option("--print-systemd", help="Units for systemd, instead.")
    ] = False,
    budget: Annotated[
        float | None, typer.Option(metavar="S", help="Seconds for the whole run; else the file's.")
    ] = None,
    db: DbOption = None,
    providers: ProvidersOption = None,
    sample: SampleOption = False,
    json: JsonOption = False,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> Outcome:
    """Look who can be reached; with --quiet silent unless a state has changed.

    dispatch check --quiet --prometheus /var/lib/node_exporter/dispatch.prom
    """
    asked = _Asked(
        ids=tuple(ids or ()), quiet=quiet, everybody=everybody, verbose=verbose, monitor=monitor,
        json=json, prometheus=prometheus, html=html, status=status,
    )  # fmt: skip
    narrowed = minimum is not None or bool(region) or bool(service)
    _refuse_nonsense(asked, coverage, budget, is_narrowed=narrowed)
    catalog = open_own_catalog(providers, now(), sample=sample)
    log = store_at(db, now())
    if print_crontab or print_systemd:
        from .check_schedule import schedule

        return schedule(catalog, log.path, sample=sample, systemd=print_systemd, json=json)
    if coverage is not None:
        from .check_coverage import CoverageAsked, show_coverage

        ahead = CoverageAsked(
            days=coverage, minimum=minimum, regions=tuple(region or ()),
            services=tuple(service or ()), html=html, json=json, quiet=quiet,
        )  # fmt: skip
        return show_coverage(catalog, log, ahead)
    settings = catalog.checking().settings
    if budget is not None:
        settings = replace(settings, budget_s=budget)
    return _run(asked, catalog, log, settings)


def _refuse_nonsense(
    asked: _Asked, coverage: str | None, budget: float | None, *, is_narrowed: bool
) -> None:
    """Refuse what does not go together, all at once."""
    problems = []
    if asked.verbose and len(asked.ids) != 1:
        problems.append("-v times the looks at one provider: name one ID")
    if asked.monitor and asked.json:
        problems.append("--monitor and --json both want stdout: use one of them")
    if asked.monitor and coverage is not None:
        problems.append("--monitor is for states, not for --coverage")
    if is_narrowed and coverage is None:
        problems.append("--minimum, --region and --service go with --coverage")
    if budget is not None and not 0 < budget <= _MOST_BUDGET_S:
        problems.append(f"--budget {budget:g} is not above 0 and at most {_MOST_BUDGET_S} s")
    if problems:
        raise UsageError(*problems, hint='see "dispatch check --help"')


def _run(
    asked: _Asked, catalog: "Catalog", log: "store.Store", settings: "CheckSettings"
) -> Outcome:
    """Make one run, unless another is going on."""
    from .. import watching
    from ..files import alone

    watch = watching.Watch(
        store=log, catalog=catalog, holidays=holiday_dates, settings=settings, clock=now
    )
    lock = Path(f"{log.path}{LOCK_SUFFIX}")
    try:
        with alone(lock) as is_alone:
            if is_alone:
                checked = _with_heartbeat(asked, watch)
                # Inside the lock, so that an older run cannot overwrite a newer one's files.
                trouble = _write_files(asked, watch, checked.report)
                return _outcome(asked, checked, trouble)
    except OSError as error:
        raise UnavailableError(f"{lock} cannot be locked: {error.strerror}") from None
    if asked.monitor:
        return _monitored(watching.as_known(watch, ids=asked.ids))
    return Outcome(lambda: _say_overlap(asked), ExitCode.CONFLICT)


def _with_heartbeat(asked: _Asked, watch: "Watch") -> "Checked":
    """Run, and tell the heartbeat address of start and end; only of runs that look at everybody."""
    from .. import watching

    settings = watch.settings
    if not settings.heartbeat or asked.ids:
        return watching.run_checks(watch, ids=asked.ids, look=_look)

    failed: dict[str, None] = {}

    def ping(event: str) -> None:
        from .. import checks

        told = checks.ping(settings.heartbeat, event, is_trusted=settings.is_trusted)
        if not told.ok:
            failed[f"heartbeat: {told.why}"] = None

    try:
        ping("start")
        try:
            checked = watching.run_checks(watch, ids=(), look=_look)
        except DispatchError as error:
            ping(str(int(error.exit_code)))
            raise
        # Somebody being down is what the run is for, and no fault of the run.
        code = checked.report.exit_code
        ping("" if code in (ExitCode.OK, ExitCode.ATTENTION) else str(int(code)))
        return checked
    finally:
        if failed and not (asked.quiet or asked.monitor):
            from ..render import messages

            messages.print_warnings(failed, stream=sys.stderr)


def _look(targets: "Sequence[tuple[str, Probe]]", settings: "CheckSettings") -> "Round":
    from .. import checks

    return checks.look_at(targets, settings, clock=now, budget_s=settings.budget_s)


def _write_files(asked: _Asked, watch: "Watch", report: "CheckReport") -> list[str]:
    """Write what was asked for, each whole or not at all; return what was impossible."""
    from ..files import write_shared

    made: list[tuple[Path | None, Callable[[], bytes]]] = [
        (asked.prometheus, lambda: _prometheus(report)),
        (asked.html, lambda: _page(watch, report)),
        (asked.status, lambda: _status(report)),
    ]
    trouble = []
    for path, content in made:
        if path is not None:
            try:
                write_shared(path, content())
            except OSError as error:
                trouble.append(f"{path} cannot be written: {error.strerror}")
    return trouble


def _prometheus(report: "CheckReport") -> bytes:
    from ..render.prometheus import exposition

    return exposition(report).encode()


def _page(watch: "Watch", report: "CheckReport") -> bytes:
    from ..render.status_page import status_page

    return status_page(report, stale_min=watch.settings.stale_min).encode()


def _status(report: "CheckReport") -> bytes:
    from ..render.envelope import envelope, status_of

    code = report.exit_code
    status = status_of(code, served=False, emergency=False)
    return envelope(SCHEMA, data=report, status=status, exit_code=code)


def _outcome(asked: _Asked, checked: "Checked", trouble: Sequence[str]) -> Outcome:
    report = checked.report
    if asked.monitor:
        return _monitored(report, trouble)
    code = ExitCode.UNAVAILABLE if trouble else report.exit_code
    if asked.json:
        return Outcome(lambda: _emit(asked, checked, trouble, code), code)

    def show() -> None:
        _print(asked, checked)
        sys.stdout.flush()
        if trouble:
            from ..render import messages

            messages.print_error(UnavailableError(*trouble), stream=sys.stderr)

    return Outcome(show, code)


def _monitored(report: "CheckReport", trouble: Sequence[str] = ()) -> Outcome:
    """The monitors' own codes, which are others than ours."""
    from ..render.monitor import monitor_line, unknown_line

    line, code = unknown_line("; ".join(trouble)) if trouble else monitor_line(report)
    return Outcome(lambda: print(line), ExitCode(code))


def _emit(asked: _Asked, checked: "Checked", trouble: Sequence[str], code: ExitCode) -> None:
    from ..render.envelope import error_entries, status_of

    data: object = checked.report
    if asked.verbose:
        data = {**asdict(checked.report), "looks": checked.readings}
    emit(
        SCHEMA,
        data,
        exit_code=code,
        status=status_of(code, served=False, emergency=False),
        errors=error_entries(UnavailableError(*trouble)),
    )


def _print(asked: _Asked, checked: "Checked") -> None:
    """Print what has changed, or how everybody stands."""
    from ..render import check_views as views

    report = checked.report
    if asked.quiet:
        from ..render.layout import encodable

        encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
        sys.stdout.writelines(
            f"{encodable(each, encoding)}\n" for each in views.change_lines(report)
        )
    elif asked.verbose or sys.stdout.isatty():
        from ..render.console import print_lines, screen_of

        screen = screen_of(sys.stdout)
        lines = views.check_lines(report, screen, show_all=asked.everybody or bool(asked.ids))
        if asked.verbose:
            lines += views.phase_lines(checked.readings, screen)
        print_lines(lines, sys.stdout, screen)
    else:
        from ..render.plain import write_table

        write_table(views.CHECK_COLUMNS, views.check_rows(report), sys.stdout)


def _say_overlap(asked: _Asked) -> None:
    """Another run is going on: cron hears nothing of it, people a line."""
    text = "another run of checks is going on"
    if asked.json:
        from ..errors import ConflictError
        from ..render.envelope import error_entries

        emit(
            SCHEMA, {}, exit_code=ExitCode.CONFLICT, status="error",
            errors=error_entries(ConflictError(text)),
        )  # fmt: skip
    elif not asked.quiet:
        from ..render import messages

        messages.print_hint(text, stream=sys.stderr)
