"""The screens of ``dispatch travel``: errors of the estimates, and the speeds that fit."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from ..messages import Message, Plural
from ..results.travel_results import EstimateErrors, TravelCalibration, TravelComparison
from .layout import Line, Screen, plain_line, plain_lines, wrap
from .report_table import report_table
from .wording import number

if TYPE_CHECKING:
    from .plain import PlainRow

COMPARISON_COLUMNS = ("key", "value")
CALIBRATION_COLUMNS = ("key", "before", "after")

_Show = Callable[[EstimateErrors], str]

_ROWS: tuple[tuple[Message, _Show], ...] = (
    (Message("Median error of a drive, minutes"), lambda e: number(e.median_error_min, ".1f")),
    (Message("Median error of a drive, share"), lambda e: number(e.median_error_share, ".0%")),
    (Message("Highest error but for 1 in 10, minutes"), lambda e: number(e.p90_error_min, ".1f")),
    (Message("Median of estimate minus road, minutes"),
     lambda e: number(e.median_bias_min, "+.1f")),
    (Message("First choice differs"), lambda e: number(e.first_differs, ".0%")),
    (Message("It costs in the mean, minutes"), lambda e: number(e.cost_mean_min, ".1f")),
    (Message("It costs in the mean, share of the index"), lambda e: number(e.cost_share, ".0%")),
    (Message("Highest cost but for 1 in 20, minutes"), lambda e: number(e.cost_p95_min, ".1f")),
)  # fmt: skip


def comparison_lines(found: TravelComparison, screen: Screen) -> list[Line]:
    """Make the table of errors."""
    title = _title(found.engine, found.service, found.errors, screen)
    lines = plain_lines(wrap(title, screen.width), "bold")
    rows = [(text, show(found.errors)) for text, show in _ROWS]
    heads = (Message("Estimates as the crow flies"), Message("Now"))
    return [*lines, *report_table(heads, rows, screen)]


def calibration_lines(found: TravelCalibration, screen: Screen) -> list[Line]:
    """Make the table of errors before and after, and the lines for the provider file."""
    title = _title(found.engine, found.service, found.after, screen)
    fitted = screen.say(
        "The speeds are fitted to {drives} drives of {incidents} other incidents.",
        drives=found.fitted_drives,
        incidents=found.fitted_incidents,
    )
    rows = [(text, show(found.before), show(found.after)) for text, show in _ROWS]
    heads = (Message("Estimates as the crow flies"), Message("Before"), Message("After"))
    hint = screen.say("For the provider file, instead of speed and speed_kmh there:")
    return [
        *plain_lines(wrap(title, screen.width), "bold"),
        *plain_lines(wrap(fitted, screen.width)),
        *report_table(heads, rows, screen),
        plain_line(""),
        *plain_lines(wrap(hint, screen.width)),
        # Never wrapped, because it is copied.
        *map(plain_line, found.toml.splitlines()),
    ]


def comparison_rows(found: TravelComparison) -> Iterator["PlainRow"]:
    """Make a row for each figure, unrounded."""
    for name in EstimateErrors.__struct_fields__:
        yield {"key": name, "value": getattr(found.errors, name)}


def calibration_rows(found: TravelCalibration) -> Iterator["PlainRow"]:
    """Make a row for each figure, unrounded, then one for each line of the provider file."""
    for name in EstimateErrors.__struct_fields__:
        before, after = getattr(found.before, name), getattr(found.after, name)
        yield {"key": name, "before": before, "after": after}
    for line in found.toml.splitlines():
        yield {"key": "file", "after": line}


def _title(engine: str, service: str, errors: EstimateErrors, screen: Screen) -> str:
    incidents = Plural("{count} incident", "{count} incidents", errors.incidents)
    return screen.say(
        "{service} against {engine}: {incidents}, {drives} drives",
        service=screen.word(service),
        engine=engine,
        incidents=incidents,
        drives=errors.drives,
    )
