"""What the plan of a file and that of the open cases share: settings and outcome."""

import sys
from typing import TYPE_CHECKING

from ..errors import UnavailableError
from ..messages import Message
from .desk_options import DeskOptions
from .outcome import Outcome
from .result_output import shown
from .storm_arguments import StormArguments

if TYPE_CHECKING:
    from ..results.storm_results import StormPlan
    from ..storm.waiting import StormSettings


def settings_of(arguments: StormArguments) -> "StormSettings":
    """Return the settings of the options."""
    from ..storm.waiting import StormSettings

    return StormSettings(
        operators=arguments.operators,
        window_min=arguments.window_min,
        longest_wait_min=arguments.longest_wait_min,
        ageing=arguments.ageing,
        keep_min=arguments.keep_min,
        top=arguments.top,
    )


def outcome_of(plan: "StormPlan", arguments: StormArguments, desk: DeskOptions) -> Outcome:
    """Make the outcome of a plan: a screen, rows, JSON, or a file with a summary on stderr."""
    from ..render import storm_screen

    if arguments.output is not None:
        _write(plan, arguments)
    if arguments.output is not None and not desk.json:

        def show() -> None:
            from ..render.stderr_lines import print_done

            if desk.quiet:
                _warn_of_emergencies(plan)
                return
            for line in storm_screen.storm_summary(plan):
                print_done(line, stream=sys.stderr)

        return Outcome(show, plan.exit_code)
    # Rows have no place for them, and a screen and JSON show them themselves.
    has_place = desk.json or sys.stdout.isatty()
    calls = () if has_place or desk.quiet else storm_screen.emergency_sentences(plan)
    outcome = shown(
        desk,
        "storm",
        plan,
        warnings=tuple(calls),
        lines=lambda screen: storm_screen.storm_lines(plan, screen),
        columns=storm_screen.STORM_COLUMNS,
        rows=lambda: storm_screen.storm_rows(plan),
        hint=_hint(plan, arguments),
        exit_code=plan.exit_code,
        is_served=bool(plan.called or plan.later),
    )
    if has_place or not desk.quiet:
        return outcome

    def show_quietly() -> None:
        outcome.show()
        _warn_of_emergencies(plan)

    return Outcome(show_quietly, outcome.exit_code)


def _warn_of_emergencies(plan: "StormPlan") -> None:
    """Print the emergency calls of a plan on stderr, which ``--quiet`` does not drop."""
    from ..render.stderr_lines import print_warnings
    from ..render.storm_screen import emergency_sentences

    print_warnings(emergency_sentences(plan), stream=sys.stderr)


def _hint(plan: "StormPlan", arguments: StormArguments) -> Message | str:
    if plan.demands and plan.waited_too_long == len(plan.demands) and arguments.when is None:
        return Message("all have waited too long: for an older file name its moment with --when")
    if arguments.open_cases and not plan.applied and plan.called:
        return Message("nothing is recorded; --apply lets the cascades begin with this plan")
    return ""


def _write(plan: "StormPlan", arguments: StormArguments) -> None:
    """Write a line of JSON for each demand; raises UnavailableError."""
    from ..files import write_owned
    from ..render.envelope import json_lines

    assert arguments.output is not None  # noqa: S101 - the caller has looked
    try:
        write_owned(arguments.output, json_lines(plan.demands))
    except OSError as error:
        raise UnavailableError(
            "{path} cannot be written: {strerror}", path=arguments.output, strerror=error.strerror
        ) from None
