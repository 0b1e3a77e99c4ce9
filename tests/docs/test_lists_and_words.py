"""The reference pages state facts that the code states, too."""

import re
from pathlib import Path
from typing import get_args

import pytest
from msgspec import Struct

from dispatch_cli import reliability
from dispatch_cli.eligibility import GATES, reasons_of
from dispatch_cli.errors import ExitCode
from dispatch_cli.model.check import Move, PhoneReport, Reading
from dispatch_cli.model.forecast_counts import ArrivalCount, ChanceCount, ChanceSum
from dispatch_cli.render.envelope import ErrorEntry
from dispatch_cli.render.forecast_report import forecast_lines
from dispatch_cli.render.layout import Screen, line_text
from dispatch_cli.results import cascade_answer, check_results, coverage_results, report_results

DOCS = Path(__file__).resolve().parents[2] / "docs"

JSON_SECTIONS: dict[str, type[Struct]] = {
    "`data` of `dispatch.cascade/1`": cascade_answer.Answer,
    "`emergency[]`": cascade_answer.EmergencyCall,
    "`incident`": cascade_answer.IncidentView,
    "`provider_file`": cascade_answer.ProviderSource,
    "`cascades[]`": cascade_answer.Cascade,
    "`candidates[]`": cascade_answer.Candidate,
    "Exclusions": cascade_answer.Exclusion,
}
CHECK_FIELDS = {
    field
    for shape in (
        check_results.CheckReport, check_results.CheckRow, check_results.StateChange,
        Reading, Move, PhoneReport,
    )
    for field in shape.__struct_fields__
} | {"looks", "moves", "reports"}  # fmt: skip


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def section(text: str, heading: str) -> str:
    """Return the part of a page under a heading, up to the next one."""
    body = re.split(rf"^#+ {re.escape(heading)}$", text, flags=re.MULTILINE)[1]
    return re.split(r"^#", body, flags=re.MULTILINE)[0]


def first_cells(text: str) -> list[str]:
    """Return the names in code in the first cells of all tables."""
    cells = re.findall(r"^\|([^|]*)\|", text, flags=re.MULTILINE)
    return [name for cell in cells for name in re.findall(r"`([^`]+)`", cell)]


def test_the_exit_codes_are_those_of_the_code() -> None:
    """Number and name of every exit code stand in the table, and no other."""
    table = re.findall(r"^\| (\d+) \| ([A-Z_]+) \|", page("exit-codes.md"), flags=re.MULTILINE)
    assert table == [(str(int(code)), code.name) for code in ExitCode]


@pytest.mark.parametrize("heading", JSON_SECTIONS)
def test_every_field_of_the_json_is_described(heading: str) -> None:
    """Each object's table names exactly the fields that the value has."""
    described = first_cells(section(page("json.md"), heading))
    assert sorted(described) == sorted(JSON_SECTIONS[heading].__struct_fields__)


def test_every_field_of_a_run_of_checks_is_described() -> None:
    """The report, its rows and changes, the looks and the history have their fields in tables."""
    text = section(page("checks.md"), "`data` of `dispatch.check/1`")
    assert set(first_cells(text)) | {"looks", "moves", "reports"} == CHECK_FIELDS


def test_every_field_of_coverage_is_described() -> None:
    """The report, what is covered, its gaps and whom to call have their fields in tables."""
    shapes = (
        coverage_results.CoverageReport, coverage_results.CoveredService,
        coverage_results.CoverageGap, coverage_results.CoverageContact,
    )  # fmt: skip
    wanted = {field for shape in shapes for field in shape.__struct_fields__}
    described = first_cells(section(page("coverage.md"), "`data` of `dispatch.check.coverage/1`"))
    assert set(described) == wanted


def test_every_field_of_the_forecast_report_is_described() -> None:
    """The report and its three kinds of rows have their fields on the page, and every verdict."""
    text = section(page("json-cases.md"), "`data` of `dispatch.report.forecast/1`")
    assert tuple(name for name in first_cells(text)) == tuple(
        f"{name}[]" if name in ("rows", "arrivals", "providers", "left_out") else name
        for name in report_results.ForecastReport.__struct_fields__
    )
    shapes = (
        report_results.ChanceRow, report_results.ArrivalRow, report_results.ProviderChanceRow,
    )  # fmt: skip
    for name in {field for shape in shapes for field in shape.__struct_fields__}:
        assert f"`{name}`" in text, name
    for verdict in get_args(report_results.Verdict):
        assert f"`{verdict}`" in text


def test_the_forecast_report_on_the_page_is_what_is_drawn() -> None:
    """The example on the page stands there line by line as the screen shows it."""
    of = {"month": "2026-11", "provider": "huber", "service": "tow"}
    by_air = {**of, "travel_source": "crow_fly"}
    report = reliability.report(
        [
            ChanceCount(tenth=7, asked=130, accepted=92, **of),
            ChanceCount(tenth=9, asked=8, accepted=8, **of),
        ],
        [
            ArrivalCount(band_min=15, arrived=10, observed_min=240, **by_air),
            ArrivalCount(band_min=60, arrived=1, observed_min=95, **by_air),
        ],
        [ChanceSum(year="2026", provider="huber", asked=138, millionths=102_000_000)],
    )
    drawn = [line_text(line) for line in forecast_lines(report, Screen(80))]
    assert "\n".join(f"    {line}" if line else "" for line in drawn) in page("learning.md")


def test_every_field_of_the_envelope_is_described() -> None:
    """The envelope's six keys and the fields of an error stand before the rules."""
    described = first_cells(section(page("json.md"), "JSON"))
    envelope = ("schema", "status", "exit_code", "data", "warnings", "errors")
    assert described == [*envelope, *ErrorEntry.__struct_fields__]


def test_the_json_page_knows_the_last_resort() -> None:
    """The fields of the small object inside a cascade are named, too."""
    text = section(page("json.md"), "`cascades[]`")
    for name in cascade_answer.LastResortLine.__struct_fields__:
        assert f"`{name}`" in text


def test_every_exclusion_reason_is_explained_in_order() -> None:
    """The ranking page explains every gate, in the order in which the gates are asked."""
    table = first_cells(section(page("ranking.md"), "Gates before minutes"))
    assert tuple(table) == reasons_of(GATES)


def test_the_worked_example_adds_up() -> None:
    """The arithmetic of the ranking page gives the figures that it prints."""
    from math import prod

    text = section(page("ranking.md"), "A worked example")
    rows = re.findall(r"^\| (\d) \| [^|]+ \| (\.\d) \| (\d) \| (\d+) \|", text, re.MULTILINE)
    by_rank = {int(rank): (float(p), float(r), float(t)) for rank, p, r, t in rows}

    def expected_min(order: list[int]) -> float:
        minutes, refused = 0.0, 1.0
        for rank in order:
            p, r, t = by_rank[rank]
            minutes, refused = minutes + refused * (r + p * t), refused * (1 - p)
        return minutes + refused * 120

    contract, neutral = expected_min([1, 2, 3, 4]), expected_min([2, 1, 3, 4])
    assert f"{contract:.3f} min" in text
    assert f"{neutral:.3f} min" in text
    assert f"= {contract - neutral:.2f} min" in text
    assert f"= {1 - prod(1 - p for p, _, _ in by_rank.values()):.3f}".replace("0.", ".") in text
    assert (round(contract, 2), round(neutral, 2)) == (30.32, 27.72)


@pytest.mark.parametrize("name", ["ranking.md", "exit-codes.md", "json.md", "words.md"])
def test_a_page_is_short_enough_to_be_read(name: str) -> None:
    """Every reference page has fewer than 200 lines."""
    assert len(page(name).splitlines()) < 200
