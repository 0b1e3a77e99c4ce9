"""``dispatch check``: who can be reached, for a terminal, for cron and for monitors."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec import Struct
from msgspec.structs import asdict, replace

from ..errors import ExitCode, UnavailableError, UsageError
from ..model.check import MOST_BUDGET_S
from ..model.clock_jumps import LONGEST_PAUSE
from .check_options import OtherTaskOptions, RunOptions
from .open_files import holiday_dates, now, open_own_catalog, store_at
from .option_groups import with_options
from .options import CommonOptions, complete_providers
from .outcome import Outcome, emit

if TYPE_CHECKING:
    from .. import store
    from ..catalog import Catalog
    from ..checks import RoundResult
    from ..model.check import CheckSettings, Probe
    from ..results.check_results import CheckReport
    from ..watching import Checked, Watch

SCHEMA = "dispatch.check/1"
LOCK_SUFFIX = ".check.lock"


class _CheckRequest(Struct, frozen=True, kw_only=True):
    """What was asked of a run."""

    ids: tuple[str, ...]
    looks: RunOptions
    quiet: bool
    json: bool


@with_options(RunOptions, OtherTaskOptions, CommonOptions)
def check(
    looks: RunOptions,
    ahead: OtherTaskOptions,
    around: CommonOptions,
    ids: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ID]...", autocompletion=complete_providers, show_default=False),
    ] = None,
) -> Outcome:
    """Look who can be reached; with --quiet silent unless a state has changed.

    dispatch check --quiet --prometheus /var/lib/node_exporter/dispatch.prom
    """
    asked = _CheckRequest(ids=tuple(ids or ()), looks=looks, quiet=around.quiet, json=around.json)
    _refuse_nonsense(asked, ahead)
    catalog = open_own_catalog(around.providers, now(), sample=around.sample)
    log = store_at(around.db, now(), on_network=around.db_on_network)
    if ahead.print_crontab or ahead.print_systemd:
        from .check_schedule import schedule

        return schedule(
            catalog,
            log.path,
            sample=around.sample,
            on_network=around.db_on_network,
            systemd=ahead.print_systemd,
            json=around.json,
        )
    if ahead.coverage is not None:
        from .check_coverage import CoverageRequest, show_coverage

        wanted = CoverageRequest(
            days=ahead.coverage,
            minimum=ahead.minimum,
            regions=tuple(ahead.region or ()),
            services=tuple(ahead.service or ()),
            html=looks.html,
            json=around.json,
            quiet=around.quiet,
        )
        return show_coverage(catalog, log, wanted)
    settings = catalog.checking().settings
    if looks.budget is not None:
        settings = replace(settings, budget_s=looks.budget)
    return _run(asked, catalog, log, settings)


def _refuse_nonsense(asked: _CheckRequest, ahead: OtherTaskOptions) -> None:
    """Refuse what does not go together, all at once."""
    looks, problems = asked.looks, []
    if looks.verbose and len(asked.ids) != 1:
        problems.append("-v times the looks at one provider: name one ID")
    if looks.monitor and asked.json:
        problems.append("--monitor and --json both want stdout: use one of them")
    if ahead.coverage is None and (ahead.minimum is not None or ahead.region or ahead.service):
        problems.append("--minimum, --region and --service go with --coverage")
    if looks.budget is not None and not 0 < looks.budget <= MOST_BUDGET_S:
        problems.append(f"--budget {looks.budget:g} is not above 0 and at most {MOST_BUDGET_S} s")
    wanted = {
        "--coverage": ahead.coverage is not None,
        "--print-crontab": ahead.print_crontab,
        "--print-systemd": ahead.print_systemd,
    }
    instead = [name for name, is_wanted in wanted.items() if is_wanted]
    of_a_run = {
        "an ID": bool(asked.ids),
        "--all": looks.everybody,
        "--monitor": looks.monitor,
        "--prometheus": looks.prometheus is not None,
        "--status": looks.status is not None,
        "--budget": looks.budget is not None,
        "--html": looks.html is not None and ahead.coverage is None,
    }
    if len(instead) > 1:
        problems.append(f"one at a time: {', '.join(instead)}")
    if instead:
        problems += [
            f"{name} is for a run, and {instead[0]} makes none"
            for name, is_said in of_a_run.items()
            if is_said
        ]
    if problems:
        raise UsageError(*problems, hint='see "dispatch check --help"')


def _run(
    asked: _CheckRequest, catalog: "Catalog", log: "store.Store", settings: "CheckSettings"
) -> Outcome:
    """Make one run, unless another is going on."""
    from .. import watching
    from ..files import hold_lock

    watch = watching.Watch(
        store=log, catalog=catalog, holidays=holiday_dates, settings=settings, clock=now
    )
    lock = Path(f"{log.path}{LOCK_SUFFIX}")
    try:
        with hold_lock(lock) as is_alone:
            if is_alone:
                _compare_clock(log)
                with _heartbeat(asked, watch) as ended:
                    checked = watching.run_checks(watch, ids=asked.ids, look=_look)
                    # Inside the lock, so that an older run cannot overwrite a newer one's files.
                    trouble = _write_files(asked, watch, checked.report)
                    ended(_code_of(checked.report, trouble))
                return _outcome(asked, watch, checked, trouble)
    except OSError as error:
        raise UnavailableError(
            "{lock} cannot be locked: {strerror}", lock=lock, strerror=error.strerror
        ) from None
    if asked.looks.monitor:
        return _monitored(watching.as_known(watch, ids=asked.ids))
    return Outcome(lambda: _say_overlap(asked), ExitCode.CONFLICT)


def _compare_clock(log: "store.Store") -> None:
    """Have a jump of the clock recorded before the run gives the files of the log a new time."""
    from ..store.file_times import written_at

    at = written_at(log.path)
    if at is not None and now() - at > LONGEST_PAUSE:
        from .log_book import record_clock

        record_clock(log)


@contextmanager
def _heartbeat(asked: _CheckRequest, watch: "Watch") -> Iterator[Callable[[ExitCode], None]]:
    """Tell the heartbeat address of start and end; only of runs that look at everybody.

    What is given takes the exit code with which the run ends. That nobody answers there fails no
    run, and is said on stderr.
    """
    settings = watch.settings
    if not settings.heartbeat or asked.ids:
        yield lambda _: None
        return
    from .. import checks, watching

    failed: dict[str, None] = {}

    def ping(event: str) -> None:
        told = checks.ping(settings.heartbeat, event, is_trusted=settings.is_trusted)
        if not told.ok:
            tried = f", {told.tries} tries" if told.tries > 1 else ""
            failed[f"heartbeat: {told.why}{tried}"] = None

    ping("start")
    try:
        yield lambda code: ping(watching.heartbeat_event(code))
    except Exception as error:
        ping(watching.heartbeat_event(getattr(error, "exit_code", ExitCode.BUG)))
        raise
    finally:
        if failed and not (asked.quiet or asked.looks.monitor):
            from ..render import stderr_lines

            stderr_lines.print_warnings(failed, stream=sys.stderr)


def _look(targets: "Sequence[tuple[str, Probe]]", settings: "CheckSettings") -> "RoundResult":
    from .. import checks

    return checks.look_at(targets, settings, clock=now, budget_s=settings.budget_s)


def _write_files(asked: _CheckRequest, watch: "Watch", report: "CheckReport") -> list[str]:
    """Write what was asked for, each whole or not at all; return what was impossible."""
    from ..files import write_shared

    made: list[tuple[Path | None, Callable[[], bytes]]] = [
        (asked.looks.prometheus, lambda: _prometheus(report)),
        (asked.looks.html, lambda: _page(watch, report)),
        (asked.looks.status, lambda: _status(report)),
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


def _outcome(
    asked: _CheckRequest, watch: "Watch", checked: "Checked", trouble: Sequence[str]
) -> Outcome:
    report = checked.report
    if asked.looks.monitor:
        return _monitored(report, trouble)
    code = _code_of(report, trouble)
    if asked.json:
        return Outcome(lambda: _emit(asked, checked, trouble, code), code)

    def show() -> None:
        _print(asked, watch, checked)
        sys.stdout.flush()
        if trouble:
            from ..render import stderr_lines

            stderr_lines.print_error(UnavailableError(*trouble), stream=sys.stderr)

    return Outcome(show, code)


def _code_of(report: "CheckReport", trouble: Sequence[str]) -> ExitCode:
    return ExitCode.UNAVAILABLE if trouble else report.exit_code


def _monitored(report: "CheckReport", trouble: Sequence[str] = ()) -> Outcome:
    """The monitors' own codes, which are others than ours."""
    from ..render.monitor import monitor_line, unknown_line

    line, code = unknown_line("; ".join(trouble)) if trouble else monitor_line(report)
    return Outcome(lambda: print(line), ExitCode(code))


def _emit(asked: _CheckRequest, checked: "Checked", trouble: Sequence[str], code: ExitCode) -> None:
    from ..render.envelope import error_entries, status_of

    data: object = checked.report
    if asked.looks.verbose:
        data = {
            **asdict(checked.report),
            "looks": checked.readings,
            "moves": checked.moves,
            "reports": checked.reports,
        }
    emit(
        SCHEMA,
        data,
        exit_code=code,
        status=status_of(code, served=False, emergency=False),
        errors=error_entries(UnavailableError(*trouble)),
    )


def _print(asked: _CheckRequest, watch: "Watch", checked: "Checked") -> None:
    """Print what has changed, or how everybody stands."""
    from ..render import check_views as views

    report = checked.report
    if asked.quiet:
        from ..render.layout import encodable
        from .reminding import reminder_of

        reminder_of(watch.store.path, "check", watch.catalog).print_news(
            views.offline_problem(report), report.at
        )
        encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
        sys.stdout.writelines(
            f"{encodable(each, encoding)}\n" for each in views.change_lines(report)
        )
    elif asked.looks.verbose or sys.stdout.isatty():
        from ..render.console import print_lines, screen_of

        screen = screen_of(sys.stdout)
        lines = views.check_lines(report, screen, show_all=asked.looks.everybody or bool(asked.ids))
        if asked.looks.verbose:
            lines += views.phase_lines(checked.readings, screen)
            lines += views.history_lines(checked.moves, checked.reports, report.at, screen)
        print_lines(lines, sys.stdout, screen)
    else:
        from ..render.plain import write_table

        write_table(views.CHECK_COLUMNS, views.check_rows(report), sys.stdout)


def _say_overlap(asked: _CheckRequest) -> None:
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
        from ..render import stderr_lines

        stderr_lines.print_hint(text, stream=sys.stderr)
