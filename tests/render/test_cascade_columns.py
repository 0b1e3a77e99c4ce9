"""The declared columns of the cascade table: one declaration is enough for every output."""

import csv
import io

from dispatch_cli.messages import Message
from dispatch_cli.render.cascade_columns import CASCADE_COLUMNS, Column, PlainColumn, TerminalColumn
from dispatch_cli.render.cascade_plain import COLUMNS, print_plain

from .screens import screen_text, worked_example

LATE = Column(
    PlainColumn(len(COLUMNS) + 1, "late_min", lambda candidate: candidate.late_min),
    TerminalColumn(
        Message("Late"), 4, ">", lambda candidate, *_: f"{candidate.late_min:.1f}", priority=15
    ),
)

# Programs read these columns by position.
PUBLISHED = (
    "service", "when", "rank", "phone", "provider", "name", "there", "order_min", "index_min",
    "arrival_min", "wait_min", "turnout_min", "travel_min", "answer_min", "acceptance",
    "chance_by_rank", "head_start_min", "distance_km", "open_state", "open_until",
    "travel_source", "outside_contract", "why", "ask", "phone_label", "state", "reason", "detail",
    "expected_min", "success_probability", "contract_cost_min", "method_cost_min", "wish_cost_min",
    "fairness_cost_min",
)  # fmt: skip


def plain_rows(columns):
    stream = io.StringIO()
    print_plain(worked_example(), stream=stream, columns=columns)
    return list(csv.reader(io.StringIO(stream.getvalue()), delimiter="\t", quoting=csv.QUOTE_NONE))


def test_an_additional_declaration_is_a_column_on_the_terminal():
    """At 200 columns it is shown where it is declared, blank in the row of the last resort."""
    declared = screen_text(worked_example(), 200).splitlines()
    extended = screen_text(worked_example(), 200, columns=(*CASCADE_COLUMNS, LATE)).splitlines()
    head = next(line for line in extended if line.startswith(" #  Call"))
    assert head.split()[-2:] == ["Why", "Late"]
    for rank in range(1, 5):
        (row,) = [line for line in extended if line.startswith(f" {rank}  ")]
        assert row.endswith(" 0.0")
        assert len(row) == len(head)
    (last,) = [line for line in extended if line.startswith(" -  ")]
    assert last in declared


def test_an_additional_declaration_is_a_column_in_plain_output():
    """It follows the others, which do not change, and is empty where it has no value."""
    declared, extended = plain_rows(CASCADE_COLUMNS), plain_rows((*CASCADE_COLUMNS, LATE))
    assert [row[:-1] for row in extended] == declared
    assert [row[-1] for row in extended] == ["late_min", "0.0", "0.0", "0.0", "0.0", ""]


def test_an_additional_declaration_waits_for_room():
    """At 80 columns the screen is the same, because the declared columns have priority."""
    extended = screen_text(worked_example(), 80, columns=(*CASCADE_COLUMNS, LATE))
    assert extended == screen_text(worked_example(), 80)


def test_a_column_of_one_output_is_absent_from_the_other():
    """A column without a terminal declaration is only in plain output, and the reverse."""
    only_plain = (*CASCADE_COLUMNS, Column(LATE.plain))
    assert screen_text(worked_example(), 200, columns=only_plain) == screen_text(
        worked_example(), 200
    )
    only_terminal = (*CASCADE_COLUMNS, Column(terminal=LATE.terminal))
    assert plain_rows(only_terminal) == plain_rows(CASCADE_COLUMNS)


def test_published_columns_keep_their_position():
    """A column is only added at the end of the plain output, with the next number."""
    assert COLUMNS[: len(PUBLISHED)] == PUBLISHED
    numbers = sorted(column.plain.number for column in CASCADE_COLUMNS if column.plain)
    assert numbers == list(range(1, len(numbers) + 1))


def test_names_and_priorities_are_unique():
    """Rows find their cells by the name of the column, and each priority adds one column."""
    terminal = [column.terminal for column in CASCADE_COLUMNS if column.terminal]
    names = {column.name for column in terminal}
    assert len(names) == len(terminal)
    assert all(names.issuperset(column.parts) for column in terminal)
    added = [column.priority for column in terminal if column.priority]
    assert sorted(added) == list(range(1, len(added) + 1))
