"""``dispatch check``: check which providers can be reached, for people, cron and monitors."""

import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec import Struct
from msgspec.structs import asdict, replace

from ..errors import ExitCode, UnavailableError
from ..messages import Message
from ..model.clock_jumps import LONGEST_PAUSE
from .check_alerts import AlertResults, alarm_once, command_words, tell_command
from .check_files import SCHEMA, answer_of, refused, write_pages, write_status
from .check_heartbeat import heartbeat
from .check_hints import print_without_checks
from .check_notify import notify
from .check_options import OtherTaskOptions, RunOptions, refuse_conflicts
from .check_trouble import Trouble
from .open_files import holiday_dates, now, open_own_catalog, store_at
from .option_groups import with_options
from .options import CommonOptions, complete_providers
from .outcome import Outcome, emit

if TYPE_CHECKING:
    from .. import store
    from ..catalog import Catalog
    from ..checks import RoundResult
    from ..model.check import CheckSettings, Probe
    from ..results.check_results import CheckReport, StateChange
    from ..watching import Checked, Watch

LOCK_SUFFIX = ".check.lock"


class _CheckRequest(Struct, frozen=True, kw_only=True):
    """The options and provider ids of a run."""

    ids: tuple[str, ...]
    options: RunOptions
    quiet: bool
    json: bool
    on_change: tuple[str, ...] = ()
    """The program of ``--on-change`` with its arguments."""


@with_options(RunOptions, OtherTaskOptions, CommonOptions)
def check(
    options: RunOptions,
    other_tasks: OtherTaskOptions,
    common: CommonOptions,
    ids: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ID]...",
            help="Providers to check. Default: all.",
            autocompletion=complete_providers,
            show_default=False,
        ),
    ] = None,
) -> Outcome:
    """Check which providers can be reached; with --quiet print only changes of states.

    dispatch check --quiet --prometheus /var/lib/node_exporter/dispatch.prom
    """
    request = _CheckRequest(
        ids=tuple(ids or ()), options=options, quiet=common.quiet, json=common.json
    )
    refuse_conflicts(options, other_tasks, ids=request.ids, json=common.json)
    if options.on_change is not None:
        request = replace(request, on_change=command_words(options.on_change))
    catalog = open_own_catalog(common.providers, now(), sample=common.sample)
    log = store_at(common.db, now(), on_network=common.db_on_network)
    if other_tasks.print_crontab or other_tasks.print_systemd:
        from .check_schedule import schedule

        return schedule(
            catalog,
            log.path,
            on_change=shlex.join(request.on_change) or None,
            sample=common.sample,
            on_network=common.db_on_network,
            systemd=other_tasks.print_systemd,
            json=common.json,
        )
    if other_tasks.coverage is not None:
        from .check_coverage import CoverageRequest, show_coverage

        wanted = CoverageRequest(
            days=other_tasks.coverage,
            minimum=other_tasks.minimum,
            regions=tuple(other_tasks.region or ()),
            services=tuple(other_tasks.service or ()),
            html=options.html,
            map_file=other_tasks.map_file,
            json=common.json,
            quiet=common.quiet,
        )
        return show_coverage(catalog, log, wanted)
    settings = catalog.checking().settings
    if options.budget is not None:
        settings = replace(settings, budget_s=options.budget)
    return _run(request, catalog, log, settings)


def _run(
    request: _CheckRequest, catalog: "Catalog", log: "store.Store", settings: "CheckSettings"
) -> Outcome:
    """Make one run, unless another one is in progress."""
    from .. import watching

    watch = watching.Watch(
        store=log, catalog=catalog, holidays=holiday_dates, settings=settings, clock=now
    )
    lock = Path(f"{log.path}{LOCK_SUFFIX}")
    with _alone(lock) as is_alone:
        if is_alone:
            _compare_clock(log)
            is_silent = request.quiet or request.options.monitor
            with heartbeat(watch, ids=request.ids, is_silent=is_silent) as ended:
                checked = watching.run_checks(watch, ids=request.ids, look=_look)
                # Inside the lock, so that an older run cannot overwrite a newer one's files.
                trouble, code = _reported(request, watch, checked)
                ended(trouble.code_of(checked.report))
            return _outcome(request, watch, checked, trouble, code)
    if request.options.monitor:
        return _monitored(request, watching.as_known(watch, ids=request.ids))
    return Outcome(lambda: _print_overlap(request), ExitCode.CONFLICT)


@contextmanager
def _alone(lock: Path) -> Iterator[bool]:
    """Hold the lock of runs; yields False during another run. Raises UnavailableError.

    An error of the run, such as too many open files, is not one of the lock.
    """
    from ..files import hold_lock

    with ExitStack() as held:
        try:
            is_alone = held.enter_context(hold_lock(lock))
        except OSError as error:
            raise UnavailableError(
                "{lock} cannot be locked: {strerror}", lock=lock, strerror=error.strerror
            ) from None
        try:
            yield is_alone
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise UnavailableError("the run of checks broke off: {why}", why=why) from error


def _reported(
    request: _CheckRequest, watch: "Watch", checked: "Checked"
) -> tuple[Trouble, ExitCode]:
    """Write the files and report the changes; return what has failed, and the exit code.

    The file of ``--status`` is the last one, because it has the exit code.
    """
    trouble = Trouble(
        write_pages(request.options, watch, checked.report),
        _tell_others(request, watch, checked),
    )
    code, store = _alarm(request, watch, checked, trouble)
    if request.options.status is not None:
        answer = answer_of(watch, checked.report, trouble, code)
        unwritten = write_status(request.options.status, answer)
        if unwritten:
            trouble = replace(trouble, files=(*trouble.files, *unwritten))
            code, store = _alarm(request, watch, checked, trouble)
    store()
    return trouble, code


def _alarm(
    request: _CheckRequest, watch: "Watch", checked: "Checked", trouble: Trouble
) -> tuple[ExitCode, Callable[[], None]]:
    """Return the exit code of the run, and a function that stores its alarm as reported."""
    code = trouble.code_of(checked.report)
    if not request.options.alert_once:
        return code, lambda: None
    problems = trouble.lasting(checked.report)
    return alarm_once(watch, checked, code, problems, trouble.alerts.is_over)


def _tell_others(request: _CheckRequest, watch: "Watch", checked: "Checked") -> AlertResults:
    """Report the changes of a run over all providers to others."""
    if request.ids:
        return AlertResults()
    told = notify(watch, checked)
    if request.on_change:
        told |= tell_command(request.on_change, watch, checked)
    return told


def _compare_clock(log: "store.Store") -> None:
    """Record a jump of the clock before the run changes the times of the log's files."""
    from ..store.file_times import written_at

    at = written_at(log.path)
    if at is not None and now() - at > LONGEST_PAUSE:
        from .log_book import record_clock

        record_clock(log)


def _look(targets: "Sequence[tuple[str, Probe]]", settings: "CheckSettings") -> "RoundResult":
    from .. import checks

    return checks.look_at(targets, settings, clock=now, budget_s=settings.budget_s)


def _outcome(
    request: _CheckRequest, watch: "Watch", checked: "Checked", trouble: Trouble, code: ExitCode
) -> Outcome:
    report = checked.report
    if request.options.monitor:
        return _monitored(request, report, trouble)
    if request.json:
        whole = request.options.verbose
        return Outcome(lambda: _emit(watch, checked, trouble, code, whole=whole), code)

    # A run by cron reports a program that fails once, as a lasting problem.
    errors = trouble.files if request.quiet else trouble.sentences

    def show() -> None:
        _print(request, watch, checked, trouble)
        sys.stdout.flush()
        from ..render import stderr_lines

        if not request.quiet:
            print_without_checks(watch.catalog)
            stderr_lines.print_warnings(refused(watch), stream=sys.stderr)
        if errors:
            stderr_lines.print_error(UnavailableError(*errors), stream=sys.stderr)

    return Outcome(show, code)


def _monitored(
    request: _CheckRequest, report: "CheckReport", trouble: Trouble | None = None
) -> Outcome:
    """Make the outcome of ``--monitor``, with the exit codes of monitors.

    A report to others that has failed does not hide a warning.
    """
    from ..render.monitor import Thresholds, monitor_line, unknown_line
    from ..results.check_thresholds import parse_threshold

    typed = (request.options.warning, request.options.critical)
    thresholds = Thresholds(*(None if each is None else parse_threshold(each) for each in typed))
    line, code = monitor_line(report, thresholds)
    if trouble and (trouble.files or (trouble.alerts.failed and not code)):
        line, code = unknown_line("; ".join(map(str, trouble.sentences)))
    return Outcome(lambda: print(line), ExitCode(code))


def _emit(
    watch: "Watch", checked: "Checked", trouble: Trouble, code: ExitCode, *, whole: bool
) -> None:
    """Print the JSON of a run; ``whole``: also its looks and the history of its provider."""
    data = checked.report
    if whole:
        from ..results.check_results import CheckDetails

        data = CheckDetails(
            **asdict(checked.report),
            looks=checked.readings,
            moves=checked.moves,
            reports=checked.reports,
        )
    sys.stdout.buffer.write(answer_of(watch, data, trouble, code))


def _print(request: _CheckRequest, watch: "Watch", checked: "Checked", trouble: Trouble) -> None:
    """Print the changes, or the states of the providers."""
    from ..render import check_views as views

    report = checked.report
    if request.quiet:
        _print_unreported(request, watch, checked, trouble)
    elif request.options.verbose or sys.stdout.isatty():
        from ..render.console import print_lines, screen_of

        screen = screen_of(sys.stdout)
        show_all = request.options.show_all or bool(request.ids)
        lines = views.check_lines(report, screen, show_all=show_all)
        if request.options.verbose:
            lines += views.phase_lines(checked.readings, report.at, screen)
            lines += views.history_lines(checked.moves, checked.reports, report.at, screen)
        print_lines(lines, sys.stdout, screen)
    else:
        from ..render.plain import write_table

        write_table(views.CHECK_COLUMNS, views.check_rows(report), sys.stdout)


def _print_unreported(
    request: _CheckRequest, watch: "Watch", checked: "Checked", trouble: Trouble
) -> None:
    """Print the lines that cron mails: what no run with ``--quiet`` has reported yet.

    A run with ids is a look by hand: it prints its own changes, and cron reports them as well.
    """
    from ..reminders import problems_of_run
    from ..render.check_views import change_lines
    from ..render.layout import encodable
    from .reminding import reminder_of

    report = checked.report

    def show(changes: "Sequence[StateChange]", left_out: int = 0) -> None:
        encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
        lines = change_lines(replace(report, changes=tuple(changes), left_out=left_out))
        sys.stdout.writelines(f"{encodable(each, encoding)}\n" for each in lines)
        sys.stdout.flush()

    reminder = reminder_of(watch.store.path, "check", watch.catalog)
    problems = problems_of_run(report)
    if request.ids:
        # Such a run sends no alert, so that no lasting problem begins or ends by it.
        reminder.print_alone(problems)
    else:
        alerts = trouble.alerts
        lasting = {**problems, **alerts.failed}
        reminder.print_news(lasting, report.at, is_over=alerts.is_over)
    show(report.changes if request.ids else (), report.left_out)
    if not (request.ids or report.offline):
        reminder.report_changes(checked.states, show)


def _print_overlap(request: _CheckRequest) -> None:
    """Print that another run is in progress; nothing with ``--quiet``."""
    text = Message("another run of checks is in progress")
    if request.json:
        from ..errors import ConflictError
        from ..render.envelope import error_entries

        emit(
            SCHEMA, {}, exit_code=ExitCode.CONFLICT, status="error",
            errors=error_entries(ConflictError(text)),
        )  # fmt: skip
    elif not request.quiet:
        from ..render import stderr_lines

        stderr_lines.print_hint(text, stream=sys.stderr)
