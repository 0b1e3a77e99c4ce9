"""``dispatch check --coverage``: report where and when too few providers can come."""

import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from msgspec import Struct

from ..errors import DispatchError, ExitCode, UnavailableError, UsageError
from .map_option import check_map, write_map
from .open_files import holiday_dates, now
from .outcome import Outcome, emit

if TYPE_CHECKING:
    from .. import store
    from ..catalog import Catalog
    from ..results.coverage_results import CoverageReport, CoveredPlaces
    from ..results.map_scene import MapScene

SCHEMA = "dispatch.check.coverage/1"


class CoverageRequest(Struct, frozen=True, kw_only=True):
    """The typed options; for a None or empty value that of the provider file counts."""

    days: str
    minimum: int | None
    regions: tuple[str, ...]
    services: tuple[str, ...]
    html: Path | None
    map_file: Path | None
    json: bool
    quiet: bool


def show_coverage(catalog: "Catalog", log: "store.Store", request: CoverageRequest) -> Outcome:
    """Report the coverage of the next days; with --quiet only if a promised minimum is missed."""
    from .. import planning
    from ..cases.observe_log import observe

    check_map(request.map_file)
    days = re.fullmatch(r"([0-9]{1,3}) ?(d|t|days|tage)?", request.days.strip().lower())
    if days is None:
        raise UsageError(
            "--coverage {days!r} is not a number of days; write, for example, 7d", days=request.days
        )
    checking = catalog.checking()
    at = now().astimezone(ZoneInfo(catalog.rules.settings.timezone))
    with log, log.reading() as reader:
        observed = observe(catalog, reader, at, learned=False)
    wanted = checking.coverage
    report, places = planning.plan_with_places(
        catalog,
        now=at,
        days=int(days[1]),
        holidays=holiday_dates,
        observations=observed,
        minimum=wanted.minimum if request.minimum is None else request.minimum,
        regions=request.regions or wanted.regions,
        services=_services(request.services) or wanted.services,
    )
    if request.html is not None:
        _write_page(catalog, log, report, request.html)
    trouble = write_map(request.map_file, lambda: _scene(report, places, catalog))
    code = report.exit_code if trouble is None else trouble.exit_code

    def show() -> None:
        _print(request, report, trouble)
        if trouble is not None:
            from ..render import stderr_lines

            sys.stdout.flush()
            stderr_lines.print_error(trouble, stream=sys.stderr, quiet=request.quiet)

    return Outcome(show, code)


def _scene(
    report: "CoverageReport", places: "Iterable[CoveredPlaces]", catalog: "Catalog"
) -> "MapScene":
    from ..map_scenes.coverage_scene import coverage_scene
    from ..map_scenes.known_roads import known_roads

    return coverage_scene(report, places, roads=known_roads(catalog.rules.roads))


def _services(words: Iterable[str]) -> tuple[str, ...]:
    """Translate English and German words; unknown words stay, and the use case refuses them."""
    from ..model.words import SERVICES, lookup

    return tuple(lookup(word, SERVICES) or word for word in words)


def _write_page(
    catalog: "Catalog", log: "store.Store", report: "CoverageReport", path: Path
) -> None:
    """Write the page with the known states and the coverage."""
    from .. import watching
    from ..files import write_shared
    from ..render.status_page import status_page

    settings = catalog.checking().settings
    watch = watching.Watch(
        store=log, catalog=catalog, holidays=holiday_dates, settings=settings, clock=now
    )
    known = watching.as_known(watch)
    page = status_page(known, coverage=report, stale_min=settings.stale_min)
    try:
        write_shared(path, page.encode())
    except OSError as error:
        raise UnavailableError(
            "{path} cannot be written: {strerror}", path=path, strerror=error.strerror
        ) from None


def _print(
    request: CoverageRequest, report: "CoverageReport", trouble: DispatchError | None
) -> None:
    from ..render import coverage_views as views

    if request.json:
        from ..render.envelope import error_entries

        code = report.exit_code if trouble is None else trouble.exit_code
        errors = () if trouble is None else error_entries(trouble)
        emit(SCHEMA, report, exit_code=code, status="error" if code else "success", errors=errors)
    elif request.quiet:
        if report.exit_code != ExitCode.OK:
            from ..render.wording import say

            print(say("coverage: {summary}", summary=views.coverage_summary(report)))
    elif sys.stdout.isatty():
        from ..render.console import print_lines, screen_of

        screen = screen_of(sys.stdout)
        print_lines(views.coverage_lines(report, screen), sys.stdout, screen)
    else:
        from ..render.plain import write_table

        write_table(views.COVERAGE_COLUMNS, views.coverage_rows(report), sys.stdout)
