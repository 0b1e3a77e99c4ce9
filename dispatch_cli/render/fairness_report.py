"""The output of the fairness report: providers and services, overrides, cost of contracts."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..messages import Message, Plural
from ..results.report_results import ContractRow, FairnessReport, FairnessRow
from .figures import day_of
from .layout import Line, Screen, plain_line
from .report_table import report_table
from .wording import number, word

if TYPE_CHECKING:
    from .plain import PlainRow

FAIRNESS_COLUMNS = (
    "what", "provider", "service", "override", "client", "eligible", "eligible_most",
    "ranked_first", "first_by_wish", "offered", "accepted", "failed", "cancelled", "answer_min",
    "arrival_min", "cases", "cost_0", "cost_under_1", "cost_1_to_3", "cost_3_to_10", "cost_over_10",
    "cost_unknown", "mean_low_min", "mean_high_min",
)  # fmt: skip

_IN_ORDER = (
    Message("Provider"), Message("Service"), Message("Elig"), Message("First"), Message("Asked"),
    Message("Yes"), Message("Fail"), Message("Ask"), Message("There"),
)  # fmt: skip
_OUT_OF_ORDER = (
    Message("Out of order"), Message("Service"), Message("By"), Message("Asked"), Message("Yes"),
)  # fmt: skip
_CONTRACTS = (
    Message("Client"), Message("Cases"), Message("0 min"), "<1", "1-3", "3-10", ">10",
    Message("unknown"), Message("Mean min"),
)  # fmt: skip


def fairness_lines(report: FairnessReport, screen: Screen) -> list[Line]:
    """Make the three tables, with whole numbers and shortened names."""
    cases = Plural("{count} case", "{count} cases", report.cases)
    title = screen.say("since {date}: {cases}", date=day_of(report.since), cases=cases)
    lines = [plain_line(title, "bold")]
    lines += report_table(
        _IN_ORDER,
        [
            (
                row.provider, word(row.service), _count_range(row), str(row.ranked_first),
                str(row.offered), str(row.accepted), str(row.failed), _minutes(row.answer_min),
                _minutes(row.arrival_min),
            )
            for row in report.rows
        ],
        screen,
    )  # fmt: skip
    lines += report_table(
        _OUT_OF_ORDER,
        [
            (
                row.provider, word(row.service), word(row.override), str(row.offered),
                str(row.accepted),
            )
            for row in report.overrides
        ],
        screen,
    )  # fmt: skip
    return lines + report_table(
        _CONTRACTS,
        [
            (
                row.client, str(row.cases), str(row.cost_0), str(row.cost_under_1),
                str(row.cost_1_to_3), str(row.cost_3_to_10), str(row.cost_over_10),
                str(row.cost_unknown), _mean_range(row),
            )
            for row in report.contracts
        ],
        screen,
    )  # fmt: skip


def fairness_rows(report: FairnessReport) -> "Iterable[PlainRow]":
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


def _count_range(row: FairnessRow) -> str:
    """Write in how many cases a provider was eligible: "12", or "12-40" if some are erased."""
    if row.eligible == row.eligible_most:
        return str(row.eligible)
    return f"{row.eligible}-{row.eligible_most}"


def _mean_range(row: ContractRow) -> Message | str:
    """Write the bounds of the mean cost: "0.4 to 1.6", "1.2 or more", "-" without a known cost."""
    if row.mean_low_min is None:
        return "-"
    if row.mean_high_min is None:
        return Message("{minutes} or more", minutes=number(row.mean_low_min, ".1f"))
    low, high = number(row.mean_low_min, ".1f"), number(row.mean_high_min, ".1f")
    return Message("{low} to {high}", low=low, high=high)


def _minutes(value: float | None) -> str:
    return "-" if value is None else number(value, ".1f")
