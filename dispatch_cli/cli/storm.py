"""``dispatch storm``: plan many incidents at once."""

import sys
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ..errors import UsageError
from ..messages import Plural
from ..storm.extra import require_extra
from .desk_options import DeskOptions
from .open_files import holiday_dates, now, observe_case_log, open_own_catalog
from .option_groups import with_options
from .outcome import Outcome
from .storm_arguments import StormArguments
from .storm_outcome import outcome_of, settings_of

if TYPE_CHECKING:
    from ..catalog import Catalog
    from ..results.storm_results import StormPlan


@with_options(StormArguments, DeskOptions)
def storm(arguments: StormArguments, desk: DeskOptions) -> Outcome:
    """Plan many incidents at once: whom to call for which, in which order, and what is short.

    Units, the lines of the centre and firms that decline have each a price in minutes.

    dispatch storm incidents.csv --operators 12 --output plan.jsonl
    """
    _check(arguments, desk)
    if arguments.open_cases:
        from .storm_cases import plan_cases, watch_cases

        return watch_cases(arguments, desk) if arguments.watch else plan_cases(arguments, desk)
    return outcome_of(_plan_file(arguments, desk), arguments, desk)


def _check(arguments: StormArguments, desk: DeskOptions) -> None:
    """Refuse options that do not go together; raises UnavailableError without the extra."""
    if arguments.open_cases == (arguments.file is not None):
        raise UsageError(
            "name a file of incidents, or --open for the open cases",
            hint="dispatch storm incidents.csv, or dispatch storm --open",
        )
    of_file = {
        "--when": arguments.when,
        "--columns": arguments.columns,
        "--map-kinds": arguments.map_kinds,
        "--priority": arguments.priority,
        "--kind": arguments.kind,
        "--client": arguments.client,
    }
    for option, typed in of_file.items():
        if typed and arguments.open_cases:
            raise UsageError("{option} is for a file, not for --open", option=option)
    only_open = {"--apply": arguments.apply, "--watch": arguments.watch}
    for option, is_typed in only_open.items():
        if is_typed and not arguments.open_cases:
            raise UsageError("{option} needs --open: a file has no cases", option=option)
    if arguments.watch and (desk.json or arguments.apply or arguments.output is not None):
        raise UsageError("--watch shows plans on a screen, without --json, --apply and --output")
    if arguments.watch and not sys.stdout.isatty():
        raise UsageError("--watch needs a terminal")
    path = arguments.output
    if path is not None and path.suffix.lower() != ".jsonl":
        raise UsageError(
            "--output {path}: the ending {ending!r} is no format of a plan; allowed: .jsonl",
            path=path,
            ending=path.suffix,
        )
    require_extra()


def _plan_file(arguments: StormArguments, desk: DeskOptions) -> "StormPlan":
    """Plan the incidents of a file, whose rows that cannot be read are reported on stderr."""
    from ..batch.job.part_files import reject_problem
    from ..batch.read.column_mapping import column_score, parse_columns
    from ..records.open_records import open_records
    from ..records.values import Reject
    from ..render.stderr_lines import print_rejected, print_warnings
    from ..storm.incident_file import IncidentFile, read_waiting
    from ..storm.plan_storm import plan_storm
    from ..storm.storm_answer import emergency_of, storm_answer
    from ..storm.watched_plan import basis_of

    clock = now()
    catalog = open_own_catalog(desk.providers, clock, sample=desk.sample)
    at = _moment(arguments, clock, catalog)
    texts = {"kind": arguments.kind, "client": arguments.client}
    options = IncidentFile(
        columns=arguments.columns,
        map_kinds=arguments.map_kinds,
        priority=arguments.priority,
        defaults={name: text for name, text in texts.items() if text is not None},
    )
    observations, warnings = observe_case_log(
        desk.db, catalog, at, learned=True, on_network=desk.db_on_network
    )
    rejected = 0

    def report(reject: Reject) -> None:
        nonlocal rejected
        rejected += 1
        print_rejected(str(reject_problem(reject, str(arguments.file))), stream=sys.stderr)

    score = column_score(parse_columns(arguments.columns), options.defaults)
    with open_records(str(arguments.file), delimiter="", encoding="", skip=0, score=score) as read:
        rows = read_waiting(read, options, catalog, now=at, notify=report)
    waiting, later = rows.waiting, len(rows.appointments)
    if later:
        left_out = Plural(
            "{count} appointment is not planned", "{count} appointments are not planned", later
        )
        warnings = [*warnings, left_out]
    if warnings and not desk.quiet:
        print_warnings(warnings, stream=sys.stderr)
    basis = basis_of(catalog, holiday_dates, observations, at, len(waiting))
    settings = settings_of(arguments)
    plan = storm_answer(plan_storm(waiting, basis, settings), basis, settings)
    emergency = emergency_of([*waiting, *rows.rejected], catalog)
    return replace(plan, rejected=rejected, appointments=later, emergency=emergency)


def _moment(arguments: StormArguments, clock: datetime, catalog: "Catalog") -> datetime:
    if arguments.when is None:
        return clock
    from ..notation import parse_when

    return parse_when(arguments.when, clock, catalog.rules.settings.timezone)
