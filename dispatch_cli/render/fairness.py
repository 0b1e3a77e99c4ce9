"""The fairness report: each provider and service, overrides apart, what contracts cost."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..reports import FairnessReport
from .layout import Line, Screen, plain_line
from .report_table import report_table

if TYPE_CHECKING:
    from .plain import Row

FAIRNESS_COLUMNS = (
    "what", "provider", "service", "override", "client", "eligible", "ranked_first",
    "first_by_wish", "offered", "accepted", "failed", "cancelled", "answer_min", "arrival_min",
    "cases", "cost_min", "mean_cost_min",
)  # fmt: skip


def fairness_lines(report: FairnessReport, screen: Screen) -> list[Line]:
    """Make the three tables; every number stands whole, long names are shortened."""
    lines = [plain_line(f"since {report.since:%Y-%m-%d}: {report.cases} cases", "bold")]
    lines += report_table(
        ("Provider", "Service", "Elig", "First", "Asked", "Yes", "Fail", "Ask", "There"),
        [
            (
                row.provider, row.service, str(row.eligible), str(row.ranked_first),
                str(row.offered), str(row.accepted), str(row.failed), _minutes(row.answer_min),
                _minutes(row.arrival_min),
            )
            for row in report.rows
        ],
        screen,
    )  # fmt: skip
    lines += report_table(
        ("Out of order", "Service", "By", "Asked", "Yes"),
        [
            (row.provider, row.service, row.override, str(row.offered), str(row.accepted))
            for row in report.overrides
        ],
        screen,
    )
    return lines + report_table(
        ("Client", "Cases", "Cost min", "Mean min"),
        [
            (row.client, str(row.cases), f"{row.cost_min:.1f}", f"{row.mean_cost_min:.1f}")
            for row in report.contracts
        ],
        screen,
    )


def fairness_rows(report: FairnessReport) -> "Iterable[Row]":
    """Make a row for each provider and service, each override and each client."""
    for kind, found in (
        ("in order", report.rows),
        ("override", report.overrides),
        ("contract", report.contracts),
    ):
        for each in found:
            values = {name: getattr(each, name) for name in each.__struct_fields__}
            known = {name: value for name, value in values.items() if value is not None}
            yield {"what": kind, **known}


def _minutes(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"
